package adoption_test

import (
	"encoding/binary"
	"flag"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// checks is how many organizations each property is tried on, unless the flag says.
const checks = "200"

func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// anOrganization draws a world and a period of some shape. Sizes come out of the
// seed: drawn one by one most organizations would be tiny.
func anOrganization(t *rapid.T) (*world, day.Period) {
	seed := rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "seed")
	r := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(seed), 1))
	days := 1 + r.IntN(75)
	w := newWorld(r, 1+r.IntN(24), days)
	return w, w.aPeriod(r, days)
}

// aPeriod is one day, a week, a month, one that begins before the data, one that
// ends after it, one that lies outside of it, or anything else.
func (w *world) aPeriod(r *rand.Rand, days int) day.Period {
	from := adoption.FirstDay + day.Date(r.IntN(days+24)-20)
	length := day.Date(r.IntN(60))
	switch r.IntN(9) {
	case 0:
		return day.Period{From: from, To: from}
	case 1:
		return day.Period{From: from.Monday(), To: from.Sunday()}
	case 2:
		return from.Month()
	case 3:
		return day.Period{From: w.first - 1 - length, To: w.first + length/3}
	case 4:
		return day.Period{From: w.through - length, To: w.through + 1 + length/2}
	case 5:
		return day.Period{From: w.first - 1 - length, To: w.first - 1}
	case 6:
		return day.Period{From: w.through + 1, To: w.through + 1 + length}
	}
	return day.Period{From: from, To: from + length}
}

// crowds are the organization and every cohort of every dimension, with their slugs.
func (w *world) crowds() map[adoption.By]map[string]crowd {
	out := map[adoption.By]map[string]crowd{
		adoption.ByDepartment: {"unassigned": {by: adoption.ByDepartment}, "claims": {by: adoption.ByDepartment, was: "Claims"},
			"finance-tax": {by: adoption.ByDepartment, was: "Finance & Tax"}, "r-d": {by: adoption.ByDepartment, was: "R&D"}},
		adoption.ByWave:  {"unassigned": {by: adoption.ByWave}, "pilot": {by: adoption.ByWave, was: "Pilot"}, "wave-1": {by: adoption.ByWave, was: "Wave 1"}},
		adoption.ByGroup: {"pilot": {by: adoption.ByGroup, was: "Pilot"}, "wave-1": {by: adoption.ByGroup, was: "Wave 1"}},
	}
	rd := []string{"R D", "R&D"}
	has := func(name string) bool {
		return slices.ContainsFunc(w.groups, func(g group) bool { return g.name == name })
	}
	if has(rd[0]) {
		out[adoption.ByGroup]["r-d"] = crowd{by: adoption.ByGroup, was: rd[0]}
		out[adoption.ByGroup]["r-d-2"] = crowd{by: adoption.ByGroup, was: rd[1]}
	} else {
		out[adoption.ByGroup]["r-d"] = crowd{by: adoption.ByGroup, was: rd[1]}
	}
	return out
}

func lead(p day.Period, by adoption.By, cohort string) adoption.Query {
	return adoption.Query{Period: p, By: by, Cohort: cohort, SeesSmallGroups: true}
}

func TestMetricsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b := w.index(), bruteOf(w)
		a := answer(t, x, lead(p, adoption.ByNone, ""))
		sameFigures(t, b, crowd{all: true}, p, a.Figures)
		sameUnified(t, b, crowd{all: true}, p, a.Unified)
		sameCost(t, b, p, a.Figure(adoption.CostToValue))
		for by, crowds := range w.crowds() {
			a := answer(t, x, lead(p, by, ""))
			for _, row := range a.Breakdown {
				c, ok := crowds[row.Cohort.Slug]
				if !ok {
					t.Fatalf("unexpected cohort %+v", row.Cohort)
				}
				sameFigures(t, b, c, p, row.Figures)
				sameUnified(t, b, c, p, row.Unified)
				one := answer(t, x, lead(p, by, row.Cohort.Slug))
				if d := cmp.Diff(values(row.Figures), values(one.Figures)); d != "" || one.Unified != row.Unified {
					t.Fatalf("%s by name differs from its row:\n%s", row.Cohort.Slug, d)
				}
			}
			for slug, c := range crowds {
				shown := slices.ContainsFunc(a.Breakdown, func(r adoption.Row) bool { return r.Cohort.Slug == slug })
				if want := len(b.people(c, min(p.To, w.through))) > 0; shown != want {
					t.Fatalf("cohort %s shown: %v, want %v", slug, shown, want)
				}
			}
		}
	})
}

func answer(t interface{ Fatalf(string, ...any) }, x *adoption.Index, q adoption.Query) adoption.Answer {
	a, err := x.Answer(q)
	if err != nil {
		t.Fatalf("Answer(%+v): %v", q, err)
	}
	return a
}

func values(fs []adoption.Figure) map[adoption.Key][2]*float64 {
	out := map[adoption.Key][2]*float64{}
	for _, f := range fs {
		out[f.Key] = [2]*float64{f.Value, f.Previous}
	}
	return out
}

func sameFigures(t *rapid.T, b brute, c crowd, p day.Period, got []adoption.Figure) {
	to := min(p.To, b.through)
	n := to - p.From + 1
	now := b.metrics(c, p.From, to)
	var before map[adoption.Key]result
	if n > 0 {
		before = b.metrics(c, p.From-n, p.From-1)
	}
	if now == nil {
		before = nil
	}
	for _, f := range got {
		if f.Key == adoption.CostToValue {
			continue
		}
		want := now[f.Key]
		if d := cmp.Diff(want.value, f.Value); d != "" {
			t.Fatalf("%s of %+v over %v: %s", f.Key, c, p, d)
		}
		if d := cmp.Diff(before[f.Key].value, f.Previous); d != "" {
			t.Fatalf("previous %s of %+v over %v: %s", f.Key, c, p, d)
		}
		if want.value != nil && want.num != nil && (*want.num != *f.Numerator || *want.den != *f.Denominator) {
			t.Fatalf("%s: %d/%d, want %d/%d", f.Key, *f.Numerator, *f.Denominator, *want.num, *want.den)
		}
		for _, part := range f.Parts {
			if d := cmp.Diff(want.parts[part.Name], part.Value); d != "" {
				t.Fatalf("%s.%s of %+v over %v: %s", f.Key, part.Name, c, p, d)
			}
		}
		if (f.Value == nil) != (f.Reason != "") || (f.Value == nil) != (f.Status == adoption.NoData) && f.Target != nil {
			t.Fatalf("%s: value %v, reason %q, status %s", f.Key, f.Value, f.Reason, f.Status)
		}
	}
}

func sameUnified(t *rapid.T, b brute, c crowd, p day.Period, got adoption.UnifiedShare) {
	to := min(p.To, b.through)
	if p.From > to || to < b.first {
		to = p.From - 1
	}
	on, active := b.unified(c, p.From, to)
	if want := (adoption.UnifiedShare{On: on, Active: active}); got != want {
		t.Fatalf("on unified of %+v over %v: %+v, want %+v", c, p, got, want)
	}
}

func sameCost(t *rapid.T, b brute, p day.Period, f adoption.Figure) {
	to := min(p.To, b.through)
	var want *big.Rat
	if to >= p.From && to >= b.first {
		want = b.cost(p.From, to)
	}
	got := f.Part("cost_usd").Money
	if (want == nil) != (got == nil) {
		t.Fatalf("cost %v, want %v", got, want)
	}
	if want == nil {
		return
	}
	if c, _ := new(big.Rat).SetString(got.Cents()); c.Cmp(want) != 0 {
		t.Fatalf("cost %s cents, want %s", got.Cents(), want.FloatString(4))
	}
	each, n := f.Part("cost_per_active_user").Money, b.activePeople(p.From, to)
	if (n == 0) != (each == nil) {
		t.Fatalf("cost per active person %v with %d active", each, n)
	}
	if n > 0 {
		usd := new(big.Rat).Quo(want, big.NewRat(100*int64(n), 1))
		if got, _ := new(big.Rat).SetString(each.USD()); new(big.Rat).Sub(got, usd).Abs(new(big.Rat).Sub(got, usd)).Cmp(big.NewRat(1, 1e9)) > 0 {
			t.Fatalf("cost per active person %s, want %s", each.USD(), usd.FloatString(12))
		}
	}
}

func TestWeeklyEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b := w.index(), bruteOf(w)
		crowds := w.crowds()
		crowds[adoption.ByNone] = map[string]crowd{"all": {all: true}}
		for by, slugs := range crowds {
			s, err := x.Weekly(lead(p, by, ""))
			if err != nil {
				t.Fatal(err)
			}
			to := min(p.To, w.through)
			at := 0
			for monday := max(p.From, w.first).Monday(); monday <= to && to >= max(p.From, w.first); monday += 7 {
				got := s.Weeks[at]
				at++
				from, end := max(monday, p.From), min(monday+6, to)
				if got.StartsOn != monday || got.Complete != (p.From <= monday && monday+6 <= to) {
					t.Fatalf("week %d is %v, complete %v; want %v", at-1, got.StartsOn, got.Complete, monday)
				}
				for _, c := range got.Cohorts {
					want := b.week(slugs[c.Cohort.Slug], from, end)
					if d := cmp.Diff(want, [3]int{c.Active, c.Delegating, c.Sessions}); d != "" {
						t.Fatalf("%s in week of %s: %s", c.Cohort.Slug, monday, d)
					}
					if on, _ := b.unified(slugs[c.Cohort.Slug], from, end); on != c.Unified {
						t.Fatalf("%d of %s on unified in week of %s, want %d", c.Unified, c.Cohort.Slug, monday, on)
					}
					if d := cmp.Diff(b.licensed(slugs[c.Cohort.Slug], end), c.Licensed); d != "" {
						t.Fatalf("%s licensed: %s", c.Cohort.Slug, d)
					}
				}
				if by == adoption.ByDepartment || by == adoption.ByWave {
					sum := 0
					for _, c := range got.Cohorts {
						sum += c.Active
					}
					if all := b.week(crowd{all: true}, from, end)[0]; sum != all {
						t.Fatalf("%d active over all cohorts, %d in the organization", sum, all)
					}
				}
			}
			if at != len(s.Weeks) {
				t.Fatalf("%d weeks, want %d", len(s.Weeks), at)
			}
		}
	})
}

func TestFunnelEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b := w.index(), bruteOf(w)
		crowds := w.crowds()
		crowds[adoption.ByNone] = map[string]crowd{"all": {all: true}}
		to := min(p.To, w.through)
		for by, slugs := range crowds {
			f, err := x.Funnel(lead(p, by, ""))
			if err != nil {
				t.Fatal(err)
			}
			if to < w.first {
				if f.Missing == "" || f.Rows != nil {
					t.Fatalf("a funnel before the data: %+v", f)
				}
				continue
			}
			for _, r := range f.Rows {
				c := slugs[r.Cohort.Slug]
				if d := cmp.Diff(b.funnel(c, to), [3]int{r.SignedIn, r.Delegated, r.Habitual}); d != "" {
					t.Fatalf("funnel of %s: %s", r.Cohort.Slug, d)
				}
				if d := cmp.Diff(b.licensed(c, to), r.Licensed.Count); d != "" {
					t.Fatalf("licensed of %s: %s", r.Cohort.Slug, d)
				}
			}
		}
	})
}

func TestRetentionEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := anOrganization(t)
		x, b := w.index(), bruteOf(w)
		sameTriangle(t, x, b, lead(p, adoption.ByNone, ""), crowd{all: true})
		for by, slugs := range w.crowds() {
			for _, c := range x.Cohorts(by, min(p.To, w.through)) {
				sameTriangle(t, x, b, lead(p, by, c.Slug), slugs[c.Slug])
			}
		}
	})
}

func sameTriangle(t *rapid.T, x *adoption.Index, b brute, q adoption.Query, c crowd) {
	got, err := x.Retention(q)
	if err != nil {
		t.Fatal(err)
	}
	to := min(q.Period.To, b.through)
	want := map[day.Date][]user{}
	if to >= q.Period.From {
		want = b.began(c, q.Period.From, to)
	}
	if len(got.Rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(want))
	}
	for _, r := range got.Rows {
		people := want[r.StartsOn]
		if len(people) != r.Size {
			t.Fatalf("week of %s: %d people, want %d", r.StartsOn, r.Size, len(people))
		}
		for k := range r.Active {
			monday := r.StartsOn + day.Date(7*k)
			if monday+6 > b.through {
				if r.Share(k) != nil {
					t.Fatalf("week of %s +%d is not over, yet has a share", r.StartsOn, k)
				}
				continue
			}
			n := 0
			for _, u := range people {
				if b.activeIn(u.id, monday, monday+6) {
					n++
				}
			}
			if d := cmp.Diff(ratio(n, len(people)).value, r.Share(k)); d != "" {
				t.Fatalf("week of %s +%d: %s", r.StartsOn, k, d)
			}
		}
	}
}
