package measure

import (
	"fmt"
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// ColumnProps is the page of one column: its metrics, what they are made of, and who moves them.
type ColumnProps struct {
	Column   adoption.Column
	Head     ui.PageHeadProps
	CSV      string
	XLSX     string
	Filters  FilterProps
	Void     *ui.VoidProps
	Clipped  *ui.BannerProps
	Diag     *ui.DiagProps
	Plays    PlaysProps
	Tiles    []ui.StatTileProps
	Chart    *ChartProps
	Unified  *ChartProps
	Funnel   *FunnelProps
	Triangle *TriangleProps
	Split    *RankProps
	Ranks    []RankProps
	Costs    *RankProps
	Waiting  []Waiting
	Cohorts  *CohortTable
}

// RankProps is a card with a ranking.
type RankProps struct {
	Title, Sub string
	List       ui.BarListProps
	Callout    string
}

// Waiting is a metric without a value and what it waits for.
type Waiting struct{ Name, For string }

// NewColumn builds the page of c.
func NewColumn(c adoption.Column, f Filters, fig Figures, r Reader) ColumnProps {
	p := pageData{f, fig, r}
	out := ColumnProps{
		Column:  c,
		Head:    ui.PageHeadProps{Title: c.Name(), Sub: p.sentence(c), Fresh: p.fresh()},
		Filters: p.filterProps(),
		Void:    p.void(),
	}
	for _, m := range p.Answer.Column(c) {
		out.Tiles = append(out.Tiles, p.tile(m))
	}
	if out.Void != nil {
		return out
	}
	out.CSV, out.XLSX, out.Clipped = p.csv(), p.xlsx(), p.clipped()
	if d := p.Answer.Diagnosis; d != nil && d.LookFirst == c {
		out.Diag, out.Plays = p.diagnosis(), p.plays(d)
		out.Diag.Links = slices.DeleteFunc(out.Diag.Links, func(l ui.Link) bool { return l.Label == "See the evidence" })
	}
	p.fill(c, &out)
	return out
}

// fill adds the parts that only one of the columns has.
func (p pageData) fill(c adoption.Column, out *ColumnProps) {
	out.Cohorts = p.cohorts(c)
	switch c {
	case adoption.ColumnActivation:
		chart, funnel, triangle := p.weekly(), p.funnel(), p.triangle()
		out.Chart, out.Funnel, out.Triangle = &chart, &funnel, &triangle
	case adoption.ColumnDepth:
		chart, unified, split := p.sessions(), p.unified(), p.split()
		out.Chart, out.Unified, out.Split, out.Ranks = &chart, &unified, &split, p.rankings()
	case adoption.ColumnValue:
		costs := p.costs()
		out.Chart, out.Costs, out.Waiting = p.costEachWeek(), &costs, p.waiting(c)
		out.Tiles = append([]ui.StatTileProps{p.costTile()}, out.Tiles...)
	}
}

// sentence answers the column's question from the figures below it.
func (p pageData) sentence(c adoption.Column) string {
	if !p.Answer.Through.Known() || p.Answer.Covered.Days() == 0 {
		return columnIntro[c]
	}
	s := ""
	switch c {
	case adoption.ColumnActivation:
		s = p.activationSentence()
	case adoption.ColumnDepth:
		s = p.depthSentence()
	case adoption.ColumnValue:
		s = p.valueSentence()
	}
	if s == "" {
		return columnIntro[c]
	}
	return s
}

func (p pageData) activationSentence() string {
	a, d := p.Answer.Figure(adoption.ActivationRate), p.Answer.Figure(adoption.DelegationRate)
	if a.Withheld || a.Numerator == nil || a.Denominator == nil || d.Numerator == nil {
		return ""
	}
	s := p.by() + fmt.Sprintf("%s %s have used Claude", ofText(a), p.licensedBy())
	if gap := *a.Numerator - *d.Numerator; gap > 0 {
		return s + fmt.Sprintf("; %s of them have not delegated a task yet.", ui.Count(gap))
	}
	return s + "; all of them have delegated a task."
}

func (p pageData) depthSentence() string {
	s, u := p.Answer.Figure(adoption.SessionsPerActiveUser), p.Answer.Figure(adoption.AdvancedFeatureUptake)
	if !s.Known() || s.Withheld {
		return ""
	}
	out := fmt.Sprintf("Active people ran %s sessions each in %s", ui.Decimal(*s.Value, 1), span(p.covered()))
	if u.Known() && !u.Withheld {
		return out + fmt.Sprintf("; %s of them used a connector, a skill or a plugin.", ui.Percent(*u.Value))
	}
	return out + "."
}

func (p pageData) valueSentence() string {
	f := p.Answer.Figure(adoption.CostToValue)
	each := p.costEach()
	if each.State != ui.StateKnown || f.Part("cost_usd").Money == nil {
		return ""
	}
	s := fmt.Sprintf("Cowork cost %s in %s, %s for each active person.", usd(*f.Part("cost_usd").Money), span(p.covered()), each.Text)
	if !f.Known() {
		s += " What it is worth waits for the pulse survey"
		if p.Settings.HourlyRate == nil {
			s += " and an hourly rate"
		}
		s += "."
	}
	return s
}

// costTile is the one figure of value that the API alone can give.
func (p pageData) costTile() ui.StatTileProps {
	f := p.Answer.Figure(adoption.CostToValue)
	t := ui.StatTileProps{Label: "Cost per active person", Value: p.costEach()}
	now := capital(t.Value.Why)
	if total := f.Part("cost_usd").Money; total != nil {
		t.Meta = usd(*total) + " in " + span(p.covered())
		now = usd(*total) + " over " + p.dates(p.covered())
		t.Stale, t.WhyURL = p.lateText(), p.sources()
	}
	t.Def = &ui.DefinitionProps{
		ID: "def-cost", Title: t.Label, Sentence: "What Cowork cost in the period, divided by the people with an active day in it.",
		Now: now, Source: costSource, Delay: costLate, LeftOut: wordsOf[adoption.CostToValue].leftOut,
	}
	return t
}

func (p pageData) waiting(c adoption.Column) []Waiting {
	var out []Waiting
	for _, f := range p.Answer.Column(c) {
		if !f.Known() && !f.Withheld {
			out = append(out, Waiting{adoption.MetricOf(f.Key).Name, p.long(f)})
		}
	}
	return out
}

// long is why there is no value, in full.
func (p pageData) long(f adoption.Figure) string {
	if f.Reason != "" {
		return f.Reason
	}
	if w := adoption.MetricOf(f.Key).Waits; w != "" {
		return w
	}
	return p.waits(f)
}

// split is which kinds of advanced features active people use.
func (p pageData) split() RankProps {
	f := p.Answer.Figure(adoption.AdvancedFeatureUptake)
	out := RankProps{Title: "Advanced features", Sub: "Share of active people who used each"}
	out.List = ui.BarListProps{Title: out.Title, Name: "Feature", Value: "People", Scale: ui.InPercent}
	if f.Withheld {
		out.List.Empty = "Hidden: " + p.withheld().Why + "."
		return out
	}
	silent := []string{}
	for _, name := range adoption.MetricOf(f.Key).Parts {
		v := f.Part(name).Value
		if v == nil {
			silent = append(silent, name)
		}
		out.List.Rows = append(out.List.Rows, ui.BarRow{Name: capital(name), Value: reading(v)})
	}
	if len(silent) > 0 && len(silent) < 3 {
		out.Callout = capital(strings.Join(silent, " and ")) + ": not reported by the API for these days. That is not zero."
	}
	return out
}

var kindTitle = map[adoption.FeatureKind]string{
	adoption.Skill: "Skills", adoption.Connector: "Connectors", adoption.Plugin: "Plugins", adoption.Artifact: "Artifacts",
}

// rankings lists the skills, connectors and plugins that were used most.
func (p pageData) rankings() []RankProps {
	var out []RankProps
	for _, r := range p.Ranks {
		c := RankProps{Title: kindTitle[r.Kind], Sub: "Cowork sessions that used it, everyone"}
		c.List = ui.BarListProps{Title: c.Title, Name: string(r.Kind), Value: "Sessions", Scale: ui.InCount, Empty: "None used in this period."}
		names := tellApart(r.Items)
		for i, it := range r.Items {
			row := ui.BarRow{Name: names[i]}
			if it.Sessions.Reported() {
				row.Value = ui.Read(float64(it.Sessions))
			}
			c.List.Rows = append(c.List.Rows, row)
		}
		out = append(out, c)
	}
	return out
}

// keyTail is how much of a key tells two features of one name apart.
const keyTail = 4

// tellApart names features: those that share a name, as display names may, by
// the end of their keys too.
func tellApart(items []adoption.FeatureUse) []string {
	out, times := make([]string, len(items)), map[string]int{}
	for i, it := range items {
		out[i] = orElse(it.Name, it.Key)
		times[out[i]]++
	}
	for i, it := range items {
		if times[out[i]] > 1 {
			out[i] += " · …" + it.Key[max(0, len(it.Key)-keyTail):]
		}
	}
	return out
}

var productName = map[string]string{
	"cowork": "Cowork", "chat_cowork_unified": "Chat and Cowork unified", "chat": "Chat", "claude_code": "Claude Code",
}

// costs is what each product cost; only Cowork's count towards value.
func (p pageData) costs() RankProps {
	out := RankProps{Title: "Cost by product", Sub: "Everyone, " + p.dates(p.covered())}
	out.List = ui.BarListProps{Title: out.Title, Name: "Product", Value: "Cost", Scale: ui.InUSD, Empty: noCostPerUser}
	for _, c := range p.Costs {
		row := ui.BarRow{Name: product(c.Product), Value: ui.Read(dollars(c.Amount))}
		if c.Product != "cowork" && c.Product != "chat_cowork_unified" {
			row.Tone = ui.ToneQuiet
		}
		out.List.Rows = append(out.List.Rows, row)
	}
	if len(p.Costs) > 0 {
		out.Callout = "Cost against value counts Cowork, with and without Chat unified; grey products stand beside it."
	}
	return out
}

func product(key string) string {
	if n := productName[key]; n != "" {
		return n
	}
	return capital(strings.ReplaceAll(key, "_", " "))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
