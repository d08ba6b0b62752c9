package measure

import (
	"cmp"
	"slices"
	"sort"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// ChartProps is a card with a weekly chart, its unit and view switches, and a sentence read off it.
type ChartProps struct {
	ID      string
	Title   string
	Sub     string
	Units   []ui.Option
	Views   []ui.Option
	Chart   ui.LineProps
	Callout string
}

// pick returns a number of a cohort's week.
type pick func(adoption.WeekCohort) ui.Reading

func activeShare(c adoption.WeekCohort) ui.Reading {
	switch {
	case c.Withheld:
		return ui.Hidden()
	case c.Licensed == nil:
		return ui.Reading{}
	case *c.Licensed == 0:
		return ui.Reading{Why: "nobody licensed"}
	}
	return ui.Read(float64(c.Active) / float64(*c.Licensed))
}

func activePeople(c adoption.WeekCohort) ui.Reading {
	if c.Withheld {
		return ui.Hidden()
	}
	return ui.Read(float64(c.Active))
}

func sessionsEach(c adoption.WeekCohort) ui.Reading {
	switch {
	case c.Withheld || c.FewActive:
		return ui.Hidden()
	case c.Active == 0:
		return ui.Reading{Why: "nobody active"}
	}
	return ui.Read(float64(c.Sessions) / float64(c.Active))
}

// colours gives each cohort of the breakdown its colour, the same in every chart and table of a page.
func (p pageData) colours() map[string]int {
	big := make([]int, len(p.Breakdown))
	for i := range big {
		big[i] = i
	}
	sort.SliceStable(big, func(a, b int) bool { return p.rank(big[a]) > p.rank(big[b]) })
	top := map[int]bool{}
	for _, i := range big[:min(6, len(big))] {
		top[i] = true
	}
	out := map[string]int{}
	for i, c := range ui.Colours(len(p.Breakdown), func(i int) bool { return top[i] }) {
		out[p.Breakdown[i].Cohort.Slug] = c
	}
	return out
}

// rank orders cohorts for colouring: those with most people active in the period first, then the largest.
func (p pageData) rank(i int) float64 {
	r := p.Breakdown[i]
	active := 0.0
	if f := r.Figure(adoption.SessionsPerActiveUser); f.Denominator != nil && !f.Withheld {
		active = float64(*f.Denominator)
	}
	return active*1e6 + float64(r.People)
}

// series makes one line for each cohort of w.
func (p pageData) series(w adoption.Weekly, of pick) []ui.LineSeries {
	if len(w.Weeks) == 0 {
		return nil
	}
	colour := p.colours()
	var out []ui.LineSeries
	for i, c := range w.Weeks[0].Cohorts {
		s := ui.LineSeries{Name: c.Cohort.Name, Colour: colour[c.Cohort.Slug]}
		if len(w.Weeks[0].Cohorts) == 1 {
			s.Colour = 1
		}
		for _, wk := range w.Weeks {
			r := ui.Reading{}
			if i < len(wk.Cohorts) {
				r = of(wk.Cohorts[i])
			}
			s.Values = append(s.Values, r)
		}
		out = append(out, s)
	}
	return out
}

// points names the weeks of w, those that are not whole with the reason.
func (p pageData) points(w adoption.Weekly) []ui.LinePoint {
	var out []ui.LinePoint
	for _, wk := range w.Weeks {
		pt := ui.LinePoint{Label: "Week of " + p.date(wk.StartsOn), Short: ui.DayMonth(wk.StartsOn.Time(), p.today())}
		switch {
		case wk.Complete:
		case wk.StartsOn+6 > p.Answer.Through:
			pt.Partial = "still running"
		default:
			pt.Partial = "part of the week"
		}
		out = append(out, pt)
	}
	return out
}

// notes are the events of the weeks of a chart, and where the chosen period
// begins when the chart reaches further back.
func (p pageData) notes(w adoption.Weekly) []ui.LineNote {
	var out []ui.LineNote
	for i, wk := range w.Weeks {
		week := day.Period{From: wk.StartsOn, To: wk.StartsOn + 6}
		if i > 0 && week.Contains(p.covered().From) {
			out = append(out, ui.LineNote{At: i, Text: "Period begins", When: p.date(p.covered().From), Minor: true})
		}
		for _, e := range weekEvents(p.Events, week) {
			out = append(out, ui.LineNote{At: i, Text: e.Label, When: p.date(e.Day)})
		}
	}
	return out
}

// weight orders events of one week: what opens first, trainings and messages last.
var weight = map[adoption.EventKind]int{adoption.EventLaunch: 1, adoption.EventPhase: 2, adoption.EventConnector: 3, adoption.EventTraining: 4, adoption.EventMessage: 5}

// weekEvents are the events of a week, the weightiest first; one that recurs
// within the week is noted on its first day.
func weekEvents(all []adoption.Event, week day.Period) []adoption.Event {
	var out []adoption.Event
	for _, e := range all {
		again := func(f adoption.Event) bool { return f.Label == e.Label }
		if week.Contains(e.Day) && !slices.ContainsFunc(out, again) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b adoption.Event) int { return cmp.Compare(weight[a.Kind], weight[b.Kind]) })
	return out
}

func (p pageData) chart(id, title string, w adoption.Weekly, sc ui.Scale, of pick) ChartProps {
	c := ChartProps{ID: id, Title: title}
	c.Chart = ui.LineProps{
		ID: id + "-chart", Title: title, Column: "Week", Scale: sc, AsTable: p.View == ViewTable,
		Points: p.points(w), Series: p.series(w, of), Notes: p.notes(w), Height: 286, Empty: "No whole week in this period.",
	}
	if p.hiddenWeeks(w) {
		c.Chart.Empty = "Hidden: " + p.withheld().Why + "."
	}
	if len(w.Weeks) > 0 {
		c.Chart.Title += ", " + p.dates(day.Period{From: w.Weeks[0].Covered.From, To: w.Weeks[len(w.Weeks)-1].Covered.To})
	}
	c.Views = []ui.Option{
		{Label: "Chart", Icon: ui.IconChartLine, URL: p.with("view", "") + "#" + id, Current: p.View != ViewTable},
		{Label: "Table", Icon: ui.IconTable, URL: p.with("view", ViewTable) + "#" + id, Current: p.View == ViewTable},
	}
	return c
}

// hiddenWeeks reports whether there are weeks, and nothing of them may be shown.
func (p pageData) hiddenWeeks(w adoption.Weekly) bool {
	for _, wk := range w.Weeks {
		if slices.ContainsFunc(wk.Cohorts, func(c adoption.WeekCohort) bool { return !c.Withheld }) {
			return false
		}
	}
	return len(w.Weeks) > 0 && len(w.Weeks[0].Cohorts) > 0
}

// weekly is the chart of weekly actives by cohort.
func (p pageData) weekly() ChartProps {
	one, _ := byWord(p.By)
	c := p.active("weekly", "Weekly actives by "+one, p.Weekly)
	c.Units = []ui.Option{
		{Label: "Share", URL: p.with("unit", "") + "#weekly", Current: p.Unit != UnitPeople},
		{Label: "People", URL: p.with("unit", UnitPeople) + "#weekly", Current: p.Unit == UnitPeople},
	}
	return c
}

// everyone is the chart of weekly actives of everyone, or of the chosen cohort.
func (p pageData) everyone() ChartProps {
	c := p.active("weekly", "Weekly actives", p.Everyone)
	for i := range c.Chart.Series {
		c.Chart.Series[i].Name = p.who()
	}
	c.Chart.Height = 260
	return c
}

func (p pageData) active(id, title string, w adoption.Weekly) ChartProps {
	if p.Unit == UnitPeople {
		c := p.chart(id, title, w, ui.InCount, activePeople)
		c.Sub = "People with an active day in the week"
		return c
	}
	c := p.chart(id, title, w, ui.InPercent, activeShare)
	c.Sub = "Active in the week, as a share of licensed"
	c.Chart.Target = ui.Read(p.target(adoption.MetricOf(adoption.WeeklyActives)).Value)
	return c
}

// sessions is the chart of sessions per active person by cohort.
func (p pageData) sessions() ChartProps {
	one, _ := byWord(p.By)
	c := p.chart("sessions", "Sessions per active person by "+one, p.Weekly, ui.InDecimal, sessionsEach)
	c.Sub = "Cowork sessions in the week, for each person active in it"
	c.Chart.Target = ui.Read(p.target(adoption.MetricOf(adoption.SessionsPerActiveUser)).Value)
	return c
}

// unified is the chart of who is on Chat and Cowork unified, by cohort and week.
func (p pageData) unified() ChartProps {
	c := p.chart("unified", "On Chat and Cowork unified", p.Weekly, ui.InPercent, unifiedShare)
	c.Sub = "Share of the people active in the week who used it there, by " + p.one()
	c.Chart.Height = 220
	c.Callout = "Sessions, actions and messages count in both products together, so a cohort that switches loses nothing."
	return c
}

// costEachWeek is the chart of what Cowork cost for each active person; nil
// where there is no cost, as for a cohort.
func (p pageData) costEachWeek() *ChartProps {
	if len(p.WeekCosts) == 0 || len(p.WeekCosts) != len(p.Everyone.Weeks) {
		return nil
	}
	c := p.chart("cost", "Cost per active person", p.Everyone, ui.InUSD, activePeople)
	c.Sub = "Cowork’s cost in the week, for each person active in it"
	s := ui.LineSeries{Name: "Everyone", Colour: 1}
	for i, wk := range p.Everyone.Weeks {
		r := ui.Reading{}
		if m := p.WeekCosts[i]; m != nil && !wk.Cohorts[0].Withheld && wk.Cohorts[0].Active > 0 {
			r = ui.Read(dollars(*m) / float64(wk.Cohorts[0].Active))
		}
		s.Values = append(s.Values, r)
	}
	c.Chart.Series = []ui.LineSeries{s}
	c.Chart.Height = 240
	return &c
}
