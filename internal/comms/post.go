package comms

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Outbox is what waits to go out. It is implemented by store.Store.
type Outbox interface {
	// Claim takes the next delivery of a channel and commits that it is being sent before it
	// returns. Whoever is not heard of for twice the timeout of a try is given up: what it was
	// sending becomes unknown. ok is false while nothing may leave; wait then says when to
	// ask again, 0 when only something new can change that.
	Claim(ctx context.Context, channel int, worker string, timeout time.Duration) (p Parcel, ok bool, wait time.Duration, err error)
	// Settle keeps what became of a parcel that was claimed. Said twice, or about a try that
	// was given up and repeated since, it changes nothing.
	Settle(ctx context.Context, p Parcel, o Outcome) error
}

// Carrier takes one parcel to its recipient. It touches the network once, ends
// with ctx and never decides about another try. It is implemented by the program, over internal/deliver.
type Carrier interface {
	Carry(ctx context.Context, p Parcel) Outcome
}

// What a [Post] does where it is not told otherwise.
const (
	SendTimeout = time.Minute
	sendBackoff = 15 * time.Second
	sendLanes   = 4

	// patience is how long a drain waits for the next moment at which something may leave;
	// what is later is left to the next drain.
	patience = 20 * time.Second
	// longest is the longest wait between two tries, as a multiple of the first, which doubles.
	longest = 64
)

// Post takes what waits in an outbox to its recipients.
type Post struct {
	Outbox  Outbox
	Carrier Carrier
	Timeout time.Duration // of one try; 0: SendTimeout
	Backoff time.Duration // until the second try, doubled for each one after it; 0: 15 s
	Lanes   int           // tries of a channel at a time in this process; 0: 4
}

// Drain sends what waits in a channel until nothing may leave for a while or ctx ends.
// Either way it lets the tries that have begun end before it returns. worker names this
// process, and no other one ever.
func (p *Post) Drain(ctx context.Context, channel int, worker string) error {
	d := drain{Post: p, channel: channel, worker: worker, lanes: make(chan struct{}, p.lanes())}
	err := d.run(ctx)
	d.under.Wait()
	return errors.Join(err, d.failed)
}

func (p *Post) timeout() time.Duration { return orDefault(p.Timeout, SendTimeout) }
func (p *Post) backoff() time.Duration { return orDefault(p.Backoff, sendBackoff) }
func (p *Post) lanes() int             { return orDefault(p.Lanes, sendLanes) }

func orDefault[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// drain is one run over a channel.
type drain struct {
	*Post
	channel int
	worker  string
	lanes   chan struct{}
	under   sync.WaitGroup // tries under way

	mu     sync.Mutex
	failed error
}

func (d *drain) run(ctx context.Context) error {
	for ctx.Err() == nil {
		select {
		case d.lanes <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		wait, err := d.next(ctx)
		if err != nil {
			return fmt.Errorf("claim a delivery: %w", err)
		}
		if wait < 0 {
			continue
		}
		if wait == 0 || wait > patience {
			return nil
		}
		pause(ctx, wait)
	}
	return nil
}

// next claims a parcel and sends it in the lane that was taken, or gives the lane
// back. It returns how long nothing may leave, less than 0 when a parcel was found.
// A claim that has begun is not broken off: nobody would know whether it holds.
func (d *drain) next(ctx context.Context) (time.Duration, error) {
	ends := time.Now().Add(d.timeout())
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), ends)
	parcel, ok, wait, err := d.Outbox.Claim(ctx, d.channel, d.worker, d.timeout())
	if err != nil || !ok {
		cancel()
		<-d.lanes
		return max(wait, 0), err
	}
	d.under.Go(func() {
		defer func() { cancel(); <-d.lanes }()
		d.send(ctx, parcel)
	})
	return -1, nil
}

// send carries a parcel and settles it.
func (d *drain) send(ctx context.Context, parcel Parcel) {
	o := d.Carrier.Carry(ctx, parcel)
	switch {
	case o.Down:
		o.After = max(o.After, d.backoff())
	case o.State == Waiting:
		o.After = max(o.After, d.after(parcel.Attempt))
	}
	if err := d.settle(context.WithoutCancel(ctx), parcel, o); err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.failed = errors.Join(d.failed, fmt.Errorf("settle delivery %d: %w", parcel.Delivery, err))
	}
}

// after is how long to wait after an attempt: doubling, at most 64 times the first,
// and spread so that those who failed together do not come back together.
func (p *Post) after(attempt int) time.Duration {
	times := longest
	if attempt < 7 {
		times = 1 << max(attempt-1, 0)
	}
	return time.Duration((0.5 + rand.Float64()) * float64(times) * float64(p.backoff()))
}

// settle says what became of a parcel, again and again while the database is away. When
// it stays away for longer than the parcel's worker is waited for, the parcel becomes unknown.
func (d *drain) settle(ctx context.Context, parcel Parcel, o Outcome) error {
	ctx, cancel := context.WithTimeout(ctx, 2*d.timeout())
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		err := d.Outbox.Settle(ctx, parcel, o)
		if err == nil {
			return nil
		}
		if !pause(ctx, wait) {
			return err
		}
	}
}

// pause waits; it reports false when ctx ended first.
func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
