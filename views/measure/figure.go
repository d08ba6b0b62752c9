package measure

import (
	"math"
	"strconv"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/route"
	"groundswell/views/ui"
)

// amount writes a number in a metric's unit; unit is what stands small beside it.
func amount(k adoption.Key, u adoption.Unit, v float64) (text, unit string) {
	switch u {
	case adoption.UnitRatio:
		if k == adoption.ActivationRate || k == adoption.DelegationRate {
			return ui.PercentTenth(v), ""
		}
		return ui.Percent(v), ""
	case adoption.UnitDays:
		return ui.Decimal(v, 1), "days"
	case adoption.UnitHours:
		return ui.Decimal(v, 1), "h"
	case adoption.UnitPer100:
		return ui.Decimal(v, 1), "per 100"
	case adoption.UnitX:
		return ui.Decimal(v, 1) + "×", ""
	case adoption.UnitCount:
		if k == adoption.SessionsPerActiveUser {
			return ui.Decimal(v, 1), ""
		}
	}
	return ui.Count(int64(math.Round(v))), ""
}

// value is a figure as a tile or a cell shows it.
func (p pageData) value(f adoption.Figure) ui.Value {
	switch {
	case f.Withheld:
		return p.withheld()
	case !f.Known():
		return ui.NotYet(p.waits(f))
	}
	text, unit := amount(f.Key, f.Unit, *f.Value)
	return ui.KnownIn(text, unit)
}

// withheld is a figure that may not be shown: it is about few people, or would
// give away one that is.
func (p pageData) withheld() ui.Value {
	return ui.Value{State: ui.StateWithheld, Why: "it could single out fewer than " + ui.Count(p.MinCohort) + " people"}
}

// waits says why there is no value: what the metric waits for, or the engine's reason.
func (p pageData) waits(f adoption.Figure) string {
	w := wordsOf[f.Key].waits
	switch {
	case w != "" && (adoption.MetricOf(f.Key).Waits != "" || f.Key == adoption.CostToValue):
		return w
	case !p.Answer.Through.Known():
		return firstSync
	case p.Guarded && p.Answer.Covered.Days() == 0:
		return "No whole month of data"
	case f.Reason != "":
		return f.Reason
	}
	return "No data in this period"
}

// trend is the change against the period before; nil without a value, and where
// the reading before is withheld.
func (p pageData) trend(f adoption.Figure) *ui.Trend {
	with, ok := p.compared()
	if !ok || !f.Known() || f.Withheld {
		return nil
	}
	if f.Previous == nil {
		if p.Guarded && with.To >= p.First {
			return nil
		}
		return &ui.Trend{First: true}
	}
	d := *f.Value - *f.Previous
	text := changeText(f, d)
	if text == changeText(f, 0) {
		return &ui.Trend{Dir: ui.Flat}
	}
	t := &ui.Trend{Text: text, Dir: ui.Up, Good: ui.Better}
	if d < 0 {
		t.Dir = ui.Down
	}
	if d > 0 == adoption.MetricOf(f.Key).LowerBetter {
		t.Good = ui.Worse
	}
	return t
}

func changeText(f adoption.Figure, d float64) string {
	if f.Unit == adoption.UnitRatio {
		return ui.Points(d)
	}
	text, _ := amount(f.Key, f.Unit, math.Abs(d))
	return text
}

// targetText is the target in the figure's own unit; "" where none can be set.
func targetText(f adoption.Figure) string {
	if f.Target == nil {
		return ""
	}
	if f.Unit == adoption.UnitRatio {
		return ui.Percent(*f.Target)
	}
	unit := ""
	if f.Unit == adoption.UnitDays {
		unit = " days"
	}
	if t := *f.Target; t == math.Trunc(t) {
		return ui.Count(int64(t)) + unit
	}
	if f.Key == adoption.WeeklyActives {
		return ui.Count(int64(math.Ceil(*f.Target)))
	}
	return ui.Decimal(*f.Target, 1) + unit
}

func hit(f adoption.Figure) ui.Hit {
	switch f.Status {
	case adoption.OnTrack:
		return ui.HitMet
	case adoption.Watch, adoption.Behind:
		return ui.HitMissed
	}
	return ui.HitNone
}

// chip is a status in a word; nil without one.
func chip(s adoption.Status) *ui.ChipProps {
	switch s {
	case adoption.OnTrack:
		return &ui.ChipProps{Label: "On target", Tone: ui.ToneGood, Icon: ui.IconCheck}
	case adoption.Watch:
		return &ui.ChipProps{Label: "Just under", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	case adoption.Behind:
		return &ui.ChipProps{Label: "Behind", Tone: ui.ToneWarn, Icon: ui.IconTriangleAlert}
	}
	return nil
}

// ofText is numerator of denominator: "512 of 640"; "" where the figure is no quotient of counts.
func ofText(f adoption.Figure) string {
	if f.Numerator == nil || f.Denominator == nil {
		return ""
	}
	return ui.Count(*f.Numerator) + " of " + ui.Count(*f.Denominator)
}

// meta is what a figure is made of, under its value.
func (p pageData) meta(f adoption.Figure) string {
	if !f.Known() || f.Withheld {
		return ""
	}
	switch f.Key {
	case adoption.SessionsPerActiveUser:
		if f.Numerator != nil && f.Denominator != nil {
			return ui.Counted(*f.Numerator, "session", "sessions") + " by " + ui.Counted(*f.Denominator, "person", "people")
		}
	case adoption.WeeklyActives:
		if n := p.Answer.Licensed.Count; n != nil && *n > 0 {
			return ui.Percent(*f.Value/float64(*n)) + " of " + p.licensedBy()
		}
	case adoption.DaysTrainingToFirstTask:
		return trainingMeta(f)
	case adoption.ChampionTouchpoints:
		if n := f.Part("count").Value; n != nil {
			return ui.Counted(int64(*n), "touchpoint", "touchpoints")
		}
	case adoption.HelpSessionParticipation:
		if n := f.Part("attendances").Value; n != nil {
			return ofText(f) + ", " + ui.Counted(int64(*n), "attendance", "attendances")
		}
	}
	return ofText(f)
}

// trainingMeta says who stands behind and beside the median: how long three in
// four took, who has no task yet, who had one before.
func trainingMeta(f adoption.Figure) string {
	out := []string{"median"}
	if v := f.Part("p75").Value; v != nil {
		out = append(out, "three in four within "+ui.Decimal(*v, 1))
	}
	return strings.Join(append(out, trainingOthers(f)...), ", ")
}

// trainingOthers counts those whom the median leaves out.
func trainingOthers(f adoption.Figure) []string {
	var out []string
	if v := f.Part("not_yet").Value; v != nil && *v > 0 {
		out = append(out, ui.Count(int64(*v))+" without a task yet")
	}
	if v := f.Part("already_delegating").Value; v != nil && *v > 0 {
		out = append(out, ui.Count(int64(*v))+" delegating before")
	}
	return out
}

// standing is how a figure stands against its target, in words; "" without a target.
func (p pageData) standing(f adoption.Figure) (word, target string) {
	t := targetText(f)
	if !f.Known() || f.Withheld || t == "" {
		return "", ""
	}
	c := chip(f.Status)
	if c == nil {
		return "", ""
	}
	target = "target " + t
	if m := adoption.MetricOf(f.Key); m.Target.PerWeek {
		target += " in " + span(p.covered())
	}
	return c.Label, target + p.answers(f.Key)
}

// answers says who answers for a target and by when, to those who may know.
func (p pageData) answers(k adoption.Key) string {
	set, ok := p.Settings.SetTarget(k, p.Settings.PhaseOn(p.covered().To))
	if !ok {
		return ""
	}
	out := ""
	if p.Names && set.Owner != "" {
		out = ", " + set.Owner
	}
	if set.Due.Known() {
		out += ", by " + p.date(set.Due)
	}
	return out
}

// spark is the metric's recent weeks with the target of one week; nil with fewer than two readings.
func (p pageData) spark(k adoption.Key) *ui.SparkProps {
	m := adoption.MetricOf(k)
	for _, t := range p.Trends {
		if t.Key != k {
			continue
		}
		s := &ui.SparkProps{Label: m.Name + ", last " + strconv.Itoa(len(t.Points)) + " weeks", Scale: scale(m.Unit), Target: p.weekTarget(m)}
		known := 0
		for _, pt := range t.Points {
			r := reading(pt.Value)
			if r.Known {
				known++
			}
			s.Values = append(s.Values, r)
		}
		if known < 2 {
			return nil
		}
		return s
	}
	return nil
}

// weekTarget is the target of one week, of those the page is about.
func (p pageData) weekTarget(m adoption.Metric) ui.Reading {
	return reading(p.target(m).In(7, p.Answer.Licensed.Count))
}

// target is the target that holds on the last day: the one that was set, else the default.
func (p pageData) target(m adoption.Metric) adoption.Target {
	t := m.Target
	if set, ok := p.Settings.SetTarget(m.Key, p.Settings.PhaseOn(p.covered().To)); ok {
		t.Value = set.Value
	}
	return t
}

func scale(u adoption.Unit) ui.Scale {
	switch u {
	case adoption.UnitRatio:
		return ui.InPercent
	case adoption.UnitPeople:
		return ui.InCount
	}
	return ui.InDecimal
}

func reading(v *float64) ui.Reading {
	if v == nil {
		return ui.Reading{}
	}
	return ui.Read(*v)
}

// definition is what the ⓘ of a metric opens.
func (p pageData) definition(f adoption.Figure) *ui.DefinitionProps {
	m, w := adoption.MetricOf(f.Key), wordsOf[f.Key]
	return &ui.DefinitionProps{
		ID: "def-" + string(f.Key), Title: m.Name, Sentence: m.Definition, Now: p.now(f),
		Source: w.source, Delay: w.delay, LeftOut: w.leftOut,
	}
}

// now is the fraction behind a figure and the days it covers.
func (p pageData) now(f adoption.Figure) string {
	if !f.Known() || f.Withheld {
		return capital(p.value(f).Why)
	}
	text, unit := amount(f.Key, f.Unit, *f.Value)
	if unit != "" {
		text += " " + unit
	}
	if of := ofText(f); of != "" {
		text = of + ", " + text
	}
	text += ", " + p.dates(p.covered())
	if f.Note != "" {
		text += ". " + f.Note
	}
	return text
}

// tile is a metric as the head of its column's page.
func (p pageData) tile(f adoption.Figure) ui.StatTileProps {
	t := ui.StatTileProps{
		Label: adoption.MetricOf(f.Key).Name, Value: p.value(f), Spark: p.spark(f.Key), Trend: p.trend(f),
		Meta: p.meta(f), Def: p.definition(f), Hit: hit(f), Now: p.nowLine(f),
	}
	t.Standing, t.Target = p.standing(f)
	if f.Known() {
		t.Stale, t.WhyURL = p.lateText(), p.sources()
	}
	if f.Key == adoption.NamedWins {
		t.More = p.allWins()
	}
	return t
}

// allWins leads to the wins of the period, and of the department that the page is
// about; nil for a reader who may not read them.
func (p pageData) allWins() *ui.Link {
	if !p.Wins {
		return nil
	}
	department := ""
	if by, slug, single := p.Single(); single && by == adoption.ByDepartment {
		department = slug
	}
	days := p.covered()
	to := route.With(route.Wins, "department", department, "from", days.From.String(), "to", days.To.String())
	return &ui.Link{Label: "All wins", URL: to}
}

// row is a metric as a line of the overview.
func (p pageData) row(f adoption.Figure) ui.MetricRowProps {
	m := adoption.MetricOf(f.Key)
	r := ui.MetricRowProps{
		Label: m.Name, URL: p.page(pathOf(m.Column)), Hit: hit(f), Spark: p.spark(f.Key), Value: p.value(f), Trend: p.trend(f),
	}
	r.Now = p.nowLine(f)
	if t := targetText(f); t != "" {
		r.Target = "Target " + t
		if m.Target.PerWeek {
			r.Target += " in " + span(p.covered())
		}
	}
	if n := p.Answer.Licensed.Count; f.Key == adoption.WeeklyActives && f.Known() && n != nil && *n > 0 {
		r.Target = ui.Percent(*f.Value/float64(*n)) + ", target " + ui.Percent(p.target(m).Value)
	}
	return r
}
