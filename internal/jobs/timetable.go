package jobs

import (
	"time"

	"github.com/riverqueue/river"
)

// purgeHour is the UTC hour at which dead sessions are forgotten.
const purgeHour = 3

// timetable lists what happens by itself: a pull every night at the given UTC
// hour, and one when a worker starts if the last was cut off; dead sessions are
// forgotten once a day.
func timetable(hour int) []*river.PeriodicJob {
	return []*river.PeriodicJob{
		river.NewPeriodicJob(daily(hour), func() (river.JobArgs, *river.InsertOpts) {
			return SyncArgs{Why: whyNightly}, nil
		}, &river.PeriodicJobOpts{ID: "nightly_sync"}),
		river.NewPeriodicJob(daily(purgeHour), func() (river.JobArgs, *river.InsertOpts) {
			return PurgeSessionsArgs{}, nil
		}, &river.PeriodicJobOpts{ID: "purge_sessions"}),
		river.NewPeriodicJob(river.NeverSchedule(), func() (river.JobArgs, *river.InsertOpts) {
			return SyncArgs{Why: whyStart}, nil
		}, &river.PeriodicJobOpts{ID: "sync_at_start", RunOnStart: true}),
	}
}

// daily is the schedule of something done once a day, on the full UTC hour.
type daily int

// Next returns the first such hour after now.
func (h daily) Next(now time.Time) time.Time {
	now = now.UTC()
	next := time.Date(now.Year(), now.Month(), now.Day(), int(h), 0, 0, 0, time.UTC)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next
}
