package web

import (
	"net/http"
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/route"
	views "groundswell/views/training"
	"groundswell/views/ui"
)

// agendaWeeks is how many weeks the agenda shows from today on.
const agendaWeeks = 6

// agendaAsk is what an address asks of the agenda.
type agendaAsk struct {
	month      day.Date // its first day; day.None for what is coming up
	kind       enablement.Kind
	department string
	phone      bool // opened from a champion's day
}

func readAgendaAsk(r *http.Request) agendaAsk {
	q := r.URL.Query()
	ask := agendaAsk{month: day.None, kind: enablement.Kind(q.Get("kind")), department: q.Get("department"), phone: q.Get("from") == "today"}
	if t, err := time.Parse("2006-01", q.Get("month")); err == nil && t.Year() > 1970 && t.Year() < 9999 {
		ask.month = day.FromTime(t)
	}
	if !ask.kind.Valid() {
		ask.kind = ""
	}
	return ask
}

// period is the days that are shown.
func (a agendaAsk) period(today day.Date) day.Period {
	if a.month.Known() {
		return a.month.Month()
	}
	return day.Period{From: today, To: today.Monday() + 7*agendaWeeks - 1}
}

// at is the address of the agenda with some of it changed.
func (a agendaAsk) at(kv ...string) string {
	month, from := "", ""
	if a.month.Known() {
		month = a.month.Time().Format("2006-01")
	}
	if a.phone {
		from = "today"
	}
	return route.With(route.Trainings, append([]string{"month", month, "kind", string(a.kind), "department", a.department, "from", from}, kv...)...)
}

// trainingsPage is the agenda of sessions that concern the reader.
func (s *Server) trainingsPage(w http.ResponseWriter, r *http.Request, actor identity.Actor) error {
	at, err := s.trainingPlace(r.Context())
	if err != nil {
		return err
	}
	ask := readAgendaAsk(r)
	a, err := s.Trainings.Book.Agenda(r.Context(), actor, ask.period(at.Today), at.Today)
	if err != nil {
		return err
	}
	v := agendaReader{Agenda: a, server: s, actor: actor, ask: ask, place: at}
	props := v.props()
	if ask.phone && actor.Has(identity.Champion) {
		props.Phone = true
		return s.phone(w, r, actor, phonePage{Title: "Trainings", Sub: props.Sub, Tab: route.Today}, views.List(props))
	}
	return s.page(w, r, actor, page{Title: "Trainings", Section: route.Trainings}, views.List(props))
}

// agendaReader words the agenda.
type agendaReader struct {
	enablement.Agenda
	server *Server
	actor  identity.Actor
	ask    agendaAsk
	place  place
}

func (v agendaReader) props() views.ListProps {
	p := views.ListProps{
		Sub: v.sub(), Tabs: v.server.trainingTabs(v.actor, route.Trainings), Pickers: []ui.CohortProps{v.kinds()}, Span: "Coming up",
		Calendar: v.server.linkFor(v.actor, route.CalendarFeed),
	}
	if v.actor.Has(identity.Lead) {
		p.New, p.Series = route.NewTraining, route.NewSeries
	}
	if choices := v.departments(); len(choices.Options) > 2 {
		p.Pickers = append(p.Pickers, choices)
	}
	v.turn(&p)
	shown := v.shown()
	p.Weeks = views.Weeks(shown, v.place.Today, v.line)
	if len(shown) == 0 {
		p.None = v.none()
	}
	return p
}

// turn adds the way from month to month.
func (v agendaReader) turn(p *views.ListProps) {
	month := v.ask.month
	if month.Known() {
		p.Span = views.Month(month)
	} else {
		month = v.place.Today.Month().From
	}
	p.Soon = ui.Option{Label: "Coming up", URL: v.ask.at("month", ""), Current: !v.ask.month.Known()}
	before, after := (month - 1).Month().From, month.Month().To+1
	if !v.ask.month.Known() {
		before = month // the month as a whole, with what was held in it
	}
	p.Earlier = ui.Link{Label: views.Month(before), URL: v.ask.at("month", before.Time().Format("2006-01"))}
	p.Later = ui.Link{Label: views.Month(after), URL: v.ask.at("month", after.Time().Format("2006-01"))}
}

// shown leaves out what was not asked for, and what was held for those whom its
// turnout does not concern.
func (v agendaReader) shown() []enablement.Listed {
	return slices.DeleteFunc(slices.Clone(v.Sessions), func(l enablement.Listed) bool {
		switch {
		case v.ask.kind != "" && l.Kind != v.ask.kind, v.ask.department != "" && l.Department.Slug != v.ask.department:
			return true
		case !l.Over(v.place.Now):
			return false
		}
		return !v.ask.month.Known() || !v.seesPast(l)
	})
}

func (v agendaReader) seesPast(l enablement.Listed) bool {
	return overseers.admits(v.actor) || l.HostedBy(v.actor) || l.Joined || l.Came
}

func (v agendaReader) sub() string {
	for _, l := range v.Sessions {
		if l.Bookable(v.place.Now) {
			return "Next: " + l.Name + ", " + views.Day(l.Day, v.place.Today) + ", " + views.Hours(l.Planned, v.place.Zone)
		}
	}
	return "Sessions to learn delegating in, and to get help"
}

func (v agendaReader) kinds() ui.CohortProps {
	c := ui.CohortProps{ID: "pick-kind", Label: "Kind", Summary: "Any", Action: route.Trainings, Name: "kind", Single: true, Keep: v.keep("kind")}
	c.Options = []ui.CohortOption{{Value: "", Label: "Any", Checked: v.ask.kind == ""}}
	for _, k := range enablement.Kinds() {
		o := ui.CohortOption{Value: string(k), Label: k.Name(), Checked: k == v.ask.kind}
		if o.Checked {
			c.Summary, c.Clear = o.Label, v.ask.at("kind", "")
		}
		c.Options = append(c.Options, o)
	}
	return c
}

// departments offers those whose sessions the reader sees.
func (v agendaReader) departments() ui.CohortProps {
	c := ui.CohortProps{ID: "pick-department", Label: "Department", Summary: "Any", Action: route.Trainings, Name: "department", Single: true, Keep: v.keep("department")}
	c.Options = []ui.CohortOption{{Value: "", Label: "Any", Checked: v.ask.department == ""}}
	for _, d := range v.Departments {
		if !v.Reader.Sees(enablement.Listed{Planned: enablement.Planned{Outline: enablement.Outline{Department: d}}}) {
			continue
		}
		o := ui.CohortOption{Value: d.Slug, Label: d.Name, Checked: d.Slug == v.ask.department}
		if o.Checked {
			c.Summary, c.Clear = o.Label, v.ask.at("department", "")
		}
		c.Options = append(c.Options, o)
	}
	return c
}

// keep is the rest of the address as a form carries it along.
func (v agendaReader) keep(but string) []ui.Pair {
	var out []ui.Pair
	if v.ask.month.Known() {
		out = append(out, ui.Pair{Name: "month", Value: v.ask.month.Time().Format("2006-01")})
	}
	for _, p := range []ui.Pair{{Name: "kind", Value: string(v.ask.kind)}, {Name: "department", Value: v.ask.department}} {
		if p.Name != but && p.Value != "" {
			out = append(out, p)
		}
	}
	if v.ask.phone {
		out = append(out, ui.Pair{Name: "from", Value: "today"})
	}
	return out
}

func (v agendaReader) none() *ui.VoidProps {
	n := &ui.VoidProps{Icon: ui.IconCalendar, Title: "Nothing is planned", Body: "As soon as a session for you is planned, it stands here."}
	switch {
	case v.ask.kind != "" || v.ask.department != "":
		n.Title, n.Body = "No session matches", "Other kinds or departments may have one."
		n.Action = &ui.Link{Label: "Show all", URL: v.ask.at("kind", "", "department", "")}
	case v.ask.month.Known():
		n.Title, n.Body = "No session in "+views.Month(v.ask.month), "Look at another month, or at what is coming up."
	case v.actor.Has(identity.Lead):
		n.Body = "Formats hold an agenda to begin from: an all-staff 101, a department session, office hours or a user group."
		n.Action = &ui.Link{Label: "Look at the formats", URL: route.Formats}
	}
	return n
}

// line words one session for its reader.
func (v agendaReader) line(l enablement.Listed) views.Line {
	p := l.Planned
	out := views.Line{
		Hours: views.Hours(p, v.place.Zone), Begins: p.Begins().Format(time.RFC3339), Title: p.Name, Kind: p.Kind.Name(),
		Place: p.Place, Host: v.host(p), Cancelled: p.Cancelled(), Reason: p.CancelReason, URL: v.opens(route.Training(p.ID)),
	}
	if !p.FromFile {
		out.Whose = views.Whose(p.Department)
	}
	switch {
	case p.Link == "":
	case l.Joined || runs(v.actor, p):
		out.Join = p.Link
	case p.Place == "":
		out.Place = "Online, the link comes with signing up"
	}
	if l.Joined {
		out.Mine = "You signed up"
	}
	v.stand(&out, p)
	return out
}

// stand says how many seats are left or who came, and what is to be done about it.
func (v agendaReader) stand(out *views.Line, p enablement.Planned) {
	at := route.Training(p.ID)
	switch {
	case p.Cancelled():
		out.Join = ""
	case p.Over(v.place.Now):
		out.Seats, out.Mine, out.Join = views.Turnout(p), "", ""
		if !overseers.admits(v.actor) && !p.HostedBy(v.actor) {
			out.Seats, out.Mine = "", "Over"
			return
		}
		out.Missing = p.Attended == 0
		if runs(v.actor, p) && !p.FromFile && p.CoveredAt.IsZero() {
			out.Confirm = at + partCovered
		}
	default:
		out.Seats = views.Seats(p)
		if out.URL == "" && runs(v.actor, p) {
			out.Edit = at + partEdit
		}
	}
}

// host names who runs a session; to those who see no names, nobody.
func (v agendaReader) host(p enablement.Planned) string {
	if len(v.actor.Roles) == 1 && v.actor.Has(identity.Executive) {
		return ""
	}
	return p.Host.Called()
}

func (v agendaReader) opens(url string) string {
	if !v.server.mayOpen(v.actor, url) {
		return ""
	}
	return url
}
