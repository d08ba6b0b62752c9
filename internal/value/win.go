package value

import (
	"slices"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// WinID identifies a win.
type WinID int64

// Before says whether the work was done before.
type Before string

// What a win was before.
const (
	New    Before = "new"    // not done before
	Slower Before = "slower" // done, but it took longer
	Worse  Before = "worse"  // done, but less well
)

// Befores returns them in the order of the form.
func Befores() []Before { return []Before{New, Slower, Worse} }

// Valid reports whether b is one of them.
func (b Before) Valid() bool { return slices.Contains(Befores(), b) }

// Hours are those freed a week, as the person says: 1, 2, 3 or 5, which stands
// for five or more. 0 is not said.
type Hours int

// HoursChoices returns what can be said.
func HoursChoices() []Hours { return []Hours{1, 2, 3, 5} }

// Valid reports whether h can be said, or is not said.
func (h Hours) Valid() bool { return h == 0 || slices.Contains(HoursChoices(), h) }

// State is how far a win has come.
type State string

// The states of a win.
const (
	Logged    State = "logged"    // waits for a lead
	Published State = "published" // counts, and may be told
	Withdrawn State = "withdrawn" // neither
)

// States returns every state.
func States() []State { return []State{Logged, Published, Withdrawn} }

// Valid reports whether s is a state.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Department is a department as addresses and grants name it. The zero
// Department is none.
type Department struct {
	ID   int
	Name string
	Slug string
}

// Who is somebody whose win it may be.
type Who struct {
	Email      string
	Name       string // "" when nobody knows one
	Department Department
	Known      bool // on the roster, a member or invited
	Left       bool // was a member, and is none any more
}

// Label is the name somebody goes by: the address where there is none.
func (w Who) Label() string {
	if w.Name == "" {
		return w.Email
	}
	return w.Name
}

// Words are what is written about a win.
type Words struct {
	Day         day.Date
	Deliverable string // what they got back
	Before      Before
	Hours       Hours
	GoesTo      string // what the time goes to; "" not said
}

// Win is finished work that somebody got back.
type Win struct {
	ID  WinID
	Who Who // as they were when it was logged
	Words
	State     State
	Consent   bool               // they agreed that it is told with their name
	LoggedBy  identity.AccountID // 0: the command line
	Logger    string             // the name of who logged it
	LoggedAt  time.Time
	Decider   string    // the name of the lead who published or withdrew it; "" while nobody has
	DecidedAt time.Time // zero while nobody has
	DecidedBy identity.AccountID
	Version   int

	events []identity.Event
}

// Events returns what was done to w since it was read, for the audit log.
func (w *Win) Events() []identity.Event {
	for i := range w.events {
		w.events[i].Subject = "win/" + strconv.FormatInt(int64(w.ID), 10)
	}
	return w.events
}

func (w *Win) record(by identity.Actor, action string, detail map[string]string) {
	w.events = append(w.events, identity.Event{By: by, Action: action, Detail: detail})
}

// Told is a published win as anybody may read it. It holds no address, and a name
// only where its person agreed.
type Told struct {
	Words
	Name       string // "": they did not agree to be named
	Department string // "" none
}

// Told returns w as it may be told; false while it is not published.
func (w Win) Told() (Told, bool) {
	if w.State != Published {
		return Told{}, false
	}
	out := Told{Words: w.Words, Department: w.Who.Department.Name}
	if w.Consent {
		out.Name = w.Who.Label()
	}
	return out, true
}

// Filter narrows a list of wins. The zero Filter is all of them.
type Filter struct {
	Department string // slug
	State      State
	Before     Before
	Period     day.Period // the zero Period is all days
	Person     string     // an address
	Page       int        // from 1; 0 is the first
	Limit      int        // wins of a page; 0 is 25
}

// Dated reports whether f is about a period.
func (f Filter) Dated() bool { return f.Period != day.Period{} }

// Page is a part of a list of wins, newest first, and how many there are.
type Page struct {
	Wins        []Win
	ByState     map[State]int // of all that fit the filter but for its state
	Departments []Department  // all that the reader may ask for, by name
}

// Total is how many wins fit f.
func (p Page) Total(f Filter) int {
	if f.State != "" {
		return p.ByState[f.State]
	}
	n := 0
	for _, of := range p.ByState {
		n += of
	}
	return n
}
