package adoption

import "groundswell/internal/day"

// EffectDays is how many days after a touchpoint a first task counts as having followed it.
const EffectDays = 14

// Effect is what was observed of people who were touched, and of others of their
// departments who were not: how many delegated their first task within
// [EffectDays] days. It says what followed, never what caused it.
type Effect struct {
	Touched, Others Followed
}

// Followed is a group of people who had delegated nothing yet, and what they did then.
type Followed struct {
	People    int  // of whom it can or will be said
	Delegated int  // within the days
	Open      int  // the days are not over by data_through, and they have not delegated so far
	Withheld  bool // they are too few for the asker: nothing else is told
}

// Judged is how many of the people it can be said of by now.
func (f Followed) Judged() int { return f.People - f.Open }

// Effect tells what followed the touchpoints of a period with people who are in
// some departments on data_through (nil: everybody).
//
// Touched are members who were touched for the first time ever in the period,
// and who had no task day before that day. It followed when their first task day
// is that day or one of the next fourteen. Others are members of the same
// departments, placed as on data_through, whom nobody touched until the period's
// end and who had no task day before its first day; their fourteen days begin
// there. Groups of fewer than the smallest that may be shown are withheld from
// askers who may not see small groups.
func (x *Index) Effect(p day.Period, departments []string, seesSmallGroups bool) Effect {
	if !x.Through.Known() {
		return Effect{}
	}
	within, places := x.placedIn(departments)
	first, touched := firstVisits(x.derived().n, x.touched())
	members := x.membersOn(x.Through)
	var out Effect
	same := map[int]bool{} // places of those touched
	for _, v := range first {
		if p.Contains(v.day) && members.Has(v.member) && within(v.member) && x.derived().task[v.member] >= v.day {
			out.Touched.add(x.derived().task[v.member], v.day, x.Through)
			if at, placed := places[v.member]; placed {
				same[at] = true
			}
		}
	}
	members.Each(func(m int32) {
		if at, placed := places[m]; placed && same[at] && within(m) && touched[m] > p.To && x.derived().task[m] >= p.From {
			out.Others.add(x.derived().task[m], p.From, x.Through)
		}
	})
	if !seesSmallGroups {
		out.Touched.withhold(x.Settings.MinCohortSize)
		out.Others.withhold(x.Settings.MinCohortSize)
	}
	return out
}

// add counts somebody whose days begin at from.
func (f *Followed) add(task, from, through day.Date) {
	f.People++
	switch last := from + EffectDays; {
	case task <= min(last, through):
		f.Delegated++
	case last > through:
		f.Open++
	}
}

func (f *Followed) withhold(least int) {
	if f.People > 0 && f.People < max(least, DefaultSettings().MinCohortSize) {
		*f = Followed{Withheld: true}
	}
}

// placedIn says who is in some departments on data_through (nil: all who are in
// any or none), and the department of each person who is in one.
func (x *Index) placedIn(slugs []string) (within func(int32) bool, places map[int32]int) {
	places = map[int32]int{}
	asked := map[int]bool{}
	cut := x.divide(ByDepartment, x.Through)
	for i, c := range cut.cohorts {
		for _, s := range slugs {
			asked[i] = asked[i] || s == c.Slug
		}
		if c.Slug != unassigned {
			cut.people[i].Each(func(m int32) { places[m] = i })
		}
	}
	return func(m int32) bool {
		at, placed := places[m]
		return slugs == nil || placed && asked[at]
	}, places
}
