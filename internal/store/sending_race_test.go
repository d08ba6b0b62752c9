package store_test

import (
	"context"
	"math/rand/v2"
	gosync "sync"
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// raced is a message that somebody changes at the moment it is due.
type raced struct {
	id    comms.MessageID
	o     comms.OccurrenceID
	at    time.Time
	moves bool // to tomorrow; otherwise it is cancelled
	err   error
}

// TestChangesAtTheDueInstant cancels or moves a hundred messages around the moment at which
// each is due, while three processes dispatch without pause. A change that was accepted
// means that nothing went out, one that was refused that it went out, to everybody once.
func TestChangesAtTheDueInstant(t *testing.T) {
	const races, apart = 100, 30 * time.Millisecond
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	o := newOutbox(t, 2)
	plan, err := o.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := make([]raced, races)
	for i := range all {
		id := o.due(t, func(m *comms.Message) { m.Occurrences[0].Day++ })
		m, err := o.Message(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = raced{id: id, o: m.Occurrences[0].ID, moves: i%2 == 0}
	}
	begin := time.Now().Add(time.Second)
	for i := range all {
		r := &all[i]
		r.at = begin.Add(time.Duration(i) * apart)
		o.do(t, `update occurrence set day = ($2::timestamptz at time zone 'UTC')::date, at = ($2::timestamptz at time zone 'UTC')::time where id = $1`, int64(r.o), r.at)
	}
	ctx, done := context.WithCancel(t.Context())
	var people gosync.WaitGroup
	service := comms.Service{Keeper: o}
	for i := range all {
		r, jitter := &all[i], time.Duration(rnd.IntN(60)-20)*time.Millisecond
		people.Go(func() {
			<-time.After(time.Until(r.at.Add(jitter)))
			r.err = r.change(ctx, service, plan.Rollout.Calendar)
		})
	}
	go func() { people.Wait(); done() }()
	o.together(t, 3, func(other *outbox, _ int) error {
		for ctx.Err() == nil {
			if _, err := other.Dispatch(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
	o.dispatchLeft(t)
	changed := 0
	for i := range all {
		if all[i].err == nil {
			changed++
		}
		all[i].check(t, o)
	}
	t.Logf("%d changes came first, %d came too late", changed, races-changed)
	if changed == 0 || changed == races {
		t.Error("all went the same way: this tests nothing")
	}
}

// dispatchLeft lets go out what became due while nobody looked any more.
func (o *outbox) dispatchLeft(t *testing.T) {
	t.Helper()
	if _, err := o.Dispatch(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// change does what the race is about.
func (r *raced) change(ctx context.Context, s comms.Service, works comms.WorkingDays) error {
	if !r.moves {
		return s.Cancel(ctx, identity.Operator(), r.id, r.o, "no longer needed", 1, time.Now())
	}
	to := comms.Slot{Day: day.FromTime(r.at.UTC()) + 1, At: "09:00", Zone: "UTC"}
	return s.Move(ctx, identity.Operator(), r.id, r.o, to, 1, false, works, time.Now())
}

func (r *raced) check(t *testing.T, o *outbox) {
	t.Helper()
	state, _ := o.occurrence(t, r.id)
	sent := len(o.rows(t, `select 1 from delivery d join mailing m on m.id = d.mailing where m.occurrence = $1`, int64(r.o)))
	stays := comms.Cancelled
	if r.moves {
		stays = comms.Planned
	}
	switch {
	case r.err == nil && state == stays && sent == 0:
	case fault.Is(r.err, fault.Conflict) && state == comms.Going && sent == 2:
	default:
		t.Errorf("message %d, moved %v: the change says %v, it is %s, with %d deliveries", r.id, r.moves, r.err, state, sent)
	}
}
