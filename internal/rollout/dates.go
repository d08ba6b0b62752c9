package rollout

import (
	"cmp"
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

// dates say when tasks are due: by the launches of waves and the days people work.
type dates struct {
	opens    map[int]day.Date // by wave; a wave without a day is absent
	first    int              // the wave that opens first; 0 when there is none
	homes    map[int]int      // the wave most people of a department are in
	calendar Calendar
}

// newDates returns the dates of waves and departments, where launches say
// something else than the waves do themselves.
func newDates(waves []people.Wave, departments []people.Department, launches []Launch, c Calendar) dates {
	d := dates{opens: map[int]day.Date{}, homes: map[int]int{}, calendar: c}
	order := openingOrder(waves, launches)
	for _, w := range order {
		if w.OpensOn != nil {
			d.opens[w.ID] = *w.OpensOn
		}
	}
	if len(order) > 0 {
		d.first = order[0].ID
	}
	for _, dep := range departments {
		d.homes[dep.ID] = dep.Wave
	}
	return d
}

// openingOrder returns waves as launches have them, in the order they open; those
// without a day come last, in the order given.
func openingOrder(waves []people.Wave, launches []Launch) []people.Wave {
	out := slices.Clone(waves)
	for i := range out {
		at := slices.IndexFunc(launches, func(l Launch) bool { return l.Wave == out[i].ID })
		if at >= 0 {
			out[i].OpensOn = known(launches[at].On)
		}
	}
	slices.SortStableFunc(out, func(a, b people.Wave) int { return cmp.Compare(opening(a), opening(b)) })
	return out
}

func known(d day.Date) *day.Date {
	if !d.Known() {
		return nil
	}
	return &d
}

// opening is when a wave opens, [day.Never] while nobody has said.
func opening(w people.Wave) day.Date {
	if w.OpensOn == nil {
		return day.Never
	}
	return *w.OpensOn
}

// wave returns the wave whose launch a task is planned against.
func (d dates) wave(t Task) int {
	switch {
	case t.Scope == PerWave:
		return t.Wave
	case t.Scope == PerDepartment && d.homes[t.Department] != 0:
		return d.homes[t.Department]
	}
	return d.first
}

// due returns the working day a task is planned for: up to the launch no later
// than its offset says, after the launch no earlier. It is [day.None] while the
// wave has no day.
func (d dates) due(t Task) day.Date {
	launch, ok := d.opens[d.wave(t)]
	if !ok {
		return day.None
	}
	on := launch + day.Date(t.Offset)
	if t.Offset <= 0 {
		return d.calendar.OnOrBefore(on)
	}
	return d.calendar.OnOrAfter(on)
}

// dates returns those of the plan, where launches say something else.
func (p *Plan) dates(launches []Launch) dates {
	return newDates(p.Waves, p.Departments, launches, p.Rollout.Calendar)
}

// Planned returns the day a task is due by the plan, whatever was set by hand.
func (p *Plan) Planned(t Task) day.Date { return p.dates(nil).due(t) }
