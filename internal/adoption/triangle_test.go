package adoption

import (
	"testing"

	"groundswell/internal/day"
)

// lateBeginner is an organization of forty in which six began in January, one in
// February and six in March; the one of February is active in two weeks.
func lateBeginner() *Index {
	first := day.Of(2026, 1, 1)
	x := &Index{First: first, Through: day.Of(2026, 4, 16), Settings: DefaultSettings()}
	for range 40 {
		x.Members = append(x.Members, Member{Listed: true, Added: first})
	}
	for d := first; d <= x.Through; d++ {
		y := DayIndex{Day: d}
		on := func(from, to int32) {
			for m := from; m < to; m++ {
				y.SignedIn.Set(m)
				y.Active.Set(m)
			}
		}
		if d == d.Monday() && d >= day.Of(2026, 1, 12) {
			on(0, 6)
		}
		if d == d.Monday() && d >= day.Of(2026, 3, 9) {
			on(10, 16)
		}
		if d == day.Of(2026, 2, 9) || d == day.Of(2026, 3, 23) {
			on(20, 21)
		}
		x.Days = append(x.Days, y)
	}
	return x
}

// TestATriangleLeavesNobodyBySubtraction takes what the triangles of all months
// tell of a week from everybody active in it: what is left is about nobody, or
// about enough people.
func TestATriangleLeavesNobodyBySubtraction(t *testing.T) {
	x := lateBeginner()
	told := map[day.Date]int{}
	for m := day.Of(2026, 1, 1).Month(); m.To <= x.Through; m = (m.To + 1).Month() {
		r, err := x.Retention(Query{Period: m})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			for k, n := range row.Active {
				if n != nil {
					told[row.StartsOn+day.Date(7*k)] += *n
				}
			}
		}
	}
	weeks, err := x.Weekly(Query{Period: day.Period{From: day.Of(2026, 1, 1), To: day.Of(2026, 3, 31)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range weeks.Weeks {
		left := w.Cohorts[0].Active - told[w.StartsOn]
		if told[w.StartsOn] > 0 && left > 0 && left < 5 {
			t.Errorf("week of %s: %d active, %d of them told of by when they began: %d left", w.StartsOn, w.Cohorts[0].Active, told[w.StartsOn], left)
		}
	}
	if r, err := x.Retention(Query{Period: day.Of(2026, 1, 1).Month(), SeesSmallGroups: true}); err != nil || len(r.Rows) != 1 || r.Withheld {
		t.Errorf("a lead's triangle of January: %+v, %v", r, err)
	}
}
