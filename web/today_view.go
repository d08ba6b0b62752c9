package web

import (
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/phone"
	views "groundswell/views/today"
	"groundswell/views/ui"
)

// todayView is a champion's day on its way to the page.
type todayView struct {
	desk
	roster.Today
	s *Server
}

// startWith is how many people the day suggests to begin with.
const startWith = 3

func (v todayView) props() views.DayProps {
	p := views.DayProps{Departments: v.departments(route.Today), Notices: v.notices(), Summary: v.summary(), Items: v.items()}
	back := v.at(route.Today)
	if v.s.mayOpen(v.actor, route.NewTouchpoint) {
		p.LogTouchpoint = route.With(route.NewTouchpoint, startsParam, v.in.Slug, "return_to", back)
	}
	if v.s.mayOpen(v.actor, route.NewWin) {
		p.LogWin = route.With(route.NewWin, "department", v.in.Slug, "return_to", back)
	}
	p.Starts, p.NotSignedIn = v.first()
	p.People = v.at(route.TodayPeople)
	return p
}

// summary is the department's funnel. Nil before there is anything to count, and
// for so few people that figures would tell of one of them.
func (v todayView) summary() *phone.SummaryProps {
	n := len(v.Colleagues)
	if !v.starts.Known() || n < max(v.index.Settings.MinCohortSize, 1) {
		return nil
	}
	app, members := 0, make([]int32, 0, n)
	for _, c := range v.Colleagues {
		app += one(c.HasApp)
		members = append(members, c.Member)
	}
	t := v.starts.Tally(members)
	p := &phone.SummaryProps{Label: "Your department", N: t.SignedIn, Of: n, Words: "signed in", Footer: v.through() + " " + v.activeIn()}
	if t.SignedIn < n {
		p.Tone = ui.ToneWarn
	} else {
		p.Tone = ui.ToneGood
	}
	if !v.Inventory.IsZero() {
		p.Facts = append(p.Facts, ui.Pair{Name: ui.Count(app), Value: "have the app"})
	}
	p.Facts = append(p.Facts, ui.Pair{Name: ui.Count(t.Delegated), Value: "did a real task"}, ui.Pair{Name: ui.Count(t.Active), Value: "active"})
	return p
}

// activeIn says which week the active people are counted in.
func (v todayView) activeIn() string {
	sunday := v.index.Through.Sunday()
	if sunday > v.index.Through {
		sunday -= 7
	}
	return "Active: week to " + ui.DayMonth(sunday.Time(), v.today.Time())
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// through says to which day the figures reach, and how old they are when that is not yesterday.
func (d desk) through() string {
	text := "Data through " + d.date(d.index.Through)
	if today := day.FromTime(d.now); measure.Late(today, d.index.Through) {
		return text + ", " + ui.Counted(int(today-d.index.Through), "day", "days") + " old. Nothing newer could be read."
	}
	return text + "."
}

// notices say what is not yet so, and what to do until it is.
func (v todayView) notices() []views.Notice {
	var out []views.Notice
	switch n := len(v.Colleagues); {
	case n == 0:
		return append(out, views.Notice{Title: "Nobody is in this department yet", Say: "The roster places nobody here. A rollout lead imports who works where."})
	case !v.starts.Known():
		out = append(out, views.Notice{Title: "No figures yet", Say: "They begin with the first complete day that is read. Until then people show as invited or not."})
	case n < v.index.Settings.MinCohortSize:
		out = append(out, views.Notice{Title: "Too few people for figures", Say: "Figures of fewer than " + ui.Count(v.index.Settings.MinCohortSize) + " people are shown to nobody. " + v.through()})
	}
	if n := v.opening(); n != nil {
		out = append(out, *n)
	}
	return out
}

// opening says when Cowork opens for the department; nil once it is open for somebody.
func (v todayView) opening() *views.Notice {
	first := day.Never
	for _, c := range v.Colleagues {
		if c.Opens.Known() {
			first = min(first, c.Opens)
		}
	}
	switch {
	case first == day.Never:
		return &views.Notice{Title: "No launch day yet", Say: "Nobody has said when Cowork opens for this department. Ask a rollout lead."}
	case first > v.today:
		return &views.Notice{Title: "Cowork opens on " + v.date(first), Say: "Until then, tell people what is coming and which training to join."}
	}
	return nil
}

// open reports whether Cowork has opened for a colleague.
func (d desk) open(c roster.Colleague) bool { return c.Opens.Known() && c.Opens <= d.today }

// first are the people to begin with, and how many have not signed in.
func (v todayView) first() ([]phone.PersonProps, string) {
	list := v.toStart(v.Colleagues)
	waiting := 0
	for _, c := range list {
		waiting += one(v.why(c) == adoption.StartSignIn)
	}
	note := ui.Count(waiting) + " not signed in"
	var out []phone.PersonProps
	for _, c := range list[:min(len(list), startWith)] {
		out = append(out, v.s.personRow(v.desk, c, v.note(c, false), v.at(route.Today)))
	}
	return out, note
}

// personRow is a colleague with why to begin with them and a button that logs.
func (s *Server) personRow(d desk, c roster.Colleague, note, back string) phone.PersonProps {
	p := phone.PersonProps{Name: c.Called(), Note: note}
	if s.mayOpen(d.actor, route.NewTouchpoint) {
		p.URL = route.With(route.NewTouchpoint, "person", c.Email, "return_to", back)
		p.Button, p.Label = "Log", "Log a touchpoint with "+c.Called()
	}
	return p
}

// items are what the day asks of the champion, each with its tick.
func (v todayView) items() []views.Item {
	var out []views.Item
	out = append(out, v.tip()...)
	out = append(out, v.meetings()...)
	if v.mine() {
		out = append(out, v.tasks()...)
	}
	out = append(out, v.help()...)
	if v.mine() {
		out = append(out, v.answers()...)
	}
	return out
}

// item is something to tick, under the name that its tick is kept by.
func (v todayView) item(name, title, note, url string, since day.Date) views.Item {
	it := views.Item{Name: name, Title: title, Note: note, URL: url, Department: v.in.Slug, Fixed: !v.mine()}
	for _, t := range v.Ticks {
		if t.Item == name && t.Day >= since {
			it.Done, it.At = true, t.At.In(v.now.Location())
		}
	}
	return it
}

func (v todayView) tip() []views.Item {
	if v.Tip == nil {
		return nil
	}
	monday, url := v.today.Monday(), ""
	if v.s.mayOpen(v.actor, route.Kit) {
		url = route.Kit
	}
	it := v.item("tip/"+monday.String(), "Share this week’s tip", "“"+v.Tip.Title+"”", url, monday)
	if v.Channel.Name != "" {
		it.Note += ", in " + v.Channel.Name
	}
	if it.Done {
		it.Note = ui.Clock(it.At)
		if v.Channel.Name != "" {
			it.Note = v.Channel.Name + ", " + it.Note
		}
	}
	return []views.Item{it}
}

func (v todayView) meetings() []views.Item {
	var out []views.Item
	for _, m := range v.Meetings {
		note, url := m.Place, ""
		if note == "" && m.Link != "" {
			note = "Online"
		}
		if note != "" {
			note += ", "
		}
		note += ui.Count(m.SignedUp) + " signed up"
		if m.Capacity > 0 {
			note += " of " + ui.Counted(m.Capacity, "seat", "seats")
		}
		if m.Hosted {
			note += ". You host it."
		}
		if v.s.mayOpen(v.actor, route.Training(m.ID)) {
			url = route.Training(m.ID)
		}
		out = append(out, v.item("session/"+strconv.Itoa(m.ID), m.Name+" at "+m.Starts, note, url, v.today))
	}
	return out
}

// help counts those who could sign in today and have not: with an inventory those
// whose machine has the app, else those who have an account.
func (v todayView) help() []views.Item {
	n := 0
	for _, c := range v.Colleagues {
		ready := c.HasApp || v.Inventory.IsZero() && c.Member >= 0
		n += one(ready && v.open(c) && v.why(c) == adoption.StartSignIn && v.starts.Known())
	}
	if n == 0 {
		return nil
	}
	note := "They have an account and have not signed in"
	if !v.Inventory.IsZero() {
		note = "They have the app, as of " + ui.Date(v.Inventory.In(v.now.Location()), v.now)
	}
	who := route.With(route.TodayPeople, "department", v.in.Slug, "group", string(adoption.StartSignIn))
	return []views.Item{v.item("sign-in", "Help "+ui.Counted(n, "person", "people")+" sign in", note, who, v.today)}
}

// answers are the issues they reported that got an answer, until they have seen it.
func (v todayView) answers() []views.Item {
	var out []views.Item
	for _, a := range v.Answered {
		it := v.item("answer/"+strconv.FormatInt(a.ID, 10), "Answered: "+a.Title, "On "+ui.Date(a.At.In(v.now.Location()), v.now), route.Issue(a.ID), day.None)
		if it.Done && day.FromTime(it.At) != day.FromTime(v.now) {
			continue
		}
		out = append(out, it)
	}
	return out
}
