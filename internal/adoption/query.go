package adoption

import (
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

const (
	defaultDays = 28
	// MaxDays is the longest period that can be asked for, about five years.
	MaxDays = 1830
)

// DefaultPeriod returns the last 28 complete days. Before the first complete day
// it is the 28 days up to yesterday, in which there is no data.
func (x *Index) DefaultPeriod(today day.Date) day.Period {
	to := x.Through
	if !to.Known() {
		to = today - 1
	}
	return day.Period{From: to - defaultDays + 1, To: to}
}

// PeriodOf completes a period of which one end or both are left out: a missing
// end is the last complete day, a missing beginning lies 28 days before the end.
// It faults with Invalid when the period is reversed or longer than [MaxDays].
func (x *Index) PeriodOf(from, to *day.Date, today day.Date) (day.Period, error) {
	p := x.DefaultPeriod(today)
	switch {
	case from != nil && to != nil:
		p = day.Period{From: *from, To: *to}
	case from != nil:
		p = day.Period{From: *from, To: max(*from, p.To)}
	case to != nil:
		p = day.Period{From: *to - defaultDays + 1, To: *to}
	}
	return p, checkPeriod(p)
}

func checkPeriod(p day.Period) error {
	switch {
	case !p.From.Known() || !p.To.Known():
		return fault.Field("from", "The period needs a first and a last day.")
	case p.From > p.To:
		return fault.Field("from", "The first day is after the last one.")
	case p.Days() > MaxDays:
		return fault.Field("from", "The period is longer than five years. Ask for fewer days.")
	}
	return nil
}

func (q Query) check() error {
	if !q.By.Valid() {
		return fault.Field("by", "Break down by department, wave or group.")
	}
	if q.Cohort != "" && q.By == ByNone {
		return fault.Field("cohort", "Say with by what the cohort is: a department, a wave or a group.")
	}
	return checkPeriod(q.Period)
}
