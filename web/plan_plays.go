package web

import (
	"context"
	"net/http"
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
)

// takesPlays reports whether an actor may turn plays into tasks: leads may, once
// there is a plan.
func (s *Server) takesPlays(ctx context.Context, actor identity.Actor) (bool, error) {
	if s.Plan == nil || !actor.Has(identity.Lead) {
		return false, nil
	}
	p, err := s.Plan.Plan(ctx)
	return p.Started(), err
}

// addFromPlay makes a task of what usually helps a figure that is under target.
func (s *Server) addFromPlay(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	key := adoption.Key(f.Get("metric"))
	plays := adoption.Plays(key)
	n, err := strconv.Atoi(f.Get("play"))
	if err != nil || n < 0 || n >= len(plays) {
		return fault.New(fault.Invalid, sayIncomplete)
	}
	play := rollout.Play{Metric: adoption.MetricOf(key).Name, Cohort: f.Get("who"), Text: plays[n]}
	id, err := s.Tasks.AddFromPlay(r.Context(), actor, play, s.Now())
	if err != nil {
		return err
	}
	return s.redirect(w, r, route.Task(int64(id)), "It is in the plan. Give it to somebody.")
}
