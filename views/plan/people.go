package plan

import (
	"slices"
	"strings"

	"groundswell/internal/rollout"
)

// owners are the people that tasks wait on, by name.
func (r Reader) owners() []rollout.Person {
	out := []rollout.Person{}
	add := func(p rollout.Person) {
		if p.Named() && !slices.ContainsFunc(out, func(have rollout.Person) bool { return strings.EqualFold(have.Email, p.Email) }) {
			out = append(out, p)
		}
	}
	for _, role := range r.Plan.Roles {
		add(role.Holder)
	}
	for _, t := range r.Plan.Tasks {
		if r.Plan.Visible(r.Actor, t) {
			add(t.Owner)
		}
	}
	slices.SortFunc(out, func(a, b rollout.Person) int { return strings.Compare(nameOf(a), nameOf(b)) })
	return out
}

// People are those that tasks wait on, as they are typed into a form: a name and an address.
func (r Reader) People() []string {
	out := []string{}
	for _, o := range r.owners() {
		out = append(out, Address(o))
	}
	return out
}

// Named returns the person with an address, by the name the plan knows them by.
func (r Reader) Named(email string) rollout.Person {
	for _, o := range r.owners() {
		if strings.EqualFold(o.Email, email) {
			return o
		}
	}
	return rollout.Person{Email: email}
}

// Neighbour is the task above or below another in its section.
func (r Reader) Neighbour(t rollout.Task, above bool) (rollout.Task, bool) {
	i := slices.IndexFunc(r.Plan.Tasks, func(o rollout.Task) bool { return o.ID == t.ID })
	if above {
		i--
	} else {
		i++
	}
	if i < 0 || i >= len(r.Plan.Tasks) {
		return rollout.Task{}, false
	}
	o := r.Plan.Tasks[i]
	return o, o.Phase == t.Phase && o.Section == t.Section
}

// Address writes a person as an address with a name: Dana Whitfield <dana@example.com>.
func Address(p rollout.Person) string {
	if p.Name == "" || !p.Named() {
		return p.Email
	}
	return p.Name + " <" + p.Email + ">"
}
