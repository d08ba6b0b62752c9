package adoption

import (
	"strings"
	"testing"

	"groundswell/internal/day"
)

func dated(s string) day.Date {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func period(from, to string) day.Period { return day.Period{From: dated(from), To: dated(to)} }

func TestMonthsStandForPeriods(t *testing.T) {
	x := &Index{First: dated("2026-02-10"), Through: dated("2026-05-20"), Settings: DefaultSettings()}
	for asked, want := range map[day.Period]day.Period{
		period("2026-03-01", "2026-03-31"): period("2026-03-01", "2026-03-31"),
		period("2026-03-15", "2026-04-01"): period("2026-04-01", "2026-04-30"),
		period("2026-04-23", "2026-05-20"): period("2026-04-01", "2026-04-30"), // May is not over
		period("2026-06-01", "2026-06-09"): period("2026-04-01", "2026-04-30"),
		period("2026-01-01", "2026-03-01"): period("2026-03-01", "2026-03-31"),
	} {
		if got, missing := x.monthOf(asked); got != want || missing != "" {
			t.Errorf("%v is %v %s, want %v", asked, got, missing, want)
		}
	}
	if got, missing := x.monthOf(period("2026-02-11", "2026-02-28")); got.Days() > 0 || !strings.Contains(missing, "The first one in the data is March 2026.") {
		t.Errorf("a part of a month is %v, %q", got, missing)
	}
	x.Through = dated("2026-03-30")
	if got, missing := x.monthOf(period("2026-03-01", "2026-03-30")); got.Days() > 0 || !strings.Contains(missing, "after Tue 31 Mar 2026.") {
		t.Errorf("the day before the first whole month it is %v, %q", got, missing)
	}
	x.Through = day.None
	if _, missing := x.monthOf(period("2026-03-01", "2026-03-30")); missing != noData {
		t.Errorf("without data: %q", missing)
	}
}

func TestSeriesAreOfTheMonthsTheyTouch(t *testing.T) {
	x := &Index{First: dated("2026-01-01"), Through: dated("2026-05-20"), Settings: DefaultSettings()}
	months, _ := x.monthsOf(period("2026-02-27", "2026-05-20"))
	if len(months) != 3 || months[0] != period("2026-02-01", "2026-02-28") || months[2] != period("2026-04-01", "2026-04-30") {
		t.Errorf("months %v", months)
	}
	weeks := x.weeksOf(period("2026-03-01", "2026-03-31"))
	if len(weeks) != 5 || weeks[0] != period("2026-02-23", "2026-03-01") || weeks[4] != period("2026-03-23", "2026-03-29") {
		t.Errorf("weeks %v", weeks)
	}
	if weeks = x.weeksOf(period("2026-01-01", "2026-01-31")); len(weeks) != 3 || weeks[0].From != dated("2026-01-05") {
		t.Errorf("the week that began before the data is one of %v", weeks)
	}
}

// pairOf is two departments of ten, everybody active every day of two months; in
// the second one three new people get a department of their own.
func pairOf() *Index {
	first := dated("2026-03-01")
	x := &Index{First: first, Through: dated("2026-05-20"), Settings: DefaultSettings()}
	var entries []Entry
	for m := range int32(23) {
		x.Members = append(x.Members, Member{Listed: true, Added: first})
		x.Placements = append(x.Placements, Placement{Member: m, From: day.None, Department: []string{"Audit", "Board"}[m%2]})
		if m >= 20 {
			x.Members[m].Added = dated("2026-04-10")
			x.Placements = append(x.Placements, Placement{Member: m, From: x.Members[m].Added, Department: "Claims"})
		} else {
			entries = append(entries, Entry{m, Activity{SignedIn: true, Sessions: 2, Actions: 1}})
		}
	}
	for d := first; d <= x.Through; d++ {
		x.Days = append(x.Days, IndexDay(d, entries, 1))
	}
	return x
}

func TestTheMonthBeforeIsOfTheSameCohorts(t *testing.T) {
	x := pairOf()
	april, err := x.Answer(Query{Period: dated("2026-04-01").Month(), By: ByDepartment})
	if err != nil {
		t.Fatal(err)
	}
	if f := april.Figure(SessionsPerActiveUser); f.Previous == nil || *f.Previous != 62 {
		t.Errorf("everyone's sessions the month before: %v", f.Previous)
	}
	slugs := []string{}
	for _, r := range april.Breakdown {
		slugs = append(slugs, r.Cohort.Slug)
		f := r.Figure(SessionsPerActiveUser)
		if r.Cohort.Merged && f.Previous != nil {
			t.Errorf("Other is compared with what was no Other: %v", *f.Previous)
		}
		if !r.Cohort.Merged && (f.Previous == nil || *f.Previous != 62) {
			t.Errorf("%s the month before: %v", r.Cohort.Slug, f.Previous)
		}
	}
	if got := strings.Join(slugs, " "); got != "board other" {
		t.Errorf("shown are %s: three people take the smaller department with them", got)
	}
}

func TestWeek2RetentionWaitsForAll(t *testing.T) {
	x := pairOf()
	x.Through = dated("2026-04-12")
	f := func() Figure {
		a, err := x.Answer(Query{Period: dated("2026-03-01").Month()})
		if err != nil {
			t.Fatal(err)
		}
		return a.Figure(Week2Retention)
	}
	if got := f(); got.Value != nil || got.Withheld || !strings.Contains(got.Reason, "Mon 13 Apr 2026") {
		t.Errorf("a day too early: %+v", got)
	}
	x = pairOf()
	x.Through = dated("2026-04-13")
	if got := f(); got.Value == nil || *got.Value != 1 {
		t.Errorf("13 days later: %+v", got)
	}
}

func TestASmallOrganizationIsWithheld(t *testing.T) {
	x := pairOf()
	for m := range x.Members {
		x.Members[m].Listed = m < 4
	}
	q := Query{Period: dated("2026-04-01").Month(), By: ByDepartment}
	a, err := x.Answer(q)
	if err != nil {
		t.Fatal(err)
	}
	for _, fs := range append(rowsOf(a), a.Figures) {
		for _, f := range fs {
			if f.Value != nil || !f.Withheld {
				t.Errorf("four members: %+v", f)
			}
		}
	}
	q.By = ByNone
	w, err := x.Weekly(q)
	if err != nil || len(w.Weeks) == 0 || !w.Weeks[0].Cohorts[0].Withheld {
		t.Errorf("weeks of four members: %+v, %v", w.Weeks, err)
	}
	fun, err := x.Funnel(q)
	if err != nil || !fun.Rows[0].Withheld {
		t.Errorf("the funnel of four members: %+v, %v", fun.Rows, err)
	}
	r, err := x.Retention(q)
	if err != nil || !r.Withheld || len(r.Rows) > 0 {
		t.Errorf("the triangle of four members: %+v, %v", r, err)
	}
}
