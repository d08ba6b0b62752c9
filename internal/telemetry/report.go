package telemetry

import (
	"time"

	"groundswell/internal/day"
)

// ReportDays is how many days a report covers, today among them.
const ReportDays = 7

// Report is what has arrived, for the page about telemetry.
type Report struct {
	Pulse    Pulse
	Tokens   []Token // in use first, the newest first
	Hours    []HourCount
	Days     []DayCount
	People   []PeopleCount
	Versions []Count // by desktop version, over the report's days
	Systems  []Count
	Servers  []Count // attempts to connect to connectors, and how many failed
	Tools    []Count // results of tools, and how many failed
	Errors   []Count // calls of the API that failed, by kind
	Intake   []Noted // what was refused or filed otherwise, over the report's days
}

// HourCount is how many events an hour had.
type HourCount struct {
	Hour   time.Time
	Events int
}

// DayCount is how many events of one name a day had, and their sums.
type DayCount struct {
	Day                                   day.Date
	Event                                 string
	Events, Failed                        int
	InputTokens, OutputTokens, CostMicros int64
}

// PeopleCount is how many accounts a day's events name. The token that they
// come with is shared, so the number is a sign of life, not a figure of adoption.
type PeopleCount struct {
	Day    day.Date
	People int
}

// Count is one value of a facet, with how often it occurred and failed.
type Count struct {
	Facet          Facet
	Value          string
	Events, Failed int
	Last           time.Time
	LastFailed     *time.Time // nil when it never failed
}

// Intaken returns how often, and when last, a reason was noted.
func (r Report) Intaken(why Reason) Tally {
	var out Tally
	for _, n := range r.Intake {
		if n.Reason != why {
			continue
		}
		out.Times += n.Times
		if n.Last.After(out.Last) {
			out.Last = n.Last
		}
	}
	return out
}

// Add puts a count where it belongs.
func (r *Report) Add(c Count) {
	lists := map[Facet]*[]Count{
		FacetVersion: &r.Versions, FacetOS: &r.Systems, FacetServer: &r.Servers, FacetTool: &r.Tools, FacetError: &r.Errors,
	}
	if list, ok := lists[c.Facet]; ok {
		*list = append(*list, c)
	}
}
