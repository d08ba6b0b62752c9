package jobs

import (
	"context"

	"github.com/riverqueue/river"
)

// PurgeArgs asks to forget what has run out.
type PurgeArgs struct{}

// Kind names the job in the queue.
func (PurgeArgs) Kind() string { return "purge" }

type purgeWorker struct {
	river.WorkerDefaults[PurgeArgs]
	purge func(context.Context) error
}

// Work forgets it.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	return w.purge(ctx)
}
