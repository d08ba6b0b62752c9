package rollout

import (
	"slices"
	"time"

	"groundswell/internal/day"
)

// Calendar says on which days people work.
type Calendar struct {
	Weekdays []time.Weekday // worked; empty is Monday to Friday
	DaysOff  []day.Date     // holidays, ascending
}

// Works reports whether d is a working day.
func (c Calendar) Works(d day.Date) bool {
	if _, off := slices.BinarySearch(c.DaysOff, d); off {
		return false
	}
	if len(c.Weekdays) == 0 {
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
	}
	return slices.Contains(c.Weekdays, d.Weekday())
}

// Same reports whether people work on the same days by both.
func (c Calendar) Same(other Calendar) bool {
	return slices.Equal(c.Weekdays, other.Weekdays) && slices.Equal(c.DaysOff, other.DaysOff)
}

// longest is how far a working day is looked for: a calendar without any is taken as every day.
const longest = 366

// OnOrBefore returns the last working day not after d.
func (c Calendar) OnOrBefore(d day.Date) day.Date { return c.seek(d, -1) }

// OnOrAfter returns the first working day not before d.
func (c Calendar) OnOrAfter(d day.Date) day.Date { return c.seek(d, 1) }

func (c Calendar) seek(d day.Date, step day.Date) day.Date {
	for at, n := d, 0; n < longest; at, n = at+step, n+1 {
		if c.Works(at) {
			return at
		}
	}
	return d
}

// After returns the working day that lies n working days after d; d itself for 0.
func (c Calendar) After(d day.Date, n int) day.Date {
	for range n {
		d = c.OnOrAfter(d + 1)
	}
	return d
}

// Before returns the working day that lies n working days before d; d itself for 0.
func (c Calendar) Before(d day.Date, n int) day.Date {
	for range n {
		d = c.OnOrBefore(d - 1)
	}
	return d
}
