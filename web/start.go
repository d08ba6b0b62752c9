package web

import (
	"context"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

// Starter starts a rollout and changes what was answered then. Every change but
// the first carries the version of the rollout it was made from; a stale one is a
// Conflict. It is implemented by rollout.Service.
type Starter interface {
	// Start makes the plan; a rollout that was started already is a Conflict.
	Start(ctx context.Context, by identity.Actor, a rollout.Answers, now time.Time) error
	// MoveLaunches changes the days waves open and moves the tasks that follow them.
	MoveLaunches(ctx context.Context, by identity.Actor, version int, launches []rollout.Launch, now time.Time) error
	// SetHolders says who holds which role; a role that is absent stays as it is.
	SetHolders(ctx context.Context, by identity.Actor, version int, holders map[string]rollout.Person, now time.Time) error
	// SetCalendar changes the time zone and the days people work on.
	SetCalendar(ctx context.Context, by identity.Actor, version int, zone string, c rollout.Calendar, now time.Time) error
	// TakePlaybook takes what was chosen of a newer playbook; choices are keys of PlaybookDifference.
	TakePlaybook(ctx context.Context, by identity.Actor, version int, newer rollout.Playbook, choices []string, now time.Time) error
}

// startRoutes are starting a rollout and changing its answers.
func (s *Server) startRoutes() []routeEntry { return nil }
