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
	Judged    int  // their days are over by data_through
	Delegated int  // of those judged, within the days
	Open      int  // their days are not over: they cannot be judged yet
	Early     int  // of those, who has delegated already
	Withheld  bool // they are too few for the asker: nothing else is told
}

// People is everybody of the group.
func (f Followed) People() int { return f.Judged + f.Open }

// Effect tells what followed the touchpoints of a period with people who are in
// some departments on data_through (nil: everybody).
//
// Touched are members who were touched for the first time ever in the period,
// and who had no task day before that day. It followed when their first task day
// is that day or one of the next fourteen. Others are members of the same
// departments, placed as on data_through, whom nobody touched until the period's
// end and who had no task day before the first of those touchpoints; their fourteen
// days begin with it. Whose days are not over by data_through is not judged yet,
// delegated or not: else only those who were quick would count. Groups of fewer than the smallest that may be shown are withheld from
// askers who may not see small groups.
func (x *Index) Effect(p day.Period, departments []string, seesSmallGroups bool) Effect {
	if !x.Through.Known() {
		return Effect{}
	}
	within, places := x.placedIn(departments)
	first, touched := firstVisits(x.derived().n, x.touched())
	members := x.membersOn(x.Through)
	var out Effect
	same, began := map[int]bool{}, day.Never // places of those touched, and when the first one was
	for _, v := range first {
		if p.Contains(v.day) && members.Has(v.member) && within(v.member) && x.derived().task[v.member] >= v.day {
			out.Touched.add(x.derived().task[v.member], v.day, x.Through)
			began = min(began, v.day)
			if at, placed := places[v.member]; placed {
				same[at] = true
			}
		}
	}
	members.Each(func(m int32) {
		if at, placed := places[m]; placed && same[at] && within(m) && touched[m] > p.To && x.derived().task[m] >= began {
			out.Others.add(x.derived().task[m], began, x.Through)
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
	last := from + EffectDays
	switch did := task <= min(last, through); {
	case last > through && did:
		f.Early++
		f.Open++
	case last > through:
		f.Open++
	case did:
		f.Delegated++
		f.Judged++
	default:
		f.Judged++
	}
}

func (f *Followed) withhold(least int) {
	if f.People() > 0 && f.People() < max(least, DefaultSettings().MinCohortSize) {
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
