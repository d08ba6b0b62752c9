package adoption_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// switched is w with everybody's Cowork counters recorded under Chat and Cowork
// unified from day d on: whole, or split into two parts of which one may be null.
func switched(r *rand.Rand, w *world, d day.Date) *world {
	out := *w
	out.rows = nil
	for _, row := range w.rows {
		if row.day >= d {
			row.cowork, row.unified = split(r, row.cowork)
		}
		out.rows = append(out.rows, row)
	}
	return &out
}

func split(r *rand.Rand, counters map[string]int) (cowork, unified map[string]int) {
	if r.IntN(2) == 0 {
		return map[string]int{}, maps.Clone(counters)
	}
	cowork, unified = map[string]int{}, map[string]int{}
	for name, n := range counters {
		k := r.IntN(n + 1)
		switch {
		case k == 0 && r.IntN(2) == 0:
			unified[name] = n // null in the other
		case k == n && r.IntN(2) == 0:
			cowork[name] = n
		default:
			cowork[name], unified[name] = k, n-k
		}
	}
	return cowork, unified
}

// Whatever is asked, the answer is the same before and after a switch to Chat
// and Cowork unified, but for the share of people on it.
func TestNoSeriesCollapsesWhenPeopleSwitchToUnified(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		for i := range w.rows {
			w.rows[i].unified = nil
		}
		r := rand.New(rand.NewPCG(uint64(len(w.rows)), 9))
		before, after := w.index(), switched(r, w, w.first+day.Date(r.IntN(20))).index()
		for _, by := range []adoption.By{adoption.ByNone, adoption.ByDepartment, adoption.ByGroup} {
			q := lead(p, by, "")
			same(t, figuresOf(answer(t, before, q)), figuresOf(answer(t, after, q)))
			weekly := func(x *adoption.Index) adoption.Weekly {
				s, err := x.Weekly(q)
				if err != nil {
					t.Fatal(err)
				}
				for _, week := range s.Weeks {
					for i := range week.Cohorts {
						if x == before && week.Cohorts[i].Unified > 0 {
							t.Fatal("somebody is on unified before the switch")
						}
						week.Cohorts[i].Unified = 0
					}
				}
				return s
			}
			same(t, weekly(before), weekly(after))
		}
		q := lead(p, adoption.ByNone, "")
		was, err := before.Retention(q)
		is, err2 := after.Retention(q)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		same(t, was, is)
	})
}

func same[T any](t *rapid.T, before, after T) {
	if d := cmp.Diff(before, after, cmp.AllowUnexported(adoption.Money{}), cmp.Comparer(func(a, b adoption.Money) bool { return a.Cents() == b.Cents() })); d != "" {
		t.Fatal(d)
	}
}

// figuresOf is an answer without the share of people on unified.
func figuresOf(a adoption.Answer) [][]adoption.Figure {
	out := [][]adoption.Figure{a.Figures}
	for _, r := range a.Breakdown {
		out = append(out, r.Figures)
	}
	return out
}

func TestTheShareOnUnified(t *testing.T) {
	x := crowdOf(map[string]int{"Audit": 4, "Board": 6, "Claims": 10})
	for i := range x.Days {
		if x.Days[i].Day >= march(9) { // Claims switches, and two of Audit
			for _, m := range []int32{0, 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19} {
				x.Days[i].Unified.Set(m)
			}
		}
	}
	shares := func(q adoption.Query) map[string]adoption.UnifiedShare {
		a := answer(t, x, q)
		out := map[string]adoption.UnifiedShare{"all": a.Unified}
		for _, r := range a.Breakdown {
			out[r.Cohort.Slug] = r.Unified
		}
		return out
	}
	want := map[string]adoption.UnifiedShare{"all": {On: 12, Active: 20}, "audit": {On: 2, Active: 4}, "board": {On: 0, Active: 6}, "claims": {On: 10, Active: 10}, "unassigned": {}}
	got := shares(lead(wholeMarch, adoption.ByDepartment, ""))
	delete(want, "unassigned")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if v := got["board"].Value(); v == nil || *v != 0 {
		t.Error("nobody of the active people is zero, not null")
	}
	want = map[string]adoption.UnifiedShare{"all": {On: 12, Active: 20}, "other": {On: 2, Active: 10}, "claims": {On: 10, Active: 10}}
	if d := cmp.Diff(want, shares(restricted(adoption.ByDepartment, ""))); d != "" {
		t.Error(d)
	}
	a := answer(t, x, restricted(adoption.ByDepartment, "audit"))
	if !a.Unified.Withheld || a.Unified.Active != 0 || a.Unified.Value() != nil {
		t.Errorf("an executive sees %+v of a department of four", a.Unified)
	}
	s, err := x.Weekly(lead(wholeMarch, adoption.ByDepartment, "claims"))
	if err != nil || s.Weeks[1].Cohorts[0].Unified != 0 || s.Weeks[2].Cohorts[0].Unified != 10 {
		t.Errorf("Claims by week: %+v, %v", s.Weeks, err)
	}
}

func TestTheShareOfFewActivePeopleIsWithheld(t *testing.T) {
	x := small(30, april(30), use{0: {march(3)}, 1: {march(3)}, 2: {march(4)}})
	x.Days[2].Unified.Set(0)
	if u := answer(t, x, adoption.Query{Period: march(1).Month()}).Unified; u != (adoption.UnifiedShare{Withheld: true}) {
		t.Errorf("an executive sees %+v of three people", u)
	}
	if u := answer(t, x, lead(march(1).Month(), adoption.ByNone, "")).Unified; u != (adoption.UnifiedShare{On: 1, Active: 3}) {
		t.Errorf("a lead sees %+v, want 1 of 3", u)
	}
	if u := answer(t, x, adoption.Query{Period: april(1).Month()}).Unified; u != (adoption.UnifiedShare{}) {
		t.Errorf("of nobody active: %+v", u)
	}
}
