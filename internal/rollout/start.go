package rollout

import (
	"slices"
	"strings"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/people"
)

// How far the phases lie from the launches, in days.
const (
	launchPhaseBefore = 14 // the first launch
	scalingAfterLast  = 28 // the last launch, where there are several
	scalingAfterOnly  = 84 // the launch, where there is one
)

// start is the rule of [Service.Start].
func start(p *Plan, a acting, answers Answers) (Change, error) {
	var c Change
	if err := leads(a.by); err != nil {
		return c, err
	}
	if p.Started() {
		return c, fault.New(fault.Conflict, "A rollout has been started already. Open the plan.")
	}
	if err := answers.Check(); err != nil {
		return c, err
	}
	book, ok := PlaybookNamed(answers.Playbook)
	if !ok {
		return c, fault.Field("playbook", "Choose a playbook.")
	}
	waves, err := p.settle(&answers)
	if err != nil {
		return c, err
	}
	c.Rollout = answers.rollout(a, book)
	c.Roles = rolesOf(book, answers.Holders)
	c.Launches = moved(p.Waves, answers.Launches)
	c.New = Build(book, answers, waves, p.Departments)
	if len(p.Phases) == 0 {
		c.Phases = phases(newDates(waves, p.Departments, answers.Launches, answers.Calendar), c.New)
	}
	if err := c.inForce(p, a, answers.InForce); err != nil {
		return Change{}, err
	}
	for _, t := range c.New {
		c.tell(a, t.ID, "created", "Planned from “"+book.Name+"”, "+book.Version+".")
	}
	c.record(0, "rollout.started", "playbook", book.Key, "version", book.Version, "tasks", number(len(c.New)))
	return c, nil
}

// inForce passes the gates of what was enforced before there was a plan: they
// open nothing, and their tasks are done.
func (c *Change) inForce(p *Plan, a acting, since map[GateKind]day.Date) error {
	for i := range c.New {
		t := &c.New[i]
		on, ok := since[t.Gate]
		switch {
		case !ok:
			continue
		case on > p.Today(a.now):
			return fault.Field("in_force."+string(t.Gate), "This day lies in the future. Leave it empty: the plan has a gate for it.")
		}
		t.State, t.DoneAt, t.DoneBy = Done, a.now, a.by.Name
		if c.Passed == nil {
			c.Passed = map[TaskID]day.Date{}
		}
		c.Passed[t.ID] = on
		c.note(a, t.ID, "gate", "In force since "+short(on)+", before there was a plan.", "in_force", on.String())
	}
	return nil
}

// settle finds the waves that launches name, gives those that do not exist yet a
// negative id, and returns all there will be.
func (p *Plan) settle(answers *Answers) ([]people.Wave, error) {
	waves := slices.Clone(p.Waves)
	launches := slices.Clone(answers.Launches)
	for i, l := range launches {
		field := "launch." + number(i)
		at := slices.IndexFunc(waves, func(w people.Wave) bool {
			return l.Wave != 0 && w.ID == l.Wave || l.Wave == 0 && strings.EqualFold(w.Name, strings.TrimSpace(l.Name))
		})
		switch {
		case at >= 0:
			launches[i].Wave = waves[at].ID
		case l.Wave != 0:
			return nil, fault.Field(field, "This wave is gone. Load the page again.")
		default:
			launches[i].Wave, launches[i].Name = -i-1, strings.TrimSpace(l.Name)
			waves = append(waves, people.Wave{ID: launches[i].Wave, Name: launches[i].Name, OpensOn: known(l.On)})
		}
	}
	answers.Launches = launches
	return waves, nil
}

// rollout is what is kept of the answers.
func (a Answers) rollout(by acting, book Playbook) *Rollout {
	return &Rollout{
		Organization: strings.TrimSpace(a.Organization), Playbook: book.Key, PlaybookVersion: book.Version,
		Architecture: a.Architecture, ArchitectureReason: strings.TrimSpace(a.Reason), ArchitectureBy: by.person(), ArchitectureAt: by.now,
		Install: a.Install, TimeZone: a.TimeZone, Calendar: a.Calendar.tidy(), StartedAt: by.now, Version: 1,
	}
}

// tidy returns c as it is kept: ascending, each day once.
func (c Calendar) tidy() Calendar {
	c.Weekdays = slices.Compact(slices.Sorted(slices.Values(c.Weekdays)))
	c.DaysOff = slices.Compact(slices.Sorted(slices.Values(c.DaysOff)))
	return c
}

// rolesOf returns the roles of a playbook with who holds them.
func rolesOf(book Playbook, holders map[string]Person) []Role {
	out := make([]Role, 0, len(book.Roles))
	for _, r := range book.Roles {
		out = append(out, Role{Key: r.Key, Name: r.Name, Holder: holders[r.Key].tidy()})
	}
	return out
}

// tidy returns p without the space around, named by address where nobody typed a name.
func (p Person) tidy() Person {
	p.Name, p.Email = strings.TrimSpace(p.Name), strings.TrimSpace(p.Email)
	if p.Name == "" {
		p.Name = p.Email
	}
	return p
}

// moved returns the launches that say something else than the waves do.
func moved(waves []people.Wave, launches []Launch) []Launch {
	var out []Launch
	for _, l := range launches {
		i := slices.IndexFunc(waves, func(w people.Wave) bool { return w.ID == l.Wave })
		if i < 0 || !sameDay(waves[i].OpensOn, known(l.On)) {
			out = append(out, l)
		}
	}
	return out
}

func sameDay(x, y *day.Date) bool {
	return x == nil && y == nil || x != nil && y != nil && *x == *y
}

// phases returns when each phase begins by the launches, none while no wave has a day.
func phases(d dates, tasks []Task) []adoption.PhaseStart {
	first, ok := d.opens[d.first]
	if !ok {
		return nil
	}
	launch := first - launchPhaseBefore
	setup := launch - 1
	for _, t := range tasks {
		if t.Due.Known() {
			setup = min(setup, t.Due)
		}
	}
	scaling := first + scalingAfterOnly
	if len(d.opens) > 1 {
		scaling = first + scalingAfterLast
		for _, on := range d.opens {
			scaling = max(scaling, on+scalingAfterLast)
		}
	}
	return []adoption.PhaseStart{
		{Phase: adoption.PhaseSetup, From: setup}, {Phase: adoption.PhaseLaunch, From: launch},
		{Phase: adoption.PhaseEnablement, From: first}, {Phase: adoption.PhaseScaling, From: scaling},
	}
}
