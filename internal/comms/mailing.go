package comms

import (
	"slices"
	"time"
)

// MailingID identifies something that went out.
type MailingID int64

// MailingKind is what kind of thing goes out.
type MailingKind string

// The kinds.
const (
	KindMessage  MailingKind = "message"  // an occurrence of a message
	KindTest     MailingKind = "test"     // of a message, to oneself
	KindTasks    MailingKind = "tasks"    // overdue and due tasks, to their owners
	KindChampion MailingKind = "champion" // the weekly note
	KindFailures MailingKind = "failures" // of syncs and checks, to leads
	KindReport   MailingKind = "report"   // the link to the monthly report
	KindReminder MailingKind = "reminder" // of a training
	KindSeat     MailingKind = "seat"     // somebody moved up from a waiting list
)

// Mailing is something that went out, or is about to.
type Mailing struct {
	ID          MailingID
	Kind        MailingKind
	Key         string       // a second one of the same key comes to nothing
	Occurrence  OccurrenceID // 0: none
	Message     MessageID    // 0: none
	N           int          // version of the message
	Title       string
	DueAt       time.Time
	UsefulUntil time.Time // what waits still by then is dropped
	CreatedAt   time.Time
	SentAt      time.Time // when the first of it was sent; zero: none yet
	EndedAt     time.Time // zero while anything waits
	StoppedAt   time.Time // zero: nobody stopped it
}

// DeliveryID identifies a delivery.
type DeliveryID int64

// DeliveryState is what became of one recipient's copy.
type DeliveryState string

// The states of a delivery.
const (
	Waiting DeliveryState = "waiting" // for its turn, or for another try
	Sending DeliveryState = "sending" // committed before the network is touched
	Sent    DeliveryState = "sent"    // the other side said that it has it
	Refused DeliveryState = "refused" // the other side will not have it
	Unknown DeliveryState = "unknown" // nobody knows; never sent again by itself
	Dropped DeliveryState = "dropped" // its time of use was over
	Stopped DeliveryState = "stopped" // a person stopped it
	LeftOut DeliveryState = "left_out"
)

// DeliveryStates returns every state, in the order they are told.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{Sent, Sending, Waiting, Unknown, Refused, Dropped, Stopped, LeftOut}
}

// Valid reports whether s is a state.
func (s DeliveryState) Valid() bool { return slices.Contains(DeliveryStates(), s) }

// Delivery is one recipient's copy by one channel.
type Delivery struct {
	ID        DeliveryID
	Mailing   MailingID
	Channel   int
	Recipient // no address: a chat
	State     DeliveryState
	Reason    string // why it was left out, or what the server answered
	Code      int    // of the answer; 0: none
	Attempts  int
	NextAt    time.Time // of a waiting one
	SettledAt time.Time
	Resent    int
	ResentBy  string    // who had it sent again, the last time
	BouncedAt time.Time // when it was noted that it came back; zero: it did not
	Bounce    BounceReason
}

// Letter is what a digest or a reminder says to one person: subject and Markdown.
type Letter struct {
	To      Recipient
	Subject string
	Body    string
}

// ChannelKind is how something goes out.
type ChannelKind string

// The kinds of channels.
const (
	Mail  ChannelKind = "mail"
	Slack ChannelKind = "slack" // a webhook that takes Slack's format
	Teams ChannelKind = "teams" // a webhook that takes Microsoft Teams' format
)

// Valid reports whether k is a kind.
func (k ChannelKind) Valid() bool { return k == Mail || k == Slack || k == Teams }

// Channel is a way out: mail, or one webhook of a chat.
type Channel struct {
	ID        int
	Kind      ChannelKind
	Name      string // "Email", "#cowork-news"
	PerMinute int
	PausedAt  time.Time // zero: it works
	RemovedAt time.Time // zero: it is in use
	WorkedAt  time.Time // when it last took something
	FailedAt  time.Time // when it last failed
	Failure   string
	Version   int
}

// Healthy reports whether the last thing that happened to the channel was not a failure.
func (c Channel) Healthy() bool { return c.FailedAt.IsZero() || c.WorkedAt.After(c.FailedAt) }

// Choice is a kind of mail that a person can choose to get or not.
type Choice string

// The choices.
const (
	ChoiceMessages Choice = "messages" // of the rollout
	ChoiceTasks    Choice = "tasks"
	ChoiceChampion Choice = "champion"
	ChoiceFailures Choice = "failures"
	ChoiceReport   Choice = "report"
	ChoiceReminder Choice = "reminder"
)

// ChoiceOf returns under which choice a kind of mailing falls; false for what is always sent.
func ChoiceOf(k MailingKind) (Choice, bool) {
	switch k {
	case KindMessage:
		return ChoiceMessages, true
	case KindTasks, KindChampion, KindFailures, KindReport, KindReminder:
		return Choice(k), true
	}
	return "", false
}

// Parcel is a delivery on its way: everything its carrier needs.
type Parcel struct {
	Delivery  DeliveryID
	Mailing   MailingID
	Kind      MailingKind
	Channel   Channel
	To        Recipient
	Subject   string // placeholders filled
	Body      string // Markdown, placeholders filled
	Mandatory bool
	Attempt   int    // 1, 2, …
	Worker    string // whose try it is
}

// Outcome is what a carrier knows afterwards: Sent, Refused, Unknown, or Waiting
// when it is worth another try, which means that nothing has arrived.
type Outcome struct {
	State DeliveryState
	Code  int    // of the answer; 0: none
	Say   string // the answer in a few words; no name and no address
	Down  bool   // nothing about this one: the server cannot be used at all now

	// Address says that a refusal is about the recipient's address, not about the sender, the
	// text or the server's rules: only then is the address known to be bad.
	Address bool

	// After is how long the other side asks to be left alone before another try; 0: it said
	// nothing, and a Post decides.
	After time.Duration
}
