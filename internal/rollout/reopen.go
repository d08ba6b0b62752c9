package rollout

import "time"

// Signal is who is named where a check, and no person, decided.
const Signal = "Signal"

// Turn is what a check makes of a task.
type Turn struct {
	Task TaskID
	To   State    // Done or Reopened
	By   CheckRef // the check that says so
	Say  string   // its sentence: the reason
}

// Turns returns what the results of a plan make of its tasks: a check that holds
// and is live does its tasks, one that fails reopens those that were done. What is
// not needed is left alone, and so is a gate: only a person passes one.
func (p *Plan) Turns(now time.Time) []Turn {
	var out []Turn
	for _, t := range p.Tasks {
		r, ok := p.Result(t)
		if !ok || t.Gate != "" || t.State == NotNeeded {
			continue
		}
		switch {
		case r.Outcome == Holds && t.State != Done && !r.Stale(now):
			out = append(out, Turn{t.ID, Done, r.CheckRef, r.Say})
		case r.Outcome == Fails && t.State == Done:
			out = append(out, Turn{t.ID, Reopened, r.CheckRef, r.Say})
		}
	}
	return out
}

// ProvenBy returns the tasks whose evidence is a check, in the order of the plan.
func (p *Plan) ProvenBy(ref CheckRef) []Task {
	var out []Task
	for _, t := range p.Tasks {
		if r, ok := p.Result(t); ok && r.CheckRef == ref {
			out = append(out, t)
		}
	}
	return out
}
