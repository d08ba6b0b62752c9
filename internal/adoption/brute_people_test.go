package adoption_test

import (
	"math"
	"slices"
	"sort"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// was reports whether a row of a training file is about u, who was there.
func (a attended) was(u user) bool {
	return a.status != "no_show" && slices.Contains(u.emails, a.email)
}

// training is the day of a person's first attended training.
func (b brute) training(u user) (first day.Date, ok bool) {
	for _, a := range b.attended {
		if a.was(u) && (a.kind == "all_staff_101" || a.kind == "department") && (!ok || a.day < first) {
			first, ok = a.day, true
		}
	}
	return first, ok
}

// recorded reports whether any attendance of these kinds was ever recorded.
func (b brute) recorded(kinds ...string) bool {
	return slices.ContainsFunc(b.attended, func(a attended) bool { return a.status != "no_show" && slices.Contains(kinds, a.kind) })
}

func (b brute) daysToTask(who []user, from, to day.Date) result {
	if !b.recorded("all_staff_101", "department") {
		return result{parts: map[string]*float64{"p75": nil, "not_yet": nil, "already_delegating": nil}}
	}
	var took []float64
	notYet, already := 0.0, 0.0
	for _, u := range who {
		t, ok := b.training(u)
		if !ok || t < from || t > to {
			continue
		}
		if any_(adoption.FirstDay, t-1, func(d day.Date) bool { return b.task(u.id, d) }) {
			already++
			continue
		}
		d := t
		for d <= b.through && !b.task(u.id, d) {
			d++
		}
		if d > b.through {
			notYet++
		} else {
			took = append(took, float64(d-t))
		}
	}
	return result{value: quantile(took, 0.5), parts: map[string]*float64{
		"p75": quantile(took, 0.75), "not_yet": &notYet, "already_delegating": &already}}
}

// quantile interpolates linearly between the two values around it.
func quantile(vs []float64, q float64) *float64 {
	if len(vs) == 0 {
		return nil
	}
	sort.Float64s(vs)
	at := q * float64(len(vs)-1)
	lo, hi := vs[int(math.Floor(at))], vs[int(math.Ceil(at))]
	v := lo + (hi-lo)*(at-math.Floor(at))
	return &v
}

// touchpoints counts the log's lines about a crowd.
func (b brute) touchpoints(c crowd, from, to day.Date) result {
	if len(b.touches) == 0 {
		return result{parts: map[string]*float64{"count": nil}}
	}
	n := 0.0
	for _, t := range b.touches {
		if t.day >= from && t.day <= to && b.about(t, c, to) {
			n++
		}
	}
	out := result{parts: map[string]*float64{"count": &n}}
	if of := b.licensed(c, to); of != nil && *of > 0 {
		v := 100 * n / float64(*of)
		out.value = &v
	}
	return out
}

func (b brute) about(t touch, c crowd, to day.Date) bool {
	if c.all && c.narrowed == nil {
		return true
	}
	if t.dept != "" {
		return c.isDepartment(t.dept)
	}
	return slices.ContainsFunc(b.people(c, to), func(u user) bool { return slices.Contains(u.emails, t.email) })
}

// isDepartment reports whether a crowd is a whole department, or several.
func (c crowd) isDepartment(name string) bool {
	whole := !c.all && c.by == adoption.ByDepartment && c.was == name
	if c.narrowed == nil {
		return whole
	}
	named := false
	for by, any := range c.narrowed.crowds {
		if by != adoption.ByDepartment {
			return false
		}
		named = slices.ContainsFunc(any, func(d crowd) bool { return d.was == name })
	}
	return named && (whole || c.all)
}

func (b brute) helpSessions(c crowd, from, to day.Date) result {
	if !b.recorded("office_hours", "user_group") {
		return result{parts: map[string]*float64{"attendances": nil}}
	}
	people, times := 0, 0.0
	for _, u := range b.people(c, to) {
		n := 0.0
		for _, a := range b.attended {
			if a.was(u) && (a.kind == "office_hours" || a.kind == "user_group") && a.day >= from && a.day <= to {
				n++
			}
		}
		if n > 0 && b.member(u, to) {
			people++
			times += n
		}
	}
	out := result{}
	if of := b.licensed(c, to); of != nil {
		out = ratio(people, *of)
	}
	out.parts = map[string]*float64{"attendances": &times}
	return out
}

// onUnified reports whether u was active on d, some of it under Chat and Cowork unified.
func (b brute) onUnified(u string, d day.Date) bool {
	for _, n := range b.use[u][d].unified {
		if n > 0 {
			return b.active(u, d)
		}
	}
	return false
}

// unified counts who of a crowd was active in some days, and on unified.
func (b brute) unified(c crowd, from, to day.Date) (on, active int) {
	for _, u := range b.people(c, to) {
		if b.activeIn(u.id, from, to) {
			active++
		}
		if any_(from, to, func(d day.Date) bool { return b.onUnified(u.id, d) }) {
			on++
		}
	}
	return on, active
}

// namedWins counts the published wins of a crowd's people; there is no number before the first win is logged.
func (b brute) namedWins(c crowd, from, to day.Date) result {
	if len(b.wins) == 0 {
		return result{}
	}
	n := 0.0
	for _, w := range b.wins {
		whose := c.all && c.narrowed == nil || slices.ContainsFunc(b.people(c, to), func(u user) bool { return slices.Contains(u.emails, w.email) })
		if w.published && w.day >= from && w.day <= to && whose {
			n++
		}
	}
	return result{value: &n}
}
