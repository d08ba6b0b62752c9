package measure

import (
	"fmt"
	"math"
	"sort"
	"strings"

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
	if c.Withheld || c.Licensed == nil || *c.Licensed == 0 {
		return ui.Reading{}
	}
	return ui.Read(float64(c.Active) / float64(*c.Licensed))
}

func activePeople(c adoption.WeekCohort) ui.Reading {
	if c.Withheld {
		return ui.Reading{}
	}
	return ui.Read(float64(c.Active))
}

func sessionsEach(c adoption.WeekCohort) ui.Reading {
	if c.Withheld || c.Active == 0 {
		return ui.Reading{}
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

// rank orders cohorts for colouring: the chosen one first, then those with most
// people active, then the largest.
func (p pageData) rank(i int) float64 {
	r := p.Breakdown[i]
	if r.Cohort.Slug == p.Cohort {
		return math.Inf(1)
	}
	active := 0.0
	if f := r.Figure(adoption.WeeklyActives); f.Known() && !f.Withheld {
		active = *f.Value
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

// notes marks where the chosen period begins, when the chart reaches further back.
func (p pageData) notes(w adoption.Weekly) []ui.LineNote {
	for i, wk := range w.Weeks {
		if i > 0 && wk.StartsOn <= p.Period.From && p.Period.From <= wk.StartsOn+6 {
			return []ui.LineNote{{At: i, Text: "Period begins"}}
		}
	}
	return nil
}

func (p pageData) chart(id, title string, w adoption.Weekly, sc ui.Scale, of pick) ChartProps {
	c := ChartProps{ID: id, Title: title}
	c.Chart = ui.LineProps{
		ID: id + "-chart", Title: title, Column: "Week", Scale: sc, AsTable: p.View == ViewTable,
		Points: p.points(w), Series: p.series(w, of), Notes: p.notes(w), Height: 286, Empty: "No whole week in this period.",
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
	c.Chart.Target = ui.Read(adoption.MetricOf(adoption.WeeklyActives).Target.Value)
	return c
}

// sessions is the chart of sessions per active person by cohort.
func (p pageData) sessions() ChartProps {
	one, _ := byWord(p.By)
	c := p.chart("sessions", "Sessions per active person by "+one, p.Weekly, ui.InDecimal, sessionsEach)
	c.Sub = "Cowork sessions in the week, for each person active in it"
	c.Chart.Target = ui.Read(adoption.MetricOf(adoption.SessionsPerActiveUser).Target.Value)
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

// FunnelProps is the funnel's card.
type FunnelProps struct {
	Sub     string
	Funnel  ui.FunnelProps
	Callout string
}

func (p pageData) funnel() FunnelProps {
	r := p.Funnel
	out := FunnelProps{Sub: p.who() + ", to " + p.date(p.covered().To)}
	out.Funnel = ui.FunnelProps{Title: "From access to habit", Empty: "Nobody to count in this period."}
	if r.Withheld {
		out.Funnel.Empty = "Hidden: " + p.withheld().Why + "."
		return out
	}
	if !p.Answer.Through.Known() || p.Answer.Covered.Days() == 0 {
		return out
	}
	count := func(n int) ui.Reading { return ui.Read(float64(n)) }
	licensed := ui.Reading{}
	if r.Licensed.Count != nil {
		licensed = count(*r.Licensed.Count)
	}
	out.Funnel.Stages = []ui.FunnelStage{
		{Name: "Licensed", People: licensed},
		{Name: "Signed in", People: count(r.SignedIn), Loss: p.loss(r.Licensed.Count, r.SignedIn, "not signed in")},
		{Name: "First real task", People: count(r.Delegated), Loss: p.loss(&r.SignedIn, r.Delegated, "signed in, no task yet")},
		{Name: "Habit", People: count(r.Habitual), Loss: p.loss(&r.Delegated, r.Habitual, "delegated, no habit yet")},
	}
	out.Callout = p.gap(r)
	return out
}

// loss says how many did not reach a stage; "" when nobody was lost.
func (p pageData) loss(before *int, here int, words string) string {
	if before == nil || *before <= here {
		return ""
	}
	return ui.Count(*before-here) + " " + words
}

// gap reads the loss to work on off the funnel: the greater one before a first
// task; a habit takes weeks, so it is named only when nobody is lost before.
func (p pageData) gap(r adoption.FunnelRow) string {
	idle := 0
	if r.Licensed.Count != nil {
		idle = *r.Licensed.Count - r.SignedIn
	}
	looking, trying := r.SignedIn-r.Delegated, r.Delegated-r.Habitual
	switch {
	case idle <= 0 && looking <= 0 && trying <= 0:
		return ""
	case idle <= 0 && looking <= 0:
		return fmt.Sprintf("What is left is habit: %s delegated a task but not in three of the last four weeks.", people(trying))
	case idle > looking:
		return fmt.Sprintf("The gap to close first is before sign-in: %s not used Claude yet.", people(idle, "licensed")+have(idle))
	}
	return fmt.Sprintf("The gap to close first is after sign-in: %s not delegated a task yet.", people(looking)+have(looking))
}

// people counts people, with a word before them: "1 licensed person".
func people(n int, kind ...string) string {
	word := "people"
	if n == 1 {
		word = "person"
	}
	return strings.Join(append(append([]string{ui.Count(n)}, kind...), word), " ")
}

func have(n int) string {
	if n == 1 {
		return " has"
	}
	return " have"
}

// TriangleProps is the retention triangle's card.
type TriangleProps struct {
	Sub      string
	Triangle ui.TriangleProps
	Callout  string
}

func (p pageData) triangle() TriangleProps {
	out := TriangleProps{Sub: p.who() + ", by week of first active day"}
	out.Triangle = ui.TriangleProps{
		Title: "Share of people active in each week after they began", First: "Began in the week of",
		Empty: "Nobody began in this period.",
	}
	best := adoption.RetentionRow{}
	for _, r := range p.Retention.Rows {
		if r.Size == 0 && !r.Withheld {
			continue
		}
		out.Triangle.Rows = append(out.Triangle.Rows, p.triangleRow(r))
		if !r.Withheld && r.Active[1] != nil && r.Size > best.Size {
			best = r
		}
	}
	if best.Size > 0 {
		out.Callout = fmt.Sprintf("Of the %s who began in the week of %s, %s came back in the week after.",
			ui.Count(best.Size), ui.DayMonth(best.StartsOn.Time(), p.today()), ui.Count(*best.Active[1]))
	}
	return out
}

// triangleRow shows the weeks that have begun; those that are not over are running.
func (p pageData) triangleRow(r adoption.RetentionRow) ui.TriangleRow {
	row := ui.TriangleRow{Name: ui.DayMonth(r.StartsOn.Time(), p.today()), Size: ui.Count(r.Size)}
	if r.Withheld {
		row.Size, row.Withheld = "hidden", capital(p.withheld().Why)
	}
	for k := range r.Active {
		from := r.StartsOn + day.Date(7*k)
		if from > p.Answer.Through {
			break
		}
		row.Cells = append(row.Cells, ui.TriangleCell{Share: reading(r.Share(k)), Running: from+6 > p.Answer.Through})
	}
	return row
}
