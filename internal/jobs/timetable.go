package jobs

import (
	"time"

	"github.com/riverqueue/river"
)

// The UTC hours of what is done every night beside the pull.
const (
	purgeHour  = 2
	verifyHour = 3
)

// timetable lists what happens by itself: a pull every night at the given UTC
// hour, and one when a worker starts if the last was cut off; every hour the checks,
// as telemetry stops and words run out between pulls; once a day what
// has run out is forgotten, rhythms of messages get the times that come nearer, and the
// sets of people are compared with their facts; every
// few seconds, and when a worker starts, what is due goes out, and every few minutes the
// digests that are due are written.
func timetable(hour int) []*river.PeriodicJob {
	return []*river.PeriodicJob{
		nightly("nightly_sync", hour, SyncArgs{Why: whyNightly}),
		nightly("purge", purgeHour, PurgeArgs{}),
		nightly("verify_index", verifyHour, VerifyIndexArgs{}),
		nightly("extend_rhythms", purgeHour, ExtendRhythmsArgs{}),
		river.NewPeriodicJob(river.PeriodicInterval(time.Hour), func() (river.JobArgs, *river.InsertOpts) {
			return RunChecksArgs{}, nil
		}, &river.PeriodicJobOpts{ID: "run_checks"}),
		river.NewPeriodicJob(river.PeriodicInterval(dispatchEvery), func() (river.JobArgs, *river.InsertOpts) {
			return DispatchArgs{}, nil
		}, &river.PeriodicJobOpts{ID: "dispatch", RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(digestEvery), func() (river.JobArgs, *river.InsertOpts) {
			return WriteDigestsArgs{}, nil
		}, &river.PeriodicJobOpts{ID: "write_digests", RunOnStart: true}),
		river.NewPeriodicJob(river.NeverSchedule(), func() (river.JobArgs, *river.InsertOpts) {
			return SyncArgs{Why: whyStart}, nil
		}, &river.PeriodicJobOpts{ID: "sync_at_start", RunOnStart: true}),
	}
}

// nightly is a job that comes once a day, on the full UTC hour.
func nightly(id string, hour int, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(daily(hour), func() (river.JobArgs, *river.InsertOpts) {
		return args, onceADay()
	}, &river.PeriodicJobOpts{ID: id})
}

// onceADay makes a second request of the same day come to nothing, whichever
// replica makes it, even when the first is done.
func onceADay() *river.InsertOpts {
	return &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: 24 * time.Hour}}
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
