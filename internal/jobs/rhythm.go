package jobs

import (
	"context"

	"github.com/riverqueue/river"
)

// ExtendRhythmsArgs asks to add the times of messages that go out again and again.
type ExtendRhythmsArgs struct{}

// Kind names the job in the queue.
func (ExtendRhythmsArgs) Kind() string { return "extend_rhythms" }

type rhythmWorker struct {
	river.WorkerDefaults[ExtendRhythmsArgs]
	extend func(context.Context) error
}

// Work adds them.
func (w *rhythmWorker) Work(ctx context.Context, _ *river.Job[ExtendRhythmsArgs]) error {
	return w.extend(ctx)
}
