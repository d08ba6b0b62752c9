package adoption

import (
	"net/url"
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// Within narrows a question to the people who are, in every dimension it names, in
// one of the cohorts it names there: an intersection of unions. It is comparable
// and always written the same way; make one with [NewWithin].
type Within string

// NewWithin names the cohorts of each dimension, by slug. Dimensions without
// cohorts, slugs said twice and their order make no difference.
func NewWithin(picks map[By][]string) Within {
	q := url.Values{}
	for by, slugs := range picks {
		slugs = slices.Clone(slugs)
		slices.Sort(slugs)
		for _, s := range slices.Compact(slugs) {
			q.Add(string(by), s)
		}
	}
	return Within(q.Encode())
}

// Of returns the slugs named for a dimension, sorted.
func (w Within) Of(by By) []string {
	if w == "" {
		return nil
	}
	q, _ := url.ParseQuery(string(w)) // written by NewWithin
	return q[string(by)]
}

// dimensions returns what is named, as it was written: also what is no dimension.
func (w Within) dimensions() []By {
	q, _ := url.ParseQuery(string(w))
	var out []By
	for by := range q {
		out = append(out, By(by))
	}
	slices.Sort(out)
	return out
}

// checkWithin faults where w names what is no dimension or a cohort that never
// was, and when the asker may ask about one dimension at a time only.
func (x *Index) checkWithin(q Query) error {
	for _, by := range q.Within.dimensions() {
		if !by.Valid() || by == ByNone {
			return fault.Field(string(by), "Narrow by department, wave or group.")
		}
		if !q.SeesSmallGroups {
			return fault.Field(string(by), "You see one dimension at a time: ask for one "+string(by)+" with by and cohort.")
		}
		cut := x.divide(by, q.Period.To)
		for _, slug := range q.Within.Of(by) {
			if cut.find(slug) < 0 {
				return noCohort(by, slug)
			}
		}
	}
	return nil
}

func noCohort(by By, slug string) error {
	return fault.New(fault.NotFound, "There is no "+string(by)+" “"+slug+"”.")
}

// Named returns the cohorts that w names, departments first. What does not exist
// is left out.
func (x *Index) Named(w Within) []Cohort {
	var out []Cohort
	for _, by := range []By{ByDepartment, ByWave, ByGroup} {
		for _, slug := range w.Of(by) {
			cut := x.divide(by, x.Through)
			if i := cut.find(slug); i >= 0 {
				out = append(out, cut.cohorts[i])
			}
		}
	}
	return out
}

// narrowKey names who a question is narrowed to, between two changes of placements.
type narrowKey struct {
	within Within
	epoch  int
}

// within returns whom w names, by the placements of day at.
func (x *Index) within(w Within, at day.Date) Bits {
	key := narrowKey{w, x.epoch(at)}
	return kept(&x.memo, &x.memo.narrowed, maxNarrowed, key, func() Bits {
		out := x.everyone()
		for _, by := range w.dimensions() {
			cut := x.divide(by, at)
			union := Bits{}
			for _, slug := range w.Of(by) {
				union.Add(cut.people[cut.find(slug)])
			}
			out = out.And(union)
		}
		return out
	})
}

// narrow returns who of b is in what the query is narrowed to on day at; nil is everybody.
func (w *window) narrow(b Bits, at day.Date) Bits {
	switch {
	case w.q.Within == "":
		return b
	case b == nil:
		return w.x.within(w.q.Within, at)
	}
	return b.And(w.x.within(w.q.Within, at))
}

// narrows reports whether a cohort of a dimension is one of those the query is
// narrowed to there, or it is narrowed to none; the one asked for by name always is.
func (w *window) narrows(by By) func(slug string) bool {
	named := w.q.Within.Of(by)
	return func(slug string) bool {
		return len(named) == 0 || slug == w.q.Cohort || slices.Contains(named, slug)
	}
}

// everybody is whoever the query is about, before it is broken down.
func (w *window) everybody() audience {
	if w.family != nil {
		return w.family.everyone()
	}
	return audience{cohort: Everyone(), people: w.narrow(nil, w.covered.To)}
}

// people returns the people of every cohort of a division who are in what a query
// is narrowed to, on day at: for ByNone, of the one that is everybody (nil).
func (x *Index) people(by By, within Within, at day.Date) []Bits {
	switch {
	case by == ByNone && within == "":
		return []Bits{nil}
	case by == ByNone:
		return []Bits{x.within(within, at)}
	case within == "":
		return x.divide(by, at).people
	}
	var out []Bits
	for _, p := range x.divide(by, at).people {
		out = append(out, p.And(x.within(within, at)))
	}
	return out
}
