package main

import (
	"context"

	"groundswell/internal/telemetry"
)

// intake takes in the desktop apps' events until the program is closed. The
// hashes in what it keeps are made with a key of their own.
func (a *app) intake() *telemetry.Intake {
	in := telemetry.NewIntake(a.store, a.keys.Derive("telemetry")[0], a.OTLPToken, a.log)
	a.stops = append(a.stops, func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		if err := in.Close(ctx); err != nil {
			a.log.Warn("what became of the last telemetry requests is not written down", "error", err)
		}
	})
	return in
}
