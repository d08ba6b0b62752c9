package web

import (
	"context"
	"net/http"
	"strings"

	orgaccess "groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/feature"
)

// Spending says what was spent and which limits bind, and how the sources of the
// two stand: cost, then limits. It is implemented by store.Store.
type Spending interface {
	SpendReport(ctx context.Context, scope identity.PeopleScope, q orgaccess.SpendQuery) (orgaccess.SpendReport, []pull.State, error)
}

// payers may see what it all costs.
var payers = people(identity.Lead, identity.Executive, identity.Auditor)

func (s *Server) spendRoutes() []routeEntry {
	return []routeEntry{
		{"GET", route.Spend, payers, s.spendPage},
		{"GET", route.Spend + ".csv", payers, s.spendFile(sendCSVOf, costTable)},
		{"GET", route.Spend + ".xlsx", payers, s.spendFile(sendXLSX, costTable)},
		{"GET", route.Spend + "/limits.csv", payers, s.spendFile(sendCSVOf, limitTable)},
		{"GET", route.Spend + "/limits.xlsx", payers, s.spendFile(sendXLSX, limitTable)},
	}
}

func (s *Server) spendPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	q, err := s.spendAsked(r, actor)
	if err != nil {
		return err
	}
	p := page{Title: "Spend", Section: route.Spend}
	if len(q.filters.Errors) > 0 {
		p.Status = http.StatusUnprocessableEntity
	}
	return s.page(w, r, actor, p, feature.Spend(feature.NewSpend(q.filters, q.found, q.reader)))
}

// spent is a question about spend, answered.
type spent struct {
	filters feature.SpendFilters
	found   feature.SpendFound
	reader  feature.SpendReader
}

// spendAsked decodes a request about spend and answers it as far as this actor may know.
func (s *Server) spendAsked(r *http.Request, actor identity.Actor) (spent, error) {
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return spent{}, err
	}
	today := day.FromTime(s.Now())
	m := measureFilters(r.URL.Query(), x, today, route.Spend)
	q := spent{
		filters: feature.SpendFilters{Days: m.Days, From: m.From, To: m.To, Period: m.Period, Page: m.Page, After: r.URL.Query().Get("after"), Errors: m.Errors},
		reader: feature.SpendReader{
			Today: today, Guarded: !actor.SeesSmallGroups(), Groups: actor.SeesSmallGroups(), People: actor.PeopleScope().Everyone(),
			Sources: overseers.admits(actor), Least: max(5, x.Settings.MinCohortSize),
		},
	}
	if err := q.cover(x); err != nil {
		return q, err
	}
	if err := q.active(x, actor); err != nil {
		return q, err
	}
	if s.Spending == nil {
		return q, nil
	}
	ask := orgaccess.SpendQuery{Period: q.found.Covered, Before: q.found.Before, Groups: q.reader.Groups, After: q.filters.After}
	report, states, err := s.Spending.SpendReport(r.Context(), actor.PeopleScope(), ask)
	if err != nil {
		return q, err
	}
	q.found.Report, q.found.Cost, q.found.Limits = report, states[0], states[1]
	return q, nil
}

// cover decides which days the figures are of, and reads their cost from the index.
func (q *spent) cover(x *adoption.Index) (err error) {
	f := &q.found
	f.Through, f.First = x.CostThrough, x.CostFirst()
	f.Cost.Through, f.Limits.Through = day.None, day.None
	f.Covered = q.filters.Period
	if f.Through.Known() {
		f.Covered.To = min(f.Covered.To, f.Through)
	}
	if q.reader.Guarded {
		if f.Covered, err = monthOf(x, q.filters.Period, f.Through); err != nil {
			return err
		}
	}
	f.Before = before(f.Covered, q.reader.Guarded)
	f.Compared = f.First.Known() && f.Before.From >= f.First && f.Covered.Days() > 0
	f.Now, f.Was = x.CostByProduct(f.Covered), x.CostByProduct(f.Before)
	f.Long = x.CostSteps(longer(f.Covered, q.reader.Guarded), q.reader.Guarded)
	return nil
}

// before is the period of equal length just before, in whole months where p is.
func before(p day.Period, months bool) day.Period {
	if !months {
		return p.Before()
	}
	out := day.Period{From: p.From, To: p.From - 1}
	for at := p.From; at <= p.To; at = at.Month().To + 1 {
		out.From = (out.From - 1).Month().From
	}
	return out
}

// active counts the people that Cowork's cost is divided by.
func (q *spent) active(x *adoption.Index, actor identity.Actor) error {
	if q.found.Covered.Days() == 0 || !x.Through.Known() || len(q.filters.Errors) > 0 {
		return nil
	}
	a, err := x.Answer(adoption.Query{Period: q.found.Covered, SeesSmallGroups: actor.SeesSmallGroups()})
	if err != nil {
		return err
	}
	f := a.Figure(adoption.SessionsPerActiveUser)
	q.found.Held, q.found.Active = f.Withheld, f.Denominator
	if n := f.Denominator; q.reader.Guarded && n != nil && *n > 0 && int(*n) < q.reader.Least {
		q.found.Held, q.found.Active = true, nil
	}
	return nil
}

// spendFile answers with one of the page's tables.
func (s *Server) spendFile(send sender, table func(spent) (string, [][]cell)) handler {
	return func(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
		q, err := s.spendAsked(r, actor)
		if err != nil {
			return err
		}
		if len(q.filters.Errors) > 0 {
			return &fault.Error{Kind: fault.Invalid, Say: "These days cannot be used.", Fields: q.filters.Errors}
		}
		name, rows := table(q)
		ending := r.URL.Path[strings.LastIndexByte(r.URL.Path, '.'):]
		return send(w, name+"-"+q.found.Covered.To.String()+ending, rows, spendAbout(q))
	}
}

// costTable is cost by product, by week or month, and by group for those who see groups.
func costTable(q spent) (string, [][]cell) {
	rows := [][]cell{header("by", "key", "name", "from", "to", "cost_usd", "cost_before_usd", "complete")}
	f := q.found
	span := func(p day.Period) []cell { return []cell{dayCell(p.From), dayCell(p.To)} }
	add := func(by, key, name string, p day.Period, now adoption.Money, was *adoption.Money, complete bool) {
		row := append([]cell{ours(by), said(key), said(name)}, span(p)...)
		before := ours("")
		if was != nil && f.Compared {
			before = moneyCell(was.USD())
		}
		rows = append(rows, append(row, moneyCell(now.USD()), before, yes(complete)))
	}
	whole := f.Through.Known() && q.filters.Period.To <= f.Through
	was := map[string]adoption.Money{}
	for _, c := range f.Was {
		was[c.Product] = c.Amount
	}
	for _, c := range f.Now {
		m := was[c.Product]
		add("product", c.Product, feature.ProductName(c.Product), f.Covered, c.Amount, &m, whole)
	}
	for _, step := range f.Long {
		for _, c := range f.Now {
			add("product and time", c.Product, feature.ProductName(c.Product), step.Period, step.ByProduct[c.Product], nil, step.Complete)
		}
	}
	for _, g := range f.Report.Groups {
		add("group", g.ID, g.Name, f.Covered, g.Amount, &g.Before, whole)
	}
	return "spend", rows
}

// limitTable is how many people each scope's limit binds, and how near they are.
func limitTable(q spent) (string, [][]cell) {
	rows := [][]cell{header("limit_from", "period", "people", "no_limit", "zero", "near", "at_or_over", "spend_not_reported")}
	list := q.found.Report.Bindings
	if q.reader.Guarded {
		list = orgaccess.ByPeriod(list)
	}
	for _, b := range list {
		scope := said(b.Scope)
		if q.reader.Guarded {
			scope = ours("everyone")
		}
		row := []cell{scope, said(b.Period), whole(&b.People)}
		for _, n := range []int{b.NoLimit, b.Zero, b.Near, b.Over, b.Unknown} {
			if q.reader.Guarded && !orgaccess.Tellable(n, b.People, q.reader.Least) {
				row = append(row, ours(""))
				continue
			}
			row = append(row, whole(&n))
		}
		rows = append(rows, row)
	}
	return "spend-limits", rows
}

func spendAbout(q spent) [][]cell {
	return [][]cell{
		{ours("Cost"), ours("US dollars, exact to the fraction of a cent that the API reports. Its cost report revises a day for about five weeks.")},
		{ours("Groups"), ours("Groups overlap: they add up to more than the organization. At most 100 are reported a day.")},
		{ours("Limits"), ours("The most restrictive limit binds; the organization's overrides the rest. near is 80 % or more. Zero: these people can do nothing.")},
		{ours("Cost read through"), dayCell(q.found.Through)},
	}
}
