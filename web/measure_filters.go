package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/measure"
)

// filtering reads an address for a page.
type filtering struct {
	measure.Filters
	q       url.Values
	sorts   []string // columns of the page's table; nil: the page judges by and sort on its own
	guarded bool     // its reader sees one cohort of one dimension at a time
}

// measureFilters reads the address of a page that judges by and sort on its own.
func measureFilters(q url.Values, x *adoption.Index, today day.Date, path string) measure.Filters {
	return filtering{Filters: measure.Filters{Path: path}, q: q}.read(x, today)
}

// read reads the address. Days that cannot be used are kept as typed, with what is wrong, and the default
// period stands in for them; what else means nothing is left out and named.
func (f filtering) read(x *adoption.Index, today day.Date) measure.Filters {
	f.From, f.To = strings.TrimSpace(f.q.Get("from")), strings.TrimSpace(f.q.Get("to"))
	f.Picks, f.Errors = map[adoption.By][]string{}, map[string]string{}
	f.readDimension(x.Dimensions())
	f.readPicks()
	f.readShape()
	f.readPeriod(x, today)
	return f.Filters
}

// ignore notes a value that means nothing, with those that would.
func (f *filtering) ignore(key, value, instead string) {
	f.Ignored = append(f.Ignored, fmt.Sprintf("“%s=%s” means nothing here: %s.", key, value, instead))
}

// pick returns the value of a key when it is one of several, "" otherwise.
func (f *filtering) pick(key string, of ...string) string {
	v := f.q.Get(key)
	if v == "" || slices.Contains(of, v) {
		return v
	}
	f.ignore(key, v, "use "+orList(of))
	return ""
}

// orList writes choices for a sentence: "a, b or c".
func orList(of []string) string {
	if len(of) < 2 {
		return strings.Join(of, "")
	}
	return strings.Join(of[:len(of)-1], ", ") + " or " + of[len(of)-1]
}

// readDimension reads what to break down by: of what people are placed in, the first unless said.
func (f *filtering) readDimension(dims []adoption.By) {
	f.By = adoption.By(f.q.Get("by"))
	if f.sorts != nil {
		f.By = adoption.By(f.pick("by", "department", "wave", "group"))
	}
	if f.sorts != nil && f.By != adoption.ByNone && !slices.Contains(dims, f.By) {
		f.ignore("by", string(f.By), "nobody is in a "+string(f.By)+" yet")
		f.By = adoption.ByNone
	}
	if f.By == adoption.ByNone && len(dims) > 0 {
		f.By = dims[0]
	}
}

// readPicks reads the cohorts, which an older address names as cohort of by.
func (f *filtering) readPicks() {
	for _, by := range measure.Dimensions {
		f.Picks[by] = picked(f.q[string(by)])
	}
	if slug := f.q.Get("cohort"); slug != "" && f.By != adoption.ByNone {
		f.Picks[f.By] = picked(append(f.Picks[f.By], slug))
	}
	if !f.guarded {
		return
	}
	for _, by := range measure.Dimensions {
		if by != f.By && len(f.Picks[by]) > 0 {
			f.ignore(string(by), strings.Join(f.Picks[by], ", "), "you see one dimension at a time, and this page is by "+string(f.By))
			f.Picks[by] = nil
		}
	}
	if many := f.Picks[f.By]; len(many) > 1 {
		f.ignore(string(f.By), strings.Join(many[1:], ", "), "you see one "+string(f.By)+" at a time")
		f.Picks[f.By] = many[:1]
	}
}

// picked returns slugs sorted, each once.
func picked(slugs []string) []string {
	slugs = slices.DeleteFunc(slices.Clone(slugs), func(s string) bool { return s == "" })
	slices.Sort(slugs)
	return slices.Compact(slugs)
}

// readShape reads how figures are shown: compared with what, in which unit, sorted by what.
func (f *filtering) readShape() {
	f.Compare = measure.Compare(f.pick("compare", "7", "28", "none"))
	if f.guarded && f.Compare != measure.CompareBefore {
		f.ignore("compare", string(f.Compare), "you compare a month with the one before")
		f.Compare = measure.CompareBefore
	}
	f.Unit, f.View = f.pick("unit", measure.UnitShare, measure.UnitPeople), f.pick("view", measure.ViewChart, measure.ViewTable)
	f.Sort = f.q.Get("sort")
	if column := strings.TrimPrefix(f.Sort, "-"); f.Sort != "" && f.sorts != nil && !slices.Contains(f.sorts, column) {
		instead := "this page has no table to sort"
		if len(f.sorts) > 0 {
			instead = "sort by " + orList(f.sorts)
		}
		f.ignore("sort", f.Sort, instead)
		f.Sort = ""
	}
	if page := f.q.Get("page"); page != "" {
		n, err := strconv.Atoi(page)
		if err != nil || n < 1 {
			f.ignore("page", page, "pages are counted from 1")
		}
		f.Page = max(n, 0)
	}
}

// readPeriod reads a preset or two days.
func (f *filtering) readPeriod(x *adoption.Index, today day.Date) {
	f.Period = x.DefaultPeriod(today)
	if f.From == "" && f.To == "" {
		f.Days = f.preset()
		if f.Days > 0 {
			f.Period.From = max(f.Period.To-day.Date(f.Days)+1, adoption.FirstDay)
		}
		return
	}
	from, to := readDay(f.From, "from", f.Errors), readDay(f.To, "to", f.Errors)
	if len(f.Errors) > 0 {
		return
	}
	p, err := x.PeriodOf(from, to, today)
	if err != nil {
		f.Errors = periodErrors(err)
		return
	}
	f.Period = p
}

// preset reads a number of days; 0 for anything that is not offered.
func (f *filtering) preset() int {
	var offered []string
	for _, n := range measure.Presets {
		offered = append(offered, strconv.Itoa(n))
	}
	n, _ := strconv.Atoi(f.pick("days", offered...))
	return n
}
