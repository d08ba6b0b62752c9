package enablement

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// How long a code is shown, how long after that it is told from a wrong one, and
// when people can check in.
const (
	codeLasts   = time.Minute
	codesHold   = 2  // the current one and the one before
	codesTold   = 30 // of so many minutes are called expired
	doorBefore  = 30 * time.Minute
	doorAfter   = 2 * time.Hour
	codeModulus = 1_000_000
)

// Door makes the codes that people at a session check in by. Keys are secret, the
// current one first; without one every code is wrong.
type Door struct {
	Keys [][]byte
}

// Code returns the six digits that the door of a session shows at a moment.
func (d Door) Code(session int, at time.Time) string {
	if len(d.Keys) == 0 {
		return ""
	}
	return code(d.Keys[0], session, minuteOf(at))
}

// Next returns when the code changes.
func (d Door) Next(at time.Time) time.Time {
	return time.Unix((minuteOf(at)+1)*int64(codeLasts/time.Second), 0)
}

func minuteOf(at time.Time) int64 { return at.Unix() / int64(codeLasts/time.Second) }

func code(key []byte, session int, minute int64) string {
	h := hmac.New(sha256.New, key)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(session))
	binary.BigEndian.PutUint64(b[8:], uint64(minute))
	h.Write(b[:])
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(h.Sum(nil))%codeModulus)
}

// Verdict is what a door says to a code.
type Verdict int

// The verdicts.
const (
	CodeWrong Verdict = iota
	CodeExpired
	CodeHolds
)

// Check tells whether a code holds: the one shown now, or the one before it.
func (d Door) Check(session int, typed string, now time.Time) Verdict {
	typed, verdict := strings.Join(strings.Fields(typed), ""), CodeWrong
	for _, key := range d.Keys {
		for ago := range int64(codesTold) {
			if !hmac.Equal([]byte(typed), []byte(code(key, session, minuteOf(now)-ago))) {
				continue
			}
			if ago < codesHold {
				return CodeHolds
			}
			verdict = CodeExpired
		}
	}
	return verdict
}

// DoorOpens and DoorCloses are when people can check in.
func (p Planned) DoorOpens() time.Time { return p.Begins().Add(-doorBefore) }

// DoorCloses is when nobody can check in any more.
func (p Planned) DoorCloses() time.Time { return p.Ends().Add(doorAfter) }

// DoorOpen reports whether people can check in.
func (p Planned) DoorOpen(now time.Time) bool { return p.DoorShut(now) == nil }

// DoorShut says why nobody can check in, as a fault about the field code; nil while
// the door is open.
func (p Planned) DoorShut(now time.Time) error {
	clock := func(t time.Time) string { return t.Format("15:04 on Mon 2 Jan") }
	switch {
	case p.FromFile:
		return fault.Field("code", "This session has no door. Ask a rollout lead to add you to its list.")
	case p.Cancelled():
		return fault.Field("code", "This session was cancelled, so nobody checks in. Choose another session.")
	case now.Before(p.DoorOpens()):
		return fault.Field("code", "The door opens at "+clock(p.DoorOpens())+". Check in then, with the code it shows.")
	case !now.Before(p.DoorCloses()):
		return fault.Field("code", "The door closed at "+clock(p.DoorCloses())+". Ask the host to add you to the list.")
	}
	return nil
}

var (
	errNoDoor      = fault.Field("code", "No session that you can check in to takes this code. Type the six digits that the door shows now, or scan its QR code.")
	errWrongCode   = fault.Field("code", "This is not the code of this session. Type the six digits that its door shows now.")
	errExpiredCode = fault.Field("code", "This code has expired: it changes every minute. Type the six digits that the door shows now.")
)

// CheckedIn is what checking in did.
type CheckedIn struct {
	Already bool // they were in before
	WalkIn  bool // they had not signed up
	Full    bool // all seats were taken by others, and they are in all the same
}

// checkIn keeps that by is there. Once is enough; twice is fine.
func (g Gathering) checkIn(by identity.Actor, p Person, now time.Time) (Gathered, CheckedIn, error) {
	if err := g.DoorShut(now); err != nil {
		return Gathered{}, CheckedIn{}, err
	}
	place, signedUp := g.PlaceOf(p.Email)
	full := g.Capacity != nil && len(g.SignUps) >= *g.Capacity && !place.Seat
	done := CheckedIn{WalkIn: !signedUp, Full: full}
	was, known := g.Presence(p.Email)
	if known && was.Status != NoShow && was.Source != FromSystem {
		done.Already = true
		return Gathered{}, done, nil
	}
	is := Presence{Email: p.Email, Status: Attended, Source: FromCode, At: now, By: by.Account, Deliverable: was.Deliverable}
	return Gathered{Keep: []Presence{is}, Events: []identity.Event{g.event(by, "training.checked_in", p)}}, done, nil
}
