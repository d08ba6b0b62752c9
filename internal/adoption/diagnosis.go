package adoption

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
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
	if s.people == nil && w.now != nil {
		d.Cohorts = w.drags(f, s)
	}
	d.Because = because(d, f, columns)
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
// that matters most first: departments where people are placed, groups until then.
func (w *window) drags(f Figure, all *subject) []Drag {
	by := w.q.By
	if by == ByNone {
		by = w.x.usual()
	}
	whole, ok := all.share(f.Key)
	if by == ByNone || !ok {
		return nil
	}
	var out []Drag
	for _, s := range w.subjects(by) {
		part, ok := s.share(f.Key)
		if !ok || part.of == 0 || part.of >= whole.of || s.cohort.Merged {
			continue
		}
		d := Drag{Cohort: s.cohort, Value: part.value(), Without: whole.less(part).value()}
		if d.Without > whole.value() {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b Drag) int { return cmp.Compare(b.Without, a.Without) })
	return out[:min(len(out), maxDrags)]
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
	case r.num != nil && r.den != nil:
		return share{float64(*r.num), float64(*r.den)}, true
	}
	return share{}, false
}

func because(d *Diagnosis, f Figure, columns map[Column]Status) string {
	var out []string
	if c, ok := rightmost(d.LookFirst, columns); ok {
		out = append(out, fmt.Sprintf("%s is %s, and so is %s further left.", c.Name(), word(columns[c]), d.LookFirst.Name()))
	}
	m := MetricOf(f.Key)
	out = append(out, fmt.Sprintf("%s is %s against a target of %s.", m.Name, m.Unit.write(*f.Value), m.Unit.write(*f.Target)))
	if len(d.Cohorts) > 0 {
		unit := m.Unit
		if unit == UnitPeople {
			unit = UnitRatio
		}
		worst := d.Cohorts[0]
		out = append(out, fmt.Sprintf("%s pulls it down most, at %s: without it, it would be %s.", worst.Cohort.Name, unit.write(worst.Value), unit.write(worst.Without)))
	}
	return strings.Join(out, " ")
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
		return strconv.FormatFloat(100*v, 'f', 1, 64) + "%"
	case UnitPeople:
		return strconv.FormatFloat(math.Ceil(v), 'f', 0, 64)
	case UnitDays:
		return strconv.FormatFloat(v, 'f', 1, 64) + " days"
	case UnitHours:
		return strconv.FormatFloat(v, 'f', 1, 64) + " h"
	case UnitX:
		return strconv.FormatFloat(v, 'f', 1, 64) + "×"
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}
