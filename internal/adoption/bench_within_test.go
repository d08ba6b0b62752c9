package adoption_test

import (
	"fmt"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// withWavesAndGroups places the people of a large organization into five waves
// and some overlapping groups as well.
func withWavesAndGroups(x *adoption.Index, groups int) *adoption.Index {
	for i := range x.Placements {
		x.Placements[i].Wave = fmt.Sprintf("Wave %d", i*7919%5+1)
	}
	for g := range groups {
		var b adoption.Bits
		for m := range x.Members {
			if m*2654435761%(20+g*10) == 0 {
				b.Set(int32(m))
			}
		}
		x.Groups = append(x.Groups, adoption.Group{Name: fmt.Sprintf("Group %02d", g), Members: b})
	}
	return x
}

// BenchmarkWithin measures an intersection of three dimensions, another period
// and other cohorts each time.
func BenchmarkWithin(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		x := withWavesAndGroups(large(n, 366, 80), 60)
		x.Warm()
		for _, days := range []int{28, 364} {
			b.Run(fmt.Sprintf("%d/%dd", n, days), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					to := x.Through - day.Date(i%60)
					q := adoption.Query{Period: day.Period{From: to - day.Date(days) + 1 - day.Date(i/60), To: to}, SeesSmallGroups: true}
					q.Within = adoption.NewWithin(map[adoption.By][]string{
						adoption.ByDepartment: {fmt.Sprintf("department-%03d", i%80), fmt.Sprintf("department-%03d", (i+7)%80)},
						adoption.ByWave:       {fmt.Sprintf("wave-%d", i%5+1)},
						adoption.ByGroup:      {fmt.Sprintf("group-%02d", i%60), "group-00"},
					})
					if _, err := x.Answer(q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkExecutive measures what an executive asks first of a new index: a
// month by department, with whom to tell of chosen anew.
func BenchmarkExecutive(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		x := withWavesAndGroups(large(n, 120, 80), 60)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				y := &adoption.Index{Through: x.Through, Days: x.Days, Members: x.Members, Placements: x.Placements, Groups: x.Groups, Settings: x.Settings}
				y.Warm()
				b.StartTimer()
				if _, err := y.Answer(adoption.Query{Period: adoption.FirstDay.Month(), By: adoption.ByDepartment}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
