package adoption

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

// target returns the target of a metric for so many days and so many licensed;
// nil when it depends on a number that is not known, or comes to nothing.
func (s Settings) target(m Metric, days int, licensed *int) *float64 {
	t := m.Target
	if v, ok := s.Targets[m.Key]; ok {
		t.Value = v
	}
	v := t.In(days, licensed)
	if v == nil || *v <= 0 {
		return nil
	}
	return v
}

// figures judges readings against targets and against the readings of the period before.
func (x *Index) figures(now, before []reading, days int, licensed Licensed) []Figure {
	out := make([]Figure, len(catalogue))
	for i, m := range catalogue {
		r := now[i]
		f := Figure{
			Key: m.Key, Value: r.value, Numerator: r.num, Denominator: r.den, Unit: m.Unit,
			Target: x.Settings.target(m, days, licensed.Count),
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
