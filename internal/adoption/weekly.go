package adoption

import "groundswell/internal/day"

// Weekly computes the weekly series for q, by cohort when q.By is set. It faults
// as [Index.Answer] does. Cohorts are those of the period's last day; in each week
// they hold the people placed in them on the week's last day. The series may be
// shared with others: read it, do not change it.
func (x *Index) Weekly(q Query) (Weekly, error) {
	if err := x.check(q); err != nil {
		return Weekly{}, err
	}
	return kept(&x.memo, &x.memo.weeklies, maxSeries, q, func() Weekly { return x.weekly(q) }), nil
}

func (x *Index) weekly(q Query) Weekly {
	if !q.SeesSmallGroups {
		return x.weeksOfMonths(q)
	}
	w := x.listing(q)
	out := Weekly{Period: q.Period, Covered: w.covered, Through: x.Through, Clipped: x.clipped(q.Period)}
	if w.now == nil {
		out.Missing = w.missing
		return out
	}
	out.Weeks = w.weeks()
	return out
}

// tallyKey names the tallies of a stretch of days.
type tallyKey struct {
	division divisionKey
	within   Within
	days     day.Period
}

// tally is what some people did in a week.
type tally struct{ members, active, unified, delegating, sessions int }

func (w *window) weeks() []Week {
	as := w.series()
	var out []Week
	for d := max(w.covered.From, w.x.first()).Monday(); d <= w.covered.To; d += 7 {
		days := day.Period{From: max(d, w.covered.From), To: min(d+6, w.covered.To)}
		week := Week{StartsOn: d, Covered: days, Complete: days.Days() == 7}
		week.Cohorts = w.cohortsIn(days, as)
		out = append(out, week)
	}
	return out
}

// series returns the audiences of the series: everybody, all cohorts, or the one named.
func (w *window) series() []audience {
	if w.q.By == ByNone {
		return nil
	}
	as := w.everSeen()
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

// everSeen returns every cohort that somebody was in at the end of any week.
func (w *window) everSeen() []audience {
	var out []audience
	cut := w.x.divide(w.q.By, w.covered.To)
	named := w.narrows(w.q.By)
	for i, c := range cut.cohorts {
		if c.Slug == w.q.Cohort || named(c.Slug) && w.peopled(i) {
			out = append(out, audience{cohort: c, of: []int{i}})
		}
	}
	return out
}

func (w *window) peopled(i int) bool {
	for d := w.covered.From.Sunday(); ; d += 7 {
		at := min(d, w.covered.To)
		if w.narrow(w.x.divide(w.q.By, at).people[i], at).Any() {
			return true
		}
		if d >= w.covered.To {
			return false
		}
	}
}

func (w *window) cohortsIn(days day.Period, as []audience) []WeekCohort {
	if w.q.By == ByNone {
		t := w.x.tallies(ByNone, w.q.Within, days)[0]
		all := t.of(Everyone())
		if w.q.Within == "" {
			all.Licensed = w.x.licensedCount(days.To, t.members)
		}
		return []WeekCohort{all}
	}
	if len(as) == 0 {
		return nil
	}
	out := make([]WeekCohort, len(as))
	all := w.x.tallies(w.q.By, w.q.Within, days)
	for i, a := range as {
		out[i] = all[a.of[0]].of(a.cohort)
	}
	return out
}

// of is what a cohort did.
func (t tally) of(c Cohort) WeekCohort {
	return WeekCohort{Cohort: c, Licensed: &t.members, Active: t.active, Unified: t.unified, Delegating: t.delegating, Sessions: t.sessions}
}

// tallies returns the tallies of every cohort of a division, as of the last of
// these days; of everybody for ByNone. They are kept: every page asks for the
// same weeks, the one that is still running included.
func (x *Index) tallies(by By, within Within, days day.Period) []tally {
	make := func() []tally {
		return x.take(days, x.people(by, within, days.To))
	}
	key := tallyKey{division: divisionKey{by: by, epoch: x.epoch(days.To)}, within: within, days: days}
	return kept(&x.memo, &x.memo.tallies, maxTallies, key, make)
}

// take counts, over these days, each of several sets of people; nil is everybody.
func (x *Index) take(days day.Period, people []Bits) []tally {
	members := x.membersOn(days.To)
	in := x.activeIn(days)
	all := people[0] == nil && len(people) == 1
	if all {
		return []tally{{members.Count(), in.active.Count(), in.unified.Count(), in.tasked.Count(), x.sessionCount(days)}}
	}
	sums := x.sessions(days)
	out := make([]tally, len(people))
	for i, p := range people {
		out[i] = tally{members.CountAnd(p), in.active.CountAnd(p), in.unified.CountAnd(p), in.tasked.CountAnd(p), sums.total(p)}
	}
	return out
}

// licensedCount is the organization's licensed people on a day.
func (x *Index) licensedCount(at day.Date, members int) *int {
	if !x.SeatsGranted {
		return &members
	}
	return x.licensed(at, nil).Count
}
