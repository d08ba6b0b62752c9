package comms

import (
	"time"

	"groundswell/internal/day"
)

// Desk is what the calendar of messages shows, as of one moment.
type Desk struct {
	Messages []Message // see web.Board
	Channels []Channel
	Sessions []Session // trainings of the days asked for
	Last     *Last     // nil: nothing went out yet
	Sending  Sends
}

// Sends is how sending stands.
type Sends struct {
	PausedAt  time.Time // zero: it is not paused
	GuardedAt time.Time // zero: nothing waits for a word after a restore
	Unknown   int       // deliveries whose fate nobody knows
}

// Session is a training on a day of the calendar.
type Session struct {
	ID     int
	Name   string
	Day    day.Date
	Starts string // "15:30", or "" when nobody has said
}

// Last is a message that went out and what became of it.
type Last struct {
	Mailing MailingID
	Message MessageID
	Title   string
	At      time.Time // when the first of it was sent
	To      int       // copies; those left out are not counted
	People  int       // who was to get it by mail; a chat is no person
	Sent    int
	Waiting int
	Unknown int
	Refused int
	Opened  int // of those sent, how many opened a link to this site
}

// Duties are the messages that go out, or should, on some days.
type Duties struct {
	Messages []Message
	Sending  Sends
}
