package rollout

import (
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

// Arrange makes looking up tasks by id fast. Whoever makes a plan calls it once,
// when its tasks are there and before anybody else reads it.
func (p *Plan) Arrange() {
	p.at = make(map[TaskID]int, len(p.Tasks))
	p.blocks = map[TaskID][]TaskID{}
	for i, t := range p.Tasks {
		p.at[t.ID] = i
		for _, id := range t.WaitsFor {
			p.blocks[id] = append(p.blocks[id], t.ID)
		}
	}
}

// place returns where in Tasks the task with an id is, -1 when there is none.
func (p *Plan) place(id TaskID) int {
	if p.at == nil {
		return slices.IndexFunc(p.Tasks, func(t Task) bool { return t.ID == id })
	}
	if i, ok := p.at[id]; ok {
		return i
	}
	return -1
}

// Shown returns the state of a task as people see it: an open one waits while
// anything it waits for is not settled, and is ready otherwise.
func (p *Plan) Shown(t Task) State {
	switch {
	case t.State != Open:
		return t.State
	case len(p.Unsettled(t)) > 0:
		return Waiting
	}
	return Ready
}

// Unsettled returns the tasks that t waits for still, in the order of the plan.
func (p *Plan) Unsettled(t Task) []Task {
	var out []Task
	for _, id := range t.WaitsFor {
		if i := p.place(id); i >= 0 && !p.Tasks[i].State.Settled() {
			out = append(out, p.Tasks[i])
		}
	}
	return out
}

// Blocks returns the tasks that wait for the one with an id, in the order of the plan.
func (p *Plan) Blocks(id TaskID) []TaskID {
	if p.blocks != nil {
		return p.blocks[id]
	}
	var out []TaskID
	for _, t := range p.Tasks {
		if slices.Contains(t.WaitsFor, id) {
			out = append(out, t.ID)
		}
	}
	return out
}

// WaveOf returns the wave a task is about: its own, or the one most people of its
// department are in; 0 for what is done once for the organization.
func (p *Plan) WaveOf(t Task) int {
	switch t.Scope {
	case PerWave:
		return t.Wave
	case PerDepartment:
		i := slices.IndexFunc(p.Departments, func(d people.Department) bool { return d.ID == t.Department })
		if i >= 0 {
			return p.Departments[i].Wave
		}
	}
	return 0
}

// ForWave returns the items of a wave's checklist: its own, those of the
// departments most of whose people are in it, and those of the organization.
func (p *Plan) ForWave(wave int) []Task {
	var out []Task
	for _, t := range p.Tasks {
		if of := p.WaveOf(t); t.Checklist != "" && (of == wave || t.Scope == PerOrganization) {
			out = append(out, t)
		}
	}
	return out
}

// GateOf returns the gate that a task is, false when it is none.
func (p *Plan) GateOf(id TaskID) (Gate, bool) {
	i := slices.IndexFunc(p.Gates, func(g Gate) bool { return g.Task == id })
	if i < 0 {
		return Gate{}, false
	}
	return p.Gates[i], true
}

// Today returns the day it is where the rollout happens.
func (p *Plan) Today(now time.Time) day.Date { return p.Rollout.Today(now) }

// Late reports whether a task should have been done before today.
func (p *Plan) Late(t Task, today day.Date) bool {
	return !t.State.Settled() && t.Due.Known() && t.Due < today
}

// Soon reports whether a task is due today or within the next working days.
func (p *Plan) Soon(t Task, today day.Date, days int) bool {
	return !t.State.Settled() && t.Due.Known() && t.Due >= today && t.Due <= p.Rollout.Calendar.After(today, days)
}

// Starts returns the day a task is begun, by the working days it takes until it
// is due; [day.None] when it has no date.
func (p *Plan) Starts(t Task) day.Date {
	if !t.Due.Known() {
		return day.None
	}
	return p.Rollout.Calendar.Before(t.Due, t.Days-1)
}
