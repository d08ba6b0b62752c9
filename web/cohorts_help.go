package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/cohort"
	"groundswell/views/touchpoint"
	"groundswell/views/ui"
)

// touchDays is how many days of touchpoints stand where a page has no period.
const touchDays = 28

// DepartmentHelper knows who carries a department. It is implemented by store.Store.
type DepartmentHelper interface {
	// DepartmentHelp returns the champions and sessions of a department, by its name,
	// and the touchpoints of some days.
	DepartmentHelp(ctx context.Context, name string, p day.Period, today day.Date) (roster.DepartmentHelp, error)
}

// seesHelp reports whether an actor may read who carries a cohort: leads and
// auditors of any department, champions of their own.
func seesHelp(q oneAsked) bool {
	if q.filters.By != adoption.ByDepartment || q.who.Slug == unassigned {
		return false
	}
	if q.actor.HasAny(identity.Lead, identity.Auditor) {
		return true
	}
	return q.actor.Has(identity.Champion) && slices.Contains(q.actor.Departments, q.who.Slug)
}

// helpOf is the part of a cohort's page about who carries it; nothing for who may not read it.
func (s *Server) helpOf(ctx context.Context, q oneAsked) (templ.Component, error) {
	if q.filters.By == adoption.ByWave {
		return s.waveHelp(ctx, q)
	}
	if s.Touchpoints.Help == nil || !seesHelp(q) {
		return templ.NopComponent, nil
	}
	today, err := s.planToday(ctx)
	if err != nil {
		return nil, err
	}
	p := q.filters.Period
	if q.all.Covered.Days() == 0 { // there are no figures, but what was logged is known
		p = day.Period{From: today - touchDays + 1, To: today}
	}
	help, err := s.Touchpoints.Help.DepartmentHelp(ctx, q.who.Name, p, today)
	if err != nil {
		return nil, err
	}
	days := ui.DayMonth(p.From.Time(), today.Time()) + " – " + ui.DayMonth(p.To.Time(), today.Time())
	effect := q.x.Effect(p, []string{q.who.Slug}, q.actor.SeesSmallGroups())
	return cohort.Help(cohort.NewHelp(cohort.HelpFigures{
		DepartmentHelp: help, Slug: q.who.Slug, Days: days, Followed: touchpoint.NewEffect(effect, days), Today: today,
		Log: s.opens[route.NewTouchpoint].admits(q.actor), List: s.opens[route.Touchpoints].admits(q.actor),
		Nominate: s.opens[route.Champions].admits(q.actor), Plan: s.opens[route.NewTraining].admits(q.actor), Open: s.opens[route.Trainings].admits(q.actor),
	})), nil
}

// waveHelp is that part of a wave's page, for those who may open the register.
func (s *Server) waveHelp(ctx context.Context, q oneAsked) (templ.Component, error) {
	if s.Champions.Book == nil || !q.actor.HasAny(identity.Lead, identity.Auditor) {
		return templ.NopComponent, nil
	}
	today, err := s.planToday(ctx)
	if err != nil {
		return nil, err
	}
	reg, err := s.Champions.Book.Register(ctx, today)
	if err != nil {
		return nil, err
	}
	for _, w := range reg.Waves {
		if w.Slug == q.who.Slug {
			return cohort.WaveHelp(cohort.NewWaveHelp(reg.Covers(today), reg, w)), nil
		}
	}
	return templ.NopComponent, nil
}
