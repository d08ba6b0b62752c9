package web

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/views/measure"
)

const (
	sparkWeeks = 12
	chartWeeks = 8 // a chart shows at least so many weeks, for a sense of direction
)

// asker puts a page's questions to the index, always on behalf of one actor.
type asker struct {
	x       *adoption.Index
	actor   identity.Actor
	filters measure.Filters
	closed  func(month day.Date) (*adoption.Closing, error) // nil for a month that is not closed; nil: none is
}

func (a asker) query(by adoption.By, cohort string) adoption.Query {
	return adoption.Query{Period: a.filters.Period, By: by, Cohort: cohort, SeesSmallGroups: a.actor.SeesSmallGroups()}
}

// chosen asks about whom the page is narrowed to, or about everyone.
func (a asker) chosen() adoption.Query {
	if by, slug, ok := a.filters.Single(); ok {
		return a.query(by, slug)
	}
	q := a.query(adoption.ByNone, "")
	q.Within = a.filters.Within()
	return q
}

// broken asks about the cohorts of the page's dimension, as far as it is narrowed
// to them. Who sees one dimension at a time is answered about all of its cohorts.
func (a asker) broken() adoption.Query {
	q := a.query(a.filters.By, "")
	if q.SeesSmallGroups && !a.filters.Own {
		q.Within = a.filters.Within()
	}
	return q
}

// shown reports whether the page has a cohort of its dimension: it is narrowed to
// it, or to none of them, or is one cohort's own and shows the others beside it.
func (a asker) shown(slug string) bool {
	picks := a.filters.Picks[a.filters.By]
	return a.filters.Own || len(picks) == 0 || slices.Contains(picks, slug)
}

func (a asker) figures(c adoption.Column) (measure.Figures, error) {
	f := measure.Figures{
		Dimensions: a.x.Dimensions(), MinCohort: max(5, a.x.Settings.MinCohortSize), First: max(a.x.First, adoption.FirstDay),
		Events: a.x.Events, Settings: a.x.Settings, Picked: a.x.Named(a.filters.Within()),
	}
	if err := a.addAnswers(&f); err != nil {
		return f, a.known(f, err)
	}
	var err error
	if f.Trends, err = a.x.Trends(a.chosen(), sparkWeeks); err != nil {
		return f, err
	}
	if err := a.addSeries(&f); err != nil {
		return f, err
	}
	if c == adoption.ColumnValue {
		f.Costs = a.x.CostByProduct(f.Answer.Covered)
		f.WeekCosts = a.weekCosts(f.Everyone)
	}
	return f, nil
}

// addAnswers asks for the figures of the page and of its cohorts, those of a
// closed month as they were closed, compared as the page asks.
func (a asker) addAnswers(f *measure.Figures) error {
	broken, err := a.x.Answer(a.broken())
	if err != nil {
		return err
	}
	f.Choices = a.choices(broken)
	f.Answer = broken
	if a.filters.Narrowed() {
		if f.Answer, err = a.x.Answer(a.chosen()); err != nil {
			return err
		}
	}
	f.Answer.Breakdown = slices.DeleteFunc(slices.Clone(broken.Breakdown), func(r adoption.Row) bool { return !a.shown(r.Cohort.Slug) })
	if err := a.restore(f); err != nil {
		return err
	}
	if err := a.compare(f); err != nil {
		return err
	}
	f.Breakdown = f.Answer.Breakdown
	f.Opens = a.x.Opens(a.filters.By, f.Answer.Covered.To)
	return nil
}

// restore puts in the figures of a month as it was closed: of whom the page is
// about, and of its cohorts.
func (a asker) restore(f *measure.Figures) error {
	if a.closed == nil || !f.Answer.Covered.WholeMonth() {
		return nil
	}
	c, err := a.closed(f.Answer.Covered.From)
	if err != nil || c == nil {
		return err
	}
	rows, moved := c.Restore(f.Answer, a.broken())
	out, more := c.Restore(f.Answer, a.chosen())
	maps.Copy(moved, more)
	out.Breakdown = rows.Breakdown
	f.Answer, f.Closed = out, &measure.Closed{Closing: *c, Revisions: moved, Restored: c.Restores(a.chosen())}
	return nil
}

// compare puts the figures of the period the page asks for in place of those
// of the days just before.
func (a asker) compare(f *measure.Figures) error {
	with, ok := a.filters.Compare.With(f.Answer.Covered)
	switch {
	case a.filters.Compare == measure.CompareBefore:
		return nil
	case !ok:
		f.Answer = f.Answer.Alone()
		return nil
	}
	one, all := a.chosen(), a.broken()
	one.Period, all.Period = with, with
	then, err := a.x.Answer(one)
	if err != nil {
		return err
	}
	rows, err := a.x.Answer(all)
	if err != nil {
		return err
	}
	then.Breakdown = rows.Breakdown
	f.Answer = f.Answer.Against(then)
	return nil
}

// choices are the cohorts that the page can be narrowed to, with their people on
// the last day: of every dimension, or of the one shown for who sees one at a time.
func (a asker) choices(broken adoption.Answer) map[adoption.By][]measure.Choice {
	out := map[adoption.By][]measure.Choice{}
	if !a.actor.SeesSmallGroups() {
		for _, r := range broken.Breakdown {
			if !r.Cohort.Merged {
				out[a.filters.By] = append(out[a.filters.By], measure.Choice{Cohort: r.Cohort, People: r.People})
			}
		}
		return out
	}
	if broken.Covered.Days() == 0 {
		return out
	}
	for _, s := range a.x.Sizes(broken.Covered.To) {
		if by := s.Cohort.By; slices.Contains(a.x.Dimensions(), by) {
			out[by] = append(out[by], measure.Choice{Cohort: s.Cohort, People: s.Members})
		}
	}
	return out
}

// known adds to a fault about an unknown cohort which ones there are.
func (a asker) known(f measure.Figures, err error) error {
	var not *fault.Error
	if !errors.As(err, &not) || not.Kind != fault.NotFound {
		return err
	}
	all := a.query(a.filters.By, "")
	broken, again := a.x.Answer(all)
	if again != nil {
		return err
	}
	var names []string
	for _, by := range measure.Dimensions {
		for _, c := range a.choices(broken)[by] {
			if a.named(c.Cohort.By) {
				names = append(names, c.Cohort.Name+" ("+c.Cohort.Slug+")")
			}
		}
	}
	if len(names) == 0 {
		return err
	}
	return fault.New(fault.NotFound, not.Say+" There are: "+strings.Join(names, ", ")+".")
}

// named reports whether the address names cohorts of a dimension.
func (a asker) named(by adoption.By) bool { return len(a.filters.Picks[by]) > 0 }

// weekCosts is what Cowork cost in each week; nothing for cohorts, whose cost is not reported.
func (a asker) weekCosts(w adoption.Weekly) []*adoption.Money {
	if a.filters.Narrowed() {
		return nil
	}
	out := make([]*adoption.Money, len(w.Weeks))
	for i, wk := range w.Weeks {
		if m, ok := a.x.CoworkCost(wk.Covered); ok {
			out[i] = &m
		}
	}
	return out
}

// addSeries asks for what is drawn: weeks, funnel and triangle.
func (a asker) addSeries(f *measure.Figures) (err error) {
	long := a.chartPeriod(f.Answer.Covered)
	by, one := a.broken(), a.chosen()
	by.Period, one.Period = long, long
	if f.Weekly, err = a.x.Weekly(by); err != nil {
		return err
	}
	f.Weekly.Weeks = a.shownWeeks(f.Weekly.Weeks)
	if f.Everyone, err = a.x.Weekly(one); err != nil {
		return err
	}
	if err := a.addFunnels(f); err != nil {
		return err
	}
	f.Retention, err = a.x.Retention(a.chosen())
	return err
}

// shownWeeks are weeks with the cohorts that the page is narrowed to.
func (a asker) shownWeeks(weeks []adoption.Week) []adoption.Week {
	out := slices.Clone(weeks)
	for i, w := range out {
		out[i].Cohorts = slices.DeleteFunc(slices.Clone(w.Cohorts), func(c adoption.WeekCohort) bool { return !a.shown(c.Cohort.Slug) })
	}
	return out
}

// addFunnels asks how far people have come, together and by cohort.
func (a asker) addFunnels(f *measure.Figures) error {
	one, err := a.x.Funnel(a.chosen())
	if err != nil {
		return err
	}
	if len(one.Rows) > 0 {
		f.Funnel = one.Rows[0]
	}
	if a.filters.By == adoption.ByNone || a.filters.Own {
		return nil
	}
	all, err := a.x.Funnel(a.broken())
	for _, r := range all.Rows {
		if a.shown(r.Cohort.Slug) {
			f.Stages = append(f.Stages, r)
		}
	}
	return err
}

// chartPeriod is the covered period stretched back to whole weeks, and to
// chartWeeks of them, but not past the first usage that was read.
func (a asker) chartPeriod(covered day.Period) day.Period {
	if covered.Days() == 0 {
		return a.filters.Period
	}
	from := min(covered.From.Monday(), covered.To.Monday()-7*(chartWeeks-1))
	first := max(a.x.First, adoption.FirstDay)
	return day.Period{From: min(covered.From, max(from, first)), To: covered.To}
}
