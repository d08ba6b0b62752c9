package people

import (
	"context"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// TouchpointKeeper keeps the touchpoints that are logged on pages.
type TouchpointKeeper interface {
	// LogTouchpoint lends fn what a draft is judged by and keeps what it returns,
	// once for each form. A form that came before is answered with what was kept
	// then; one that was taken back is a Conflict.
	LogTouchpoint(ctx context.Context, by identity.Actor, d Draft, now time.Time, fn func(Desk) (LoggedTouchpoint, error)) (t LoggedTouchpoint, again bool, err error)
	// UpdateTouchpoint lends a touchpoint to fn, locked, and keeps what it made of it. One that is not there is NotFound.
	UpdateTouchpoint(ctx context.Context, by identity.Actor, id int64, now time.Time, fn func(*LoggedTouchpoint) error) (LoggedTouchpoint, error)
	// UndoTouchpoint deletes a touchpoint, locked, when fn lets it, and keeps its key
	// so that its form brings nothing back. One that is not there is NotFound.
	UndoTouchpoint(ctx context.Context, by identity.Actor, id int64, now time.Time, fn func(LoggedTouchpoint) error) error
	// Undone reports whether what was made with a form was taken back.
	Undone(ctx context.Context, key string) (bool, error)
}

// TouchpointService logs touchpoints. Champions log what they did for people of
// their own departments; leads log for any champion.
type TouchpointService struct {
	Keeper TouchpointKeeper
}

// Log keeps a touchpoint and returns it. The same form sent again returns what it
// made the first time, and again says so. What is wrong with a draft is an Invalid
// fault that names the fields; nothing of another department is told by it.
func (s *TouchpointService) Log(ctx context.Context, by identity.Actor, d Draft, now time.Time) (t LoggedTouchpoint, again bool, err error) {
	if err := mayLog(by); err != nil {
		return LoggedTouchpoint{}, false, err
	}
	if d.Key == "" {
		return LoggedTouchpoint{}, false, fault.New(fault.Invalid, "This form is incomplete. Load the page again.")
	}
	return s.Keeper.LogTouchpoint(ctx, by, d, now, func(k Desk) (LoggedTouchpoint, error) { return judge(by, d, k, now) })
}

// Undo takes a touchpoint back: one's own within a day, a lead any. Undoing twice
// is no fault where key, of the form it was made with, says that it was done.
func (s *TouchpointService) Undo(ctx context.Context, by identity.Actor, id int64, key string, now time.Time) error {
	if err := mayLog(by); err != nil {
		return err
	}
	err := s.Keeper.UndoTouchpoint(ctx, by, id, now, func(t LoggedTouchpoint) error { return t.undo(by, now) })
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if key == "" {
		return errNoTouchpoint
	}
	if done, failed := s.Keeper.Undone(ctx, key); failed != nil || done {
		return failed
	}
	return errNoTouchpoint
}

// Amend adds an outcome and a note to a touchpoint. Where it is not any more as
// the actor saw it, the fault is Conflict, with the touchpoint as it is now.
func (s *TouchpointService) Amend(ctx context.Context, by identity.Actor, id int64, seen int, o Outcome, note string, now time.Time) (LoggedTouchpoint, error) {
	if err := mayLog(by); err != nil {
		return LoggedTouchpoint{}, err
	}
	var was LoggedTouchpoint
	t, err := s.Keeper.UpdateTouchpoint(ctx, by, id, now, func(t *LoggedTouchpoint) error {
		was = *t
		return t.amend(by, seen, o, note, now)
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return was, errNoTouchpoint
	case err != nil:
		return was, err
	}
	return t, nil
}
