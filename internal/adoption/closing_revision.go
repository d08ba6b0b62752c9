package adoption

import (
	"fmt"
	"math"
	"slices"
)

// Revisions are figures of a closed month as they are now, where they moved
// after it was closed.
type Revisions map[RevisionKey]Figure

// RevisionKey names a figure of a cohort; everyone's has no By.
type RevisionKey struct {
	By   By
	Slug string
	Key  Key
}

// Of returns what a cohort's figure is now, false when it has not moved.
func (r Revisions) Of(c Cohort, k Key) (Figure, bool) {
	f, ok := r[revisionKey(c, k)]
	return f, ok
}

func revisionKey(c Cohort, k Key) RevisionKey {
	if c.By == ByNone {
		return RevisionKey{Key: k}
	}
	return RevisionKey{By: c.By, Slug: c.Slug, Key: k}
}

// same is by how much two readings of one thing may differ, for rounding.
const same = 1e-12

// Restore returns the answer to q with the figures that closing the month kept,
// and what has moved since. Figures that closing did not keep stay as they are:
// those of people picked from several cohorts. Whoever may not see small groups
// gets the month as it is now, and nothing else: from a total as it was closed and
// the same as it is now, or its parts, follows what somebody did who left since.
func (c Closing) Restore(a Answer, q Query) (Answer, Revisions) {
	moved := Revisions{}
	if !q.SeesSmallGroups {
		return a, moved
	}
	if row, ok := c.about(q); ok {
		of := Cohort{}
		if a.Cohort != nil {
			of = *a.Cohort
		}
		a.Figures = row.restore(a.Figures, of, moved)
		a.Licensed = row.licensed(a.Licensed)
		if len(moved) > 0 {
			a.Columns = columnStatuses(a.Figures)
			a.Diagnosis = rediagnosed(a)
		}
	}
	if q.crosses() {
		return a, moved
	}
	a.Breakdown = slices.Clone(a.Breakdown)
	for i, r := range a.Breakdown {
		if row, ok := c.Row(r.Cohort.By, r.Cohort.Slug); ok {
			a.Breakdown[i].Figures = row.restore(r.Figures, r.Cohort, moved)
			a.Breakdown[i].Licensed = row.licensed(r.Licensed)
		}
	}
	return a, moved
}

// Restores reports whether closing kept the figures of whom q is about.
func (c Closing) Restores(q Query) bool {
	_, ok := c.about(q)
	return ok
}

// about returns the row of whom q is about.
func (c Closing) about(q Query) (ClosedRow, bool) {
	switch {
	case q.Within != "" || !q.SeesSmallGroups:
		return ClosedRow{}, false
	case q.Cohort == "":
		return c.Row(ByNone, "")
	}
	return c.Row(q.By, q.Cohort)
}

// crosses reports whether q's cohorts are cut down to people of another dimension.
func (q Query) crosses() bool {
	return slices.ContainsFunc(q.Within.dimensions(), func(by By) bool { return by != q.By })
}

func (r ClosedRow) licensed(now Licensed) Licensed {
	if r.Licensed != nil {
		now.Count = r.Licensed
	}
	return now
}

// restore returns figures as they were closed and notes those that have moved.
func (r ClosedRow) restore(now []Figure, c Cohort, moved Revisions) []Figure {
	out := slices.Clone(now)
	for i, f := range now {
		k := slices.IndexFunc(r.Figures, func(g Figure) bool { return g.Key == f.Key })
		if k < 0 || f.Withheld {
			continue
		}
		was := r.Figures[k]
		if differ(was, f) {
			moved[revisionKey(c, f.Key)] = f
		}
		out[i].Value, out[i].Numerator, out[i].Denominator = was.Value, was.Numerator, was.Denominator
		out[i].Status, out[i].Target, out[i].Reason = was.Status, was.Target, was.Reason
	}
	return out
}

// differ reports whether a figure says something else than it did.
func differ(was, now Figure) bool {
	if (was.Value == nil) != (now.Value == nil) {
		return true
	}
	if was.Value != nil && math.Abs(*was.Value-*now.Value) > same*max(1, math.Abs(*was.Value)) {
		return true
	}
	return unequal(was.Numerator, now.Numerator) || unequal(was.Denominator, now.Denominator)
}

func unequal(a, b *int64) bool {
	return a != nil && b != nil && *a != *b
}

// rediagnosed says where to look by the figures of a, whose diagnosis was made of
// others. The cohorts it named stay where the metric is the same.
func rediagnosed(a Answer) *Diagnosis {
	column, ok := lookFirst(a.Columns)
	if !ok {
		return nil
	}
	f := furthest(column, a.Figures)
	d := &Diagnosis{LookFirst: column, Metric: f.Key, Plays: Plays(f.Key)}
	d.Because = fmt.Sprintf("%s was %s against a target of %s when the month was closed.",
		MetricOf(f.Key).Name, f.Unit.write(*f.Value), f.Unit.write(*f.Target))
	if was := a.Diagnosis; was != nil && was.Metric == d.Metric {
		d.Cohorts = was.Cohorts
	}
	return d
}
