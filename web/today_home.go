package web

import (
	"net/http"

	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/phone"
	views "groundswell/views/today"
	"groundswell/views/ui"
)

// home leads on to where somebody's work begins: champions to their day, whoever
// holds another role to the overview. Without a role it is a page of its own.
func (s *Server) home(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	wider := actor.HasAny(identity.Lead, identity.Owner, identity.Executive, identity.Auditor)
	switch {
	case len(actor.Roles) == 0:
		return s.everyonesHome(w, r, actor)
	case !wider && s.mayOpen(actor, route.Today):
		return s.redirect(w, r, route.Today, "")
	}
	return s.redirect(w, r, route.Overview, "")
}

// everyonesHome tells somebody without a role what there is for everybody, and whom to ask for more.
func (s *Server) everyonesHome(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today := s.todayIs(r)
	var known roster.Welcome
	if s.Days != nil {
		var err error
		if known, err = s.Days.Welcome(r.Context(), actor.Email, today); err != nil {
			return err
		}
	}
	p := views.WelcomeProps{Email: actor.Email, Department: known.Department, Champions: known.Champions, Channel: known.Channel, Support: known.Support}
	for _, t := range known.Trainings {
		note := ui.Date(t.Day.Time(), today.Time()) + ", " + t.Starts
		if t.Place != "" {
			note += ", " + t.Place
		}
		if t.Coming {
			note += ". You signed up."
		}
		p.Trainings = append(p.Trainings, phone.RowProps{Title: t.Name, Note: note, URL: s.linkFor(actor, route.Training(t.ID))})
	}
	p.AllTrainings = s.linkFor(actor, route.Trainings)
	p.Places = s.places(actor)
	return s.phone(w, r, actor, phonePage{Title: "Start page", Sub: ui.Date(today.Time(), today.Time())}, views.Welcome(p))
}

// linkFor is an address when there is such a page and the actor may open it, else "".
func (s *Server) linkFor(actor identity.Actor, url string) string {
	if s.mayOpen(actor, url) {
		return url
	}
	return ""
}

// places are the pages for everybody that there are.
func (s *Server) places(actor identity.Actor) []phone.RowProps {
	var out []phone.RowProps
	for _, p := range []phone.RowProps{
		{Title: "Check in", Note: "At a session, with the code at the door", URL: route.CheckIn},
		{Title: "Library", Note: "Short guides and links", URL: route.Library},
		{Title: "Support", Note: "Where to ask, and what goes where", URL: route.Support},
		{Title: "Volunteer", Note: "Become a champion of your department", URL: route.Volunteer},
	} {
		if s.mayOpen(actor, p.URL) {
			out = append(out, p)
		}
	}
	return out
}
