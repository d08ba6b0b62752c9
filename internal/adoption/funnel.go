package adoption

import "groundswell/internal/day"

// habitualWeeks are the complete weeks looked at for a habit; three of them make one.
const habitualWeeks = 4

// Funnel computes the funnel at q.Period.To; the rest of the period plays no
// part. It faults as [Index.Answer] does.
func (x *Index) Funnel(q Query) (Funnel, error) {
	asked := q.Period.To
	q.Period.From = asked
	if err := x.check(q); err != nil {
		return Funnel{}, err
	}
	at := min(asked, x.Through)
	q.Period = day.Period{From: at, To: at}
	w := x.listing(q)
	out := Funnel{To: asked, At: at, Through: x.Through, Clipped: asked > x.Through, Missing: w.missing}
	if w.missing != "" {
		return out, nil
	}
	out.At = w.covered.To
	out.Rounded = w.family != nil && out.At != asked
	stages := x.stages(w.covered.To, w.now.members)
	for _, a := range w.rows() {
		out.Rows = append(out.Rows, w.funnelRow(a, stages))
	}
	return out, nil
}

// stages returns the members who got as far as each stage by a day.
func (x *Index) stages(at day.Date, members Bits) [3]Bits {
	ever := x.everBy(at)
	signedIn := members.And(ever.signedIn)
	delegated := signedIn.And(ever.tasked)
	return [3]Bits{signedIn, delegated, delegated.And(x.habitual(at))}
}

// habitual returns whoever was active in three of the last four complete weeks.
func (x *Index) habitual(at day.Date) Bits {
	var w [habitualWeeks]Bits
	monday := lastSunday(at).Monday()
	for i := range w {
		w[i] = x.derived().week(monday - day.Date(7*i)).active
	}
	early := w[0].And(w[1]).And(w[2].Or(w[3]))
	late := w[2].And(w[3]).And(w[0].Or(w[1]))
	return early.Or(late)
}

// rows returns whom a listing is about: everybody, every cohort this asker may
// see, or the one named.
func (w *window) rows() []audience {
	if w.q.By == ByNone {
		return []audience{w.everybody()}
	}
	as := w.audiences(w.q.By)
	if w.q.Cohort == "" {
		return as
	}
	for _, a := range as {
		if a.cohort.Slug == w.q.Cohort {
			return []audience{a}
		}
	}
	return []audience{{cohort: w.named(), withheld: true}}
}

func (w *window) funnelRow(a audience, stages [3]Bits) FunnelRow {
	if a.withheld {
		return FunnelRow{Cohort: a.cohort, Withheld: true, Licensed: Licensed{Basis: BasisMembers, Reason: WithheldReason}}
	}
	return FunnelRow{
		Cohort:    a.cohort,
		Licensed:  w.now.licensed(a.people),
		SignedIn:  count(stages[0], a.people),
		Delegated: count(stages[1], a.people),
		Habitual:  count(stages[2], a.people),
	}
}
