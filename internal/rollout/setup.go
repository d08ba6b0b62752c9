package rollout

import (
	"slices"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// answersFor returns the answers as a rule may change them: a lead acts, a rollout
// runs, and its answers are still the version they saw.
func (p *Plan) answersFor(a acting, version int) (Rollout, error) {
	if err := leads(a.by); err != nil {
		return Rollout{}, err
	}
	switch {
	case !p.Started():
		return Rollout{}, errNotStarted
	case version != p.Rollout.Version:
		return Rollout{}, fault.New(fault.Conflict, "Somebody else changed the rollout meanwhile. Nothing was changed by you.")
	}
	return p.Rollout, nil
}

// moveLaunches is the rule of [Service.MoveLaunches].
func moveLaunches(p *Plan, a acting, launches []Launch, version int) (Change, error) {
	var c Change
	answers, err := p.answersFor(a, version)
	if err != nil {
		return c, err
	}
	for i, l := range launches {
		if _, ok := p.Wave(l.Wave); !ok {
			return c, fault.Field("launch."+number(i), "This wave is gone. Load the page again.")
		}
		if l.On.Known() && !inReach(l.On) {
			return c, fault.Field("launch."+number(i), sayOutOfReach)
		}
	}
	c.Launches = moved(p.Waves, launches)
	if len(c.Launches) == 0 {
		return c, nil
	}
	c.Rollout = &answers
	p.apply(a, Move(p, launches), "the launch", &c)
	c.record(0, "rollout.launches", "tasks", number(len(c.Tasks)))
	return c, nil
}

// OpenWave is the rule of a wave's day alone, before a rollout is started or after
// it; nil is "nobody has said".
func OpenWave(p *Plan, by identity.Actor, wave int, on *day.Date, now time.Time) (Change, error) {
	var c Change
	if !by.Has(identity.Lead) {
		return c, fault.New(fault.Forbidden, "Only a rollout lead says when a wave opens.")
	}
	if _, ok := p.Wave(wave); !ok {
		return c, fault.New(fault.NotFound, "There is no such wave.")
	}
	l := Launch{Wave: wave, On: day.None}
	if on != nil {
		l.On = *on
	}
	if l.On.Known() && !inReach(l.On) {
		return c, fault.Field("day", sayOutOfReach)
	}
	c.Launches = moved(p.Waves, []Launch{l})
	if p.Started() && len(c.Launches) > 0 {
		answers := p.Rollout
		c.Rollout = &answers
		p.apply(acting{by, now}, Move(p, c.Launches), "the launch", &c)
	}
	return c, nil
}

// apply moves what moves.
func (p *Plan) apply(a acting, shifts []Shift, with string, c *Change) {
	for _, s := range shifts {
		if s.Stays != Moves {
			continue
		}
		c.put(s.Moved())
		c.tell(a, s.Task.ID, "due", "With "+with+": "+lower(dueSentence(s.Task.Due, s.To)))
	}
}

// lower writes a sentence as the rest of another.
func lower(sentence string) string {
	if sentence == "" {
		return ""
	}
	return string(sentence[0]|0x20) + sentence[1:]
}

// setCalendar is the rule of [Service.SetCalendar].
func setCalendar(p *Plan, a acting, zone string, calendar Calendar, version int) (Change, error) {
	var c Change
	answers, err := p.answersFor(a, version)
	if err != nil {
		return c, err
	}
	if err := CheckCalendar(zone, calendar); err != nil {
		return c, err
	}
	answers.TimeZone, answers.Calendar = zone, calendar.tidy()
	to := p.dates(nil)
	to.calendar = answers.Calendar
	c.Rollout = &answers
	p.apply(a, shifts(p, to), "the working days", &c)
	c.record(0, "rollout.calendar", "time_zone", zone, "days_off", number(len(calendar.DaysOff)))
	return c, nil
}

// setHolders is the rule of [Service.SetHolders].
func setHolders(p *Plan, a acting, holders map[string]Person, version int) (Change, error) {
	var c Change
	answers, err := p.answersFor(a, version)
	if err != nil {
		return c, err
	}
	if err := CheckHolders(holders); err != nil {
		return c, err
	}
	roles := slices.Clone(p.Roles)
	changed := 0
	for i, r := range roles {
		to, ok := holders[r.Key]
		if to = to.tidy(); ok && to != r.Holder {
			roles[i].Holder = to
			changed++
			c.record(0, "rollout.role", "role", r.Key, "held", boolean(to.Named()))
		}
	}
	if changed > 0 {
		c.Rollout, c.Roles = &answers, roles
	}
	return c, nil
}

func boolean(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// takePlaybook is the rule of [Service.TakePlaybook].
func takePlaybook(p *Plan, a acting, newer Playbook, choices []string, version int) (Change, error) {
	var c Change
	answers, err := p.answersFor(a, version)
	if err != nil {
		return c, err
	}
	if newer.Key != p.Rollout.Playbook {
		return c, fault.Field("playbook", "The plan was made from another playbook.")
	}
	taken, err := Difference(p, newer).Take(p, choices)
	if err != nil {
		return c, err
	}
	answers.Playbook, answers.PlaybookVersion = newer.Key, newer.Version
	c.Rollout, c.Roles, c.New, c.Tasks = &answers, taken.Roles, taken.Added, taken.Changed
	for _, t := range taken.Added {
		c.tell(a, t.ID, "created", "Planned from “"+newer.Name+"”, "+newer.Version+".")
	}
	for _, t := range taken.Changed {
		c.tell(a, t.ID, "edited", "Changed with “"+newer.Name+"”, "+newer.Version+".")
	}
	c.record(0, "rollout.playbook", "version", newer.Version, "added", number(len(c.New)), "changed", number(len(c.Tasks)))
	return c, nil
}

// grow adds the tasks of waves and departments that the plan has none of yet:
// people were placed in them after the rollout had been started.
func grow(p *Plan, a acting) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	if !p.Started() {
		return c, errNotStarted
	}
	c.New = p.Missing()
	for _, t := range c.New {
		c.tell(a, t.ID, "created", "Planned for a wave or a department that joined.")
	}
	if len(c.New) > 0 {
		c.record(0, "rollout.grown", "tasks", number(len(c.New)))
	}
	return c, nil
}

// Missing returns the tasks that waves and departments without any would get, by
// the playbook version the plan was made from. Their ids are provisional.
func (p *Plan) Missing() []Task {
	book, ok := PlaybookNamed(p.Rollout.Playbook)
	if !ok || book.Version != p.Rollout.PlaybookVersion {
		return nil
	}
	waves, departments := map[int]bool{}, map[int]bool{}
	for _, t := range p.Tasks {
		waves[t.Wave], departments[t.Department] = true, true
	}
	built := Build(book, p.Answers(), p.Waves, p.Departments)
	return p.graft(built, func(t Task) bool {
		return t.Scope == PerWave && !waves[t.Wave] || t.Scope == PerDepartment && !departments[t.Department]
	})
}

// graft returns the built tasks that are new, waiting for those the plan has.
func (p *Plan) graft(built []Task, isNew func(Task) bool) []Task {
	have := map[taskPlace]TaskID{}
	for _, t := range p.Tasks {
		have[place(t)] = t.ID
	}
	ids := map[TaskID]TaskID{}
	for _, t := range built {
		ids[t.ID] = t.ID
		if id, ok := have[place(t)]; ok {
			ids[t.ID] = id
		} else if !isNew(t) {
			delete(ids, t.ID)
		}
	}
	var out []Task
	for _, t := range built {
		if ids[t.ID] != t.ID {
			continue
		}
		waits := t.WaitsFor
		t.WaitsFor = nil
		for _, id := range waits {
			if to, ok := ids[id]; ok {
				t.WaitsFor = append(t.WaitsFor, to)
			}
		}
		out = append(out, t)
	}
	return out
}

// Answers returns what was answered when the rollout was started, as it is now.
func (p *Plan) Answers() Answers {
	a := Answers{
		Playbook: p.Rollout.Playbook, Organization: p.Rollout.Organization, Architecture: p.Rollout.Architecture, Reason: p.Rollout.ArchitectureReason,
		Install: p.Rollout.Install, TimeZone: p.Rollout.TimeZone, Calendar: p.Rollout.Calendar, Holders: map[string]Person{},
	}
	for _, w := range p.Waves {
		l := Launch{Wave: w.ID, Name: w.Name, On: day.None}
		if w.OpensOn != nil {
			l.On = *w.OpensOn
		}
		a.Launches = append(a.Launches, l)
	}
	for _, r := range p.Roles {
		a.Holders[r.Key] = r.Holder
	}
	return a
}
