package adoption

import (
	"strings"
	"testing"

	"groundswell/internal/day"
)

// slowClaims is an organization in which Claims takes 9 days from training to
// the first task and Finance 3.
func slowClaims() *Index {
	x := &Index{Through: FirstDay + 40, Settings: DefaultSettings()}
	began := map[int32]int{}
	for m := range int32(20) {
		dept, wave, wait := "Finance", "Pilot", 3
		if m >= 8 {
			dept, wave, wait = "Claims", "Wave 1", 9
		}
		x.Members = append(x.Members, Member{Listed: true, Added: FirstDay})
		x.Placements = append(x.Placements, Placement{Member: m, From: FirstDay, Department: dept, Wave: wave})
		x.Attendances = append(x.Attendances, Attendance{Day: FirstDay + 20, Member: m, Kind: AllStaff101})
		began[m] = 20 + wait
	}
	for d := range 41 {
		var entries []Entry
		for m := range int32(20) {
			if d >= began[m] {
				entries = append(entries, Entry{m, Activity{SignedIn: true, Sessions: 9, Actions: 1, Connectors: 1}})
			}
		}
		x.Days = append(x.Days, IndexDay(FirstDay+day.Date(d), entries, 1))
	}
	return x
}

func TestDiagnosisOfAMedianNamesWhoIsSlow(t *testing.T) {
	x := slowClaims()
	p, _ := x.PeriodOf(nil, nil, 0)
	a, err := x.Answer(Query{Period: p, SeesSmallGroups: true})
	if err != nil {
		t.Fatal(err)
	}
	d := a.Diagnosis
	if d == nil || len(d.Cohorts) != 1 || d.Cohorts[0].Cohort.Slug != "claims" || d.Cohorts[0].Value != 9 || d.Cohorts[0].Without != 3 {
		t.Fatalf("diagnosis %+v", d)
	}
	if !strings.Contains(d.Because, "Claims pulls it down most: 9 days there, 3 days without it.") {
		t.Errorf("because: %s", d.Because)
	}
}

// TestDiagnosisSparesWhoseWaveIsClosed: people who cannot begin yet are not what holds a metric down.
func TestDiagnosisSparesWhoseWaveIsClosed(t *testing.T) {
	for _, c := range []struct {
		opens day.Date
		named int
	}{{FirstDay + 100, 0}, {FirstDay + 40, 1}, {FirstDay, 1}} {
		x := slowClaims()
		x.Openings = []Opening{{"Pilot", FirstDay}, {"Wave 1", c.opens}}
		p, _ := x.PeriodOf(nil, nil, 0)
		for _, by := range []By{ByNone, ByWave} {
			a, err := x.Answer(Query{Period: p, By: by, SeesSmallGroups: true})
			if err != nil {
				t.Fatal(err)
			}
			if a.Diagnosis == nil || len(a.Diagnosis.Cohorts) != c.named {
				t.Errorf("by %q, wave 1 opening on %s: %+v, want %d cohorts", by, c.opens, a.Diagnosis, c.named)
			}
		}
	}
}
