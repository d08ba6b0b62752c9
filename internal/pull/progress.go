package pull

import (
	"context"
	"time"
)

// tell says which unit is being read.
func (r *reading) tell(u Unit) {
	r.mu.Lock()
	r.state.Current = u.Key
	r.mu.Unlock()
	r.show()
}

// counted adds a page that was read.
func (r *reading) counted(f Facts, requestID string) {
	r.mu.Lock()
	r.state.count(f, requestID)
	r.mu.Unlock()
	r.show()
}

// published adds a unit that can be seen now.
func (r *reading) published(p Published) {
	r.mu.Lock()
	r.state.Done++
	r.report.Changed = r.report.Changed || p.Changed
	r.report.Written += int64(p.Rows)
	r.mu.Unlock()
	r.show()
}

// forget takes n units out of the plan: there is nothing to be had.
func (r *reading) forget(n int) {
	r.mu.Lock()
	r.state.Total -= n
	r.mu.Unlock()
}

func (r *reading) show() {
	st := r.snapshot()
	r.progress(Progress{
		Source: r.source, Place: r.place, Of: len(r.sources),
		Done: st.Done, Total: st.Total, Unit: st.Current, Rows: st.Rows,
	})
}

// snapshot copies the state; the map of unknowns is shared and only read once the run of the source is over.
func (r *reading) snapshot() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := r.state
	st.Unknown = nil
	return st
}

// save keeps the state, at most once a second unless it must.
func (r *reading) save(ctx context.Context, must bool) error {
	now := time.Now()
	if !must && now.Sub(r.saved) < saveEvery {
		return nil
	}
	r.saved = now
	return r.hold.Save(ctx, r.snapshot())
}

// finish keeps the state a source ended in.
func (r *reading) finish(ctx context.Context) error {
	through, err := r.hold.Through(ctx, r.source)
	if err != nil {
		return err
	}
	r.state.Through = through
	return r.hold.Save(ctx, r.state)
}
