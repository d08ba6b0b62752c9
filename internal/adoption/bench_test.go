package adoption_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// large is an organization of n members over some days, cut into cohorts
// departments; everybody attended twice and was helped about once.
func large(n, days, cohorts int) *adoption.Index {
	r := rand.New(rand.NewPCG(7, 7))
	x := &adoption.Index{Through: adoption.FirstDay + day.Date(days-1), SeatsGranted: true, Settings: adoption.DefaultSettings()}
	begins := make([]int, n)
	for i := range n {
		x.Members = append(x.Members, adoption.Member{Listed: true, Added: adoption.FirstDay})
		x.Placements = append(x.Placements, adoption.Placement{Member: int32(i), From: day.None, Department: fmt.Sprintf("Department %03d", r.IntN(cohorts))})
		begins[i] = r.IntN(days)
	}
	for k := range days {
		var entries []adoption.Entry
		for i := range n {
			if k >= begins[i] && r.IntN(3) == 0 {
				a := adoption.Activity{SignedIn: true, Sessions: adoption.Count(1 + r.IntN(9)), Actions: adoption.Count(r.IntN(4)), Connectors: adoption.Count(r.IntN(2))}
				entries = append(entries, adoption.Entry{Member: int32(i), Activity: a})
			}
		}
		d := adoption.FirstDay + day.Date(k)
		x.Days = append(x.Days, adoption.IndexDay(d, entries, 1))
		x.Seats = append(x.Seats, adoption.Seats{Day: d, Assigned: adoption.Count(n)})
		for i := range n {
			if r.IntN(days) == 0 {
				x.Attendances = append(x.Attendances, adoption.Attendance{Day: d, Member: int32(i), Kind: adoption.AllStaff101})
			}
			if r.IntN(days) == 0 {
				x.Attendances = append(x.Attendances, adoption.Attendance{Day: d, Member: int32(i), Kind: adoption.OfficeHours})
			}
			if r.IntN(days) == 0 {
				x.Touchpoints = append(x.Touchpoints, adoption.Touchpoint{Day: d, Member: int32(i)})
			}
		}
	}
	return x
}

// BenchmarkPanels measures each panel with nothing kept from an earlier question
// ("first": a new period each time) over four weeks and a year.
func BenchmarkPanels(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		x := large(n, 366, 80)
		x.Warm()
		for _, days := range []int{28, 364} {
			for name, ask := range map[string]func(adoption.Query) error{
				"answer":    func(q adoption.Query) error { _, err := x.Answer(q); return err },
				"breakdown": func(q adoption.Query) error { q.By = adoption.ByDepartment; _, err := x.Answer(q); return err },
				"weekly":    func(q adoption.Query) error { q.By = adoption.ByDepartment; _, err := x.Weekly(q); return err },
				"funnel":    func(q adoption.Query) error { q.By = adoption.ByDepartment; _, err := x.Funnel(q); return err },
				"retention": func(q adoption.Query) error { _, err := x.Retention(q); return err },
			} {
				b.Run(fmt.Sprintf("%s/%d/%dd", name, n, days), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						to := x.Through - day.Date(i%60)
						q := adoption.Query{Period: day.Period{From: to - day.Date(days) + 1 - day.Date(i/60), To: to}, SeesSmallGroups: true}
						if err := ask(q); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkWarm measures what is derived once an index.
func BenchmarkWarm(b *testing.B) {
	x := large(100_000, 366, 80)
	for b.Loop() {
		y := adoption.Index{Through: x.Through, Days: x.Days, Members: x.Members, Placements: x.Placements, Attendances: x.Attendances, Touchpoints: x.Touchpoints}
		y.Warm()
	}
}

// BenchmarkIndexDay measures turning a day's rows into sets.
func BenchmarkIndexDay(b *testing.B) {
	var entries []adoption.Entry
	for i := range int32(100_000) {
		entries = append(entries, adoption.Entry{Member: i, Activity: adoption.Activity{SignedIn: true, Sessions: 3, Actions: 2, Skills: 1}})
	}
	for b.Loop() {
		adoption.IndexDay(adoption.FirstDay, entries, 1)
	}
}
