package adoption

import "groundswell/internal/day"

// Turnout is who came to one kind of session in a period.
type Turnout struct {
	Kind        TrainingKind
	People      int // distinct
	Attendances int
}

// Turnouts returns, for each kind of session in the order of attendance files,
// who of the people asked about came in the period: those placed in the cohort
// on its last day. Kinds nobody came to are left out. It is for people who may
// see small groups, for others it is empty; it faults as [Index.Answer] does.
func (x *Index) Turnouts(q Query) ([]Turnout, error) {
	if err := x.check(q); err != nil {
		return nil, err
	}
	w := x.listing(q)
	if w.now == nil || !q.SeesSmallGroups {
		return nil, nil
	}
	return x.turnouts(w.covered, w.rows()[0].people), nil
}

// turnouts counts who of some people (nil: everybody) came in p.
func (x *Index) turnouts(p day.Period, who Bits) []Turnout {
	var out []Turnout
	for _, kind := range []TrainingKind{AllStaff101, DepartmentTraining, OfficeHours, UserGroup} {
		t, came := Turnout{Kind: kind}, Bits{}
		for _, a := range x.Attendances {
			if a.Kind == kind && p.Contains(a.Day) && (who == nil || who.Has(a.Member)) {
				came.Set(a.Member)
				t.Attendances++
			}
		}
		if t.People = came.Count(); t.People > 0 {
			out = append(out, t)
		}
	}
	return out
}

// Awaited returns, by slug, how many people of the roster are placed in each
// cohort of q.By on the period's last day and have not arrived: they were never
// members and have used nothing. Like [Index.Turnouts] it is for people who may
// see small groups.
func (x *Index) Awaited(q Query) (map[string]int, error) {
	if err := x.check(q); err != nil {
		return nil, err
	}
	w := x.listing(q)
	if w.now == nil || q.By == ByNone || !q.SeesSmallGroups {
		return nil, nil
	}
	out := map[string]int{}
	absent := x.absent(w.covered.To)
	for _, a := range w.audiences(q.By) {
		if n := absent.CountAnd(a.people); n > 0 {
			out[a.cohort.Slug] = n
		}
	}
	return out, nil
}

// absent returns who of the roster was never listed as a member and used nothing by day at.
func (x *Index) absent(at day.Date) Bits {
	var out Bits
	for i, m := range x.Members {
		if !m.Listed && m.Added == day.Never {
			out.Set(int32(i))
		}
	}
	return out.Minus(x.everBy(at).signedIn)
}

// RecordedSize is how many members a cohort had on a day, as written down then.
type RecordedSize struct {
	Day     day.Date
	Members int
}

// SizeOn returns how many members a cohort had on day d, as is known today: who
// was placed or left since with an earlier date changes it. It is 0 for a cohort
// that never was, and says nothing about who may be told.
func (x *Index) SizeOn(by By, slug string, d day.Date) int {
	cut := x.divide(by, d)
	i := cut.find(slug)
	if i < 0 {
		return 0
	}
	return x.membersOn(d).CountAnd(cut.people[i])
}

// Opens returns, by slug, when each cohort opens that has not opened by day d:
// the first day on which the wave of any of its people does. A cohort with people
// whose wave is open, or has no date, is open.
func (x *Index) Opens(by By, d day.Date) map[string]day.Date {
	open := x.opened(d)
	if open == nil || by == ByNone {
		return nil
	}
	out := map[string]day.Date{}
	cut := x.divide(by, d)
	for i, people := range cut.people {
		if !people.Any() || people.Meets(open) {
			continue
		}
		out[cut.cohorts[i].Slug] = x.firstOpening(people, d)
	}
	return out
}

// firstOpening returns the first day after d on which the wave of any of people opens.
func (x *Index) firstOpening(people Bits, d day.Date) day.Date {
	first := day.Never
	waves := x.divide(ByWave, d)
	for i, c := range waves.cohorts {
		if !waves.people[i].Meets(people) {
			continue
		}
		for _, o := range x.Openings {
			if o.Wave == c.Name && o.On > d {
				first = min(first, o.On)
			}
		}
	}
	return first
}
