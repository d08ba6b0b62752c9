package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	// deliveryQueue is the queue of what sends: a pull that takes hours holds it up nowhere.
	deliveryQueue = "delivery"
	// deliveryWorkers is how many channels a process sends by at a time, and what is due beside them.
	deliveryWorkers = 16

	dispatchEvery   = 15 * time.Second
	dispatchTimeout = 5 * time.Minute
)

// DispatchArgs asks to let go out what is due.
type DispatchArgs struct{}

// Kind names the job in the queue.
func (DispatchArgs) Kind() string { return "dispatch" }

// InsertOpts lets one wait or be worked on for each turn of the timetable. A worker
// that was killed leaves its job behind as if it were worked on, so it is only in the
// way until the next turn.
func (DispatchArgs) InsertOpts() river.InsertOpts { return eachTurn() }

// eachTurn makes a second request within a turn of the timetable come to nothing while
// the first is not done.
func eachTurn() river.InsertOpts {
	return river.InsertOpts{Queue: deliveryQueue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{
		ByArgs: true, ByPeriod: dispatchEvery,
		ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
		},
	}}
}

type dispatchWorker struct {
	river.WorkerDefaults[DispatchArgs]
	dispatch func(context.Context) error
}

// Timeout bounds one run.
func (*dispatchWorker) Timeout(*river.Job[DispatchArgs]) time.Duration { return dispatchTimeout }

// Work lets go out what is due.
func (w *dispatchWorker) Work(ctx context.Context, _ *river.Job[DispatchArgs]) error {
	return w.dispatch(ctx)
}

// DispatchNow asks to let go out what is due and returns at once. It is done every
// few seconds anyway.
func (r *Runner) DispatchNow(ctx context.Context) error {
	if _, err := r.client.Insert(ctx, DispatchArgs{}, nil); err != nil {
		return fmt.Errorf("ask to let go out what is due: %w", err)
	}
	return nil
}
