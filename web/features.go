package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/feature"
)

// FeatureReports say what people use of a kind, and how its source stands. It is
// implemented by store.Store.
type FeatureReports interface {
	FeatureReport(ctx context.Context, q adoption.FeatureQuery) (adoption.FeatureReport, pull.State, error)
}

const (
	rankWeeks  = 12 // weeks behind the figures of a ranking
	rankMonths = 6  // and months, for those who see months
)

// featureRoutes are what people use inside Cowork, and what it costs.
func (s *Server) featureRoutes() []routeEntry {
	return append([]routeEntry{
		{"GET", route.Connectors, anyRole, s.connectorsPage},
		{"GET", route.Connectors + ".csv", anyRole, s.connectorsFile(sendCSVOf)},
		{"GET", route.Connectors + ".xlsx", anyRole, s.connectorsFile(sendXLSX)},
		{"GET", route.Connectors + "/{kind}/*", anyRole, s.featurePage},
	}, s.spendRoutes()...)
}

func (s *Server) connectorsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, err := s.featuresAsked(r, actor)
	if err != nil {
		return err
	}
	p := page{Title: "Connectors & plugins", Section: route.Connectors, Status: q.status()}
	return s.page(w, r, actor, p, feature.List(feature.NewList(q.filters, q.found, q.reader)))
}

func (s *Server) featurePage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, err := s.featuresAsked(r, actor)
	if err != nil {
		return err
	}
	if len(q.found.Report.Records) == 0 {
		return noFeature()
	}
	p := page{Title: q.found.Report.Records[0].Name, Section: route.Connectors, Status: q.status()}
	return s.page(w, r, actor, p, feature.One(feature.NewOne(q.filters, q.found, q.reader)))
}

// noFeature is the answer about what was never used, and about what may not be known of.
func noFeature() error {
	return fault.New(fault.NotFound, "Nothing of this name was used in Cowork, or by too few people to show it.")
}

// featuresFound is a question about features, answered.
type featuresFound struct {
	filters feature.Filters
	found   feature.Findings
	reader  feature.Reader
}

func (q featuresFound) status() int {
	if len(q.filters.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return 0
}

// featuresAsked decodes a request about a kind, or about one feature, and answers
// it as far as this actor may know.
func (s *Server) featuresAsked(r *http.Request, actor identity.Actor) (featuresFound, error) {
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return featuresFound{}, err
	}
	q := featuresFound{reader: s.featureReader(x, actor)}
	if q.filters, err = featureFilters(r, x, q.reader.Today); err != nil {
		return q, err
	}
	if q.reader.Guarded {
		if q.filters.Period, err = monthOf(x, q.filters.Period, x.Through); err != nil {
			return q, err
		}
	}
	q.found.Long = longer(q.filters.Period, q.reader.Guarded)
	ask := adoption.FeatureQuery{
		Kind: q.filters.Kind, Key: q.filters.Key, Period: q.filters.Period, Long: q.found.Long, Months: q.reader.Guarded,
	}
	if s.FeatureReports == nil {
		q.found.State = pull.State{Status: pull.NeverRun, Through: day.None}
		return q, nil
	}
	if q.found.Report, q.found.State, err = s.FeatureReports.FeatureReport(r.Context(), ask); err != nil {
		return q, err
	}
	if q.reader.Guarded {
		q.found.Guard(q.filters.Period, q.reader.Least)
		if q.filters.Period.Days() == 0 {
			q.found.Report.Records = nil
		}
	}
	return q, nil
}

func (s *Server) featureReader(x *adoption.Index, actor identity.Actor) feature.Reader {
	return feature.Reader{
		Today: day.FromTime(s.Now()), Guarded: !actor.SeesSmallGroups(), Groups: actor.SeesSmallGroups(),
		Sources: overseers.admits(actor), Least: max(5, x.Settings.MinCohortSize),
	}
}

// featureFilters reads the address. An unknown kind is nothing to be found.
func featureFilters(r *http.Request, x *adoption.Index, today day.Date) (feature.Filters, error) {
	m := measureFilters(r.URL.Query(), x, today, route.Connectors)
	f := feature.Filters{Kind: adoption.Connector, Days: m.Days, From: m.From, To: m.To, Period: m.Period, Page: m.Page, Errors: m.Errors}
	rest, one := strings.CutPrefix(r.URL.EscapedPath(), route.Connectors+"/")
	kind := r.URL.Query().Get("kind")
	if one {
		escaped := ""
		kind, escaped, _ = strings.Cut(rest, "/")
		key, err := url.PathUnescape(escaped)
		if err != nil || key == "" {
			return f, noFeature()
		}
		f.Key = key
	}
	if kind != "" {
		f.Kind = adoption.FeatureKind(kind)
	}
	if !feature.HasKind(f.Kind) {
		return f, fault.New(fault.NotFound, "There are connectors, skills, plugins and artifacts, and no other kind.")
	}
	return f, nil
}

// monthOf is the calendar month that stands for a period before whoever may not
// see small groups, as everywhere: the last one that is over, by through too.
func monthOf(x *adoption.Index, p day.Period, through day.Date) (day.Period, error) {
	a, err := x.Answer(adoption.Query{Period: p})
	if err != nil || a.Covered.Days() == 0 || a.Covered.To <= through {
		return a.Covered, err
	}
	p.To = a.Covered.From - 1
	p.From = min(p.From, p.To)
	a, err = x.Answer(adoption.Query{Period: p})
	return a.Covered, err
}

// longer stretches a period back for its charts: to whole weeks and rankWeeks of
// them, or to rankMonths months.
func longer(p day.Period, months bool) day.Period {
	from := p.To.Monday() - 7*(rankWeeks-1)
	if months {
		from = p.To.Month().From
		for range rankMonths - 1 {
			from = (from - 1).Month().From
		}
		return day.Period{From: min(p.From, max(from, adoption.FirstDay)), To: p.To}
	}
	return day.Period{From: max(min(p.From.Monday(), from), adoption.FirstDay.Monday()), To: p.To}
}
