package cohort

import (
	"groundswell/internal/day"
	"groundswell/internal/people"
	"groundswell/internal/route"
	"groundswell/views/touchpoint"
	"groundswell/views/ui"
)

// HelpFigures is what is known of who carries a department, for those who may see names.
type HelpFigures struct {
	people.DepartmentHelp
	Slug     string
	Days     string // the days the touchpoints are of, in words
	Followed touchpoint.EffectProps
	Today    day.Date
	Log      bool // may log a touchpoint
	List     bool // may read touchpoints
	Nominate bool
	Plan     bool // may plan a session
	Open     bool // may open sessions
}

// HelpProps is who carries a department: champions, sessions, touchpoints.
type HelpProps struct {
	Days        string
	Champions   []Carrier
	Sessions    []SessionRow
	Touchpoints []ui.Pair
	Last        string
	Followed    touchpoint.EffectProps
	Links       []ui.Link
}

// Carrier is a champion.
type Carrier struct{ Name, Since, URL string }

// SessionRow is a session ahead, or the last one held.
type SessionRow struct{ Name, When, Turnout, URL string }

// NewHelp builds the part of a department's page about who carries it.
func NewHelp(f HelpFigures) HelpProps {
	p := HelpProps{Days: f.Days, Followed: f.Followed, Links: f.links()}
	for _, c := range f.Champions {
		p.Champions = append(p.Champions, f.carrier(c))
	}
	for _, s := range f.DepartmentHelp.Sessions {
		p.Sessions = append(p.Sessions, f.session(s))
	}
	last := day.None
	for _, t := range f.Touchpoints {
		p.Touchpoints = append(p.Touchpoints, ui.Pair{Name: t.Kind.Name(), Value: ui.Count(t.Count)})
		last = max(last, t.Last)
	}
	if last.Known() {
		p.Last = "Last on " + f.date(last) + "."
	}
	return p
}

func (f HelpFigures) date(d day.Date) string { return ui.Date(d.Time(), f.Today.Time()) }

func (f HelpFigures) carrier(c people.OnRecord) Carrier {
	out := Carrier{Name: c.Name}
	switch {
	case c.LeavesOn.Known():
		out.Since = "Until " + f.date(c.LeavesOn)
	case c.Since.Known():
		out.Since = "Since " + f.date(c.Since)
	}
	if c.ID != 0 && f.Nominate {
		out.URL = route.Champion(int64(c.ID))
	}
	return out
}

func (f HelpFigures) session(s people.HeldSession) SessionRow {
	out := SessionRow{Name: s.Name, When: f.date(s.Day), Turnout: ui.Count(s.SignedUp) + " signed up"}
	if s.Starts != "" {
		out.When += ", " + s.Starts
	}
	if s.Held {
		out.Turnout = ui.Count(s.Came) + " came"
		if s.SignedUp > 0 {
			out.Turnout += ", " + ui.Count(s.SignedUp) + " had signed up"
		}
	}
	if f.Open {
		out.URL = route.Training(s.ID)
	}
	return out
}

func (f HelpFigures) links() []ui.Link {
	var out []ui.Link
	if f.Log {
		out = append(out, ui.Link{Label: "Log a touchpoint", URL: route.With(route.NewTouchpoint, "department", f.Slug, "return_to", route.Cohort("department", f.Slug))})
	}
	if f.List {
		out = append(out, ui.Link{Label: "See touchpoints", URL: route.With(route.Touchpoints, "department", f.Slug)})
	}
	if f.Nominate {
		out = append(out, ui.Link{Label: "Nominate a champion", URL: route.With(route.Champions, "department", f.Slug)})
	}
	if f.Plan {
		out = append(out, ui.Link{Label: "Plan a session", URL: route.With(route.NewTraining, "kind", "department", "department", f.Slug)})
	}
	return out
}
