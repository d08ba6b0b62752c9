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
	// UpdateFollowed lends a locked message and, after it, everything that follows it, however far,
	// and keeps those of which fn recorded a change, all or nothing. Absent is NotFound.
	UpdateFollowed(ctx context.Context, id MessageID, now time.Time, fn func([]*Message) error) error
	// PlanMessages lends what messages are planned from, which stays so until it returns, and
	// keeps those that fn makes of it, all or nothing; it returns how many. Ids below zero are provisional:
	// Follows may name them, of messages earlier in the list.
	PlanMessages(ctx context.Context, by identity.Actor, now time.Time, fn func(Outline) ([]Message, error)) (int, error)
}

// Service is what people do with messages.
type Service struct{ Keeper Keeper }
