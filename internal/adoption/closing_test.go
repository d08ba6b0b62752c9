package adoption_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// april is a day of April 2026.
func april(d int) day.Date { return day.Of(2026, time.April, d) }

func TestAMonthClosesWhenItsLastDayIsEightDaysOld(t *testing.T) {
	feb, mar := day.Of(2026, time.February, 1), march(1)
	for _, c := range []struct {
		first, through day.Date
		want           []day.Date
	}{
		{mar, april(7), nil},
		{mar, april(8), []day.Date{mar}},
		{feb, april(7), []day.Date{feb}},
		{feb, april(8), []day.Date{feb, mar}},
		{feb + 1, april(8), []day.Date{mar}}, // its first day was never read
		{0, april(8), []day.Date{adoption.FirstDay, feb, mar}},
		{april(1), april(8), nil},
		{0, day.None, nil},
	} {
		x := &adoption.Index{First: c.first, Through: c.through, Settings: adoption.DefaultSettings()}
		if got := x.Closable(); !slices.Equal(got, c.want) {
			t.Errorf("read from %v through %v: %v can be closed, want %v", c.first, c.through, got, c.want)
		}
		for _, m := range []day.Date{adoption.FirstDay, feb, mar, april(1)} {
			if _, err := x.Close(m); fault.Is(err, fault.Invalid) == slices.Contains(c.want, m) {
				t.Errorf("read from %v through %v: closing %v gives %v", c.first, c.through, m, err)
			}
		}
	}
	x := &adoption.Index{Through: april(30), Settings: adoption.DefaultSettings()}
	if _, err := x.Close(march(2)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a month that begins on the 2nd: %v", err)
	}
}

// closed is a March that can be closed: Claims, Finance, a wave and a group.
func closed() *adoption.Index {
	x := log()
	x.Through = april(8)
	x.SeatsGranted, x.Seats = true, []adoption.Seats{{Day: march(3), Assigned: 25}}
	x.Attendances = []adoption.Attendance{at(march(4), 12, adoption.OfficeHours)}
	entries := []adoption.Entry{{Member: 0, Activity: adoption.Activity{SignedIn: true, Sessions: 2, Actions: 1}}}
	x.Days[9] = adoption.IndexDay(march(10), entries, 1)
	return x
}

func TestAClosingHoldsEveryFigureOfEveryCohort(t *testing.T) {
	x := closed()
	c, err := x.Close(march(1))
	if err != nil || c.Month != march(1) || c.Through != april(8) {
		t.Fatalf("%v through %v, %v", c.Month, c.Through, err)
	}
	var who []string
	for _, r := range c.Rows {
		who = append(who, string(r.Cohort.By)+":"+r.Cohort.Slug)
		if len(r.Figures) != len(adoption.Catalogue()) {
			t.Errorf("%s has %d figures", r.Cohort.Slug, len(r.Figures))
		}
	}
	want := []string{":all", "department:claims", "department:finance", "wave:later", "wave:pilot", "group:finance-people"}
	if d := cmp.Diff(want, who); d != "" {
		t.Error(d)
	}
	all, ok := c.Row(adoption.ByNone, "")
	if !ok || *all.Licensed != 25 || *all.Figures[0].Numerator != 1 || *all.Figures[0].Denominator != 25 {
		t.Errorf("everyone: %+v, %v", all, ok)
	}
	finance, ok := c.Row(adoption.ByDepartment, "finance")
	if !ok || *finance.Licensed != 10 {
		t.Errorf("finance: %+v, %v", finance.Licensed, ok)
	}
	if _, ok := c.Row(adoption.ByWave, "finance"); ok {
		t.Error("a department is found among the waves")
	}
}

func TestWhatComesLateDoesNotAlterAClosing(t *testing.T) {
	kept, err := closed().Close(march(1))
	if err != nil {
		t.Fatal(err)
	}
	revised := closed()
	revised.Days = slices.Clone(revised.Days)
	revised.Days[10] = adoption.IndexDay(march(11), []adoption.Entry{{Member: 1, Activity: adoption.Activity{SignedIn: true, Sessions: 9, Actions: 1}}}, 1)
	revised.Seats = []adoption.Seats{{Day: march(3), Assigned: 40}}
	revised.Placements[0].Department = "Finance"
	if _, err := revised.Close(march(1)); err != nil {
		t.Fatal(err)
	}
	again, _ := closed().Close(march(1))
	opts := cmp.Comparer(func(a, b adoption.Money) bool { return a.Cents() == b.Cents() })
	if d := cmp.Diff(again, kept, opts); d != "" {
		t.Errorf("the closing changed: %s", d)
	}
	f := answer(t, revised, lead(march(1).Month(), adoption.ByNone, "")).Figure(adoption.ActivationRate)
	was, _ := kept.Row(adoption.ByNone, "")
	if *f.Value != 0.05 || *was.Figures[0].Value != 0.04 {
		t.Errorf("revised %v, closed %v; want 2/40 and 1/25", *f.Value, *was.Figures[0].Value)
	}
}

func TestSizesAreTheDenominatorsOfADay(t *testing.T) {
	x := closed()
	x.Members[3].Added = march(5)
	x.Members[4] = adoption.Member{Added: day.Never}
	x.Placements[9] = adoption.Placement{Member: 9, From: day.None}
	sizes := func(d day.Date) map[string]int {
		out := map[string]int{}
		for _, s := range x.Sizes(d) {
			out[string(s.Cohort.By)+":"+s.Cohort.Slug] = s.Members
			if (s.Seats != nil) != (s.Cohort.By == adoption.ByNone && d >= march(3)) {
				t.Errorf("%s has %v seats on %s", s.Cohort.Slug, s.Seats, d)
			}
		}
		return out
	}
	want := map[string]int{":all": 18, "department:claims": 7, "department:finance": 10, "department:unassigned": 1,
		"wave:pilot": 7, "wave:later": 10, "wave:unassigned": 1, "group:finance-people": 10}
	if d := cmp.Diff(want, sizes(march(2))); d != "" {
		t.Error(d)
	}
	want[":all"], want["department:claims"], want["wave:pilot"] = 19, 8, 8
	if d := cmp.Diff(want, sizes(march(5))); d != "" {
		t.Error(d)
	}
	if got := sizes(day.Of(2026, time.February, 1)); len(got) != 1 || got[":all"] != 0 {
		t.Errorf("before anybody was a member: %v", got)
	}
}
