package cohort

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// rowsAPage is how many cohorts the list shows at once.
const rowsAPage = 25

// TableProps is the table of cohorts.
type TableProps struct {
	Title, Sub string
	Table      ui.TableProps
	Rows       []Row
	Pages      *ui.PagesProps
	Notes      []string
}

// Row is one cohort: its name, the page about it, and its cells.
type Row struct {
	Name  string
	Opens string // when it does; "" once it has
	URL   string // "" for several merged ones
	Cells []Cell
}

// Cell is one figure of a cohort; Bar, when set, is drawn beside it.
type Cell struct {
	Value ui.Value
	Sub   string
	Bar   *ui.BarProps
	Warn  bool
	Now   string   // what a figure of a closed month is now; "" when it reads the same
	now   *float64 // likewise, as a number
	raw   *float64 // for sorting and sheets; nil where there is no value to show
	rate  bool     // raw reads as a percentage
}

// subject is everything known of the cohort of a row.
type subject struct {
	adoption.Row
	stage adoption.FunnelRow
}

// column is a column of the table. What it says beyond its label is spoken, and
// shown where the pointer rests.
type column struct {
	key, label, about string
	cell              func(l list, s subject) Cell
}

var columns = []column{
	{"people", "People", "People placed here: members, and people of the roster who have not arrived", list.people},
	{"licensed", "Licensed", "Members on the last day", of(adoption.ActivationRate, false)},
	{"signed_in", "Signed in", "Have used any Claude product", of(adoption.ActivationRate, true)},
	{"delegated", "Delegated", "Have delegated a real task in Cowork", of(adoption.DelegationRate, true)},
	{"habitual", "Habit", "Active in three of the last four complete weeks", list.habitual},
	{"missing", "To target", "People missing to the activation target", list.toTarget},
	{"activation_rate", "Activation", "", list.activation},
	{"delegation_rate", "Delegation", "", figure(adoption.DelegationRate)},
	{"weekly_actives", "Weekly active", "Share of licensed active in the last complete week", list.weekly},
	{"week2_retention", "Week‑2 retention", "", figure(adoption.Week2Retention)},
	{"days_training_to_first_task", "Days to first task", "", list.days},
	{"advanced_feature_uptake", "Advanced features", "", figure(adoption.AdvancedFeatureUptake)},
	{"sessions_per_active_user", "Sessions each", "", figure(adoption.SessionsPerActiveUser)},
	{"unified", "On unified", "Share of active people who used Chat and Cowork unified", list.unified},
}

// what is the column's definition.
func (c column) what() string {
	if c.about != "" {
		return c.about
	}
	return adoption.MetricOf(adoption.Key(c.key)).Definition
}

func count(n int) Cell {
	v := float64(n)
	return Cell{Value: ui.Known(ui.Count(n)), raw: &v}
}

func (l list) people(s subject) Cell {
	if s.stage.Withheld {
		return Cell{Value: l.Withheld()}
	}
	away := l.Awaited[s.Cohort.Slug]
	c := count(s.People + away)
	if away > 0 {
		c.Sub = ui.Count(away) + " to come"
	}
	return c
}

// of is a column with the numerator or the denominator of a rate: the counts that
// the rate beside them is made of, in a closed month too.
func of(k adoption.Key, numerator bool) func(list, subject) Cell {
	return func(l list, s subject) Cell {
		f := s.Figure(k)
		n := f.Denominator
		if numerator {
			n = f.Numerator
		}
		if f.Withheld || n == nil {
			return Cell{Value: l.Cell(adoption.Figure{Key: k, Reason: f.Reason, Withheld: f.Withheld}).Value}
		}
		return count(int(*n))
	}
}

// habitual is the last stage of the funnel, as the data has it now.
func (l list) habitual(s subject) Cell {
	if s.stage.Withheld {
		return Cell{Value: l.Withheld()}
	}
	return count(s.stage.Habitual)
}

// figure is a column with a metric of the catalogue.
func figure(k adoption.Key) func(list, subject) Cell {
	return func(l list, s subject) Cell {
		c := l.Cell(s.Figure(k))
		return Cell{Value: c.Value, raw: c.Raw(), rate: rate(k)}
	}
}

// days is without its unit: the head of the column says it.
func (l list) days(s subject) Cell {
	c := figure(adoption.DaysTrainingToFirstTask)(l, s)
	c.Value.Unit = ""
	return c
}

// toTarget is how many people are missing. Nobody is while the cohort is not open.
func (l list) toTarget(s subject) Cell {
	f := s.Figure(adoption.ActivationRate)
	if on, ok := l.Opens[s.Cohort.Slug]; ok {
		return Cell{Value: ui.NotYet(opening("It opens", on, l.today) + " on " + l.Date(on))}
	}
	n := missing(f)
	switch {
	case n != nil:
		return count(*n)
	case f.Known() && f.Target == nil:
		return Cell{Value: ui.NotYet("There is no target for the activation rate")}
	}
	return Cell{Value: l.Cell(f).Value}
}

func (l list) activation(s subject) Cell {
	f := s.Figure(adoption.ActivationRate)
	c := figure(adoption.ActivationRate)(l, s)
	if c.raw == nil {
		return c
	}
	c.Bar = &ui.BarProps{Share: ui.Read(*f.Value), Tone: ui.ToneQuiet}
	if f.Target != nil {
		c.Bar.Target = ui.Read(*f.Target)
	}
	if _, closed := l.Opens[s.Cohort.Slug]; !closed && measure.Hit(f) == ui.HitMissed {
		c.Bar.Tone, c.Warn = ui.ToneWarn, true
	}
	return c
}

func (l list) weekly(s subject) Cell {
	f, n := s.Figure(adoption.WeeklyActives), s.Licensed.Count
	switch {
	case !f.Known() || f.Withheld:
		return Cell{Value: l.Cell(f).Value}
	case n == nil || *n == 0:
		return Cell{Value: ui.NotYet("Nobody here is licensed")}
	}
	return share(*f.Value / float64(*n))
}

func (l list) unified(s subject) Cell {
	v := s.Unified.Value()
	switch {
	case s.stage.Withheld || s.Unified.Withheld:
		return Cell{Value: l.Withheld()}
	case v == nil:
		return Cell{Value: ui.NotYet("Nobody was active in this period")}
	}
	return share(*v)
}

func share(v float64) Cell { return Cell{Value: ui.Known(ui.Percent(v)), raw: &v, rate: true} }

func (l list) subject(r adoption.Row) subject {
	s := subject{Row: r, stage: adoption.FunnelRow{Withheld: true}}
	for _, f := range l.Stages {
		if f.Cohort.Slug == r.Cohort.Slug {
			s.stage = f
		}
	}
	return s
}

// table builds the table, one page of it.
func (l list) table() TableProps {
	one, many := Words(l.By)
	key, down := l.sorting()
	t := TableProps{Title: Capital(many), Table: ui.TableProps{Caption: "Cohorts by " + one, Attrs: measure.Swap()}}
	t.Sub = "Sorted by " + l.label(key)
	t.Table.Columns = l.heads(key, down)
	t.Rows = l.rows(key, down)
	t.page(l)
	t.Table.Sticky = len(t.Rows) > 12
	t.Notes = l.notes()
	return t
}

func (l list) notes() []string {
	var out []string
	one, many := Words(l.By)
	if slices.ContainsFunc(l.Breakdown, func(r adoption.Row) bool { return r.Cohort.Merged }) {
		out = append(out, fmt.Sprintf("Other is every %s of fewer than %d people, with as many more %s as keep its figures from being worked out.", one, l.MinCohort, many))
	}
	if l.By == adoption.ByGroup {
		out = append(out, "Groups overlap: a person in two groups is counted in both.")
	}
	if slices.ContainsFunc(l.Breakdown, func(r adoption.Row) bool { return r.Cohort.Slug == unassigned }) && l.By != adoption.ByGroup {
		out = append(out, "Unassigned is everybody without a "+one+".")
	}
	return out
}

func (l list) label(key string) string {
	for _, c := range columns {
		if c.key == key {
			if key == "missing" {
				return "people missing to the activation target"
			}
			return strings.ToLower(c.label)
		}
	}
	return "name"
}

// sorting returns the column to sort by and the direction; by default the
// cohorts stand first that most people are missing in.
func (l list) sorting() (key string, down bool) {
	key, down = strings.TrimPrefix(l.Sort, "-"), strings.HasPrefix(l.Sort, "-")
	if key == "name" || slices.ContainsFunc(columns, func(c column) bool { return c.key == key }) {
		return key, down
	}
	return "missing", true
}

func (l list) heads(key string, down bool) []ui.Column {
	one, _ := Words(l.By)
	out := []ui.Column{l.head("name", Capital(one), "", key, down)}
	for _, c := range columns {
		out = append(out, l.head(c.key, c.label, c.what(), key, down))
	}
	return out
}

// head is a column's head. Its link sorts by it, the greatest first but for
// names, and turns around where the table is sorted so already.
func (l list) head(k, label, about, key string, down bool) ui.Column {
	h := ui.Column{Label: label, Numeric: k != "name", Title: about}
	next := "-" + k
	if !h.Numeric {
		next = k
	}
	if k == key {
		h.Sort, next = "ascending", "-"+k
		if down {
			h.Sort, next = "descending", k
		}
	}
	h.SortURL = l.With("sort", next, "page", "") + "#cohorts"
	return h
}

// rows returns every row in order; where there is no value to sort by, rows stand last either way.
func (l list) rows(key string, down bool) []Row {
	at := slices.IndexFunc(columns, func(c column) bool { return c.key == key })
	var rows []Row
	for _, r := range l.Breakdown {
		row := Row{Name: r.Cohort.Name}
		if on, closed := l.Opens[r.Cohort.Slug]; closed {
			row.Opens = opening("opens", on, l.today) + " " + ui.DayMonth(on.Time(), l.today.Time())
		}
		if !r.Cohort.Merged {
			row.URL = l.At(route.Cohort(string(l.By), r.Cohort.Slug), "by", "", "cohort", "")
		}
		row.Cells = l.cells(r)
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		if at < 0 && (a.URL == "") != (b.URL == "") {
			return cmp.Compare(len(b.URL), len(a.URL))
		}
		if at < 0 {
			return turned(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), down)
		}
		return compare(a.Cells[at].raw, b.Cells[at].raw, down)
	})
	return rows
}

// cells are a cohort's figures; where its month is closed and they read otherwise
// now, with what they are now.
func (l list) cells(r adoption.Row) []Cell {
	var out []Cell
	now, moved := l.AsOfNow(r)
	for _, c := range columns {
		here := c.cell(l, l.subject(r))
		if then := c.cell(l, l.subject(now)); moved && then.raw != nil && then.Value.Text != here.Value.Text {
			here.Now, here.now = then.Value.Text, then.raw
		}
		out = append(out, here)
	}
	return out
}

func compare(a, b *float64, down bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return turned(cmp.Compare(*a, *b), down)
}

func turned(c int, down bool) int {
	if down {
		return -c
	}
	return c
}

// page keeps one page of a long table.
func (t *TableProps) page(l list) {
	from, to, foot := ui.PageOf(len(t.Rows), l.Filters.Page, rowsAPage, func(at int) string {
		return l.With("page", strconv.Itoa(at)) + "#cohorts"
	})
	t.Rows, t.Pages = t.Rows[from:to], foot
	if foot != nil {
		foot.Attrs = measure.Swap()
	}
}
