package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/claude"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/seal"
	"groundswell/internal/store"
	"groundswell/migrations"
)

// app is the open program: its database, migrated, and the services over it.
type app struct {
	settings
	log      *slog.Logger
	store    *store.Store
	identity *identity.Service
	keys     *seal.Keyring // nil without GROUNDSWELL_SECRET_KEY
	out      *carrier      // the ways out; made by serveAt
	stops    []func()
}

// openApp opens the database the settings name and brings its schema up to date.
func openApp(ctx context.Context, s settings, as tenancy) (*app, error) {
	log := s.logger()
	url, stop, err := s.database(ctx, as, log)
	if err != nil {
		return nil, err
	}
	return openAt(ctx, s, url, stop, log)
}

// openAt opens the program over the database at url, which stop shuts down again.
func openAt(ctx context.Context, s settings, url string, stop func(), log *slog.Logger) (*app, error) {
	a := &app{settings: s, log: log, stops: []func(){stop}}
	if err := a.open(ctx, url); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *app) open(ctx context.Context, url string) error {
	keys, err := a.keyring()
	if err != nil {
		return err
	}
	if err := migrations.Up(ctx, url); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	st, err := store.Open(ctx, url, keys)
	if err != nil {
		return err
	}
	a.stops = append(a.stops, st.Close)
	a.keys, a.store = keys, st
	a.identity = &identity.Service{Keeper: st, Admins: a.admins}
	return a.reseal(ctx)
}

// reseal seals credentials under the current key after the operator put a new one first.
func (a *app) reseal(ctx context.Context) error {
	if a.keys == nil {
		return nil
	}
	n, err := a.store.Reseal(ctx)
	if errors.Is(err, seal.ErrUnknownKey) {
		a.log.Warn("a stored credential cannot be opened: it was sealed with a key that GROUNDSWELL_SECRET_KEY no longer holds; add that key after a comma, or enter the credential again")
		return nil
	}
	if err != nil {
		return fmt.Errorf("seal credentials under the new key: %w", err)
	}
	if n > 0 {
		a.log.Info("credentials were sealed under the current key", "credentials", n)
	}
	return nil
}

// close shuts every door in the reverse order of opening.
func (a *app) close() {
	for i := len(a.stops) - 1; i >= 0; i-- {
		a.stops[i]()
	}
}

func (s settings) keyring() (*seal.Keyring, error) {
	if s.SecretKey == "" {
		return nil, nil
	}
	return seal.Parse(s.SecretKey)
}

var errNoSecret = errors.New("GROUNDSWELL_SECRET_KEY is not set; make one with: openssl rand -base64 32, and keep it: sealed credentials can be opened with nothing else")

var errNoKey = fault.New(fault.Invalid, "There is no Anthropic key yet. Set ANTHROPIC_ADMIN_KEY, or enter one under Settings, Sources.")

// adminKey returns the key to read the API with: the environment's, else the one kept sealed.
func (a *app) adminKey(ctx context.Context) (string, error) {
	if a.AdminKey != "" {
		return a.AdminKey, nil
	}
	if a.keys == nil {
		return "", errNoKey
	}
	key, err := a.store.Credential(ctx, store.AnthropicKey)
	if fault.Is(err, fault.NotFound) {
		return "", errNoKey
	}
	return key, err
}

// puller makes the service that reads the API with the key of this moment.
func (a *app) puller(ctx context.Context) (*pull.Service, error) {
	key, err := a.adminKey(ctx)
	if err != nil {
		return nil, err
	}
	client, err := a.client(key)
	if err != nil {
		return nil, err
	}
	return &pull.Service{Up: client, Keep: a.store, Log: a.log}, nil
}

func (a *app) client(key string) (*claude.Client, error) {
	return claude.New(claude.Config{Key: key, BaseURL: a.BaseURL, RequestsPerMinute: a.RequestsPerMinute, Log: a.log})
}

// sync is the job's pull: without a key, or while another pull runs, there is nothing to do.
func (a *app) sync(ctx context.Context) error {
	p, err := a.puller(ctx)
	if errors.Is(err, error(errNoKey)) {
		a.log.Info("sync skipped: no key yet")
		return nil
	}
	if err != nil {
		return err
	}
	_, err = p.Run(ctx, pull.Options{})
	if errors.Is(err, pull.ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := a.settle(ctx); err != nil {
		return err
	}
	return a.prove(ctx)
}

// settle closes months and keeps denominators after a pull.
func (a *app) settle(ctx context.Context) error {
	x, err := a.store.Index(ctx)
	if err != nil {
		return err
	}
	did, err := adoption.Settle(ctx, x, a.store)
	if err != nil {
		return fmt.Errorf("close months: %w", err)
	}
	for _, month := range did.Months {
		a.log.Info("month closed", "month", month.String(), "through", x.Through.String())
	}
	return nil
}

// verifyIndex is the nightly comparison of the sets of people with their facts.
func (a *app) verifyIndex(ctx context.Context) error {
	check, err := a.store.CheckIndex(ctx, time.Now())
	if err != nil {
		return err
	}
	for _, d := range check.Differences {
		a.log.Error("the sets of people do not agree with their facts; run: server reindex", "difference", d)
	}
	return nil
}

// purge forgets what has run out.
func (a *app) purge(ctx context.Context) error {
	_, err := a.store.PurgeSessions(ctx, time.Now())
	_, drafts := a.store.PurgeDrafts(ctx, time.Now())
	_, events := a.store.PurgeTelemetry(ctx, time.Now())
	_, _, sent := a.store.PurgeSent(ctx, time.Now())
	return errors.Join(err, drafts, events, sent)
}

// extendRhythms adds the times of messages that come within the horizon.
func (a *app) extendRhythms(ctx context.Context) error {
	_, err := a.store.ExtendRhythms(ctx, time.Now())
	return err
}

// overdue is how long after the last pull a starting worker pulls by itself.
const overdue = 20 * time.Hour

// interrupted reports whether a pull was cut off or is overdue.
func (a *app) interrupted(ctx context.Context) (bool, error) {
	states, err := a.store.States(ctx)
	if err != nil {
		return false, err
	}
	last := time.Time{}
	for _, st := range states {
		if st.Interrupted {
			return true, nil
		}
		if st.LastRun.After(last) {
			last = st.LastRun
		}
	}
	return time.Since(last) > overdue, nil
}
