package web

import (
	"net/http"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/learning"
)

// remindersPage shows what would go out tomorrow, and to champions on the next
// Monday. Nothing is sent.
func (s *Server) remindersPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	now := s.Now().In(p.Rollout.Zone())
	on := p.Today(now) + 1
	facts, err := s.Completion.ReminderFacts(r.Context(), on)
	if err != nil {
		return err
	}
	monday := nextMonday(on)
	d := views.ReminderData{
		On: on, Monday: monday, Now: now, Tabs: s.trainingTabs(actor, route.Reminders),
		Tomorrow: enablement.Reminders(facts, on), Champions: enablement.Reminders(facts, monday),
	}
	return s.page(w, r, actor, page{Title: "Reminders of trainings", Section: route.Trainings}, views.Reminders(views.NewReminders(d)))
}

// nextMonday is the first Monday from a day on.
func nextMonday(from day.Date) day.Date {
	if from.Monday() == from {
		return from
	}
	return from.Monday() + 7
}
