package adoption

import (
	"slices"

	"groundswell/internal/day"
)

// Answer computes every metric for q. It faults with Invalid for a query that
// makes no sense and NotFound for a cohort that does not exist. The answer may be
// shared with others: read it, do not change it.
func (x *Index) Answer(q Query) (Answer, error) {
	if err := x.check(q); err != nil {
		return Answer{}, err
	}
	return kept(&x.memo, &x.memo.answers, maxAnswers, q, func() Answer { return x.answer(q) }), nil
}

// check faults when q makes no sense or names a cohort that never was.
func (x *Index) check(q Query) error {
	if err := q.check(); err != nil {
		return err
	}
	if err := x.checkWithin(q); err != nil {
		return err
	}
	if q.Cohort == "" {
		return nil
	}
	cut := x.divide(q.By, q.Period.To)
	if cut.find(q.Cohort) < 0 && (q.SeesSmallGroups || q.Cohort != cut.other) {
		return noCohort(q.By, q.Cohort)
	}
	return nil
}

// window is a query's period, clipped, with its sets and those of the period before.
type window struct {
	x       *Index
	q       Query
	covered day.Period
	now     *span // nil: no data, and missing says why
	before  *span // nil: no data; for whoever sees small groups only
	missing string
	family  *family           // who may be told of; nil for whoever sees small groups
	past    *window           // what monthBefore returned
	read    map[By][]*subject // what subjects returned
}

func (x *Index) window(q Query) *window {
	w := x.covering(q)
	if w.missing != "" {
		return w
	}
	w.now = x.span(w.covered)
	if p := w.covered.Before(); w.family == nil && x.missing(p) == "" {
		w.before = x.span(p)
	}
	return w
}

// covering is a window that knows what it is about, but has not looked yet.
func (x *Index) covering(q Query) *window {
	w := &window{x: x, q: q}
	if q.SeesSmallGroups {
		w.covered = x.clip(q.Period)
		w.missing = x.missing(w.covered)
	} else if w.covered, w.missing = x.monthOf(q.Period); w.missing == "" {
		w.family = x.family(w.covered)
	}
	return w
}

const noData = "No complete day of usage has been read yet."

// missing says why there is no data in a clipped period, "" when there is some.
func (x *Index) missing(p day.Period) string {
	switch {
	case !x.Through.Known() || x.Through < x.first():
		return noData
	case p.Days() == 0:
		return "The data ends on " + written(x.Through) + ", before this period begins."
	case p.To < x.first():
		return "Nothing is known before " + written(x.first()) + "."
	}
	return ""
}

// days is what targets per week are multiplied out by.
func (w *window) days() int {
	if n := w.covered.Days(); n > 0 {
		return n
	}
	return w.q.Period.Days()
}

func (x *Index) answer(q Query) Answer {
	w := x.window(q)
	a := Answer{Period: q.Period, Covered: w.covered, Through: x.Through, Clipped: x.clipped(q.Period), Rounded: w.rounded(), Within: x.Named(q.Within)}
	if q.Cohort != "" {
		w.answerCohort(&a)
	} else {
		w.answerEveryone(&a)
	}
	return a
}

func (x *Index) clipped(p day.Period) bool { return p.To > x.Through }

func (w *window) answerEveryone(a *Answer) {
	all := w.everyone()
	a.Licensed, a.Unified = all.licensed, all.unifiedShown()
	a.Figures = w.figures(all)
	w.trace(a.Figures, all.audience)
	if w.q.By != ByNone {
		for _, s := range w.subjects(w.q.By) {
			a.Breakdown = append(a.Breakdown, w.row(s))
		}
	}
	a.Columns = columnStatuses(a.Figures)
	a.Diagnosis = w.diagnose(a.Figures, a.Columns, all)
}

// answerCohort answers about one cohort: as its row in the breakdown, so that
// asking for it by name shows no more.
func (w *window) answerCohort(a *Answer) {
	for _, of := range w.audiences(w.q.By) {
		if of.cohort.Slug == w.q.Cohort {
			w.answerSubject(a, w.subject(of))
			return
		}
	}
	if w.now == nil {
		w.answerSubject(a, w.about(audience{cohort: w.named(), people: Bits{}}))
		return
	}
	w.answerSubject(a, w.hidden(w.named()))
}

func (w *window) answerSubject(a *Answer, s *subject) {
	a.Cohort = &s.cohort
	a.Licensed, a.Unified = s.licensed, s.unifiedShown()
	a.Figures = w.figures(s)
	if !s.withheld {
		w.trace(a.Figures, s.audience)
	}
	a.Columns = columnStatuses(a.Figures)
	a.Diagnosis = w.diagnose(a.Figures, a.Columns, s)
}

// subject is a set of people and everything read about them.
type subject struct {
	audience
	size        int // members on the last day
	licensed    Licensed
	now, before []reading // before is nil without data
	unified     UnifiedShare
}

// about reads every metric of an audience: over the period, of those placed in it
// on the period's last day; over the period before, of those placed in it then.
func (w *window) about(a audience) *subject {
	s := &subject{audience: a}
	if w.now == nil {
		s.licensed = Licensed{Basis: BasisMembers, Reason: w.missing}
		s.now = blankReadings(w.missing)
		return s
	}
	s.licensed = w.now.licensed(a.people)
	s.size = count(w.now.members, a.people)
	s.now = w.now.readings(a.people, w.departments(a), s.licensed)
	s.unified = w.now.unifiedShare(a.people)
	switch {
	case w.family != nil:
		w.family.sift(s.now, w.now, a)
		s.before = w.monthBefore(a)
	case w.before != nil:
		then := w.peopleOn(a, w.before.period.To)
		s.before = w.before.readings(then, w.departments(a), w.before.licensed(then))
	}
	return s
}

func (w *window) everyone() *subject { return w.subject(w.everybody()) }

// subject reads an audience, if it may be told of.
func (w *window) subject(a audience) *subject {
	if a.withheld {
		return w.hidden(a.cohort)
	}
	return w.about(a)
}

func (w *window) figures(s *subject) []Figure {
	return w.x.figures(s.now, s.before, w.covered.To, w.days(), s.licensed)
}

func (w *window) row(s *subject) Row {
	return Row{Cohort: s.cohort, People: s.size, Licensed: s.licensed, Unified: s.unifiedShown(), Figures: w.figures(s)}
}

// subjects reads every cohort of a dimension that this asker may see.
func (w *window) subjects(by By) []*subject {
	if out, ok := w.read[by]; ok {
		return out
	}
	var out []*subject
	for _, a := range w.audiences(by) {
		out = append(out, w.subject(a))
	}
	w.read = map[By][]*subject{by: out}
	return out
}

// standing reads one metric of every cohort of a dimension: all that comparing
// them takes. Whoever gets a breakdown has the subjects anyway, and from whoever
// may not see small groups some readings are kept.
func (w *window) standing(by By, k Key) []*subject {
	if w.read[by] != nil || w.family != nil || w.now == nil {
		return w.subjects(by)
	}
	var out []*subject
	for _, a := range w.audiences(by) {
		s := &subject{audience: a, licensed: w.now.licensed(a.people), now: make([]reading, len(catalogue))}
		s.now[indexOf(k)] = w.now.reading(k, a.people, w.departments(a), s.licensed)
		out = append(out, s)
	}
	return out
}

func (x *Index) minCohort() int {
	return max(x.Settings.MinCohortSize, DefaultSettings().MinCohortSize)
}

// hidden is a subject of which nothing may be told.
func (w *window) hidden(c Cohort) *subject {
	s := &subject{audience: audience{cohort: c, people: Bits{}, withheld: true}, licensed: Licensed{Basis: BasisMembers, Reason: WithheldReason}}
	s.now = blankReadings(WithheldReason)
	for i := range s.now {
		s.now[i].reason = WithheldReason
		s.now[i].withheld = true
	}
	return s
}

// indexOf returns where a metric stands in the catalogue.
func indexOf(k Key) int {
	return slices.IndexFunc(catalogue, func(m Metric) bool { return m.Key == k })
}
