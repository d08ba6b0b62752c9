package settings

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"groundswell/internal/day"
	"groundswell/internal/telemetry"
	"groundswell/views/ui"
)

// eventSum is what one event counts over the days.
type eventSum struct {
	name           string
	days           map[day.Date]int
	events, failed int
}

// byEvent sums up days by event, the most frequent first.
func byEvent(list []telemetry.DayCount) []*eventSum {
	sums := map[string]*eventSum{}
	for _, c := range list {
		s := sums[c.Event]
		if s == nil {
			s = &eventSum{name: c.Event, days: map[day.Date]int{}}
			sums[c.Event] = s
		}
		s.days[c.Day] += c.Events
		s.events += c.Events
		s.failed += c.Failed
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b *eventSum) int {
		return cmp.Or(cmp.Compare(b.events, a.events), strings.Compare(a.name, b.name))
	})
}

// mostRows is how many values a table shows; the rest is counted.
const mostRows = 10

func (t *CountTable) cut() {
	if n := len(t.Rows) - mostRows; n > 0 {
		t.Rows, t.More = t.Rows[:mostRows], ui.Counted(n, "more is not shown", "more are not shown")
	}
}

func (t CountTable) foot() templ.Component {
	if t.More == "" {
		return nil
	}
	return more(t.More)
}

// serverTable is the connectors that desktop apps connect to, those that fail first.
func serverTable(d TelemetryData) CountTable {
	t := CountTable{
		ID: "connectors", Title: "Connectors", Sub: "Connections tried in 7 days, those that fail first", Caption: "Connectors and their failures",
		Columns: []ui.Column{{Label: "Connector"}, {Label: "Tried", Numeric: true}, {Label: "Failed", Numeric: true}, {Label: "Last failure"}},
		Empty:   "No connector has reported yet.",
	}
	for _, c := range d.Report.Servers {
		t.Rows = append(t.Rows, failing(c, d))
	}
	t.cut()
	return t
}

// toolTable is the tools whose calls failed.
func toolTable(d TelemetryData) CountTable {
	t := CountTable{
		ID: "tools", Title: "Tools that fail", Sub: "Results in 7 days", Caption: "Tools that fail",
		Columns: []ui.Column{{Label: "Tool"}, {Label: "Results", Numeric: true}, {Label: "Failed", Numeric: true}, {Label: "Last failure"}},
		Empty:   "No tool has failed.",
	}
	for _, c := range d.Report.Tools {
		if c.Failed > 0 {
			t.Rows = append(t.Rows, failing(c, d))
		}
	}
	t.cut()
	return t
}

// failing is a row of what was tried and how often it failed.
func failing(c telemetry.Count, d TelemetryData) CountRow {
	row := CountRow{Name: c.Value, Cells: []string{ui.Count(c.Events), ui.Count(c.Failed), "Never"}}
	if c.LastFailed != nil {
		row.Cells[2] = ui.Ago(d.Now.Sub(*c.LastFailed))
	}
	if c.Failed*2 >= c.Events && c.Failed > 0 {
		row.Tone = ui.ToneBad
	}
	return row
}

// errorTable is the failed calls of the API by kind.
func errorTable(d TelemetryData) CountTable {
	t := CountTable{
		ID: "errors", Title: "API errors", Sub: "Calls of the model that failed in 7 days, by kind", Caption: "API errors by kind",
		Columns: []ui.Column{{Label: "Kind"}, {Label: "Times", Numeric: true}, {Label: "Last"}},
		Empty:   "No call has failed.",
	}
	for _, c := range d.Report.Errors {
		t.Rows = append(t.Rows, CountRow{Name: kindName(c.Value), Cells: []string{ui.Count(c.Events), ui.Ago(d.Now.Sub(c.Last))}})
	}
	t.cut()
	return t
}

var kindNames = map[string]string{
	"rate_limit": "Rate limit reached", "overloaded": "Service overloaded", "timeout": "Timed out", "authentication": "Not signed in",
	"permission": "Not permitted", "billing": "Spend limit or billing", "not_found": "Not found", "too_large": "Too large",
	"invalid_request": "Request not accepted", "network": "Network", "server": "Server error", "cancelled": "Cancelled",
}

func kindName(kind string) string {
	if name, ok := kindNames[kind]; ok {
		return name
	}
	return "Another kind"
}

// versionTable is the desktop app's versions, the newest seen first.
func versionTable(d TelemetryData) CountTable {
	t := CountTable{
		ID: "versions", Title: "Desktop versions", Sub: systems(d.Report.Systems), Caption: "Versions of the desktop app",
		Columns: []ui.Column{{Label: "Version"}, {Label: "Events", Numeric: true}, {Label: "Last seen"}},
		Empty:   "No version has reported yet.",
	}
	for _, c := range d.Report.Versions {
		t.Rows = append(t.Rows, CountRow{Name: c.Value, Cells: []string{ui.Count(c.Events), ui.Ago(d.Now.Sub(c.Last))}})
	}
	t.cut()
	return t
}

var systemNames = map[string]string{"darwin": "macOS", "windows": "Windows", "linux": "Linux"}

// systems says how events spread over operating systems.
func systems(list []telemetry.Count) string {
	all := 0
	for _, c := range list {
		all += c.Events
	}
	var parts []string
	for _, c := range list {
		name := systemNames[c.Value]
		if name == "" {
			name = "Other"
		}
		parts = append(parts, name+" "+ui.Percent(float64(c.Events)/float64(all)))
	}
	if len(parts) == 0 {
		return "Seen in 7 days"
	}
	return "Events by system: " + strings.Join(parts, ", ")
}
