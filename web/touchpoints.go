package web

import (
	"context"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
)

// TouchpointBook reads touchpoints as far as somebody may. It is implemented by store.Store.
type TouchpointBook interface {
	// Touchpoints returns a page of those that fit, newest first.
	Touchpoints(ctx context.Context, scope identity.PeopleScope, f roster.TouchpointFilter, today day.Date) (roster.TouchpointPage, error)
	// TouchpointView returns a page of them with what stands around it.
	TouchpointView(ctx context.Context, scope identity.PeopleScope, f roster.TouchpointFilter, today day.Date) (roster.TouchpointView, error)
	// Touchpoint returns one; what the actor may not see is NotFound.
	Touchpoint(ctx context.Context, by identity.Actor, id int64, today day.Date) (roster.LoggedTouchpoint, error)
	// TouchpointForm returns whom an actor may log a touchpoint with, of those a search matches.
	TouchpointForm(ctx context.Context, by identity.Actor, search string, limit int, today day.Date) (roster.TouchpointForm, error)
	// Audit writes into the audit log.
	Audit(ctx context.Context, at time.Time, events ...identity.Event) error
}

// Touchpoints is what their pages need, beside the roster. Without Book they do not exist.
type Touchpoints struct {
	Book    TouchpointBook
	Service *roster.TouchpointService
	Help    DepartmentHelper // for the pages of departments; nil leaves it out
}

// touchpointRoutes are touchpoints: logging them, undoing, the list of all, what followed.
func (s *Server) touchpointRoutes() []routeEntry {
	if s.Touchpoints.Book == nil || s.People.Roster == nil {
		return nil
	}
	readers, loggers := people(identity.Lead, identity.Champion, identity.Auditor), people(identity.Lead, identity.Champion)
	return []routeEntry{
		{"GET", route.Touchpoints, readers, s.touchpointsPage},
		{"GET", route.Touchpoints + ".csv", overseers.afresh(), s.touchpointsCSV},
		{"POST", route.Touchpoints, loggers, s.logTouchpoint},
		{"GET", route.NewTouchpoint, loggers, s.newTouchpoint},
		{"GET", route.Touchpoints + "/{touchpoint}", loggers, s.touchpointPage},
		{"POST", route.Touchpoints + "/{touchpoint}", loggers, s.amendTouchpoint},
		{"POST", route.Touchpoints + "/{touchpoint}/undo", loggers, s.undoTouchpoint},
	}
}
