package pull

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"groundswell/internal/day"
)

const (
	resumeWithin = 6 * time.Hour       // a run cut off longer ago is not gone on with
	stagedWithin = 2 * time.Hour       // staged pages older than this are fetched again: the listing has moved on
	keepPages    = 30 * 24 * time.Hour // raw pages are kept this long
	saveEvery    = time.Second         // progress is written no more often
	maxStrikes   = 3                   // units of a source that may fail by their content before the rest is left for the next run
	maxAway      = 2                   // sources of one half of the API that may find it away before the rest of that half is left
)

// Service reads an organization into its Keeper.
type Service struct {
	Up   Upstream
	Keep Keeper
	Log  *slog.Logger // nil is silent
}

// Options say what one run reads.
type Options struct {
	// From and To are the first and last day, inclusive. Without From, only
	// what is missing or still being revised is read, back to [FirstDay];
	// without To, through yesterday.
	From, To *day.Date
	// Sources to read; empty means all.
	Sources []Source
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Progress is told of every unit and page. It must return at once.
	Progress func(Progress)
}

// Run reads what o asks for. The report holds how each source ended; the error
// is about the run itself: [ErrRunning], [ErrLost], the context's, or the database's.
// A source's own failure is in its state. Run may be killed at any moment: the
// next one goes on behind the last page that was kept.
func (s *Service) Run(ctx context.Context, o Options) (Report, error) {
	hold, err := s.Keep.Hold(ctx)
	if err != nil {
		return Report{}, err
	}
	defer hold.Release()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-hold.Lost():
			cancel(ErrLost)
		case <-stop:
		}
	}()
	w, err := s.worker(ctx, hold, o)
	if err != nil {
		return Report{}, causeOf(ctx, err)
	}
	err = w.run(ctx)
	return w.report, causeOf(ctx, err)
}

// causeOf prefers why the context ended over the complaint that it did.
func causeOf(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (s *Service) worker(ctx context.Context, hold Hold, o Options) (*worker, error) {
	w := &worker{up: s.Up, hold: hold, log: s.Log, now: o.Now, progress: o.Progress, away: map[bool]int{}}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	if w.now == nil {
		w.now = time.Now
	}
	if w.progress == nil {
		w.progress = func(Progress) {}
	}
	for _, src := range Sources() {
		if len(o.Sources) == 0 || slices.Contains(o.Sources, src) {
			w.sources = append(w.sources, src)
		}
	}
	if len(w.sources) == 0 {
		return nil, errors.New("none of the sources asked for exists")
	}
	asked := Asked{From: o.From, To: o.To, Sources: w.sources}
	now := w.now()
	w.span = spanOf(asked, now)
	run, err := hold.Begin(ctx, asked, now, now.Add(-resumeWithin))
	if err != nil {
		return nil, fmt.Errorf("begin the pull: %w", err)
	}
	w.no, w.report.Run, w.report.Resumed = run.No, run.No, run.Resumed
	return w, nil
}

// worker is one run.
type worker struct {
	up       Upstream
	hold     Hold
	log      *slog.Logger
	now      func() time.Time
	progress func(Progress)

	no      int
	span    span
	sources []Source
	report  Report
	badKey  *Failure     // the key is refused: nothing else is asked
	away    map[bool]int // analytics or not -> sources in a row that found it away
	lastOut *Failure     // what the last of them said
	wary    bool         // nothing was read since
}

func (w *worker) run(ctx context.Context) error {
	for i, src := range w.sources {
		st, err := w.source(ctx, src, i+1)
		if err != nil {
			return fmt.Errorf("pull %s: %w", src, err)
		}
		w.report.States = append(w.report.States, st)
		w.report.Rows += st.Rows
		w.log.Info("source read", "source", src, "status", st.Status, "through", st.Through.String(), "rows", st.Rows, "reason", st.Reason, "request_id", st.RequestID)
	}
	now := w.now()
	if err := w.hold.End(ctx, w.no, !w.report.Complete(), now, now.Add(-keepPages)); err != nil {
		return fmt.Errorf("end the pull: %w", err)
	}
	return nil
}

// source reads one source and leaves its state behind. The error is about the run, not the source.
func (w *worker) source(ctx context.Context, src Source, place int) (State, error) {
	st, err := w.hold.State(ctx, src)
	if err != nil {
		return State{}, err
	}
	r := &reading{worker: w, source: src, place: place, state: st}
	r.state.begin(w.now())
	if err := r.save(ctx, true); err != nil {
		return State{}, err
	}
	err = w.skip(src)
	if err == nil {
		err = r.read(ctx)
	}
	var f *Failure
	switch {
	case err == nil:
		r.state.succeed(w.now())
		r.state.Say = r.remark
	case errors.As(err, &f) && ctx.Err() == nil:
		r.state.fail(f, w.now())
		w.log.Warn("source failed", "source", src, "reason", f.Reason, "request_id", f.RequestID, "err", f)
	default:
		return State{}, err
	}
	w.learn(src, f)
	if err := r.finish(ctx); err != nil {
		return State{}, err
	}
	return r.state, nil
}

// skip says why src need not even be tried.
func (w *worker) skip(src Source) error {
	if w.badKey != nil {
		return w.badKey
	}
	if w.away[src.analytics()] >= maxAway {
		return w.lastOut
	}
	return nil
}

// learn remembers what the end of one source means for the others.
func (w *worker) learn(src Source, f *Failure) {
	switch {
	case f != nil && f.Reason == BadKey:
		w.badKey = f
	case f != nil && f.away():
		w.away[src.analytics()]++
		w.lastOut, w.wary = f, true
	default:
		w.away[src.analytics()] = 0
	}
}

// away reports whether f means that there was no API to speak of.
func (f *Failure) away() bool {
	return f.Reason == Unreachable || f.Reason == Overloaded || f.Reason == RateLimited
}
