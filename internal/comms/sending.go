package comms

import (
	"fmt"
	"time"
)

// SendingState is whether anything goes out at all, and how much is under way.
type SendingState struct {
	PausedAt  time.Time // zero: nobody paused it
	PausedBy  string
	GuardedAt time.Time // since when it waits for a lead's word, as the database is another one; zero: it does not
	Waiting   int       // deliveries
	Sending   int
	Unknown   int
}

// Held says why nothing goes out; "" when it does.
func (s SendingState) Held() string {
	switch {
	case !s.GuardedAt.IsZero():
		return "The database was restored or copied: nothing is sent until a lead confirms."
	case !s.PausedAt.IsZero():
		return "Everything is paused."
	}
	return ""
}

// Unready says why an occurrence of m that is due stays where it is, whoever it would
// reach; "" when nothing but the number of recipients is left to judge. ways are those of
// its channels that are in use.
func (m Message) Unready(launch Launch, ways []Channel) string {
	switch {
	case !m.Owner.Named():
		return "It has no owner."
	case m.Asked != m.N:
		return "It is a draft: nobody was asked to approve its latest version."
	case m.Approvers() == 0:
		return "Nobody has approved it."
	case m.HeldForGo && !launch.Go:
		return "It is held until go is given for " + launch.Name + "."
	case len(ways) == 0:
		return "None of its channels is in use."
	}
	return ""
}

// Uncovered says why an occurrence of m cannot go out to so many recipients; "" when its
// approvals cover them. A chat is somewhere to go even when nobody is in the audience.
func (m Message) Uncovered(recipients int, ways []Channel) string {
	switch {
	case !m.Approved(recipients):
		return fmt.Sprintf("It would reach %d people by now, and more than %d need the approval of two; it has that of %s.",
			recipients, Mass, people(m.Approvers()))
	case recipients == 0 && !anyChat(ways):
		return "Nobody is in its audience."
	}
	return ""
}

func people(n int) string {
	if n == 1 {
		return "one"
	}
	return fmt.Sprint(n)
}

func anyChat(ways []Channel) bool {
	for _, c := range ways {
		if c.Kind != Mail {
			return true
		}
	}
	return false
}

// MissedBecause says that an occurrence was of no use any more before it could go out,
// and what kept it, as [Message.Unready], [Message.Uncovered] and [SendingState.Held] say it.
func MissedBecause(kept string) string {
	const over = "Its time of use was over before it could go out."
	if kept == "" {
		return over
	}
	return over + " " + kept
}
