package training

import (
	"strconv"

	"groundswell/views/ui"
)

// SessionListProps is the list of one session: who signed up, who came.
type SessionListProps struct {
	Title   string
	Sub     string
	Crumbs  []ui.Link
	Notice  *ui.BannerProps
	Post    string // where the list goes; "" when nobody can be ticked yet, or by this reader
	Leave   string // where somebody is taken off the sign-ups; "" once it has begun
	Asks    bool   // people are asked what they made
	Rows    []SessionRow
	Empty   string
	Add     *SessionAdd
	Closing *SessionClosing
	Links   []ui.Link
}

// SessionRow is a person of the list.
type SessionRow struct {
	Email, Name string
	Stands      string // with a seat, waiting, walked in
	Known       string // what is known of whether they came, and how it is known
	Editable    bool   // the reader says whether they came
	Was         string // what the row said when it was drawn
	Status      string
	Minutes     string
	Deliverable string
	Error       string
	Theirs      string // what somebody else wrote meanwhile
}

// SessionAdd adds somebody to the list.
type SessionAdd struct {
	Post, Email, Error string
	Explain            string
}

// SessionClosing closes the list.
type SessionClosing struct {
	Ask, Post string
	Asking    bool
	Unsaid    int
	Words     string
}

// sessionStatus is a choice of a row.
type sessionStatus struct{ value, label string }

var sessionStatuses = []sessionStatus{{"", "Not said"}, {"attended", "Present"}, {"completed", "Completed"}, {"no_show", "Did not come"}}

// field names an input of the n-th row.
func (SessionListProps) field(name string, n int) string { return name + "." + strconv.Itoa(n) }
