package enablement

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

// Source is how an attendance is known.
type Source string

// The sources of attendances.
const (
	FromFile   Source = "file"
	FromCode   Source = "code" // the code at the door
	FromList   Source = "list" // the list of the host
	FromSystem Source = "lms"  // a learning system
)

// Presence is what is known of somebody at one session.
type Presence struct {
	Email       string
	Status      Status // what the door, the list or a file says; where only a learning system knows them, its word
	Taught      Status // what a learning system says where that is more; else ""
	Minutes     *int   // nil: not reported
	Source      Source
	At          time.Time // when it was said; zero for what a file said
	By          identity.AccountID
	Deliverable string // what they made; "" not said
}

// Stands is what holds: the stronger word of the two.
func (p Presence) Stands() Status {
	if p.Taught != "" {
		return p.Taught
	}
	return p.Status
}

// Came reports whether they were there.
func (p Presence) Came() bool { return p.Stands() == Attended || p.Stands() == Completed }

// MaxDeliverable is how many characters what somebody made may take.
const MaxDeliverable = 200

// Presence returns what is known of the person with this address; false for nothing.
func (g Gathering) Presence(email string) (Presence, bool) {
	i := slices.IndexFunc(g.Presences, func(p Presence) bool { return sameAddress(p.Email, email) })
	if i < 0 {
		return Presence{}, false
	}
	return g.Presences[i], true
}

// Came counts those who were there, and those of them who said what they made.
func (g Gathering) Came() (came, said int) {
	for _, p := range g.Presences {
		if p.Came() {
			came++
			if p.Deliverable != "" {
				said++
			}
		}
	}
	return came, said
}

// AsksWhatWasMade reports whether people at such a session are asked what they made in it.
func (k Kind) AsksWhatWasMade() bool { return k == AllStaff101 || k == Department }

// Said is what the list says of somebody. Its zero value says nothing.
type Said struct {
	Status      Status // "": nothing is known
	Minutes     *int
	Deliverable string
}

// Says returns what the list says of the person with this address.
func (g Gathering) Says(email string) Said {
	p, _ := g.Presence(email)
	return Said{p.Status, p.Minutes, p.Deliverable}
}

func (s Said) same(o Said) bool {
	return s.Status == o.Status && sameMinutes(s.Minutes, o.Minutes) && s.Deliverable == o.Deliverable
}

func sameMinutes(a, b *int) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

// whole reports whether s goes together: minutes and words are of those who came.
func (s Said) whole() bool {
	return s.Status == Attended || s.Status == Completed || s.Minutes == nil && s.Deliverable == ""
}

// Settled returns s as it is kept, or what is wrong with it. Somebody who did not
// come has no minutes and made nothing.
func (s Said) Settled() (Said, error) {
	s.Deliverable = strings.Join(strings.Fields(s.Deliverable), " ")
	switch {
	case s.Status == "" && (s.Minutes != nil || s.Deliverable != ""):
		return s, fault.Field("status", "Say first whether they came.")
	case s.Status != "" && !s.Status.Valid():
		return s, fault.Field("status", "Choose present, completed or did not come.")
	case s.Minutes != nil && (*s.Minutes < 0 || *s.Minutes > maxMinutes):
		return s, fault.Field("minutes", "Type minutes from 0 to "+strconv.Itoa(maxMinutes)+".")
	case utf8.RuneCountInString(s.Deliverable) > MaxDeliverable:
		return s, errLongDeliverable
	case s.Status == NoShow:
		return Said{Status: NoShow}, nil
	}
	return s, nil
}

var errLongDeliverable = fault.Field("deliverable", "Use at most "+strconv.Itoa(MaxDeliverable)+" characters.")

// Entry is a row of the list: as it was shown, and as it is to be.
type Entry struct {
	Email   string
	Was, Is Said
}

// Clash is a row that somebody else changed in another way meanwhile. Theirs stands.
type Clash struct {
	Email        string
	Theirs, Mine Said
}

// Saved is what became of a list that was sent.
type Saved struct {
	Changed int
	Clashes []Clash
}

// merge keeps of e what was changed on the list, and what somebody else changed
// besides. ok is false when both changed the same thing in different ways.
func (e Entry) merge(stands Said) (is Said, ok bool) {
	is = stands
	ok = mergeOne(&is.Status, e.Was.Status, e.Is.Status, func(a, b Status) bool { return a == b })
	ok = mergeOne(&is.Minutes, e.Was.Minutes, e.Is.Minutes, sameMinutes) && ok
	ok = mergeOne(&is.Deliverable, e.Was.Deliverable, e.Is.Deliverable, func(a, b string) bool { return a == b }) && ok
	return is, ok
}

func mergeOne[T any](stands *T, was, is T, same func(a, b T) bool) bool {
	switch {
	case same(was, is), same(*stands, is):
		return true
	case !same(*stands, was):
		return false
	}
	*stands = is
	return true
}

// keepsList says why nothing can be said yet of who came, nil once it can.
func (g Gathering) keepsList(now time.Time) error {
	switch {
	case g.Cancelled():
		return fault.New(fault.Conflict, "This session was cancelled. Nobody was at it.")
	case !g.Begun(now):
		return fault.New(fault.Conflict, "This session has not begun. Mark who came once it has.")
	}
	return nil
}

// save merges a list into what stands.
func (g Gathering) save(by identity.Actor, list []Entry, now time.Time) (Gathered, Saved, error) {
	if err := g.keepsList(now); err != nil {
		return Gathered{}, Saved{}, err
	}
	var c Gathered
	var done Saved
	for _, e := range list {
		if e.Was.same(e.Is) {
			continue
		}
		if !g.lists(e.Email) && !isAddress(e.Email) {
			return Gathered{}, Saved{}, errNoAddress
		}
		stands := g.Says(e.Email)
		is, ok := e.merge(stands)
		if !ok || e.Is.whole() && !is.whole() {
			done.Clashes = append(done.Clashes, Clash{e.Email, stands, e.Is})
			continue
		}
		is, err := is.Settled()
		if err != nil {
			return Gathered{}, Saved{}, err
		}
		if !is.same(stands) {
			done.Changed++
			g.put(&c, by, e.Email, is, now)
		}
	}
	if done.Changed > 0 {
		c.Events = []identity.Event{{By: by, Action: "training.list_kept", Subject: g.subject(),
			Detail: map[string]string{"kept": strconv.Itoa(len(c.Keep)), "dropped": strconv.Itoa(len(c.Drop))}}}
	}
	return c, done, nil
}

// lists reports whether somebody is on the list.
func (g Gathering) lists(email string) bool {
	_, in := g.PlaceOf(email)
	_, was := g.Presence(email)
	return in || was
}

// put keeps what is said of somebody now. How they are known stays while the status
// does, unless it is a learning system's to change: then the list knows them.
func (g Gathering) put(c *Gathered, by identity.Actor, email string, is Said, now time.Time) {
	if is.Status == "" {
		c.Drop = append(c.Drop, sheet.Fold(email))
		return
	}
	p, known := g.Presence(email)
	if !known {
		p.Email = email
	}
	if p.Status != is.Status || p.Source == FromSystem {
		p.Source, p.At, p.By = FromList, now, by.Account
	}
	p.Status, p.Minutes, p.Deliverable = is.Status, is.Minutes, is.Deliverable
	c.Keep = append(c.Keep, p)
}

// close says of those who had a seat and of whom nothing is known that they did not come.
func (g Gathering) close(by identity.Actor, now time.Time) (Gathered, error) {
	if err := g.keepsList(now); err != nil {
		return Gathered{}, err
	}
	var c Gathered
	for _, s := range g.Unsaid() {
		g.put(&c, by, s.Email, Said{Status: NoShow}, now)
	}
	if n := len(c.Keep); n > 0 {
		c.Events = []identity.Event{{By: by, Action: "training.list_closed", Subject: g.subject(), Detail: map[string]string{"no_show": strconv.Itoa(n)}}}
	}
	return c, nil
}

// Unsaid returns those with a seat of whom nobody has said whether they came.
func (g Gathering) Unsaid() []SignUp {
	var out []SignUp
	for _, s := range g.Seated() {
		if _, ok := g.Presence(s.Email); !ok {
			out = append(out, s)
		}
	}
	return out
}

// deliver keeps what somebody who was there says they made; "" takes it back.
func (g Gathering) deliver(by identity.Actor, words string) (Gathered, error) {
	p, ok := g.Presence(by.Email)
	if !ok || !p.Came() {
		return Gathered{}, fault.New(fault.Conflict, "You are not on this session’s list. Check in first.")
	}
	is, err := Said{p.Stands(), p.Minutes, words}.Settled()
	if err != nil || is.Deliverable == p.Deliverable {
		return Gathered{}, err
	}
	p.Deliverable = is.Deliverable
	e := identity.Event{By: by, Action: "training.deliverable_said", Subject: g.subject()}
	return Gathered{Keep: []Presence{p}, Events: []identity.Event{e}}, nil
}
