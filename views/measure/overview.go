package measure

import (
	"fmt"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// OverviewProps is the first page: is it working, and where to look.
type OverviewProps struct {
	Head    ui.PageHeadProps
	CSV     string
	XLSX    string
	Filters FilterProps
	Void    *ui.VoidProps
	Clipped *ui.BannerProps
	Section ui.SectionHeadProps
	Diag    *ui.DiagProps
	Panels  []Panel
	Weekly  ChartProps
	Funnel  FunnelProps
}

// Panel is one of the three columns.
type Panel struct {
	Props ui.MetricPanelProps
	Rows  []ui.MetricRowProps
}

// NewOverview builds the overview.
func NewOverview(f Filters, fig Figures, r Reader) OverviewProps {
	p := pageData{f, fig, r}
	out := OverviewProps{
		Head:    ui.PageHeadProps{Title: "Overview", Sub: p.headline(), Fresh: p.fresh()},
		Filters: p.filterProps(),
		Void:    p.void(),
	}
	if out.Void != nil {
		out.Panels = p.panels()
		return out
	}
	out.CSV, out.XLSX, out.Clipped = p.csv(), p.xlsx(), p.clipped()
	out.Section = ui.SectionHeadProps{Title: "Is it working?", Sub: strings.TrimSpace(p.who() + ", " + p.dates(p.covered()) + " " + p.against())}
	if out.Diag = p.diagnosis(); out.Diag != nil {
		p.helps(out.Diag)
	}
	out.Panels = p.panels()
	out.Weekly, out.Funnel = p.everyone(), p.funnel()
	out.Funnel.Sub = p.who() + ", to " + p.date(p.covered().To)
	return out
}

// headline says how far people have come, in one sentence.
func (p pageData) headline() string {
	r := p.Funnel
	switch {
	case !p.Answer.Through.Known():
		return "Is it working? That shows once Claude’s usage has been read."
	case r.Withheld || r.Licensed.Count == nil || p.Answer.Covered.Days() == 0:
		return "No figures for " + p.who() + " in " + p.dates(p.Period) + "."
	}
	return p.by() + fmt.Sprintf("%s of %s %s have used Claude, %s have delegated a real task, and %s made a habit of it.",
		ui.Count(r.SignedIn), ui.Count(*r.Licensed.Count), p.licensedBy(), ui.Count(r.Delegated), ui.Count(r.Habitual))
}

// diagnosis is the look-left banner; nil when nothing is under target.
func (p pageData) diagnosis() *ui.DiagProps {
	d := p.Answer.Diagnosis
	if d == nil {
		return nil
	}
	out := &ui.DiagProps{Title: p.lookLeft(d), Reason: d.Because}
	evidence := p.page(pathOf(d.LookFirst))
	if by, slug, ok := p.Single(); ok {
		evidence = p.page(pathOf(d.LookFirst), "by", string(by), string(by), slug)
	}
	out.Links = []ui.Link{{Label: "See the evidence", URL: evidence}}
	if len(d.Cohorts) > 0 && !d.Cohorts[0].Cohort.Merged {
		c := d.Cohorts[0].Cohort
		out.Links = append(out.Links, ui.Link{Label: "Open " + c.Name, URL: p.cohort(c)})
	}
	return out
}

// helps says what usually helps, and offers to make it a task.
func (p pageData) helps(out *ui.DiagProps) {
	plays := p.plays(p.Answer.Diagnosis)
	if plays.AddURL == "" || len(plays.List) == 0 {
		return
	}
	out.Next = "What usually helps: " + plays.List[0]
	out.Post = &ui.PostProps{Label: "Make it a task", Action: plays.AddURL, Fields: []ui.Pair{
		{Name: "metric", Value: plays.Metric}, {Name: "play", Value: "0"}, {Name: "who", Value: plays.Who},
	}}
}

// lookLeft is the banner's sentence: what is behind, and the leftmost column at least as far behind.
func (p pageData) lookLeft(d *adoption.Diagnosis) string {
	where := ""
	if len(d.Cohorts) > 0 && !d.Cohorts[0].Cohort.Merged {
		where = ", mostly in " + d.Cohorts[0].Cohort.Name
	}
	right := d.LookFirst
	for _, c := range adoption.Columns() {
		if s := p.Answer.Columns[c]; s == adoption.Watch || s == adoption.Behind {
			right = c
		}
	}
	if right == d.LookFirst {
		return fmt.Sprintf("%s is %s%s.", right.Name(), statusWord(p.Answer.Columns[right]), where)
	}
	word, left := statusWord(p.Answer.Columns[right]), statusWord(p.Answer.Columns[d.LookFirst])
	if left == word {
		left = "too"
	}
	return fmt.Sprintf("%s is %s. Look left: %s is %s%s.", right.Name(), word, d.LookFirst.Name(), left, where)
}

func (p pageData) panels() []Panel {
	var out []Panel
	for _, c := range adoption.Columns() {
		out = append(out, p.panel(c))
	}
	return out
}

func (p pageData) panel(c adoption.Column) Panel {
	d := p.Answer.Diagnosis
	out := Panel{Props: ui.MetricPanelProps{
		ID: "panel-" + string(c), Title: c.Name(), URL: p.page(pathOf(c)), Question: c.Question(),
		Status: p.columnChip(c), Start: d != nil && d.LookFirst == c,
	}}
	for _, f := range p.Answer.Column(c) {
		out.Rows = append(out.Rows, p.row(f))
	}
	if c == adoption.ColumnValue {
		out.Rows = append(out.Rows, p.costRow())
	}
	return out
}

// columnChip counts the column's metrics on target among those with a reading.
func (p pageData) columnChip(c adoption.Column) ui.ChipProps {
	met, measured := 0, 0
	for _, f := range p.Answer.Column(c) {
		switch {
		case !f.Known() || f.Withheld || f.Status == adoption.NoData:
		case f.Status == adoption.OnTrack:
			met++
			measured++
		default:
			measured++
		}
	}
	return ui.OnTarget(met, measured)
}

// costEach is what Cowork cost for each active person.
func (p pageData) costEach() ui.Value {
	f := p.Answer.Figure(adoption.CostToValue)
	part := f.Part("cost_per_active_user")
	switch {
	case f.Withheld:
		return p.withheld()
	case part.Money != nil:
		return ui.Known(usd(*part.Money))
	case part.Value != nil:
		return ui.Known(ui.USD(*part.Value))
	}
	if !p.Answer.Through.Known() {
		return ui.NotYet(firstSync)
	}
	return ui.NotYet(orElse(f.Reason, noCostPerUser))
}

func (p pageData) costRow() ui.MetricRowProps {
	return ui.MetricRowProps{Label: "Cost per active person", URL: p.page(route.Value), Target: "In " + span(p.covered()), Value: p.costEach()}
}

// usd writes an exact amount for readers.
func usd(m adoption.Money) string { return ui.USD(dollars(m)) }

// dollars is an exact amount as a number to draw.
func dollars(m adoption.Money) float64 {
	dollar, _ := adoption.ParseUSD("1")
	return m.Over(dollar)
}
