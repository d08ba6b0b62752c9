package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/store"
)

// checker runs the checks of the store with what only the program knows: whether mail can be sent.
type checker struct {
	*store.Store
	mail func(context.Context) rollout.MailFacts
}

// RunChecks runs every check; see [store.Store.RunChecks].
func (c checker) RunChecks(ctx context.Context, now time.Time) (int, error) {
	return c.Store.RunChecks(ctx, c.mail(ctx), now)
}

func (a *app) checker() checker { return checker{a.store, a.tryMail} }

// tryMail asks the mail server for an answer.
func (s settings) tryMail(ctx context.Context) rollout.MailFacts {
	if s.SMTPURL == "" {
		return rollout.MailFacts{}
	}
	return rollout.MailFacts{Configured: true, TriedAt: time.Now(), Worked: s.checkMail(ctx).Result == checkOK}
}

// check runs the checks and tells the log when any says something new. Without
// GROUNDSWELL_SECRET_KEY it cannot sign what it does to tasks, and does nothing.
func (a *app) check(ctx context.Context) error {
	if a.keys == nil {
		a.log.Info("checks skipped: GROUNDSWELL_SECRET_KEY is not set")
		return nil
	}
	changed, err := a.checker().RunChecks(ctx, time.Now())
	if changed > 0 {
		a.log.Info("checks say something new", "checks", changed)
	}
	return err
}

// prove works out what the facts that were just pulled mean: who would lose
// what when roles are enforced, and then what every check says.
func (a *app) prove(ctx context.Context) error {
	if _, err := a.store.RunAccess(ctx, identity.Actor{}, time.Now()); err != nil {
		return fmt.Errorf("dry run of enforcement: %w", err)
	}
	return errors.Join(a.check(ctx), a.watch(ctx))
}

// watch raises alarms where something went wrong after a gate was passed. Like
// [app.check] it does nothing without GROUNDSWELL_SECRET_KEY.
func (a *app) watch(ctx context.Context) error {
	if a.keys == nil {
		return nil
	}
	x, err := a.store.Index(ctx)
	if err != nil {
		return err
	}
	return a.store.WatchGates(ctx, x, time.Now())
}
