package adoption

import (
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Retention computes the triangle for q, of everyone or of one cohort. Weeks in
// which nobody began are left out. It faults as [Index.Answer] does, and with
// Invalid when q has a dimension but names no cohort. The triangle may be shared
// with others: read it, do not change it.
func (x *Index) Retention(q Query) (Retention, error) {
	if q.By != ByNone && q.Cohort == "" {
		return Retention{}, fault.Field("cohort", "A triangle is of one cohort: say which one, or leave out by.")
	}
	if err := x.check(q); err != nil {
		return Retention{}, err
	}
	return kept(&x.memo, &x.memo.triangles, maxSeries, q, func() Retention { return x.retention(q) }), nil
}

func (x *Index) retention(q Query) Retention {
	w := x.listing(q)
	out := Retention{Period: q.Period, Covered: w.covered, Through: x.Through, Clipped: x.clipped(q.Period), Rounded: w.rounded(), Missing: w.missing}
	if w.missing != "" {
		return out
	}
	a := w.rows()[0]
	if q.Cohort != "" {
		out.Cohort = &a.cohort
	}
	switch {
	case a.withheld:
	case w.family == nil:
		out.Rows = x.triangle(w.covered, a.people)
		return out
	default:
		out.Rows = w.family.triangle(a)
		if !w.family.subtractable(a, out.Rows) {
			return out
		}
		out.Rows = nil
	}
	out.Missing, out.Withheld = WithheldReason, true
	return out
}

// listing is a window with only what it takes to say who may be shown.
func (x *Index) listing(q Query) *window {
	w := x.covering(q)
	if w.missing == "" {
		w.now = &span{x: x, period: w.covered, members: x.membersOn(w.covered.To)}
	}
	return w
}

func (x *Index) triangle(p day.Period, who Bits) []RetentionRow {
	var out []RetentionRow
	began := x.beganByWeek(p)
	for i, b := range began {
		if who != nil {
			b = b.And(who)
		}
		row := RetentionRow{StartsOn: p.From.Monday() + day.Date(7*i), Size: b.Count()}
		if row.Size == 0 {
			continue
		}
		x.follow(&row, b)
		out = append(out, row)
	}
	return out
}

// beganByWeek returns, for each week that touches p, the people whose first
// active day lies in it and in p.
func (x *Index) beganByWeek(p day.Period) []Bits {
	monday := p.From.Monday()
	out := make([]Bits, (p.To.Monday()-monday)/7+1)
	words := (x.derived().n + 63) / 64
	for m, f := range x.derived().active {
		if !p.Contains(f) {
			continue
		}
		b := &out[(f-monday)/7]
		if *b == nil {
			*b = make(Bits, words)
		}
		b.Set(int32(m))
	}
	return out
}

// follow counts who of b was active in the first week and in each week after it,
// as far as those weeks are over.
func (x *Index) follow(row *RetentionRow, b Bits) {
	for k := range row.Active {
		monday := row.StartsOn + day.Date(7*k)
		if monday+6 > x.Through {
			return
		}
		n := b.CountAnd(x.derived().week(monday).active)
		row.Active[k] = &n
	}
}
