package adoption

import "groundswell/internal/day"

// Start says why a champion would begin with somebody. The zero Start is nobody
// to begin with: they delegate, or nothing is known yet.
type Start string

// The reasons, in the order a champion meets them.
const (
	StartSignIn Start = "sign_in" // has never signed in, whether invited or not
	StartTask   Start = "task"    // signed in, never delegated a task
	StartReturn Start = "return"  // delegated once, and was not active since before the last two complete weeks
)

// Starts tells with whom champions begin. It names reasons and no counts, and is
// meant for whoever may read people by name.
type Starts struct {
	Stages
	lapsed, active Bits
}

// Starts returns with whom to begin by the last complete day.
func (x *Index) Starts() Starts {
	s := Starts{Stages: x.Stages()}
	if !s.Known() {
		return s
	}
	sunday := lastSunday(x.Through)
	lately := x.activeIn(day.Period{From: sunday - 13, To: x.Through}).active
	s.active = x.activeIn(day.Period{From: sunday - 6, To: sunday}).active
	s.lapsed = s.sets[1].Minus(lately)
	return s
}

// Why returns the reason to begin with a member; -1 is somebody without an account.
func (s Starts) Why(member int32) Start {
	switch {
	case member < 0:
		return StartSignIn
	case !s.Known():
		return ""
	case !s.sets[0].Has(member):
		return StartSignIn
	case !s.sets[1].Has(member):
		return StartTask
	case s.lapsed.Has(member):
		return StartReturn
	}
	return ""
}

// Active reports whether a member was active in the last complete week.
func (s Starts) Active(member int32) bool { return member >= 0 && s.active.Has(member) }
