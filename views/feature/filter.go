package feature

import (
	"fmt"
	"net/url"
	"strconv"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Presets are the periods one click away, in days.
var Presets = []int{7, 28, 90}

// Filters is what a page was asked for. It lives in the address and nowhere else.
type Filters struct {
	Kind     adoption.FeatureKind
	Key      string // of the one feature; "" for the ranking
	Days     int    // a preset; 0 when the period was given by its dates or left out
	From, To string // the dates as typed, "" when they were not
	Period   day.Period
	Page     int // of the table, from 1
	Errors   map[string]string
}

// path is the page's own address.
func (f Filters) path() string {
	if f.Key != "" {
		return route.Feature(string(f.Kind), f.Key)
	}
	return route.Connectors
}

func (f Filters) query() url.Values {
	q := url.Values{}
	if f.Key == "" && f.Kind != adoption.Connector {
		q.Set("kind", string(f.Kind))
	}
	if f.Days > 0 {
		q.Set("days", strconv.Itoa(f.Days))
	}
	for k, v := range map[string]string{"from": f.From, "to": f.To} {
		if v != "" {
			q.Set(k, v)
		}
	}
	if f.Page > 1 {
		q.Set("page", strconv.Itoa(f.Page))
	}
	return q
}

// at returns path under these filters, some of them changed: "key", "value", …; "" drops one.
func (f Filters) at(path string, kv ...string) string { return route.Change(path, f.query(), kv...) }

// kind is the address of another kind's ranking, over the same days.
func (f Filters) kind(k adoption.FeatureKind) string {
	v := string(k)
	if k == adoption.Connector {
		v = ""
	}
	return f.at(route.Connectors, "kind", v, "page", "")
}

// file is the address of what the page shows, as a file.
func (f Filters) file(ending string) string { return f.at(route.Connectors+ending, "page", "") }

// one is the address of one feature's page, over the same days.
func (f Filters) one(key string) string {
	return f.at(route.Feature(string(f.Kind), key), "kind", "", "page", "")
}

func (f Filters) page(n int) string {
	if n < 2 {
		return f.at(f.path(), "page", "")
	}
	return f.at(f.path(), "page", strconv.Itoa(n))
}

// DateForm is the two dates of a period in the open, with what was wrong with them.
type DateForm struct {
	Action   string
	From, To ui.FieldProps
	Keep     []ui.Pair
}

// FilterProps is the filter bar.
type FilterProps struct {
	Period ui.PeriodProps
	Note   string
	Wrong  *DateForm
}

func (d data) filterProps() FilterProps {
	f := d.Filters
	out := FilterProps{Period: ui.PeriodProps{
		ID: "period", Label: d.dates(d.Period), Action: f.path(), Keep: f.keep(),
		From: d.Period.From.String(), To: d.Period.To.String(), Min: adoption.FirstDay.String(), Max: d.last().String(),
	}}
	for _, n := range Presets {
		out.Period.Presets = append(out.Period.Presets, ui.Option{
			Label: fmt.Sprintf("Last %d days", n), Current: f.Days == n,
			URL: f.at(f.path(), "days", strconv.Itoa(n), "from", "", "to", "", "page", ""),
		})
	}
	if d.Guarded {
		out.Note = ui.WholeMonths
	}
	if len(f.Errors) > 0 {
		out.Wrong = dateForm(f.path(), f.From, f.To, f.Errors, f.keep())
	}
	return out
}

// dateForm is the two dates as they were typed, with what is wrong with them.
func dateForm(action, from, to string, errs map[string]string, keep []ui.Pair) *DateForm {
	return &DateForm{
		Action: action, Keep: keep,
		From: ui.FieldProps{ID: "from", Name: "from", Label: "From", Type: dateType(from), Value: from, Error: errs["from"]},
		To:   ui.FieldProps{ID: "to", Name: "to", Label: "To", Type: dateType(to), Value: to, Error: errs["to"]},
	}
}

// keep carries the kind along when a period is chosen.
func (f Filters) keep() []ui.Pair {
	if v := f.query().Get("kind"); v != "" {
		return []ui.Pair{{Name: "kind", Value: v}}
	}
	return nil
}

// dateType is a native date field, unless what was typed is no date: such a
// field would show nothing of it.
func dateType(typed string) string {
	if _, err := day.Parse(typed); typed != "" && err != nil {
		return "text"
	}
	return "date"
}
