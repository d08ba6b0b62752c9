package people

import (
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// Colleague is somebody of a champion's department, with what a champion may know.
type Colleague struct {
	Email   string
	Name    string   // "" when no file told it
	Member  int32    // ordinal of their account; -1 without one
	State   State    // never Left: who left is nobody's colleague
	HasApp  bool     // the inventory lists a machine of theirs with the app
	Opens   day.Date // the day their wave opens; None while nobody has said
	Touched day.Date // the last touchpoint with them; None
	Trained day.Date // the last training they attended; None
}

// Called returns the name, else the address.
func (c Colleague) Called() string {
	if c.Name != "" {
		return c.Name
	}
	return c.Email
}

// Asker is who reads the page of their day, and when that is.
type Asker struct {
	Account identity.AccountID
	Email   string
	Scope   identity.PeopleScope
	Today   day.Date // where they are
}

// Tick is something ticked on the page of the day.
type Tick struct {
	Item string // what it is about: "tip/2026-11-16", "session/12", "sign-in"
	Day  day.Date
	At   time.Time
}

// Tip is what champions share in a week.
type Tip struct {
	Guide int
	Title string
}

// Meeting is a session of today as a champion sees it.
type Meeting struct {
	ID       int
	Name     string
	Starts   string // wall time, "15:30"
	Place    string
	Link     string
	Capacity int // 0 is no limit
	SignedUp int
	Hosted   bool // by whoever asks
}

// Answered is an issue that got its answer.
type Answered struct {
	ID    int64
	Title string
	At    time.Time
}

// Channel is where a department talks; the zero Channel is none.
type Channel struct{ Name, URL string }

// Today is what a champion's day is made of, besides the figures and the plan.
type Today struct {
	Department Department // without its size
	Colleagues []Colleague
	Inventory  time.Time // when machines were listed; zero when they never were
	Channel    Channel
	Tip        *Tip
	Thanks     *Thanks // the last that were told to whoever asks
	Meetings   []Meeting
	Answered   []Answered
	Ticks      []Tick
}

// Contact is a champion as people of their department know them.
type Contact struct{ Name, Email string }

// Training is a session that somebody may still join.
type Training struct {
	ID     int
	Name   string
	Day    day.Date
	Starts string // wall time, "15:30"
	Place  string
	Coming bool // they signed up
}

// Welcome is what somebody without a role is told.
type Welcome struct {
	Department string // "" when the roster does not say
	Champions  []Contact
	Channel    Channel // of the department
	Support    Channel // of everybody
	Trainings  []Training
}
