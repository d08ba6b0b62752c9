package adoption

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"groundswell/internal/day"
)

// maxDrags is how many cohorts a diagnosis names.
const maxDrags = 3

// diagnose looks left: where the worst column is watched or behind, it names the
// leftmost column that is as bad, the metric in it furthest from its target, the
// cohorts that pull that metric down, and the plays. It returns nil when nothing
// is under target.
func (w *window) diagnose(fs []Figure, columns map[Column]Status, s *subject) *Diagnosis {
	column, ok := lookFirst(columns)
	if !ok {
		return nil
	}
	f := furthest(column, fs)
	d := &Diagnosis{LookFirst: column, Metric: f.Key, Plays: Plays(f.Key)}
	if s.cohort.By == ByNone && w.now != nil {
		d.Cohorts = w.drags(f, s)
	}
	d.Because = because(d, f, s, columns)
	return d
}

// lookFirst returns the leftmost column that is at least as bad as any other,
// false when none is under target.
func lookFirst(columns map[Column]Status) (Column, bool) {
	first, worst := Column(""), OnTrack
	for _, c := range Columns() {
		if columns[c].badness() > worst.badness() {
			first, worst = c, columns[c]
		}
	}
	return first, first != ""
}

// furthest returns the figure of a column that is furthest from its target, as a
// share of the target.
func furthest(c Column, fs []Figure) Figure {
	var out Figure
	gap := math.Inf(-1)
	for _, f := range fs {
		m := MetricOf(f.Key)
		if m.Column != c || f.Status.badness() < Watch.badness() {
			continue
		}
		if g := shortfall(m, f); g > gap {
			out, gap = f, g
		}
	}
	return out
}

func shortfall(m Metric, f Figure) float64 {
	over := *f.Value / *f.Target
	if m.LowerBetter {
		return over - 1
	}
	return 1 - over
}

// drags returns the cohorts without which the metric would stand better, the one
// that matters most first: departments where people are placed, groups until
// then. A cohort whose wave has not opened yet is not to blame for anything.
func (w *window) drags(f Figure, all *subject) []Drag {
	by := w.q.By
	if by == ByNone {
		by = w.x.usual()
	}
	if by == ByNone {
		return nil
	}
	open := w.x.opened(w.covered.To)
	var out []Drag
	for _, s := range w.standing(by, f.Key) {
		if s.cohort.Merged || open != nil && s.people.CountAnd(open) == 0 {
			continue
		}
		if d, ok := w.drag(f, s, all); ok {
			out = append(out, d)
		}
	}
	lower := MetricOf(f.Key).LowerBetter
	slices.SortStableFunc(out, func(a, b Drag) int {
		if lower {
			return cmp.Or(cmp.Compare(a.Without, b.Without), cmp.Compare(b.Value, a.Value))
		}
		return cmp.Compare(b.Without, a.Without)
	})
	return out[:min(len(out), maxDrags)]
}

// drag returns how the metric stands in a cohort and without it; false when it
// would stand no better without.
func (w *window) drag(f Figure, s, all *subject) (Drag, bool) {
	if f.Key == DaysTrainingToFirstTask {
		return w.slows(f, s, all)
	}
	whole, ok := all.share(f.Key)
	if !ok {
		return Drag{}, false
	}
	part, ok := s.share(f.Key)
	if !ok || part.of == 0 || part.of >= whole.of {
		return Drag{}, false
	}
	d := Drag{Cohort: s.cohort, Value: part.value(), Without: whole.less(part).value()}
	return d, d.Without > whole.value()
}

// slows is drag for a median, which is no quotient: the cohort's counts are taken
// out of everybody's. A median of whole days often stays where it is, so a cohort
// above it counts even then. Whoever may not see few people may not see what is left.
func (w *window) slows(f Figure, s, all *subject) (Drag, bool) {
	here := s.now[indexOf(f.Key)]
	if here.value == nil || !w.q.SeesSmallGroups {
		return Drag{}, false
	}
	without := all.now[indexOf(f.Key)].took.less(here.took).quarter(2)
	if without == nil || *without > *f.Value || *without == *f.Value && *here.value <= *f.Value {
		return Drag{}, false
	}
	return Drag{Cohort: s.cohort, Value: *here.value, Without: *without}, true
}

// opened returns the people of waves that are open on day d, and those of waves
// without a date; nil, for everybody, while no wave has one.
func (x *Index) opened(d day.Date) Bits {
	if len(x.Openings) == 0 {
		return nil
	}
	closed := map[string]bool{}
	for _, o := range x.Openings {
		closed[o.Wave] = o.On > d
	}
	cut := x.divide(ByWave, d)
	out := Bits{}
	for i, c := range cut.cohorts {
		if !closed[c.Name] {
			out.Add(cut.people[i])
		}
	}
	return out
}

// usual returns the dimension that people think in here.
func (x *Index) usual() By {
	for _, p := range x.Placements {
		if p.Department != "" {
			return ByDepartment
		}
	}
	if len(x.Groups) > 0 {
		return ByGroup
	}
	return ByNone
}

// share is a metric as something of something, so that a cohort can be taken out of it.
type share struct{ part, of float64 }

func (s share) value() float64 { return s.part / s.of }

func (s share) less(t share) share { return share{s.part - t.part, s.of - t.of} }

func (s *subject) share(k Key) (share, bool) {
	r := s.now[indexOf(k)]
	switch {
	case r.value == nil:
		return share{}, false
	case k == WeeklyActives && s.licensed.Count != nil:
		return share{*r.value, float64(*s.licensed.Count)}, true
	case k == ChampionTouchpoints:
		return share{100 * float64(*r.num), float64(*r.den)}, true
	case r.num != nil && r.den != nil:
		return share{float64(*r.num), float64(*r.den)}, true
	}
	return share{}, false
}

// because says the two numbers that the diagnosis rests on: the metric beside
// its target, and the cohort beside everyone else.
func because(d *Diagnosis, f Figure, all *subject, columns map[Column]Status) string {
	var out []string
	if c, ok := rightmost(d.LookFirst, columns); ok {
		out = append(out, fmt.Sprintf("%s is %s, and so is %s further left.", c.Name(), word(columns[c]), d.LookFirst.Name()))
	}
	out = append(out, stands(f, all))
	if len(d.Cohorts) > 0 {
		unit := f.Unit
		if unit == UnitPeople {
			unit = UnitRatio
		}
		worst := d.Cohorts[0]
		out = append(out, fmt.Sprintf("%s pulls it down most: %s there, %s without it.", worst.Cohort.Name, unit.write(worst.Value), unit.write(worst.Without)))
	}
	return strings.Join(out, " ")
}

// stands says a figure beside its target. People are said as a share too, where
// the cohorts that follow are compared by it.
func stands(f Figure, all *subject) string {
	if sh, ok := all.share(f.Key); ok && f.Key == WeeklyActives && sh.of > 0 {
		who := "people were"
		if *f.Value == 1 {
			who = "person was"
		}
		return fmt.Sprintf("%s %s active in the last complete week, %s of licensed; the target is %s.",
			f.Unit.write(*f.Value), who, UnitRatio.write(sh.value()), UnitRatio.write(*f.Target/sh.of))
	}
	return fmt.Sprintf("%s is %s against a target of %s.", MetricOf(f.Key).Name, f.Unit.write(*f.Value), f.Unit.write(*f.Target))
}

// rightmost returns the last column, right of c, that is as bad as c.
func rightmost(c Column, columns map[Column]Status) (Column, bool) {
	all := Columns()
	for i := len(all) - 1; i >= 0 && all[i] != c; i-- {
		if columns[all[i]] == columns[c] {
			return all[i], true
		}
	}
	return "", false
}

func word(s Status) string {
	if s == Watch {
		return "a little under target"
	}
	return "behind"
}

// write writes a value of this unit for a sentence.
func (u Unit) write(v float64) string {
	switch u {
	case UnitRatio:
		return tenth(100*v) + "%"
	case UnitPeople:
		return grouped(int64(math.Ceil(v)))
	case UnitDays:
		return tenth(v) + " days"
	case UnitHours:
		return tenth(v) + " h"
	case UnitX:
		return tenth(v) + "×"
	}
	return tenth(v)
}

// tenth writes v to one place, and a whole number without it.
func tenth(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// grouped writes a count with a comma between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
