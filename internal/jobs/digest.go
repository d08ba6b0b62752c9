package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	digestTimeout = 10 * time.Minute
	digestEvery   = 5 * time.Minute // how late a digest may be
)

// WriteDigestsArgs asks to write the digests that are due.
type WriteDigestsArgs struct{}

// Kind names the job in the queue.
func (WriteDigestsArgs) Kind() string { return "write_digests" }

// InsertOpts lets one wait or be worked on at a time; what fails is tried again within minutes.
func (WriteDigestsArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

type digestWorker struct {
	river.WorkerDefaults[WriteDigestsArgs]
	write func(context.Context) error
}

// Timeout bounds one run.
func (*digestWorker) Timeout(*river.Job[WriteDigestsArgs]) time.Duration { return digestTimeout }

// Work writes them.
func (w *digestWorker) Work(ctx context.Context, _ *river.Job[WriteDigestsArgs]) error {
	return w.write(ctx)
}
