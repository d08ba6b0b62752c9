package web

import (
	"context"
	"net/http"
	"slices"
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

// Closings are the months whose figures are kept. It is implemented by store.Store.
type Closings interface {
	// ClosedMonths returns the first days of the months that are closed, ascending.
	ClosedMonths(ctx context.Context) ([]day.Date, error)
	// ClosedMonth returns what closing a month kept, false when it is not closed.
	ClosedMonth(ctx context.Context, month day.Date) (adoption.Closing, bool, error)
}

const topFeatures = 8

// measureRoutes are the overview and the pages of the three columns, each with its files.
func (s *Server) measureRoutes() []routeEntry {
	out := []routeEntry{
		{"GET", route.Overview, anyRole, s.overviewPage},
		{"GET", route.Activation, anyRole, s.activationPage},
		{"GET", route.Depth, anyRole, s.depthPage},
		{"GET", route.Value, anyRole, s.valuePage},
	}
	for path, c := range measurePages {
		out = append(out,
			routeEntry{"GET", path + ".csv", anyRole, s.measureFile(path, c, asCSV)},
			routeEntry{"GET", path + ".xlsx", anyRole, s.measureFile(path, c, asXLSX)},
		)
	}
	return out
}

// measurePages are the pages that can be taken away, with their columns.
var measurePages = map[string]adoption.Column{
	route.Overview: "", route.Activation: adoption.ColumnActivation, route.Depth: adoption.ColumnDepth, route.Value: adoption.ColumnValue,
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
	return s.measurePage(w, r, actor, measurePage{path: path, column: c, title: c.Name(), draw: func(q measured) (templ.Component, templ.Component) {
		return templ.NopComponent, measure.Column(measure.NewColumn(c, q.filters, q.figures, q.reader))
	}})
}

// measurePage is a page of figures: its head, what stands between, and the rest.
// What draw makes follows from the figures alone; between is drawn elsewhere.
type measurePage struct {
	path    string
	column  adoption.Column
	title   string
	between templ.Component // nil for nothing
	draw    func(measured) (head, rest templ.Component)
}

// measurePage answers with a page of figures. What was asked before of the same
// index, by somebody who may see as much, is not drawn again.
func (s *Server) measurePage(w http.ResponseWriter, r *http.Request, actor identity.Actor, m measurePage) error {
	x, q, err := s.asked(r, actor, m.path, measure.Sorts(m.column))
	if err != nil {
		return err
	}
	p := page{Title: m.title, Section: m.path}
	if len(q.filters.Errors) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	head, rest, err := s.drawnParts(r.Context(), x, actor, m, &q, p.Status == 0)
	if err != nil {
		return err
	}
	if m.between != nil {
		return s.page(w, r, actor, p, templ.Join(written(head), m.between, written(rest)))
	}
	return s.page(w, r, actor, p, templ.Join(written(head), written(rest)))
}

// drawnParts returns the parts of a page that follow from the figures, as they
// were drawn before when keep says that they may be.
func (s *Server) drawnParts(ctx context.Context, x *adoption.Index, actor identity.Actor, m measurePage, q *measured, keep bool) (head, rest []byte, err error) {
	key := keyOf(*q)
	if keep {
		head, rest = s.drawn.find(x, key.ofHead()), s.drawn.find(x, key)
	}
	if head != nil && rest != nil {
		return head, rest, nil
	}
	if err := s.answer(ctx, x, actor, m.column, q); err != nil {
		return nil, nil, err
	}
	above, below := m.draw(*q)
	if head, err = drawBody(ctx, above); err != nil {
		return nil, nil, err
	}
	if rest, err = drawBody(ctx, below); err != nil {
		return nil, nil, err
	}
	if keep {
		s.drawn.keep(x, key.ofHead(), head)
		s.drawn.keep(x, key, rest)
	}
	return head, rest, nil
}

// measured is a question about the figures, answered.
type measured struct {
	filters measure.Filters
	figures measure.Figures
	reader  measure.Reader
	closed  []day.Date // months, each by its first day
}

// measured decodes a request for figures and asks the index.
func (s *Server) measured(r *http.Request, actor identity.Actor, path string, c adoption.Column) (measured, error) {
	x, q, err := s.asked(r, actor, path, measure.Sorts(c))
	if err != nil {
		return measured{}, err
	}
	if len(q.filters.Errors) > 0 {
		return q, &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
	}
	if len(q.filters.Ignored) > 0 {
		return q, fault.New(fault.Invalid, strings.Join(q.filters.Ignored, " "))
	}
	err = s.answer(r.Context(), x, actor, c, &q)
	return q, err
}

// asked decodes a request for figures, and finds the index to ask. Sorts are the
// columns its table may be sorted by; nil leaves that to the page.
func (s *Server) asked(r *http.Request, actor identity.Actor, path string, sorts []string) (*adoption.Index, measured, error) {
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return nil, measured{}, err
	}
	today := day.FromTime(s.Now())
	q := measured{reader: measure.Reader{
		Today: today, Guarded: !actor.SeesSmallGroups(), Names: actor.Has(identity.Lead),
		Sources: s.Sources.States != nil && overseers.admits(actor),
		Wins:    s.opens[route.Wins].admits(actor),
		Touched: s.opens[route.Touchpoints].admits(actor), Trained: s.opens[route.Trainings].admits(actor),
	}}
	ask := filtering{Filters: measure.Filters{Path: path}, q: r.URL.Query(), sorts: sorts, guarded: q.reader.Guarded}
	q.filters = ask.read(x, today)
	if s.Closings != nil && !q.reader.Guarded { // a month as it was closed, beside the same as it is now, tells of who left
		if q.closed, err = s.Closings.ClosedMonths(r.Context()); err != nil {
			return nil, q, err
		}
	}
	if q.reader.TakesPlays, err = s.takesPlays(r.Context(), actor); err != nil {
		return nil, q, err
	}
	if measure.Late(today, x.Through) && q.reader.Sources {
		q.reader.Why = s.whyLate(r.Context())
	}
	return x, q, nil
}

// answer asks the index what q wants to know.
func (s *Server) answer(ctx context.Context, x *adoption.Index, actor identity.Actor, c adoption.Column, q *measured) (err error) {
	a := asker{x: x, actor: actor, filters: q.filters, closed: s.closedIn(ctx, q.closed)}
	if q.figures, err = a.figures(c); err != nil {
		return err
	}
	q.figures.ClosedMonths = q.closed
	if c == adoption.ColumnDepth && s.Features != nil && actor.SeesSmallGroups() { // a feature can be one person's
		q.figures.Ranks, err = s.ranks(ctx, q.figures.Answer.Covered)
	}
	return err
}

// closedIn looks up what closing one of these months kept.
func (s *Server) closedIn(ctx context.Context, closed []day.Date) func(day.Date) (*adoption.Closing, error) {
	return func(month day.Date) (*adoption.Closing, error) {
		if !slices.Contains(closed, month) {
			return nil, nil
		}
		c, ok, err := s.Closings.ClosedMonth(ctx, month)
		if err != nil || !ok {
			return nil, err
		}
		return &c, nil
	}
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
	kinds := []adoption.FeatureKind{adoption.Plugin, adoption.Connector, adoption.Skill}
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
