package adoption

import (
	"testing"

	"groundswell/internal/day"
)

func TestTurnoutsAndAbsence(t *testing.T) {
	d := day.Of(2026, 3, 2)
	x := &Index{First: d, Through: d + 27, Settings: DefaultSettings()}
	for range 8 {
		x.Members = append(x.Members, Member{Listed: true, Added: d})
	}
	x.Members = append(x.Members, Member{Added: d}, Member{Added: day.Never}, Member{Added: day.Never})
	for m := range x.Members {
		department := "Finance"
		if m < 2 {
			department = "Legal"
		}
		x.Placements = append(x.Placements, Placement{Member: int32(m), From: day.None, Department: department})
	}
	used := DayIndex{Day: d}
	used.SignedIn.Set(10) // a deleted account: never listed, and yet it was here
	x.Days = []DayIndex{used}
	x.Attendances = []Attendance{
		{Day: d - 1, Member: 3, Kind: AllStaff101},
		{Day: d, Member: 0, Kind: AllStaff101}, {Day: d, Member: 3, Kind: AllStaff101}, {Day: d + 1, Member: 3, Kind: AllStaff101},
		{Day: d + 2, Member: 9, Kind: OfficeHours},
	}
	q := Query{Period: day.Period{From: d, To: d + 27}, By: ByDepartment, Cohort: "finance", SeesSmallGroups: true}
	got, err := x.Turnouts(q)
	if err != nil || len(got) != 2 || got[0] != (Turnout{AllStaff101, 1, 2}) || got[1] != (Turnout{OfficeHours, 1, 1}) {
		t.Errorf("finance: %v, %v", got, err)
	}
	if got, _ := x.Turnouts(Query{Period: q.Period, SeesSmallGroups: true}); len(got) != 2 || got[0].People != 2 {
		t.Errorf("everyone: %v", got)
	}
	away, err := x.Awaited(q)
	if err != nil || len(away) != 1 || away["finance"] != 1 {
		t.Errorf("not arrived: %v, %v", away, err)
	}
	q.SeesSmallGroups = false
	got, _ = x.Turnouts(q)
	away, _ = x.Awaited(q)
	if got != nil || away != nil {
		t.Errorf("somebody guarded is told %v and %v", got, away)
	}
	q.Cohort = "nobody"
	if _, err := x.Turnouts(q); err == nil {
		t.Error("a cohort that does not exist has turnouts")
	}
}

func TestOpens(t *testing.T) {
	d := day.Of(2026, 3, 2)
	x := &Index{First: d, Through: d + 27, Settings: DefaultSettings()}
	for m, place := range [][2]string{{"Finance", "Pilot"}, {"Finance", "Wave 2"}, {"Legal", "Wave 1"}, {"Legal", "Wave 2"}, {"People", ""}, {"Product", "Wave 3"}} {
		x.Members = append(x.Members, Member{Listed: true, Added: d})
		x.Placements = append(x.Placements, Placement{Member: int32(m), From: day.None, Department: place[0], Wave: place[1]})
	}
	if got := x.Opens(ByDepartment, d); got != nil {
		t.Errorf("while no wave has a date: %v", got)
	}
	x = &Index{First: x.First, Through: x.Through, Members: x.Members, Placements: x.Placements, Settings: x.Settings}
	x.Openings = []Opening{{"Pilot", d}, {"Wave 1", d + 14}, {"Wave 2", d + 7}}
	if got := x.Opens(ByDepartment, d); len(got) != 1 || got["legal"] != d+7 {
		t.Errorf("departments: %v, want legal a week later alone", got)
	}
	if got := x.Opens(ByWave, d); len(got) != 2 || got["wave-1"] != d+14 || got["wave-2"] != d+7 {
		t.Errorf("waves: %v", got)
	}
	if got := x.Opens(ByDepartment, d+7); len(got) != 0 {
		t.Errorf("a week later: %v", got)
	}
}
