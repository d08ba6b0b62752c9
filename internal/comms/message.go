package comms

import (
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
)

// MessageID identifies a message.
type MessageID int64

// Stage is when in a launch a message belongs.
type Stage string

// The stages, in order.
const (
	PreLaunch Stage = "pre_launch" // the two weeks before
	LaunchDay Stage = "launch_day"
	FirstWeek Stage = "first_week"
	Ongoing   Stage = "ongoing"
)

// Stages returns every stage, in order.
func Stages() []Stage { return []Stage{PreLaunch, LaunchDay, FirstWeek, Ongoing} }

// Valid reports whether s is a stage.
func (s Stage) Valid() bool { return slices.Contains(Stages(), s) }

// Name is what people call the stage.
func (s Stage) Name() string {
	switch s {
	case PreLaunch:
		return "Pre-launch"
	case LaunchDay:
		return "Launch day"
	case FirstWeek:
		return "First week"
	}
	return "Ongoing"
}

// Every is how often a message goes out.
type Every string

// The rhythms.
const (
	Once          Every = ""
	EveryWeek     Every = "week"
	EveryTwoWeeks Every = "two_weeks"
	EveryMonth    Every = "month"
	EveryQuarter  Every = "quarter"
)

// Rhythms returns every rhythm, once first.
func Rhythms() []Every {
	return []Every{Once, EveryWeek, EveryTwoWeeks, EveryMonth, EveryQuarter}
}

// Valid reports whether e is a rhythm.
func (e Every) Valid() bool { return slices.Contains(Rhythms(), e) }

// Person is somebody who owns or approves a message, by address. Email is "" where
// nobody is named.
type Person struct{ Name, Email string }

// Named reports whether somebody is named.
func (p Person) Named() bool { return p.Email != "" }

// Message is what is told, as it stands: its plan and its latest version.
type Message struct {
	PlanKey    string // template and wave it was planned from; "" for one's own
	ID         MessageID
	Template   string // key of the playbook's template; "" for one's own
	Stage      Stage
	Wave       int       // whose launch it is planned against; 0: none
	Follows    MessageID // the message it comes after; 0: none
	Offset     int       // days from the launch, or from the message it follows
	Title      string    // its name in the calendar
	Owner      Person
	Approver   Person
	HeldForGo  bool // waits until its wave's launch is decided
	Every      Every
	Begins     day.Date // the day a rhythm is counted from; day.None: none yet
	Until      day.Date // the last day of a rhythm; day.None: none
	UsefulFor  time.Duration
	Task       int64 // the task it fulfils; 0: none
	Asked      int   // the version approval was asked for
	CreatedAt  time.Time
	ArchivedAt time.Time // zero: it is not archived
	Version    int       // counts changes of anything, for optimistic locking

	Text
	Approvals   []Approval // of the latest version, oldest first
	Occurrences []Occurrence

	events []identity.Event
}

// Text is a version of a message: what is approved.
type Text struct {
	N         int // 1, 2, …
	At        time.Time
	ByAccount identity.AccountID
	ByName    string
	Subject   string
	Body      string // Markdown with placeholders
	Audience  Audience
	Channels  []int // ids of channels, ascending
	Mandatory bool  // goes to those who opted out too, and says so
}

// Approval is somebody's word that a version may go out.
type Approval struct {
	ID      int64
	N       int // the version
	Account identity.AccountID
	Person
	At         time.Time
	Recipients int      // whom it would have reached then
	Addresses  []string // folded, ascending
}

// Events returns what was done to m since it was read, for the audit log.
func (m *Message) Events() []identity.Event { return m.events }

// record keeps what was done for the audit log.
func (m *Message) record(by identity.Actor, action string, detail map[string]string) {
	m.events = append(m.events, identity.Event{By: by, Action: action, Subject: messageSubject(m.ID), Detail: detail})
}
