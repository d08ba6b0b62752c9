package feature

import (
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/views/ui"
)

// step is a week or a month of a series.
type step struct {
	day.Period
	partial string // why it is not whole
}

// steps cuts the long period into weeks or months.
func (d data) steps() []step {
	var out []step
	for at := d.Long.From; at <= d.Long.To; {
		p := day.Period{From: at, To: at.Sunday()}
		if d.Guarded {
			p = at.Month()
		}
		s := step{Period: p}
		if !d.covers(p.To) || p.To > d.Long.To {
			s.partial = "not complete"
		}
		out, at = append(out, s), p.To+1
	}
	return out
}

// series reads one number of each step. A step without a row is zero once the
// feature had been seen and the step was read; else it is not known. Steps
// that a guarded reader may not see are not known either.
func (d data) series(r adoption.FeatureRecord, of func(adoption.FeatureSpan) adoption.Count) []ui.Reading {
	at := map[day.Date]adoption.FeatureSpan{}
	known := false
	for _, s := range r.Spans {
		at[s.From] = s
		known = known || of(s).Reported()
	}
	var out []ui.Reading
	for _, s := range d.steps() {
		span, ok := at[s.From]
		switch {
		case ok:
			out = append(out, reading(of(span)))
		case known && !d.Guarded && r.First.Known() && s.To >= r.First && d.covers(s.From):
			out = append(out, ui.Read(0))
		default:
			out = append(out, ui.Reading{})
		}
	}
	return out
}

func sessionsOf(s adoption.FeatureSpan) adoption.Count { return s.Sessions }
func usersOf(s adoption.FeatureSpan) adoption.Count    { return s.Users }

// measured is the number that a kind is ranked by, and its name.
func (d data) measured() (func(adoption.FeatureSpan) adoption.Count, string) {
	if d.inSessions() {
		return sessionsOf, "Cowork sessions"
	}
	return usersOf, "People on the busiest day"
}

// overTime is the chart of the steps.
func (d data) overTime(r adoption.FeatureRecord) ui.LineProps {
	of, what := d.measured()
	out := ui.LineProps{
		ID: "over-time", Title: what + ", by " + d.unit(), Column: "Week of", Scale: ui.InCount, Height: 220,
		Series: []ui.LineSeries{{Name: what, Colour: 1, Values: d.series(r, of)}}, Empty: "Nothing is reported for these days.",
	}
	if d.Guarded {
		out.Column, out.Empty = "Month", "Hidden: fewer than "+ui.Count(d.Least)+" people."
	}
	for i, s := range d.steps() {
		if d.Kind == adoption.Artifact && s.Contains(artifactsFrom) {
			out.Notes = append(out.Notes, ui.LineNote{At: i, Text: "Cowork’s count from here"})
		}
		p := ui.LinePoint{Label: d.date(s.From), Short: ui.DayMonth(s.From.Time(), d.today()), Partial: s.partial}
		if d.Guarded {
			p.Label, p.Short = s.From.Time().Format("January 2006"), s.From.Time().Format("Jan")
		}
		out.Points = append(out.Points, p)
	}
	return out
}

// byDay is the chart of people, day by day; connectors have a second line.
func (d data) byDay(r adoption.FeatureRecord) ui.LineProps {
	used := ui.LineSeries{Name: "Used it", Colour: 1}
	own := ui.LineSeries{Name: "Own consent", Colour: 2}
	out := ui.LineProps{ID: "by-day", Title: "People each day", Scale: ui.InCount, Height: 220, Empty: "Nobody is reported for these days."}
	at := map[day.Date]adoption.Feature{}
	for _, f := range d.Report.Days {
		at[f.Day] = f
	}
	for on := d.Long.From; on <= min(d.Long.To, d.last()); on++ {
		out.Points = append(out.Points, ui.LinePoint{Label: d.date(on), Short: ui.DayMonth(on.Time(), d.today())})
		f, ok := at[on]
		switch {
		case ok:
			used.Values, own.Values = append(used.Values, reading(f.Users)), append(own.Values, reading(f.OwnAuthUsers))
		case r.First.Known() && on >= r.First && d.covers(on):
			used.Values, own.Values = append(used.Values, ui.Read(0)), append(own.Values, ui.Read(0))
		default:
			used.Values, own.Values = append(used.Values, ui.Reading{}), append(own.Values, ui.Reading{})
		}
	}
	out.Series = []ui.LineSeries{used}
	if d.Kind == adoption.Connector && d.ownReported() {
		out.Series = append(out.Series, own)
	}
	return out
}

func (d data) ownReported() bool {
	for _, f := range d.Report.Days {
		if f.OwnAuthUsers.Reported() {
			return true
		}
	}
	return false
}
