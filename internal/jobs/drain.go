package jobs

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// drainTimeout bounds one run over a channel. What waits still is left to the next one:
// deliveries are claimed one by one, so any run goes on where another ended.
const drainTimeout = 5 * time.Minute

// DrainArgs asks to send what waits in a channel.
type DrainArgs struct {
	Channel int `json:"channel"`
}

// Kind names the job in the queue.
func (DrainArgs) Kind() string { return "drain" }

// InsertOpts lets one of each channel wait or be worked on for each turn of the timetable.
func (DrainArgs) InsertOpts() river.InsertOpts { return eachTurn() }

type drainWorker struct {
	river.WorkerDefaults[DrainArgs]
	drain func(ctx context.Context, channel int) error

	busy sync.Map // channels that this process is at
}

// Timeout bounds one run.
func (*drainWorker) Timeout(*river.Job[DrainArgs]) time.Duration { return drainTimeout }

// Work sends what waits. A process is at a channel once: another run of it would only
// keep a worker from the other channels.
func (w *drainWorker) Work(ctx context.Context, job *river.Job[DrainArgs]) error {
	if _, at := w.busy.LoadOrStore(job.Args.Channel, true); at {
		return nil
	}
	defer w.busy.Delete(job.Args.Channel)
	return w.drain(ctx, job.Args.Channel)
}

// DrainTx asks, as part of tx, to send what waits in channels.
func (r *Runner) DrainTx(ctx context.Context, tx pgx.Tx, channels []int) error {
	for _, c := range channels {
		if _, err := r.client.InsertTx(ctx, tx, DrainArgs{Channel: c}, nil); err != nil {
			return fmt.Errorf("ask to send by channel %d: %w", c, err)
		}
	}
	return nil
}
