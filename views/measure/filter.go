package measure

import (
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

// Compare is what figures are compared with.
type Compare string

// What figures may be compared with. The zero Compare is the days just before.
const (
	CompareBefore Compare = ""
	CompareWeek   Compare = "7"  // the same days a week earlier
	CompareFour   Compare = "28" // four weeks earlier
	CompareNone   Compare = "none"
)

// Comparisons are the choices, in the order they are offered.
var Comparisons = []Compare{CompareBefore, CompareWeek, CompareFour, CompareNone}

// With returns the period that p is compared with, false for none.
func (c Compare) With(p day.Period) (day.Period, bool) {
	switch c {
	case CompareNone:
		return day.Period{}, false
	case CompareWeek, CompareFour:
		n, _ := strconv.Atoi(string(c))
		return day.Period{From: p.From - day.Date(n), To: p.To - day.Date(n)}, p.Days() > 0
	}
	return p.Before(), p.Days() > 0
}

// label is the choice in words: "28 days before", "7 days earlier", "nothing".
func (c Compare) label(p day.Period) string {
	switch c {
	case CompareNone:
		return "nothing"
	case CompareWeek, CompareFour:
		return string(c) + " days earlier"
	}
	return span(p) + " before"
}

// Dimensions are the ways to narrow a page, in the order of its pickers.
var Dimensions = []adoption.By{adoption.ByDepartment, adoption.ByWave, adoption.ByGroup}

// Filters is what a page was asked for. It lives in the URL and nowhere else.
type Filters struct {
	Path     string // the page's own address
	Days     int    // a preset; 0 when the period was given by its dates or left out
	From, To string // the dates as typed, "" when they were not
	Period   day.Period
	By       adoption.By
	Picks    map[adoption.By][]string // cohorts by slug, sorted; none of a dimension is all of it
	Compare  Compare
	Unit     string // UnitShare, UnitPeople
	View     string // ViewChart, ViewTable
	Sort     string // column of the cohort table; a leading "-" is descending
	Page     int    // of the cohort table, from 1
	Own      bool   // the page's address says By and the one cohort already
	Errors   map[string]string
	Ignored  []string // parts of the address that mean nothing here, each with what would
}

// Single returns the one cohort that the page is narrowed to, false when there
// are several, or none.
func (f Filters) Single() (by adoption.By, slug string, ok bool) {
	n := 0
	for _, d := range Dimensions {
		n += len(f.Picks[d])
		if len(f.Picks[d]) == 1 {
			by, slug = d, f.Picks[d][0]
		}
	}
	return by, slug, n == 1
}

// Narrowed reports whether the page is about part of the organization.
func (f Filters) Narrowed() bool { return f.Within() != "" }

// Within is the part of the organization that the page is about.
func (f Filters) Within() adoption.Within { return adoption.NewWithin(f.Picks) }

// Address is the page's own address, whatever order it was asked in.
func (f Filters) Address() string { return f.with() }

// keys are the filters in the order of an address.
var keys = []string{"days", "from", "to", "by", "department", "wave", "group", "compare", "unit", "view", "sort", "page"}

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
		for _, by := range Dimensions {
			for _, slug := range f.Picks[by] {
				q.Add(string(by), slug)
			}
		}
	}
	set("compare", string(f.Compare))
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
func (f Filters) at(path string, kv ...string) string { return route.Change(path, f.query(), kv...) }

// page is the address of another page of the group: same period and cohorts, its own table and chart.
func (f Filters) page(path string, kv ...string) string {
	return f.at(path, append([]string{"unit", "", "view", "", "sort", "", "page", ""}, kv...)...)
}

// cohort is the address of a cohort's own page, for the same days.
func (f Filters) cohort(c adoption.Cohort) string {
	q := f.query()
	return route.With(route.Cohort(string(c.By), c.Slug), "days", q.Get("days"), "from", q.Get("from"), "to", q.Get("to"))
}

func (f Filters) csv() string  { return f.export(".csv") }
func (f Filters) xlsx() string { return f.export(".xlsx") }

func (f Filters) export(ext string) string {
	return f.at(f.Path+ext, "unit", "", "view", "", "page", "")
}

// keep returns the filters as hidden fields, in order, without those named.
func (f Filters) keep(without ...string) []ui.Pair {
	q := f.query()
	var out []ui.Pair
	for _, k := range keys {
		if slices.Contains(without, k) {
			continue
		}
		for _, v := range q[k] {
			out = append(out, ui.Pair{Name: k, Value: v})
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
