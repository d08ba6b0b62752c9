package adoption

import (
	"slices"

	"groundswell/internal/day"
)

// teaches reports whether a session of this kind counts as a person's training.
func (k TrainingKind) teaches() bool { return k == AllStaff101 || k == DepartmentTraining }

// helps reports whether a session of this kind is one where people ask for help.
func (k TrainingKind) helps() bool { return k == OfficeHours || k == UserGroup }

// attended returns the attendances of some kinds, ascending by day.
func (x *Index) attended(of func(TrainingKind) bool) []visit {
	var out []visit
	for _, a := range x.Attendances {
		if of(a.Kind) {
			out = append(out, visit{a.Day, a.Member})
		}
	}
	return out
}

// firstVisits returns the first visit of each person, and by member its day; Never.
func firstVisits(n int, all []visit) ([]visit, []day.Date) {
	days := make([]day.Date, n)
	for i := range days {
		days[i] = day.Never
	}
	var first []visit
	for _, v := range all {
		if days[v.member] == day.Never {
			days[v.member] = v.day
			first = append(first, v)
		}
	}
	return first, days
}

// spread is how many people took so many days: spread[3] of them took three.
type spread []int

func (s *spread) add(days int) {
	for len(*s) <= days {
		*s = append(*s, 0)
	}
	(*s)[days]++
}

func (s spread) size() int {
	n := 0
	for _, c := range s {
		n += c
	}
	return n
}

// less returns s without the people of part.
func (s spread) less(part spread) spread {
	out := slices.Clone(s)
	for days, n := range part {
		out[days] -= n
	}
	return out
}

// at returns the i-th smallest number of days, counted from 0.
func (s spread) at(i int) int {
	for days, c := range s {
		if i -= c; i < 0 {
			return days
		}
	}
	return len(s) - 1
}

// quarter returns the q-th quartile, between two people by linear interpolation;
// nil when there is nobody.
func (s spread) quarter(q int) *float64 {
	n := s.size()
	if n == 0 {
		return nil
	}
	at := (n - 1) * q
	lo, hi := s.at(at/4), s.at(min(at/4+1, n-1))
	v := float64(lo) + float64(hi-lo)*float64(at%4)/4
	return &v
}

// Why there are no days from training to a first task.
const (
	noTraining      = "Waits for training attendance. Keep it with each session, or import it."
	nobodyTrained   = "Nobody's first training lies in this period."
	allDelegating   = "Everybody first trained in this period was delegating already."
	noneHasTaskDays = "Nobody first trained in this period has delegated a task yet."
)

func (s *span) daysToFirstTask(who Bits) reading {
	d := s.x.derived()
	if len(d.trainings) == 0 {
		return none(DaysTrainingToFirstTask, noTraining)
	}
	trained := s.trained
	if who != nil {
		trained = trained.And(who)
	}
	var took spread
	notYet, already := 0, 0
	trained.Each(func(m int32) {
		switch task := d.task[m]; {
		case task < d.trained[m]:
			already++
		case task > s.x.Through:
			notYet++
		default:
			took.add(int(task - d.trained[m]))
		}
	})
	return tookDays(took, notYet, already)
}

// tookDays is the reading of people who took so many days, of those who have no
// task day yet and of those who had one before their training.
func tookDays(took spread, notYet, already int) reading {
	r := reading{
		value: took.quarter(2), took: took, about: took.size() + notYet,
		parts: []Part{{Name: "p75", Value: took.quarter(3)}, partOf("not_yet", notYet), partOf("already_delegating", already)},
	}
	switch {
	case r.value != nil:
	case notYet > 0:
		r.reason = noneHasTaskDays
	case already > 0:
		r.reason, r.about = allDelegating, already
	default:
		r.reason = nobodyTrained
	}
	return r
}

func partOf(name string, n int) Part {
	v := float64(n)
	return Part{Name: name, Value: &v}
}

const noHelpSessions = "Waits for attendance of office hours and user groups. Keep it with each session, or import it."

// helpSessions counts members only, as every rate over licensed does.
func (s *span) helpSessions(who Bits, licensed Licensed) reading {
	if len(s.x.derived().helps.each) == 0 {
		return none(HelpSessionParticipation, noHelpSessions)
	}
	helped := s.helped
	if who != nil {
		helped = helped.And(who)
	}
	n := helped.Count()
	r := overLicensed(HelpSessionParticipation, n, licensed)
	r.about = n
	r.parts = []Part{partOf("attendances", s.visits.total(helped))}
	return r
}
