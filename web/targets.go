package web

import (
	"context"
	"net/http"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/settings"
)

// Targets keeps targets, phases and the numbers that definitions refer to, each
// change with its history and its audit entry. What somebody else changed after
// it was seen is a Conflict. It is implemented by store.Store.
type Targets interface {
	TargetHistory(ctx context.Context, metric adoption.Key) ([]adoption.TargetChange, error)
	SetTarget(ctx context.Context, by identity.Actor, t adoption.SetTarget, seen int64, now time.Time) error
	ResetTarget(ctx context.Context, by identity.Actor, metric adoption.Key, in adoption.Phase, seen int64, now time.Time) error
	SetPhases(ctx context.Context, by identity.Actor, was, to []adoption.PhaseStart, now time.Time) error
	SaveSettings(ctx context.Context, by identity.Actor, was, to adoption.Settings, now time.Time) error
}

// targetRoutes are the targets and the numbers that definitions refer to.
func (s *Server) targetRoutes() []routeEntry {
	if s.Targets == nil {
		return nil
	}
	return []routeEntry{
		{"GET", route.Targets, overseers, s.targetsPage},
		{"GET", route.Targets + ".csv", overseers, s.targetsSheet},
		{"POST", route.Phases, leads, s.setPhases},
		{"POST", route.Numbers, leads, s.setNumbers},
		{"GET", route.Targets + "/{metric}", overseers, s.targetPage},
		{"POST", route.Targets + "/{metric}", leads, s.setTarget},
		{"POST", route.Targets + "/{metric}/reset", leads, s.resetTarget},
	}
}

// targetsPage shows every target: to leads to change it, to auditors to read.
func (s *Server) targetsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	return s.drawTargets(w, r, actor, http.StatusOK, settings.NewTargets(d))
}

func (s *Server) drawTargets(w http.ResponseWriter, r *http.Request, actor identity.Actor, status int, p settings.TargetsProps) error {
	return s.page(w, r, actor, page{Title: "Targets and definitions", Section: route.Targets, Status: status}, settings.Targets(p))
}

// targetsSheet is the targets in force as CSV.
func (s *Server) targetsSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	d, err := s.targetsData(r.Context(), actor)
	if err != nil {
		return err
	}
	return sendSheet(w, "targets.csv", settings.TargetSheet(d))
}

// targetsData reads what is set, its history and today's figures.
func (s *Server) targetsData(ctx context.Context, actor identity.Actor) (settings.TargetsData, error) {
	x, err := s.Index.Index(ctx)
	if err != nil {
		return settings.TargetsData{}, err
	}
	now := s.Now()
	period := x.DefaultPeriod(day.FromTime(now))
	answer, err := x.Answer(adoption.Query{Period: period, SeesSmallGroups: actor.SeesSmallGroups()})
	if err != nil {
		return settings.TargetsData{}, err
	}
	history, err := s.Targets.TargetHistory(ctx, "")
	return settings.TargetsData{
		Settings: x.Settings, Answer: answer, History: history, Days: len(x.Days), Now: now, CanEdit: actor.Has(identity.Lead),
	}, err
}
