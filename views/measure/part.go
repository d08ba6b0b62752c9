package measure

import (
	"github.com/a-h/templ"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// Page lends the parts that pages of figures are made of to pages elsewhere,
// such as a cohort's own: the same words, dates and states everywhere.
type Page struct{ p pageData }

// NewPage is the page that was asked for, of these figures, for this reader.
func NewPage(f Filters, fig Figures, r Reader) Page { return Page{pageData{f, fig, r}} }

// Fresh is the stamp of the page.
func (g Page) Fresh() *ui.FreshProps { return g.p.fresh() }

// Void is the page before the first complete day, nil afterwards.
func (g Page) Void() *ui.VoidProps { return g.p.void() }

// Clipped is the note on a period that reaches past the data, nil when it does not.
func (g Page) Clipped() *ui.BannerProps { return g.p.clipped() }

// PeriodBar is a filter bar with the period alone.
func (g Page) PeriodBar() FilterProps {
	out := g.p.filterProps()
	out.Cohorts, out.By, out.Compare = nil, nil, nil
	return out
}

// Covered is the period that the figures cover.
func (g Page) Covered() day.Period { return g.p.covered() }

// Date writes a day as the pages do.
func (g Page) Date(d day.Date) string { return g.p.date(d) }

// Dates writes a period as the pages do.
func (g Page) Dates(q day.Period) string { return g.p.dates(q) }

// Cell is a figure as a table shows it.
func (g Page) Cell(f adoption.Figure) Cell { return g.p.metricCell(f) }

// AsOfNow is a row of a closed month with the figures that moved as they are now,
// false when none did.
func (g Page) AsOfNow(r adoption.Row) (adoption.Row, bool) { return g.p.asOfNow(r) }

// Raw is the number behind a cell, nil where it is not known or withheld.
func (c Cell) Raw() *float64 { return c.raw }

// Withheld is a figure that may not be shown.
func (g Page) Withheld() ui.Value { return g.p.withheld() }

// Hit says how a figure stands against its target.
func Hit(f adoption.Figure) ui.Hit { return hit(f) }

// Tiles are the figures of a column.
func (g Page) Tiles(c adoption.Column) []ui.StatTileProps {
	var out []ui.StatTileProps
	for _, f := range g.p.Answer.Column(c) {
		out = append(out, g.p.tile(f))
	}
	return out
}

// Status counts a column's metrics on target.
func (g Page) Status(c adoption.Column) ui.ChipProps { return g.p.columnChip(c) }

// Waiting lists the figures of a column that have no value, and why.
func (g Page) Waiting(c adoption.Column) []Waiting { return g.p.waiting(c) }

// Funnel is who got how far, who is lost between stages, and the gap to close first.
func (g Page) Funnel() FunnelProps { return g.p.funnel() }

// Triangle is who comes back.
func (g Page) Triangle() TriangleProps { return g.p.triangle() }

// Diagnosis is where to look first and what usually helps; nil when nothing is under target.
func (g Page) Diagnosis() (*ui.DiagProps, PlaysProps) {
	d := g.p.Answer.Diagnosis
	if d == nil {
		return nil, PlaysProps{}
	}
	return g.p.diagnosis(), g.p.plays(d)
}

// Beside is the chart of the weekly actives of the cohort, with those of everyone beside them.
func (g Page) Beside(all adoption.Weekly) ChartProps {
	c := g.p.active("weekly", "Weekly actives", g.p.Everyone)
	c.Sub = "Active in the week, as a share of licensed"
	c.Chart.Height = 260
	beside(&c, g.p.who(), all, activeShare)
	return c
}

// Unified is the chart of who is on Chat and Cowork unified each week, of those
// active in it, with everyone's share beside it.
func (g Page) Unified(all adoption.Weekly) ChartProps {
	c := g.p.chart("unified", "On Chat and Cowork unified", g.p.Everyone, ui.InPercent, unifiedShare)
	c.Sub = "Of the people active in the week, those who used it there"
	c.Chart.Height, c.Chart.Notes = 220, nil
	beside(&c, g.p.who(), all, unifiedShare)
	return c
}

func unifiedShare(c adoption.WeekCohort) ui.Reading {
	switch {
	case c.Withheld || c.FewActive:
		return ui.Hidden()
	case c.Active == 0:
		return ui.Reading{Why: "nobody active"}
	}
	return ui.Read(float64(c.Unified) / float64(c.Active))
}

// beside puts everyone's line next to the one that c has.
func beside(c *ChartProps, who string, all adoption.Weekly, of pick) {
	if len(c.Chart.Series) != 1 {
		return
	}
	c.Chart.Series[0].Name = who
	other := ui.LineSeries{Name: adoption.Everyone().Name, Colour: 3}
	for _, wk := range all.Weeks {
		other.Values = append(other.Values, of(wk.Cohorts[0]))
	}
	c.Chart.Series = append(c.Chart.Series, other)
}

// With returns the page's address with some filters changed: "key", "value", …; "" drops one.
func (f Filters) With(kv ...string) string { return f.with(kv...) }

// At is like With, for another page that keeps the period.
func (f Filters) At(path string, kv ...string) string { return f.page(path, kv...) }

// Swap makes a link change the page where it stands.
func Swap() templ.Attributes { return swap() }
