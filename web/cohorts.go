package web

import (
	"context"
	"net/http"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/cohort"
	"groundswell/views/measure"
)

// cohortRoutes are the list of cohorts and a page for each.
func (s *Server) cohortRoutes() []routeEntry {
	return []routeEntry{
		{"GET", route.Cohorts, anyRole, s.cohortsPage},
		{"GET", route.Cohorts + ".csv", anyRole, s.cohortsCSV},
		{"GET", route.Cohorts + ".xlsx", anyRole, s.cohortsXLSX},
		{"GET", route.Cohorts + "/{by}/{slug}", anyRole, s.cohortPage},
		{"GET", route.Cohorts + "/{by}/{slug}.csv", anyRole, s.cohortCSV},
		{"GET", route.Cohorts + "/{by}/{slug}.xlsx", anyRole, s.cohortXLSX},
	}
}

// cohortsPage lists the cohorts of a dimension and how far each is.
func (s *Server) cohortsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	x, q, err := s.asked(r, actor, route.Cohorts, nil)
	if err != nil {
		return err
	}
	p := page{Title: "Cohorts", Section: route.Cohorts, Status: statusOfFilters(q.filters)}
	key := keyOf(q)
	body := s.drawn.find(x, key)
	if body == nil || p.Status != 0 {
		fig, err := s.listed(r.Context(), x, actor, &q)
		if err != nil {
			return err
		}
		if body, err = drawBody(r.Context(), cohort.List(cohort.NewList(q.filters, fig, q.reader))); err != nil {
			return err
		}
		if p.Status == 0 {
			s.drawn.keep(x, key, body)
		}
	}
	return s.page(w, r, actor, p, written(body))
}

// statusOfFilters is that of a page whose dates cannot be used, 0 where they can.
func statusOfFilters(f measure.Filters) int {
	if len(f.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return 0
}

// listed asks the index for the list of cohorts. Whoever is on the list depends
// on the dimension and the reader alone, so a cohort in the address is forgotten.
func (s *Server) listed(ctx context.Context, x *adoption.Index, actor identity.Actor, q *measured) (cohort.ListFigures, error) {
	q.filters.Picks = nil
	if q.filters.By == adoption.ByNone {
		q.filters.By = adoption.ByDepartment
	}
	a := asker{x: x, actor: actor, filters: q.filters, closed: s.closedIn(ctx, q.closed)}
	fig := cohort.ListFigures{Figures: a.bounds(q.closed), Imports: s.opens[route.Imports].admits(actor)}
	if err := a.addAnswers(&fig.Figures); err != nil {
		return fig, err
	}
	by := a.query(q.filters.By, "")
	funnel, err := x.Funnel(by)
	if err != nil {
		return fig, err
	}
	fig.Stages = funnel.Rows
	fig.Opens = x.Opens(q.filters.By, fig.Answer.Covered.To)
	fig.Awaited, err = x.Awaited(by)
	return fig, err
}

// bounds are what a page must know of the organization beside its figures.
func (a asker) bounds(closed []day.Date) measure.Figures {
	return measure.Figures{
		Dimensions: a.x.Dimensions(), MinCohort: fewest(a.x), First: max(a.x.First, adoption.FirstDay),
		Settings: a.x.Settings, ClosedMonths: closed,
	}
}
