package jobs

import (
	"context"

	"github.com/riverqueue/river"
)

// PurgeSessionsArgs asks to forget the sessions that have ended by themselves.
type PurgeSessionsArgs struct{}

// Kind names the job in the queue.
func (PurgeSessionsArgs) Kind() string { return "purge_sessions" }

type purgeWorker struct {
	river.WorkerDefaults[PurgeSessionsArgs]
	purge func(context.Context) error
}

// Work forgets them.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeSessionsArgs]) error {
	return w.purge(ctx)
}
