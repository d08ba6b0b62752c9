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
	Sunday         day.Date // the last day of the last complete week; read only when Known
	lapsed, active Bits
}

// Starts returns with whom to begin by the last complete day.
func (x *Index) Starts() Starts {
	s := Starts{Stages: x.Stages()}
	if !s.Known() {
		return s
	}
	sunday := lastSunday(x.Through)
	s.Sunday = sunday
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

// Tally counts people by how far they got, and by why to begin with them.
type Tally struct {
	People                      int
	SignedIn, Delegated, Active int
	ToSignIn, ToTask, ToReturn  int
}

// Tally counts members; -1 is somebody without an account. Before the first complete
// day it counts people and nothing else.
func (s Starts) Tally(members []int32) Tally {
	t := Tally{People: len(members)}
	if !s.Known() {
		return t
	}
	for _, m := range members {
		t.SignedIn += one(m >= 0 && s.sets[0].Has(m))
		t.Delegated += one(m >= 0 && s.sets[1].Has(m))
		t.Active += one(s.Active(m))
		why := s.Why(m)
		t.ToSignIn += one(why == StartSignIn)
		t.ToTask += one(why == StartTask)
		t.ToReturn += one(why == StartReturn)
	}
	return t
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
