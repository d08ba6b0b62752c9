package comms

import (
	"strconv"
	"time"

	"groundswell/internal/day"
)

// due is the moment a wall clock shows a time on a day; false for a day, a time or
// a zone there is not.
func due(on day.Date, at, zone string) (time.Time, bool) {
	clock, err := time.Parse("15:04", at)
	place, bad := time.LoadLocation(zone)
	if err != nil || bad != nil || !on.Known() || zone == "" || zone == "Local" {
		return time.Time{}, false
	}
	y, m, d := on.Time().Date()
	return later(time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, place)), true
}

// later returns the second of two moments at which the clock shows the same.
func later(t time.Time) time.Time {
	for _, jump := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Minute} {
		if again := t.Add(jump); again.Format(time.DateTime) == t.Format(time.DateTime) {
			return again
		}
	}
	return t
}

// messageSubject names a message in the audit log.
func messageSubject(id MessageID) string { return "message/" + strconv.FormatInt(int64(id), 10) }
