package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/measure"
)

// Features ranks what people use inside Cowork. It is implemented by store.Store.
type Features interface {
	// TopFeatures returns, of each kind, the limit features used most in a period, greatest first.
	TopFeatures(ctx context.Context, p day.Period, limit int, kinds ...adoption.FeatureKind) (map[adoption.FeatureKind][]adoption.FeatureUse, error)
}

const (
	sparkWeeks  = 12
	chartWeeks  = 8 // a chart shows at least so many weeks, for a sense of direction
	topFeatures = 8
)

// measureRoutes are the overview and the pages of the three columns, each with its CSV.
func (s *Server) measureRoutes() []routeEntry {
	return []routeEntry{
		{"GET", route.Overview, anyRole, s.overviewPage},
		{"GET", route.Activation, anyRole, s.activationPage},
		{"GET", route.Depth, anyRole, s.depthPage},
		{"GET", route.Value, anyRole, s.valuePage},
		{"GET", route.Overview + ".csv", anyRole, s.measureCSV(route.Overview, "")},
		{"GET", route.Activation + ".csv", anyRole, s.measureCSV(route.Activation, adoption.ColumnActivation)},
		{"GET", route.Depth + ".csv", anyRole, s.measureCSV(route.Depth, adoption.ColumnDepth)},
		{"GET", route.Value + ".csv", anyRole, s.measureCSV(route.Value, adoption.ColumnValue)},
	}
}

func (s *Server) overviewPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.measurePage(w, r, actor, route.Overview, "", "Overview", func(q measured) templ.Component {
		return measure.Overview(measure.NewOverview(q.filters, q.figures, q.reader))
	})
}

func (s *Server) activationPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.columnPage(w, r, actor, adoption.ColumnActivation, route.Activation)
}

func (s *Server) depthPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.columnPage(w, r, actor, adoption.ColumnDepth, route.Depth)
}

func (s *Server) valuePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	return s.columnPage(w, r, actor, adoption.ColumnValue, route.Value)
}

func (s *Server) columnPage(w http.ResponseWriter, r *http.Request, actor identity.Actor, c adoption.Column, path string) error {
	return s.measurePage(w, r, actor, path, c, c.Name(), func(q measured) templ.Component {
		return measure.Column(measure.NewColumn(c, q.filters, q.figures, q.reader))
	})
}

// measurePage answers with the page that draw makes of the figures. What was
// asked before of the same index, by somebody who may see as much, is not drawn again.
func (s *Server) measurePage(w http.ResponseWriter, r *http.Request, actor identity.Actor, path string, c adoption.Column, title string, draw func(measured) templ.Component) error {
	x, q, err := s.asked(r, actor, path)
	if err != nil {
		return err
	}
	p := page{Title: title, Section: path}
	if len(q.filters.Errors) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	key := keyOf(q)
	body := s.drawn.find(x, key)
	if body == nil || p.Status != 0 {
		if err := s.answer(r.Context(), x, actor, c, &q); err != nil {
			return err
		}
		if body, err = drawBody(r.Context(), draw(q)); err != nil {
			return err
		}
		if p.Status == 0 {
			s.drawn.keep(x, key, body)
		}
	}
	return s.page(w, r, actor, p, written(body))
}

// measureCSV answers with what the page at path shows, as CSV.
func (s *Server) measureCSV(path string, c adoption.Column) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		q, err := s.measured(r, actor, path, c)
		if err != nil {
			return err
		}
		if len(q.filters.Errors) > 0 {
			return &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
		}
		name := strings.TrimPrefix(path, "/") + "-" + q.filters.Period.To.String() + ".csv"
		return sendSheet(w, name, measure.CSV(c, q.filters, q.figures, q.reader))
	}
}

// measured is a question about the figures, answered.
type measured struct {
	filters measure.Filters
	figures measure.Figures
	reader  measure.Reader
}

// measured decodes a request for figures and asks the index.
func (s *Server) measured(r *http.Request, actor identity.Actor, path string, c adoption.Column) (measured, error) {
	x, q, err := s.asked(r, actor, path)
	if err != nil {
		return measured{}, err
	}
	err = s.answer(r.Context(), x, actor, c, &q)
	return q, err
}

// asked decodes a request for figures, and finds the index to ask.
func (s *Server) asked(r *http.Request, actor identity.Actor, path string) (*adoption.Index, measured, error) {
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return nil, measured{}, err
	}
	today := day.FromTime(s.Now())
	q := measured{
		filters: measureFilters(r.URL.Query(), x, today, path),
		reader:  measure.Reader{Today: today, Guarded: !actor.SeesSmallGroups(), Sources: s.Sources.States != nil && overseers.admits(actor)},
	}
	if measure.Late(today, x.Through) && q.reader.Sources {
		q.reader.Why = s.whyLate(r.Context())
	}
	return x, q, nil
}

// answer asks the index what q wants to know.
func (s *Server) answer(ctx context.Context, x *adoption.Index, actor identity.Actor, c adoption.Column, q *measured) (err error) {
	a := asker{x: x, actor: actor, filters: q.filters}
	if q.figures, err = a.figures(c); err != nil {
		return err
	}
	if c == adoption.ColumnDepth && s.Features != nil {
		q.figures.Ranks, err = s.ranks(ctx, q.figures.Answer.Covered)
	}
	return err
}

// whyLate is what went wrong at the last reading of usage; "" when nothing is known to have.
func (s *Server) whyLate(ctx context.Context) string {
	states, err := s.Sources.States.States(ctx)
	if err != nil {
		s.Log.ErrorContext(ctx, "the state of the sources cannot be read", "id", requestID(ctx), "error", err)
		return ""
	}
	for _, st := range states {
		if st.Source == pull.Users && st.Reason != "" {
			return st.Say
		}
	}
	return ""
}

// ranks lists what is used most; every kind that anybody used.
func (s *Server) ranks(ctx context.Context, p day.Period) ([]measure.Rank, error) {
	kinds := []adoption.FeatureKind{adoption.Skill, adoption.Connector, adoption.Plugin}
	used, err := s.Features.TopFeatures(ctx, p, topFeatures, kinds...)
	if err != nil {
		return nil, err
	}
	var out []measure.Rank
	for _, k := range kinds {
		out = append(out, measure.Rank{Kind: k, Items: used[k]})
	}
	return out, nil
}

// asker puts a page's questions to the index, always on behalf of one actor.
type asker struct {
	x       *adoption.Index
	actor   identity.Actor
	filters measure.Filters
}

func (a asker) query(by adoption.By, cohort string) adoption.Query {
	return adoption.Query{Period: a.filters.Period, By: by, Cohort: cohort, SeesSmallGroups: a.actor.SeesSmallGroups()}
}

// chosen asks about the cohort of the address, or about everyone.
func (a asker) chosen() adoption.Query {
	if a.filters.Cohort == "" {
		return a.query(adoption.ByNone, "")
	}
	return a.query(a.filters.By, a.filters.Cohort)
}

func (a asker) figures(c adoption.Column) (measure.Figures, error) {
	f := measure.Figures{Dimensions: dimensions(a.x), MinCohort: max(5, a.x.Settings.MinCohortSize), First: max(a.x.First, adoption.FirstDay)}
	all, err := a.x.Answer(a.query(a.filters.By, ""))
	if err != nil {
		return f, err
	}
	f.Answer, f.Breakdown = all, all.Breakdown
	if a.filters.Cohort != "" {
		if f.Answer, err = a.x.Answer(a.chosen()); err != nil {
			return f, err
		}
	}
	if f.Trends, err = a.x.Trends(a.chosen(), sparkWeeks); err != nil {
		return f, err
	}
	if err := a.addSeries(&f); err != nil {
		return f, err
	}
	if c == adoption.ColumnValue {
		f.Costs = a.x.CostByProduct(f.Answer.Covered)
		f.WeekCosts = a.weekCosts(f.Everyone)
	}
	return f, nil
}

// weekCosts is what Cowork cost in each week; nothing for a cohort, whose cost is not reported.
func (a asker) weekCosts(w adoption.Weekly) []*adoption.Money {
	if a.filters.Cohort != "" {
		return nil
	}
	out := make([]*adoption.Money, len(w.Weeks))
	for i, wk := range w.Weeks {
		if m, ok := a.x.CoworkCost(wk.Covered); ok {
			out[i] = &m
		}
	}
	return out
}

// addSeries asks for what is drawn: weeks, funnel and triangle.
func (a asker) addSeries(f *measure.Figures) (err error) {
	long := a.chartPeriod(f.Answer.Covered)
	by, one := a.query(a.filters.By, ""), a.chosen()
	by.Period, one.Period = long, long
	if f.Weekly, err = a.x.Weekly(by); err != nil {
		return err
	}
	if f.Everyone, err = a.x.Weekly(one); err != nil {
		return err
	}
	funnel, err := a.x.Funnel(a.chosen())
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(funnel.Rows, func(r adoption.FunnelRow) bool { return a.filters.Cohort == "" || r.Cohort.Slug == a.filters.Cohort }); i >= 0 {
		f.Funnel = funnel.Rows[i]
	}
	f.Retention, err = a.x.Retention(a.chosen())
	return err
}

// chartPeriod is the covered period stretched back to whole weeks, and to
// chartWeeks of them, but not past the first usage that was read.
func (a asker) chartPeriod(covered day.Period) day.Period {
	if covered.Days() == 0 {
		return a.filters.Period
	}
	from := min(covered.From.Monday(), covered.To.Monday()-7*(chartWeeks-1))
	first := max(a.x.First, adoption.FirstDay)
	return day.Period{From: min(covered.From, max(from, first)), To: covered.To}
}

// dimensions returns how people can be broken down: by department and wave once
// somebody is placed, by group otherwise and beside it.
func dimensions(x *adoption.Index) []adoption.By {
	var out []adoption.By
	if slices.ContainsFunc(x.Placements, func(p adoption.Placement) bool { return p.Department != "" }) {
		out = append(out, adoption.ByDepartment)
	}
	if slices.ContainsFunc(x.Placements, func(p adoption.Placement) bool { return p.Wave != "" }) {
		out = append(out, adoption.ByWave)
	}
	if len(x.Groups) > 0 {
		out = append(out, adoption.ByGroup)
	}
	return out
}

// measureFilters reads the address. Days that cannot be used are kept as typed,
// with what is wrong, and the default period stands in for them.
func measureFilters(q url.Values, x *adoption.Index, today day.Date, path string) measure.Filters {
	f := measure.Filters{
		Path: path, From: strings.TrimSpace(q.Get("from")), To: strings.TrimSpace(q.Get("to")),
		By: adoption.By(q.Get("by")), Cohort: q.Get("cohort"), Unit: q.Get("unit"), View: q.Get("view"), Sort: q.Get("sort"),
		Errors: map[string]string{},
	}
	f.Page, _ = strconv.Atoi(q.Get("page"))
	if dims := dimensions(x); f.By == adoption.ByNone && len(dims) > 0 {
		f.By = dims[0]
	}
	f.Period = x.DefaultPeriod(today)
	if f.From == "" && f.To == "" {
		f.Days = preset(q.Get("days"))
		if f.Days > 0 {
			f.Period.From = max(f.Period.To-day.Date(f.Days)+1, adoption.FirstDay)
		}
		return f
	}
	from, to := readDay(f.From, "from", f.Errors), readDay(f.To, "to", f.Errors)
	if len(f.Errors) > 0 {
		return f
	}
	p, err := x.PeriodOf(from, to, today)
	if err != nil {
		f.Errors = periodErrors(err)
		return f
	}
	f.Period = p
	return f
}

// preset reads a number of days; 0 for anything that is not offered.
func preset(typed string) int {
	n, err := strconv.Atoi(typed)
	if err != nil || !slices.Contains(measure.Presets, n) {
		return 0
	}
	return n
}
