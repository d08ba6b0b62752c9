package value

import (
	"context"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// Keeper keeps wins.
type Keeper interface {
	// LogWin lends fn who has the address person today and keeps the win that it
	// makes. A key that is known already is answered with the win it made, one that
	// was undone with nothing; fn is not called then.
	LogWin(ctx context.Context, by identity.Actor, key, person string, today day.Date, now time.Time, fn func(Who) (Win, error)) (Receipt, error)
	// UpdateWin lends a locked win to fn and keeps what it changed, all or nothing. Absent is NotFound.
	UpdateWin(ctx context.Context, id WinID, now time.Time, fn func(*Win) error) (Win, error)
	// UndoWin forgets a win unless fn objects, and its key with it: a late form brings nothing back.
	UndoWin(ctx context.Context, id WinID, now time.Time, fn func(*Win) error) error
}

// Receipt is what became of a form.
type Receipt struct {
	Win    Win
	Again  bool // it had been sent before: nothing was added
	Undone bool // it had been sent and taken back: nothing was added, there is no Win
}

// Draft is a win to log.
type Draft struct {
	Person string // an address
	Words         // a day that is not known is today
	Key    string // of the form; "" is not compared with others
}

// Service logs wins and decides on them.
type Service struct {
	Keeper Keeper
}

// Log keeps a win: leads for anybody who is here, champions for people of their
// departments and for themselves. The same key twice is one win.
func (s *Service) Log(ctx context.Context, by identity.Actor, d Draft, today day.Date, now time.Time) (Receipt, error) {
	if !by.HasAny(identity.Lead, identity.Champion) {
		return Receipt{}, fault.New(fault.Forbidden, "Champions and rollout leads log wins.")
	}
	words, wrong := d.Words.written(today)
	return s.Keeper.LogWin(ctx, by, d.Key, strings.TrimSpace(d.Person), today, now, func(who Who) (Win, error) {
		if strings.TrimSpace(d.Person) == "" {
			wrong["person"] = "Choose whose win it is."
		} else if say := mayLogFor(by, who); say != "" {
			wrong["person"] = say
		}
		if err := refuse(wrong); err != nil {
			return Win{}, err
		}
		w := Win{Who: who, Words: words, State: Logged, LoggedBy: by.Account, Logger: by.Name, LoggedAt: now, Version: 1}
		w.record(by, "win.logged", nil)
		return w, nil
	})
}

// Edit changes what is written about a win, and whether its person agreed to be
// named. A version that is not the latest is a Conflict.
func (s *Service) Edit(ctx context.Context, by identity.Actor, id WinID, to Words, consent bool, version int, today day.Date, now time.Time) (Win, error) {
	return s.Keeper.UpdateWin(ctx, id, now, func(w *Win) error { return w.edit(by, to, consent, version, today) })
}

// Publish makes a win count. consent says that its person agreed to be named;
// without it the fault is Invalid. Publishing twice changes nothing more.
func (s *Service) Publish(ctx context.Context, by identity.Actor, id WinID, consent bool, version int, now time.Time) (Win, error) {
	return s.Keeper.UpdateWin(ctx, id, now, func(w *Win) error { return w.publish(by, consent, version, now) })
}

// Withdraw takes a win out of every figure and keeps it; reason goes to the audit log.
func (s *Service) Withdraw(ctx context.Context, by identity.Actor, id WinID, reason string, version int, now time.Time) (Win, error) {
	return s.Keeper.UpdateWin(ctx, id, now, func(w *Win) error { return w.withdraw(by, reason, version, now) })
}

// Undo forgets a win: whoever logged it within 24 hours and before a lead decided; leads any.
func (s *Service) Undo(ctx context.Context, by identity.Actor, id WinID, now time.Time) error {
	return s.Keeper.UndoWin(ctx, id, now, func(w *Win) error {
		if err := w.mayUndo(by, now); err != nil {
			return err
		}
		w.record(by, "win.undone", map[string]string{"state": string(w.State)})
		return nil
	})
}
