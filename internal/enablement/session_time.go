package enablement

import (
	"sync"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs

	"groundswell/internal/day"
)

// zones are those that were asked for, by name: reading one takes long.
var zones sync.Map

// zone returns the time zone with an IANA name, false when there is none. "Local"
// is none: it means another place on every machine.
func zone(name string) (*time.Location, bool) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), true
	}
	if name == "" || name == "Local" {
		return time.UTC, false
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC, false
	}
	zones.Store(name, z)
	return z, true
}

// clock reads a wall time like 15:30 as minutes after midnight.
func clock(text string) (minutes int, ok bool) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, false
	}
	return t.Hour()*60 + t.Minute(), true
}

// around is more than any zone is away from UTC, and more than any change of clocks.
const around = 26 * time.Hour

// moment returns when the clocks of a zone show a wall time on a day: the first
// time, where they show it twice. Where they skip it, exact is false, and the moment
// is the one that clocks which had not changed would have shown.
func moment(d day.Date, starts, name string) (at time.Time, exact bool) {
	loc, _ := zone(name)
	minutes, _ := clock(starts)
	wall := d.Time().Add(time.Duration(minutes) * time.Minute)
	before := wall.Add(-offset(wall.Add(-around), loc))
	for _, at := range []time.Time{before, wall.Add(-offset(wall.Add(around), loc))} {
		if at.Add(offset(at, loc)).Equal(wall) {
			return at.In(loc), true
		}
	}
	return before.In(loc), false
}

// offset is how far the clocks of a place are ahead of UTC at a moment.
func offset(at time.Time, loc *time.Location) time.Duration {
	_, seconds := at.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}
