package training

import (
	"strings"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/views/ui"
)

// Hours writes when a session begins and ends: 15:30 – 16:30, with the zone where it
// is not the reader's. It is "" for a session that only a file knows.
func Hours(p enablement.Planned, home string) string {
	if p.FromFile {
		return ""
	}
	text := ui.Clock(p.Begins()) + " – " + ui.Clock(p.Ends())
	if p.Zone != home {
		text += ", " + ZoneWord(p.Zone)
	}
	return text
}

// ZoneWord is what people call a zone: New York time.
func ZoneWord(zone string) string {
	if !strings.Contains(zone, "/") {
		return zone
	}
	return strings.ReplaceAll(zone[strings.LastIndex(zone, "/")+1:], "_", " ") + " time"
}

// Day writes a day: Thu 19 Nov.
func Day(d, today day.Date) string { return ui.Date(d.Time(), today.Time()) }

// Seats says how many seats are left, or how many signed up where there is no limit.
func Seats(p enablement.Planned) string {
	left := p.SeatsLeft()
	switch {
	case left == nil && p.SignedUp == 0:
		return "No limit"
	case left == nil:
		return ui.Count(p.SignedUp) + " signed up"
	case *left > 0:
		return ui.Count(*left) + " of " + ui.Counted(*p.Capacity, "seat", "seats") + " left"
	case p.SignedUp > *p.Capacity:
		return "Full, " + ui.Count(p.SignedUp-*p.Capacity) + " waiting"
	}
	return "Full"
}

// Turnout says how many came.
func Turnout(p enablement.Planned) string {
	switch {
	case p.Attended == 0:
		return "Nobody entered yet"
	case p.SignedUp > p.Attended:
		return ui.Count(p.Attended) + " came of " + ui.Count(p.SignedUp)
	}
	return ui.Count(p.Attended) + " came"
}

// Whose names the department of a session.
func Whose(w enablement.Whose) string {
	if w.Everybody() {
		return "Everybody"
	}
	return w.Name
}

// weekTitle names the week that begins on a Monday.
func weekTitle(monday, today day.Date) string {
	switch monday - today.Monday() {
	case 0:
		return "This week"
	case 7:
		return "Next week"
	case -7:
		return "Last week"
	}
	return "Week of " + ui.DayMonth(monday.Time(), today.Time())
}

// Month names a month: November 2026.
func Month(d day.Date) string { return d.Time().Format("January 2006") }

func dayRange(p day.Period, today day.Date) string {
	return ui.DateRange(p.From.Time(), p.To.Time(), today.Time())
}
