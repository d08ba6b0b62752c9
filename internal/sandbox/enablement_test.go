package sandbox

import (
	"slices"
	"testing"

	"groundswell/internal/day"
)

// TestTrainingComesBeforeTheFirstTask reads the lists the way a metric would:
// people begin some days after their training, those of Claims last.
func TestTrainingComesBeforeTheFirstTask(t *testing.T) {
	org := New(Config{Today: thursday})
	defer org.Close()
	w := org.world.Load()
	first := map[string]*person{}
	for i := range w.people {
		first[w.people[i].email] = &w.people[i]
	}
	waits, untrained, seen, there := map[string][]int{}, 0, map[string]bool{}, map[Training]bool{}
	for _, row := range org.Trainings() {
		p := first[row.Email]
		if p == nil || row.Day >= thursday {
			t.Fatalf("%+v is about nobody, or about the future", row)
		}
		place := row
		place.Status, place.Minutes = "", 0
		if there[place] {
			t.Errorf("%+v is there twice", row)
		}
		there[place] = true
		if row.Status == "no_show" || row.Kind == "office_hours" || row.Kind == "user_group" {
			continue
		}
		if seen[row.Email] = true; p.first < thursday && p.first >= row.Day {
			waits[departments[p.dept].name] = append(waits[departments[p.dept].name], int(p.first-row.Day))
			waits["all"] = append(waits["all"], int(p.first-row.Day))
		}
	}
	for i := range w.people {
		if p := &w.people[i]; departments[p.dept].wave == 0 && p.signedIn < thursday && p.first >= thursday && p.gone == here && !seen[p.email] {
			untrained++
		}
	}
	median := func(of string) float64 {
		slices.Sort(waits[of])
		return float64(waits[of][len(waits[of])/2])
	}
	within(t, "days from training to first task", median("all"), 3, 5)
	if median("Finance") >= median("Legal") || median("Marketing") >= median("Claims Operations") {
		t.Errorf("Finance needs %v days and Legal %v, Marketing %v and Claims %v", median("Finance"), median("Legal"), median("Marketing"), median("Claims Operations"))
	}
	within(t, "signed in, no task, no training", float64(untrained), 25, 75)
}

func TestChampionsLogMoreEachWeek(t *testing.T) {
	org := New(Config{Today: thursday})
	defer org.Close()
	pilot := org.Waves()[0].Opens
	weeks, teams, champions := map[day.Date]int{}, 0, map[string]bool{}
	for _, row := range org.Touchpoints() {
		if (row.User == "") == (row.Department == "") || row.Kind == "" || row.Day >= thursday || row.Day < pilot {
			t.Fatalf("%+v cannot be", row)
		}
		weeks[row.Day.Monday()]++
		champions[row.Champion] = true
		if row.User == "" {
			teams++
		}
	}
	if !(weeks[pilot] < weeks[pilot+7]) || teams == 0 || len(champions) < 12 || len(champions) > 18 {
		t.Errorf("%v a week, %d for whole departments, by %d champions", weeks, teams, len(champions))
	}
	within(t, "touchpoints in the second week", float64(weeks[pilot+7]), 120, 190)
}
