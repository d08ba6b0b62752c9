package measure

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Presets are the periods one click away, in days.
var Presets = []int{7, 28, 90}

// The choices of a weekly chart.
const (
	UnitShare  = "share"  // of licensed people
	UnitPeople = "people" // counted
	ViewChart  = "chart"
	ViewTable  = "table"
)

// Filters is what a page was asked for. It lives in the URL and nowhere else.
type Filters struct {
	Path     string // the page's own address
	Days     int    // a preset; 0 when the period was given by its dates or left out
	From, To string // the dates as typed, "" when they were not
	Period   day.Period
	By       adoption.By
	Cohort   string // slug
	Unit     string // UnitShare, UnitPeople
	View     string // ViewChart, ViewTable
	Sort     string // column of the cohort table; a leading "-" is descending
	Page     int    // of the cohort table, from 1
	Own      bool   // the page's address says By and Cohort already
	Errors   map[string]string
}

// query returns what keeps the filters in an address; only what differs from the default is written.
func (f Filters) query() url.Values {
	q := url.Values{}
	set := func(k, v string) {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Days > 0 {
		set("days", strconv.Itoa(f.Days))
	} else {
		set("from", f.From)
		set("to", f.To)
	}
	if !f.Own {
		set("by", string(f.By))
		set("cohort", f.Cohort)
	}
	if f.Unit == UnitPeople {
		set("unit", f.Unit)
	}
	if f.View == ViewTable {
		set("view", f.View)
	}
	set("sort", f.Sort)
	if f.Page > 1 {
		set("page", strconv.Itoa(f.Page))
	}
	return q
}

// with returns the page's address with some filters changed: "key", "value", …; "" drops one.
func (f Filters) with(kv ...string) string { return f.at(f.Path, kv...) }

// at is like with, for another page that keeps these filters.
func (f Filters) at(path string, kv ...string) string {
	q := f.query()
	for i := 0; i+1 < len(kv); i += 2 {
		if kv[i+1] == "" {
			q.Del(kv[i])
		} else {
			q.Set(kv[i], kv[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// page is the address of another page of the group: same period and cohort, its own table and chart.
func (f Filters) page(path string, kv ...string) string {
	return f.at(path, append([]string{"unit", "", "view", "", "sort", "", "page", ""}, kv...)...)
}

func (f Filters) csv() string { return f.at(f.Path+".csv", "unit", "", "view", "", "page", "") }

// FilterProps is the filter bar. Wrong, when set, is the date form in the open,
// with what was typed and what is wrong with it.
type FilterProps struct {
	Period  ui.PeriodProps
	Cohorts *ui.CohortProps
	By      *ui.SelectFilterProps // nil while people are placed in one way only
	Compare string
	Wrong   *DateForm
}

// DateForm is the two dates of a period.
type DateForm struct {
	Action   string
	From, To ui.FieldProps
	Keep     []ui.Pair
}

func (p pageData) filterProps() FilterProps {
	f := p.Filters
	out := FilterProps{Period: p.periodProps(), Cohorts: p.cohortProps(), By: p.byProps(), Compare: "Compared with " + p.dates(p.covered().Before())}
	if len(f.Errors) > 0 {
		out.Wrong = &DateForm{
			Action: f.Path, Keep: f.keep("from", "to", "days", "page"),
			From: ui.FieldProps{ID: "from", Name: "from", Label: "From", Type: dateType(f.From), Value: f.From, Error: f.Errors["from"]},
			To:   ui.FieldProps{ID: "to", Name: "to", Label: "To", Type: dateType(f.To), Value: f.To, Error: f.Errors["to"]},
		}
	}
	return out
}

// dateType is a native date field, unless what was typed is no date: such a
// field would show nothing of it.
func dateType(typed string) string {
	if _, err := day.Parse(typed); typed != "" && err != nil {
		return "text"
	}
	return "date"
}

func (p pageData) periodProps() ui.PeriodProps {
	f := p.Filters
	out := ui.PeriodProps{
		ID: "period", Label: p.dates(p.covered()), Action: f.Path, Keep: f.keep("from", "to", "days", "page"),
		From: f.Period.From.String(), To: f.Period.To.String(), Min: adoption.FirstDay.String(), Max: p.Answer.Through.String(),
	}
	for _, n := range Presets {
		out.Presets = append(out.Presets, ui.Option{
			Label: fmt.Sprintf("Last %d days", n), Current: f.Days == n,
			URL: f.with("days", strconv.Itoa(n), "from", "", "to", "", "page", ""),
		})
	}
	return out
}

func (p pageData) cohortProps() *ui.CohortProps {
	f := p.Filters
	one, many := byWord(f.By)
	out := &ui.CohortProps{
		ID: "cohort-pick", Label: capital(one), Summary: "Everyone", Action: f.Path, Name: "cohort", Single: true,
		Keep: f.keep("cohort", "page"), Options: []ui.CohortOption{{Label: "Everyone", Checked: f.Cohort == ""}},
	}
	for _, r := range p.Breakdown {
		if r.Cohort.Merged {
			continue
		}
		o := ui.CohortOption{Value: r.Cohort.Slug, Label: r.Cohort.Name, Size: ui.Count(r.People), Checked: f.Cohort == r.Cohort.Slug}
		if o.Checked {
			out.Summary = r.Cohort.Name
		}
		out.Options = append(out.Options, o)
	}
	if len(out.Options) == 1 {
		return nil
	}
	out.Total = ui.Counted(len(out.Options)-1, one, many)
	return out
}

func (p pageData) byProps() *ui.SelectFilterProps {
	if len(p.Dimensions) < 2 {
		return nil
	}
	out := &ui.SelectFilterProps{ID: "by", Label: "By", Action: p.Path, Name: "by", Keep: p.keep("by", "cohort", "page", "sort")}
	for _, by := range p.Dimensions {
		one, _ := byWord(by)
		out.Options = append(out.Options, ui.Choice{Value: string(by), Label: one, Chosen: by == p.By})
	}
	return out
}

// keep returns the filters as hidden fields, in order, without those named.
func (f Filters) keep(without ...string) []ui.Pair {
	q := f.query()
	var out []ui.Pair
	for _, k := range []string{"days", "from", "to", "by", "cohort", "unit", "view", "sort", "page"} {
		if q.Has(k) && !slices.Contains(without, k) {
			out = append(out, ui.Pair{Name: k, Value: q.Get(k)})
		}
	}
	return out
}

// pathOf is the page of a column.
func pathOf(c adoption.Column) string {
	switch c {
	case adoption.ColumnDepth:
		return route.Depth
	case adoption.ColumnValue:
		return route.Value
	}
	return route.Activation
}
