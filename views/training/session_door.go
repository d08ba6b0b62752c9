package training

import "groundswell/views/ui"

// DoorProps is the page that stands at the door of a session, read from across a room.
type DoorProps struct {
	Title   string
	Sub     string // when it is
	Shut    string // why nobody can check in; "" while the door is open
	Code    string // six digits, in two groups
	QR      QR
	Address string // where the code is typed
	In      string // how many are in
	Signed  string // how many signed up
	Poll    string // what the page asks for itself
	Seconds string // until it does without script
	Links   []ui.Link
}

// QR is a QR code as the outline of its dark squares, a unit each, with a quiet margin.
type QR struct {
	Box  string // viewBox
	Path string
}
