package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"

	"groundswell/internal/comms"
	"groundswell/internal/jobs"
)

// queue lets the store ask r for channels to be drained.
func (a *app) queue(r *jobs.Runner, err error) (*jobs.Runner, error) {
	if err == nil {
		a.store.OnWaiting(r.DrainTx)
	}
	return r, err
}

// dispatch lets go out what is due. Without GROUNDSWELL_SECRET_KEY it cannot sign what
// it does, and does nothing.
func (a *app) dispatch(ctx context.Context) error {
	if a.keys == nil {
		return nil
	}
	n, err := a.store.Dispatch(ctx)
	if n > 0 {
		a.log.Info("messages go out", "messages", n)
	}
	return err
}

// drain returns what sends what waits in a channel, under a name that no other process has.
func (a *app) drain() func(context.Context, int) error {
	post := &comms.Post{Outbox: a.store, Carrier: a.carrier()}
	host, _ := os.Hostname()
	worker := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())
	return func(ctx context.Context, channel int) error { return post.Drain(ctx, channel, worker) }
}

// carrier takes parcels to their recipients. It is set up nowhere yet.
func (a *app) carrier() comms.Carrier { return nowhere{} }

// nowhere is the carrier of a program that mail and chats were not set up for.
type nowhere struct{}

// Carry answers that nothing can leave.
func (nowhere) Carry(context.Context, comms.Parcel) comms.Outcome {
	return comms.Outcome{State: comms.Waiting, Down: true, Say: "It is not set up."}
}
