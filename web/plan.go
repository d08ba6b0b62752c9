package web

import (
	"context"

	"groundswell/internal/rollout"
)

// Planner hands out the plan in memory, as of the latest change. Before a rollout
// is started it holds waves and departments only. It is implemented by store.Store.
type Planner interface {
	Plan(ctx context.Context) (*rollout.Plan, error)
}

// planRoutes are the plan and its tasks.
func (s *Server) planRoutes() []routeEntry { return nil }
