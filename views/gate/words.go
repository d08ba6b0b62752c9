package gate

import (
	"time"

	"groundswell/internal/rollout"
	"groundswell/views/ui"
)

// about is what a step does, and what follows from it.
type about struct {
	does    string
	effects []string
}

var steps = map[rollout.GateKind]about{
	rollout.GateArchitecture: {
		does: "Every later step follows from the architecture: who administers what, where data is kept apart, how people sign in.",
		effects: []string{
			"Groups, roles, domains and sign-in are set up for this architecture and no other.",
			"Changing it later means setting up anew and moving people by hand.",
		},
	},
	rollout.GateSSO: {
		does: "From then on people sign in through the identity provider only.",
		effects: []string{
			"Whoever the identity provider does not know, or knows by another address, cannot come in, administrators included.",
			"Sessions that are open may end at once.",
			"Only an administrator who can still sign in can take it back.",
		},
	},
	rollout.GateRoles: {
		does: "From then on only people with a role that includes Cowork can open it. Whoever has no role is left with nothing.",
		effects: []string{
			"Permissions that everybody had by default end; what roles say is all there is.",
			"The most restrictive of somebody’s limits counts.",
			"There is no way back but giving roles to people one by one.",
		},
	},
	rollout.GateWave: {
		does: "From then on the wave can open Cowork, and people form their opinion.",
		effects: []string{
			"Help is asked for from the first hour; the channel and the champions have to be there.",
			"Taking Cowork away again is noticed by everyone it was given to.",
		},
	},
}

// promise says what this program does and what it leaves to people.
const promise = "The step itself is taken in the Claude admin console. Here it gets a go-ahead of 24 hours, is recorded, and is watched afterwards."

// moment writes a time in full: Thu 19 Nov, 06:12.
func moment(at, now time.Time) string { return ui.Date(at, now) + ", " + ui.Clock(at) }

// lately writes a time in a narrow column: the time today, the weekday this week, else the day.
func lately(at, now time.Time) string {
	switch midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()); {
	case !at.Before(midnight):
		return ui.Clock(at)
	case midnight.Sub(at) < 6*24*time.Hour:
		return at.Format("Mon")
	}
	return ui.DayMonth(at, now)
}

// left writes how long something still lasts: 3 h 12 min, 40 min.
func left(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	if hours == 0 {
		return ui.Count(max(1, minutes)) + " min"
	}
	return ui.Count(hours) + " h " + ui.Count(minutes) + " min"
}
