package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// office imports into a database of its own.
type office struct {
	t  testing.TB
	st *store.Store
}

func newOffice(t testing.TB) office {
	keys, _ := seal.Random()
	return office{t, store.New(dbtest.New(t), keys)}
}

func (o office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.st.Pool().Exec(context.Background(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

func text(s string) sheet.File { return sheet.File{Name: "file.csv", Body: strings.NewReader(s)} }

func (o office) people(s string) people.Difference {
	o.t.Helper()
	svc := people.Service{Keeper: o.st}
	want, err := svc.Preview(context.Background(), identity.Operator(), text(s), began)
	if err != nil {
		o.t.Fatal(err)
	}
	got, err := svc.Apply(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil {
		o.t.Fatal(err, got)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		o.t.Errorf("the dry run tells something else:\n%s", diff)
	}
	again, err := svc.Apply(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil || !again.Empty() || again.Unchanged != again.People {
		o.t.Errorf("applied twice, it changes more: %v %+v", err, again)
	}
	return got
}

func (o office) training(s string) enablement.Difference {
	o.t.Helper()
	svc := enablement.Service{Keeper: o.st}
	got, err := svc.Apply(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil {
		o.t.Fatal(err, got)
	}
	again, err := svc.Apply(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil || !again.Empty() {
		o.t.Errorf("applied twice, it changes more: %v %+v", err, again)
	}
	return got
}

func (o office) touchpoints(s string) people.TouchpointDifference {
	o.t.Helper()
	svc := people.Service{Keeper: o.st}
	got, err := svc.ApplyTouchpoints(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil {
		o.t.Fatal(err, got)
	}
	again, err := svc.ApplyTouchpoints(context.Background(), identity.Operator(), text(s), sheet.Options{}, began)
	if err != nil || !again.Empty() {
		o.t.Errorf("applied twice, it changes more: %v %+v", err, again)
	}
	return got
}

// member adds a member; an empty address is a deleted account.
func (o office) member(ord int, email string) {
	o.t.Helper()
	o.exec("insert into member (ord, user_id, email, listed, deleted, added_at) values ($1, $2, nullif($3, ''), $3 <> '', $3 = '', $4)",
		ord, fmt.Sprintf("user_%d", ord), email, began)
}

func (o office) rename(ord int, email string) {
	o.t.Helper()
	o.exec("update member set email = $2 where ord = $1", ord, email)
}

func (o office) index() *adoption.Index {
	o.t.Helper()
	o.exec("update generation set n = n + 1, people = n + 1")
	x, err := store.New(o.st.Pool(), nil).Index(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	return x
}

// places writes an index's placements as "0 Finance/Pilot, 0 2026-05-01 Sales/".
func places(x *adoption.Index) string {
	var out []string
	for _, p := range x.Placements {
		s := fmt.Sprint(p.Member)
		if p.From.Known() {
			s += " " + p.From.String()
		}
		out = append(out, s+" "+p.Department+"/"+p.Wave)
	}
	return strings.Join(out, ", ")
}

// TestWhoIsWho joins the roster to the members in every way they can miss each other.
func TestWhoIsWho(t *testing.T) {
	const ann = "email,department\nAnn@Example.com,Finance\n"
	for name, c := range map[string]struct {
		do      func(o office)
		want    string
		members int // in the index, guests included
	}{
		"by address, in other cases": {func(o office) { o.member(0, "ANN@example.com"); o.people(ann) }, "0 Finance/", 1},
		"the roster comes first":     {func(o office) { o.people(ann); o.member(0, "ann@example.com") }, "0 Finance/", 1},
		"not a member":               {func(o office) { o.member(0, "bo@example.com"); o.people(ann) }, "1 Finance/", 2},
		"only invited": {func(o office) {
			o.exec("insert into invite (id, email, role, status) values ('i', 'ann@example.com', 'user', 'pending')")
			o.people(ann)
		}, "0 Finance/", 1},
		"the address changed after the import": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.rename(0, "ann.lee@example.com")
		}, "0 Finance/", 1},
		"the roster has the new address, the member still the old one": {func(o office) {
			o.member(0, "ann.lee@example.com")
			o.people(ann)
			o.rename(0, "ann@example.com")
		}, "0 Finance/", 1},
		"the address changed, then the roster": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.rename(0, "ann.lee@example.com")
			if d := o.people("email,department\nann.lee@example.com,Finance\n"); d.Renamed.Count != 1 || d.New.Count != 0 {
				o.t.Errorf("%+v", d)
			}
		}, "0 Finance/", 1},
		"somebody else has the old address now": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.rename(0, "ann.lee@example.com")
			o.member(1, "ann@example.com")
		}, "1 Finance/", 2},
		"both addresses are on the roster": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.rename(0, "ann.lee@example.com")
			o.people("email,department\nann@example.com,Finance\nann.lee@example.com,Sales\n")
		}, "0 Sales/, 1 Finance/", 2},
		"a deleted account": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.exec("update member set email = null, listed = false, deleted = true")
		}, "1 Finance/", 2},
		"two accounts of one person": {func(o office) {
			o.member(0, "ann@example.com")
			o.member(1, "Ann@example.com")
			o.people(ann)
		}, "0 Finance/, 1 Finance/", 2},
		"left and still on the roster": {func(o office) {
			o.member(0, "ann@example.com")
			o.people(ann)
			o.exec("update member set listed = false")
		}, "0 Finance/", 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			c.do(o)
			x := o.index()
			if got := places(x); got != c.want || len(x.Members) != c.members {
				t.Errorf("placements are %q of %d people, want %q of %d", got, len(x.Members), c.want, c.members)
			}
			o.agree()
		})
	}
}

// agree checks that the roster page and the view say the same of who is which member.
func (o office) agree() {
	o.t.Helper()
	page, err := o.st.People(context.Background(), identity.Operator().PeopleScope(), people.Filter{Limit: 500}, day.FromTime(began))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range page.Entries {
		if e.Person == 0 {
			continue
		}
		var members []int32
		rows, _ := o.st.Pool().Query(context.Background(), "select mp.member from member_person mp join member m on m.ord = mp.member where mp.person = $1 order by m.listed desc, m.ord", e.Person)
		for rows.Next() {
			var m int32
			if err := rows.Scan(&m); err != nil {
				o.t.Fatal(err)
			}
			members = append(members, m)
		}
		if (e.Member == nil) != (len(members) == 0) || e.Member != nil && *e.Member != members[0] {
			o.t.Errorf("%s is member %v on the page, %v by the view", e.Email, e.Member, members)
		}
	}
}

func TestPlacementsOverTime(t *testing.T) {
	o := newOffice(t)
	o.member(0, "ann@example.com")
	o.people("email,department,wave\nann@example.com,Finance,Pilot\n")
	o.people("email,department,effective_from\nann@example.com,Sales,2026-12-01\n")
	if got, want := places(o.index()), "0 Finance/Pilot, 0 2026-12-01 Sales/Pilot"; got != want {
		t.Errorf("a move that waits: %q, want %q", got, want)
	}
	o.people("email,wave\nann@example.com,Second\n")
	if got, want := places(o.index()), "0 Finance/Second, 0 2026-12-01 Sales/Second"; got != want {
		t.Errorf("another wave for all days: %q, want %q", got, want)
	}
	o.people("email,department,wave,effective_from\nann@example.com,,Second,2026-12-01\n")
	if got, want := places(o.index()), "0 Finance/Second, 0 2026-12-01 /Second"; got != want {
		t.Errorf("an empty department: %q, want %q", got, want)
	}
	o.people("email,department,wave\nann@example.com,Legal,First\n")
	if got, want := places(o.index()), "0 Legal/First"; got != want {
		t.Errorf("a row for all days: %q, want %q", got, want)
	}
	o.people("email,name\nann@example.com,Ann\n")
	if got, want := places(o.index()), "0 Legal/First"; got != want {
		t.Errorf("columns that are absent: %q, want %q", got, want)
	}
}

func TestAttendancesAndTouchpointsFindTheirPeople(t *testing.T) {
	o := newOffice(t)
	o.member(0, "ann@example.com")
	o.member(1, "old@example.com")
	o.rename(1, "new@example.com")
	o.people("email,department\nann@example.com,Finance\nguest@example.com,Sales\n")
	o.training("email,session,kind,date,status,minutes\n" +
		"ANN@example.com,101,all_staff_101,2026-11-02,attended,60\n" +
		"old@example.com,101,all_staff_101,2026-11-02,completed,\n" +
		"new@example.com,Desk,office_hours,2026-11-03,attended,\n" +
		"guest@example.com,Desk,office_hours,2026-11-03,attended,\n" +
		"nobody@example.com,Desk,office_hours,2026-11-03,attended,\n" +
		"ann@example.com,Desk,office_hours,2026-11-03,no_show,\n")
	o.touchpoints("date,champion_email,user_email,department,kind,note\n" +
		"2026-11-04,guest@example.com,ann@example.com,,desk,\n" +
		"2026-11-04,guest@example.com,,finance,demo,\"two\nlines\"\n" +
		"2026-11-04,guest@example.com,,finance,demo,\"two\nlines\"\n" +
		"2026-11-05,guest@example.com,other@example.com,Finance,desk,\n")
	x := o.index()
	slices.SortFunc(x.Attendances, func(a, b adoption.Attendance) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Member, b.Member))
	})
	if got, want := fmt.Sprint(x.Attendances), "[{2026-11-02 0 all_staff_101} {2026-11-02 1 all_staff_101} {2026-11-03 1 office_hours} {2026-11-03 2 office_hours} {2026-11-03 3 office_hours}]"; got != want {
		t.Errorf("attendances are\n%s, want\n%s", got, want)
	}
	if got, want := fmt.Sprint(x.Touchpoints), "[{2026-11-04 0 } {2026-11-04 -1 Finance} {2026-11-04 -1 Finance} {2026-11-05 4 }]"; got != want {
		t.Errorf("touchpoints are\n%s, want\n%s", got, want)
	}
	if len(x.Members) != 5 {
		t.Errorf("there are %d people, want 2 members and 3 guests", len(x.Members))
	}
}

func TestEvents(t *testing.T) {
	o := newOffice(t)
	o.people("email,wave\nann@example.com,Pilot\n")
	o.training("email,session,kind,date,status\nann@example.com,B,department,2026-11-02,attended\nann@example.com,A,all_staff_101,2026-11-02,attended\n" +
		"ann@example.com,C,department,2026-11-02,no_show\nann@example.com,Desk,office_hours,2026-11-02,attended\nann@example.com,Not reached,department,2026-11-03,attended\n")
	o.exec("insert into phase (key, starts_on) values ('launch', '2026-11-01')")
	o.exec("insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) values ('connectors', '2026-10-01', '2026-10-01', '2026-10-01', 1, now(), 1)")
	o.exec("insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count) values ('users', '2026-11-02', '2026-11-02', '2026-11-02', 1, now(), 1)")
	o.exec(`insert into feature_day (day, kind, key, name, users, cowork_sessions) values
		('2026-10-01', 'connector', 'a', 'There before', 3, null), ('2026-10-05', 'connector', 'b', 'Drive', 0, 0),
		('2026-10-06', 'connector', 'b', 'Drive', null, 2), ('2026-10-07', 'connector', 'b', 'Drive', 4, 2), ('2026-10-05', 'skill', 'c', 'Skill', 2, 2)`)
	waves, err := o.st.Waves(t.Context(), day.FromTime(began))
	if err != nil || len(waves) != 1 {
		t.Fatal(waves, err)
	}
	opens := day.Of(2026, time.November, 9)
	if err := o.st.SetWaveOpens(t.Context(), identity.Operator(), waves[0].ID, &opens, began); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(o.index().Events), "[{2026-10-06 connector Drive first used} {2026-11-01 phase Launch begins} {2026-11-02 training A and 2 more} {2026-11-09 launch Pilot opens}]"; got != want {
		t.Errorf("events are\n%s, want\n%s", got, want)
	}
	err = o.st.SetWaveOpens(t.Context(), identity.Actor{Account: 1, Roles: []identity.Role{identity.Champion}}, waves[0].ID, nil, began)
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("a champion set the day: %v", err)
	}
	if err := o.st.SetWaveOpens(t.Context(), identity.Operator(), 99, nil, began); !fault.Is(err, fault.NotFound) {
		t.Errorf("a wave that does not exist: %v", err)
	}
}

// TestChampionSeesOnlyTheirDepartment seeds every department with a person of its name.
func TestChampionSeesOnlyTheirDepartment(t *testing.T) {
	o := newOffice(t)
	o.people("email,name,department,effective_from\nfinance@example.com,Canary Finance,Finance,\nsales@example.com,Canary Sales,Sales,\n" +
		"none@example.com,Canary None,,\nmoved@example.com,Canary Moved,Finance,2026-01-01\nmoved@example.com,Canary Moved,Sales,2026-11-01\n" +
		"waits@example.com,Canary Waits,Sales,2026-01-01\nwaits@example.com,Canary Waits,Finance,2027-01-01\n")
	o.member(0, "member@example.com")
	o.exec("insert into invite (id, email, role, status) values ('i', 'invited@example.com', 'user', 'pending')")
	champion := func(departments ...string) identity.PeopleScope {
		return identity.Actor{Account: 1, Roles: []identity.Role{identity.Champion}, Departments: departments}.PeopleScope()
	}
	for _, c := range []struct {
		scope identity.PeopleScope
		f     people.Filter
		want  string
	}{
		{champion("finance"), people.Filter{}, "finance"},
		{champion("sales"), people.Filter{}, "moved sales waits"},
		{champion("sales"), people.Filter{Department: "finance"}, ""},
		{champion("sales"), people.Filter{Department: "unassigned"}, ""},
		{champion("unassigned"), people.Filter{}, ""},
		{champion("unassigned"), people.Filter{Department: "unassigned"}, ""},
		{champion("nowhere"), people.Filter{}, ""},
		{champion(), people.Filter{}, ""},
		{champion("finance", "sales"), people.Filter{Search: "canary"}, "finance moved sales waits"},
		{identity.PeopleScope{}, people.Filter{}, ""},
		{identity.Actor{Roles: []identity.Role{identity.Executive}}.PeopleScope(), people.Filter{}, ""},
		{identity.Operator().PeopleScope(), people.Filter{}, "finance invited member moved none sales waits"},
		{identity.Operator().PeopleScope(), people.Filter{Department: "unassigned"}, "invited member none"},
		{identity.Operator().PeopleScope(), people.Filter{State: people.NotArrived, Department: "sales"}, "moved sales waits"},
		{identity.Operator().PeopleScope(), people.Filter{State: people.Invited}, "invited"},
		{identity.Operator().PeopleScope(), people.Filter{State: people.IsMember}, "member"},
		{identity.Operator().PeopleScope(), people.Filter{State: people.Left}, ""},
		{identity.Operator().PeopleScope(), people.Filter{Search: "ANARY f"}, "finance"},
	} {
		if got := strings.Join(o.listed(c.scope, c.f, 2), " "); got != c.want {
			t.Errorf("%v with %+v sees %q, want %q", c.scope, c.f, got, c.want)
		}
	}
}

// listed pages through everybody that a scope sees, and returns their names before the @.
func (o office) listed(scope identity.PeopleScope, f people.Filter, size int) []string {
	o.t.Helper()
	var out []string
	for f.Limit = size; ; {
		page, err := o.st.People(context.Background(), scope, f, day.FromTime(began))
		if err != nil {
			o.t.Fatal(err)
		}
		for _, e := range page.Entries {
			who, _, _ := strings.Cut(e.Email, "@")
			out = append(out, who)
		}
		if page.Next == "" {
			return out
		}
		f.After = page.Next
	}
}

func TestDepartmentsAndWavesCountToday(t *testing.T) {
	o := newOffice(t)
	o.people("email,department,wave,effective_from\na@example.com,R&D,Pilot,\nb@example.com,R-D,Pilot,\nc@example.com,R&D,,2026-01-01\nc@example.com,,Second,2026-11-01\nd@example.com,Finance,Pilot,2027-01-01\n")
	today := day.FromTime(began)
	departments, err := o.st.Departments(t.Context(), today)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range departments {
		got = append(got, fmt.Sprintf("%s %s %d", d.Name, d.Slug, d.People))
	}
	if diff := gocmp.Diff([]string{"Finance finance 1", "R&D r-d 1", "R-D r-d-2 1"}, got); diff != "" {
		t.Error(diff)
	}
	var cohorts []string
	for _, c := range o.index().Cohorts(adoption.ByDepartment, today) {
		cohorts = append(cohorts, c.Name+" "+c.Slug)
	}
	if diff := gocmp.Diff([]string{"Finance finance", "R&D r-d", "R-D r-d-2", "Unassigned unassigned"}, cohorts); diff != "" {
		t.Errorf("figures name departments in another way:\n%s", diff)
	}
}

// TestPagesOfTheRoster walks the roster to its end and back: people of it, members
// who are not on it and invitations, mixed as their addresses have it.
func TestPagesOfTheRoster(t *testing.T) {
	o := newOffice(t)
	var b strings.Builder
	b.WriteString("email,department\n")
	for i := 0; i < 30; i += 3 {
		fmt.Fprintf(&b, "p%02d@example.com,Finance\n", i)
		o.member(i, fmt.Sprintf("p%02d@example.com", i+1))
		o.exec("insert into invite (id, email, role, status) values ($1, $2, 'user', 'pending')", fmt.Sprint(i), fmt.Sprintf("p%02d@example.com", i+2))
	}
	o.people(b.String())
	scope, today := identity.Operator().PeopleScope(), day.FromTime(began)
	for _, size := range []int{1, 4, 7, 29, 30, 31} {
		var there, back [][]people.Entry
		f := people.Filter{Limit: size}
		for {
			v, err := o.st.RosterView(t.Context(), scope, f, today)
			if err != nil {
				t.Fatal(err)
			}
			there = append(there, v.Entries)
			if v.Next == "" {
				f = people.Filter{Limit: size, Before: v.Previous}
				break
			}
			f.After = v.Next
		}
		for f.Before != "" {
			v, err := o.st.RosterView(t.Context(), scope, f, today)
			if err != nil {
				t.Fatal(err)
			}
			back = append([][]people.Entry{v.Entries}, back...)
			f.Before = v.Previous
		}
		if n := len(slices.Concat(there...)); n != 30 {
			t.Errorf("pages of %d show %d people, want 30", size, n)
		}
		if diff := gocmp.Diff(there[:len(there)-1], back, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("pages of %d differ on the way back:\n%s", size, diff)
		}
	}
}
