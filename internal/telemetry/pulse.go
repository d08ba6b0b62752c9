package telemetry

import "time"

// QuietAfter is how long nothing may arrive before telemetry counts as quiet:
// a working day of an organization brings events, nights and weekends need not.
const QuietAfter = 24 * time.Hour

// Pulse says whether events arrive. The zero value says that none ever did.
type Pulse struct {
	Last    time.Time // when the newest arrived; zero when none ever did
	EventAt time.Time // when the newest of them happened, by its own clock
	Hour    int       // events of this clock hour and the one before
	Day     int       // events of the last 24 clock hours and this one
}

// Never reports that no event has ever arrived.
func (p Pulse) Never() bool { return p.Last.IsZero() }

// Quiet reports that events did arrive, but none for [QuietAfter].
func (p Pulse) Quiet(now time.Time) bool { return !p.Never() && now.Sub(p.Last) > QuietAfter }

// Arrives reports that events arrive.
func (p Pulse) Arrives(now time.Time) bool { return !p.Never() && !p.Quiet(now) }
