package champion

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Gap narrows the register to departments that stand in one way.
type Gap string

// The ways departments stand.
const (
	GapShort   Gap = "short"   // too few today
	GapSoon    Gap = "soon"    // too few after a planned departure
	GapWaiting Gap = "waiting" // somebody is nominated or invited
	GapEnough  Gap = "enough"
)

// Filter narrows the register; zero values narrow nothing.
type Filter struct {
	Wave, Department string // slugs
	Gap              Gap
}

// RegisterData is what the page of the register is made from.
type RegisterData struct {
	people.Register
	Filter   Filter
	Today    day.Date
	Now      time.Time
	Lead     bool
	Fresh    bool          // may download now
	Numbers  *CoverageForm // as typed; nil for those in force
	CanOpen  func(address string) bool
	Problem  string // why the last change was not made
	Imported bool   // somebody is on the roster
}

// RegisterProps is the page of the register.
type RegisterProps struct {
	Head       ui.PageHeadProps
	New        string // where champions are nominated; "" for readers
	Candidates string
	Roll       string // contributions of a quarter; "" when there is no such page
	Void       *ui.VoidProps
	Problem    string
	Notes      []ui.BannerProps
	Search     Search
	CSV        ui.LinkButtonProps
	CSVNote    string
	Title, Sub string // of the table
	Rows       []DepartmentRow
	Waiting    []WaitingRow
	Unknown    []UnknownRow
	Numbers    CoverageForm
	Earlier    []EarlierRow
	Lead       bool
}

// Search narrows the table.
type Search struct {
	Waves, Departments, Gaps []ui.Choice
	Clear                    string
}

// DepartmentRow is how one department is covered.
type DepartmentRow struct {
	Name, URL, Sub string
	Day            string // the day of its champions; "" for who may not look at it
	Champions      []ChampionLine
	Coming         string // who is on the way
	Gap            ui.ChipProps
	Needed         string
	Touchpoints    string // "" when there never was one
	Last           string
}

// ChampionLine is one champion of a department.
type ChampionLine struct {
	Name, URL string
	Note      string
	Warn      string // a planned departure, or one that has passed
}

// WaitingRow is a nomination or an invitation that waits.
type WaitingRow struct {
	Name, URL, Department, How, When, Because string
	State                                     ui.ChipProps
	Invite, TurnDown, Version                 string // "" when there is nothing to decide
	ID                                        string
}

// UnknownRow is somebody who works as a champion and is in no open entry.
type UnknownRow struct {
	ID, Name, Email, Department, DepartmentID, Why string
}

// EarlierRow is an entry that is over.
type EarlierRow struct{ Name, URL, Department, What string }

// CoverageForm is how many champions there should be, as typed.
type CoverageForm struct {
	Least, Most, PeopleLow, PeopleHigh string
	Version                            string
	Errors                             map[string]string
	Problem                            string
}

// NumbersOf is the form before anybody typed.
func NumbersOf(v people.Coverage) CoverageForm {
	return CoverageForm{
		Least: strconv.Itoa(v.Least), Most: strconv.Itoa(v.Most), PeopleLow: strconv.Itoa(v.PeopleLow), PeopleHigh: strconv.Itoa(v.PeopleHigh),
		Version: strconv.Itoa(v.Version),
	}
}

// NewRegister makes the page.
func NewRegister(d RegisterData) RegisterProps {
	covers := d.Covers(d.Today)
	p := RegisterProps{
		Head: ui.PageHeadProps{Title: "Champions", Sub: headline(covers)}, Lead: d.Lead, Problem: d.Problem,
		Numbers: NumbersOf(d.Coverage), Search: d.search(), Void: d.void(covers),
	}
	if d.Numbers != nil {
		p.Numbers = *d.Numbers
	}
	if d.Lead && d.Imported {
		p.New = route.NewChampion
	}
	for to, page := range map[*string]string{&p.Candidates: route.Candidates, &p.Roll: route.Roll} {
		if d.CanOpen(page) {
			*to = page
		}
	}
	p.Waiting, p.Unknown, p.Earlier, p.Notes = d.waiting(), d.unknown(), d.earlier(), d.notes(covers)
	shown := 0
	for _, c := range covers {
		if d.shows(c) {
			shown++
			p.Rows = append(p.Rows, d.row(c))
		}
	}
	p.Title, p.Sub = "Coverage", ui.Counted(shown, "department", "departments")
	if shown != len(covers) {
		p.Sub = ui.Count(shown) + " of " + ui.Counted(len(covers), "department", "departments")
	}
	p.CSV, p.CSVNote = download(d.at(route.Champions+".csv"), d.at(route.Champions), d.Fresh)
	return p
}

func headline(covers []people.Cover) string {
	have, short, missing := 0, 0, 0
	for _, c := range covers {
		have += c.Have()
		missing += c.Gap()
		if c.Gap() > 0 {
			short++
		}
	}
	if len(covers) == 0 {
		return "Nobody yet"
	}
	said := ui.Counted(have, "champion", "champions") + " in " + ui.Counted(len(covers), "department", "departments")
	if short == 0 {
		return said + ". Every department has enough."
	}
	return said + ". " + ui.Counted(missing, "is", "are") + " missing in " + ui.Counted(short, "department", "departments") + "."
}

// void says what the register needs first.
func (d RegisterData) void(covers []people.Cover) *ui.VoidProps {
	if len(covers) > 0 {
		return nil
	}
	v := &ui.VoidProps{Icon: ui.IconHandHelping, Title: "No department has people yet", Body: "Champions belong to departments, and the roster says who is in which. Once it is imported, this page shows how many champions each department needs."}
	if d.Lead && d.CanOpen(route.Imports) {
		v.Action = &ui.Link{Label: "Import people", URL: route.Imports}
	}
	return v
}

func (d RegisterData) notes(covers []people.Cover) []ui.BannerProps {
	if len(covers) == 0 || len(d.Champions) > 0 {
		return nil
	}
	note := ui.BannerProps{Title: "Nobody is in the register yet", Body: "Begin with people whom colleagues ask anyway. Nominate them here; they accept by a link, or you register what is agreed already."}
	if d.Lead {
		note.Link = &ui.Link{Label: "Nominate a champion", URL: route.NewChampion}
	}
	return []ui.BannerProps{note}
}

// at is the address of the register with its filter.
func (d RegisterData) at(path string) string {
	return route.With(path, "wave", d.Filter.Wave, "department", d.Filter.Department, "gap", string(d.Filter.Gap))
}

func (d RegisterData) search() Search {
	any := func(chosen string) []ui.Choice { return []ui.Choice{{Label: "Any", Chosen: chosen == ""}} }
	s := Search{Waves: any(d.Filter.Wave), Departments: any(d.Filter.Department), Gaps: any(string(d.Filter.Gap)), Clear: route.Champions}
	for _, w := range d.Waves {
		s.Waves = append(s.Waves, ui.Choice{Value: w.Slug, Label: w.Name, Chosen: w.Slug == d.Filter.Wave})
	}
	for _, x := range d.Departments {
		if x.People > 0 {
			s.Departments = append(s.Departments, ui.Choice{Value: x.Slug, Label: x.Name, Chosen: x.Slug == d.Filter.Department})
		}
	}
	for _, g := range []struct {
		gap   Gap
		label string
	}{{GapShort, "Too few"}, {GapSoon, "Too few soon"}, {GapWaiting, "Somebody on the way"}, {GapEnough, "Enough"}} {
		s.Gaps = append(s.Gaps, ui.Choice{Value: string(g.gap), Label: g.label, Chosen: g.gap == d.Filter.Gap})
	}
	return s
}

func (d RegisterData) shows(c people.Cover) bool {
	if d.Filter.Department != "" && c.Department.Slug != d.Filter.Department || d.Filter.Wave != "" && d.wave(c.Department.Wave).Slug != d.Filter.Wave {
		return false
	}
	switch d.Filter.Gap {
	case GapShort:
		return c.Gap() > 0
	case GapSoon:
		return c.ShortFrom.Known()
	case GapWaiting:
		return len(c.Nominated)+len(c.Invited) > 0
	case GapEnough:
		return c.Gap() == 0
	}
	return true
}

func (d RegisterData) wave(id int) people.Wave {
	for _, w := range d.Waves {
		if w.ID == id {
			return w
		}
	}
	return people.Wave{}
}

func (d RegisterData) row(c people.Cover) DepartmentRow {
	r := DepartmentRow{
		Name: c.Department.Name, URL: route.Cohort("department", c.Department.Slug), Sub: ui.Counted(c.Department.People, "person", "people"),
		Gap: gapChip(c, d.Now), Needed: ui.Count(c.Have()) + " of " + ui.Count(c.Needed) + " · up to " + ui.Count(c.Useful) + " useful", Coming: coming(c),
	}
	if d.CanOpen(route.Today) {
		r.Day = route.With(route.Today, "department", c.Department.Slug)
	}
	if w := d.wave(c.Department.Wave); w.Name != "" {
		r.Sub += " · " + w.Name
	}
	touches, last := 0, day.None
	for _, who := range slices.Concat(c.Champions, c.Past) {
		r.Champions = append(r.Champions, d.line(who))
		did := d.Of(who.Email)
		touches, last = touches+did.Touchpoints, max(last, did.Last)
	}
	if last.Known() {
		r.Touchpoints, r.Last = ui.Count(touches), "Last "+dayWords(last, d.Now)
	}
	return r
}

func (d RegisterData) line(c *people.Champion) ChampionLine {
	l := ChampionLine{Name: c.Label(), Note: agreedWords(c, d.Now)}
	if c.ID == 0 {
		l.Note = "Holds the role, not in the register"
		return l
	}
	l.URL = route.Champion(int64(c.ID))
	switch {
	case !c.Counts(d.Today):
		l.Warn = "Last day was " + dayWords(c.LeavesOn, d.Now) + ": end the entry"
	case c.LeavesOn.Known():
		l.Warn = "Last day " + dayWords(c.LeavesOn, d.Now)
	}
	return l
}

// gapChip says in words how a department stands.
func gapChip(c people.Cover, now time.Time) ui.ChipProps {
	switch {
	case c.Gap() > 0 && c.Have() == 0:
		return ui.ChipProps{Label: "None of " + ui.Count(c.Needed), Tone: ui.ToneBad, Icon: ui.IconCircleX}
	case c.Gap() > 0:
		return ui.ChipProps{Label: ui.Count(c.Gap()) + " missing", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	case c.ShortFrom.Known():
		return ui.ChipProps{Label: "Too few from " + dayWords(c.ShortFrom, now), Tone: ui.ToneWarn, Icon: ui.IconClockAlert}
	}
	return ui.ChipProps{Label: "Enough", Tone: ui.ToneGood, Icon: ui.IconCheck}
}

func coming(c people.Cover) string {
	var said []string
	if n := len(c.Invited); n > 0 {
		said = append(said, ui.Count(n)+" invited")
	}
	if n := len(c.Nominated); n > 0 {
		said = append(said, ui.Count(n)+" nominated")
	}
	return strings.Join(said, ", ")
}

// waiting lists what a lead has to decide, then who has not answered, the oldest first.
func (d RegisterData) waiting() []WaitingRow {
	var list []people.Champion
	for _, c := range d.Champions {
		if c.State == people.ChampionNominated || c.State == people.ChampionInvited {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b people.Champion) int {
		return cmp.Or(strings.Compare(string(b.State), string(a.State)), a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	var out []WaitingRow
	for _, c := range list {
		out = append(out, d.waitingRow(c))
	}
	return out
}

func (d RegisterData) waitingRow(c people.Champion) WaitingRow {
	at := route.Champion(int64(c.ID))
	r := WaitingRow{
		ID: strconv.FormatInt(int64(c.ID), 10), Name: c.Label(), URL: at, Department: d.Department(c.Department).Name, How: strings.TrimSuffix(nominated(c, d.Nominators[c.By]), ","),
		When: ui.Date(c.At.UTC(), d.Now), Because: c.Because, State: stateChip(c, d.Today), Version: strconv.Itoa(c.Version),
	}
	if c.State == people.ChampionInvited && !d.Now.Before(c.InviteExpires) {
		r.State = ui.ChipProps{Label: "Link expired", Tone: ui.ToneWarn, Icon: ui.IconClockAlert}
	}
	if d.Lead && c.State == people.ChampionNominated {
		r.Invite, r.TurnDown = at+"/invite", at+"/decline"
	}
	return r
}

func (d RegisterData) unknown() []UnknownRow {
	var out []UnknownRow
	add := func(email, name string, department int, why string) {
		place := d.Department(department)
		r := UnknownRow{ID: strconv.Itoa(len(out)), Name: cmp.Or(name, email), Email: email, Department: cmp.Or(place.Name, "No department"), Why: why}
		if place.ID != 0 {
			r.DepartmentID = strconv.Itoa(place.ID)
		}
		out = append(out, r)
	}
	for _, h := range d.Unregistered() {
		why := "Holds the role of champion"
		if h.ByGroup {
			why += ", by a group of the identity provider"
		}
		add(h.Email, h.Name, h.Department, why)
	}
	for _, l := range d.Loggers {
		add(l.Email, l.Name, l.Department, "Logs touchpoints: "+ui.Count(l.Touchpoints)+" in 28 days")
	}
	return out
}

// mostEarlier bounds the list of entries that are over: the rest is in the export.
const mostEarlier = 30

func (d RegisterData) earlier() []EarlierRow {
	var out []EarlierRow
	for _, c := range d.Champions {
		r := EarlierRow{Name: c.Label(), URL: route.Champion(int64(c.ID)), Department: d.Department(c.Department).Name}
		switch c.State {
		case people.ChampionEnded:
			r.What = ui.DateRange(c.Since.Time(), c.EndedOn.Time(), d.Now) + ": " + c.EndReason
		case people.ChampionDeclined:
			r.What = "Declined; nominated on " + ui.Date(c.At.UTC(), d.Now)
		default:
			continue
		}
		if len(out) < mostEarlier {
			out = append(out, r)
		}
	}
	return out
}
