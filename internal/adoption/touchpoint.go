package adoption

import (
	"slices"

	"groundswell/internal/day"
)

// touched returns the touchpoints with a person, ascending by day.
func (x *Index) touched() []visit {
	var out []visit
	for _, t := range x.Touchpoints {
		if t.Member >= 0 {
			out = append(out, visit{t.Day, t.Member})
		}
	}
	return out
}

// departmental returns the touchpoints for whole departments, ascending by day.
func (x *Index) departmental() []Touchpoint {
	var out []Touchpoint
	for _, t := range x.Touchpoints {
		if t.Member < 0 {
			out = append(out, t)
		}
	}
	return out
}

// touches are the touchpoints of a period.
type touches struct {
	all         int
	departments map[string]int // those for a whole department
	people      sum            // those with a person; empty until a cohort asks
	counted     bool           // people is filled in
}

func (x *Index) touchesIn(p day.Period) touches {
	d := x.derived()
	t := touches{all: len(visitsIn(d.touched.each, p)), departments: map[string]int{}}
	for _, one := range d.departmental {
		if p.Contains(one.Day) {
			t.departments[one.Department]++
			t.all++
		}
	}
	return t
}

// touchpointsOf counts the touchpoints with the people in who and those for these
// whole departments; all of them when who is nil.
func (s *span) touchpointsOf(who Bits, departments []string) int {
	t := &s.touches
	if who == nil {
		return t.all
	}
	if !t.counted {
		t.people, t.counted = s.x.derived().touched.byPerson(s.period), true
	}
	n := t.people.total(who)
	for _, name := range departments {
		n += t.departments[name]
	}
	return n
}

const noTouchpoints = "Waits for champion touchpoints. Champions log them; earlier ones can be imported."

func (s *span) touchpoints(who Bits, departments []string, licensed Licensed) reading {
	if len(s.x.Touchpoints) == 0 {
		return none(ChampionTouchpoints, noTouchpoints)
	}
	n := s.touchpointsOf(who, departments)
	r := overLicensed(ChampionTouchpoints, n, licensed)
	if r.value != nil {
		per100 := 100 * float64(n) / float64(*licensed.Count)
		r.value = &per100
	}
	r.parts = []Part{partOf("count", n)}
	return r
}

// departments names the departments that an audience is, whole: touchpoints for
// one of them count for it. A wave, a group or part of a department is none.
func (w *window) departments(a audience) []string {
	if a.people == nil {
		return nil
	}
	within := w.q.Within
	if len(within.Of(ByWave))+len(within.Of(ByGroup)) > 0 {
		return nil
	}
	slugs := within.Of(ByDepartment)
	var out []string
	for i, c := range w.x.divide(ByDepartment, w.covered.To).cohorts {
		picked := slices.Contains(slugs, c.Slug)
		switch {
		case c.Slug == unassigned:
		case a.cohort.By == ByNone && picked,
			a.cohort.By == ByDepartment && slices.Contains(a.of, i) && (picked || len(slugs) == 0):
			out = append(out, c.Name)
		}
	}
	return out
}
