package rollout

import (
	"strings"
	"time"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// acting is who changes something, and when.
type acting struct {
	by  identity.Actor
	now time.Time
}

// person returns whoever acts as the plan names people.
func (a acting) person() Person { return Person{Name: a.by.Name, Email: a.by.Email} }

// ReadsPlan reports whether an actor may read every task.
func ReadsPlan(by identity.Actor) bool {
	return by.HasAny(identity.Lead, identity.Owner, identity.Auditor)
}

// Theirs reports whether a task waits on an actor: it was given to them, or they
// hold its role.
func (p *Plan) Theirs(by identity.Actor, t Task) bool {
	return by.Email != "" && strings.EqualFold(p.Owner(t).Email, by.Email)
}

// Visible reports whether an actor may know of a task: champions know of their own.
func (p *Plan) Visible(by identity.Actor, t Task) bool {
	return ReadsPlan(by) || by.Has(identity.Champion) && p.Theirs(by, t)
}

// Free reports whether an actor may take a task that nobody owns.
func (p *Plan) Free(by identity.Actor, t Task) bool {
	return by.HasAny(identity.Lead, identity.Owner) && by.Email != "" && !p.Owner(t).Named()
}

// MayChange faults unless an actor may change a task: leads may change all,
// owners and champions theirs. What an actor may not know of is NotFound.
func (p *Plan) MayChange(by identity.Actor, t Task) error {
	switch {
	case by.Has(identity.Lead), by.HasAny(identity.Owner, identity.Champion) && p.Theirs(by, t):
		return nil
	case !p.Visible(by, t):
		return errNoTask
	case !by.Has(identity.Owner):
		return fault.New(fault.Forbidden, "You may read the plan, but not change it.")
	case !p.Owner(t).Named():
		return fault.New(fault.Forbidden, "Nobody owns this task yet. Take it first.")
	}
	return fault.New(fault.Forbidden, "This task is "+ownerName(p.Owner(t))+"’s. Ask them, or a rollout lead.")
}

func ownerName(o Person) string {
	if o.Name != "" {
		return o.Name
	}
	return o.Email
}

// leads faults unless an actor is a rollout lead: those who read the plan are
// refused, others do not know of it.
func leads(by identity.Actor) error {
	switch {
	case by.Has(identity.Lead):
		return nil
	case ReadsPlan(by):
		return fault.New(fault.Forbidden, "Only a rollout lead changes the plan.")
	}
	return errNotStarted
}

// changeable returns the task with an id as a rule may change it: the actor may,
// and it is still the version they saw. Version 0 is whichever it is.
func (p *Plan) changeable(a acting, id TaskID, version int) (Task, error) {
	t, ok := p.Task(id)
	if !ok {
		return Task{}, errNoTask
	}
	if err := p.MayChange(a.by, t); err != nil {
		return Task{}, err
	}
	if version != 0 && version != t.Version {
		return Task{}, errChanged
	}
	return t, nil
}
