package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
)

func TestDrafts(t *testing.T) {
	s, st := houseOf(t)
	leads, others := arrive(t, s, ines()), arrive(t, s, claimOf("bo"))
	lead, bo := leads.Actor(), others.Actor()
	const body = "email\nann@example.com\n"
	id, err := st.KeepDraft(t.Context(), lead, sheet.People, text(body), began)
	if err != nil {
		t.Fatal(err)
	}
	d, err := st.Draft(t.Context(), lead, id, began.Add(time.Minute))
	if err != nil || string(d.Body) != body || d.File != "file.csv" || d.Kind != sheet.People {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := st.Draft(t.Context(), bo, id, began); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's draft: %v", err)
	}
	if _, err := st.Draft(t.Context(), lead, id, began.Add(61*time.Minute)); !fault.Is(err, fault.NotFound) {
		t.Errorf("an old draft: %v", err)
	}
	svc := people.Service{Keeper: st}
	if _, err := svc.Apply(t.Context(), lead, text(body), sheet.Options{Draft: id}, began); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.Apply(t.Context(), lead, text(body), sheet.Options{Draft: id}, began); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft was applied twice: %v", err)
	}
	runs, err := st.ImportRuns(t.Context(), 10)
	if err != nil || len(runs) != 1 || runs[0].By != "Ines" || runs[0].Added != 1 || runs[0].Rows != 1 {
		t.Errorf("%+v, %v", runs, err)
	}
	for range 12 {
		if _, err := st.KeepDraft(t.Context(), lead, sheet.People, text(body), began); err != nil {
			t.Fatal(err)
		}
	}
	if n := fact[int](t, st, "select count(*)::int from import_draft"); n != 10 {
		t.Errorf("%d drafts are kept, want 10", n)
	}
	if n, err := st.PurgeDrafts(t.Context(), began.Add(2*time.Hour)); err != nil || n != 10 {
		t.Errorf("purged %d, %v", n, err)
	}
}

func TestOnlyLeadsImport(t *testing.T) {
	o := newOffice(t)
	svc := people.Service{Keeper: o.st}
	for _, role := range []identity.Role{identity.Owner, identity.Champion, identity.Executive, identity.Auditor, ""} {
		by := identity.Actor{Account: 1, Roles: []identity.Role{role}}
		if _, err := svc.Preview(t.Context(), by, text("email\na@example.com\n"), began); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s may look: %v", role, err)
		}
		if _, err := svc.Apply(t.Context(), by, text("email\na@example.com\n"), sheet.Options{}, began); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s may import: %v", role, err)
		}
	}
}

func TestARefusedFileChangesNothing(t *testing.T) {
	o := newOffice(t)
	svc := people.Service{Keeper: o.st}
	d, err := svc.Apply(t.Context(), identity.Operator(), text("email,department\nann@example.com,Finance\nnobody,Sales\n"), sheet.Options{}, began)
	if !fault.Is(err, fault.Invalid) || d.Bad != 1 || d.Problems.Items[0].Line != 3 {
		t.Errorf("%v %+v", err, d)
	}
	for _, table := range []string{"person", "department", "placement", "import_run", "audit_log"} {
		if n := fact[int](t, o.st, "select count(*)::int from "+table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

// TestTwoAppliesAtOnce lets two imports of the same and of other people run into each other.
func TestTwoAppliesAtOnce(t *testing.T) {
	o := newOffice(t)
	svc := people.Service{Keeper: o.st}
	var files []string
	for i := range 6 {
		var b strings.Builder
		b.WriteString("email,name,department,wave\n")
		for j := range 200 {
			fmt.Fprintf(&b, "p%d@example.com,Name %d,Department %d,Wave %d\n", j+(i%3)*50, j, (i+j)%7, j%3)
		}
		files = append(files, b.String())
	}
	var g errgroup.Group
	for _, f := range files {
		g.Go(func() error {
			_, err := svc.Apply(context.Background(), identity.Operator(), text(f), sheet.Options{}, began)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := fact[int](t, o.st, "select count(*)::int from person"); n != 300 {
		t.Errorf("there are %d people, want 300", n)
	}
	if n := fact[int](t, o.st, "select count(*)::int from placement"); n != 300 {
		t.Errorf("there are %d placements, want 300", n)
	}
	if n := fact[int](t, o.st, "select count(*)::int from import_run"); n != 6 {
		t.Errorf("%d imports are logged, want 6", n)
	}
	if state, err := o.st.VerifyAudit(t.Context()); err != nil || state.Bad != 0 || state.Entries != 6 {
		t.Errorf("%+v, %v", state, err)
	}
}
