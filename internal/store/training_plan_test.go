package store_test

import (
	"context"
	"errors"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

var planner = identity.Actor{Name: "Lead", Email: "lead@example.com", Roles: []identity.Role{identity.Lead}}

// monday is a Monday at noon.
var monday = time.Date(2026, time.November, 16, 12, 0, 0, 0, time.UTC)

func planStore(t *testing.T) (*store.Store, *enablement.PlanService) {
	t.Helper()
	keys, _ := seal.Random()
	st := store.New(dbtest.New(t), keys)
	return st, &enablement.PlanService{Keeper: st}
}

func officeHours() enablement.Outline {
	return enablement.Outline{
		Name: "Office hours", Kind: enablement.OfficeHours, Starts: "15:30", Zone: "Europe/Berlin", Minutes: 60,
		Place: "Room 2", Link: "https://meet.example.com/help", Host: enablement.Host{Name: "Ann", Email: "Ann@example.com"},
		Features: []enablement.Feature{enablement.Skills, enablement.FileAccess},
	}
}

func run(t *testing.T, st *store.Store, sql string, args ...any) {
	t.Helper()
	if _, err := st.Pool().Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestSessionIsKeptAsPlanned(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	on := day.Of(2026, time.November, 19)
	id, err := svc.Plan(ctx, planner, officeHours(), on, monday)
	if err != nil {
		t.Fatal(err)
	}
	again, err := svc.Plan(ctx, planner, officeHours(), on, monday)
	if err != nil || again != id {
		t.Errorf("the same form twice: session %d, %v", again, err)
	}
	p, err := st.PlannedSession(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	want := officeHours()
	want.Features = []enablement.Feature{enablement.FileAccess, enablement.Skills}
	if differs := p.Differs(want); len(differs) > 0 || p.Day != on || p.FromFile || p.Version != 1 {
		t.Errorf("%+v differs in %v", p, differs)
	}
	other := officeHours()
	other.Place = "Elsewhere"
	_, err = svc.Plan(ctx, planner, other, on, monday)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || !strings.Contains(f.Fields["name"], "Thu 19 Nov 2026 already, as office hours") {
		t.Errorf("another session in its place: %v", err)
	}
	if _, err := st.PlannedSession(ctx, id+1); !fault.Is(err, fault.NotFound) {
		t.Errorf("an absent session: %v", err)
	}
}

func TestChangeOfASession(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	on := day.Of(2026, time.November, 19)
	id, err := svc.Plan(ctx, planner, officeHours(), on, monday)
	if err != nil {
		t.Fatal(err)
	}
	o := officeHours()
	o.Place = "Room 9"
	if err := svc.Change(ctx, planner, id, 1, o, on+7, monday); err != nil {
		t.Fatal(err)
	}
	if err := svc.Change(ctx, planner, id, 1, o, on, monday); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale change: %v", err)
	}
	if err := svc.Cancel(ctx, planner, id, 2, "The host is ill", monday); err != nil {
		t.Fatal(err)
	}
	p, err := st.PlannedSession(ctx, id)
	if err != nil || !p.Cancelled() || p.CancelReason != "The host is ill" || p.Place != "Room 9" || p.Day != on+7 || p.Version != 3 {
		t.Errorf("%v %+v", err, p)
	}
	if err := svc.Restore(ctx, planner, id, 3, monday); err != nil {
		t.Fatal(err)
	}
	if p, err = st.PlannedSession(ctx, id); err != nil || p.Cancelled() || p.CancelReason != "" {
		t.Errorf("%v %+v", err, p)
	}
	second := officeHours()
	second.Name = "Desk"
	if id, err = svc.Plan(ctx, planner, second, on+7, monday); err != nil {
		t.Fatal(err)
	}
	if err := svc.Change(ctx, planner, id, 1, o, on+7, monday); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "already") {
		t.Errorf("renamed to one that is there: %v", err)
	}
}

// A change and a cancellation of what both saw: one is done, the other told.
func TestChangeRacesCancel(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	on := day.Of(2026, time.November, 19)
	for n := range 8 {
		o := officeHours()
		o.Name += strings.Repeat("I", n)
		id, err := svc.Plan(ctx, planner, o, on, monday)
		if err != nil {
			t.Fatal(err)
		}
		o.Place = "Room 3"
		errs := atOnce(
			func() error { return svc.Change(ctx, planner, id, 1, o, on, monday) },
			func() error { return svc.Cancel(ctx, planner, id, 1, "Ill", monday) },
		)
		p, err := st.PlannedSession(ctx, id)
		if err != nil || p.Version != 2 || p.Cancelled() == (p.Place == "Room 3") {
			t.Errorf("%v %+v", err, p)
		}
		if (errs[0] == nil) == (errs[1] == nil) || errs[0] != nil && !fault.Is(errs[0], fault.Conflict) || errs[1] != nil && !fault.Is(errs[1], fault.Conflict) {
			t.Errorf("%v", errs)
		}
	}
}

// atOnce runs functions at once and returns what became of each.
func atOnce(fns ...func() error) []error {
	errs := make([]error, len(fns))
	var all gosync.WaitGroup
	for i, fn := range fns {
		all.Go(func() { errs[i] = fn() })
	}
	all.Wait()
	return errs
}

func weekly() enablement.Series {
	return enablement.Series{Outline: officeHours(), EveryWeeks: 1, From: day.Of(2026, time.November, 18), Until: day.Of(2026, time.December, 23)}
}

func days(list []enablement.Planned) string {
	var out []string
	for _, p := range list {
		out = append(out, p.Day.String()[5:])
	}
	return strings.Join(out, " ")
}

func TestSeriesFromBeginningToEnd(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	off := []day.Date{day.Of(2026, time.December, 2)}
	id, err := svc.PlanSeries(ctx, planner, weekly(), off, monday)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := svc.PlanSeries(ctx, planner, weekly(), off, monday); err != nil || again != id {
		t.Errorf("the same series twice: %d %v", again, err)
	}
	_, sessions, err := st.SeriesOf(ctx, id)
	if got := days(sessions); err != nil || got != "11-18 11-25 12-09 12-16 12-23" {
		t.Fatalf("%v %s", err, got)
	}
	moved := officeHours()
	moved.Place = "Room 7"
	if err := svc.Change(ctx, planner, sessions[1].ID, 1, moved, sessions[1].Day, monday); err != nil {
		t.Fatal(err)
	}
	run(t, st, `insert into sign_up (session, email, at) values ($1, 'bo@example.com', now())`, sessions[2].ID)
	o := officeHours()
	o.Starts, o.Capacity = "16:00", number(5)
	if err := svc.ChangeSeries(ctx, planner, id, 1, o, day.Of(2027, time.January, 6), off, monday); err != nil {
		t.Fatal(err)
	}
	series, sessions, err := st.SeriesOf(ctx, id)
	if got := days(sessions); err != nil || got != "11-18 11-25 12-09 12-16 12-23 12-30 01-06" || series.Version != 2 {
		t.Fatalf("%v %s %+v", err, got, series)
	}
	for i, p := range sessions {
		if (p.Starts == "16:00") == (i == 1) {
			t.Errorf("%s begins at %s", p.Day, p.Starts)
		}
	}
	later := monday.AddDate(0, 0, 3)
	if err := svc.EndSeries(ctx, planner, id, 2, "", later); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason although somebody signed up: %v", err)
	}
	if err := svc.EndSeries(ctx, planner, id, 2, "The pilot is over", later); err != nil {
		t.Fatal(err)
	}
	series, sessions, err = st.SeriesOf(ctx, id)
	if got := days(sessions); err != nil || got != "11-18 12-09" || !sessions[1].Cancelled() || sessions[0].Cancelled() || !series.Ended() {
		t.Errorf("%v %s %+v", err, got, series)
	}
	if err := svc.EndSeries(ctx, planner, id, 3, "Again", later); !fault.Is(err, fault.Conflict) {
		t.Errorf("ended twice: %v", err)
	}
}

func number(n int) *int { return &n }

// A series that changes while one of its sessions does: whichever comes first, the
// session ends up as its own change says, or both happened in order.
func TestSeriesRacesItsSession(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	for n := range 6 {
		s := weekly()
		s.Name += strings.Repeat("I", n)
		id, err := svc.PlanSeries(ctx, planner, s, nil, monday)
		if err != nil {
			t.Fatal(err)
		}
		_, sessions, err := st.SeriesOf(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		own, all := s.Outline, s.Outline
		own.Place, all.Starts = "Room 7", "16:00"
		errs := atOnce(
			func() error {
				return svc.Change(ctx, planner, sessions[0].ID, 1, own, sessions[0].Day, monday)
			},
			func() error { return svc.ChangeSeries(ctx, planner, id, 1, all, s.Until, nil, monday) },
		)
		p, err := st.PlannedSession(ctx, sessions[0].ID)
		if err != nil || errs[1] != nil {
			t.Fatal(err, errs)
		}
		switch {
		case errs[0] == nil && p.Place == "Room 7" && p.Starts == "15:30":
		case fault.Is(errs[0], fault.Conflict) && p.Place == "Room 2" && p.Starts == "16:00":
		default:
			t.Errorf("%v: %+v", errs, p)
		}
	}
}

// Two who plan the same at once plan it once.
func TestSameSeriesAtOnce(t *testing.T) {
	st, svc := planStore(t)
	var ids [4]int
	var fns []func() error
	for i := range ids {
		fns = append(fns, func() (err error) {
			ids[i], err = svc.PlanSeries(context.Background(), planner, weekly(), nil, monday)
			return err
		})
	}
	for _, err := range atOnce(fns...) {
		if err != nil {
			t.Error(err)
		}
	}
	list, err := st.AllSeries(t.Context())
	if err != nil || len(list) != 1 || ids[0] != ids[3] || ids[0] == 0 {
		t.Errorf("%v %v %v", err, ids, list)
	}
}

func TestWhoFindsWhichSession(t *testing.T) {
	st, svc := planStore(t)
	ctx := t.Context()
	run(t, st, `insert into department (name) values ('Legal'), ('Finance')`)
	run(t, st, `insert into person (email, name) values ('lea@example.com', 'Lea'), ('fin@example.com', 'Fin')`)
	run(t, st, `insert into placement (person, department) select p.id, d.id from person p join department d on (p.name = 'Lea') = (d.name = 'Legal')`)
	legal := officeHours()
	legal.Name, legal.Kind = "First tasks", enablement.Department
	if err := st.Pool().QueryRow(ctx, `select id from department where name = 'Legal'`).Scan(&legal.Department.ID); err != nil {
		t.Fatal(err)
	}
	on := day.Of(2026, time.November, 19)
	id, err := svc.Plan(ctx, planner, legal, on, monday)
	if err != nil {
		t.Fatal(err)
	}
	for who, c := range map[string]struct {
		actor identity.Actor
		sees  bool
	}{
		"lead":               {planner, true},
		"of the department":  {identity.Actor{Email: "LEA@example.com"}, true},
		"of another":         {identity.Actor{Email: "fin@example.com"}, false},
		"on no roster":       {identity.Actor{Email: "who@example.com"}, false},
		"champion":           {identity.Actor{Email: "fin@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"legal"}}, true},
		"champion elsewhere": {identity.Actor{Email: "fin@example.com", Roles: []identity.Role{identity.Champion}, Departments: []string{"finance"}}, false},
		"host":               {identity.Actor{Email: "ann@Example.com"}, true},
	} {
		l, err := st.SessionFor(ctx, c.actor, id, on)
		list, listErr := st.UpcomingSessions(ctx, c.actor, on-1, on)
		if (err == nil) != c.sees || (len(list) == 1) != c.sees || listErr != nil {
			t.Errorf("%s: %v %v %v", who, err, list, listErr)
		}
		if c.sees && l.Department.Slug != "legal" {
			t.Errorf("%s: %+v", who, l.Department)
		}
		if !c.sees && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", who, err)
		}
	}
}
