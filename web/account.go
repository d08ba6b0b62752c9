package web

import (
	"net/http"

	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/session"
)

// accountPage shows the signed-in person: their roles, their look, their sessions.
func (s *Server) accountPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	live, err := s.Identity.Sessions(r.Context(), actor, s.Now())
	if err != nil {
		return err
	}
	here, err := s.sessions.current(r)
	if err != nil {
		return err
	}
	props := session.AccountProps{
		Name: actor.Name, Email: actor.Email, Theme: theme(r), Here: route.Account, Now: s.Now(),
		SetTheme: route.Theme, SignOut: route.SignOut, SignOutAll: route.SignOutAll,
	}
	props.Mail = s.linkFor(actor, route.MailChoices)
	props.Calendar = s.linkFor(actor, route.CalendarFeed)
	for _, role := range actor.Roles {
		props.Roles = append(props.Roles, roleNames[role])
	}
	for _, ses := range live {
		props.Sessions = append(props.Sessions, session.SessionRow{
			Label: ses.Label, Began: ses.CreatedAt, Seen: ses.SeenAt, Here: ses.ID == here.session.ID,
		})
	}
	return s.page(w, r, actor, page{Title: "Your account", Section: route.Account}, session.Account(props))
}

var roleNames = map[identity.Role]string{
	identity.Lead:      "Rollout lead",
	identity.Owner:     "Task owner",
	identity.Champion:  "Champion",
	identity.Executive: "Executive",
	identity.Auditor:   "Auditor",
}
