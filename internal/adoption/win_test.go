package adoption_test

import (
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// board is a few wins over two departments.
func board() *adoption.Index {
	x := log()
	x.Wins = []adoption.Win{
		{Day: march(2), Member: 0, Published: true}, {Day: march(3), Member: 0, Published: true}, {Day: march(4), Member: 0},
		{Day: march(8), Member: 12, Published: true}, {Day: march(9), Member: 12, Published: true}, {Day: march(10), Member: 13},
	}
	return x
}

func TestPublishedWinsCountWhereThePersonIs(t *testing.T) {
	x := board()
	week := day.Period{From: march(2), To: march(8)}
	f := figure(t, x, week.From, week.To, adoption.NamedWins)
	if is(t, f, 3); deref(f.Target) != 2.0 || f.Status != adoption.OnTrack || f.Numerator != nil {
		t.Errorf("target %v, status %s, numerator %v", deref(f.Target), f.Status, f.Numerator)
	}
	for by, want := range map[adoption.By]map[string]float64{
		adoption.ByDepartment: {"claims": 2, "finance": 1},
		adoption.ByWave:       {"pilot": 2, "later": 1},
		adoption.ByGroup:      {"finance-people": 1},
	} {
		for _, r := range answer(t, x, lead(week, by, "")).Breakdown {
			if got := r.Figure(adoption.NamedWins).Value; deref(got) != want[r.Cohort.Slug] {
				t.Errorf("%s %s: %v, want %v", by, r.Cohort.Slug, deref(got), want[r.Cohort.Slug])
			}
		}
	}
}

// Nothing logged, nothing published and nothing in the period are three things.
func TestNoWinsYetIsNotZero(t *testing.T) {
	x := small(2, march(21), nil)
	f := figure(t, x, march(2), march(8), adoption.NamedWins)
	if isNull(t, f); f.Reason != "No win has been logged yet." || f.Status != adoption.NoData {
		t.Errorf("reason %q, status %s", f.Reason, f.Status)
	}
	x = small(2, march(21), nil)
	x.Wins = []adoption.Win{{Day: march(3), Member: 1}}
	f = figure(t, x, march(2), march(8), adoption.NamedWins)
	if is(t, f, 0); f.Status != adoption.Behind {
		t.Errorf("status %s", f.Status)
	}
	x = board()
	is(t, figure(t, x, march(16), march(21), adoption.NamedWins), 0)
	if p := figure(t, x, march(9), march(15), adoption.NamedWins).Previous; deref(p) != 3.0 {
		t.Errorf("previous %v, want 3", deref(p))
	}
}

func TestAWinOfSomebodyUnplacedIsUnassigned(t *testing.T) {
	x := board()
	x.Wins = append(x.Wins, adoption.Win{Day: march(11), Member: 31, Published: true}) // of nobody on the roster
	q := lead(day.Period{From: march(2), To: march(21)}, adoption.ByDepartment, "")
	got := map[string]any{}
	for _, r := range answer(t, x, q).Breakdown {
		got[r.Cohort.Slug] = deref(r.Figure(adoption.NamedWins).Value)
	}
	if got["unassigned"] != 1.0 || got["claims"] != 2.0 || got["finance"] != 2.0 {
		t.Errorf("by department: %v", got)
	}
}
