package rollout

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// anyPlan draws a plan in the middle of its work: any task may be done, begun, not
// needed, or have its day set by hand.
func anyPlan(t *rapid.T) *Plan {
	book, a, waves, departments := anyRollout(t)
	p := &Plan{
		Rollout: Rollout{Playbook: book.Key, Architecture: a.Architecture, Install: a.Install, Calendar: a.Calendar, TimeZone: "UTC", StartedAt: began, Version: 1},
		Waves:   waves, Departments: departments, Tasks: Build(book, a, waves, departments),
	}
	for i := range p.Tasks {
		task := &p.Tasks[i]
		task.State = rapid.SampledFrom([]State{Open, Open, Doing, Done, Reopened, NotNeeded}).Draw(t, "state")
		if rapid.IntRange(0, 5).Draw(t, "by hand") == 0 {
			task.Due, task.DueSet = anyDay(t), true
		}
	}
	p.Arrange()
	return p
}

// movedTo is the plan after moving launches, as it would be kept.
func movedTo(p *Plan, launches []Launch) *Plan {
	out := *p
	out.Tasks, out.Waves = slices.Clone(p.Tasks), slices.Clone(p.Waves)
	for _, s := range Move(p, launches) {
		out.Tasks[p.place(s.Task.ID)] = s.Moved()
	}
	for _, l := range launches {
		for i := range out.Waves {
			if out.Waves[i].ID == l.Wave {
				out.Waves[i].OpensOn = known(l.On)
			}
		}
	}
	return &out
}

func days(p *Plan) map[TaskID]day.Date {
	out := map[TaskID]day.Date{}
	for _, t := range p.Tasks {
		out[t.ID] = t.Due
	}
	return out
}

func launchesOf(p *Plan) []Launch { return p.Answers().Launches }

func anyLaunches(t *rapid.T, p *Plan) []Launch {
	var out []Launch
	for _, w := range p.Waves {
		switch rapid.IntRange(0, 4).Draw(t, "move") {
		case 0: // stays
		case 1:
			out = append(out, Launch{Wave: w.ID, On: day.None})
		default:
			out = append(out, Launch{Wave: w.ID, On: anyDay(t)})
		}
	}
	return out
}

// TestMovingLaunchesLeavesWhatIsSettled moves launches of any plan: done, not
// needed and hand-set tasks keep their day, the others get the one of a new plan.
func TestMovingLaunchesLeavesWhatIsSettled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		after := movedTo(p, anyLaunches(t, p))
		for i, task := range after.Tasks {
			was := p.Tasks[i]
			stays := was.State.Settled() || was.DueSet
			switch {
			case stays && task.Due != was.Due:
				t.Fatalf("%s (%s, by hand %v) moved from %s to %s", was.Title, was.State, was.DueSet, was.Due, task.Due)
			case !stays && task.Due != after.Planned(task):
				t.Fatalf("%s is due %s, planned for %s", task.Title, task.Due, after.Planned(task))
			}
			task.Due = was.Due
			if task.State != was.State || task.Title != was.Title || !slices.Equal(task.WaitsFor, was.WaitsFor) {
				t.Fatalf("more than the day of %s changed", was.Title)
			}
		}
	})
}

// TestMovingThereAndBackChangesNothing moves launches any number of times and then
// back: every day is what it was.
func TestMovingThereAndBackChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		start := launchesOf(p)
		p = movedTo(p, start) // days as planned
		now := p
		for range rapid.IntRange(1, 4).Draw(t, "moves") {
			now = movedTo(now, anyLaunches(t, now))
		}
		if back := movedTo(now, start); !maps.Equal(days(back), days(p)) {
			t.Fatal("some day is another one")
		}
	})
}

// TestShiftsSayWhyATaskStays names the reasons for one launch.
func TestShiftsSayWhyATaskStays(t *testing.T) {
	p := &Plan{Tasks: builtFrom(Answers{}, Step{ID: "a"}, Step{ID: "b"}, Step{ID: "c"}, Step{ID: "d"}, Step{ID: "e", Scope: PerWave})}
	p.Waves = threeWaves()[:2]
	p.Tasks[1].State, p.Tasks[2].State, p.Tasks[3].DueSet = Done, NotNeeded, true
	var got []string
	for _, s := range Move(p, []Launch{{Wave: 1, On: day.Of(2026, 11, 9)}}) {
		got = append(got, s.Task.Key+" "+string(s.Stays)+" "+s.To.String())
	}
	want := []string{"a  2026-11-09", "b done 2026-11-09", "c not_needed 2026-11-09", "d by_hand 2026-11-09", "e  2026-11-09", "e  2026-12-01"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestCirclesAreRefusedByName lets any task of a plan wait for one that waits for it.
func TestCirclesAreRefusedByName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		var waiting []Task
		for _, task := range p.Tasks {
			if len(task.WaitsFor) > 0 {
				waiting = append(waiting, task)
			}
		}
		last := rapid.SampledFrom(waiting).Draw(t, "last")
		first := last
		for len(first.WaitsFor) > 0 && (first.ID == last.ID || rapid.Bool().Draw(t, "on")) {
			first, _ = p.Task(rapid.SampledFrom(first.WaitsFor).Draw(t, "next"))
		}
		_, err := edit(p, acting{ines, began}, TaskRef{ID: first.ID}, Edit{Title: first.Title, Days: 1, WaitsFor: append(first.WaitsFor, last.ID)})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Say(err), "“"+first.Title+"” waits for “"+last.Title+"”") {
			t.Fatalf("%s and %s may wait for each other: %v", first.Title, last.Title, err)
		}
	})
}

func TestTheWholeCircleIsNamed(t *testing.T) {
	tasks := []Task{{ID: 1, Title: "A", WaitsFor: []TaskID{2}}, {ID: 2, Title: "B", WaitsFor: []TaskID{3}}, {ID: 3, Title: "C", WaitsFor: []TaskID{2}}}
	err := checkCycle(tasks)
	if want := "These tasks would wait for each other: “B” waits for “C” waits for “B”."; fault.Say(err) != want {
		t.Errorf("%v", err)
	}
	if err := checkCycle([]Task{{ID: 1, Title: "A", WaitsFor: []TaskID{1}}}); err == nil {
		t.Error("a task may wait for itself")
	}
	tasks[2].WaitsFor = nil
	if err := checkCycle(tasks); err != nil {
		t.Error(err)
	}
}
