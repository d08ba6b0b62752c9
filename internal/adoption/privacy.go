package adoption

import "groundswell/internal/day"

// WithheldReason is why there is no number where one is about too few people for
// its asker.
const WithheldReason = "Withheld: it is about too few people."

// audience is people who may be shown together to this asker.
type audience struct {
	cohort   Cohort
	people   Bits  // on the query's last day; nil: everybody
	of       []int // the cohorts of the division that it holds, ascending
	row      int   // which of the family's sets it is
	withheld bool  // there are such people, but too few
}

// audiences cuts the organization, on the query's last day, into what this asker
// may see: every cohort with people in it, small ones together in "Other" at the end.
func (w *window) audiences(by By) []audience {
	switch {
	case w.q.SeesSmallGroups:
		return w.openly(w.x.divide(by, w.covered.To))
	case w.family != nil:
		return w.family.by[by]
	}
	return nil
}

// openly shows every cohort that somebody is in, and the one asked for by name.
func (w *window) openly(cut *division) []audience {
	var out []audience
	named := w.narrows(cut.by)
	for i, c := range cut.cohorts {
		if !named(c.Slug) {
			continue
		}
		if people := w.narrow(solid(cut.people[i]), w.covered.To); people.Any() || c.Slug == w.q.Cohort {
			out = append(out, audience{cohort: c, people: people, of: []int{i}})
		}
	}
	return out
}

// peopleOn returns who is in an audience's cohorts on another day; nil is everybody.
func (w *window) peopleOn(a audience, at day.Date) Bits {
	if a.cohort.By == ByNone {
		return w.narrow(nil, at)
	}
	cut := w.x.divide(a.cohort.By, at)
	if len(a.of) == 1 {
		return w.narrow(solid(cut.people[a.of[0]]), at)
	}
	out := Bits{}
	for _, i := range a.of {
		out.Add(cut.people[i])
	}
	return out
}

// solid is b, never nil: nil stands for everybody.
func solid(b Bits) Bits {
	if b == nil {
		return Bits{}
	}
	return b
}

// named is the cohort that the query names, whether or not it may be shown.
func (w *window) named() Cohort {
	cut := w.x.divide(w.q.By, w.covered.To)
	if i := cut.find(w.q.Cohort); i >= 0 {
		return cut.cohorts[i]
	}
	return Cohort{By: w.q.By, Slug: cut.other, Name: otherName, Merged: true}
}

func withhold(k Key) reading {
	r := none(k, WithheldReason)
	r.withheld = true
	return r
}
