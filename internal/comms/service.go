package comms

import (
	"context"
	"time"

	"groundswell/internal/identity"
)

// Keeper keeps messages. It is implemented by store.Store.
type Keeper interface {
	// CreateMessage keeps a new message with its first version and its occurrences. A key
	// that is known already is answered with the message it made.
	CreateMessage(ctx context.Context, by identity.Actor, key string, m Message, now time.Time) (MessageID, error)
	// UpdateMessage lends a locked message to fn and keeps what it changed, all or nothing: its plan, a
	// version with a higher number, approvals and occurrences that were added (their id is 0), changed or
	// taken away. Absent is NotFound.
	UpdateMessage(ctx context.Context, id MessageID, now time.Time, fn func(*Message) error) (Message, error)
}

// Service is what people do with messages.
type Service struct{ Keeper Keeper }
