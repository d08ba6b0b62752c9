package measure

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// rowsAPage is how many cohorts a table shows at once.
const rowsAPage = 25

// CohortTable is the breakdown of a column by cohort.
type CohortTable struct {
	ID, Title, Sub string
	CSV, XLSX      string
	Table          ui.TableProps
	Rows           []CohortRow
	Pages          *ui.PagesProps
	Note           string
}

// CohortRow is one cohort: its name, colour and cells.
type CohortRow struct {
	Name   string
	URL    string // of its page; "" for several cohorts together
	Colour int
	Cells  []Cell
}

// Cell is one figure of a cohort; Bar, when set, is drawn beside it.
type Cell struct {
	Value ui.Value
	Bar   *ui.BarProps
	Warn  bool
	Now   string   // what a closed figure is now; "" when it reads the same
	raw   *float64 // for sorting and exports; nil is unknown
	now   *float64 // likewise, as it is now
	form  Form
}

// column is one column of a cohort table.
type column struct {
	key, label string
	cell       func(p pageData, r adoption.Row) Cell
}

// metricColumn shows a metric of the catalogue.
func metricColumn(k adoption.Key, label string) column {
	return column{string(k), label, func(p pageData, r adoption.Row) Cell { return p.metricCell(r.Figure(k)) }}
}

// bareColumn shows a metric whose unit its head says.
func bareColumn(k adoption.Key, label string) column {
	return column{string(k), label, func(p pageData, r adoption.Row) Cell {
		c := p.metricCell(r.Figure(k))
		c.Value.Unit = ""
		return c
	}}
}

// barColumn shows a rate with a bar and its target.
func barColumn(k adoption.Key, label string) column {
	return column{string(k), label, func(p pageData, r adoption.Row) Cell {
		f := r.Figure(k)
		c := p.metricCell(f)
		if c.raw == nil {
			return c
		}
		b := ui.BarProps{Share: ui.Read(*f.Value), Target: reading(f.Target), Tone: ui.ToneQuiet}
		if hit(f) == ui.HitMissed {
			b.Tone, c.Warn = ui.ToneWarn, true
		}
		c.Bar = &b
		return c
	}}
}

// partColumn shows a part of a metric as a share.
func partColumn(k adoption.Key, part, label string) column {
	return column{part, label, func(p pageData, r adoption.Row) Cell {
		f := r.Figure(k)
		return p.shareCell(f, f.Part(part).Value)
	}}
}

// weeklyColumn shows weekly actives as a share of the cohort's licensed people.
func weeklyColumn(label string) column {
	k := adoption.WeeklyActives
	return column{string(k), label, func(p pageData, r adoption.Row) Cell {
		f, n := r.Figure(k), r.Licensed.Count
		if !f.Known() || n == nil || *n == 0 {
			return p.shareCell(f, nil)
		}
		v := *f.Value / float64(*n)
		return p.shareCell(f, &v)
	}}
}

// countColumn shows numerator, denominator or what is between them.
func countColumn(key, label string, k adoption.Key, of func(num, den int64) int64) column {
	return column{key, label, func(p pageData, r adoption.Row) Cell {
		f := r.Figure(k)
		if f.Withheld || f.Numerator == nil || f.Denominator == nil {
			return Cell{Value: p.unknown(f)}
		}
		n := of(*f.Numerator, *f.Denominator)
		v := float64(n)
		return Cell{Value: ui.Known(ui.Count(n)), raw: &v}
	}}
}

func (p pageData) unknown(f adoption.Figure) ui.Value {
	if f.Withheld {
		return p.withheld()
	}
	return ui.NotYet(p.waits(f))
}

func (p pageData) metricCell(f adoption.Figure) Cell {
	c := Cell{Value: p.value(f)}
	if f.Known() && !f.Withheld {
		c.raw = f.Value
	}
	if f.Unit == adoption.UnitRatio {
		c.form = FormShare
		if c.raw != nil {
			c.Value = ui.Known(ui.Percent(*c.raw))
		}
	}
	return c
}

func (p pageData) shareCell(f adoption.Figure, v *float64) Cell {
	if f.Withheld || v == nil {
		return Cell{Value: p.unknown(f), form: FormShare}
	}
	return Cell{Value: ui.Known(ui.Percent(*v)), raw: v, form: FormShare}
}

func first(num, _ int64) int64  { return num }
func second(_, den int64) int64 { return den }
func rest(num, den int64) int64 { return den - num }

// columnsOf is the cohort table of a column's page; none where cohorts have no figures.
func columnsOf(c adoption.Column) []column {
	switch c {
	case adoption.ColumnActivation:
		return []column{
			countColumn("licensed", "Licensed", adoption.ActivationRate, second),
			countColumn("signed_in", "Signed in", adoption.ActivationRate, first),
			countColumn("not_signed_in", "Not signed in", adoption.ActivationRate, rest),
			barColumn(adoption.ActivationRate, "Activation"),
			metricColumn(adoption.DelegationRate, "Delegation"),
			weeklyColumn("Weekly active"),
			metricColumn(adoption.Week2Retention, "Week-2 retention"),
			bareColumn(adoption.DaysTrainingToFirstTask, "Days to first task"),
		}
	case adoption.ColumnDepth:
		return []column{
			countColumn("active", "Active people", adoption.SessionsPerActiveUser, second),
			countColumn("sessions", "Sessions", adoption.SessionsPerActiveUser, first),
			metricColumn(adoption.SessionsPerActiveUser, "Sessions each"),
			barColumn(adoption.AdvancedFeatureUptake, "Advanced features"),
			partColumn(adoption.AdvancedFeatureUptake, "connectors", "Connectors"),
			partColumn(adoption.AdvancedFeatureUptake, "skills", "Skills"),
			partColumn(adoption.AdvancedFeatureUptake, "plugins", "Plugins"),
			bareColumn(adoption.ChampionTouchpoints, "Touchpoints per 100"),
			metricColumn(adoption.HelpSessionParticipation, "Help-session turnout"),
		}
	}
	return nil
}

// Sorts are the columns that the table of c can be sorted by; empty where it has none.
func Sorts(c adoption.Column) []string {
	out := []string{}
	for _, col := range columnsOf(c) {
		out = append(out, col.key)
	}
	if len(out) > 0 {
		out = append([]string{"name"}, out...)
	}
	return out
}

// sorting returns the column to sort by and the direction; the default has the
// widest gaps on top.
func (p pageData) sorting(cols []column, def string) (key string, down bool) {
	key = p.Sort
	if key == "" {
		key = def
	}
	key, down = strings.TrimPrefix(key, "-"), strings.HasPrefix(key, "-")
	if key == "name" || slices.ContainsFunc(cols, func(c column) bool { return c.key == key }) {
		return key, down
	}
	return strings.TrimPrefix(def, "-"), strings.HasPrefix(def, "-")
}

// defaultSort puts the widest gaps on top: most people not signed in, fewest sessions each.
func defaultSort(c adoption.Column) string {
	if c == adoption.ColumnActivation {
		return "-not_signed_in"
	}
	return string(adoption.SessionsPerActiveUser)
}

// cohorts builds the table of a column; nil where there is nothing to break down.
func (p pageData) cohorts(c adoption.Column) *CohortTable {
	cols := columnsOf(c)
	if len(cols) == 0 || len(p.Breakdown) == 0 {
		return nil
	}
	one, many := byWord(p.By)
	key, down := p.sorting(cols, defaultSort(c))
	t := &CohortTable{ID: "cohorts", Title: capital(many), CSV: p.csv(), XLSX: p.xlsx(), Table: ui.TableProps{Caption: c.Name() + " by " + one, Attrs: swap()}}
	t.Table.Columns = p.heads(cols, key, down, capital(one))
	t.Sub = "Sorted by " + strings.ToLower(labelOf(cols, key, one))
	t.Rows = p.sorted(cols, key, down)
	t.page(p)
	t.Table.Sticky = len(t.Rows) > 12
	t.Note = strings.Join(p.tableNotes(), " ")
	return t
}

// tableNotes say what a reader of the table must know beside it.
func (p pageData) tableNotes() []string {
	var out []string
	if p.By == adoption.ByGroup {
		out = append(out, "Groups overlap: a person in two groups is counted in both.")
	}
	if p.Closed == nil {
		return out
	}
	one, many := byWord(p.By)
	fresh := 0
	for _, r := range p.Breakdown {
		if _, ok := p.Closed.Closing.Row(r.Cohort.By, r.Cohort.Slug); !ok {
			fresh++
		}
	}
	switch {
	case p.Guarded:
		out = append(out, "Figures of "+many+" are as of now.")
	case fresh > 0:
		out = append(out, ui.Counted(fresh, one+" was", many+" were")+" not there when the month was closed; their figures are as of now.")
	}
	return out
}

func labelOf(cols []column, key, name string) string {
	for _, c := range cols {
		if c.key == key {
			return c.label
		}
	}
	return name
}

func (p pageData) heads(cols []column, key string, down bool, name string) []ui.Column {
	head := func(k, label string, numeric bool) ui.Column {
		h := ui.Column{Label: label, Numeric: numeric}
		next := "-" + k
		if !numeric {
			next = k
		}
		if k == key {
			h.Sort, next = "ascending", "-"+k
			if down {
				h.Sort, next = "descending", k
			}
		}
		h.SortURL = p.with("sort", next, "page", "") + "#cohorts"
		return h
	}
	out := []ui.Column{head("name", name, false)}
	for _, c := range cols {
		out = append(out, head(c.key, c.label, true))
	}
	return out
}

// sorted returns the rows in order; unknown values stand last either way, and so does the merged rest.
func (p pageData) sorted(cols []column, key string, down bool) []CohortRow {
	colour := p.colours()
	at := slices.IndexFunc(cols, func(c column) bool { return c.key == key })
	rows := make([]CohortRow, 0, len(p.Breakdown))
	for _, r := range p.Breakdown {
		row := CohortRow{Name: r.Cohort.Name, Colour: colour[r.Cohort.Slug]}
		if !r.Cohort.Merged {
			row.URL = p.cohort(r.Cohort)
		}
		for _, c := range cols {
			row.Cells = append(row.Cells, p.cell(c, r))
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b CohortRow) int {
		if at < 0 {
			return signed(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), down)
		}
		x, y := a.Cells[at].raw, b.Cells[at].raw
		switch {
		case x == nil && y == nil:
			return 0
		case x == nil:
			return 1
		case y == nil:
			return -1
		}
		return signed(cmp.Compare(*x, *y), down)
	})
	return rows
}

// cell is a cohort's cell of a column, with what it is now where its month is
// closed and it has moved.
func (p pageData) cell(c column, r adoption.Row) Cell {
	out := c.cell(p, r)
	now, moved := p.asOfNow(r)
	if !moved {
		return out
	}
	then := c.cell(p, now)
	out.now = then.raw
	switch {
	case then.Value.State != out.Value.State && then.Value.State != ui.StateKnown:
		out.Now = "not known"
	case then.Value.Text != out.Value.Text:
		out.Now = then.Value.Text
	}
	return out
}

// asOfNow is a row of a closed month with the figures that moved as they are now,
// false when none did.
func (p pageData) asOfNow(r adoption.Row) (adoption.Row, bool) {
	moved := false
	r.Figures = slices.Clone(r.Figures)
	for i, f := range r.Figures {
		now, ok := p.revision(r.Cohort, f.Key)
		if !ok {
			continue
		}
		r.Figures[i], moved = now, true
		if f.Key == adoption.ActivationRate && now.Denominator != nil {
			n := int(*now.Denominator)
			r.Licensed.Count = &n
		}
	}
	return r, moved
}

func signed(c int, down bool) int {
	if down {
		return -c
	}
	return c
}

// page keeps one page of a long table.
func (t *CohortTable) page(p pageData) {
	from, to, foot := ui.PageOf(len(t.Rows), p.Page, rowsAPage, func(at int) string {
		return p.with("page", strconv.Itoa(at)) + "#cohorts"
	})
	t.Rows, t.Pages = t.Rows[from:to], foot
	if foot != nil {
		foot.Attrs = swap()
	}
}
