package comms

import "time"

// Tally is something that went out with what became of its copies.
type Tally struct {
	Mailing
	Counts   map[DeliveryState]int // those that came back are among the sent
	CameBack int
}

// To is how many copies there are, without those who were left out.
func (t Tally) To() int {
	n := -t.Counts[LeftOut]
	for _, one := range t.Counts {
		n += one
	}
	return n
}

// Delivered is how many were taken and did not come back.
func (t Tally) Delivered() int { return t.Counts[Sent] - t.CameBack }

// Going reports whether something of it is still to go out.
func (t Tally) Going() bool { return t.Counts[Waiting]+t.Counts[Sending] > 0 }

// ChannelLoad is a channel with what is before it and what it did today.
type ChannelLoad struct {
	Channel
	Waiting int
	Sending int
	Sent    int // today
	Unknown int // of all time: nobody has looked at them
	Refused int // today
}

// Traffic is the state of sending as one page shows it.
type Traffic struct {
	PausedAt  time.Time // zero: it goes on
	PausedBy  string
	GuardedAt time.Time // since when it waits for a lead after a restore; zero: it does not
	Channels  []ChannelLoad
	Going     []Tally // the first to be due first
	Last      []Tally // over, the latest first
	Unknown   int     // of all channels
	Refused   int     // in the last 28 days
	Bounced   int     // addresses that are left out
}

// Waiting is how many are still to go out.
func (t Traffic) Waiting() int {
	n := 0
	for _, c := range t.Channels {
		n += c.Waiting + c.Sending
	}
	return n
}

// MailingFilter narrows what went out.
type MailingFilter struct {
	Kind  MailingKind // "": every kind
	Page  int         // from 1
	Limit int
}

// Mailings is a page of what went out.
type Mailings struct {
	List  []Tally
	Total int
}

// CameBack narrows deliveries to those that came back. No delivery is in this state:
// such a one was sent.
const CameBack DeliveryState = "came_back"

// DeliveryFilter narrows deliveries.
type DeliveryFilter struct {
	Mailing MailingID     // 0: of every one
	State   DeliveryState // "": every state; [CameBack] too
	Channel int           // 0: every one
	Search  string        // in names and addresses
	Page    int           // from 1
	Limit   int
}

// SentDelivery is a delivery with what it is of.
type SentDelivery struct {
	Delivery
	Kind   MailingKind
	Title  string
	DueAt  time.Time
	Via    string // name of the channel
	ByMail bool
	Kept   bool // what it says is known still: it can be sent again
}

// Resendable reports whether a person may have it sent again: nobody knows whether
// it arrived, or it was refused.
func (d SentDelivery) Resendable() bool {
	return d.Kept && (d.State == Unknown || d.State == Refused)
}

// Deliveries is a page of them, in the order of addresses.
type Deliveries struct {
	List  []SentDelivery
	Total int
}

// Outcomes is what became of one message that went out, for whoever wrote it.
type Outcomes struct {
	Tally
	MailSent int     // by mail
	MailBack int     // of those, came back
	Opened   int     // people who opened a link of ours in their mail
	Visits   int     // links opened from chats
	Chats    int     // chats it was posted to
	Body     string  // as it was written, to see whether it has links of ours
	Got      []int32 // ordinals of members who were sent it and whose mail did not come back
	Unsure   []int32 // ordinals of members of whom nobody knows
}
