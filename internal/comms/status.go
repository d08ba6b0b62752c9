package comms

import (
	"slices"
	"strings"

	"groundswell/internal/identity"
)

// Mass is the number of recipients above which two people approve.
const Mass = 200

// Needed is how many people must approve what reaches so many recipients.
func Needed(recipients int) int {
	if recipients > Mass {
		return 2
	}
	return 1
}

// Approvers counts the people who approved the latest version.
func (m Message) Approvers() int {
	people := 0
	for i, a := range m.Approvals {
		same := func(b Approval) bool { return b.N == m.N && b.by(a.Account, a.Email) }
		if a.N == m.N && !slices.ContainsFunc(m.Approvals[:i], same) {
			people++
		}
	}
	return people
}

// by reports whether an approval is somebody's, who is told by either: an account's address
// may change, and one address may have two accounts.
func (a Approval) by(account identity.AccountID, email string) bool {
	return a.Account != 0 && a.Account == account || strings.EqualFold(a.Email, email)
}

// Approved reports whether enough people approved the latest version for so many recipients.
func (m Message) Approved(recipients int) bool { return m.Approvers() >= Needed(recipients) }

// approvedThen reports the same for the recipients there were when it was approved.
func (m Message) approvedThen() bool {
	recipients := 0
	for _, a := range m.Approvals {
		recipients = max(recipients, a.Recipients)
	}
	return m.Approved(recipients)
}

// Status returns how an occurrence of m stands; launch is that of its wave, the zero
// one where it has none. Whether a scheduled one reaches more people by now than its
// approvals cover is judged when it is due.
func (m Message) Status(o Occurrence, launch Launch) Status {
	switch o.State {
	case Gone:
		return StatusSent
	case Going:
		return StatusGoing
	case Missed:
		return StatusMissed
	case Cancelled:
		return StatusCancelled
	}
	switch {
	case !m.Owner.Named():
		return StatusNoOwner
	case m.Asked != m.N:
		return StatusDraft
	case !m.approvedThen():
		return StatusNeedsApproval
	case !o.Day.Known():
		return StatusNoDay
	case m.HeldForGo && !launch.Go:
		return StatusHeld
	}
	return StatusScheduled
}
