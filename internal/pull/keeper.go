package pull

import (
	"context"
	"errors"
	"time"

	"groundswell/internal/day"
)

// ErrRunning says that another process holds the pull.
var ErrRunning = errors.New("another pull is running")

// ErrLost says that the connection which held the pull for us is gone.
var ErrLost = errors.New("the pull's hold on the database was lost")

// Keeper is the storage of a pull.
type Keeper interface {
	// Hold makes the caller the only worker, or returns [ErrRunning].
	Hold(ctx context.Context) (Hold, error)
}

// Hold is the right to pull. Everything that publishes goes through it, over
// the very connection that carries the right: a worker that lost it can write nothing.
type Hold interface {
	// Release gives the right back. It is idempotent.
	Release()
	// Lost is closed when the right is gone although it was not released.
	Lost() <-chan struct{}

	// Begin opens a run, or goes on with the last one when that was cut off,
	// asked for the same and showed a sign of life after since.
	Begin(ctx context.Context, a Asked, now, since time.Time) (Run, error)
	// End closes the run and drops pages fetched before keep.
	End(ctx context.Context, run int, failed bool, now, keep time.Time) error

	// Landed returns the units of s that were published.
	Landed(ctx context.Context, s Source) ([]Landed, error)
	// Children returns the keys of the units under a listing: group or role ids in order.
	Children(ctx context.Context, s Source) ([]string, error)

	// Staged lends the pages of u staged after its last publication and fetched
	// after since, in order, to fn, and makes them pages of this run.
	Staged(ctx context.Context, run int, u Unit, since time.Time, fn func(Staged) error) error
	// Stage keeps a page durably enough that a killed run goes on behind it.
	Stage(ctx context.Context, run int, u Unit, p Staged) error
	// Discard drops the pages of u that this run staged.
	Discard(ctx context.Context, run int, u Unit) error

	// Draft starts to collect u's facts.
	Draft(u Unit) Draft
	// Publish makes a draft visible, whole or not at all, and returns what it
	// changed. What the database cannot hold is a [BadAnswer] failure.
	Publish(ctx context.Context, run int, d Draft, now time.Time) (Published, error)
	// Shrunk remembers that a re-read of u was refused for having only rows rows.
	Shrunk(ctx context.Context, u Unit, rows int, on day.Date) error

	// Through returns the last day up to which s is complete without a gap; None when it has none.
	Through(ctx context.Context, s Source) (day.Date, error)
	// State returns what is known of s.
	State(ctx context.Context, s Source) (State, error)
	// Save keeps st, visible to everyone at once.
	Save(ctx context.Context, st State) error
}

// Draft collects the facts of a unit, page by page, until it is published.
type Draft interface {
	Unit() Unit
	// Add takes a page's facts. The draft keeps no reference to them that it need not.
	Add(f Facts)
	// Rows is how many rows the API sent so far.
	Rows() int
}

// Asked is what a run was asked to read.
type Asked struct {
	From, To *day.Date
	Sources  []Source
}

// Run is an open run.
type Run struct {
	No      int
	Resumed bool // it goes on with one that was cut off
}

// Landed is a published unit.
type Landed struct {
	Key      string
	From, To day.Date // zero for listings
	Run      int
	At       time.Time
	Rows     int
	ShrunkTo int      // rows of a refused re-read; -1 when there is none
	ShrunkOn day.Date // the day of that re-read
}

// Staged is a page as received, before its unit is published.
type Staged struct {
	Page         int // from 0
	Cursor, Next string
	RequestID    string
	At           time.Time
	Rows         int
	Body         []byte
}

// Published says what a publication did.
type Published struct {
	Changed bool // figures may differ now
	Rows    int  // rows written or removed
}
