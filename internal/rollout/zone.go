package rollout

import (
	"sync"
	"time"
	_ "time/tzdata" // zones are known wherever the program runs

	"groundswell/internal/day"
)

// zones are those that were asked for, by name: reading one takes long.
var zones sync.Map

// Zone returns the time zone with an IANA name, false when there is none. "Local"
// is none: it means another place on every machine.
func Zone(name string) (*time.Location, bool) {
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

// Zone returns where the rollout happens: UTC while nobody has said.
func (r Rollout) Zone() *time.Location {
	z, _ := Zone(r.TimeZone)
	return z
}

// Today returns the day it is where the rollout happens.
func (r Rollout) Today(now time.Time) day.Date {
	y, m, d := now.In(r.Zone()).Date()
	return day.Of(y, m, d)
}
