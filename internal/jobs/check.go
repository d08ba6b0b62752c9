package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// checkTimeout bounds one run of all checks.
const checkTimeout = 10 * time.Minute

// RunChecksArgs asks to run the checks behind the evidence.
type RunChecksArgs struct{}

// Kind names the job in the queue.
func (RunChecksArgs) Kind() string { return "run_checks" }

// InsertOpts lets one run wait or be worked on at a time; what fails is run again within the hour.
func (RunChecksArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

type checkWorker struct {
	river.WorkerDefaults[RunChecksArgs]
	check func(context.Context) error
}

// Timeout bounds one run.
func (*checkWorker) Timeout(*river.Job[RunChecksArgs]) time.Duration { return checkTimeout }

// Work runs the checks.
func (w *checkWorker) Work(ctx context.Context, _ *river.Job[RunChecksArgs]) error {
	return w.check(ctx)
}
