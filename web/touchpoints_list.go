package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/touchpoint"
	"groundswell/views/ui"
)

const touchpointsAPage = 25

// spans are the stretches of days a list of touchpoints is narrowed to.
var spans = []struct {
	key, label string
	days       int
}{{"28", "Last 28 days", 28}, {"90", "Last 90 days", 90}, {"all", "All days", 0}}

// touchList is a list of touchpoints on its way to its Props.
type touchList struct {
	roster.TouchpointView
	filter roster.TouchpointFilter
	span   string
	actor  identity.Actor
	today  day.Date
	fresh  bool
	s      *Server
	effect adoption.Effect
}

// touchFilter reads the address. What cannot be meant filters nothing.
func touchFilter(q url.Values, today day.Date) (f roster.TouchpointFilter, span string) {
	f = roster.TouchpointFilter{
		Search: lookedFor(q.Get("q")), Department: lookedFor(q.Get("department")), Champion: lookedFor(q.Get("champion")),
		Person: lookedFor(q.Get("person")), Kind: roster.TouchpointKind(lookedFor(q.Get("kind"))), Limit: touchpointsAPage,
	}
	for _, one := range spans {
		if one.key != q.Get("span") && !(q.Get("span") == "" && one.key == "28") {
			continue
		}
		span = one.key
		if one.days > 0 {
			f.Period = day.Period{From: today - day.Date(one.days) + 1, To: today}
		}
	}
	at, id, _ := strings.Cut(q.Get("after"), "/")
	if d, err := day.Parse(at); err == nil {
		f.After.Day = d
		f.After.ID, _ = strconv.ParseInt(id, 10, 64)
	}
	return f, span
}

// lookedFor is what a field of an address holds, as long as that can be looked for.
func lookedFor(s string) string {
	s = strings.TrimSpace(s)
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > maxSearch {
		return ""
	}
	return s
}

// touchpointsPage lists touchpoints: to leads and auditors every one, to champions
// those of their own departments, on a phone.
func (s *Server) touchpointsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	l, err := s.touchpointList(r, actor)
	if err != nil {
		return err
	}
	if !actor.HasAny(identity.Lead, identity.Auditor) {
		p := phonePage{Title: "Touchpoints", Sub: ui.Date(l.today.Time(), l.today.Time()), Tab: route.TodayPeople}
		return s.phone(w, r, actor, p, views.PhoneList(l.phone()))
	}
	x, err := s.Index.Index(r.Context())
	if err != nil {
		return err
	}
	l.effect = x.Effect(l.period(), l.within(), actor.SeesSmallGroups())
	return s.page(w, r, actor, page{Title: "Touchpoints", Section: route.Touchpoints}, views.List(l.props()))
}

func (s *Server) touchpointList(r *http.Request, actor identity.Actor) (*touchList, error) {
	today, err := s.planToday(r.Context())
	if err != nil {
		return nil, err
	}
	l := &touchList{actor: actor, today: today, fresh: isFresh(r), s: s}
	l.filter, l.span = touchFilter(r.URL.Query(), today)
	scope := actor.PeopleScope()
	if !scope.Everyone() && r.URL.Query().Get("whose") != "all" {
		l.filter.Champion = actor.Email
	}
	l.TouchpointView, err = s.Touchpoints.Book.TouchpointView(r.Context(), scope, l.filter, today)
	return l, err
}

// within are the departments that the list is narrowed to; nil for every one.
func (l *touchList) within() []string {
	if l.filter.Department == "" {
		return nil
	}
	return []string{l.filter.Department}
}

// period is the days the list covers.
func (l *touchList) period() day.Period {
	if l.filter.Period == (day.Period{}) {
		return day.Period{From: adoption.FirstDay, To: l.today}
	}
	return l.filter.Period
}

// at is the address of a list with this filter.
func (l *touchList) at(path string, kv ...string) string {
	f, span := l.filter, l.span
	if span == "28" {
		span = ""
	}
	return route.With(path, append([]string{"q", f.Search, "person", f.Person, "department", f.Department, "champion", f.Champion, "kind", string(f.Kind), "span", span}, kv...)...)
}

func (l *touchList) props() views.ListProps {
	p := views.ListProps{
		Head: ui.PageHeadProps{Title: "Touchpoints", Sub: "What champions did for people, one line each time."},
		Sub:  ui.Counted(l.all(), "touchpoint", "touchpoints"), Filter: l.picks(), Effect: views.NewEffect(l.effect, l.spanLabel()), Totals: l.kinds(),
		Amending: l.actor.Has(identity.Lead), Pages: l.foot(),
	}
	if p.Amending {
		p.New = route.NewTouchpoint
	}
	p.CSV, p.Note = l.download()
	for _, t := range l.Page.Touchpoints {
		p.Rows = append(p.Rows, l.row(t))
	}
	if len(p.Rows) == 0 {
		p.None = &ui.VoidProps{Icon: ui.IconMessageCirclePlus, Title: "No touchpoint fits", Body: "Champions log them on their phones; a file of earlier ones can be imported.", Action: &ui.Link{Label: "Show all days", URL: route.With(route.Touchpoints, "span", "all")}}
	}
	return p
}

func (l *touchList) all() int {
	n := 0
	for _, t := range l.Totals {
		n += t.Count
	}
	return n
}

func (l *touchList) kinds() []ui.Pair {
	var out []ui.Pair
	for _, t := range l.Totals {
		out = append(out, ui.Pair{Name: t.Kind.Name(), Value: ui.Count(t.Count)})
	}
	return out
}

func (l *touchList) row(t roster.LoggedTouchpoint) views.Row {
	r := views.Row{
		Day: ui.Date(t.Day.Time(), l.today.Time()), With: t.PersonName, Department: t.Department.Name, Whole: t.PersonEmail == "",
		Kind: t.Kind.Name(), Champion: t.ChampionName, Note: t.Note,
	}
	if r.Whole {
		r.With = "The whole of " + t.Department.Name
	}
	if t.Outcome != "" {
		r.Outcome = t.Outcome.Name()
	}
	if t.MayAmend(l.actor, l.s.Now()) {
		r.Change = route.With(route.Touchpoint(t.ID), "return_to", l.at(route.Touchpoints))
	}
	return r
}

func (l *touchList) spanLabel() string {
	for _, one := range spans {
		if one.key == l.span {
			return one.label
		}
	}
	return ""
}

// download is the way to all of them as a file, which asks who one is first.
func (l *touchList) download() (ui.LinkButtonProps, string) {
	b := ui.LinkButtonProps{Label: "CSV", Icon: ui.IconDownload, Small: true}
	if l.fresh {
		b.URL, b.Download = l.at(route.Touchpoints+".csv"), true
		return b, ""
	}
	b.URL = route.With(route.SignInOIDC, "again", "1", "return_to", l.at(route.Touchpoints))
	return b, "Names leave this site only shortly after signing in: CSV asks you to confirm it is you, then brings you back here."
}

func (l *touchList) foot() ui.PagesProps {
	p := ui.PagesProps{Label: ui.Counted(len(l.Page.Touchpoints), "touchpoint", "touchpoints") + " on this page"}
	if l.Page.Next.ID != 0 {
		p.Next = l.at(route.Touchpoints, "after", markOf(l.Page.Next))
	}
	if l.filter.After.ID != 0 {
		p.Prev = l.at(route.Touchpoints)
	}
	return p
}

func markOf(m roster.TouchpointMark) string {
	return m.Day.String() + "/" + strconv.FormatInt(m.ID, 10)
}

// picks are the choices that narrow the list.
func (l *touchList) picks() views.Filter {
	f := views.Filter{Action: route.Touchpoints, Text: l.filter.Search, Departments: []ui.Choice{{Label: "Any"}}, Champions: []ui.Choice{{Label: "Any"}}, Kinds: []ui.Choice{{Label: "Any"}}}
	for _, one := range spans {
		f.Span = append(f.Span, ui.Choice{Value: one.key, Label: one.label, Chosen: one.key == l.span})
	}
	for _, d := range l.Departments {
		f.Departments = append(f.Departments, ui.Choice{Value: d.Slug, Label: d.Name, Chosen: d.Slug == l.filter.Department})
	}
	for _, c := range l.Champions {
		f.Champions = append(f.Champions, ui.Choice{Value: c.Email, Label: c.Name, Chosen: c.Email == l.filter.Champion})
	}
	for _, k := range roster.TouchpointKinds() {
		f.Kinds = append(f.Kinds, ui.Choice{Value: string(k), Label: k.Name(), Chosen: k == l.filter.Kind})
	}
	return f
}

// phone is the list as a champion reads it.
func (l *touchList) phone() views.PhoneListProps {
	whose := "all"
	if l.filter.Champion != "" {
		whose = ""
	}
	to := func(w string) string { return route.With(route.Touchpoints, "span", "all", "whose", w) }
	p := views.PhoneListProps{
		New: route.With(route.NewTouchpoint, "return_to", route.Touchpoints), Title: "Your touchpoints", Totals: ui.Count(l.all()),
		Views: []ui.Option{{Label: "Yours", URL: to(""), Current: whose == ""}, {Label: "All of your departments", URL: to("all"), Current: whose == "all"}},
	}
	if whose == "all" {
		p.Title = "In your departments"
	}
	for _, t := range l.Page.Touchpoints {
		p.Rows = append(p.Rows, l.row(t))
	}
	if len(p.Rows) == 0 {
		p.None = "None in the " + strings.ToLower(l.spanLabel()) + "."
	}
	if l.Page.Next.ID != 0 {
		p.Next = route.With(route.Touchpoints, "span", l.span, "whose", whose, "after", markOf(l.Page.Next))
	}
	return p
}

// touchpointsCSV answers with every touchpoint that fits, and records that names left the site.
func (s *Server) touchpointsCSV(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	today, err := s.planToday(r.Context())
	if err != nil {
		return err
	}
	f, _ := touchFilter(r.URL.Query(), today)
	f.Limit, f.After = exportAPage, roster.TouchpointMark{}
	table := [][]string{{"date", "champion_email", "user_email", "department", "kind", "outcome", "note"}}
	for {
		p, err := s.Touchpoints.Book.Touchpoints(r.Context(), actor.PeopleScope(), f, today)
		if err != nil {
			return err
		}
		for _, t := range p.Touchpoints {
			table = append(table, []string{t.Day.String(), t.ChampionEmail, t.PersonEmail, t.Department.Name, string(t.Kind), string(t.Outcome), t.Note})
		}
		if f.After = p.Next; f.After.ID == 0 {
			break
		}
	}
	sent := identity.Event{By: actor, Action: "touchpoints.exported", Subject: "touchpoints", Detail: map[string]string{"rows": strconv.Itoa(len(table) - 1)}}
	if err := s.Touchpoints.Book.Audit(r.Context(), s.Now(), sent); err != nil {
		return err
	}
	return sendSheet(w, "touchpoints-"+today.String()+".csv", table)
}
