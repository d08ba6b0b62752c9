package adoption

import "groundswell/internal/day"

// How far short of its target a figure may be and still only be watched.
const (
	watchShare       = 0.8
	watchLowerBetter = 1.25
)

// judge returns how a value stands against a target.
func judge(m Metric, value, target *float64) Status {
	switch {
	case value == nil || target == nil:
		return NoData
	case m.LowerBetter:
		return grade(*value <= *target, *value <= watchLowerBetter**target)
	}
	return grade(*value >= *target, *value >= watchShare**target)
}

func grade(onTrack, watch bool) Status {
	switch {
	case onTrack:
		return OnTrack
	case watch:
		return Watch
	}
	return Behind
}

// badness orders the statuses: NoData says nothing, so it is worse than nothing.
func (s Status) badness() int {
	switch s {
	case OnTrack:
		return 1
	case Watch:
		return 2
	case Behind:
		return 3
	}
	return 0
}

// columnStatus is the worst status among a column's figures that have data.
func columnStatus(c Column, fs []Figure) Status {
	worst := NoData
	for _, f := range fs {
		if MetricOf(f.Key).Column == c && f.Status.badness() > worst.badness() {
			worst = f.Status
		}
	}
	return worst
}

func columnStatuses(fs []Figure) map[Column]Status {
	out := map[Column]Status{}
	for _, c := range Columns() {
		out[c] = columnStatus(c, fs)
	}
	return out
}

// PhaseOn returns the phase that d lies in, "" before the first one or while no
// phase has a date.
func (s Settings) PhaseOn(d day.Date) Phase {
	var in Phase
	for _, p := range s.Phases {
		if p.From <= d {
			in = p.Phase
		}
	}
	return in
}

// SetTarget returns the target somebody set for a metric in a phase: that of the
// phase itself, else that of every phase; false when the default holds.
func (s Settings) SetTarget(k Key, in Phase) (SetTarget, bool) {
	for _, phase := range []Phase{in, ""} {
		for _, t := range s.Targets {
			if t.Metric == k && t.Phase == phase {
				return t, true
			}
		}
	}
	return SetTarget{}, false
}

// target returns the target of a metric on day at, for so many days and so many
// licensed; nil when it depends on a number that is not known, or comes to nothing.
func (s Settings) target(m Metric, at day.Date, days int, licensed *int) *float64 {
	t := m.Target
	if set, ok := s.SetTarget(m.Key, s.PhaseOn(at)); ok {
		t.Value = set.Value
	}
	v := t.In(days, licensed)
	if v == nil || *v <= 0 {
		return nil
	}
	return v
}

// figures judges readings against targets and against the readings of the period before.
func (x *Index) figures(now, before []reading, at day.Date, days int, licensed Licensed) []Figure {
	out := make([]Figure, len(catalogue))
	for i, m := range catalogue {
		r := now[i]
		f := Figure{
			Key: m.Key, Value: r.value, Numerator: r.num, Denominator: r.den, Unit: m.Unit,
			Target: x.Settings.target(m, at, days, licensed.Count),
			Reason: r.reason, Note: r.note, Withheld: r.withheld, Parts: r.parts,
		}
		if before != nil {
			f.Previous = before[i].value
		}
		f.Status = judge(m, f.Value, f.Target)
		out[i] = f
	}
	return out
}
