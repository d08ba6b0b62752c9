package comms

import (
	"time"

	"groundswell/internal/day"
)

// OccurrenceID identifies a time that a message goes out.
type OccurrenceID int64

// OccurrenceState is what became of an occurrence.
type OccurrenceState string

// The states of an occurrence.
const (
	Planned   OccurrenceState = "planned"
	Going     OccurrenceState = "going" // its deliveries are there, not all of them settled
	Gone      OccurrenceState = "gone"
	Missed    OccurrenceState = "missed" // its time of use was over before it could go out
	Cancelled OccurrenceState = "cancelled"
)

// Occurrence is a time that a message goes out. Its day and time are those of a
// wall clock in its zone.
type Occurrence struct {
	ID      OccurrenceID
	Message MessageID
	No      int      // 1, 2, …
	Day     day.Date // day.None while its wave has no day
	At      string   // "09:00"
	Zone    string   // IANA name
	DaySet  bool     // set by hand: moving the launch leaves it
	State   OccurrenceState
	Reason  string // why it does not go out although it is due, or why it was missed or cancelled
	Version int
}

// Status is how an occurrence stands for whoever looks at the calendar: its state
// joined with that of its message.
type Status string

// The statuses.
const (
	StatusSent          Status = "sent"
	StatusGoing         Status = "going"
	StatusScheduled     Status = "scheduled" // approved, goes out by itself
	StatusHeld          Status = "held"      // approved, waits for the go decision
	StatusDraft         Status = "draft"
	StatusNeedsApproval Status = "needs_approval"
	StatusNoOwner       Status = "no_owner"
	StatusNoDay         Status = "no_day" // its wave has no day
	StatusMissed        Status = "missed"
	StatusCancelled     Status = "cancelled"
)

// Launch is a wave's day, as messages are planned against it.
type Launch struct {
	Wave int
	Name string
	Slug string
	On   day.Date // day.None while nobody has said
	Go   bool     // the launch is decided, or the wave is open
}

// WorkingDays says on which days people work. It is implemented by rollout.Calendar.
type WorkingDays interface {
	Works(day.Date) bool
	OnOrBefore(day.Date) day.Date
	OnOrAfter(day.Date) day.Date
}

// Due returns the moment of a wall clock in a zone, as Postgres reads it: a time
// that a change of the clocks leaves out is as much later as the clocks jump, and of a time
// that comes twice the second, in standard time, is meant. The database decides; this is for showing.
func (o Occurrence) Due() (time.Time, bool) { return due(o.Day, o.At, o.Zone) }

// Statuses returns every status, in the order they are told.
func Statuses() []Status {
	return []Status{
		StatusSent, StatusGoing, StatusScheduled, StatusNeedsApproval, StatusHeld, StatusDraft, StatusNoOwner, StatusNoDay, StatusMissed, StatusCancelled,
	}
}
