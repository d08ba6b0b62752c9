package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/comms"
	"groundswell/internal/route"
	views "groundswell/views/comms"
	"groundswell/views/ui"
)

// commsPerPage is how many rows the list shows at once.
const commsPerPage = 25

// commsOrders are what the list can be sorted by beside the day.
var commsOrders = map[string]func(*commsReader, commsRow) string{
	"title": func(_ *commsReader, r commsRow) string { return strings.ToLower(r.m.Title) },
	"status": func(_ *commsReader, r commsRow) string {
		return strconv.Itoa(100 + slices.Index(comms.Statuses(), r.status))
	},
	"stage": func(_ *commsReader, r commsRow) string { return strconv.Itoa(slices.Index(comms.Stages(), r.m.Stage)) },
	"owner": func(_ *commsReader, r commsRow) string { return strings.ToLower(called(r.m.Owner)) },
}

// list is the calendar as a table by day, and all rows that fit.
func (v *commsReader) list(chosen commsRow) (*views.ListProps, []commsRow) {
	rows := slices.DeleteFunc(slices.Clone(v.rows), func(r commsRow) bool { return !v.fits(r) })
	v.order(rows)
	p := &views.ListProps{Action: route.Comms, Filters: v.filters(), Sub: ui.Counted(len(rows), "message", "messages"), Columns: v.columns()}
	for name, values := range v.ask.query() {
		if !slices.Contains([]string{"when", "status", "stage", "page", "message", "time"}, name) {
			for _, value := range values {
				p.Keep = append(p.Keep, ui.Pair{Name: name, Value: value})
			}
		}
	}
	slices.SortFunc(p.Keep, func(a, b ui.Pair) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) })
	if len(rows) == 0 {
		p.None = v.noneFit()
		return p, rows
	}
	from, to, foot := ui.PageOf(len(rows), v.ask.page, commsPerPage, func(n int) string { return v.ask.at("page", strconv.Itoa(n)) })
	p.Pages = foot
	for _, r := range rows[from:to] {
		v.add(p, r, chosen)
	}
	return p, rows
}

func (v *commsReader) noneFit() *ui.VoidProps {
	return &ui.VoidProps{Icon: ui.IconSearch, Title: "No message fits", Body: "No message fits all of what you asked for.",
		Action: &ui.Link{Label: "Show all messages", URL: route.With(route.Comms, "view", commsList, "when", commsAll)}}
}

// fits reports whether a row is what the address asks for: as a rule what is still to come.
func (v *commsReader) fits(r commsRow) bool {
	if v.ask.status != "" && r.status != v.ask.status || v.ask.stage != "" && r.m.Stage != v.ask.stage {
		return false
	}
	switch v.ask.when {
	case commsAll:
		return true
	case commsPast:
		return r.o.Day.Known() && r.o.Day < v.today
	case commsUnset:
		return !r.o.Day.Known()
	}
	return !r.o.Day.Known() || r.o.Day >= v.today
}

func (v *commsReader) order(rows []commsRow) {
	by, back := commsOrders[trimDash(v.ask.sort)], strings.HasPrefix(v.ask.sort, "-")
	switch {
	case by != nil:
		slices.SortStableFunc(rows, func(a, b commsRow) int {
			if back {
				a, b = b, a
			}
			return strings.Compare(by(v, a), by(v, b))
		})
	case v.ask.when == commsPast:
		slices.Reverse(rows)
	}
}

// columns are the heads of the list; a second click on one turns its order.
func (v *commsReader) columns() []ui.Column {
	var out []ui.Column
	for _, c := range []struct{ label, key string }{{"Message", "title"}, {"Goes out", ""}, {"Status", "status"}, {"Stage", "stage"}, {"For", "-"}, {"Owner", "owner"}} {
		col := ui.Column{Label: c.label}
		switch {
		case c.key == "-":
		case c.key == v.ask.sort && c.key != "":
			col.Sort, col.SortURL = "ascending", v.ask.at("sort", "-"+c.key, "page", "")
		case "-"+c.key == v.ask.sort:
			col.Sort, col.SortURL = "descending", v.ask.at("sort", c.key, "page", "")
		case c.key == "" && v.ask.sort == "":
			col.Sort, col.SortURL = v.byDay(), v.ask.at("sort", "", "page", "")
		default:
			col.SortURL = v.ask.at("sort", c.key, "page", "")
		}
		out = append(out, col)
	}
	return out
}

func (v *commsReader) byDay() string {
	if v.ask.when == commsPast {
		return "descending"
	}
	return "ascending"
}

func (v *commsReader) filters() []views.Filter {
	when := views.Filter{Name: "when", Label: "When"}
	for _, o := range []ui.Choice{{Value: "", Label: "From today"}, {Value: commsPast, Label: "Past"}, {Value: commsUnset, Label: "Without a day"}, {Value: commsAll, Label: "All"}} {
		o.Chosen = o.Value == v.ask.when
		when.Options = append(when.Options, o)
	}
	status := views.Filter{Name: "status", Label: "Status", Options: []ui.Choice{{Label: "Any", Chosen: v.ask.status == ""}}}
	for _, s := range comms.Statuses() {
		status.Options = append(status.Options, ui.Choice{Value: string(s), Label: views.LookOf(s).Word, Chosen: s == v.ask.status})
	}
	stage := views.Filter{Name: "stage", Label: "Stage", Options: []ui.Choice{{Label: "Any", Chosen: v.ask.stage == ""}}}
	for _, s := range comms.Stages() {
		stage.Options = append(stage.Options, ui.Choice{Value: string(s), Label: s.Name(), Chosen: s == v.ask.stage})
	}
	return []views.Filter{when, status, stage}
}

// add puts a row into the group of its day, or into the only one where rows are sorted otherwise.
func (v *commsReader) add(p *views.ListProps, r commsRow, chosen commsRow) {
	row := views.Row{
		Title: r.m.Title, URL: v.chooses(r), Look: views.LookOf(r.status), Stage: r.m.Stage.Name(), To: v.audience(r.m), Through: v.channels(r.m),
		Owner: "Nobody yet", Selected: chosen.m == r.m && chosen.o.ID == r.o.ID, Wave: v.waveName(r.m),
	}
	if r.m.Owner.Named() {
		row.Owner = called(r.m.Owner)
	}
	if r.o.Day.Known() {
		row.At = v.clock(r.o)
	}
	if c := v.clashes[r.o.ID]; len(c) > 0 {
		row.Clash = c[0].say()
	}
	title := "Without a day"
	if r.o.Day.Known() {
		title = v.date(r.o.Day)
	}
	if v.ask.sort != "" {
		row.Day, title = title, ""
		if r.o.Day.Known() {
			row.Day += ","
		}
	}
	if n := len(p.Groups); n == 0 || p.Groups[n-1].Title != title {
		p.Groups = append(p.Groups, views.Group{Title: title, Note: v.noteOf(r)})
	}
	g := &p.Groups[len(p.Groups)-1]
	g.Rows = append(g.Rows, row)
}

// noteOf says what the day of a row is.
func (v *commsReader) noteOf(r commsRow) string {
	switch {
	case v.ask.sort != "" || !r.o.Day.Known():
		return ""
	case r.o.Day == v.today:
		return "Today"
	}
	for _, l := range v.launches {
		if l.On == r.o.Day {
			return l.Name + " opens"
		}
	}
	return ""
}
