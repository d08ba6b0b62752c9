package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/jobs"
)

// settleTakes is what a sender has beyond the longest try to say what became of it.
const settleTakes = 5 * time.Second

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
	post := &comms.Post{Outbox: a.store, Carrier: a.carrier(), Timeout: a.out.longest + settleTakes}
	host, _ := os.Hostname()
	worker := fmt.Sprintf("%s/%d/%s", host, os.Getpid(), rand.Text())
	return func(ctx context.Context, channel int) error { return post.Drain(ctx, channel, worker) }
}
