package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Keeper keeps events. It is implemented by store.Store.
type Keeper interface {
	// KeepEvents keeps the events that are not kept yet, with their sums, in one
	// transaction, and returns how many those were.
	KeepEvents(ctx context.Context, events []Event) (int, error)
	// TelemetryNames returns the names that a day already has, by facet, and its events' under [FacetAll].
	TelemetryNames(ctx context.Context, d day.Date) (map[Facet][]string, error)
	// LiveTelemetryTokens returns the tokens that are not revoked.
	LiveTelemetryTokens(ctx context.Context) ([]Token, error)
	// NoteIntake adds up what became of requests and records, and notes when tokens were last used.
	NoteIntake(ctx context.Context, notes []Noted, used map[int64]time.Time) error
}

// The limits of what is in the house at once; see [MaxBody] and [MaxDecoded] for one request.
const (
	maxWaiting   = 40_000   // events that wait for a commit
	maxOneCommit = 20_000   // events of one
	maxReading   = 96 << 20 // bytes of bodies being read
	decoders     = 2        // requests unpacked and decoded at a time
	commitTakes  = 20 * time.Second
)

// Intake takes in requests: it decodes them and answers only when what they
// brought is committed. Requests that come together share a commit. It is safe
// for concurrent use; make it with [NewIntake].
type Intake struct {
	keep Keeper
	hash hasher
	log  *slog.Logger

	guard   tokenGuard
	names   names
	notes   notebook
	decoder chan struct{}

	mu      sync.Mutex
	reading int64 // bytes promised to bodies being read
	waiting []*delivery
	held    int // events in waiting and in the commit that runs
	busy    bool
}

// delivery is one request's events on their way into the database.
type delivery struct {
	events []Event
	done   chan error // receives once
}

// NewIntake makes an intake over keep. secret keys the hashes; token, when it is
// not empty, is accepted besides those that are kept.
func NewIntake(keep Keeper, secret []byte, token string, log *slog.Logger) *Intake {
	in := &Intake{keep: keep, hash: hasher{secret}, log: log, decoder: make(chan struct{}, decoders)}
	in.guard.fixed(token)
	in.notes.keep, in.notes.log = keep, log
	return in
}

// Close writes down what is only noted yet.
func (in *Intake) Close(ctx context.Context) error { return in.notes.close(ctx) }

// Flush writes down what is only noted yet, for a page that shows it.
func (in *Intake) Flush(ctx context.Context) error { return in.notes.flush(ctx) }

// Note takes note of a request that was refused.
func (in *Intake) Note(why Reason, now time.Time) { in.notes.add(why, 1, now) }

// Admit checks the token of a request. The fault is Unauthenticated when it is
// none of ours; the id is 0 for the one from the settings.
func (in *Intake) Admit(ctx context.Context, token string, now time.Time) (int64, error) {
	id, err := in.guard.check(ctx, in.keep, token, now)
	if err == nil && id != 0 {
		in.notes.used(id, now)
	}
	return id, err
}

// errBusy says that the exporter should try again in a moment.
var errBusy = fault.New(fault.Unavailable, "The receiver has as much to do as it takes on at once. Nothing of this request was kept. Send it again.")

// Reserve promises n bytes to a body that is about to be read. The fault is
// Unavailable when too much is being read already; else release must be called.
func (in *Intake) Reserve(n int64) (release func(), err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.reading+n > maxReading {
		return nil, errBusy
	}
	in.reading += n
	return func() {
		in.mu.Lock()
		in.reading -= n
		in.mu.Unlock()
	}, nil
}

// ErrEncoding says that a Content-Encoding is none that is taken.
var ErrEncoding = fault.New(fault.Invalid, "The body may be packed with gzip or not at all.")

// Take decodes one request and returns when what it brought is committed. On an
// error nothing of it is kept: the fault says whether sending it again helps.
func (in *Intake) Take(ctx context.Context, e Encoding, contentEncoding string, body []byte, now time.Time) (Reading, error) {
	out, err := in.decode(ctx, e, contentEncoding, body, now)
	if err != nil {
		return Reading{}, err
	}
	for why, n := range out.Rejected {
		in.notes.add(why, n, now)
	}
	if len(out.Events) == 0 {
		return out, nil
	}
	return out, in.commit(out.Events)
}

// decode waits for its turn: few bodies are unpacked at a time, however many came.
func (in *Intake) decode(ctx context.Context, e Encoding, contentEncoding string, body []byte, now time.Time) (Reading, error) {
	select {
	case in.decoder <- struct{}{}:
		defer func() { <-in.decoder }()
	case <-ctx.Done():
		return Reading{}, errBusy
	}
	plain, ok, err := Unpack(body, contentEncoding)
	if !ok {
		return Reading{}, ErrEncoding
	}
	if err != nil {
		return Reading{}, err
	}
	return decode(e, plain, in.hash, now)
}

// commit queues events and waits until they are in the database. It does not
// stop waiting when the sender goes: then the answer is lost, not the events.
func (in *Intake) commit(events []Event) error {
	d := &delivery{events, make(chan error, 1)}
	in.mu.Lock()
	if in.held+len(events) > maxWaiting && in.held > 0 {
		in.mu.Unlock()
		return errBusy
	}
	in.held += len(events)
	in.waiting = append(in.waiting, d)
	if !in.busy {
		in.busy = true
		go in.work()
	}
	in.mu.Unlock()
	return <-d.done
}

// work commits until nothing waits.
func (in *Intake) work() {
	for {
		batch := in.next()
		if batch == nil {
			return
		}
		in.write(batch)
	}
}

// next takes the deliveries of one commit off the queue, nil when there are none.
func (in *Intake) next() []*delivery {
	in.mu.Lock()
	defer in.mu.Unlock()
	n, size := 0, 0
	for n < len(in.waiting) && (n == 0 || size+len(in.waiting[n].events) <= maxOneCommit) {
		size += len(in.waiting[n].events)
		n++
	}
	batch := in.waiting[:n:n]
	in.waiting = in.waiting[n:]
	if n == 0 {
		in.busy, in.waiting = false, nil
		return nil
	}
	return batch
}

// write commits deliveries together, and one by one when the database refuses
// them for another reason than being away: one that it cannot keep must not
// take the others with it.
func (in *Intake) write(batch []*delivery) {
	err := in.keepAll(batch)
	if err == nil || len(batch) == 1 || fault.Is(err, fault.Unavailable) {
		in.settle(batch, unkept(err))
		return
	}
	for _, d := range batch {
		in.settle([]*delivery{d}, unkept(in.keepAll([]*delivery{d})))
	}
}

func (in *Intake) settle(batch []*delivery, err error) {
	in.mu.Lock()
	for _, d := range batch {
		in.held -= len(d.events)
	}
	in.mu.Unlock()
	for _, d := range batch {
		d.done <- err
	}
}

func (in *Intake) keepAll(batch []*delivery) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTakes)
	defer cancel()
	var events []Event
	for _, d := range batch {
		events = append(events, d.events...)
	}
	if err := in.names.bound(ctx, in.keep, events); err != nil {
		return err
	}
	kept, err := in.keep.KeepEvents(ctx, events)
	if err != nil {
		return err
	}
	in.tally(events, kept)
	return nil
}

// tally takes note of what was filed by arrival and of what was kept before.
func (in *Intake) tally(events []Event, kept int) {
	now := events[len(events)-1].Arrived
	skewed := 0
	for _, e := range events {
		if e.Skewed {
			skewed++
		}
	}
	in.notes.add(Skewed, skewed, now)
	in.notes.add(Duplicate, len(events)-kept, now)
}

// unkept makes every failure of the database one after which exporters send
// again: they drop what is refused with another status.
func unkept(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(fault.Unavailable, "The events could not be kept. Nothing of this request was kept. Send it again.", err)
}
