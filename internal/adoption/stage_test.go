package adoption

import (
	"testing"

	"groundswell/internal/day"
)

// The stages of people add up to the funnel.
func TestStagesAddUpToTheFunnel(t *testing.T) {
	x := stageIndex()
	f, err := x.Funnel(Query{Period: day.Period{From: x.Through, To: x.Through}, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	counted := map[Stage]int{}
	s := x.Stages()
	for i := range x.Members {
		counted[s.Of(int32(i))]++
	}
	habitual, delegated := counted[StageHabitual], counted[StageHabitual]+counted[StageDelegated]
	if row := f.Rows[0]; row.Habitual != habitual || row.Delegated != delegated || row.SignedIn != delegated+counted[StageSignedIn] || counted[StageNone] != 1 || habitual == 0 {
		t.Errorf("stages %v beside %+v", counted, row)
	}
	if (&Index{Through: day.None}).Stages().Of(0) != "" {
		t.Error("somebody has a stage before anything is known")
	}
}

// stageIndex is four weeks of five people: one never came, one signed in, one
// delegated once, two are there every week.
func stageIndex() *Index {
	x := &Index{First: day.Of(2026, 3, 2), Through: day.Of(2026, 3, 29), Settings: DefaultSettings()}
	for range 5 {
		x.Members = append(x.Members, Member{Listed: true, Added: x.First})
	}
	for week := range day.Date(4) {
		var d DayIndex
		d.Day = x.First + 7*week
		for m := int32(1); m < 5; m++ {
			d.SignedIn.Set(m)
			if m >= 3 || m == 2 && week == 0 {
				d.Active.Set(m)
				d.Tasked.Set(m)
			}
		}
		x.Days = append(x.Days, d)
	}
	return x
}
