package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/views/cohort"
)

// CohortSizes knows what was written down of a cohort's size. It is implemented by store.Store.
type CohortSizes interface {
	// CohortSizes returns the sizes recorded on the last recorded day of each of the latest limit months, ascending.
	CohortSizes(ctx context.Context, by adoption.By, slug string, limit int) ([]adoption.RecordedSize, error)
}

// sizeMonths is how many month ends a cohort's page shows.
const sizeMonths = 6

// oneAsked is a question about one cohort, and what the asker may see of its dimension.
type oneAsked struct {
	measured
	x     *adoption.Index
	actor identity.Actor
	all   adoption.Answer // of everyone, over the same days
	shown []adoption.Row  // the cohorts that the asker may see, by name
	who   adoption.Cohort
	state cohortState
}

// cohortState is what there is to say of a cohort to an asker.
type cohortState int

const (
	cohortShown cohortState = iota
	cohortHeld              // it exists and is too small to be shown
	cohortUnknown
)

// cohortPage is the page of one cohort: how far it is, beside everyone and beside the others.
func (s *Server) cohortPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, err := s.askedOne(r, actor)
	if err != nil {
		return err
	}
	p := page{Section: route.Cohorts, Status: statusOfFilters(q.filters)}
	switch q.state {
	case cohortUnknown:
		p.Status = http.StatusNotFound
		held := cohort.NewUnknown(q.filters, q.shown)
		p.Title = held.Head.Title
		return s.page(w, r, actor, p, cohort.Held(held))
	case cohortHeld:
		held := cohort.NewHeld(q.filters, q.all, q.shown, fewest(q.x))
		p.Title = held.Head.Title
		help, err := s.helpOf(r.Context(), q) // what its champions did is theirs to read before there are figures
		if err != nil {
			return err
		}
		return s.page(w, r, actor, p, templ.Join(cohort.Held(held), help))
	}
	p.Title = q.who.Name
	sizes, err := s.recordedSizes(r.Context(), q)
	if err != nil {
		return err
	}
	key := keyOf(q.measured)
	key.question += fmt.Sprint(sizes)
	body := s.drawn.find(q.x, key)
	if body == nil || p.Status != 0 {
		fig, err := s.oneFigures(r.Context(), q, sizes)
		if err != nil {
			return err
		}
		if body, err = drawBody(r.Context(), cohort.One(cohort.NewOne(q.filters, fig, q.reader))); err != nil {
			return err
		}
		if p.Status == 0 {
			s.drawn.keep(q.x, key, body)
		}
	}
	help, err := s.helpOf(r.Context(), q)
	if err != nil {
		return err
	}
	return s.page(w, r, actor, p, templ.Join(written(body), help))
}

// askedOne decodes a request for a cohort's page and finds out what may be said.
func (s *Server) askedOne(r *http.Request, actor identity.Actor) (q oneAsked, err error) {
	by, slug := adoption.By(chi.URLParam(r, "by")), chi.URLParam(r, "slug")
	if by == adoption.ByNone || !by.Valid() {
		return q, fault.New(fault.NotFound, "People are listed by department, wave or group.")
	}
	q.actor = actor
	if q.x, q.measured, err = s.asked(r, actor, route.Cohort(string(by), slug), nil); err != nil {
		return q, err
	}
	q.filters.By, q.filters.Own = by, true
	q.filters.Picks = map[adoption.By][]string{by: {slug}}
	ask := asker{x: q.x, actor: actor, filters: q.filters}
	if q.all, err = q.x.Answer(ask.query(by, "")); err != nil {
		return q, err
	}
	if q.shown, err = shownCohorts(q, ask); err != nil {
		return q, err
	}
	q.who, q.state = q.find(slug)
	return q, nil
}

// shownCohorts lists the cohorts of the question's dimension that its asker may
// see. Where the period has no data nothing says which ones are large enough, so
// the last days that have some decide.
func shownCohorts(q oneAsked, ask asker) ([]adoption.Row, error) {
	if !q.reader.Guarded || q.all.Covered.Days() > 0 {
		return q.all.Breakdown, nil
	}
	ask.filters.Period = q.x.DefaultPeriod(q.reader.Today)
	a, err := q.x.Answer(ask.query(q.filters.By, ""))
	if err != nil || a.Covered.Days() == 0 {
		return nil, err
	}
	return a.Breakdown, nil
}

// find says who the cohort is, and whether it may be shown.
func (q oneAsked) find(slug string) (adoption.Cohort, cohortState) {
	for _, r := range q.shown {
		if r.Cohort.Slug == slug && !r.Cohort.Merged {
			return r.Cohort, cohortShown
		}
	}
	for _, c := range q.x.Known(q.filters.By) {
		switch {
		case c.Slug != slug:
		case q.reader.Guarded:
			return c, cohortHeld
		default:
			return c, cohortShown
		}
	}
	return adoption.Cohort{}, cohortUnknown
}

// fewest is the fewest people that are shown to everybody.
func fewest(x *adoption.Index) int { return max(5, x.Settings.MinCohortSize) }

// recordedSizes reads what was written down of the cohort's size, for those who may see it.
func (s *Server) recordedSizes(ctx context.Context, q oneAsked) ([]cohort.Size, error) {
	if q.reader.Guarded || s.CohortSizes == nil {
		return nil, nil
	}
	recorded, err := s.CohortSizes.CohortSizes(ctx, q.filters.By, q.who.Slug, sizeMonths)
	if err != nil {
		return nil, err
	}
	out := make([]cohort.Size, len(recorded))
	for i, z := range recorded {
		out[i] = cohort.Size{RecordedSize: z, Now: q.x.SizeOn(q.filters.By, q.who.Slug, z.Day)}
	}
	return out, nil
}

// oneFigures asks the index for the page of one cohort.
func (s *Server) oneFigures(ctx context.Context, q oneAsked, sizes []cohort.Size) (cohort.OneFigures, error) {
	a := asker{x: q.x, actor: q.actor, filters: q.filters, closed: s.closedIn(ctx, q.closed)}
	fig := cohort.OneFigures{Who: q.who, Opens: day.None, Sizes: sizes, People: s.peopleOf(q)}
	var err error
	if fig.Figures, err = a.figures(""); err != nil {
		return fig, err
	}
	fig.ClosedMonths = q.closed
	if on, ok := q.x.Opens(q.filters.By, fig.Answer.Covered.To)[q.who.Slug]; ok {
		fig.Opens = on
	}
	all := a.query(adoption.ByNone, "")
	all.Period = a.chartPeriod(fig.Answer.Covered)
	if fig.All, err = q.x.Weekly(all); err != nil {
		return fig, err
	}
	fig.Turnouts, err = q.x.Turnouts(a.chosen())
	return fig, err
}

// peopleOf is the address of the list of the cohort's people, "" for those who
// may not open it, and for groups, which people are not listed by.
func (s *Server) peopleOf(q oneAsked) string {
	if q.filters.By == adoption.ByGroup || !s.opens[route.People].admits(q.actor) {
		return ""
	}
	return route.With(route.People, string(q.filters.By), q.who.Slug)
}
