package main

import (
	"context"
	"fmt"
	"slices"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sandbox"
)

// helping tells what the demo's champions and hosts did so far, through the
// rules that hold for everybody.
type helping struct {
	*planning
	org         *sandbox.Org
	champions   *people.ChampionService
	departments map[string]people.Department
	actors      map[string]identity.Actor // champions, by address
}

// peopleStory fills the register, the trainings, the library and what people
// said. It runs once: a register with somebody in it was told already.
func (a *app) peopleStory(ctx context.Context, org *sandbox.Org) error {
	there, err := a.store.ChampionsOf(ctx, nil, org.Today())
	if err != nil || slices.ContainsFunc(there, func(c people.OnRecord) bool { return c.ID != 0 }) {
		return err
	}
	p, err := a.newPlanning(org)
	if err != nil {
		return err
	}
	if err := p.meet(ctx); err != nil {
		return err
	}
	h := &helping{planning: p, org: org, champions: &people.ChampionService{Keeper: a.store}}
	for _, chapter := range []struct {
		of   string
		tell func(context.Context) error
	}{
		{"departments", h.learnDepartments}, {"champions", h.fillRegister}, {"sessions", h.planSessions},
		{"wins", h.tellWins}, {"library", h.fillLibrary}, {"support", h.openSupport}, {"courses", h.hearCourses},
	} {
		if err := chapter.tell(ctx); err != nil {
			return fmt.Errorf("tell the demo's %s: %w", chapter.of, err)
		}
	}
	return nil
}

func (h *helping) learnDepartments(ctx context.Context) error {
	all, err := h.store.Departments(ctx, h.today)
	if err != nil {
		return err
	}
	h.departments = map[string]people.Department{}
	for _, d := range all {
		h.departments[d.Name] = d
	}
	return nil
}

// waveOneChampions is how many champions the departments of wave 1 have found.
var waveOneChampions = []struct {
	department string
	n          int
}{{"Underwriting", 5}, {"Customer Service", 3}, {"Claims Service", 3}, {"Actuarial", 2}}

// fillRegister says how many champions there should be, and enters those there
// are: the pilot's, and those of wave 1, who start before their departments.
func (h *helping) fillRegister(ctx context.Context) error {
	began := h.at(h.pilot-20, 11)
	every := people.DefaultCoverage()
	every.PeopleLow, every.PeopleHigh = 60, 120
	if err := h.champions.SetCoverage(ctx, h.ines, every, began); err != nil {
		return err
	}
	for _, c := range h.org.Champions() {
		terms := people.Terms{Since: h.pilot - 14, EarlyAccess: h.pilot - 10, LeavesOn: day.None, AgreedMinutes: 90}
		if err := h.register(ctx, c, terms); err != nil {
			return err
		}
	}
	for _, w := range waveOneChampions {
		for _, p := range h.early(w.department, w.n) {
			terms := people.Terms{Since: h.pilot + 4, EarlyAccess: h.pilot + 8, LeavesOn: day.None, AgreedMinutes: 60}
			if err := h.register(ctx, sandbox.Champion{Email: p.Email, Name: p.Name, Department: p.Department}, terms); err != nil {
				return err
			}
		}
	}
	return h.unsettled(ctx)
}

// early returns n people of a department of the directory, spread over it.
func (h *helping) early(department string, n int) []sandbox.DirectoryPerson {
	var all []sandbox.DirectoryPerson
	for _, p := range h.org.Directory() {
		if p.Department == department && p.Arrived {
			all = append(all, p)
		}
	}
	var out []sandbox.DirectoryPerson
	for i := range min(n, len(all)) {
		out = append(out, all[i*len(all)/n])
	}
	return out
}

func (h *helping) register(ctx context.Context, c sandbox.Champion, t people.Terms) error {
	at := h.at(t.Since, 12)
	if day.FromTime(at) >= h.today {
		at, t.Since = h.at(h.today-1, 12), h.today-1
	}
	n := people.Nomination{Email: c.Email, Name: c.Name, Department: h.departments[c.Department].ID, Because: "Was among the first to hand work over, and likes to explain."}
	if _, err := h.champions.Register(ctx, h.ines, n, t, at); err != nil {
		return fmt.Errorf("register a champion of %s: %w", c.Department, err)
	}
	return nil
}

// unsettled leaves something to decide: somebody of Legal will leave, a manager
// has named somebody else, and an invitation waits for its answer.
func (h *helping) unsettled(ctx context.Context) error {
	now := h.at(h.today-1, 14)
	all, err := h.store.ChampionsOf(ctx, []string{h.departments["Legal"].Slug}, h.today)
	if err != nil || len(all) == 0 {
		return err
	}
	leaver := all[len(all)-1]
	terms := people.Terms{Since: leaver.Since, EarlyAccess: leaver.EarlyAccess, LeavesOn: h.today + 12, AgreedMinutes: leaver.AgreedMinutes}
	if _, err := h.champions.Change(ctx, h.ines, leaver.ID, 1, terms, now); err != nil {
		return err
	}
	for i, name := range []string{"Legal", "Customer Service", "IT"} {
		who := h.early(name, 7)[5]
		n := people.Nomination{Email: who.Email, Name: who.Name, Department: h.departments[name].ID, Because: "Colleagues ask them already."}
		c, err := h.champions.Nominate(ctx, h.ines, n, now)
		if err != nil {
			return err
		}
		if i == 1 {
			if _, _, err := h.champions.Invite(ctx, h.ines, c.ID, c.Version, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// champion returns the i-th champion of a department as they act.
func (h *helping) champion(ctx context.Context, department string, i int) (identity.Actor, error) {
	d := h.departments[department]
	all, err := h.store.ChampionsOf(ctx, []string{d.Slug}, h.today)
	if err != nil || len(all) == 0 {
		return identity.Actor{}, err
	}
	if h.actors == nil {
		if err := h.learnActors(ctx); err != nil {
			return identity.Actor{}, err
		}
	}
	c := all[i%len(all)]
	by := h.actors[c.Email]
	by.Name = c.Name // who has never signed in has none yet
	return by, nil
}

func (h *helping) learnActors(ctx context.Context) error {
	everybody, err := h.store.Access(ctx, h.at(h.today-1, 9))
	if err != nil {
		return err
	}
	h.actors = map[string]identity.Actor{}
	for _, a := range everybody.Accounts {
		h.actors[a.Email] = a.Actor()
	}
	return nil
}
