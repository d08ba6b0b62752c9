package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

// ward is an office with a champion of Claims who logs.
type ward struct {
	office
	svc   people.TouchpointService
	lead  identity.Actor
	tomas identity.Actor
}

func newWard(t *testing.T) ward {
	house, st := houseOf(t)
	o := office{t, st}
	o.member(0, "femi@example.com")
	o.member(1, "left@example.com")
	o.exec("update member set listed = false where ord = 1")
	o.people("email,name,department\nfemi@example.com,Femi Balogun,Claims\nleft@example.com,Lea Vint,Claims\nlaw@example.com,Lou Weiss,Legal\n")
	leads, tomas := arrive(t, house, ines()), arrive(t, house, claimOf("tomas"))
	o.exec("insert into account_role (account_id, role, department, source, granted_at) values ($1, 'champion', 'claims', 'person', now())", int64(tomas.ID))
	by := tomas.Actor()
	by.Roles, by.Departments = []identity.Role{identity.Champion}, []string{"claims"}
	return ward{o, people.TouchpointService{Keeper: st}, leads.Actor(), by}
}

// formKeyOf makes the key of the n-th form.
func formKeyOf(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func (w ward) draft(n int) people.Draft {
	return people.Draft{Person: "Femi@example.com", Kind: people.Question, Day: day.None, Key: formKeyOf(n)}
}

func (w ward) count() int {
	return fact[int](w.t.(*testing.T), w.st, "select count(*)::int from touchpoint")
}

func TestAFormIsLoggedOnce(t *testing.T) {
	w := newWard(t)
	first, again, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began)
	if err != nil || again || first.PersonName != "Femi Balogun" || first.ChampionEmail != "tomas@example.com" || first.Day != day.FromTime(began) {
		t.Fatalf("%+v %v %v", first, again, err)
	}
	second, again, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began.Add(time.Minute))
	if err != nil || !again || second.ID != first.ID || second.Kind != first.Kind || second.PersonName != "Femi Balogun" || w.count() != 1 {
		t.Errorf("%+v %v %v, %d rows", second, again, err, w.count())
	}
	if _, _, err := w.svc.Log(t.Context(), w.lead, w.draft(1), began); !fault.Is(err, fault.Invalid) {
		t.Errorf("somebody else's form: %v", err)
	}
	x, err := w.st.Index(t.Context())
	if err != nil || len(x.Touchpoints) != 1 || x.Touchpoints[0].Member != 0 {
		t.Errorf("the index has %+v, %v", x.Touchpoints, err)
	}
}

func TestUndo(t *testing.T) {
	w := newWard(t)
	logged, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.svc.Undo(t.Context(), w.tomas, logged.ID, "", began.Add(25*time.Hour)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a day later: %v", err)
	}
	if err := w.svc.Undo(t.Context(), w.tomas, logged.ID, formKeyOf(1), began); err != nil || w.count() != 0 {
		t.Fatal(err, w.count())
	}
	if err := w.svc.Undo(t.Context(), w.tomas, logged.ID, formKeyOf(1), began); err != nil {
		t.Errorf("twice: %v", err)
	}
	if err := w.svc.Undo(t.Context(), w.tomas, logged.ID, formKeyOf(2), began); !fault.Is(err, fault.NotFound) {
		t.Errorf("with another form: %v", err)
	}
	if _, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began); !fault.Is(err, fault.Conflict) || w.count() != 0 {
		t.Errorf("a late resend: %v, %d rows", err, w.count())
	}
	if x, err := w.st.Index(t.Context()); err != nil || len(x.Touchpoints) != 0 {
		t.Errorf("the index has %+v, %v", x.Touchpoints, err)
	}
	log := fact[string](t, w.st, "select string_agg(action || ' ' || subject || ' ' || detail::text, ' ') from audit_log where action like 'touchpoint.%'")
	if !strings.Contains(log, "touchpoint.logged") || !strings.Contains(log, "touchpoint.undone") || strings.Contains(log, "emi") || strings.Contains(log, "@") {
		t.Errorf("the audit log says %s", log)
	}
}

// TestUndoAndResendRace sends a form again and again while what it made is taken back.
func TestUndoAndResendRace(t *testing.T) {
	w := newWard(t)
	for n := range 12 {
		logged, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(n), began)
		if err != nil {
			t.Fatal(err)
		}
		var g errgroup.Group
		for range 3 {
			g.Go(func() error {
				_, _, err := w.svc.Log(context.Background(), w.tomas, w.draft(n), began)
				if fault.Is(err, fault.Conflict) {
					return nil
				}
				return err
			})
		}
		g.Go(func() error { return w.svc.Undo(context.Background(), w.tomas, logged.ID, formKeyOf(n), began) })
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if w.count() != 0 {
			t.Fatalf("a resend of form %d brought it back", n)
		}
	}
}

func TestWhoCannotBeLoggedWith(t *testing.T) {
	w := newWard(t)
	for name, c := range map[string]struct{ person, say string }{
		"who left":   {"left@example.com", "Lea Vint left the organization"},
		"another's":  {"law@example.com", "Nobody in your departments has this address"},
		"nobody":     {"nobody@example.com", "Nobody in your departments has this address"},
		"no address": {"x", "Nobody in your departments has this address"},
		"a wild one": {"%", "Nobody in your departments has this address"},
	} {
		d := w.draft(1)
		d.Person = c.person
		if _, _, err := w.svc.Log(t.Context(), w.tomas, d, began); !fault.Is(err, fault.Invalid) || !strings.Contains(faultField(err, "person"), c.say) {
			t.Errorf("%s: %v %q", name, err, faultField(err, "person"))
		}
	}
	w.people("email,department,effective_from\nfemi@example.com,Legal," + day.FromTime(began).String() + "\n")
	if _, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began); faultField(err, "person") == "" {
		t.Errorf("who moved today: %v", err)
	}
	d := w.draft(2)
	d.Champion = "tomas@example.com"
	if _, _, err := w.svc.Log(t.Context(), w.lead, d, began); err != nil {
		t.Errorf("a lead for a champion: %v", err)
	}
	if w.count() != 1 {
		t.Errorf("%d rows", w.count())
	}
}

func TestListedTouchpoints(t *testing.T) {
	w := newWard(t)
	w.touchpoints("date,champion_email,user_email,department,kind\n2026-03-01,tomas@example.com,law@example.com,,Follow_Up\n2026-03-02,tomas@example.com,,Claims,question\n2026-03-03,tomas@example.com,nobody@example.com,,chat\n")
	if _, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began); err != nil {
		t.Fatal(err)
	}
	today := day.FromTime(began)
	for name, c := range map[string]struct {
		by   identity.Actor
		f    people.TouchpointFilter
		want string
	}{
		"a lead":                     {w.lead, people.TouchpointFilter{}, "Femi Balogun, nobody@example.com, the whole of Claims, Lou Weiss"},
		"a champion":                 {w.tomas, people.TouchpointFilter{}, "Femi Balogun, the whole of Claims"},
		"a champion of another":      {w.tomas, people.TouchpointFilter{Department: "legal"}, ""},
		"a champion, by its address": {w.tomas, people.TouchpointFilter{Person: "law@example.com"}, ""},
		"a champion, by a search":    {w.tomas, people.TouchpointFilter{Search: "weiss"}, ""},
		"a lead of one":              {w.lead, people.TouchpointFilter{Department: "legal"}, "Lou Weiss"},
		"by kind, as files say it":   {w.lead, people.TouchpointFilter{Kind: people.FollowUp}, "Lou Weiss"},
		"by name":                    {w.lead, people.TouchpointFilter{Search: "BALO"}, "Femi Balogun"},
		"of a period":                {w.lead, people.TouchpointFilter{Period: day.Period{From: day.Of(2026, 3, 2), To: day.Of(2026, 3, 3)}}, "nobody@example.com, the whole of Claims"},
		"an executive":               {identity.Actor{Roles: []identity.Role{identity.Executive}}, people.TouchpointFilter{}, ""},
	} {
		page, err := w.st.Touchpoints(t.Context(), c.by.PeopleScope(), c.f, today)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, one := range page.Touchpoints {
			got = append(got, one.With())
			if !one.SeenBy(c.by) {
				t.Errorf("%s: %s is listed and may not be seen", name, one.With())
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, ", "), c.want)
		}
		totals, err := w.st.TouchpointTotals(t.Context(), c.by.PeopleScope(), c.f, today)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, one := range totals {
			sum += one.Count
		}
		if sum != len(got) {
			t.Errorf("%s: totals of %d for %d", name, sum, len(got))
		}
	}
}

func TestTouchpointsComeInPages(t *testing.T) {
	w := newWard(t)
	var b strings.Builder
	b.WriteString("date,champion_email,user_email,note\n")
	for i := range 23 {
		fmt.Fprintf(&b, "2026-03-%02d,tomas@example.com,femi@example.com,%d\n", 1+i%5, i)
	}
	w.touchpoints(b.String())
	seen, f := map[int64]bool{}, people.TouchpointFilter{Limit: 10}
	for pages := 1; ; pages++ {
		page, err := w.st.Touchpoints(t.Context(), w.tomas.PeopleScope(), f, day.FromTime(began))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range page.Touchpoints {
			seen[one.ID] = true
		}
		if f.After = page.Next; f.After.ID == 0 {
			if pages != 3 || len(seen) != 23 {
				t.Errorf("%d pages of %d", pages, len(seen))
			}
			return
		}
	}
}

func TestAmend(t *testing.T) {
	w := newWard(t)
	logged, _, err := w.svc.Log(t.Context(), w.tomas, w.draft(1), began)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.svc.Amend(t.Context(), w.tomas, logged.ID, logged.Version, people.WorksNow, " Signed in. ", began)
	if err != nil || got.Outcome != people.WorksNow || got.Note != "Signed in." || got.Version != 2 {
		t.Errorf("%+v %v", got, err)
	}
	is, err := w.svc.Amend(t.Context(), w.tomas, logged.ID, logged.Version, people.WillTry, "x", began)
	if !fault.Is(err, fault.Conflict) || is.Note != "Signed in." {
		t.Errorf("a version that is gone: %+v %v", is, err)
	}
	other := w.tomas
	other.Account++
	if _, err := w.svc.Amend(t.Context(), other, logged.ID, 2, people.WillTry, "x", began); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's: %v", err)
	}
	for what, do := range map[string]func(id int64) error{
		"undo": func(id int64) error { return w.svc.Undo(t.Context(), other, id, "", began) },
		"amend": func(id int64) error {
			_, err := w.svc.Amend(t.Context(), other, id, 2, people.WillTry, "x", began)
			return err
		},
	} {
		theirs, absent := do(logged.ID), do(999999)
		if fault.Say(theirs) != fault.Say(absent) || fault.KindOf(theirs) != fault.KindOf(absent) {
			t.Errorf("%s: another's is %v, an absent one %v", what, theirs, absent)
		}
	}
	moved := w.tomas
	moved.Departments = []string{"elsewhere"}
	if _, err := w.svc.Amend(t.Context(), moved, logged.ID, 2, people.WillTry, "x", began); !fault.Is(err, fault.NotFound) {
		t.Errorf("by a champion of another department by now: %v", err)
	}
	if err := w.svc.Undo(t.Context(), moved, logged.ID, "", began); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken back by them: %v", err)
	}
}

// faultField is what a fault says of one field.
func faultField(err error, name string) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	return f.Fields[name]
}
