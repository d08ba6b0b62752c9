package enablement

import (
	"fmt"
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// The bounds of a series.
const (
	MaxEveryWeeks = 12
	MaxSessions   = 60 // planned at once
)

// Series is sessions that repeat. Each of them is a session of its own; the series is
// what the next ones are made from.
type Series struct {
	ID int
	Outline
	EveryWeeks  int
	From, Until day.Date // both included
	EndedAt     time.Time
	Version     int
}

// Ended reports whether no more sessions come of s, by somebody's word.
func (s Series) Ended() bool { return !s.EndedAt.IsZero() }

// Skipped is a day on which a series does not take place.
type Skipped struct {
	Day day.Date
	Why string
}

// SeriesChange is what planning, changing or ending a series does to its sessions.
type SeriesChange struct {
	Series  Series
	Added   []Planned
	Changed []Planned // as they are afterwards; those that are called off too
	Removed []Planned
	Kept    []Planned // ahead, and left as they are: they were changed one by one
	Skipped []Skipped
}

// meets reports whether a session of s could be on a day.
func (s Series) meets(on day.Date) bool {
	return on >= s.From && int(on-s.From)%(7*s.EveryWeeks) == 0
}

// dates returns the days of s from a day on, and those that are left out.
func (s Series) dates(from day.Date, off []day.Date) (days []day.Date, skipped []Skipped) {
	for on := s.From; on <= s.Until; on += day.Date(7 * s.EveryWeeks) {
		_, exact := moment(on, s.Starts, s.Zone)
		_, free := slices.BinarySearch(off, on)
		switch {
		case on < from:
		case free:
			skipped = append(skipped, Skipped{on, "A day off"})
		case !exact:
			skipped = append(skipped, Skipped{on, "Clocks skip this time"})
		default:
			days = append(days, on)
		}
	}
	return days, skipped
}

func planSeries(by identity.Actor, s Series, off []day.Date, now time.Time) (SeriesChange, error) {
	if !by.Has(identity.Lead) {
		return SeriesChange{}, errNotLead
	}
	s.Outline, s.Version = s.tidy(), 1
	w := wrong{}
	s.check(w)
	s.checkSpan(w, now)
	c := SeriesChange{Series: s}
	if err := w.fault(); err != nil {
		return c, err
	}
	days, skipped := s.dates(s.From, off)
	c.Skipped, c.Added = skipped, s.sessions(days)
	checkCount(w, len(days))
	return c, w.fault()
}

func (s Series) checkSpan(w wrong, now time.Time) {
	if s.EveryWeeks < 1 || s.EveryWeeks > MaxEveryWeeks {
		w.add("every_weeks", fmt.Sprintf("Choose from 1 to %d weeks.", MaxEveryWeeks))
	}
	switch {
	case !s.From.Known():
		w.add("from", "Choose the first day.")
	case !s.Until.Known():
		w.add("until", "Choose the last day.")
	case s.Until < s.From:
		w.add("until", "The last day lies before the first.")
	case s.Until > day.FromTime(now)+farthest:
		w.add("until", "Choose a day within the next two years.")
	default:
		first := wrong{}
		if checkTime(first, s.Outline, s.From, now); first["day"] != "" {
			w.add("from", first["day"])
		}
	}
}

func checkCount(w wrong, n int) {
	switch {
	case n == 0:
		w.add("until", "No session would be left. Choose a later end or other days.")
	case n > MaxSessions:
		w.add("until", fmt.Sprintf("That would be %d sessions; at most %d are planned at once. Choose an earlier end.", n, MaxSessions))
	}
}

func (s Series) sessions(days []day.Date) []Planned {
	var out []Planned
	for _, on := range days {
		out = append(out, Planned{Outline: s.Outline, Day: on, Series: s.ID, Version: 1})
	}
	return out
}

// follows reports whether a session ahead is as the series made it. One that was moved,
// changed or called off by itself is not.
func (s Series) follows(p Planned) bool { return s.meets(p.Day) && !p.Cancelled() && s.Same(p.Outline) }

// change gives s another outline and a later end.
func (s Series) change(by identity.Actor, sessions []Planned, o Outline, until day.Date, off []day.Date, now time.Time) (SeriesChange, error) {
	w, is := wrong{}, s
	is.Outline, is.Until = o.tidy(), until
	switch {
	case !by.Has(identity.Lead):
		return SeriesChange{}, errNotLead
	case s.Ended():
		return SeriesChange{}, fault.New(fault.Conflict, "This series has ended. Plan another one.")
	}
	is.check(w)
	switch {
	case !until.Known():
		w.add("until", "Choose the last day.")
	case until < s.Until:
		w.add("until", "To stop before "+dayText(s.Until)+", end the series or cancel its last sessions.")
	case until > day.FromTime(now)+farthest:
		w.add("until", "Choose a day within the next two years.")
	}
	if err := w.fault(); err != nil {
		return SeriesChange{Series: is}, err
	}
	c := s.follow(is, sessions, off, w, now)
	return c, w.fault()
}

// follow carries a change of s to is over to its sessions.
func (s Series) follow(is Series, sessions []Planned, off []day.Date, w wrong, now time.Time) SeriesChange {
	c := SeriesChange{Series: is}
	for _, p := range sessions {
		switch {
		case p.Begun(now):
		case !s.follows(p):
			c.Kept = append(c.Kept, p)
		case !is.Same(s.Outline):
			if say := p.tooSmall(is.Capacity); say != "" {
				w.add("capacity", dayText(p.Day)+": "+say)
			}
			p.Outline = is.Outline
			if at, exact := moment(p.Day, p.Starts, p.Zone); !exact || !at.After(now) {
				w.add("starts", "On "+dayText(p.Day)+" this time has passed, or clocks skip it. Change that session by itself first.")
			}
			c.Changed = append(c.Changed, p)
		}
	}
	days, skipped := is.dates(s.Until+1, off)
	c.Skipped, c.Added = skipped, is.sessions(days)
	if len(days) > MaxSessions {
		checkCount(w, len(days))
	}
	return c
}

// end stops s now.
func (s Series) end(by identity.Actor, sessions []Planned, reason string, now time.Time) (SeriesChange, error) {
	switch {
	case !by.Has(identity.Lead):
		return SeriesChange{}, errNotLead
	case s.Ended():
		return SeriesChange{}, fault.New(fault.Conflict, "This series has ended already.")
	}
	c := SeriesChange{Series: s}
	c.Series.EndedAt = now
	for _, p := range sessions {
		switch {
		case p.Begun(now) || p.Cancelled():
		case p.SignedUp == 0:
			c.Removed = append(c.Removed, p)
		default:
			if err := p.cancel(by, reason, now); err != nil {
				return SeriesChange{}, err
			}
			c.Changed = append(c.Changed, p)
		}
	}
	return c, nil
}
