package adoption

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
)

// Whoever may not see small groups gets figures of whole calendar months: periods
// of their own choosing would tell, by subtraction, of single days and of people
// who moved between them.

// firstMonth returns the first calendar month that begins within the data.
func (x *Index) firstMonth() day.Period {
	m := x.first().Month()
	if m.From < x.first() {
		m = (m.To + 1).Month()
	}
	return m
}

// monthOf returns the calendar month that stands for a period: the one that holds
// its last day or, while that is not completely in the data, the last one before
// it that is. Where there is none it says why.
func (x *Index) monthOf(p day.Period) (day.Period, string) {
	first := x.firstMonth()
	switch {
	case !x.Through.Known() || x.Through < x.first():
		return nothing(p), noData
	case first.To > x.Through:
		return nothing(p), "Figures here are of whole calendar months. The first ones come when " + monthName(first) + " is complete in the data, after " + written(first.To) + "."
	case p.To < first.From:
		return nothing(p), "Figures here are of whole calendar months. The first one in the data is " + monthName(first) + "."
	}
	m := min(p.To, x.Through).Month()
	if m.To > x.Through {
		m = (m.From - 1).Month()
	}
	if m.From < first.From {
		return nothing(p), "Figures here are of whole calendar months. The first one in the data is " + monthName(first) + "."
	}
	return m, ""
}

// monthsOf returns the calendar months that stand for a period in a series.
func (x *Index) monthsOf(p day.Period) ([]day.Period, string) {
	last, missing := x.monthOf(p)
	if missing != "" {
		return nil, missing
	}
	var out []day.Period
	m := max(min(p.From, last.From), x.firstMonth().From).Month()
	for ; m.From <= last.From; m = (m.To + 1).Month() {
		out = append(out, m)
	}
	return out, ""
}

// nothing is the empty period before p.
func nothing(p day.Period) day.Period { return day.Period{From: p.From, To: p.From - 1} }

// weeksOf returns the whole weeks that end in a month. They are told of as the
// month is: about the people placed, and members, on its last day.
func (x *Index) weeksOf(month day.Period) []day.Period {
	var out []day.Period
	for sunday := month.From.Sunday(); sunday <= month.To; sunday += 7 {
		if week := (day.Period{From: sunday - 6, To: sunday}); week.From >= x.first() {
			out = append(out, week)
		}
	}
	return out
}

// written writes a day for a reader: Sat 21 Nov 2026.
func written(d day.Date) string { return d.Time().Format("Mon 2 Jan 2006") }

func monthName(m day.Period) string { return m.From.Time().Format("January 2006") }

// tellsWeek reports whether a week ends in a month that is told of.
func (x *Index) tellsWeek(week day.Period) bool {
	return week.From >= x.first() && week.To.Month().From >= x.firstMonth().From
}

// rounded reports whether the window answers about a calendar month in place of
// the period asked for.
func (w *window) rounded() bool { return w.family != nil && w.covered != w.q.Period }

// monthBefore returns what was told of an audience in the month before: nothing
// unless it was the same cohorts, told of alone, then.
func (w *window) monthBefore(a audience) []reading {
	month := (w.covered.From - 1).Month()
	if month.From < w.x.firstMonth().From {
		return nil
	}
	if w.past == nil {
		w.past = w.x.covering(Query{Period: month})
		w.past.now = w.x.span(month)
	}
	then, ok := w.past.family.same(a)
	if !ok {
		return nil
	}
	out := w.past.now.readings(then.people, w.departments(then), w.past.now.licensed(then.people))
	w.past.family.sift(out, w.past.now, then)
	return out
}

// same finds the audience of another month that is the same cohorts and may be told of.
func (f *family) same(a audience) (audience, bool) {
	then, ok := f.find(a.cohort.By, a.cohort.Slug)
	return then, ok && !then.withheld && slices.Equal(then.of, a.of)
}

// toldOfWeek reads every metric over a week, of the audience as it was in the
// month in which the week ends.
func (w *window) toldOfWeek(week day.Period, a audience) []reading {
	f := w.x.familyOf(week)
	then, ok := f.same(a)
	if !ok {
		return blankReadings(WithheldReason)
	}
	s := w.x.spanOf(week, f.members)
	out := s.readings(then.people, w.departments(then), s.licensed(then.people))
	f.sift(out, s, then)
	return out
}

// weeksOfMonths is the weekly series in calendar months: each week about the
// cohorts as they were told of in the month in which it ends.
func (x *Index) weeksOfMonths(q Query) Weekly {
	months, missing := x.monthsOf(q.Period)
	out := Weekly{Period: q.Period, Covered: nothing(q.Period), Through: x.Through, Clipped: x.clipped(q.Period), Missing: missing}
	if missing != "" {
		return out
	}
	out.Covered = day.Period{From: months[0].From, To: months[len(months)-1].To}
	out.Rounded = out.Covered != q.Period
	shown := x.toldOfIn(q, months)
	for _, month := range months {
		for _, week := range x.weeksOf(month) {
			out.Weeks = append(out.Weeks, x.familyOf(week).week(week, shown))
		}
	}
	return out
}

// toldOfIn returns the cohorts that a series shows: the one asked for, or all that
// are told of in one of the months, Other last.
func (x *Index) toldOfIn(q Query, months []day.Period) []Cohort {
	if q.By == ByNone {
		return []Cohort{Everyone()}
	}
	cut := x.divide(q.By, months[len(months)-1].To)
	known := append(slices.Clone(cut.cohorts), Cohort{By: q.By, Slug: cut.other, Name: otherName, Merged: true})
	return slices.DeleteFunc(known, func(c Cohort) bool {
		if q.Cohort != "" {
			return c.Slug != q.Cohort
		}
		return !slices.ContainsFunc(months, func(m day.Period) bool {
			_, told := x.family(m).find(q.By, c.Slug)
			return told
		})
	})
}

// week is a week of a series, told of some cohorts.
func (f *family) week(week day.Period, cohorts []Cohort) Week {
	out := Week{StartsOn: week.From, Covered: week, Complete: true}
	in, sums := f.x.activeIn(week), f.x.sessions(week)
	few := f.tellable(SessionsPerActiveUser, week, in.active)
	for _, c := range cohorts {
		a, ok := f.find(c.By, c.Slug)
		if !ok || a.withheld {
			out.Cohorts = append(out.Cohorts, f.untold(c, ok))
			continue
		}
		who := f.sets[a.row]
		t := tally{f.members.CountAnd(who), in.active.CountAnd(who), in.unified.CountAnd(who), in.tasked.CountAnd(who), sums.total(who)}
		told := t.of(c)
		if a.row == 0 {
			told.Licensed = f.x.licensedCount(week.To, t.members)
		}
		if t.active > 0 && !few[a.row] {
			told.Unified, told.Sessions, told.FewActive = 0, 0, true
		}
		out.Cohorts = append(out.Cohorts, told)
	}
	return out
}

// untold is the week of a cohort that is not told of: withheld, but for one that
// nobody is in.
func (f *family) untold(c Cohort, hidden bool) WeekCohort {
	if c.By != ByNone {
		cut := f.x.divide(c.By, f.month.To)
		i := cut.find(c.Slug)
		hidden = hidden || i >= 0 && cut.people[i].Any()
	}
	if hidden {
		return WeekCohort{Cohort: c, Withheld: true}
	}
	return tally{}.of(c)
}

// triangle follows an audience's beginners of each whole week that ends in the month.
func (f *family) triangle(a audience) []RetentionRow {
	var out []RetentionRow
	hide := map[day.Date]bool{}
	for _, week := range f.x.weeksOf(f.month) {
		began := f.x.beganByWeek(week)[0]
		b := began.And(f.sets[a.row])
		row := RetentionRow{StartsOn: week.From, Size: b.Count()}
		if row.Size == 0 {
			continue
		}
		f.x.follow(&row, b)
		hide[week.From] = !f.tellable("began", week, began)[a.row]
		out = append(out, row)
	}
	f.withNeighbours(out, hide)
	for i, row := range out {
		if hide[row.StartsOn] {
			out[i] = RetentionRow{StartsOn: row.StartsOn, Withheld: true}
		}
	}
	return out
}

// withNeighbours hides more rows, the smallest first, while those hidden are about
// too few people together: all beginners of the month are told of as well.
func (f *family) withNeighbours(rows []RetentionRow, hide map[day.Date]bool) {
	bySize := slices.SortedStableFunc(slices.Values(rows), func(a, b RetentionRow) int { return cmp.Compare(a.Size, b.Size) })
	hidden := 0
	for _, r := range bySize {
		if hide[r.StartsOn] {
			hidden += r.Size
		}
	}
	for _, r := range bySize {
		if hidden > 0 && hidden < f.least && !hide[r.StartsOn] {
			hide[r.StartsOn] = true
			hidden += r.Size
		}
	}
}

// subtractable reports whether the rows that a triangle shows, taken from everybody
// active in some week, leave fewer than least beginners: those of rows that are
// withheld, and those who began before any row reaches so far. Of other months
// only what is always withheld counts; what they withhold besides adds to it.
func (f *family) subtractable(a audience, rows []RetentionRow) bool {
	first, hidden := day.Never, map[day.Date]bool{}
	for _, r := range rows {
		if hidden[r.StartsOn] = r.Withheld; !r.Withheld {
			first = min(first, r.StartsOn)
		}
	}
	began := f.beginnersByWeek(a)
	for week := first; week <= f.month.To+7*RetentionWeeks && week+6 <= f.x.Through; week += 7 {
		left := 0
		for monday, n := range began {
			unseen := n < f.least || hidden[monday] || monday < week-7*RetentionWeeks
			if monday <= week && unseen {
				left += n
			}
		}
		if left > 0 && left < f.least {
			return true
		}
	}
	return false
}

// beginnersByWeek counts an audience's people by the week of their first active day.
func (f *family) beginnersByWeek(a audience) map[day.Date]int {
	out := map[day.Date]int{}
	active := f.x.derived().active
	f.sets[a.row].Each(func(m int32) {
		if first := active[m]; first <= f.x.Through {
			out[first.Monday()]++
		}
	})
	return out
}
