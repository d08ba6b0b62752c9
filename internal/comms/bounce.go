package comms

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// BounceReason says in one word why mail came back.
type BounceReason string

// The reasons for which mail comes back.
const (
	NoSuchAddress BounceReason = "no_such_address"
	MailboxFull   BounceReason = "mailbox_full"
	Blocked       BounceReason = "blocked"       // by a filter, or because of who sent it
	Undeliverable BounceReason = "undeliverable" // the other side gave up
	OtherBounce   BounceReason = "other"
)

// BounceReasons returns every reason, in the order they are offered.
func BounceReasons() []BounceReason {
	return []BounceReason{NoSuchAddress, MailboxFull, Blocked, Undeliverable, OtherBounce}
}

// Valid reports whether r is a reason.
func (r BounceReason) Valid() bool { return slices.Contains(BounceReasons(), r) }

// Say is the reason in a few words.
func (r BounceReason) Say() string {
	switch r {
	case NoSuchAddress:
		return "There is no such address"
	case MailboxFull:
		return "The mailbox is full"
	case Blocked:
		return "Their mail server does not let it in"
	case Undeliverable:
		return "Their mail server gave up"
	}
	return "Another reason"
}

// Lasts reports whether mail to the address is left out from now on: a full
// mailbox or a filter says nothing about the next mail.
func (r BounceReason) Lasts() bool { return r == NoSuchAddress }

var enhancedStatus = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})$`)

// BounceReasonOf reads an enhanced status such as "5.1.1" (RFC 3463), or where
// there is none the code of an SMTP answer.
func BounceReasonOf(status string, code int) BounceReason {
	part := enhancedStatus.FindStringSubmatch(strings.TrimSpace(status))
	switch {
	case part == nil && (code == 550 || code == 551 || code == 553):
		return NoSuchAddress
	case part == nil && code == 552:
		return MailboxFull
	case part == nil:
		return OtherBounce
	}
	switch subject, detail := part[2], part[3]; {
	case subject == "2" && detail == "2":
		return MailboxFull
	case subject == "7":
		return Blocked
	case part[1] == "4" || subject == "4":
		return Undeliverable
	case subject == "1", subject == "2" && detail == "1":
		return NoSuchAddress
	}
	return OtherBounce
}

// Bounce says that mail came back.
type Bounce struct {
	Delivery DeliveryID // 0: it does not say which, or not one of ours
	Email    string     // the address it did not reach
	Reason   BounceReason
}

// Bounced is an address that mail came back from, and that is left out since.
type Bounced struct {
	Email  string // folded
	Name   string // "" when nobody has said it
	At     time.Time
	Reason BounceReason
	Noted  bool // by a person or a file; false: the server refused it
}

// MailID is the Message-ID of a delivery's mail, without angle brackets: what came
// back names it again.
func MailID(d DeliveryID, attempt int, host string) string {
	return fmt.Sprintf("d.%d.%d@%s", d, attempt, host)
}

var mailID = regexp.MustCompile(`^<?d\.([1-9]\d{0,17})\.\d{1,9}@`)

// MailIDOf returns which delivery a Message-ID is of; false for one that is not ours.
func MailIDOf(messageID string) (DeliveryID, bool) {
	m := mailID.FindStringSubmatch(strings.TrimSpace(messageID))
	if m == nil {
		return 0, false
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	return DeliveryID(id), err == nil
}
