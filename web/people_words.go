package web

import (
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	roster "groundswell/internal/people"
	"groundswell/internal/route"
	views "groundswell/views/people"
	"groundswell/views/ui"
)

// unassigned is the address of people without a department, or without a wave.
const unassigned = "unassigned"

// rosterView is a page of the roster on its way to its Props.
type rosterView struct {
	roster.View
	filter roster.Filter
	stages adoption.Stages
	today  day.Date
	lead   bool
	fresh  bool // may download now
}

func (v rosterView) props() views.RosterProps {
	p := views.RosterProps{
		Head: ui.PageHeadProps{Title: "People", Sub: views.Headline(v.OnRoster, v.counts())},
		Void: v.OnRoster == 0, Listed: v.Everybody() > 0, Search: v.search(), List: v.list(), Sample: route.Sample("people"),
		Departments: v.departments(), Waves: v.waves(),
	}
	if v.OnRoster > 0 && v.States[roster.IsMember]+v.States[roster.Left] == 0 {
		p.Partial = &ui.BannerProps{Title: "No member of the organization was read yet", Body: "Until the sources have brought members and invitations, everybody counts as not arrived.", Tone: ui.ToneWarn}
	}
	if v.lead {
		p.Import, p.Waves.Action = route.Imports, route.Waves
	}
	return p
}

func (v rosterView) counts() map[views.State]int {
	out := map[views.State]int{}
	for s, n := range v.States {
		out[views.State(s)] = n
	}
	return out
}

// narrowed reports whether the list shows less than everybody.
func (v rosterView) narrowed() bool {
	f := v.filter
	return f.Search != "" || f.Department != "" || f.Wave != "" || f.State != ""
}

// at is the address of a list with this filter.
func (v rosterView) at(path string, kv ...string) string {
	f := v.filter
	return route.With(path, append([]string{"q", f.Search, "department", f.Department, "wave", f.Wave, "state", string(f.State)}, kv...)...)
}

func (v rosterView) search() views.Search {
	s := views.Search{Action: route.People, Text: v.filter.Search, Clear: route.People}
	any := func(chosen string) []ui.Choice { return []ui.Choice{{Value: "", Label: "Any", Chosen: chosen == ""}} }
	s.Departments, s.Waves, s.States = any(v.filter.Department), any(v.filter.Wave), any(string(v.filter.State))
	for _, d := range v.View.Departments {
		s.Departments = append(s.Departments, ui.Choice{Value: d.Slug, Label: d.Name, Chosen: d.Slug == v.filter.Department})
	}
	for _, w := range v.View.Waves {
		s.Waves = append(s.Waves, ui.Choice{Value: w.Slug, Label: w.Name, Chosen: w.Slug == v.filter.Wave})
	}
	s.Departments = withNone(s.Departments, v.filter.Department, "No department")
	s.Waves = withNone(s.Waves, v.filter.Wave, "No wave")
	for _, state := range views.States() {
		s.States = append(s.States, ui.Choice{Value: string(state), Label: state.Label(), Chosen: string(state) == string(v.filter.State)})
	}
	return s
}

// withNone offers the people who are in none, once there is one to be in.
func withNone(choices []ui.Choice, chosen, label string) []ui.Choice {
	if len(choices) == 1 {
		return choices
	}
	return append(choices, ui.Choice{Value: unassigned, Label: label, Chosen: chosen == unassigned})
}

func (v rosterView) list() views.List {
	l := views.List{Title: "Everybody", Sub: ui.Counted(v.Everybody(), "person", "people"), Stages: v.lead && v.stages.Known(), Pages: v.pages(), CSV: ui.LinkButtonProps{Label: "CSV", Icon: ui.IconDownload, Small: true}}
	if v.narrowed() {
		l.Title, l.Sub = "Found", v.found()
	}
	if v.fresh {
		l.CSV.URL, l.CSV.Download = v.at(route.People+".csv"), true
	} else {
		l.CSV.URL = route.With(route.SignInOIDC, "again", "1", "return_to", v.at(route.People))
		l.Note = "Names leave this site only shortly after signing in: CSV asks you to confirm it is you, then brings you back here."
	}
	for _, e := range v.Entries {
		l.Rows = append(l.Rows, v.row(e))
	}
	return l
}

func (v rosterView) row(e roster.Entry) views.Row {
	r := views.Row{Name: e.Name, Email: e.Email, Department: e.Department, Wave: e.Wave, State: views.State(e.State)}
	if v.lead {
		r.Stage = stageWords[stageOf(v.stages, e)]
	}
	return r
}

// stageOf is how far a person got; nobody who is no member got anywhere.
func stageOf(s adoption.Stages, e roster.Entry) adoption.Stage {
	if e.Member == nil || e.State != roster.IsMember {
		return ""
	}
	return s.Of(*e.Member)
}

var stageWords = map[adoption.Stage]string{
	adoption.StageNone: "Not signed in", adoption.StageSignedIn: "Signed in", adoption.StageDelegated: "Delegated", adoption.StageHabitual: "Habitual",
}

func (v rosterView) pages() ui.PagesProps {
	p := ui.PagesProps{Label: ui.Counted(len(v.Entries), "person", "people") + " on this page"}
	if v.Next != "" {
		p.Next = v.at(route.People, "after", v.Next)
	}
	if v.Previous != "" {
		p.Prev = v.at(route.People, "before", v.Previous)
	}
	return p
}

// found counts what a search lets through, as far as this page knows.
func (v rosterView) found() string {
	if v.Next != "" || v.Previous != "" {
		return "more than " + ui.Count(peopleAPage) + " people"
	}
	return ui.Counted(len(v.Entries), "person", "people")
}

func (v rosterView) departments() []views.Size {
	var out []views.Size
	for _, d := range v.View.Departments {
		out = append(out, views.Size{Label: d.Name, URL: route.Cohort(string(adoption.ByDepartment), d.Slug), People: ui.Count(d.People)})
	}
	return out
}

func (v rosterView) waves() views.Waves {
	var out views.Waves
	for _, w := range v.View.Waves {
		row := views.Wave{ID: strconv.Itoa(w.ID), Name: w.Name, URL: route.Cohort(string(adoption.ByWave), w.Slug), People: ui.Counted(w.People, "person", "people")}
		if w.OpensOn != nil {
			row.Opens, row.OpensW = w.OpensOn.String(), ui.Date(w.OpensOn.Time(), v.today.Time())
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
