package web

import (
	"net/http"
	"slices"
	"strings"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/route"
	views "groundswell/views/start"
	"groundswell/views/ui"
)

// joinedOf tells of waves and departments that came after the start and have no
// tasks yet; nil when there are none.
func joinedOf(p *rollout.Plan) *views.JoinedProps {
	missing := p.Missing()
	if len(missing) == 0 {
		return nil
	}
	var names []string
	for _, t := range missing {
		if name := p.About(t); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	tasks := ui.Count(len(missing)) + " tasks"
	if len(missing) == 1 {
		tasks = "1 task"
	}
	return &views.JoinedProps{
		Title: "Without tasks yet: " + strings.Join(names, ", "),
		Say:   "People were placed there after the rollout was started. The playbook has " + tasks + " for that.",
		Post:  route.PlanJoined, Confirm: "Plan " + tasks,
	}
}

// planJoined plans the tasks of whatever joined after the start.
func (s *Server) planJoined(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	if err := s.Tasks.Grow(r.Context(), actor, s.Now()); err != nil {
		return err
	}
	return s.redirect(w, r, route.PlanSetup, "Every wave and department has its tasks.")
}
