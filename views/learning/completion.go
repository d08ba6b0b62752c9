package learning

import (
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// unassigned is the address of people without a department, or without a wave.
const unassigned = "unassigned"

// Asked is what the address of the page says.
type Asked struct {
	Everybody        bool // the reader may know of everybody
	ByWave           bool
	Search           string
	Department, Wave string // slugs
	After            string
}

// At is the address of a page about the same people, with some of it changed.
func (a Asked) At(path string, kv ...string) string {
	by := ""
	if a.ByWave {
		by = "wave"
	}
	return route.With(path, append([]string{"by", by, "q", a.Search, "department", a.Department, "wave", a.Wave}, kv...)...)
}

// narrowed reports whether less than everybody of the scope is asked for.
func (a Asked) narrowed() bool { return a.Search != "" || a.Department != "" || a.Wave != "" }

// CompletionData is what the page is made of.
type CompletionData struct {
	Asked
	Standings   enablement.Standings
	Sessions    []enablement.Listed // that the missing people could join
	Departments []people.Department
	Waves       []people.Wave
	AtLeast     int // rows about fewer people have no figures; 0: every row has
	Lead, Fresh bool
	Tabs        ui.TabsProps
	Today       day.Date
	Now         time.Time // where the rollout happens
}

// CompletionProps is the page of who was at a training.
type CompletionProps struct {
	Sub      string
	Tabs     ui.TabsProps
	Views    ui.TabsProps // by department or by wave; none for those who see one department
	Import   string       // nobody is on the roster: where it is imported; "" otherwise
	Nobody   bool
	First    *ui.BannerProps
	Plan     string // where to plan a session for those
	Rows     []StandingRow
	Of       string // what the rows are of
	Missing  Missing
	Sessions []Session
	NoneNext ui.VoidProps
}

// StandingRow is a department or a wave.
type StandingRow struct {
	Label, URL, Opens                                   string
	People, Basics, Own, Either, Completed, Ahead, Miss string
	Share                                               string // of Completed
	Withheld                                            string // why there are no figures
}

// Missing is who was at no training.
type Missing struct {
	Title, Sub         string
	Search, Clear      string
	Action             string
	By                 string
	Departments, Waves []ui.Choice
	CSV                ui.LinkButtonProps
	Note               string
	Rows               []MissingRow
	Pages              ui.PagesProps
	Void               ui.VoidProps
}

// MissingRow is somebody who was at no training.
type MissingRow struct {
	Name, Email, Department, Wave string
	State                         ui.ChipProps
	Ahead, AheadURL               string
}

// Session is one that they could join.
type Session struct{ When, Name, For, Seats, URL string }

// NewCompletion makes the page.
func NewCompletion(d CompletionData) CompletionProps {
	p := CompletionProps{Tabs: d.Tabs, Of: "Department", Missing: missing(d), Sub: completionSub(d)}
	list := d.Standings.Departments
	if d.ByWave {
		p.Of, list = "Wave", d.Standings.Waves
	}
	if d.Everybody {
		p.Views = ui.TabsProps{Label: "Counted by", Options: []ui.Option{
			{Label: "By department", URL: route.Completion, Current: !d.ByWave}, {Label: "By wave", URL: route.With(route.Completion, "by", "wave"), Current: d.ByWave},
		}}
	}
	for _, s := range list {
		p.Rows = append(p.Rows, standingRow(s, d))
	}
	if p.Nobody = len(list) == 0; p.Nobody && d.Lead {
		p.Import = route.Imports
	}
	if d.Lead {
		p.helpFirst(d)
	}
	for _, l := range d.Sessions[:min(len(d.Sessions), 6)] {
		p.Sessions = append(p.Sessions, session(l, d))
	}
	p.NoneNext = ui.VoidProps{Icon: ui.IconCalendarDays, Title: "None is planned", Body: "No training of the next 60 days is open to them."}
	if d.Lead {
		p.NoneNext.Action = &ui.Link{Label: "Plan a session", URL: route.With(route.NewTraining, "kind", string(enablement.Department), "department", d.Department)}
	}
	return p
}

func completionSub(d CompletionData) string {
	if d.Everybody {
		return "Who was at an all-staff 101 or a department session, of the people placed today."
	}
	return "Who of your people was at an all-staff 101 or a department session, as placed today."
}

// helpFirst says where a lead's help does most.
func (p *CompletionProps) helpFirst(d CompletionData) {
	s, ok := enablement.HelpFirst(d.Standings.Departments, d.Today)
	if !ok {
		return
	}
	say := ui.Counted(s.Missing, "person is missing", "people are missing")
	if s.Ahead > 0 {
		say += ", " + ui.Count(s.Ahead) + " of them signed up ahead"
	}
	switch {
	case s.Opens == nil:
		say += ". Its opening day is not set."
	case *s.Opens < d.Today:
		say += ". It opened " + ui.Date(s.Opens.Time(), d.Now) + "."
	default:
		say += ". It opens " + ui.Date(s.Opens.Time(), d.Now) + "."
	}
	p.First = &ui.BannerProps{Title: "Help first: " + s.Name, Body: say, Icon: ui.IconFlag}
	p.Plan = route.With(route.NewTraining, "kind", string(enablement.Department), "department", s.Slug)
}

func standingRow(s enablement.Standing, d CompletionData) StandingRow {
	slug, key := s.Slug, "department"
	if d.ByWave {
		key = "wave"
	}
	row := StandingRow{Label: s.Name}
	if s.ID == 0 {
		slug, row.Label = unassigned, "No "+key
	}
	row.URL = Asked{ByWave: d.ByWave}.At(route.Completion, key, slug) + "#missing"
	if s.Opens != nil {
		row.Opens = ui.Date(s.Opens.Time(), d.Now)
	}
	if s.People < d.AtLeast {
		row.Withheld = "No figures about fewer than " + strconv.Itoa(d.AtLeast) + " people"
		return row
	}
	row.People, row.Basics, row.Own, row.Either = ui.Count(s.People), ui.Count(s.Basics), ui.Count(s.Own), ui.Count(s.Either)
	row.Completed, row.Share = ui.Count(s.Completed), "("+ui.Percent(float64(s.Completed)/float64(s.People))+")"
	row.Miss, row.Ahead = ui.Count(s.Missing), ui.Count(s.Ahead)
	return row
}

func missing(d CompletionData) Missing {
	m := Missing{
		Title: "Who is missing", Sub: "Members and invited people of the roster who were at neither", Search: d.Search,
		Action: route.Completion, Note: "Names leave this site only shortly after signing in.",
		CSV: ui.LinkButtonProps{Label: "CSV", URL: d.At(route.Completion + ".csv"), Icon: ui.IconDownload, Small: true, Download: true},
	}
	if d.ByWave {
		m.By = "wave"
	}
	if d.Fresh {
		m.Note = ""
	} else {
		m.CSV.URL, m.CSV.Download = route.With(route.SignInOIDC, "again", "1", "return_to", d.At(route.Completion)), false
	}
	if d.narrowed() {
		m.Clear = Asked{ByWave: d.ByWave}.At(route.Completion) + "#missing"
	}
	m.Departments, m.Waves = departmentChoices(d), waveChoices(d)
	for _, u := range d.Standings.Missing {
		m.Rows = append(m.Rows, missingRow(u, d))
	}
	m.Pages, m.Void = missingPages(d), missingVoid(d, m.Clear)
	return m
}

func missingVoid(d CompletionData, all string) ui.VoidProps {
	if d.narrowed() {
		return ui.VoidProps{Icon: ui.IconSearch, Title: "Nobody matches", Body: "Nobody who is missing fits what you asked for.", Action: &ui.Link{Label: "Show everybody missing", URL: all}}
	}
	return ui.VoidProps{Icon: ui.IconCircleCheck, Title: "Nobody is missing", Body: "Every member and everybody invited was at a training."}
}

func missingPages(d CompletionData) ui.PagesProps {
	p := ui.PagesProps{Label: "By address"}
	if d.After != "" {
		p.Prev = d.At(route.Completion) + "#missing"
	}
	if n := len(d.Standings.Missing); d.Standings.More && n > 0 {
		p.Next = d.At(route.Completion, "after", strings.ToLower(d.Standings.Missing[n-1].Email)) + "#missing"
	}
	return p
}

func missingRow(u enablement.Untrained, d CompletionData) MissingRow {
	row := MissingRow{Name: u.Label(), Department: u.Department, Wave: u.Wave, State: ui.ChipProps{Label: "Member", Tone: ui.ToneGood, Icon: ui.IconCheck}}
	if u.Name != "" {
		row.Email = u.Email
	}
	if u.Invited {
		row.State = ui.ChipProps{Label: "Invited", Tone: ui.ToneTide, Icon: ui.IconMail}
	}
	if u.Ahead != nil {
		row.Ahead, row.AheadURL = u.Ahead.Name+", "+ui.Date(u.Ahead.Day.Time(), d.Now), route.Training(u.Ahead.Session)
	}
	return row
}

// departmentChoices are the departments that have a row.
func departmentChoices(d CompletionData) []ui.Choice {
	out := []ui.Choice{{Label: "Any", Chosen: d.Department == ""}}
	for _, s := range d.Standings.Departments {
		out = append(out, choice(s, "No department", d.Department))
	}
	return out
}

func waveChoices(d CompletionData) []ui.Choice {
	out := []ui.Choice{{Label: "Any", Chosen: d.Wave == ""}}
	for _, s := range d.Standings.Waves {
		out = append(out, choice(s, "No wave", d.Wave))
	}
	return out
}

func choice(s enablement.Standing, none, chosen string) ui.Choice {
	if s.ID == 0 {
		return ui.Choice{Value: unassigned, Label: none, Chosen: chosen == unassigned}
	}
	return ui.Choice{Value: s.Slug, Label: s.Name, Chosen: chosen == s.Slug}
}

func session(l enablement.Listed, d CompletionData) Session {
	s := Session{Name: l.Name, When: ui.Date(l.Begins(), d.Now) + ", " + ui.Clock(l.Begins()), For: l.Kind.Name(), URL: route.Training(l.ID), Seats: "no limit of seats"}
	if !l.Department.Everybody() {
		s.For += " of " + l.Department.Name
	}
	if left := l.SeatsLeft(); left != nil && *left > 0 {
		s.Seats = ui.Counted(*left, "seat left", "seats left")
	} else if left != nil {
		s.Seats = "full, more people can wait"
	}
	return s
}

func (p CompletionProps) columns() []ui.Column {
	return []ui.Column{
		{Label: p.Of}, {Label: "People", Numeric: true, Title: "Placed there today"}, {Label: "101", Numeric: true, Title: "At an all-staff 101"},
		{Label: "Department session", Numeric: true}, {Label: "Either", Numeric: true}, {Label: "Completed", Numeric: true, Title: "Completed one of the two"},
		{Label: "Missing", Numeric: true, Title: "Members or invited, and at neither"}, {Label: "Signed up", Numeric: true, Title: "Of those missing, signed up for one to come"},
	}
}

func lower(s string) string { return strings.ToLower(s) }
