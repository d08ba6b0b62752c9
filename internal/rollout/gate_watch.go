package rollout

import (
	"cmp"
	"slices"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

const (
	watchFor     = 28 // days after a step that it is watched
	lookBack     = 14 // days before it that say what was usual
	fewSignIns   = 10 // below this many a day, half of them says nothing
	stoppedAfter = 7  // days without use before somebody counts as stopped
	silentFor    = 2  // working days in which somebody of a wave should sign in
)

// DayCount is how many people signed in on a day.
type DayCount struct {
	Day   day.Date
	Count int
}

// WatchFacts is what became of people since a gate was passed.
type WatchFacts struct {
	Through day.Date   // the last whole day that was read; None before the first
	SignIns []DayCount // every day from [lookBack] before the step, ascending
	Used    int        // members who used Cowork in the days before the step
	Stopped int        // of them, those who have not for a week since
	Lost    []int32    // of them, those who may not any more, by the dry run since
	LostAt  time.Time  // when that dry run was made; zero while there is none
	People  int        // in the wave that was opened
	Arrived int        // of them, those who signed in since
	Failing []Result   // checks of the gate that fail now and were run since
}

// WatchFacts gathers what there is to watch of a passed gate. lost holds the
// members who would lose Cowork by surprise according to a dry run made at
// lostAt, zero for none.
func (p *Plan) WatchFacts(g Gate, x *adoption.Index, lost adoption.Bits, lostAt time.Time) WatchFacts {
	f := WatchFacts{Through: x.Through}
	used, since := g.uses(x)
	f.Used = used.Count()
	f.SignIns = g.signIns(x)
	if x.Through >= g.PassedOn+stoppedAfter {
		f.Stopped = used.Count() - used.CountAnd(since)
	}
	if lostAt.After(g.PassedAt) {
		f.LostAt = lostAt
		lost.And(used).Each(func(m int32) { f.Lost = append(f.Lost, m) })
	}
	if g.Kind == GateWave {
		f.People, f.Arrived = p.arrived(g, x)
		f.Failing = p.failingSince(g)
	}
	return f
}

// uses returns who used Cowork in the days before the step, and in the days since.
func (g Gate) uses(x *adoption.Index) (before, since adoption.Bits) {
	for _, d := range x.Days {
		switch {
		case d.Day > x.Through:
		case d.Day >= g.PassedOn-lookBack && d.Day < g.PassedOn:
			before.Add(d.Active)
		case d.Day > g.PassedOn:
			since.Add(d.Active)
		}
	}
	return before, since
}

// signIns counts who signed in on each day around the step. A whole day without an entry is zero.
func (g Gate) signIns(x *adoption.Index) []DayCount {
	var out []DayCount
	for d := max(g.PassedOn-lookBack, x.First); d <= min(x.Through, g.PassedOn+watchFor); d++ {
		n := 0
		if i, ok := slices.BinarySearchFunc(x.Days, d, func(a adoption.DayIndex, b day.Date) int { return cmp.Compare(a.Day, b) }); ok {
			n = x.Days[i].SignedIn.Count()
		}
		out = append(out, DayCount{d, n})
	}
	return out
}

// arrived counts the members of the gate's wave, and those who signed in since it was opened.
func (p *Plan) arrived(g Gate, x *adoption.Index) (people, in int) {
	w, _ := p.Wave(g.Wave)
	var wave, signed adoption.Bits
	place := map[int32]string{}
	for _, at := range x.Placements {
		if _, placed := place[at.Member]; !placed || at.From <= x.Through {
			place[at.Member] = at.Wave
		}
	}
	for m, name := range place {
		if name == w.Name && int(m) < len(x.Members) && x.Members[m].Listed {
			wave.Set(m)
		}
	}
	for _, d := range x.Days {
		if d.Day >= g.PassedOn && d.Day <= x.Through {
			signed.Add(d.SignedIn)
		}
	}
	return wave.Count(), wave.CountAnd(signed)
}

// failingSince returns the checks of the gate that failed after it was passed.
func (p *Plan) failingSince(g Gate) []Result {
	t, _ := p.Task(g.Task)
	var out []Result
	for _, key := range t.GateChecks {
		r, ok := p.Results[CheckRef{key, g.Wave}]
		if !ok {
			r = p.Results[CheckRef{Check: key}]
		}
		if r.Outcome == Fails && r.RanAt.After(g.PassedAt) {
			out = append(out, r)
		}
	}
	return out
}

// Watched reports whether a passed gate is still looked after on a day.
func (g Gate) Watched(today day.Date) bool {
	return !g.PassedAt.IsZero() && g.Kind != GateArchitecture && today <= g.PassedOn+watchFor
}

// Watch says what went wrong since g was passed, at most one alarm of each kind.
func (p *Plan) Watch(g Gate, f WatchFacts) []Alarm {
	if g.PassedAt.IsZero() || !f.Through.Known() {
		return nil
	}
	var out []Alarm
	add := func(kind AlarmKind, on day.Date, say string) {
		if say != "" {
			out = append(out, Alarm{Kind: kind, On: on, Say: say})
		}
	}
	switch g.Kind {
	case GateSSO:
		on, say := p.fewer(g, f)
		add(AlarmSignIns, on, say)
	case GateRoles:
		add(AlarmLost, dayIn(p.Rollout.Zone(), f.LostAt), f.lost())
		add(AlarmStopped, f.Through, f.stopped())
	case GateWave:
		add(AlarmSilence, f.Through, p.silence(g, f))
		add(AlarmChecks, f.Through, failing(f.Failing))
	}
	return out
}

// fewer says of the latest day since the step on which people work that fewer
// than half signed in than on the same weekday before it, or nobody.
func (p *Plan) fewer(g Gate, f WatchFacts) (day.Date, string) {
	for i := len(f.SignIns) - 1; i >= 0 && f.SignIns[i].Day > g.PassedOn; i-- {
		at := f.SignIns[i]
		if !p.Rollout.Calendar.Works(at.Day) {
			continue
		}
		usual, known := f.usual(g, at.Day)
		switch {
		case !known || usual == 0:
			return at.Day, ""
		case at.Count == 0:
			return at.Day, "Nobody signed in on " + short(at.Day) + "; " + amount(usual) + " did on the same weekday before."
		case usual >= fewSignIns && 2*at.Count < usual:
			return at.Day, several(at.Count, "person", "people") + " signed in on " + short(at.Day) + "; " + amount(usual) + " did on the same weekday before."
		}
		return at.Day, ""
	}
	return day.None, ""
}

// usual returns how many signed in on the last same weekday before the step.
func (f WatchFacts) usual(g Gate, d day.Date) (int, bool) {
	for d -= 7; d >= g.PassedOn; d -= 7 {
	}
	i := slices.IndexFunc(f.SignIns, func(c DayCount) bool { return c.Day == d })
	if i < 0 {
		return 0, false
	}
	return f.SignIns[i].Count, true
}

func (f WatchFacts) lost() string {
	if len(f.Lost) == 0 {
		return ""
	}
	return several(len(f.Lost), "person who used Cowork may", "people who used Cowork may") + " not any more."
}

// stopped speaks up when more than a quarter of those who used Cowork do not any more.
func (f WatchFacts) stopped() string {
	if f.Used < fewSignIns || 4*f.Stopped <= f.Used {
		return ""
	}
	return amount(f.Stopped) + " of " + amount(f.Used) + " people who used Cowork before have not since."
}

// silence speaks up when nobody of a wave signed in on its first working days.
func (p *Plan) silence(g Gate, f WatchFacts) string {
	worked := 0
	for d := g.PassedOn + 1; d <= f.Through; d++ {
		if p.Rollout.Calendar.Works(d) {
			worked++
		}
	}
	if f.People == 0 || f.Arrived > 0 || worked < silentFor {
		return ""
	}
	return "Nobody of " + several(f.People, "person", "people") + " in the wave has signed in since it was opened."
}

func failing(rs []Result) string {
	switch len(rs) {
	case 0:
		return ""
	case 1:
		return "After the wave was opened: " + rs[0].Say
	}
	return several(len(rs), "check fails", "checks fail") + " after the wave was opened, first: " + rs[0].Say
}
