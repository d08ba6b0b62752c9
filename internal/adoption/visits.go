package adoption

import (
	"sort"

	"groundswell/internal/day"
)

// visit is something that happened to a person on a day: a session attended, a
// champion's help, a first active day.
type visit struct {
	day    day.Date
	member int32
}

// visits are visits ascending by day, with those of whole ISO weeks counted by
// person, so that a year of them costs no more than its weeks.
type visits struct {
	each  []visit
	weeks map[day.Date]sum
}

func newVisits(each []visit) visits {
	v := visits{each: each, weeks: map[day.Date]sum{}}
	for i := 0; i < len(each); {
		var s sum
		monday := each[i].day.Monday()
		for ; i < len(each) && each[i].day.Monday() == monday; i++ {
			s.one(each[i].member)
		}
		v.weeks[monday] = s
	}
	return v
}

// visitsIn returns those of all, ascending by day, that lie in p.
func visitsIn(all []visit, p day.Period) []visit {
	lo := sort.Search(len(all), func(i int) bool { return all[i].day >= p.From })
	hi := sort.Search(len(all), func(i int) bool { return all[i].day > p.To })
	return all[lo:max(lo, hi)]
}

// visitors returns whom the visits of p are of.
func visitors(all []visit, p day.Period) Bits {
	var out Bits
	for _, v := range visitsIn(all, p) {
		out.Set(v.member)
	}
	return out
}

// byPerson counts the visits of p by person.
func (v visits) byPerson(p day.Period) sum {
	var s sum
	for d := p.From; d <= p.To; {
		end := min(p.To, d.Sunday())
		if d == d.Monday() && end == d+6 {
			s.addAll(v.weeks[d])
		} else {
			for _, one := range visitsIn(v.each, day.Period{From: d, To: end}) {
				s.one(one.member)
			}
		}
		d = end + 1
	}
	return s
}
