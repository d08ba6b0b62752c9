package pull

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"groundswell/internal/day"
)

// reading is one source being read in one run.
type reading struct {
	*worker
	source Source
	place  int
	state  State
	saved  time.Time
	landed map[string]Landed
	remark string

	mu sync.Mutex // guards state and the report while a unit is fetched and another published

	strikes int
	anyGood bool     // a unit was read to its end
	struck  *Failure // the first unit that failed by its content
	until   day.Date // days from here on are not to be had yet
}

// read brings everything of the source that is due. Its error is a *Failure of
// the source, or an error of the run.
func (r *reading) read(ctx context.Context) error {
	all, err := r.hold.Landed(ctx, r.source)
	if err != nil {
		return err
	}
	r.until = day.Never
	r.landed = make(map[string]Landed, len(all))
	for _, l := range all {
		r.landed[l.Key] = l
	}
	if err := r.phases(ctx, all); err != nil {
		return err
	}
	if r.struck != nil {
		return r.struck
	}
	return nil
}

func (r *reading) phases(ctx context.Context, all []Landed) error {
	switch {
	case r.source == Cost:
		return r.cost(ctx, all)
	case r.source.shape() == ranged:
		return r.units(ctx, fresh(rangeUnits(r.source, "", dueDays(r.source, all, r.span), r.span), all, r.no))
	case r.source.shape() == daily:
		if err := r.units(ctx, fresh(dayUnits(r.source, dueDays(r.source, all, r.span)), all, r.no)); err != nil || !r.source.grouped() || r.struck != nil {
			return err
		}
		return r.byGroup(ctx, all)
	}
	if err := r.units(ctx, fresh(listUnits(r.source), all, r.no)); err != nil || !r.source.hasChildren() || r.struck != nil {
		return err
	}
	keys, err := r.hold.Children(ctx, r.source)
	if err != nil {
		return err
	}
	children := make([]Unit, len(keys))
	for i, k := range keys {
		children[i] = Unit{Source: r.source, Key: k}
	}
	return r.units(ctx, fresh(children, all, r.no))
}

// cost reads the report by product, then by group. The latter needs more of a
// key; being refused it takes nothing from the former.
func (r *reading) cost(ctx context.Context, all []Landed) error {
	halves := map[string][]Landed{}
	for _, l := range all {
		for _, prefix := range []string{byProduct, byGroup} {
			if len(l.Key) > len(prefix) && l.Key[:len(prefix)] == prefix {
				halves[prefix] = append(halves[prefix], l)
			}
		}
	}
	plan := func(prefix string) []Unit {
		return fresh(rangeUnits(r.source, prefix, dueDays(r.source, halves[prefix], r.span), r.span), all, r.no)
	}
	if err := r.units(ctx, plan(byProduct)); err != nil {
		return err
	}
	err := r.units(ctx, plan(byGroup))
	var f *Failure
	if errors.As(err, &f) && f.Reason == NotGranted {
		r.remark = "Cost by group is not granted; cost by product is complete."
		return nil
	}
	return err
}

// byGroup reads who used what over the last complete days, group by group. It
// is an extra: whatever becomes of it, the source is complete by its days.
func (r *reading) byGroup(ctx context.Context, all []Landed) error {
	through, err := r.hold.Through(ctx, r.source)
	if err != nil || !through.Known() {
		return err
	}
	u := rangeUnit(r.source, byGroup, max(through-groupWindow+1, FirstDay), through)
	err = r.units(ctx, fresh([]Unit{u}, all, r.no))
	f := r.struck
	if err != nil && !errors.As(err, &f) {
		return err
	}
	if r.struck = nil; f != nil && ctx.Err() == nil {
		r.remark = sayGrouped(r.source, f)
		r.forget(1)
	}
	return nil
}

// sayGrouped words why there is no use by group.
func sayGrouped(s Source, f *Failure) string {
	if f.Reason == Refused || f.Reason == BadAnswer {
		return fmt.Sprintf("The API does not offer %s by group; %s by day are complete.", s, s)
	}
	return fmt.Sprintf("%s by day are complete. By group they could not be read this time; the next sync asks again.", capital(s))
}

func capital(s Source) string { return strings.ToUpper(string(s[:1])) + string(s[1:]) }

// units reads units in order, fetching one while the one before it is
// published: never more than two are in memory.
func (r *reading) units(ctx context.Context, units []Unit) error {
	r.state.Total += len(units)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := make(chan fetched)
	published := make(chan error, 1)
	go func() { published <- r.publishAll(ctx, out, cancel) }()
	err := r.fetchAll(ctx, units, out)
	close(out)
	if perr := <-published; perr != nil {
		return perr
	}
	return err
}

// fetched is a unit read to its end. staged tells, once, whether its last page
// is kept.
type fetched struct {
	Draft
	staged <-chan error
}

// publishAll publishes what arrives, in order, until the channel is closed. On
// an error it stops the fetching.
func (r *reading) publishAll(ctx context.Context, in <-chan fetched, stop context.CancelCauseFunc) error {
	var first error
	for d := range in {
		err := <-d.staged
		if first != nil {
			continue
		}
		if err == nil {
			err = r.publish(ctx, d.Draft)
		} else {
			err = fmt.Errorf("keep the last page of %s: %w", d.Unit().Key, err)
		}
		if err != nil {
			first = err
			stop(err)
		}
	}
	return first
}

func (r *reading) publish(ctx context.Context, d Draft) error {
	done, err := r.hold.Publish(ctx, r.no, d, r.now())
	if err != nil {
		var f *Failure
		if errors.As(err, &f) {
			return f
		}
		return fmt.Errorf("publish %s: %w", d.Unit().Key, err)
	}
	r.published(done)
	return nil
}

// fetchAll fetches units in order and hands each on. A unit that fails by its
// content is passed over, up to maxStrikes; any other failure ends the source.
func (r *reading) fetchAll(ctx context.Context, units []Unit, out chan<- fetched) error {
	for i, u := range units {
		if u.From >= r.until && u.From != 0 {
			r.forget(len(units) - i)
			return nil
		}
		r.tell(u)
		if err := r.save(ctx, false); err != nil {
			return err
		}
		r.expect(units[i+1:])
		d, err := r.unit(ctx, u)
		if err != nil {
			if err := r.strike(ctx, u, err); err != nil {
				return err
			}
			continue
		}
		if d.Draft == nil {
			r.forget(1)
			continue
		}
		r.anyGood = true
		select {
		case out <- d:
		case <-ctx.Done():
			<-d.staged
			return context.Cause(ctx)
		}
	}
	return nil
}

// expect tells the upstream what is asked for next, where it wants to know.
func (r *reading) expect(left []Unit) {
	if e, ok := r.up.(Expecter); ok && len(left) > 0 && left[0].From < r.until {
		e.Expect(left[0])
	}
}

// strike decides whether the source goes on after a unit failed: one bad day
// among good ones keeps no later one out, a source that answers nothing right is left.
func (r *reading) strike(ctx context.Context, u Unit, err error) error {
	var f *Failure
	if !errors.As(err, &f) || ctx.Err() != nil {
		return err
	}
	if f.Reason != BadAnswer && f.Reason != Refused {
		return err
	}
	if err := r.hold.Discard(ctx, r.no, u); err != nil {
		return err
	}
	if r.struck == nil {
		r.struck = f
	}
	if r.strikes++; r.strikes >= maxStrikes || !r.anyGood {
		return r.struck
	}
	return nil
}
