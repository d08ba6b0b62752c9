package adoption

import "groundswell/internal/day"

// span is a period's people as sets: every metric of every cohort is a few
// counts of their intersections.
type span struct {
	x      *Index
	period day.Period // within the data

	members  Bits // on the last day
	signedIn Bits // members with a signed-in day by the last day
	tasked   Bits // members with a task day by the last day

	week   Bits // active in the last complete week
	inWeek bool // there is such a week

	began    Bits // first active day in the period, 13 days of data after it
	returned Bits // of these, active again 7 to 13 days later

	active   Bits // with an active day in the period
	unified  Bits // of these, on Chat and Cowork unified on one of the days
	uses          // of these
	advanced Bits // of these, with a connector, skill or plugin use

	sums sum // sessions, once a cohort asks

	trained Bits // first attended training in the period
	visits  sum  // attendances of help sessions
	helped  Bits // members who attended one
	touches touches
	won     sum // published wins, once a cohort asks
}

// first returns the first day there can be data for.
func (x *Index) first() day.Date { return max(x.First, FirstDay) }

// clip returns the part of p that lies in the data. It keeps the beginning, so
// that "equal length just before" stays what it says.
func (x *Index) clip(p day.Period) day.Period {
	return day.Period{From: p.From, To: min(p.To, x.Through)}
}

// span gathers the sets of p, which must be within the data.
func (x *Index) span(p day.Period) *span { return x.spanOf(p, x.membersOn(p.To)) }

// spanOf is a span in which these are the members.
func (x *Index) spanOf(p day.Period, members Bits) *span {
	d := x.derived()
	s := &span{x: x, period: p, members: members}
	ever := x.everBy(p.To)
	s.signedIn = s.members.And(ever.signedIn)
	s.tasked = s.members.And(ever.tasked)
	sunday := lastSunday(p.To)
	if s.inWeek = sunday >= x.first(); s.inWeek {
		s.week = d.week(sunday.Monday()).active
	}
	s.began, s.returned = x.beginners(p)
	in := x.activeIn(p)
	s.active, s.unified = in.active, in.unified
	s.trained = visitors(d.trainings, p)
	s.visits = d.helps.byPerson(p)
	s.helped = s.members.And(s.visits.above())
	s.touches = x.touchesIn(p)
	s.addFeatures()
	return s
}

// lastSunday returns the last day of the last complete week ending on or before d.
func lastSunday(d day.Date) day.Date {
	if d == d.Sunday() {
		return d
	}
	return d.Monday() - 1
}

func (s *span) addFeatures() {
	s.x.walk(s.period, func(w *week) { s.uses.merge(w.uses) }, s.uses.add)
	s.counted = s.counted.And(s.active)
	for k := range s.used {
		s.used[k] = s.used[k].And(s.active)
		s.reported[k] = s.reported[k].And(s.active)
		s.advanced.Add(s.used[k])
	}
}

// beginners returns the people whose first active day lies in p with 13 days of
// data after it, and those of them who were active again 7 to 13 days later.
func (x *Index) beginners(p day.Period) (began, returned Bits) {
	d := x.derived()
	began = visitors(d.began, day.Period{From: p.From, To: min(p.To, x.Through-(daysToWeek2+6))})
	return began, began.And(d.returned)
}

// daysToWeek2 is how many days after the first one the second week begins.
const daysToWeek2 = 7

// returned returns who of these, ascending by first active day, was active 7 to
// 13 days after it.
func (x *Index) returned(began []visit) Bits {
	var out Bits
	if len(began) == 0 {
		return out
	}
	first := began[0].day + daysToWeek2
	active := make([]Bits, began[len(began)-1].day+daysToWeek2+7-first)
	for _, y := range x.between(day.Period{From: first, To: first + day.Date(len(active)) - 1}) {
		active[y.Day-first] = y.Active
	}
	for _, v := range began {
		at := v.day + daysToWeek2 - first
		if anyHas(active[at:at+7], v.member) {
			out.Set(v.member)
		}
	}
	return out
}

func anyHas(sets []Bits, m int32) bool {
	for _, b := range sets {
		if b.Has(m) {
			return true
		}
	}
	return false
}

// sessions returns the sessions of who in the period; of everybody when who is nil.
func (s *span) sessions(who Bits) int {
	if who == nil {
		return s.x.sessionCount(s.period)
	}
	if s.sums == nil {
		s.sums = s.x.sessions(s.period)
	}
	return s.sums.total(who)
}

// licensed returns the denominator of the rates over licensed, on the last day:
// of the people in who, or of the organization when who is nil.
func (s *span) licensed(who Bits) Licensed {
	if who != nil {
		n := s.members.CountAnd(who)
		return Licensed{Count: &n, Basis: BasisMembers}
	}
	return s.x.licensed(s.period.To, s.members)
}

func (x *Index) licensed(at day.Date, members Bits) Licensed {
	if !x.SeatsGranted {
		n := members.Count()
		return Licensed{Count: &n, Basis: BasisMembers, Note: "Licensed is the number of members: the key may not read summaries, which hold the seats."}
	}
	for i := len(x.Seats) - 1; i >= 0; i-- {
		if s := x.Seats[i]; s.Day <= at && s.Assigned.Reported() {
			n := int(s.Assigned)
			return Licensed{Count: &n, Basis: BasisSeats}
		}
	}
	return Licensed{Basis: BasisSeats, Reason: "No seat count has been read for a day up to " + written(at) + "."}
}
