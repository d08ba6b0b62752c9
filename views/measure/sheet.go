package measure

import (
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/views/ui"
)

// Form is what a datum of a sheet is. The zero Form is a plain number.
type Form int

// The forms.
const (
	FormNumber Form = iota
	FormWords       // somebody's: a name, a reason
	FormOurs        // ours: a key, a day, a state
	FormShare       // a ratio
	FormMoney       // decimal USD
)

// Datum is a cell of a sheet: text as a program reads it, "" for nothing.
type Datum struct {
	Text string
	Form Form
}

// Sheet is what a page shows, to take away: its rows, the head first, and what
// there is to know about them, a name and a fact each.
type Sheet struct {
	Rows  [][]Datum
	About [][]Datum
}

// The states of a figure, as sheets tell them apart. Zero is a value.
const (
	stateValue       = "value"
	stateNotReported = "not reported"
	stateWithheld    = "withheld"
)

// NewSheet is what a page shows as rows: the cohorts of its column in the order
// of the page, or every metric where there is no breakdown. Numbers have full
// precision, and each has its state beside it.
func NewSheet(c adoption.Column, f Filters, fig Figures, r Reader) Sheet {
	p := pageData{f, fig, r}
	out := Sheet{About: p.about(c)}
	if cols := columnsOf(c); len(cols) > 0 && len(p.Breakdown) > 0 {
		out.Rows = p.cohortRows(c, cols)
	} else {
		out.Rows = p.metricRows(c)
	}
	return out
}

// cohortRows has a row for each cohort, with the columns of the table: for each
// its value, its state and, in a closed month, what it is now.
func (p pageData) cohortRows(c adoption.Column, cols []column) [][]Datum {
	one, _ := byWord(p.By)
	head := []Datum{ours(one)}
	for _, c := range cols {
		head = append(head, ours(c.key), ours(c.key+"_state"))
		if p.Closed != nil {
			head = append(head, ours(c.key+"_now"))
		}
	}
	key, down := p.sorting(cols, defaultSort(c))
	out := [][]Datum{head}
	for _, row := range p.sorted(cols, key, down) {
		line := []Datum{{Text: row.Name, Form: FormWords}}
		for _, c := range row.Cells {
			line = append(line, Datum{number(c.raw), c.form}, ours(stateOf(c.Value.State)))
			if p.Closed != nil {
				line = append(line, Datum{number(c.now), c.form})
			}
		}
		out = append(out, line)
	}
	return out
}

func stateOf(s ui.State) string {
	switch s {
	case ui.StateNotYet:
		return stateNotReported
	case ui.StateWithheld:
		return stateWithheld
	}
	return stateValue
}

// metricRows lists the metrics of one column, or of all when c is empty, each
// followed by its parts.
func (p pageData) metricRows(c adoption.Column) [][]Datum {
	head := []string{"column", "metric", "part", "value", "state", "numerator", "denominator", "unit", "target", "status", "previous", "reason", "from", "to"}
	if p.Closed != nil {
		head = append(head, "now")
	}
	out := [][]Datum{nil}
	for _, name := range head {
		out[0] = append(out[0], ours(name))
	}
	for _, f := range p.Answer.Figures {
		if m := adoption.MetricOf(f.Key); c != "" && m.Column != c {
			continue
		}
		out = append(out, p.metricRow(f))
		for _, part := range f.Parts {
			out = append(out, p.partRow(f, part))
		}
	}
	return out
}

func (p pageData) metricRow(f adoption.Figure) []Datum {
	value, num, den := f.Value, f.Numerator, f.Denominator
	if f.Withheld {
		value, num, den = nil, nil, nil
	}
	form := formOf(f.Unit)
	out := []Datum{
		ours(string(adoption.MetricOf(f.Key).Column)), ours(string(f.Key)), ours(""), {number(value), form}, ours(stateOf(p.value(f).State)),
		{whole(num), FormNumber}, {whole(den), FormNumber}, ours(string(f.Unit)), {number(f.Target), form},
		ours(string(f.Status)), {number(f.Previous), form}, {f.Reason, FormWords}, ours(p.covered().From.String()), ours(p.covered().To.String()),
	}
	if p.Closed != nil {
		now, _ := p.revision(p.whole(), f.Key)
		out = append(out, Datum{number(now.Value), form})
	}
	return out
}

// partForm is what the parts of a metric are, where they are not what it is.
var partForm = map[string]Form{"attendances": FormNumber, "cost_usd": FormMoney, "value_usd": FormMoney, "cost_per_active_user": FormMoney}

func (p pageData) partRow(f adoption.Figure, part adoption.Part) []Datum {
	form, ok := partForm[part.Name]
	if !ok {
		form = formOf(f.Unit)
	}
	value, state := number(part.Value), stateValue
	if part.Money != nil {
		value = part.Money.USD()
	}
	switch {
	case f.Withheld:
		value, state = "", stateWithheld
	case value == "":
		state = stateNotReported
	}
	out := []Datum{ours(string(adoption.MetricOf(f.Key).Column)), ours(string(f.Key)), ours(part.Name), {value, form}, ours(state)}
	for range 7 {
		out = append(out, ours(""))
	}
	out = append(out, ours(p.covered().From.String()), ours(p.covered().To.String()))
	if p.Closed != nil {
		out = append(out, ours(""))
	}
	return out
}

func formOf(u adoption.Unit) Form {
	if u == adoption.UnitRatio {
		return FormShare
	}
	return FormNumber
}

// about says what the rows are of: period, filters, how fresh, and what each metric means.
func (p pageData) about(c adoption.Column) [][]Datum {
	fact := func(name, text string) []Datum { return []Datum{ours(name), {text, FormWords}} }
	out := [][]Datum{
		fact("Page", orElse(c.Name(), "Overview")),
		fact("From", p.covered().From.String()), fact("To", p.covered().To.String()),
		fact("Data through", p.Answer.Through.String()),
		fact("People", p.who()),
	}
	out[1][1].Form, out[2][1].Form, out[3][1].Form = FormOurs, FormOurs, FormOurs
	for _, by := range Dimensions {
		if names := p.pickedOf(by); len(names) > 0 {
			_, many := byWord(by)
			out = append(out, fact(capital(many), strings.Join(names, ", ")))
		}
	}
	one, _ := byWord(p.By)
	out = append(out, fact("By", one), fact("Compared with", p.comparedWith()))
	if p.Closed != nil && p.Closed.Restored {
		out = append(out, fact("Closed", "The month is closed: figures stand as they were on data through "+p.Closed.Closing.Through.String()+". Columns with “now” hold what has moved since."))
	}
	out = append(out, fact("States", "value: known, zero included; not reported: cannot be computed, or not yet; withheld: known, but about too few people to show."))
	for _, m := range adoption.Catalogue() {
		if c == "" || m.Column == c {
			out = append(out, fact(m.Name+" ("+string(m.Key)+")", m.Definition))
		}
	}
	return out
}

func (p pageData) comparedWith() string {
	with, ok := p.compared()
	if !ok {
		return "nothing"
	}
	return with.From.String() + " to " + with.To.String()
}

// pickedOf names the cohorts of a dimension that the page is narrowed to.
func (p pageData) pickedOf(by adoption.By) []string {
	var out []string
	for _, c := range p.Picked {
		if c.By == by {
			out = append(out, c.Name)
		}
	}
	return slices.Compact(out)
}

func ours(text string) Datum { return Datum{text, FormOurs} }

func number(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

func whole(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
