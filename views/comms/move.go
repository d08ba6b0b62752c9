package comms

import "groundswell/views/ui"

// MoveProps is where one time of a message is moved to another day. Nothing has
// changed yet: it shows what would.
type MoveProps struct {
	Head      ui.PageHeadProps
	Action    string
	Back      string
	Now       string // when it goes out as planned
	Stale     []string
	Error     string // why it could not be moved, of no field
	Day, At   ui.FieldProps
	Zone      string    // "London time"
	Keep      []ui.Pair // of the form that shows
	Proposal  *Proposal
	Unchanged bool // the day and time are those it has
	Cancel    *CancelForm
}

// CancelForm cancels one time instead of moving it.
type CancelForm struct {
	Action string
	Say    string // what stays
	Fields []ui.Pair
}

// Proposal is what a move would do.
type Proposal struct {
	From, To  string
	Say       string // the button
	Notes     []Note
	Nearest   []ui.Link // working days beside a day off
	Followers []Follower
	Fields    []ui.Pair
}

// Note is something to know before moving.
type Note struct {
	Text string
	Good bool
}

// Follower is a message that moves along.
type Follower struct{ Title, From, To string }
