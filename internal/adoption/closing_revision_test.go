package adoption

import (
	"testing"

	"groundswell/internal/day"
)

// closedOctober is a closing whose figures are those of now, but for what change does to them.
func closedOctober(now Answer, change func(*ClosedRow)) Closing {
	c := Closing{Month: day.Of(2026, 10, 1), Through: day.Of(2026, 11, 8)}
	row := func(of Cohort, n *int, fs []Figure) {
		r := ClosedRow{Cohort: of, Licensed: n, Figures: append([]Figure{}, fs...)}
		change(&r)
		c.Rows = append(c.Rows, r)
	}
	row(Everyone(), now.Licensed.Count, now.Figures)
	for _, r := range now.Breakdown {
		row(r.Cohort, r.Licensed.Count, r.Figures)
	}
	return c
}

func octoberNow() Answer {
	rate := func(num, den int64, s Status) Figure {
		v, target := float64(num)/float64(den), .7
		return Figure{Key: ActivationRate, Unit: UnitRatio, Value: &v, Numerator: &num, Denominator: &den, Status: s, Target: &target}
	}
	licensed := func(n int) Licensed { return Licensed{Count: &n} }
	a := Answer{
		Licensed: licensed(100), Figures: []Figure{rate(80, 100, OnTrack), {Key: NamedWins, Unit: UnitCount, Reason: "none"}},
		Breakdown: []Row{
			{Cohort: Cohort{By: ByDepartment, Slug: "legal"}, Licensed: licensed(20), Figures: []Figure{rate(10, 20, Behind)}},
			{Cohort: Cohort{By: ByDepartment, Slug: "new"}, Licensed: licensed(5), Figures: []Figure{rate(1, 5, Behind)}},
		},
	}
	a.Columns = columnStatuses(a.Figures)
	return a
}

// earlier sets a row's activation back to what it was.
func earlier(num, den int64, s Status) func(*ClosedRow) {
	return func(r *ClosedRow) {
		v := float64(num) / float64(den)
		r.Figures[0].Value, r.Figures[0].Numerator, r.Figures[0].Denominator, r.Figures[0].Status = &v, &num, &den, s
	}
}

func TestAClosedMonthKeepsItsFigures(t *testing.T) {
	now := octoberNow()
	c := closedOctober(now, earlier(60, 100, Watch))
	got, moved := c.Restore(now, Query{By: ByDepartment, SeesSmallGroups: true})
	if v := *got.Figure(ActivationRate).Value; v != .6 || got.Columns[ColumnActivation] != Watch {
		t.Errorf("the month's activation is %v, its column %s", v, got.Columns[ColumnActivation])
	}
	if d := got.Diagnosis; d == nil || d.Metric != ActivationRate || d.Because != "Activation rate was 60% against a target of 70% when the month was closed." {
		t.Errorf("diagnosis %+v", d)
	}
	if f, ok := moved.Of(Everyone(), ActivationRate); !ok || *f.Value != .8 {
		t.Errorf("now it is %+v, %v", f, ok)
	}
	if f, ok := moved.Of(Cohort{By: ByDepartment, Slug: "legal"}, ActivationRate); !ok || *f.Value != .5 {
		t.Errorf("a cohort is now %+v, %v", f, ok)
	}
	if _, ok := moved.Of(Everyone(), NamedWins); ok {
		t.Error("what has not moved is called a revision")
	}
	if *now.Figures[0].Value != .8 || *now.Breakdown[0].Figures[0].Value != .5 {
		t.Error("the answer, which others share, was changed")
	}
}

func TestNothingMoves(t *testing.T) {
	now := octoberNow()
	c := closedOctober(now, func(*ClosedRow) {})
	if _, moved := c.Restore(now, Query{By: ByDepartment, SeesSmallGroups: true}); len(moved) > 0 {
		t.Errorf("equal figures moved: %v", moved)
	}
	for name, change := range map[string]func(*ClosedRow){
		"the fraction alone": earlier(40, 50, OnTrack),
		"no value then":      func(r *ClosedRow) { r.Figures[0].Value = nil },
	} {
		_, moved := closedOctober(now, change).Restore(now, Query{SeesSmallGroups: true})
		if _, ok := moved.Of(Everyone(), ActivationRate); !ok {
			t.Errorf("%s: not a revision", name)
		}
	}
}

func TestRevisionsStayWithinWhatWasKeptAndMayBeSeen(t *testing.T) {
	now := octoberNow()
	c := closedOctober(now, earlier(60, 100, Watch))
	c.Rows = c.Rows[:2] // no "new" then
	one := NewWithin(map[By][]string{ByDepartment: {"legal"}})
	cross := NewWithin(map[By][]string{ByWave: {"pilot"}})
	cases := map[string]struct {
		q          Query
		all, legal bool
	}{
		"a lead":                       {Query{By: ByDepartment, SeesSmallGroups: true}, true, true},
		"an executive":                 {Query{By: ByDepartment}, false, false},
		"several cohorts":              {Query{By: ByDepartment, SeesSmallGroups: true, Within: one}, false, true},
		"people of another dimension":  {Query{By: ByDepartment, SeesSmallGroups: true, Within: cross}, false, false},
		"an executive, and one cohort": {Query{By: ByDepartment, Cohort: "legal"}, false, false},
	}
	for name, tc := range cases {
		got, moved := c.Restore(now, tc.q)
		_, all := moved.Of(Everyone(), ActivationRate)
		_, legal := moved.Of(now.Breakdown[0].Cohort, ActivationRate)
		if all != tc.all || legal != tc.legal || c.Restores(tc.q) != tc.all {
			t.Errorf("%s: everyone's moved %v, the cohort's %v", name, all, legal)
		}
		if v := *got.Breakdown[1].Figures[0].Value; v != .2 {
			t.Errorf("%s: a cohort that was not there then reads %v", name, v)
		}
	}
	now.Figures[0].Withheld = true
	if got, moved := c.Restore(now, Query{}); len(moved) > 0 || *got.Figures[0].Value != .8 {
		t.Error("closing brought back what is withheld now")
	}
}

func TestAgainstAnotherPeriod(t *testing.T) {
	a, b := octoberNow(), octoberNow()
	earlier(30, 100, Behind)(&ClosedRow{Figures: b.Figures})
	b.Breakdown = b.Breakdown[:1]
	got := a.Against(b)
	if p := got.Figure(ActivationRate).Previous; p == nil || *p != .3 {
		t.Errorf("everyone's previous is %v", p)
	}
	if p := got.Breakdown[0].Figures[0].Previous; p == nil || *p != .5 {
		t.Errorf("a cohort's previous is %v", p)
	}
	if got.Breakdown[1].Figures[0].Previous != nil || got.Alone().Breakdown[0].Figures[0].Previous != nil || a.Figures[0].Previous != nil {
		t.Error("a previous figure out of nowhere")
	}
	b.Figures[0].Withheld = true
	if a.Against(b).Figures[0].Previous != nil {
		t.Error("a withheld figure is compared with")
	}
}
