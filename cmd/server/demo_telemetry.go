package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/sandbox"
)

// heardBefore is how much the demo's desktops have to say at the first start.
const heardBefore = 7*24*time.Hour - time.Hour

// feeding runs work beside the server. What it returns ends it and waits for that.
func feeding(ctx context.Context, work func(context.Context)) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(ctx)
	}()
	return func() { cancel(); <-done }
}

// feedTelemetry lets the sandbox's desktops send to address: what they have to
// say since they were last heard, then a batch each minute until ctx ends.
func (a *app) feedTelemetry(ctx context.Context, org *sandbox.Org, address string) {
	token, err := a.demoToken(ctx)
	if err != nil {
		a.log.Warn("the demo's desktops have no token", "error", err)
		return
	}
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for first := true; ; first = false {
		err := a.catchUp(ctx, org, address, token)
		if err == nil && first {
			err = a.check(ctx) // nothing had been heard when the checks ran last
		}
		if err != nil && ctx.Err() == nil {
			a.log.Warn("the demo's desktops are not heard", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// catchUp sends the whole minutes since the last event that arrived.
func (a *app) catchUp(ctx context.Context, org *sandbox.Org, address, token string) error {
	p, err := a.store.TelemetryPulse(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	from := now.Add(-heardBefore)
	if p.EventAt.After(from) {
		from = p.EventAt.Truncate(time.Minute).Add(time.Minute)
	}
	return org.SendTelemetry(ctx, address, token, from, now.Truncate(time.Minute))
}

// demoToken is the token of the demo's desktops, made at the first start.
func (a *app) demoToken(ctx context.Context) (string, error) {
	file := filepath.Join(a.DataDir, "demo", "telemetry-token")
	have, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(have)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the demo's token: %w", err)
	}
	_, text, err := a.store.CreateTelemetryToken(ctx, identity.Operator(), "Claude console", time.Now())
	if err != nil {
		return "", err
	}
	return text, os.WriteFile(file, []byte(text), 0o600)
}
