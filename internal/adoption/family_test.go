package adoption

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
)

// randomSets draws sets of n people: two partitions and some that overlap.
func randomSets(r *rand.Rand, n, groups int) []Bits {
	sets := make([]Bits, 1+4+3+groups)
	for m := range int32(n) {
		sets[0].Set(m)
		sets[1+r.IntN(4)].Set(m)
		sets[5+r.IntN(3)].Set(m)
		for g := range groups {
			if r.IntN(3) == 0 {
				sets[8+g].Set(m)
			}
		}
	}
	return sets
}

// A guard never tells of fewer than least people: whoever leaves out any of them
// can still tell all equations apart, tried one by one.
func TestGuardTellsOfNoFew(t *testing.T) {
	const least = 3
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
		n := rapid.IntRange(1, 14).Draw(t, "people")
		sets := randomSets(r, n, rapid.IntRange(0, 3).Draw(t, "groups"))
		g := tableOf(n, sets).guard(sets[0], least)
		var told []Bits
		for i, s := range sets {
			if g.admit(i) {
				told = append(told, s)
			}
		}
		whole := rankWithout(told, n, -1, -1)
		for a := range n {
			for b := range n {
				if rankWithout(told, n, a, b) < whole {
					t.Fatalf("without %d and %d the told sets say less: they tell of %d and %d", a, b, a, b)
				}
			}
		}
	})
}

// rankWithout is how many of the sets are independent when two people are left out.
func rankWithout(sets []Bits, n, a, b int) int {
	rows := make([][]uint64, len(sets))
	for i, s := range sets {
		rows[i] = make([]uint64, n)
		for m := range n {
			if m != a && m != b && s.Has(int32(m)) {
				rows[i][m] = 1
			}
		}
	}
	rank := 0
	for c := range n {
		for i := rank; i < len(rows); i++ {
			if rows[i][c] == 0 {
				continue
			}
			rows[rank], rows[i] = rows[i], rows[rank]
			for k := rank + 1; k < len(rows); k++ {
				eliminate(rows[k], rows[rank], rows[k][c]*inverse(rows[rank][c])%prime)
			}
			rank++
			break
		}
	}
	return rank
}

// The guard is not so shy that it tells nothing: with every atom large enough, it
// tells everything.
func TestGuardTellsWhatIsSafe(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	sets := randomSets(r, 3000, 3)
	g := tableOf(3000, sets).guard(sets[0], 5)
	for i := range sets {
		if !g.admit(i) {
			t.Errorf("set %d of %d is not told", i, len(sets))
		}
	}
}

// BenchmarkFamily measures choosing whom to tell of: 80 departments, five waves
// and 60 groups of 100,000 people.
func BenchmarkFamily(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 7))
	x := &Index{Through: FirstDay + 58, Settings: DefaultSettings()}
	x.Groups = make([]Group, 60)
	for m := range int32(100_000) {
		x.Members = append(x.Members, Member{Listed: true, Added: FirstDay})
		x.Placements = append(x.Placements, Placement{
			Member: m, From: day.None, Department: fmt.Sprintf("Department %02d", r.IntN(80)), Wave: fmt.Sprintf("Wave %d", r.IntN(5)),
		})
		for g := range x.Groups {
			if r.IntN(20+g*10) == 0 {
				x.Groups[g].Members.Set(m)
			}
		}
	}
	for g := range x.Groups {
		x.Groups[g].Name = fmt.Sprintf("Group %02d", g)
	}
	x.Warm()
	x.divide(ByDepartment, x.Through)
	x.divide(ByWave, x.Through)
	x.divide(ByGroup, x.Through)
	for b.Loop() {
		f := x.choose(FirstDay.Month())
		b.ReportMetric(float64(len(f.sets)), "sets")
	}
}
