package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
	"groundswell/internal/sandbox"
	"groundswell/internal/sheet"
)

// storyRate is what an hour costs at the invented organization, in USD.
const storyRate = "68.00"

// tell gives a new demo what the API does not tell: the roster, trainings,
// touchpoints, launch dates and targets, through the same doors as everybody
// else's. The phases come last: where there are some, the story has been told,
// and what somebody made of it since is left alone.
func (a *app) tell(ctx context.Context, org *sandbox.Org) error {
	set, err := a.store.Settings(ctx)
	if err != nil || len(set.Phases) > 0 {
		return err
	}
	now, lead := time.Now(), identity.Operator()
	for _, f := range []struct {
		kind  sheet.Kind
		table [][]string
	}{{sheet.People, rosterOf(org)}, {sheet.Training, trainingsOf(org)}, {sheet.Touchpoints, touchpointsOf(org)}, {sheet.Devices, devicesOf(org)}} {
		if err := a.importTable(ctx, lead, f.kind, f.table, now); err != nil {
			return fmt.Errorf("import the demo's %s: %w", f.kind, err)
		}
	}
	for _, w := range org.Waves() {
		if err := a.openWave(ctx, lead, w, now); err != nil {
			return fmt.Errorf("set the day %s opens: %w", w.Name, err)
		}
	}
	return a.aim(ctx, lead, org.Waves()[0].Opens, now)
}

func (a *app) importTable(ctx context.Context, lead identity.Actor, kind sheet.Kind, table [][]string, now time.Time) error {
	var buf bytes.Buffer
	if err := csv.NewWriter(&buf).WriteAll(table); err != nil {
		return err
	}
	f := sheet.File{Name: "aldermere-" + string(kind) + ".csv", Body: &buf}
	roster := &people.Service{Keeper: a.store}
	var err error
	switch kind {
	case sheet.People:
		_, err = roster.Apply(ctx, lead, f, sheet.Options{}, now)
	case sheet.Touchpoints:
		_, err = roster.ApplyTouchpoints(ctx, lead, f, sheet.Options{}, now)
	case sheet.Training:
		_, err = (&enablement.Service{Keeper: a.store}).Apply(ctx, lead, f, sheet.Options{}, now)
	case sheet.Devices:
		_, err = (&rollout.Devices{Keeper: a.store}).Apply(ctx, lead, f, sheet.Options{}, now)
	}
	return err
}

func rosterOf(org *sandbox.Org) [][]string {
	out := [][]string{{"email", "name", "department", "wave"}}
	for _, p := range org.Directory() {
		out = append(out, []string{p.Email, p.Name, p.Department, p.Wave})
	}
	return out
}

func trainingsOf(org *sandbox.Org) [][]string {
	out := [][]string{{"email", "session", "kind", "date", "status", "minutes"}}
	for _, t := range org.Trainings() {
		minutes := ""
		if t.Minutes > 0 {
			minutes = strconv.Itoa(t.Minutes)
		}
		out = append(out, []string{t.Email, t.Session, t.Kind, t.Day.String(), t.Status, minutes})
	}
	return out
}

func touchpointsOf(org *sandbox.Org) [][]string {
	out := [][]string{{"date", "champion_email", "user_email", "department", "kind", "note"}}
	for _, t := range org.Touchpoints() {
		out = append(out, []string{t.Day.String(), t.Champion, t.User, t.Department, t.Kind, t.Note})
	}
	return out
}

func devicesOf(org *sandbox.Org) [][]string {
	out := [][]string{{"device", "email", "platform", "app_version", "last_seen"}}
	for _, d := range org.Devices() {
		out = append(out, []string{d.Name, d.Email, d.Platform, d.AppVersion, d.Seen.String()})
	}
	return out
}

func (a *app) openWave(ctx context.Context, lead identity.Actor, w sandbox.WaveDay, now time.Time) error {
	waves, err := a.store.Waves(ctx, day.FromTime(now))
	if err != nil {
		return err
	}
	for _, have := range waves {
		if have.Name == w.Name {
			return a.store.SetWaveOpens(ctx, lead, have.ID, &w.Opens, now)
		}
	}
	return nil
}

// aim sets the targets that somebody answers for, what an hour costs, and the phases.
func (a *app) aim(ctx context.Context, lead identity.Actor, pilot day.Date, now time.Time) error {
	due := pilot + 27
	for _, t := range []adoption.SetTarget{
		{Metric: adoption.ActivationRate, Phase: adoption.PhaseLaunch, Value: 0.65, Owner: "Ines Marchetti", Due: due},
		{Metric: adoption.DelegationRate, Phase: adoption.PhaseLaunch, Value: 0.12, Owner: "Grace Adeyemi", Due: due},
		{Metric: adoption.WeeklyActives, Phase: adoption.PhaseLaunch, Value: 0.09, Owner: "Grace Adeyemi", Due: due},
		{Metric: adoption.ChampionTouchpoints, Phase: adoption.PhaseLaunch, Value: 4, Owner: "Kwame Mensah", Due: due},
		{Metric: adoption.HelpSessionParticipation, Phase: adoption.PhaseLaunch, Value: 0.03, Owner: "Kwame Mensah", Due: due},
		{Metric: adoption.NamedWins, Phase: adoption.PhaseLaunch, Value: 1, Owner: "Elif Aydin", Due: due},
	} {
		if err := a.aimAt(ctx, lead, t, now); err != nil {
			return fmt.Errorf("set the demo's target of %s: %w", t.Metric, err)
		}
	}
	if err := a.price(ctx, lead, now); err != nil {
		return fmt.Errorf("set what an hour costs in the demo: %w", err)
	}
	err := a.store.SetPhases(ctx, lead, nil, []adoption.PhaseStart{
		{Phase: adoption.PhaseSetup, From: pilot - 62}, {Phase: adoption.PhaseLaunch, From: pilot - 14},
		{Phase: adoption.PhaseEnablement, From: pilot + 28}, {Phase: adoption.PhaseScaling, From: pilot + 84},
	}, now)
	if err != nil {
		return fmt.Errorf("set the demo's phases: %w", err)
	}
	return nil
}

func (a *app) aimAt(ctx context.Context, lead identity.Actor, t adoption.SetTarget, now time.Time) error {
	set, err := a.store.Settings(ctx)
	if err != nil {
		return err
	}
	if _, ok := set.SetTarget(t.Metric, t.Phase); ok {
		return nil
	}
	return a.store.SetTarget(ctx, lead, t, 0, now)
}

func (a *app) price(ctx context.Context, lead identity.Actor, now time.Time) error {
	was, err := a.store.Settings(ctx)
	if err != nil {
		return err
	}
	rate, err := adoption.ParseUSD(storyRate)
	if err != nil {
		return err
	}
	to := was
	to.HourlyRate = &rate
	return a.store.SaveSettings(ctx, lead, was, to, now)
}
