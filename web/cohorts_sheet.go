package web

import (
	"net/http"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/cohort"
	"groundswell/views/measure"
)

// cohortsCSV answers with what the list of cohorts shows, as CSV.
func (s *Server) cohortsCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, rows, _, err := s.cohortSheet(r, actor)
	if err != nil {
		return err
	}
	return sendCSV(w, sheetName("cohorts", f, ".csv"), rows)
}

// cohortsXLSX answers with what the list of cohorts shows, as a spreadsheet.
func (s *Server) cohortsXLSX(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f, rows, about, err := s.cohortSheet(r, actor)
	if err != nil {
		return err
	}
	return sendXLSX(w, sheetName("cohorts", f, ".xlsx"), rows, about)
}

// cohortSheet is the list of cohorts as a table, and what there is to know of it.
func (s *Server) cohortSheet(r *http.Request, actor identity.Actor) (f measure.Filters, rows, about [][]cell, err error) {
	x, q, err := s.asked(r, actor, route.Cohorts, nil)
	if err != nil {
		return f, nil, nil, err
	}
	if len(q.filters.Errors) > 0 {
		return f, nil, nil, &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
	}
	fig, err := s.listed(r.Context(), x, actor, &q)
	if err != nil {
		return f, nil, nil, err
	}
	table, facts := cohort.Sheet(q.filters, fig, q.reader)
	return q.filters, cohortCells(table), cohortCells(facts), nil
}

// cohortCSV answers with what a cohort's page shows, as CSV.
func (s *Server) cohortCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, rows, _, err := s.oneSheet(r, actor)
	if err != nil {
		return err
	}
	return sendCSV(w, sheetName(q.who.Slug, q.filters, ".csv"), rows)
}

// cohortXLSX answers with what a cohort's page shows, as a spreadsheet.
func (s *Server) cohortXLSX(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, rows, about, err := s.oneSheet(r, actor)
	if err != nil {
		return err
	}
	return sendXLSX(w, sheetName(q.who.Slug, q.filters, ".xlsx"), rows, about)
}

// oneSheet is a cohort's page as a table, and what there is to know of it. What
// its asker may not see answers like what does not exist.
func (s *Server) oneSheet(r *http.Request, actor identity.Actor) (q oneAsked, rows, about [][]cell, err error) {
	if q, err = s.askedOne(r, actor); err != nil {
		return q, nil, nil, err
	}
	switch {
	case len(q.filters.Errors) > 0:
		return q, nil, nil, &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
	case q.state != cohortShown:
		return q, nil, nil, fault.New(fault.NotFound, "There is no such cohort, or none that may be shown.")
	}
	fig, err := s.oneFigures(r.Context(), q, nil)
	if err != nil {
		return q, nil, nil, err
	}
	table, facts := cohort.OneSheet(q.filters, fig, q.reader)
	return q, cohortCells(table), cohortCells(facts), nil
}

func cohortCells(rows [][]cohort.SheetCell) [][]cell {
	out := make([][]cell, len(rows))
	for i, row := range rows {
		for _, c := range row {
			out[i] = append(out[i], cohortCell(c))
		}
	}
	return out
}

func cohortCell(c cohort.SheetCell) cell {
	switch {
	case c.Ratio:
		return ours(c.Text).as(ratio)
	case c.Number:
		return ours(c.Text)
	}
	return said(c.Text)
}

// sheetName is the name of a file with figures: what it is about and the last day asked for.
func sheetName(about string, f measure.Filters, ending string) string {
	return about + "-" + f.Period.To.String() + ending
}
