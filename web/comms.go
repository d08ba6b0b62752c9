package web

import (
	"context"
	"time"

	"groundswell/internal/comms"
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

// Comms is what the pages of messages need.
type Comms struct {
	Board   Board
	Service *comms.Service
}

// commsRoutes are the calendar of messages: lanes, month and list, moving.
func (s *Server) commsRoutes() []routeEntry {
	return nil
}
