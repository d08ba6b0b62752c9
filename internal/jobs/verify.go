package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// verifyTimeout bounds one comparison of all days with their facts.
const verifyTimeout = 2 * time.Hour

// VerifyIndexArgs asks to compare the sets of people with the facts they are made of.
type VerifyIndexArgs struct{}

// Kind names the job in the queue.
func (VerifyIndexArgs) Kind() string { return "verify_index" }

type verifyWorker struct {
	river.WorkerDefaults[VerifyIndexArgs]
	verify func(context.Context) error
}

// Timeout bounds one comparison.
func (*verifyWorker) Timeout(*river.Job[VerifyIndexArgs]) time.Duration { return verifyTimeout }

// Work compares them.
func (w *verifyWorker) Work(ctx context.Context, _ *river.Job[VerifyIndexArgs]) error {
	return w.verify(ctx)
}
