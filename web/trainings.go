package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Trainings is planning sessions. Without a Book its pages are left out.
type Trainings struct {
	Book TrainingBook
	Plan *enablement.PlanService
}

// TrainingBook keeps sessions and series. It is implemented by store.Store.
type TrainingBook interface {
	// Agenda returns the sessions of some days that the actor may know of.
	Agenda(ctx context.Context, actor identity.Actor, p day.Period, today day.Date) (enablement.Agenda, error)
	// SessionFor returns a session; one that the actor may not know of is a NotFound fault.
	SessionFor(ctx context.Context, actor identity.Actor, id int, today day.Date) (enablement.Listed, error)
	SeriesOf(ctx context.Context, id int) (enablement.Series, []enablement.Planned, error)
	AllSeries(ctx context.Context) ([]enablement.Series, error)
	Curriculum(ctx context.Context, today day.Date, now time.Time) (enablement.Curriculum, error)
	Departments(ctx context.Context, today day.Date) ([]roster.Department, error)
}

// The parts of a session's and a series's address.
const (
	partEdit    = "/edit"
	partCancel  = "/cancel"
	partRestore = "/restore"
	partCovered = "/covered"
	partEnd     = "/end"
)

// trainingRoutes are planning sessions and series: the list, formats, what was covered.
func (s *Server) trainingRoutes() []routeEntry {
	if s.Trainings.Book == nil {
		return nil
	}
	one, series := route.Trainings+"/{training}", route.Series+"/{series}"
	return []routeEntry{
		{"GET", route.Trainings, signedIn, s.trainingsPage},
		{"POST", route.Trainings, leads, s.planTraining},
		{"GET", route.NewTraining, leads, s.newTrainingPage},
		{"GET", one + partEdit, signedIn, s.editTrainingPage},
		{"POST", one + partEdit, signedIn, s.changeTraining},
		{"GET", one + partCancel, leads, s.cancelTrainingPage},
		{"POST", one + partCancel, leads, s.cancelTraining},
		{"GET", one + partRestore, leads, s.restoreTrainingPage},
		{"POST", one + partRestore, leads, s.restoreTraining},
		{"GET", one + partCovered, signedIn, s.coveredPage},
		{"POST", one + partCovered, signedIn, s.coverTraining},

		{"GET", route.Series, overseers, s.seriesListPage},
		{"POST", route.Series, leads, s.planSeries},
		{"GET", route.NewSeries, leads, s.newSeriesPage},
		{"GET", series, overseers, s.seriesPage},
		{"POST", series, leads, s.changeSeries},
		{"GET", series + partEdit, leads, s.editSeriesPage},
		{"GET", series + partEnd, leads, s.endSeriesPage},
		{"POST", series + partEnd, leads, s.endSeries},

		{"GET", route.Formats, anyRole, s.formatsPage},
		{"GET", route.Curriculum, overseers, s.curriculumPage},
	}
}

// trainingTabs are the pages about trainings that the actor may open.
func (s *Server) trainingTabs(actor identity.Actor, current string) ui.TabsProps {
	t := ui.TabsProps{Label: "Trainings"}
	for _, o := range []ui.Option{
		{Label: "Agenda", URL: route.Trainings}, {Label: "Series", URL: route.Series}, {Label: "Formats", URL: route.Formats},
		{Label: "Curriculum", URL: route.Curriculum}, {Label: "Completion", URL: route.Completion}, {Label: "Learning systems", URL: route.Learning}, {Label: "Reminders", URL: route.Reminders},
	} {
		if a, ok := s.opens[o.URL]; ok && a.admits(actor) {
			o.Current = o.URL == current
			t.Options = append(t.Options, o)
		}
	}
	return t
}

// place is where the rollout happens: what new sessions begin with.
type place struct {
	Zone  string // IANA name
	Off   []day.Date
	Today day.Date
	Now   time.Time // there
}

// trainingPlace is where sessions take place unless they say otherwise: where the
// rollout does, and in UTC before there is one.
func (s *Server) trainingPlace(ctx context.Context) (place, error) {
	now := s.Now()
	out := place{Zone: "UTC", Today: day.FromTime(now), Now: now.UTC()}
	if s.Plan == nil {
		return out, nil
	}
	p, err := s.Plan.Plan(ctx)
	if err != nil || !p.Started() {
		return out, err
	}
	r := p.Rollout
	return place{Zone: r.TimeZone, Off: r.Calendar.DaysOff, Today: r.Today(now), Now: now.In(r.Zone())}, nil
}

// trainingOf returns the session that an address names, as the actor finds it.
func (s *Server) trainingOf(r *http.Request, actor identity.Actor) (enablement.Listed, place, error) {
	id, err := numberIn(r, "training")
	if err != nil {
		return enablement.Listed{}, place{}, fault.New(fault.NotFound, "There is no such session.")
	}
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return enablement.Listed{}, at, err
	}
	l, err := s.Trainings.Book.SessionFor(r.Context(), actor, id, at.Today)
	return l, at, err
}

// numberIn reads an id from an address.
func numberIn(r *http.Request, hole string) (int, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, hole), 10, 32)
	return int(n), err
}

// runs reports whether the actor runs a session: a lead or its host.
func runs(actor identity.Actor, p enablement.Planned) bool {
	return actor.Has(identity.Lead) || p.HostedBy(actor)
}
