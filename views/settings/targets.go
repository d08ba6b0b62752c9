package settings

import (
	"math"
	"strconv"
	"strings"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/route"
	"groundswell/views/measure"
	"groundswell/views/ui"
)

// TargetsData is what the pages of targets are made of.
type TargetsData struct {
	Settings adoption.Settings
	Answer   adoption.Answer         // of everyone, over the default period: its end decides which phase it is
	History  []adoption.TargetChange // newest first
	Days     int                     // of usage that are indexed
	Now      time.Time
	CanEdit  bool
}

// phase is the phase that figures are judged in now.
func (d TargetsData) phase() adoption.Phase { return d.Settings.PhaseOn(d.Answer.Period.To) }

func (d TargetsData) date(on day.Date) string { return ui.Date(on.Time(), d.Now.UTC()) }

// TargetsProps is the page of targets, phases and definitions.
type TargetsProps struct {
	Sub     string
	Sheet   string // the address of the targets as CSV
	CanEdit bool
	Columns []TargetColumn
	Phases  PhasesProps
	Numbers NumbersProps
}

// TargetColumn is the targets of one column.
type TargetColumn struct {
	Title, Sub string
	Rows       []TargetRow
}

// TargetRow is the target of one metric.
type TargetRow struct {
	Name, Per, URL string
	InForce, From  string         // the target and the phase or default it comes from
	Default        string         // the target it ships with
	Set            []PlacedTarget // of every phase, then phase by phase
	Owner, Due     string
	Reading        measure.Reading
	Multiplied     bool // the reading's target depends on the period or on how many are licensed
	Past           []PastLine
}

// PlacedTarget is the target that holds in a phase, its own or taken over.
type PlacedTarget struct {
	Place, Text string
	Own         bool
}

// PastLine is a line of a target's history.
type PastLine struct{ When, Who, Phase, From, To, More string }

// places are where a target can be set: every phase, then each.
func places() []adoption.Phase { return append([]adoption.Phase{""}, adoption.Phases()...) }

// NewTargets makes the page of what d holds.
func NewTargets(d TargetsData) TargetsProps {
	p := TargetsProps{Sub: d.sub(), Sheet: route.Targets + ".csv", CanEdit: d.CanEdit, Phases: d.phases(), Numbers: d.numbers()}
	for _, c := range adoption.Columns() {
		col := TargetColumn{Title: c.Name(), Sub: c.Question()}
		for _, m := range adoption.Catalogue() {
			if m.Column == c {
				col.Rows = append(col.Rows, d.row(m))
			}
		}
		p.Columns = append(p.Columns, col)
	}
	return p
}

func (d TargetsData) sub() string {
	metrics := map[adoption.Key]bool{}
	for _, t := range d.Settings.Targets {
		metrics[t.Metric] = true
	}
	s := ui.Counted(len(metrics), "metric has", "metrics have") + " a target of your own, " + ui.Count(len(adoption.Catalogue())-len(metrics)) + " the default. "
	if len(metrics) == 0 {
		s = "Every metric has its default target. "
	}
	in := d.phase()
	for _, p := range d.Settings.Phases {
		if p.Phase == in {
			return s + "The phase is " + in.Name() + ", since " + d.date(p.From) + "."
		}
	}
	if len(d.Settings.Phases) > 0 {
		return s + "The first phase has not begun."
	}
	return s + "No phase has a date yet."
}

func (d TargetsData) row(m adoption.Metric) TargetRow {
	r := TargetRow{
		Name: m.Name, Per: statedOf[m.Key].per, URL: route.Target(string(m.Key)), Default: targetText(m, m.Target.Value),
		Reading: measure.ReadingOf(d.Answer, m.Key), Past: d.past(m), Multiplied: m.Target.PerWeek || m.Target.OfLicensed,
	}
	r.InForce, r.From = r.Default, "Default"
	if t, ok := d.Settings.SetTarget(m.Key, d.phase()); ok {
		r.InForce, r.From, r.Owner = targetText(m, t.Value), t.Phase.Name(), t.Owner
		if t.Due.Known() {
			r.Due = d.date(t.Due)
		}
	}
	for _, in := range places() {
		t, ok := d.Settings.SetTarget(m.Key, in)
		if !ok {
			t.Value = m.Target.Value
		}
		r.Set = append(r.Set, PlacedTarget{Place: in.Name(), Text: targetText(m, t.Value), Own: ok && t.Phase == in})
	}
	return r
}

// own returns the target set for exactly this phase.
func (d TargetsData) own(k adoption.Key, in adoption.Phase) (adoption.SetTarget, bool) {
	t, ok := d.Settings.SetTarget(k, in)
	return t, ok && t.Phase == in
}

// past words the history of a metric's targets, newest first.
func (d TargetsData) past(m adoption.Metric) []PastLine {
	var out []PastLine
	for i, c := range d.History {
		if c.Metric != m.Key {
			continue
		}
		line := PastLine{When: ui.Date(c.At, d.Now.UTC()) + " " + ui.Clock(c.At), Who: c.By, Phase: c.Phase.Name(), From: unset(c.Phase), To: changeText(m, c)}
		if line.Who == "" {
			line.Who = "Command line"
		}
		for _, before := range d.History[i+1:] {
			if before.Metric == c.Metric && before.Phase == c.Phase {
				line.From = changeText(m, before)
				break
			}
		}
		line.More = d.terms(c.SetTarget)
		out = append(out, line)
	}
	return out
}

// terms says who answers for a target and by when; "" for nobody and never.
func (d TargetsData) terms(t adoption.SetTarget) string {
	var parts []string
	if t.Owner != "" {
		parts = append(parts, t.Owner)
	}
	if t.Due.Known() {
		parts = append(parts, "by "+d.date(t.Due))
	}
	return strings.Join(parts, ", ")
}

func changeText(m adoption.Metric, c adoption.TargetChange) string {
	if c.Reset {
		return unset(c.Phase)
	}
	return targetText(m, c.Value)
}

// unset says that nothing is set: for every phase the default holds then, for
// one phase what holds in every phase.
func unset(in adoption.Phase) string {
	if in == "" {
		return "default"
	}
	return "not set"
}

// stated is how a metric's target is stated: so that it fits any period and any cohort.
type stated struct {
	label string // of the field
	per   string // beside the metric's name
	unit  string // behind the number
}

var statedOf = map[adoption.Key]stated{
	adoption.ActivationRate:           {"Percent of licensed people", "of licensed people", "%"},
	adoption.DelegationRate:           {"Percent of licensed people", "of licensed people", "%"},
	adoption.WeeklyActives:            {"Percent of licensed people, active in a week", "of licensed people, in a week", "%"},
	adoption.Week2Retention:           {"Percent of the people who began", "of the people who began", "%"},
	adoption.DaysTrainingToFirstTask:  {"Days, at most", "at most; lower is better", " days"},
	adoption.SessionsPerActiveUser:    {"Sessions per active person and week", "per active person and week", ""},
	adoption.AdvancedFeatureUptake:    {"Percent of active people", "of active people", "%"},
	adoption.ChampionTouchpoints:      {"Touchpoints per 100 licensed people and week", "per 100 licensed people and week", ""},
	adoption.HelpSessionParticipation: {"Percent of licensed people", "of licensed people", "%"},
	adoption.HoursReallocatedPerWeek:  {"Hours a week per licensed person", "a week per licensed person", " h"},
	adoption.NamedWins:                {"Wins a week", "a week", ""},
	adoption.LiveWorkflows:            {"Workflows", "on the last day", ""},
	adoption.CostToValue:              {"Times the cost", "the cost", "×"},
}

// targetText writes a target as it is stated: 70%, 3 days, 0.5 h.
func targetText(m adoption.Metric, v float64) string {
	return TypedTarget(m, v) + statedOf[m.Key].unit
}

// TypedTarget writes a target as somebody types it: a share in percent, at most four decimals.
func TypedTarget(m adoption.Metric, v float64) string {
	if m.Share() {
		v *= 100
	}
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}

// TargetSheet is the targets in force as rows, the head first.
func TargetSheet(d TargetsData) [][]string {
	out := [][]string{{
		"column", "metric", "name", "stated", "default", "in_force", "from", "owner", "due", "every_phase", "setup", "launch", "enablement", "scaling",
		"figure", "target", "status", "reason", "period_from", "period_to",
	}}
	for _, m := range adoption.Catalogue() {
		out = append(out, d.sheetRow(m))
	}
	return out
}

func (d TargetsData) sheetRow(m adoption.Metric) []string {
	f := d.Answer.Figure(m.Key)
	held, from, owner, due := m.Target.Value, "default", "", ""
	if t, ok := d.Settings.SetTarget(m.Key, d.phase()); ok {
		held, from, owner, due = t.Value, strings.ToLower(t.Phase.Name()), t.Owner, t.Due.String()
	}
	row := []string{string(m.Column), string(m.Key), m.Name, statedOf[m.Key].label, plain(&m.Target.Value), plain(&held), from, owner, due}
	for _, in := range places() {
		text := ""
		if t, ok := d.own(m.Key, in); ok {
			text = plain(&t.Value)
		}
		row = append(row, text)
	}
	return append(row, plain(f.Value), plain(f.Target), string(f.Status), f.Reason, d.Answer.Period.From.String(), d.Answer.Period.To.String())
}

// plain writes a number for a program, with full precision; "" for none.
func plain(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// crumbs is the way back from a page below this one.
var crumbs = []ui.Link{{Label: "Targets and definitions", URL: route.Targets}}

// whence says where the target in force comes from, as part of a sentence.
func (r TargetRow) whence() string {
	switch r.From {
	case "Default":
		return "the default"
	case adoption.Phase("").Name():
		return "set for every phase"
	}
	return "set for " + r.From
}

// act names what the page behind a row is opened for.
func (r TargetRow) act(canEdit bool) string {
	if canEdit {
		return "Change"
	}
	return "Open"
}
