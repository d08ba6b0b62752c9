package adoption

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

const withheldWhy = "Withheld: it is about too few people."

// audience is people who may be shown together to this asker.
type audience struct {
	cohort   Cohort
	people   Bits  // on the query's last day; nil: everybody
	of       []int // the cohorts of the division that it holds
	withheld bool  // there are such people, but too few
}

// audiences cuts the organization, on the query's last day, into what this asker
// may see: every cohort with people in it, small ones together in "Other" at the end.
func (w *window) audiences(by By) []audience {
	cut := w.x.divide(by, w.covered.To)
	if w.q.SeesSmallGroups || w.now == nil {
		return w.openly(cut)
	}
	return w.x.merge(cut, w.now.members, w.covered.To)
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

// merge hides every cohort with fewer than min_cohort_size members in "Other".
// While Other is itself too small, the next smallest cohort joins it, so that it
// cannot be had by subtracting the shown ones from the whole. Cohorts that
// overlap are shown only when subtracting one from another leads to nobody either.
func (x *Index) merge(cut *division, members Bits, at day.Date) []audience {
	least := x.minCohort()
	var hide []bool
	if cut.overlap {
		hide = x.memo.overlap(at, func() []bool { return overlapping(cut.people, members, least) })
	} else {
		hide = hideSmall(cut, members, least)
	}
	other := audience{people: Bits{}, cohort: Cohort{By: cut.by, Slug: cut.other, Name: otherName, Merged: true}}
	var out []audience
	for i, c := range cut.cohorts {
		switch {
		case !cut.people[i].Any():
		case hide[i]:
			other.people.Add(cut.people[i])
			other.of = append(other.of, i)
		default:
			out = append(out, audience{cohort: c, people: cut.people[i], of: []int{i}})
		}
	}
	if len(other.of) > 0 {
		n := other.people.CountAnd(members)
		rest := members.Minus(other.people).Count()
		other.withheld = n < least || (cut.overlap && rest > 0 && rest < least)
		out = append(out, other)
	}
	return out
}

func hideSmall(cut *division, members Bits, least int) []bool {
	var at, sizes []int
	for i, p := range cut.people {
		if p.Any() {
			at = append(at, i)
			sizes = append(sizes, p.CountAnd(members))
		}
	}
	hide := make([]bool, len(cut.people))
	for i, h := range smallest(sizes, least) {
		hide[at[i]] = h
	}
	return hide
}

// smallest returns what must be hidden: everything below least and, while what
// is hidden adds up to less than that, the next smallest.
func smallest(sizes []int, least int) []bool {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sizes[a], sizes[b]) })
	hide := make([]bool, len(sizes))
	total := 0
	for n, i := range order {
		if sizes[i] >= least && (n == 0 || total >= least) {
			break
		}
		hide[i] = true
		total += sizes[i]
	}
	return hide
}

// withholdFew withholds single figures that are about fewer than least people,
// though their cohort is larger, with the figures of as many other cohorts as
// keep them from being had by subtraction.
func withholdFew(ss []*subject, least int) {
	for k := range catalogue {
		withholdReadings(ss, k, least, func(s *subject) []reading { return s.now })
		withholdReadings(ss, k, least, func(s *subject) []reading { return s.before })
	}
}

// withholdBefore withholds what cohorts were in the period before, where they
// had too few members then, with enough others.
func withholdBefore(ss []*subject, least int) {
	var at []*subject
	var sizes []int
	for _, s := range ss {
		if s.before != nil {
			at = append(at, s)
			sizes = append(sizes, s.sizeBefore)
		}
	}
	for i, hide := range smallest(sizes, least) {
		if hide {
			at[i].before = nil
		}
	}
}

func withholdReadings(ss []*subject, k, least int, of func(*subject) []reading) {
	var at []*reading
	var sizes []int
	for _, s := range ss {
		if rs := of(s); rs != nil && rs[k].about > 0 {
			at = append(at, &rs[k])
			sizes = append(sizes, rs[k].about)
		}
	}
	for i, hide := range smallest(sizes, least) {
		if hide {
			*at[i] = withhold(catalogue[k].Key)
		}
	}
}

func withhold(k Key) reading {
	r := none(k, withheldWhy)
	r.withheld = true
	return r
}
