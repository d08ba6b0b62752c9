package rollout

import "time"

// Signal is who is named where a check, and no person, decided.
const Signal = "Signal"

// Turn is what a check makes of a task.
type Turn struct {
	Task TaskID
	To   State  // Done or Reopened
	Say  string // the check's sentence: the reason
}

// Proves returns which check a task is proven by, false when it is none: by a
// wave's own check where waves are asked one by one, by everybody's otherwise.
func (t Task) Proves() (CheckRef, bool) {
	if t.Evidence.Kind != ByCheck || t.Gate != "" {
		return CheckRef{}, false
	}
	ref := CheckRef{Check: t.Evidence.Check}
	if c, ok := CheckOf(ref.Check); ok && c.PerWave() {
		ref.Wave = t.Wave
	}
	return ref, true
}

// Turns returns what results make of tasks: a check that holds and is live does
// its tasks, one that fails reopens those that were done. What is not needed is
// left alone, and so is a gate: only a person passes one.
func Turns(tasks []Task, results map[CheckRef]Result, now time.Time) []Turn {
	var out []Turn
	for _, t := range tasks {
		ref, ok := t.Proves()
		r, ran := results[ref]
		if !ok || !ran || t.State == NotNeeded {
			continue
		}
		switch {
		case r.Outcome == Holds && t.State != Done && !r.Stale(now):
			out = append(out, Turn{t.ID, Done, r.Say})
		case r.Outcome == Fails && t.State == Done:
			out = append(out, Turn{t.ID, Reopened, r.Say})
		}
	}
	return out
}
