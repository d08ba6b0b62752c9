package enablement

import (
	"slices"
	"strconv"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// SignUp is somebody who wants to come to a session.
type SignUp struct {
	ID    int64
	Email string
	Name  string // as they were called when they signed up; "" when nobody knew
	At    time.Time
	By    identity.AccountID // who signed them up; 0 when nobody here did
}

// Place is how somebody who signed up stands: with a seat, or waiting for one.
type Place struct {
	Seat    bool
	Waiting int // 1 for whoever gets the next seat; 0 with a seat
}

// Gathering is a session with everybody who signed up for it or was at it.
type Gathering struct {
	Planned
	SignUps   []SignUp   // in the order in which they said so
	Presences []Presence // by address
}

// Gathered is what is to be kept of a change to a [Gathering].
type Gathered struct {
	SignUp []SignUp   // put at the end, in this order
	Leave  []string   // addresses that no longer want to come
	Keep   []Presence // new and changed ones
	Drop   []string   // addresses of which nothing is known any more
	Events []identity.Event
}

// PlaceOf returns how the person with this address stands; false when they have
// not signed up. The first sign-ups have a seat, as many as there are; so
// somebody who leaves, and more seats, move the next ones in.
func (g Gathering) PlaceOf(email string) (Place, bool) {
	i := slices.IndexFunc(g.SignUps, func(s SignUp) bool { return sameAddress(s.Email, email) })
	if i < 0 {
		return Place{}, false
	}
	return g.placeAt(i), true
}

func (g Gathering) placeAt(i int) Place {
	if g.Capacity == nil || i < *g.Capacity {
		return Place{Seat: true}
	}
	return Place{Waiting: i - *g.Capacity + 1}
}

// Seated returns those who have a seat.
func (g Gathering) Seated() []SignUp {
	if g.Capacity == nil {
		return g.SignUps
	}
	return g.SignUps[:min(len(g.SignUps), *g.Capacity)]
}

func sameAddress(a, b string) bool { return sheet.Fold(a) == sheet.Fold(b) }

// takesSignUps says why nobody can sign up any more, nil while people can.
func (g Gathering) takesSignUps(now time.Time) error {
	switch {
	case g.FromFile:
		return fault.New(fault.Conflict, "This session is known from a file only: nobody signs up for it.")
	case g.Cancelled():
		return fault.New(fault.Conflict, "This session was cancelled. Choose another one.")
	case g.Over(now):
		return fault.New(fault.Conflict, "This session is over. Choose another one.")
	case g.Begun(now):
		return fault.New(fault.Conflict, "This session has begun. Check in at its door: no sign-up is needed.")
	}
	return nil
}

// signUp puts somebody at the end. Whoever is in it already stays where they are.
func (g Gathering) signUp(by identity.Actor, p Person, now time.Time) (Gathered, Place, error) {
	if err := g.takesSignUps(now); err != nil {
		return Gathered{}, Place{}, err
	}
	if at, ok := g.PlaceOf(p.Email); ok {
		return Gathered{}, at, nil
	}
	at := g.placeAt(len(g.SignUps))
	e := g.event(by, "training.signed_up", p)
	e.Detail["seat"] = strconv.FormatBool(at.Seat)
	return Gathered{SignUp: []SignUp{{Email: p.Email, Name: p.Name, At: now, By: by.Account}}, Events: []identity.Event{e}}, at, nil
}

// leave takes somebody out. Once the session has begun the list says who came.
func (g Gathering) leave(by identity.Actor, p Person, now time.Time) (Gathered, error) {
	if _, ok := g.PlaceOf(p.Email); !ok {
		return Gathered{}, nil
	}
	if !g.Cancelled() && g.Begun(now) {
		return Gathered{}, fault.New(fault.Conflict, "This session has begun. Its list says who came.")
	}
	return Gathered{Leave: []string{sheet.Fold(p.Email)}, Events: []identity.Event{g.event(by, "training.left", p)}}, nil
}

// event tells the audit log what by did to p. It names the person of the roster
// by number, never by address; somebody who is not on it has none.
func (g Gathering) event(by identity.Actor, action string, p Person) identity.Event {
	detail := map[string]string{"self": strconv.FormatBool(sameAddress(by.Email, p.Email))}
	if p.ID != 0 {
		detail["person"] = strconv.Itoa(p.ID)
	}
	return identity.Event{By: by, Action: action, Subject: g.subject(), Detail: detail}
}

func (g Gathering) subject() string { return "training/" + strconv.Itoa(g.ID) }
