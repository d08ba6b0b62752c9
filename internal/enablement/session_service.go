package enablement

import (
	"context"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// PlanKeeper keeps planned sessions and series. Every change is written with its
// audit entry in one transaction. What is absent is a NotFound fault, and a session
// that shares name, kind and day with another one is the fault of [Taken].
type PlanKeeper interface {
	// AddSession keeps a new session. The very same one again is the one that is there.
	AddSession(ctx context.Context, by identity.Actor, p Planned, now time.Time) (id int, err error)
	// UpdateSession lends a session to fn, locked, and keeps what it made of it under what is done.
	UpdateSession(ctx context.Context, by identity.Actor, id int, done string, now time.Time, fn func(*Planned) error) error
	// AddSeries keeps a new series and its sessions. The very same one again is the one that is there.
	AddSeries(ctx context.Context, by identity.Actor, s Series, sessions []Planned, now time.Time) (id int, err error)
	// SeriesOf returns a series with all its sessions, ascending.
	SeriesOf(ctx context.Context, id int) (Series, []Planned, error)
	// UpdateSeries lends a series and its sessions to fn, locked, and keeps what it decides.
	UpdateSeries(ctx context.Context, by identity.Actor, id int, done string, now time.Time, fn func(Series, []Planned) (SeriesChange, error)) error
}

// PlanService plans sessions and series. Leads plan; the host of a session changes a
// part of it. seen is the version that whoever asks has read: when it changed since,
// the fault is Conflict. What is wrong with a form is an Invalid fault with its fields.
type PlanService struct {
	Keeper PlanKeeper
}

// Plan keeps a new session and returns its id.
func (s *PlanService) Plan(ctx context.Context, by identity.Actor, o Outline, on day.Date, now time.Time) (int, error) {
	p, err := plan(by, o, on, now)
	if err != nil {
		return 0, err
	}
	return s.Keeper.AddSession(ctx, by, p, now)
}

// Change gives a session another outline and day.
func (s *PlanService) Change(ctx context.Context, by identity.Actor, id, seen int, o Outline, on day.Date, now time.Time) error {
	return s.update(ctx, by, id, seen, "training.change", now, func(p *Planned) error { return p.change(by, o, on, now) })
}

// Cancel calls a session off. Everybody who signed up reads the reason.
func (s *PlanService) Cancel(ctx context.Context, by identity.Actor, id, seen int, reason string, now time.Time) error {
	return s.update(ctx, by, id, seen, "training.cancel", now, func(p *Planned) error { return p.cancel(by, reason, now) })
}

// Restore takes a cancellation back while the session is ahead.
func (s *PlanService) Restore(ctx context.Context, by identity.Actor, id, seen int, now time.Time) error {
	return s.update(ctx, by, id, seen, "training.restore", now, func(p *Planned) error { return p.restore(by, now) })
}

// Cover confirms which features a session covered, once it was held: by a lead or its host.
func (s *PlanService) Cover(ctx context.Context, by identity.Actor, id, seen int, features []Feature, now time.Time) error {
	return s.update(ctx, by, id, seen, "training.cover", now, func(p *Planned) error { return p.cover(by, features, now) })
}

func (s *PlanService) update(ctx context.Context, by identity.Actor, id, seen int, done string, now time.Time, fn func(*Planned) error) error {
	return s.Keeper.UpdateSession(ctx, by, id, done, now, func(p *Planned) error {
		if p.Version != seen {
			return errStale
		}
		return fn(p)
	})
}

// PreviewSeries tells on which days a series would take place, and changes nothing.
// off are the days off of the rollout's calendar, ascending.
func (s *PlanService) PreviewSeries(by identity.Actor, series Series, off []day.Date, now time.Time) (SeriesChange, error) {
	return planSeries(by, series, off, now)
}

// PlanSeries keeps a series and its sessions, and returns its id.
func (s *PlanService) PlanSeries(ctx context.Context, by identity.Actor, series Series, off []day.Date, now time.Time) (int, error) {
	c, err := planSeries(by, series, off, now)
	if err != nil {
		return 0, err
	}
	return s.Keeper.AddSeries(ctx, by, c.Series, c.Added, now)
}

// PreviewChange tells what changing a series would do, and changes nothing.
func (s *PlanService) PreviewChange(ctx context.Context, by identity.Actor, id int, o Outline, until day.Date, off []day.Date, now time.Time) (SeriesChange, error) {
	series, sessions, err := s.Keeper.SeriesOf(ctx, id)
	if err != nil {
		return SeriesChange{}, err
	}
	return series.change(by, sessions, o, until, off, now)
}

// ChangeSeries gives a series another outline, and every session of it that is ahead
// and was not changed by itself; a later end adds sessions.
func (s *PlanService) ChangeSeries(ctx context.Context, by identity.Actor, id, seen int, o Outline, until day.Date, off []day.Date, now time.Time) error {
	return s.updateSeries(ctx, by, id, seen, "series.change", now, func(series Series, sessions []Planned) (SeriesChange, error) {
		return series.change(by, sessions, o, until, off, now)
	})
}

// PreviewEnd tells what ending a series would do, and changes nothing.
func (s *PlanService) PreviewEnd(ctx context.Context, by identity.Actor, id int, now time.Time) (SeriesChange, error) {
	series, sessions, err := s.Keeper.SeriesOf(ctx, id)
	if err != nil {
		return SeriesChange{}, err
	}
	return series.end(by, sessions, "preview", now)
}

// EndSeries ends a series: its sessions ahead are removed where nobody signed up, and
// cancelled with the reason where somebody did.
func (s *PlanService) EndSeries(ctx context.Context, by identity.Actor, id, seen int, reason string, now time.Time) error {
	return s.updateSeries(ctx, by, id, seen, "series.end", now, func(series Series, sessions []Planned) (SeriesChange, error) {
		return series.end(by, sessions, reason, now)
	})
}

func (s *PlanService) updateSeries(ctx context.Context, by identity.Actor, id, seen int, done string, now time.Time, fn func(Series, []Planned) (SeriesChange, error)) error {
	return s.Keeper.UpdateSeries(ctx, by, id, done, now, func(series Series, sessions []Planned) (SeriesChange, error) {
		if series.Version != seen {
			return SeriesChange{}, fault.New(fault.Conflict, "Somebody else changed this series meanwhile. Nothing was changed by you.")
		}
		return fn(series, sessions)
	})
}
