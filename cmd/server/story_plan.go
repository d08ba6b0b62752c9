package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/sandbox"
	"groundswell/web"
)

// planning tells how the demo's rollout went so far: every task on the day it was
// due, by whoever has it, through the rules that hold for everybody.
type planning struct {
	*app
	service    *rollout.Service
	ines, dana identity.Actor
	helen      identity.Actor
	tomas      identity.Actor
	pilot      day.Date
	today      day.Date
	zone       *time.Location
}

// The demo's rollout begins before its pilot opens; sign-in was enforced long before.
const (
	planBegins   = 62
	ssoSince     = 150
	storyZone    = "Europe/Lisbon"
	supportSaid  = 34 // days ago: a word that has run out since
	decidedAhead = 3  // days before the pilot opened
)

// holders are who plays which part. Two parts are not filled yet.
func holders() map[string]rollout.Person {
	out := map[string]rollout.Person{}
	for name, roles := range map[string][]string{
		"Ines Marchetti": {"rollout_lead"}, "Dana Weiss": {"idp_admin", "dns_admin"}, "Helen Achterberg": {"exec_sponsor"},
		"Henrik Dahl": {"primary_owner", "claude_admin"}, "Marcus Oyelaran": {"security_lead"}, "Ravi Shah": {"endpoint_admin", "network_admin"},
		"Marta Silva": {"billing_admin"}, "Grace Adeyemi": {"data_lead"}, "Elif Aydin": {"comms_lead"},
		"Kwame Mensah": {"champion_lead", "training_lead"}, "Noor Haddad": {"support_lead"},
	} {
		for _, r := range roles {
			out[r] = rollout.Person{Name: name, Email: address(name)}
		}
	}
	return out
}

// address is somebody's at the invented organization.
func address(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@aldermere.example"
}

// leftUndone are tasks whose day has passed and that nobody has finished.
var leftUndone = []string{"clear-invites", "review-blanket-grants", "teach-files-connectors"}

// saidEarly are tasks that were vouched for on another day than the plan's, in days before today.
var saidEarly = map[string]day.Date{"prepare-support": supportSaid, "open-help-channel": supportSaid + 4, "route-helpdesk": supportSaid + 2}

// planStory starts the demo's rollout and tells it up to yesterday. It runs once.
func (a *app) planStory(ctx context.Context, org *sandbox.Org) error {
	p, err := a.store.Plan(ctx)
	if err != nil || p.Started() {
		return err
	}
	s, err := a.newPlanning(org)
	if err != nil {
		return err
	}
	if err := s.meet(ctx); err != nil {
		return err
	}
	if err := s.start(ctx, p, org); err != nil {
		return fmt.Errorf("start the demo's rollout: %w", err)
	}
	for d := s.pilot - planBegins; d < s.today; d++ {
		if err := s.live(ctx, d); err != nil {
			return fmt.Errorf("tell the demo's %s: %w", d, err)
		}
	}
	return s.ahead(ctx)
}

func (a *app) newPlanning(org *sandbox.Org) (*planning, error) {
	zone, err := time.LoadLocation(storyZone)
	if err != nil {
		return nil, err
	}
	return &planning{app: a, service: &rollout.Service{Keeper: a.store}, pilot: org.Waves()[0].Opens, today: org.Today(), zone: zone}, nil
}

// at is an hour of a day of the story.
func (s *planning) at(d day.Date, hour int) time.Time {
	y, m, n := d.Time().Date()
	return time.Date(y, m, n, hour, 0, 0, 0, s.zone)
}

// meet introduces the personas, who approve and decide under their own names.
func (s *planning) meet(ctx context.Context) error {
	cast := map[string]*identity.Actor{"ines": &s.ines, "dana": &s.dana, "helen": &s.helen, "tomas": &s.tomas}
	for _, p := range web.Personas() {
		as, ok := cast[p.ID]
		if !ok {
			continue
		}
		actor, err := web.Introduce(ctx, s.identity, p, s.at(s.pilot-planBegins, 9))
		if err != nil {
			return fmt.Errorf("introduce %s: %w", p.ID, err)
		}
		*as = actor
	}
	return nil
}

func (s *planning) start(ctx context.Context, p *rollout.Plan, org *sandbox.Org) error {
	a := rollout.Answers{
		Playbook: "claude-cowork", Organization: demoOrg, Architecture: rollout.SingleOrganization,
		Reason:  "One identity provider, and no data that departments keep from each other.",
		Install: rollout.InstallManaged, TimeZone: storyZone,
		Calendar: rollout.Calendar{Weekdays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}},
		Holders:  holders(), InForce: map[rollout.GateKind]day.Date{rollout.GateSSO: s.pilot - ssoSince},
	}
	for _, w := range org.Waves() {
		i := slices.IndexFunc(p.Waves, func(have people.Wave) bool { return have.Name == w.Name })
		if i < 0 {
			return fmt.Errorf("the roster has no wave %s", w.Name)
		}
		a.Launches = append(a.Launches, rollout.Launch{Wave: p.Waves[i].ID, Name: w.Name, On: w.Opens})
	}
	return s.service.Start(ctx, s.ines, a, s.at(s.pilot-planBegins, 10))
}

// live does on a day what the plan asks for by then.
func (s *planning) live(ctx context.Context, d day.Date) error {
	if d == s.pilot-decidedAhead {
		if err := s.decide(ctx, s.at(d, 14)); err != nil {
			return fmt.Errorf("decide the pilot: %w", err)
		}
	}
	for hour := 10; ; hour++ {
		p, err := s.store.Plan(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(p.Tasks, func(t rollout.Task) bool { return s.due(p, t, d) })
		if i < 0 {
			return nil
		}
		if err := s.do(ctx, p, p.Tasks[i], s.at(d, 10+hour%8)); err != nil {
			return fmt.Errorf("%s: %w", p.Tasks[i].Key, err)
		}
	}
}

// due reports whether a task is done on d: its day has come, and nothing it waits for is open.
func (s *planning) due(p *rollout.Plan, t rollout.Task, d day.Date) bool {
	on := t.Due
	if ago, ok := saidEarly[t.Key]; ok {
		on = s.today - ago
	}
	switch {
	case t.State != rollout.Open, on > d, slices.Contains(leftUndone, t.Key), len(p.Unsettled(t)) > 0:
		return false
	case t.Gate == rollout.GateRoles:
		return false
	}
	return true
}

// do finishes a task with what it asks for as proof, or passes its gate.
func (s *planning) do(ctx context.Context, p *rollout.Plan, t rollout.Task, now time.Time) error {
	by := s.actor(p.Owner(t))
	switch {
	case t.Gate != "":
		return s.pass(ctx, t, now)
	case t.Evidence.Kind == rollout.ByProof:
		if err := s.service.AddLink(ctx, by, t.ID, "Notes", "https://wiki.aldermere.example/cowork/"+t.Key, now); err != nil {
			return err
		}
	}
	p, err := s.store.Plan(ctx)
	if err != nil {
		return err
	}
	t, _ = p.Task(t.ID)
	return s.service.SetState(ctx, by, rollout.NewState{Task: t.ID, Version: t.Version, To: rollout.Done, Words: t.DoneWhen}, now)
}

// actor is whoever has a task; the lead does what nobody has yet.
func (s *planning) actor(who rollout.Person) identity.Actor {
	for _, a := range []identity.Actor{s.ines, s.dana, s.helen} {
		if a.Email == who.Email && a.HasAny(identity.Lead, identity.Owner) {
			return a
		}
	}
	if !who.Named() {
		return s.ines
	}
	return identity.Actor{Name: who.Name, Email: who.Email, Roles: []identity.Role{identity.Owner}}
}

// pass takes a gate of the past: the architecture by the rules, the pilot without
// the signals that nobody had connected yet.
func (s *planning) pass(ctx context.Context, t rollout.Task, now time.Time) error {
	if t.Gate == rollout.GateWave {
		const reason = "The pilot’s people volunteered and know whom to ask. Members and devices are connected in its first week."
		err := s.gate(ctx, t, func(p *rollout.Plan, g rollout.Gate) error {
			return s.store.OverrideGate(ctx, s.ines, g.ID, g.Version, p.GatePhrase(g), reason, now)
		})
		if err != nil {
			return err
		}
		return s.recorded(ctx, t, now.Add(time.Hour))
	}
	for i, by := range []identity.Actor{s.dana, s.ines} {
		err := s.gate(ctx, t, func(_ *rollout.Plan, g rollout.Gate) error {
			return s.store.ApproveGate(ctx, by, g.ID, g.Version, now.Add(time.Duration(i)*time.Hour))
		})
		if err != nil {
			return err
		}
	}
	err := s.gate(ctx, t, func(_ *rollout.Plan, g rollout.Gate) error {
		return s.store.OpenGate(ctx, s.ines, g.ID, g.Version, now.Add(2*time.Hour))
	})
	if err != nil {
		return err
	}
	return s.recorded(ctx, t, now.Add(3*time.Hour))
}

// recorded says that what a gate stands in front of was done.
func (s *planning) recorded(ctx context.Context, t rollout.Task, now time.Time) error {
	return s.gate(ctx, t, func(_ *rollout.Plan, g rollout.Gate) error {
		return s.store.RecordGate(ctx, s.ines, g.ID, g.Version, day.FromTime(now), now)
	})
}

// gate lends the gate of a task, as it is by now.
func (s *planning) gate(ctx context.Context, t rollout.Task, fn func(*rollout.Plan, rollout.Gate) error) error {
	p, err := s.store.Plan(ctx)
	if err != nil {
		return err
	}
	for _, g := range p.Gates {
		if g.Task == t.ID {
			return fn(p, g)
		}
	}
	return fmt.Errorf("%s has no gate", t.Key)
}

// deciders are whose word a launch waits for.
func (s *planning) deciders() []rollout.Decider {
	return []rollout.Decider{
		{Person: rollout.Person{Name: s.ines.Name, Email: s.ines.Email}, Title: "Rollout lead"},
		{Person: rollout.Person{Name: s.dana.Name, Email: s.dana.Email}, Title: "Identity"},
		{Person: rollout.Person{Name: s.helen.Name, Email: s.helen.Email}, Title: "Executive sponsor"},
	}
}

// ask lends the readiness of a wave to a rule, as its page does.
func (s *planning) ask(ctx context.Context, wave int, now time.Time, rule func(rollout.Question) error) error {
	p, err := s.store.Plan(ctx)
	if err != nil {
		return err
	}
	return s.store.UpdateReadiness(ctx, wave, p.Readiness[wave].Version, now, rule)
}

// decide lets the deciders say go for the pilot.
func (s *planning) decide(ctx context.Context, now time.Time) error {
	p, err := s.store.Plan(ctx)
	if err != nil {
		return err
	}
	wave := p.Waves[0].ID
	steps := []func(rollout.Question) error{
		func(q rollout.Question) error { return q.SetDeciders(s.ines, s.deciders()) },
		func(q rollout.Question) error { return q.SetDecideAt(s.ines, now.Add(2*time.Hour), now) },
		func(q rollout.Question) error { return q.Ask(s.ines, now) },
		func(q rollout.Question) error { return q.Vote(s.dana, rollout.Go, "", now.Add(time.Hour)) },
		func(q rollout.Question) error { return q.Vote(s.helen, rollout.Go, "", now.Add(2*time.Hour)) },
		func(q rollout.Question) error { return q.Vote(s.ines, rollout.Go, "", now.Add(2*time.Hour)) },
	}
	for i, step := range steps {
		if err := s.ask(ctx, wave, now.Add(time.Duration(i)*time.Minute), step); err != nil {
			return err
		}
	}
	return nil
}

// ahead names who decides the next wave and when, and begins what is due next.
func (s *planning) ahead(ctx context.Context) error {
	p, err := s.store.Plan(ctx)
	if err != nil {
		return err
	}
	now := s.at(s.today-1, 16)
	next, ok := p.NextWave(s.today)
	if !ok {
		return nil
	}
	at := s.at(*next.OpensOn-5, 10)
	for _, step := range []func(rollout.Question) error{
		func(q rollout.Question) error { return q.SetDeciders(s.ines, s.deciders()) },
		func(q rollout.Question) error { return q.SetDecideAt(s.ines, at, now) },
	} {
		if err := s.ask(ctx, next.ID, now, step); err != nil {
			return err
		}
	}
	for _, t := range p.Tasks {
		if t.State == rollout.Open && t.Gate == "" && t.Due.Known() && t.Due < s.today+3 && len(p.Unsettled(t)) == 0 && !slices.Contains(leftUndone[:1], t.Key) {
			if err := s.service.SetState(ctx, s.actor(p.Owner(t)), rollout.NewState{Task: t.ID, Version: t.Version, To: rollout.Doing}, now); err != nil {
				return fmt.Errorf("begin %s: %w", t.Key, err)
			}
		}
	}
	return nil
}
