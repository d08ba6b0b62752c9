package store_test

import (
	"slices"
	"testing"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

func TestCohortSizesAreThoseOfMonthEnds(t *testing.T) {
	keys, _ := seal.Random()
	s := store.New(dbtest.New(t), keys)
	size := func(d day.Date, slug string, n int) adoption.DaySizes {
		return adoption.DaySizes{Day: d, Sizes: []adoption.Size{
			{Cohort: adoption.Everyone(), Members: 90},
			{Cohort: adoption.Cohort{By: adoption.ByDepartment, Slug: slug, Name: slug}, Members: n},
			{Cohort: adoption.Cohort{By: adoption.ByWave, Slug: slug, Name: slug}, Members: 7},
		}}
	}
	days := []adoption.DaySizes{
		size(day.Of(2026, 1, 31), "finance", 10), size(day.Of(2026, 2, 27), "finance", 11), size(day.Of(2026, 2, 28), "finance", 12),
		size(day.Of(2026, 3, 31), "legal", 4), size(day.Of(2026, 4, 3), "finance", 13),
	}
	if err := s.KeepSizes(t.Context(), days); err != nil {
		t.Fatal(err)
	}
	got, err := s.CohortSizes(t.Context(), adoption.ByDepartment, "finance", 2)
	want := []adoption.RecordedSize{{Day: day.Of(2026, 2, 28), Members: 12}, {Day: day.Of(2026, 4, 3), Members: 13}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if none, err := s.CohortSizes(t.Context(), adoption.ByDepartment, "nobody", 9); err != nil || len(none) != 0 {
		t.Errorf("nobody's sizes are %v, %v", none, err)
	}
}
