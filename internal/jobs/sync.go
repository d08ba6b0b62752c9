package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Why a pull was asked for.
const (
	whyAsked   = "asked"
	whyNightly = "nightly"
	whyStart   = "start" // only when the last one was cut off or is overdue
)

// SyncArgs asks for a pull of everything missing or still being revised.
type SyncArgs struct {
	Why string `json:"why"`
}

// Kind names the job in the queue.
func (SyncArgs) Kind() string { return "sync" }

// InsertOpts gives a pull one attempt: its own retries are inside, and what
// stays undone is read the next night or when someone asks.
func (SyncArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 1} }

type syncWorker struct {
	river.WorkerDefaults[SyncArgs]
	cfg Config
}

// Timeout bounds one pull.
func (*syncWorker) Timeout(*river.Job[SyncArgs]) time.Duration { return syncTimeout }

// Work pulls, unless it was asked at start and there is nothing to go on with.
func (w *syncWorker) Work(ctx context.Context, job *river.Job[SyncArgs]) error {
	if job.Args.Why == whyStart {
		due, err := w.cfg.Interrupted(ctx)
		if err != nil || !due {
			return err
		}
	}
	return w.cfg.Sync(ctx)
}
