package adoption_test

import (
	"testing"

	"pgregory.net/rapid"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// start is the reason to begin with somebody, read off the rows.
func (b brute) start(w *world, u user) adoption.Start {
	ever := func(did func(string, day.Date) bool) bool {
		return any_(adoption.FirstDay, w.through, func(d day.Date) bool { return did(u.id, d) })
	}
	sunday := w.through
	for sunday.Weekday() != 0 {
		sunday--
	}
	switch {
	case !b.member(u, w.through) || !ever(b.signedIn):
		return adoption.StartSignIn
	case !ever(b.task):
		return adoption.StartTask
	case !b.activeIn(u.id, sunday-13, w.through):
		return adoption.StartReturn
	}
	return ""
}

func TestStartsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, _ := anOrganization(t)
		b, s := bruteOf(w), w.index().Starts()
		sunday := w.through
		for sunday.Weekday() != 0 {
			sunday--
		}
		for i, u := range w.users {
			if got, want := s.Why(int32(i)), b.start(w, u); got != want {
				t.Fatalf("%s: begin because of %q, want %q", u.id, got, want)
			}
			if got, want := s.Active(int32(i)), b.activeIn(u.id, sunday-6, sunday); got != want {
				t.Fatalf("%s: active in the last complete week: %v, want %v", u.id, got, want)
			}
		}
		if s.Why(-1) != adoption.StartSignIn || s.Active(-1) {
			t.Fatal("somebody without an account is to sign in")
		}
	})
}

// Before the first complete day nothing is known of members, and nothing is guessed.
func TestStartsBeforeTheFirstDay(t *testing.T) {
	s := (&adoption.Index{Through: day.None, Members: make([]adoption.Member, 1)}).Starts()
	if s.Known() || s.Why(0) != "" || s.Why(-1) != adoption.StartSignIn {
		t.Errorf("known %v, a member %q, nobody's account %q", s.Known(), s.Why(0), s.Why(-1))
	}
}
