package web

import (
	"context"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
)

// Board reads messages. It is implemented by store.Store.
type Board interface {
	// Messages returns every message that is not archived, with its latest version, its approvals without
	// their addresses, and its occurrences.
	Messages(ctx context.Context) ([]comms.Message, error)
	// Message returns one message with everything; absent is NotFound.
	Message(ctx context.Context, id comms.MessageID) (comms.Message, error)
	// Versions returns what a message said, the latest first.
	Versions(ctx context.Context, id comms.MessageID) ([]comms.Text, error)
	// Launches returns the waves, in the order they open.
	Launches(ctx context.Context, now time.Time) ([]comms.Launch, error)
	// SendChannels returns what messages go out by: mail first, then chats in use by name.
	SendChannels(ctx context.Context) ([]comms.Channel, error)
}

// Desks reads what the calendar of messages shows. It is implemented by store.Store.
type Desks interface {
	// Desk returns every message with what the calendar says of it, and the trainings of some days.
	Desk(ctx context.Context, trainings day.Period) (comms.Desk, error)
	// Duties returns the messages of some days, each with its occurrences of those days alone.
	Duties(ctx context.Context, days day.Period) (comms.Duties, error)
	// Reachable returns everybody that messages could reach, at most a minute old.
	Reachable(ctx context.Context, now time.Time) (*comms.Roll, error)
	// DraftValues returns what placeholders mean to recipients, by folded address.
	DraftValues(ctx context.Context, wave int, to []comms.Recipient, now time.Time) (map[string]comms.Values, error)
}

// Comms is what the pages of messages need.
type Comms struct {
	Board     Board
	Desks     Desks     // nil leaves the calendar out
	Audiences Audiences // whom messages reach; nil leaves counting out
	Feeds     Feeds     // calendar addresses; nil leaves them out
	Service   *comms.Service
	Book      MessageBook                 // one message with what stands around it; nil leaves its pages out
	Wake      func(context.Context) error // looks at once whether something is due; nil: when it is time

	Mailroom     Mailroom           // what went out; nil leaves its pages out
	Links        comms.LinkCounter  // opens counted links
	Mail         MailBook           // what each person gets; nil leaves its pages out
	Unsubscriber comms.Unsubscriber // opens the links that end a kind of mail
	Digests      *comms.Digests     // what goes out by itself; required with Mail
	Outlines     Outlines           // nil leaves planning from the playbook out
}

// calendarReaders read the calendar; who may change a message is the message's to say.
var calendarReaders = people(identity.Lead, identity.Owner, identity.Auditor)

// commsRoutes are the calendar of messages: lanes, month and list, moving.
func (s *Server) commsRoutes() []routeEntry {
	if s.Comms.Board == nil || s.Comms.Desks == nil {
		return nil
	}
	move := route.Messages + "/{message}/move"
	return []routeEntry{
		{"GET", route.Comms, calendarReaders, s.commsPage},
		{"GET", route.TodayMessages + "/{message}", helpers, s.todayMessagePage},
		{"GET", move, movers, s.movePage},
		{"POST", move, movers, s.moveMessage},
	}
}
