package adoption

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// family is every set of people whose figures may be told, for one calendar
// month, to somebody who may not see small groups: everyone, departments, waves,
// groups and what is left of each. They are chosen together, so that no sum or
// difference of their figures is about fewer people than min_cohort_size.
type family struct {
	x       *Index
	month   day.Period
	least   int
	members Bits // on the month's last day
	whole   bool // everyone may be told
	by      map[By][]audience
	sets    []Bits // whoever is told of: everyone, then the audiences in order
}

// family returns the sets of people that may be told of, for a month.
func (x *Index) family(month day.Period) *family {
	return kept(&x.memo, &x.memo.families, maxFamilies, month.To, func() *family { return x.choose(month) })
}

// familyOf returns the sets of people that may be told of for a week: those of the
// month in which it ends, so that figures of both are about the same people.
func (x *Index) familyOf(week day.Period) *family {
	month := week.To.Month()
	if x.loose.weeks {
		month.To = week.To
	}
	return x.family(month)
}

// loose is protection that is left off. Only the disclosure test does that, to
// show that it would notice.
type loose struct {
	dimensions bool // each dimension is safe by itself only
	weeks      bool // weeks are about the people placed on their own last day
}

// candidate is a cohort that may be told of, as a set of a table.
type candidate struct {
	cut  *division
	at   int // in the division
	set  int // in the table
	size int // members
}

// choose admits departments first, then waves, then groups, each from the largest
// down and only while it is safe beside what is admitted already. What is not
// admitted is told of as the dimension's Other, unless that is not safe either.
func (x *Index) choose(month day.Period) *family {
	f := &family{x: x, month: month, least: x.minCohort(), members: x.membersOn(month.To), by: map[By][]audience{}}
	all := x.everyone()
	cuts, cohorts, sets := x.candidates(month.To, all, f.members)
	t := tableOf(x.derived().n, sets)
	guards := f.guards(t)
	f.sets = []Bits{all}
	f.whole = f.members.Count() >= f.least && admitAll(guards, 0)
	for _, cut := range cuts {
		if x.loose.dimensions {
			guards = f.guards(t)
			admitAll(guards, 0)
		}
		f.tell(cut, cohorts[cut.by], t, guards)
	}
	return f
}

// guards look after the members, after whoever left a trace besides, and after all
// there are: nobody is to be pointed at by taking out people known to be absent.
func (f *family) guards(t *table) []*guard {
	all := f.x.everyone()
	var out []*guard
	for _, universe := range []Bits{f.members, f.members.Or(f.x.seenIn(f.days())), all} {
		out = append(out, t.guard(universe, f.least))
	}
	return out
}

// days are those of the month and of the weeks that end in it.
func (f *family) days() day.Period {
	return day.Period{From: f.month.From.Monday(), To: f.month.To}
}

// seenIn returns whoever left any trace of use in p.
func (x *Index) seenIn(p day.Period) Bits {
	var out Bits
	x.walk(p, func(w *week) { out.Add(w.signedIn); out.Add(w.active) }, func(y *DayIndex) { out.Add(y.SignedIn); out.Add(y.Active) })
	return out
}

// candidates returns the divisions of a day, their cohorts from the largest down,
// and as sets everybody and then every cohort.
func (x *Index) candidates(at day.Date, all, members Bits) ([]*division, map[By][]candidate, []Bits) {
	sets, cohorts := []Bits{all}, map[By][]candidate{}
	var cuts []*division
	for _, by := range []By{ByDepartment, ByWave, ByGroup} {
		cut := x.divide(by, at)
		cuts = append(cuts, cut)
		for i, p := range cut.people {
			if p.Any() {
				cohorts[by] = append(cohorts[by], candidate{cut, i, len(sets), p.CountAnd(members)})
				sets = append(sets, p)
			}
		}
		slices.SortFunc(cohorts[by], func(a, b candidate) int {
			return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(b.at, a.at))
		})
	}
	return cuts, cohorts, sets
}

// tell admits a dimension's cohorts and its Other.
func (f *family) tell(cut *division, cohorts []candidate, t *table, guards []*guard) {
	var hidden []int
	shown := map[int]bool{}
	other := audience{people: Bits{}, cohort: Cohort{By: cut.by, Slug: cut.other, Name: otherName, Merged: true}}
	for _, c := range cohorts {
		if f.whole && c.size >= f.least && admitAll(guards, c.set) {
			shown[c.at] = true
			continue
		}
		hidden = append(hidden, c.set)
		other.of = append(other.of, c.at)
		other.people.Add(cut.people[c.at])
	}
	for i, c := range cut.cohorts {
		if shown[i] {
			f.add(audience{cohort: c, people: cut.people[i], of: []int{i}})
		}
	}
	if len(hidden) > 0 {
		slices.Sort(other.of)
		other.withheld = !f.whole || other.people.CountAnd(f.members) < f.least || !admitAll(guards, t.union(hidden))
		f.add(other)
	}
}

func (f *family) add(a audience) {
	if !a.withheld {
		a.row = len(f.sets)
		f.sets = append(f.sets, a.people)
	}
	f.by[a.cohort.By] = append(f.by[a.cohort.By], a)
}

// find returns an audience of a dimension by slug; everyone when by is none.
func (f *family) find(by By, slug string) (audience, bool) {
	if by == ByNone {
		return f.everyone(), true
	}
	i := slices.IndexFunc(f.by[by], func(a audience) bool { return a.cohort.Slug == slug })
	if i < 0 {
		return audience{}, false
	}
	return f.by[by][i], true
}

func (f *family) everyone() audience {
	return audience{cohort: Everyone(), withheld: !f.whole}
}

// cell names what figures are about within a family: fewer people than belong to
// its sets, such as those active in a week.
type cell struct {
	month day.Date
	days  day.Period
	kind  Key
}

// tellable returns, of each set of the family, whether a figure about the people
// in it who are also in about may be told: not where that is too few, nor where
// it keeps others that are too few from being had by subtraction.
func (f *family) tellable(kind Key, days day.Period, about Bits) []bool {
	return kept(&f.x.memo, &f.x.memo.tellable, maxTellable, cell{f.month.To, days, kind}, func() []bool {
		return f.admit(about)
	})
}

func (f *family) admit(about Bits) []bool {
	out := make([]bool, len(f.sets))
	g := f.table().guard(about, f.least)
	if out[0] = g.admit(0); !out[0] {
		return out
	}
	for _, by := range []By{ByDepartment, ByWave, ByGroup} {
		told := slices.DeleteFunc(slices.Clone(f.by[by]), func(a audience) bool { return a.withheld })
		slices.SortStableFunc(told, func(a, b audience) int {
			return cmp.Compare(b.people.CountAnd(about), a.people.CountAnd(about))
		})
		for _, a := range told {
			out[a.row] = g.admit(a.row)
		}
	}
	return out
}

// table is that of the family's sets. It is large, and only kept for the last months asked about.
func (f *family) table() *table {
	return kept(&f.x.memo, &f.x.memo.tables, maxTables, f.month.To, func() *table { return tableOf(f.x.derived().n, f.sets) })
}

// sift withholds those readings of an audience that are about too few people.
func (f *family) sift(rs []reading, s *span, a audience) {
	if s.period.To+daysToWeek2+6 > f.x.Through {
		i := indexOf(Week2Retention)
		rs[i] = none(Week2Retention, "Comes when the data reaches "+written(s.period.To+daysToWeek2+6)+": everybody who began has had a second week then.")
	}
	for i, m := range catalogue {
		if rs[i].about == 0 {
			continue
		}
		for _, about := range s.about(m.Key) {
			if !f.tellable(about.kind, s.period, about.people)[a.row] {
				rs[i] = withhold(m.Key)
			}
		}
	}
}

// about is people whom a figure is about, within its cohort.
type about struct {
	kind   Key // figures about the same people share it
	people Bits
}

// about returns whom a metric is about beyond the members of a cohort: few of
// them would be pointed at, however many the cohort has.
func (s *span) about(k Key) []about {
	switch k {
	case Week2Retention:
		return []about{{k, s.began}}
	case DaysTrainingToFirstTask:
		return []about{{k, s.trained}, {k + ":took", s.took()}}
	case SessionsPerActiveUser, AdvancedFeatureUptake, CostToValue:
		return []about{{SessionsPerActiveUser, s.active}}
	case HelpSessionParticipation:
		return []about{{k, s.helped}}
	}
	return nil
}

// took returns whoever was first trained in the period and delegated a first task
// on that day or later.
func (s *span) took() Bits {
	d := s.x.derived()
	out := Bits{}
	s.trained.Each(func(m int32) {
		if d.task[m] >= d.trained[m] && d.task[m] <= s.x.Through {
			out.Set(m)
		}
	})
	return out
}
