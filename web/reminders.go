package web

import (
	"net/http"

	"groundswell/internal/comms"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/learning"
)

// remindersPage shows the reminders of sessions that are written next.
func (s *Server) remindersPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	sent, on, err := s.goesOut(r.Context(), actor, comms.KindReminder)
	if err != nil {
		return err
	}
	facts, err := s.Completion.ReminderFacts(r.Context(), on)
	if err != nil {
		return err
	}
	p, err := s.Plan.Plan(r.Context())
	if err != nil {
		return err
	}
	d := views.ReminderData{
		On: on, Letters: enablement.Reminders(facts, on), Sent: sent, Now: s.Now().In(p.Rollout.Zone()), Tabs: s.trainingTabs(actor, route.Reminders),
	}
	return s.page(w, r, actor, page{Title: "Reminders of trainings", Section: route.Trainings}, views.Reminders(views.NewReminders(d)))
}
