package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	"groundswell/internal/value"
	"groundswell/views/ui"
	views "groundswell/views/win"
)

// winFilter is how a list of wins is narrowed, as its address says it.
type winFilter struct {
	value.Filter
	from, to string // as typed
	wrong    string // why these days were refused
}

// readWinFilter reads an address. What cannot be meant filters nothing.
func readWinFilter(q url.Values) winFilter {
	f := winFilter{Filter: value.Filter{Department: clipText(q.Get("department"), maxSearch), State: value.State(q.Get("state")), Before: value.Before(q.Get("before")), Page: pageNumber(q.Get("page"))}}
	if !f.State.Valid() {
		f.State = ""
	}
	if !f.Before.Valid() {
		f.Before = ""
	}
	f.from, f.to = q.Get("from"), q.Get("to")
	if f.from == "" && f.to == "" {
		return f
	}
	from, err := day.Parse(f.from)
	to, err2 := day.Parse(f.to)
	switch {
	case err != nil || err2 != nil:
		f.wrong = "Write two days like 2026-03-28."
	case from > to:
		f.wrong = "The first day lies behind the last one."
	default:
		f.Period = day.Period{From: from, To: to}
	}
	return f
}

// at is an address with the filter, and some of it changed.
func (f winFilter) at(path string, change ...string) string {
	q := url.Values{}
	for name, v := range map[string]string{"department": f.Department, "state": string(f.State), "before": string(f.Before)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if f.Dated() {
		q.Set("from", f.Period.From.String())
		q.Set("to", f.Period.To.String())
	}
	return route.Change(path, q, change...)
}

func (f winFilter) narrowed() bool {
	return f.Department != "" || f.State != "" || f.Before != "" || f.Dated()
}

// winList is the page of all wins.
func (s *Server) winList(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f := readWinFilter(r.URL.Query())
	list, err := s.Wins.Book.Wins(r.Context(), actor, f.Filter)
	if err != nil {
		return err
	}
	today, err := s.rolloutDay(r.Context())
	if err != nil {
		return err
	}
	v := winView{Page: list, winFilter: f, today: today, lead: actor.Has(identity.Lead), fresh: isFresh(r)}
	return s.page(w, r, actor, page{Title: "Wins", Section: route.Wins}, views.List(v.props()))
}

// winView is a page of wins and what its reader may do with it.
type winView struct {
	value.Page
	winFilter
	today day.Date
	lead  bool
	fresh bool // may download now
}

func (v winView) props() views.ListProps {
	total := v.Total(v.Filter)
	p := views.ListProps{
		Head: ui.PageHeadProps{Title: "Wins", Sub: v.headline()}, Action: route.Wins, Clear: route.Wins,
		Filters: v.filters(), Period: v.period(), Title: "All wins", Sub: ui.Counted(total, "win", "wins"),
	}
	if v.lead {
		p.Log = route.With(route.NewWin, "return_to", route.Wins)
	}
	if total == 0 && !v.narrowed() {
		p.Void = &ui.VoidProps{Icon: ui.IconTrophy, Title: "No win has been logged yet", Body: "A win is a finished thing that somebody got back. Champions log them on their phone; a lead publishes those whose person agreed to be named."}
		if v.lead {
			p.Void.Action = &ui.Link{Label: "Log a win", URL: p.Log}
		}
		return p
	}
	if v.narrowed() {
		p.Title = "Found"
	}
	if v.Dated() {
		p.Keep = []ui.Pair{{Name: "from", Value: v.Period.From.String()}, {Name: "to", Value: v.Period.To.String()}}
	}
	p.CSV, p.Note = afreshCSV(v.fresh, v.at(route.Wins+".csv"), v.at(route.Wins))
	for _, w := range v.Wins {
		p.Rows = append(p.Rows, views.NewRow(w, route.Win(int64(w.ID)), ui.Date(w.Day.Time(), v.today.Time())))
	}
	p.Pages = v.pages(total)
	return p
}

// afreshCSV is the link of a download that names people: to the file, or to prove
// who one is first.
func afreshCSV(fresh bool, file, list string) (ui.LinkButtonProps, string) {
	csv := ui.LinkButtonProps{Label: "CSV", Icon: ui.IconDownload, Small: true}
	if fresh {
		csv.URL, csv.Download = file, true
		return csv, ""
	}
	csv.URL = route.With(route.SignInOIDC, "again", "1", "return_to", list)
	return csv, "Names leave this site only shortly after signing in: CSV asks you to confirm it is you, then brings you back here."
}

// headline says how many wins stand where, of all that fit but for their state.
func (v winView) headline() string {
	if say := standing(v.ByState); say != "" {
		return say + "."
	}
	return "Finished work that people got back."
}

func (v winView) filters() []ui.SelectProps {
	department := ui.SelectProps{Name: "department", Label: "Department", Options: []ui.Choice{{Label: "Any"}}}
	for _, d := range v.Departments {
		department.Options = append(department.Options, ui.Choice{Value: d.Slug, Label: d.Name, Chosen: d.Slug == v.Department})
	}
	department.Options = withNone(department.Options, v.Department, "No department")
	state := ui.SelectProps{Name: "state", Label: "State", Options: []ui.Choice{{Label: "Any"}}}
	for _, one := range value.States() {
		state.Options = append(state.Options, ui.Choice{Value: string(one), Label: views.StateLabel(one), Chosen: one == v.State})
	}
	before := ui.SelectProps{Name: "before", Label: "Before", Options: []ui.Choice{{Label: "Any"}}}
	for _, one := range value.Befores() {
		before.Options = append(before.Options, ui.Choice{Value: string(one), Label: views.BeforeLabel(one), Chosen: one == v.Before})
	}
	return []ui.SelectProps{department, state, before}
}

func (v winView) period() ui.PeriodProps {
	p := ui.PeriodProps{ID: "days", Label: "All days", Action: route.Wins, From: v.from, To: v.to, Error: v.wrong, Max: v.today.String()}
	if v.Dated() {
		p.Label = ui.DateRange(v.Period.From.Time(), v.Period.To.Time(), v.today.Time())
	}
	preset := func(label string, d day.Period) {
		o := ui.Option{Label: label, Current: d == v.Period, URL: v.at(route.Wins, "from", "", "to", "")}
		if d != (day.Period{}) {
			o.URL = v.at(route.Wins, "from", d.From.String(), "to", d.To.String())
		}
		p.Presets = append(p.Presets, o)
	}
	preset("All days", day.Period{})
	preset("Last 28 days", day.Period{From: v.today - 27, To: v.today})
	preset("This month", day.Period{From: v.today.Month().From, To: v.today})
	for _, k := range []struct{ name, value string }{{"department", v.Department}, {"state", string(v.State)}, {"before", string(v.Before)}} {
		if k.value != "" {
			p.Keep = append(p.Keep, ui.Pair{Name: k.name, Value: k.value})
		}
	}
	return p
}

func (v winView) pages(total int) ui.PagesProps {
	n := max(v.Filter.Page, 1)
	first := (n-1)*winsAPage + 1
	p := ui.PagesProps{Label: ui.Count(first) + "–" + ui.Count(first+len(v.Wins)-1) + " of " + ui.Count(total)}
	if n > 1 {
		p.Prev = v.at(route.Wins, "page", strconv.Itoa(n-1))
	}
	if n*winsAPage < total {
		p.Next = v.at(route.Wins, "page", strconv.Itoa(n+1))
	}
	return p
}

// exportedWins is how many wins a file holds at most.
const exportedWins = 10_000

// winSheet answers with every win that fits, and records that names left the site.
func (s *Server) winSheet(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	f := readWinFilter(r.URL.Query())
	f.Page, f.Limit = 1, exportedWins
	list, err := s.Wins.Book.Wins(r.Context(), actor, f.Filter)
	if err != nil {
		return err
	}
	table := [][]string{{"day", "email", "name", "department", "deliverable", "before", "hours_a_week", "goes_to", "state", "agreed_to_be_named", "logged_by", "logged_at", "decided_by", "decided_at"}}
	for _, one := range list.Wins {
		table = append(table, winCells(one))
	}
	now := s.Now()
	sent := identity.Event{By: actor, Action: "wins.exported", Subject: "wins", Detail: map[string]string{"rows": strconv.Itoa(len(list.Wins))}}
	if err := s.People.Roster.Audit(r.Context(), now, sent); err != nil {
		return err
	}
	return sendSheet(w, "wins-"+day.FromTime(now).String()+".csv", table)
}

func winCells(w value.Win) []string {
	hours, decided, agreed := "", "", "no"
	if w.Hours > 0 {
		hours = strconv.Itoa(int(w.Hours))
	}
	if !w.DecidedAt.IsZero() {
		decided = w.DecidedAt.Format(time.RFC3339)
	}
	if w.Consent {
		agreed = "yes"
	}
	return []string{w.Day.String(), w.Who.Email, w.Who.Name, w.Who.Department.Name, w.Deliverable, string(w.Before), hours, w.GoesTo, string(w.State), agreed,
		w.Logger, w.LoggedAt.Format(time.RFC3339), w.Decider, decided}
}
