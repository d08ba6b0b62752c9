package people

import (
	"slices"

	"groundswell/internal/day"
)

// PersonID identifies a person of the roster. 0 is a person who is not kept yet.
type PersonID int32

// Place is a department and a wave; "" is none.
type Place struct {
	Department string `json:"department"`
	Wave       string `json:"wave"`
}

// Placement is where a person is from a day on. Before the first one, the first one holds.
type Placement struct {
	From day.Date // None: from the beginning
	Place
}

// Person is a row of the roster, member or not.
type Person struct {
	ID           PersonID
	Email        string
	Name         string
	Title        string
	ManagerEmail string
	Location     string
	Placements   []Placement // ascending by From
}

// At returns where the person is on day d.
func (p Person) At(d day.Date) Place { return placeAt(p.Placements, d) }

func placeAt(ps []Placement, d day.Date) Place {
	if len(ps) == 0 {
		return Place{}
	}
	at := ps[0]
	for _, p := range ps {
		if p.From <= d {
			at = p
		}
	}
	return at.Place
}

// State is how far a person has come.
type State string

// The states of a person.
const (
	IsMember   State = "member"      // an account of the organization
	Invited    State = "invited"     // an invitation waits
	NotArrived State = "not_arrived" // neither
	Left       State = "left"        // was a member
)

// States returns every state.
func States() []State { return []State{IsMember, Invited, NotArrived, Left} }

// Valid reports whether s is a state.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Entry is a person as the roster page lists them: of the roster, a member who
// is not on it, or somebody invited.
type Entry struct {
	Person     PersonID // 0: not on the roster
	Email      string
	Name       string
	Title      string
	Department string // today; "" none
	Wave       string
	Member     *int32 // ordinal; nil: no account
	State      State
}

// Filter narrows the roster page. The zero Filter is everybody.
type Filter struct {
	Search     string // part of the name or the address, any case
	Department string // slug; "unassigned" for people of none
	Wave       string // slug, likewise
	State      State
	After      string // address of the last entry of the page before
	Before     string // address of the first entry of the page behind; After is ""
	Limit      int    // entries of a page; 0 is 50
}

// Page is a part of the roster.
type Page struct {
	Entries []Entry
	Next    string // After of the next page; "" when this is the last
}

// Department is a department as its page and the filters name it.
type Department struct {
	ID     int
	Name   string
	Slug   string // as everywhere that cohorts are named
	People int    // placed in it today
	Wave   int    // the one most of them are in; 0 when nobody is in any
}

// Wave is a wave and the day Cowork opens for it.
type Wave struct {
	ID      int
	Name    string
	Slug    string
	OpensOn *day.Date // nil: nobody has said
	People  int       // placed in it today
}
