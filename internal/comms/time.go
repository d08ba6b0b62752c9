package comms

import (
	"strconv"
	"time"

	"groundswell/internal/day"
)

// due is the moment a wall clock shows a time on a day, as Postgres reads it: it looks for a change of the
// clocks from a day before on, and between two readings takes the one before a gap and the one after an
// overlap. It is false for a day, a time or a zone there is not.
func due(on day.Date, at, zone string) (time.Time, bool) {
	clock, err := time.Parse("15:04", at)
	place, bad := time.LoadLocation(zone)
	if err != nil || bad != nil || !on.Known() || zone == "" || zone == "Local" {
		return time.Time{}, false
	}
	wall := on.Time().Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
	_, change := wall.Add(-24 * time.Hour).In(place).ZoneBounds()
	before := wall.Add(-ahead(wall.Add(-24 * time.Hour).In(place)))
	if change.IsZero() {
		return before.In(place), true
	}
	after := wall.Add(-ahead(change.In(place)))
	past, over := before.Before(change) && after.Before(change), !before.Before(change) && !after.Before(change)
	if past || !over && before.After(after) {
		return before.In(place), true
	}
	return after.In(place), true
}

// ahead is how far a clock is ahead of UTC.
func ahead(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// messageSubject names a message in the audit log.
func messageSubject(id MessageID) string { return "message/" + strconv.FormatInt(int64(id), 10) }
