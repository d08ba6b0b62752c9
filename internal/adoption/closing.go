package adoption

import (
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

// settled is how many days after a day the API revises it. A month is closed
// when its last day is that old, so that only what comes late changes it.
const settled = 8

// Closing is a month's figures as they stood when it was closed. What changed
// afterwards is shown beside them and never replaces them.
type Closing struct {
	Month   day.Date // its first day
	Through day.Date // data_through when it was closed
	Rows    []ClosedRow
}

// ClosedRow is the closed figures of everyone or of one cohort.
type ClosedRow struct {
	Cohort   Cohort // everyone's has no By
	Licensed *int   // nil: not known
	Figures  []Figure
}

// Row returns the closed figures of a cohort, false when there was no such cohort then.
func (c Closing) Row(by By, slug string) (ClosedRow, bool) {
	for _, r := range c.Rows {
		if r.Cohort.By == by && (by == ByNone || r.Cohort.Slug == slug) {
			return r, true
		}
	}
	return ClosedRow{}, false
}

// Closable returns the months that can be closed, ascending, each by its first
// day: those whose days are all in the data and no longer revised.
func (x *Index) Closable() []day.Date {
	var out []day.Date
	if !x.Through.Known() {
		return nil
	}
	for m := x.first().Month(); m.To <= x.Through; m = (m.To + 1).Month() {
		if x.closable(m) {
			out = append(out, m.From)
		}
	}
	return out
}

func (x *Index) closable(month day.Period) bool {
	return month.From >= x.first() && x.Through.Known() && month.To+settled <= x.Through
}

// Close computes what closing the month that begins on first keeps: every metric
// of everyone, and of each department, wave and group. A dimension in which
// nobody is placed has nothing to keep: "Unassigned" would be everyone once more.
// It faults with Invalid when the month is none of [Index.Closable].
func (x *Index) Close(first day.Date) (Closing, error) {
	month := first.Month()
	if first != month.From || !x.closable(month) {
		return Closing{}, fault.Field("month", "This month cannot be closed yet.")
	}
	out := Closing{Month: first, Through: x.Through}
	for _, by := range append([]By{ByNone}, x.Dimensions()...) {
		a, err := x.Answer(Query{Period: month, By: by, SeesSmallGroups: true})
		if err != nil {
			return Closing{}, err
		}
		if by == ByNone {
			out.Rows = append(out.Rows, ClosedRow{Cohort: Everyone(), Licensed: a.Licensed.Count, Figures: a.Figures})
		}
		for _, r := range a.Breakdown {
			out.Rows = append(out.Rows, ClosedRow{Cohort: r.Cohort, Licensed: r.Licensed.Count, Figures: r.Figures})
		}
	}
	return out, nil
}

// Size is a denominator as of a day: the members of everyone or of a cohort.
type Size struct {
	Cohort  Cohort
	Members int
	Seats   *int // of everyone only; nil: not reported
}

// Sizes returns the denominators as of a day: everyone's first, then those of
// each department, wave and group that has members.
func (x *Index) Sizes(d day.Date) []Size {
	members := x.membersOn(d)
	all := Size{Cohort: Everyone(), Members: members.Count()}
	if x.SeatsGranted {
		all.Seats = x.licensed(d, members).Count
	}
	out := []Size{all}
	for _, by := range x.Dimensions() {
		cut := x.divide(by, d)
		for i, c := range cut.cohorts {
			if n := cut.people[i].CountAnd(members); n > 0 {
				out = append(out, Size{Cohort: c, Members: n})
			}
		}
	}
	return out
}

// Dimensions returns the dimensions in which somebody is placed, or grouped, at all.
func (x *Index) Dimensions() []By {
	var out []By
	for _, by := range []By{ByDepartment, ByWave} {
		if len(x.names(by)) > 0 {
			out = append(out, by)
		}
	}
	if len(x.Groups) > 0 {
		out = append(out, ByGroup)
	}
	return out
}
