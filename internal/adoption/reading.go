package adoption

import (
	"math/big"

	"groundswell/internal/day"
)

// reading is the value of a metric before it is judged against anything.
type reading struct {
	value    *float64
	num, den *int64
	about    int    // people it is about, where a count of few would point at somebody; 0: no such count
	took     spread // what a median is of
	reason   string
	note     string
	parts    []Part
	withheld bool
}

// none is a reading that cannot be taken.
func none(k Key, reason string) reading {
	return reading{reason: reason, parts: blankParts(k)}
}

func blankParts(k Key) []Part {
	var out []Part
	for _, name := range MetricOf(k).Parts {
		out = append(out, Part{Name: name})
	}
	return out
}

// quotient is n/d, or none when there is nothing to divide by.
func quotient(k Key, n, d int, empty string) reading {
	num, den := int64(n), int64(d)
	if d == 0 {
		r := none(k, empty)
		r.num, r.den = &num, &den
		return r
	}
	v := float64(n) / float64(d)
	return reading{value: &v, num: &num, den: &den, parts: blankParts(k)}
}

// readings takes every metric of the people in who (nil: everybody), in catalogue
// order. Touchpoints for these departments as a whole count as theirs.
func (s *span) readings(who Bits, departments []string, licensed Licensed) []reading {
	out := make([]reading, len(catalogue))
	for i := range catalogue {
		out[i] = s.reading(catalogue[i].Key, who, departments, licensed)
	}
	return out
}

func (s *span) reading(k Key, who Bits, departments []string, licensed Licensed) reading {
	switch k {
	case ActivationRate:
		return overLicensed(k, count(s.signedIn, who), licensed)
	case DelegationRate:
		return overLicensed(k, count(s.tasked, who), licensed)
	case WeeklyActives:
		return s.weeklyActives(who)
	case Week2Retention:
		return s.week2Retention(who)
	case DaysTrainingToFirstTask:
		return s.daysToFirstTask(who)
	case SessionsPerActiveUser:
		return s.sessionsPerActive(who)
	case AdvancedFeatureUptake:
		return s.uptake(who)
	case ChampionTouchpoints:
		return s.touchpoints(who, departments, licensed)
	case HelpSessionParticipation:
		return s.helpSessions(who, licensed)
	case NamedWins:
		return s.wins(who)
	case CostToValue:
		return s.costToValue(who)
	}
	return none(k, MetricOf(k).Waits)
}

// blankReadings are those of a period without data.
func blankReadings(reason string) []reading {
	out := make([]reading, len(catalogue))
	for i, m := range catalogue {
		out[i] = none(m.Key, reason)
		if m.Waits != "" {
			out[i].reason = m.Waits
		}
	}
	return out
}

func count(b, who Bits) int {
	if who == nil {
		return b.Count()
	}
	return b.CountAnd(who)
}

func overLicensed(k Key, n int, licensed Licensed) reading {
	if licensed.Count == nil {
		return none(k, licensed.Reason)
	}
	r := quotient(k, n, *licensed.Count, "Nobody is licensed on the last day.")
	r.note = licensed.Note
	return r
}

func (s *span) weeklyActives(who Bits) reading {
	if !s.inWeek {
		return none(WeeklyActives, "No complete week of data ends in or before this period.")
	}
	v := float64(count(s.week, who))
	return reading{value: &v}
}

func (s *span) week2Retention(who Bits) reading {
	n := count(s.began, who)
	r := quotient(Week2Retention, count(s.returned, who), n,
		"Nobody's first active day lies in this period with 13 days of data after it.")
	r.about = n
	return r
}

// unifiedShare says how many of the active people were on Chat and Cowork unified.
func (s *span) unifiedShare(who Bits) UnifiedShare {
	return UnifiedShare{On: count(s.unified, who), Active: count(s.active, who)}
}

// unifiedShown is the share as this asker may see it: withheld wherever another
// figure about the same people, those active in the period, is.
func (s *subject) unifiedShown() UnifiedShare {
	if s.now[indexOf(SessionsPerActiveUser)].withheld {
		return UnifiedShare{Withheld: true}
	}
	return s.unified
}

const nobodyActive = "Nobody was active in this period."

func (s *span) sessionsPerActive(who Bits) reading {
	n := count(s.active, who)
	if n > 0 && count(s.counted, who) == 0 {
		r := none(SessionsPerActiveUser, "Sessions were not reported for anybody active in this period.")
		r.about = n
		return r
	}
	r := quotient(SessionsPerActiveUser, s.sessions(who), n, nobodyActive)
	r.about = n
	return r
}

func (s *span) uptake(who Bits) reading {
	n := count(s.active, who)
	r := quotient(AdvancedFeatureUptake, count(s.advanced, who), n, nobodyActive)
	r.about = n
	reported := false
	for k := range r.parts {
		if n > 0 && count(s.reported[k], who) > 0 {
			v := float64(count(s.used[k], who)) / float64(n)
			r.parts[k].Value = &v
			reported = true
		}
	}
	if n > 0 && !reported {
		r = none(AdvancedFeatureUptake, "Connector, skill and plugin use was not reported for anybody active in this period.")
		r.about = n
	}
	return r
}

// The products of the cost report that are Cowork.
const (
	productCowork  = "cowork"
	productUnified = "chat_cowork_unified"
)

// cost returns what Cowork cost in p, or why that is not known.
func (x *Index) cost(p day.Period) (Money, string) {
	switch {
	case !x.CostGranted:
		return Money{}, "The key may not read the cost report."
	case x.CostThrough < p.To:
		return Money{}, "The cost report has not been read through " + written(p.To) + " yet."
	}
	var total Money
	for _, c := range x.Cost {
		if p.Contains(c.Day) && (c.Product == productCowork || c.Product == productUnified) {
			total = total.Plus(c.Amount)
		}
	}
	return total, ""
}

func (s *span) costToValue(who Bits) reading {
	if who != nil {
		return none(CostToValue, "The cost report is for the whole organization, not for parts of it.")
	}
	cost, missing := s.x.cost(s.period)
	if missing != "" {
		return none(CostToValue, missing)
	}
	r := none(CostToValue, MetricOf(HoursReallocatedPerWeek).Waits)
	if s.x.Settings.HourlyRate == nil {
		r.reason = "Waits for the loaded hourly rate and for survey answers on hours."
	}
	r.parts[0].Money = &cost
	if n := s.active.Count(); n > 0 {
		each := cost.Times(big.NewRat(1, int64(n)))
		r.parts[2].Money = &each
		r.about = n
	}
	return r
}
