package training

import (
	"groundswell/views/ui"
)

// SessionProps is the page of one session, with decisions already made.
type SessionProps struct {
	Title    string
	Sub      string // what kind of session, and for whom
	Crumbs   []ui.Link
	Notice   *ui.BannerProps // that it was cancelled, or is over
	Facts    []ui.Pair
	Link     string // where those with a seat join from afar; "" for everybody else
	About    []string
	Features []SessionFeature
	Bring    []string
	Mine     SessionMine
	Made     *SessionMade // asked of those who were there
	Said     string       // how many said what they made; "" where nobody is asked
	Runs     []ui.Link    // the door, the list, and what changes the session
	Others   *SessionOthers
}

// SessionFeature is a feature that a session covers.
type SessionFeature struct{ Name, Says string }

// SessionMine is how a session stands for the reader, and the one thing they can do.
type SessionMine struct {
	Title string
	Words string
	Tone  ui.Tone
	Post  string // where the form goes; "" for no form
	Label string
	Plain bool     // the form takes something back
	Next  *ui.Link // a page to go on to
}

// SessionMade asks what somebody made in a session.
type SessionMade struct {
	Post  string
	Value string
	Error string
	Max   string // characters
	Back  string // where to go without saying
	Draft string // names what is typed, on the device
}

// SessionOthers signs other people up.
type SessionOthers struct {
	Here    string // the page itself, searched
	Search  bool   // there are people whom the reader may look up
	Query   string
	Post    string
	Found   []SessionFound
	None    string // why nobody was found
	Typed   string // an address
	Error   string
	Explain string
}

// SessionFound is somebody who was looked for.
type SessionFound struct {
	Name, Email, Where string
	Stands             string // how they stand already; "" when they can be signed up
}
