package feature

import (
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// Reader is who looks at the page.
type Reader struct {
	Today   day.Date
	Sources bool // may open the Sources page
	Guarded bool // figures about few people are withheld from them
	Groups  bool // may see figures of groups
	Least   int  // people below whom figures are withheld
}

// Findings is what a page is made of.
type Findings struct {
	Report adoption.FeatureReport
	Long   day.Period // what the report's spans cover
	State  pull.State // of the kind's own source
	Hidden int        // features withheld from this reader
}

// data is what every builder of this package works from.
type data struct {
	Filters
	Findings
	Reader
}

// artifactsFrom is the first day for which the API counts artifacts made in Cowork.
var artifactsFrom = day.Of(2026, time.August, 17)

// names of the kinds: one of it, several, and as a title.
var names = map[adoption.FeatureKind][3]string{
	adoption.Connector: {"connector", "connectors", "Connectors"},
	adoption.Skill:     {"skill", "skills", "Skills"},
	adoption.Plugin:    {"plugin", "plugins", "Plugins"},
	adoption.Artifact:  {"artifact type", "artifact types", "Artifacts"},
}

// Kinds are the kinds of features, in the order of the page.
func Kinds() []adoption.FeatureKind {
	return []adoption.FeatureKind{adoption.Connector, adoption.Skill, adoption.Plugin, adoption.Artifact}
}

// HasKind reports whether there is such a kind.
func HasKind(k adoption.FeatureKind) bool { return names[k][0] != "" }

// Guard takes out of the findings what a guarded reader may not see.
func (f *Findings) Guard(p day.Period, least int) {
	f.Report.Records, f.Hidden = adoption.GuardFeatures(f.Report.Records, least, p, f.State.Through)
	adoption.RankFeatures(f.Report.Records)
	f.Report.Days, f.Report.Groups, f.Report.Window = nil, nil, nil
}

func (d data) oneOf() string  { return names[d.Kind][0] }
func (d data) manyOf() string { return names[d.Kind][1] }
func (d data) title() string  { return names[d.Kind][2] }

// inSessions reports whether the kind is counted in Cowork sessions.
func (d data) inSessions() bool { return d.Kind != adoption.Artifact }

func (d data) today() time.Time          { return d.Today.Time() }
func (d data) date(on day.Date) string   { return ui.Date(on.Time(), d.today()) }
func (d data) dates(p day.Period) string { return dates(p, d.today()) }
func (d data) stale() bool               { return d.Today-d.State.Through > staleAfter && d.State.Through.Known() }
func (d data) covers(on day.Date) bool   { return d.State.Through.Known() && on <= d.State.Through }
func (d data) missing() bool             { return d.State.Status == pull.MissingScope }
func (d data) unit() string {
	if d.Guarded {
		return "month"
	}
	return "week"
}

// staleAfter is how many days a source may lie behind: it is a day late by
// nature and read once a night, so a third day means that a reading failed.
const staleAfter = 2

func dates(p day.Period, today time.Time) string {
	if p.WholeMonth() {
		return p.From.Time().Format("January 2006")
	}
	return ui.DateRange(p.From.Time(), p.To.Time(), today)
}

// seen writes a day of first or last use: to the month for those who see months.
func (d data) seen(on day.Date) ui.Value {
	switch {
	case !on.Known():
		return ui.NotYet("no use has been reported")
	case d.Guarded:
		return ui.Known(on.Time().Format("Jan 2006"))
	}
	return ui.Known(d.date(on))
}

// last is the last day that can be chosen.
func (d data) last() day.Date {
	if d.State.Through.Known() {
		return d.State.Through
	}
	return d.Today - 1
}

// fresh is the stamp of the page: how far this kind has been read, which may be
// less far than the others.
func (d data) fresh() *ui.FreshProps {
	f := &ui.FreshProps{State: ui.FreshOK, Text: "Through " + d.date(d.State.Through)}
	switch {
	case !d.State.Through.Known():
		return &ui.FreshProps{State: ui.FreshNever, Text: "No data yet"}
	case d.stale():
		f.State, f.Text = ui.FreshLate, "Stopped at "+d.date(d.State.Through)
		f.URL = d.sources()
		if d.Sources && d.State.Reason != "" {
			f.Why = d.State.Say
		}
	}
	return f
}

func (d data) sources() string {
	if d.Sources {
		return route.Sources
	}
	return ""
}

// void is the page while nothing of the kind was ever read, nil afterwards.
func (d data) void() *ui.VoidProps {
	if d.State.Through.Known() || len(d.Report.Records) > 0 {
		if d.Guarded && d.Period.Days() == 0 {
			return noMonth()
		}
		return nil
	}
	v := &ui.VoidProps{Icon: ui.IconDatabase, Title: d.title() + " have not been read yet", Body: "They appear here when the first day is complete."}
	if d.missing() {
		v.Icon, v.Title = ui.IconLock, d.title()+" cannot be read"
		v.Body = "The Claude key lacks " + d.State.Source.Scope() + ". A rollout lead adds the scope; the next sync reads them."
	}
	if d.Sources {
		v.Action = &ui.Link{Label: "Open Sources", URL: route.Sources}
	}
	return v
}

// noMonth is a page for those who see whole months, before the first one is over.
func noMonth() *ui.VoidProps {
	return &ui.VoidProps{Icon: ui.IconCalendar, Title: "No whole month yet", Body: "You see figures of whole calendar months. They appear here when the first month is complete in the data."}
}

// notes are what has to be said before the figures.
func (d data) notes() []ui.BannerProps {
	var out []ui.BannerProps
	if d.missing() {
		out = append(out, ui.BannerProps{Title: "The Claude key lost " + d.State.Source.Scope(), Body: "What was read before is shown. It is not renewed until the key has the scope again.", Tone: ui.ToneWarn})
	}
	if d.Kind == adoption.Artifact && d.Period.From < artifactsFrom {
		out = append(out, ui.BannerProps{Title: "Not reported before " + d.date(artifactsFrom), Body: "Artifacts made in Cowork count from that day on. What is shown before it was made in chat; Cowork’s is unknown, not zero."})
	}
	if end := d.State.Through; end.Known() && d.Period.To > end {
		out = append(out, ui.BannerProps{Title: "The period is cut short", Body: d.title() + " have been read through " + d.date(end) + ". The figures end there.", Icon: ui.IconClock})
	}
	return out
}

// count is a number that may be unreported.
func (d data) count(c adoption.Count) ui.Value {
	if !c.Reported() {
		return ui.NotYet("the API does not report it")
	}
	return ui.Known(ui.Count(c))
}

// withheld is a figure that this reader may not see.
func (d data) withheld() ui.Value { return ui.Withheld(d.Least) }

// consent is a number of people on their own consent; for a guarded reader it
// may be unreported because it would single out few.
func (d data) consent(r adoption.FeatureRecord) ui.Value {
	if r.Sum.OwnAuth.Reported() || !d.Guarded {
		return d.count(r.Sum.OwnAuth)
	}
	for _, s := range r.Spans {
		if s.OwnAuth.Reported() {
			return d.withheld()
		}
	}
	return d.count(r.Sum.OwnAuth)
}

// keyTail is how much of a key tells two features of one name apart.
const keyTail = 4

// called names each record: those that share a name, as display names may, by
// the end of their keys too.
func called(list []adoption.FeatureRecord) []string {
	out, times := make([]string, len(list)), map[string]int{}
	for i, r := range list {
		out[i] = r.Name
		times[out[i]]++
	}
	for i, r := range list {
		if times[out[i]] > 1 {
			key := []rune(r.Key)
			out[i] += " · …" + string(key[max(0, len(key)-keyTail):])
		}
	}
	return out
}

// reading is a count as a chart takes it.
func reading(c adoption.Count) ui.Reading {
	if !c.Reported() {
		return ui.Reading{}
	}
	return ui.Read(float64(c))
}
