// Package jobs is the work done when nobody is looking: the arguments of each
// job, its worker, and the timetable. Jobs wait in Postgres, so any replica may
// enqueue one and any worker may run it. Every worker may run twice, or die
// half-way, and change nothing by it.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// syncTimeout bounds one pull. A first backfill at 50 requests a minute takes
// about an hour; a pull that is cut off goes on where it stopped.
const syncTimeout = 4 * time.Hour

// rescueAfter is when a job that is worked on counts as left behind by a worker that
// died. A kind of job whose own timeout is longer, as a pull's, is left alone until then.
const rescueAfter = 2 * drainTimeout

// Config is what the jobs need.
type Config struct {
	Pool *pgxpool.Pool
	Log  *slog.Logger

	// Sync pulls what is missing or still being revised. It must tolerate being
	// called while another pull runs, by doing nothing.
	Sync func(context.Context) error
	// Interrupted reports whether the last pull was cut off, or none was begun
	// in the last day: a reason to pull as soon as a worker starts.
	Interrupted func(context.Context) (bool, error)
	// VerifyIndex compares the sets of people with their facts and keeps what was found.
	VerifyIndex func(context.Context) error
	// Check runs the checks behind the evidence and keeps what they find.
	Check func(context.Context) error
	// Purge forgets what has run out: sessions that have ended by themselves,
	// files that were uploaded and never applied.
	Purge func(context.Context) error
	// ExtendRhythms adds the times of messages that go out again and again. Twice adds nothing.
	ExtendRhythms func(context.Context) error
	// Dispatch lets go out what is due. It must tolerate being called while another one runs.
	Dispatch func(context.Context) error
	// Drain sends what waits in a channel, and ends soon after ctx does.
	Drain func(ctx context.Context, channel int) error
	// WriteDigests writes the digests that are due, each once.
	WriteDigests func(context.Context) error
	// SyncHour is the UTC hour of the nightly pull.
	SyncHour int
}

// Runner enqueues jobs and, once started, works on them.
type Runner struct {
	client *river.Client[pgx.Tx]
	log    *slog.Logger
}

// NewQueue returns a Runner that only enqueues, for replicas that do no work.
func NewQueue(cfg Config) (*Runner, error) {
	return open(cfg, &river.Config{Logger: cfg.Log})
}

// NewWorker returns a Runner that works on jobs once started.
func NewWorker(cfg Config) (*Runner, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &syncWorker{cfg: cfg})
	river.AddWorker(workers, &checkWorker{check: cfg.Check})
	river.AddWorker(workers, &purgeWorker{purge: cfg.Purge})
	river.AddWorker(workers, &rhythmWorker{extend: cfg.ExtendRhythms})
	river.AddWorker(workers, &digestWorker{write: cfg.WriteDigests})
	river.AddWorker(workers, &verifyWorker{verify: cfg.VerifyIndex})
	river.AddWorker(workers, &dispatchWorker{dispatch: cfg.Dispatch})
	river.AddWorker(workers, &drainWorker{drain: cfg.Drain})
	return open(cfg, &river.Config{
		Logger:               cfg.Log,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}, deliveryQueue: {MaxWorkers: deliveryWorkers}},
		Workers:              workers,
		PeriodicJobs:         timetable(cfg.SyncHour),
		RescueStuckJobsAfter: rescueAfter,
	})
}

func open(cfg Config, rc *river.Config) (*Runner, error) {
	client, err := river.NewClient(riverpgxv5.New(cfg.Pool), rc)
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	return &Runner{client: client, log: cfg.Log}, nil
}

// Start begins to work. Stop it with [Runner.Stop], not by cancelling ctx.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	return nil
}

// Stop ends the work: running jobs are cancelled, as each can go on later from
// where it was.
func (r *Runner) Stop(ctx context.Context) error {
	if err := r.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("stop the jobs: %w", err)
	}
	return nil
}

// SyncNow asks for a pull and returns at once. Asked for while one runs, it
// comes to nothing; asked for twice before one begins, the second pull finds
// little to do.
func (r *Runner) SyncNow(ctx context.Context) error {
	if _, err := r.client.Insert(ctx, SyncArgs{Why: whyAsked}, nil); err != nil {
		return fmt.Errorf("ask for a sync: %w", err)
	}
	return nil
}

// ChecksNow asks to run the checks and returns at once. While they wait or run
// already, asking again comes to nothing.
func (r *Runner) ChecksNow(ctx context.Context) error {
	if _, err := r.client.Insert(ctx, RunChecksArgs{}, nil); err != nil {
		return fmt.Errorf("ask to run the checks: %w", err)
	}
	return nil
}
