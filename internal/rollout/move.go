package rollout

import (
	"groundswell/internal/day"
)

// Stay is why a task keeps its day when a launch moves.
type Stay string

// The reasons to stay.
const (
	Moves         Stay = ""           // it does not stay
	StaysDone     Stay = "done"       // it is done
	StaysUnneeded Stay = "not_needed" // it is not needed
	StaysByHand   Stay = "by_hand"    // somebody set the day
)

// Shift is what becomes of one task's day.
type Shift struct {
	Task  Task     // as it is now
	To    day.Date // the day it gets, or would get if it did not stay; [day.None] for no date
	Stays Stay
}

// Moved returns the task as the shift leaves it.
func (s Shift) Moved() Task {
	t := s.Task
	if s.Stays == Moves {
		t.Due = s.To
	}
	return t
}

// Move tells what moving launches does to every task whose day depends on them, in
// the order of the plan. What is done, not needed or set by hand stays. Waves that
// launches do not name keep their day. Nothing is changed.
func Move(p *Plan, launches []Launch) []Shift { return shifts(p, p.dates(launches)) }

// shifts compares the days of the plan with those of other dates.
func shifts(p *Plan, to dates) []Shift {
	was := p.dates(nil)
	var out []Shift
	for _, t := range p.Tasks {
		s := Shift{Task: t, To: to.due(t), Stays: staying(t)}
		switch {
		case s.Stays == Moves && s.To == t.Due:
			continue
		case s.Stays != Moves && (s.To == was.due(t) || !t.Due.Known() || t.Own() && t.DueSet):
			continue
		}
		out = append(out, s)
	}
	return out
}

func staying(t Task) Stay {
	switch {
	case t.State == Done:
		return StaysDone
	case t.State == NotNeeded:
		return StaysUnneeded
	case t.DueSet:
		return StaysByHand
	}
	return Moves
}
