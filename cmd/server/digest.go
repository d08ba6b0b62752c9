package main

import (
	"context"

	"groundswell/internal/comms"
)

// digests writes what goes out by itself.
func (a *app) digests() *comms.Digests { return &comms.Digests{Keeper: a.store, Facts: a.store} }

// writeDigests writes the digests that are due by the database's clock.
func (a *app) writeDigests(ctx context.Context) error {
	now, err := a.store.DatabaseNow(ctx)
	if err != nil {
		return err
	}
	n, err := a.digests().Write(ctx, now)
	if n > 0 {
		a.log.Info("digests were written", "digests", n)
	}
	return err
}
