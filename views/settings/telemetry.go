package settings

import (
	"net/url"
	"strconv"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/internal/telemetry"
	"groundswell/views/ui"
)

// TelemetryData is what the page is made of.
type TelemetryData struct {
	Report    telemetry.Report
	PublicURL *url.URL
	FromEnv   bool // a token is set in the environment
	Lead      bool // may make and revoke tokens
	Confirm   string
	Form      TelemetryForm
	Now       time.Time
}

// TelemetryForm is what a form came back with, or a token that was just made.
type TelemetryForm struct {
	Name, Error  string
	Made, Secret string // shown this once
}

// TelemetryProps is the page of what the desktop apps send.
type TelemetryProps struct {
	Sub     string
	State   ui.ChipProps
	Tiles   []ui.StatTileProps
	Arrives bool // what has arrived comes first; else what may be wrong does
	Known   bool // something has arrived at some time

	Setup   SetupProps
	Hours   ui.LineProps
	Peak    string
	Week    WeekProps
	Tables  []CountTable
	Left    []LeftRow
	Suspect SuspectProps
}

// SetupProps is what to paste where, and the tokens there are.
type SetupProps struct {
	Facts   []ui.Pair
	Tokens  []TelemetryTokenRow
	FromEnv bool
	Lead    bool
	Confirm string // where to prove who one is, "" when that was a short while ago
	Form    TelemetryForm
	Header  string // with the token that was just made
}

// TelemetryTokenRow is a token.
type TelemetryTokenRow struct {
	Name, Made, Used, Revoked string
	RevokePath                string // "" when it cannot be revoked here
}

// WeekProps is the events of the last days by name.
type WeekProps struct {
	Days []string
	Rows []WeekRow
}

// WeekRow is one event's counts, a day each.
type WeekRow struct {
	Event  string
	Counts []string
	Total  string
	Failed string
}

// CountTable is what a facet's values count.
type CountTable struct {
	ID, Title, Sub, Caption string
	Columns                 []ui.Column
	Rows                    []CountRow
	More                    string // how many are not shown
	Empty                   string
}

// CountRow is one value.
type CountRow struct {
	Name  string
	Tone  ui.Tone
	Cells []string
}

// LeftRow is a reason for which something was not kept as it was sent.
type LeftRow struct {
	What, Times, Last, Do string
}

// NewTelemetry makes the page.
func NewTelemetry(d TelemetryData) TelemetryProps {
	p := TelemetryProps{
		Sub: telemetrySub(d), State: telemetryState(d.Report.Pulse, d.Now), Arrives: d.Report.Pulse.Arrives(d.Now), Known: !d.Report.Pulse.Never(),
		Tiles: telemetryTiles(d), Setup: newSetup(d), Hours: hourChart(d), Week: newWeek(d), Left: leftRows(d), Suspect: newSuspect(d),
	}
	p.Tables = []CountTable{serverTable(d), errorTable(d), toolTable(d), versionTable(d)}
	return p
}

func telemetrySub(d TelemetryData) string {
	p := d.Report.Pulse
	switch {
	case p.Never():
		return "What the desktop apps say of themselves. No event has arrived yet."
	case p.Quiet(d.Now):
		return "The last event arrived " + ui.Ago(d.Now.Sub(p.Last)) + ". A working day brings events, so something may be wrong."
	}
	return "The last event arrived " + ui.Ago(d.Now.Sub(p.Last)) + "."
}

func telemetryState(p telemetry.Pulse, now time.Time) ui.ChipProps {
	switch {
	case p.Never():
		return ui.ChipProps{Label: "Nothing yet", Icon: ui.IconCircleDashed}
	case p.Quiet(now):
		return ui.ChipProps{Label: "Quiet", Tone: ui.ToneWarn, Icon: ui.IconClockAlert}
	}
	return ui.ChipProps{Label: "Events arrive", Tone: ui.ToneGood, Icon: ui.IconRadio}
}

func telemetryTiles(d TelemetryData) []ui.StatTileProps {
	p := d.Report.Pulse
	last := ui.StatTileProps{Label: "Last event", Value: ui.NotYet("the first event")}
	if !p.Never() {
		last.Value = ui.Known(ui.Ago(d.Now.Sub(p.Last)))
		last.Meta = ui.Date(p.Last.UTC(), d.Now) + " " + ui.Clock(p.Last.UTC()) + " UTC"
	}
	return []ui.StatTileProps{
		last,
		{Label: "Events in 24 hours", Value: ui.Known(ui.Count(p.Day)), Meta: ui.Count(p.Hour) + " in this hour and the one before"},
		{Label: "Accounts today", Value: ui.Known(ui.Count(peopleOn(d.Report.People, day.FromTime(d.Now)))), Meta: "named by events, unverified"},
		{Label: "Desktop versions", Value: ui.Known(ui.Count(len(d.Report.Versions))), Meta: "in " + strconv.Itoa(telemetry.ReportDays) + " days"},
	}
}

func peopleOn(list []telemetry.PeopleCount, d day.Date) int {
	for _, c := range list {
		if c.Day == d {
			return c.People
		}
	}
	return 0
}

func newSetup(d TelemetryData) SetupProps {
	p := SetupProps{
		Facts: []ui.Pair{
			{Name: "OTLP endpoint", Value: d.PublicURL.Scheme + "://" + d.PublicURL.Host},
			{Name: "Protocol", Value: "http/protobuf, or http/json"},
			{Name: "Headers", Value: "Authorization=Bearer followed by a token from below"},
			{Name: "Network egress", Value: "Allow " + d.PublicURL.Hostname() + " if egress is restricted"},
			{Name: "Content logging", Value: "Leave it off. Prompts and parameters are not kept here either way"},
		},
		FromEnv: d.FromEnv, Lead: d.Lead, Confirm: d.Confirm, Form: d.Form,
	}
	if d.Form.Secret != "" {
		p.Header = "Authorization=Bearer " + d.Form.Secret
	}
	for _, t := range d.Report.Tokens {
		p.Tokens = append(p.Tokens, tokenRow(t, d))
	}
	return p
}

func tokenRow(t telemetry.Token, d TelemetryData) TelemetryTokenRow {
	row := TelemetryTokenRow{Name: t.Name, Made: ui.Date(t.CreatedAt.UTC(), d.Now), Used: "Not yet"}
	if t.LastUsedAt != nil {
		row.Used = ui.Ago(d.Now.Sub(*t.LastUsedAt))
	}
	switch {
	case t.RevokedAt != nil:
		row.Revoked = "Revoked " + ui.Date(t.RevokedAt.UTC(), d.Now)
	case d.Lead:
		row.RevokePath = route.TelemetryTokens + "/" + strconv.FormatInt(t.ID, 10) + "/revoke"
	}
	return row
}

// hourChart draws the last 24 hours; an hour without events is zero, not unknown.
func hourChart(d TelemetryData) ui.LineProps {
	counts := map[time.Time]int{}
	for _, h := range d.Report.Hours {
		counts[h.Hour.UTC()] = h.Events
	}
	p := ui.LineProps{ID: "hours", Title: "Events per hour", Column: "Hour (UTC)", Scale: ui.InCount, Height: 200, Empty: "No event has arrived yet."}
	this := d.Now.UTC().Truncate(time.Hour)
	var values []ui.Reading
	for h := this.Add(-23 * time.Hour); !h.After(this); h = h.Add(time.Hour) {
		point := ui.LinePoint{Label: ui.Date(h, d.Now) + " " + ui.Clock(h), Short: ui.Clock(h)}
		if h.Equal(this) {
			point.Partial = "still running"
		}
		p.Points = append(p.Points, point)
		values = append(values, ui.Read(float64(counts[h])))
	}
	if !d.Report.Pulse.Never() {
		p.Series = []ui.LineSeries{{Name: "Events", Values: values, Colour: 1}}
	}
	return p
}

// newWeek lays the days' counts out, the most frequent event first.
func newWeek(d TelemetryData) WeekProps {
	var w WeekProps
	first := day.FromTime(d.Now) - telemetry.ReportDays + 1
	for i := range day.Date(telemetry.ReportDays) {
		w.Days = append(w.Days, ui.DayMonth((first+i).Time(), d.Now))
	}
	for _, e := range byEvent(d.Report.Days) {
		row := WeekRow{Event: e.name, Total: ui.Count(e.events), Failed: "–"}
		if e.failed > 0 {
			row.Failed = ui.Count(e.failed)
		}
		for i := range day.Date(telemetry.ReportDays) {
			row.Counts = append(row.Counts, ui.Count(e.days[first+i]))
		}
		w.Rows = append(w.Rows, row)
	}
	return w
}

func (w WeekProps) columns() []ui.Column {
	out := []ui.Column{{Label: "Event"}}
	for _, d := range w.Days {
		out = append(out, ui.Column{Label: d, Numeric: true})
	}
	return append(out, ui.Column{Label: "Sum", Numeric: true}, ui.Column{Label: "Failed", Numeric: true})
}
