package adoption_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// One index answers many at once, the same every time, and asking more than it
// keeps changes nothing.
func TestManyAskAtOnce(t *testing.T) {
	w := newWorld(rand.New(rand.NewPCG(5, 5)), 40, 70)
	shared, alone := w.index(), w.index()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for k := range 100 {
				to := w.through - day.Date((n+k)%60)
				q := adoption.Query{Period: day.Period{From: to - day.Date(k%30), To: to}, By: adoption.ByDepartment, SeesSmallGroups: n%2 == 0}
				if _, err := shared.Answer(q); err != nil {
					t.Error(err)
				}
				if _, err := shared.Weekly(q); err != nil {
					t.Error(err)
				}
				if _, err := shared.Trends(q, 4); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	q := lead(day.Period{From: w.through - 27, To: w.through}, adoption.ByGroup, "")
	if d := cmp.Diff(values(answer(t, alone, q).Figures), values(answer(t, shared, q).Figures)); d != "" {
		t.Error(d)
	}
}
