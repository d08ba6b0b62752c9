package rollout

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

func opens(d day.Date) *day.Date { return &d }

// builtFrom makes the tasks of a one-section playbook for two waves and two
// departments: wave 1 opens Thu 19 Nov 2026, wave 2 has no day, Claims is in wave
// 1 and Legal in wave 2.
func builtFrom(a Answers, steps ...Step) []Task {
	book := Playbook{Phases: []PlaybookPhase{{Key: "setup", Sections: []PlaybookSection{{Title: "First", Steps: steps}}}}}
	waves := []people.Wave{{ID: 2, Name: "Wave 2"}, {ID: 1, Name: "Wave 1", OpensOn: opens(day.Of(2026, 11, 19))}}
	return Build(book, a, waves, []people.Department{{ID: 7, Name: "Claims", Wave: 1}, {ID: 8, Name: "Legal", Wave: 2}})
}

func TestBuildMakesATaskForEach(t *testing.T) {
	tasks := builtFrom(Answers{},
		Step{ID: "a", Title: "A", Offset: -10},
		Step{ID: "b", Title: "B", Scope: PerWave, Offset: 3, WaitsFor: []string{"a", "gone"}},
		Step{ID: "c", Title: "C", Scope: PerDepartment, Offset: -1, WaitsFor: []string{"b"}},
		Step{ID: "d", Title: "D", WaitsFor: []string{"b", "c"}},
		Step{ID: "e", Title: "E", Scope: PerWave, When: StepWhen{Waves: "first"}},
		Step{ID: "f", Title: "F", Scope: PerWave, When: StepWhen{Waves: "later"}, WaitsFor: []string{"e"}},
		Step{ID: "g", Title: "G", Scope: PerWave, WaitsFor: []string{"c"}},
	)
	type made struct {
		key              string
		wave, department int
		due              string
		waits            []TaskID
	}
	want := []made{
		{"a", 0, 0, "2026-11-09", nil},
		{"b", 1, 0, "2026-11-23", []TaskID{-1}}, // Sun 22 moves on
		{"b", 2, 0, "", []TaskID{-1}},
		{"c", 0, 7, "2026-11-18", []TaskID{-2}},
		{"c", 0, 8, "", []TaskID{-3}},
		{"d", 0, 0, "2026-11-19", []TaskID{-2, -4}}, // those of the first wave
		{"e", 1, 0, "2026-11-19", nil},
		{"f", 2, 0, "", []TaskID{-7}},
		{"g", 1, 0, "2026-11-19", []TaskID{-4}},
		{"g", 2, 0, "", []TaskID{-5}},
	}
	if len(tasks) != len(want) {
		t.Fatalf("%d tasks, want %d", len(tasks), len(want))
	}
	for i, w := range want {
		got := tasks[i]
		if got.ID != TaskID(-i-1) || got.Key != w.key || got.Wave != w.wave || got.Department != w.department ||
			got.Due.String() != w.due || !slices.Equal(got.WaitsFor, w.waits) {
			t.Errorf("task %d: %s of wave %d, department %d, due %q, waits for %v; want %+v", i, got.Key, got.Wave, got.Department, got.Due, got.WaitsFor, w)
		}
	}
}

func TestBuildLeavesOutWhatDoesNotApply(t *testing.T) {
	steps := []Step{
		{ID: "mdm", When: StepWhen{Install: InstallManaged}},
		{ID: "self", When: StepWhen{Install: InstallSelf}},
		{ID: "parents", When: StepWhen{Architecture: []Architecture{SeveralParents, ParentAndChildren}}},
	}
	for _, tc := range []struct {
		a    Answers
		want []string
	}{
		{Answers{Install: InstallManaged, Architecture: SingleOrganization}, []string{"mdm"}},
		{Answers{Install: InstallSelf, Architecture: ParentAndChildren}, []string{"self", "parents"}},
	} {
		var got []string
		for _, task := range builtFrom(tc.a, steps...) {
			got = append(got, task.Key)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%+v: %v, want %v", tc.a, got, tc.want)
		}
	}
}

// anyRollout draws waves, departments and answers for a playbook that ships with the program.
func anyRollout(t *rapid.T) (Playbook, Answers, []people.Wave, []people.Department) {
	book := rapid.SampledFrom(Playbooks()).Draw(t, "playbook")
	a := Answers{
		Playbook:     book.Key,
		Architecture: rapid.SampledFrom(Architectures()).Draw(t, "architecture"),
		Install:      rapid.SampledFrom([]Install{InstallManaged, InstallSelf}).Draw(t, "install"),
		Calendar:     anyCalendar(t),
	}
	var waves []people.Wave
	for id := range rapid.IntRange(1, 4).Draw(t, "waves") {
		w := people.Wave{ID: id + 1}
		if rapid.IntRange(0, 4).Draw(t, "known") > 0 {
			w.OpensOn = opens(anyDay(t))
		}
		waves = append(waves, w)
	}
	var departments []people.Department
	for id := range rapid.IntRange(0, 3).Draw(t, "departments") {
		departments = append(departments, people.Department{ID: id + 1, Wave: rapid.IntRange(0, len(waves)).Draw(t, "home")})
	}
	return book, a, waves, departments
}

func anyDay(t *rapid.T) day.Date {
	return day.Of(2026, 10, 1) + day.Date(rapid.IntRange(0, 500).Draw(t, "day"))
}

func anyCalendar(t *rapid.T) Calendar {
	c := Calendar{Weekdays: rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 1, 7, rapid.ID).Draw(t, "weekdays")}
	for range rapid.IntRange(0, 8).Draw(t, "days off") {
		c.DaysOff = append(c.DaysOff, anyDay(t))
	}
	return c.tidy()
}

// TestEveryPlanHoldsTogether builds plans from any answers: nothing waits in a
// circle or for what is not there, and every day is worked.
func TestEveryPlanHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		book, a, waves, departments := anyRollout(t)
		tasks := Build(book, a, waves, departments)
		if circle := Cycle(tasks); circle != nil {
			t.Fatalf("a circle: %s", titles(circle))
		}
		type spot struct {
			key              string
			wave, department int
		}
		seen := map[spot]bool{}
		for i, task := range tasks {
			at := spot{task.Key, task.Wave, task.Department}
			switch {
			case task.ID != TaskID(-i-1), seen[at]:
				t.Fatalf("task %d is %d, %+v", i, task.ID, at)
			case task.Due.Known() && !a.Calendar.Works(task.Due):
				t.Fatalf("%s is due on %s, which nobody works", task.Title, task.Due)
			}
			seen[at] = true
			for _, id := range task.WaitsFor {
				if int(-id) < 1 || int(-id) > len(tasks) {
					t.Fatalf("%s waits for %d", task.Title, id)
				}
			}
		}
	})
}
