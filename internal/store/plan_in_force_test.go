package store_test

import (
	"maps"
	"testing"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

// TestWhatWasEnforcedBeforeThePlan says so with the day, and leaves every other gate shut.
func TestWhatWasEnforcedBeforeThePlan(t *testing.T) {
	s := keyed(t, dbtest.New(t))
	service := &rollout.Service{Keeper: s}
	a := answers
	a.Launches = []rollout.Launch{{Name: "Wave 1", On: day.Of(2026, 11, 19)}}
	since := day.FromTime(noon()) - 90
	for _, wrong := range []map[rollout.GateKind]day.Date{
		{rollout.GateSSO: day.FromTime(noon()) + 1}, {rollout.GateSSO: day.None}, {rollout.GateWave: since}, {rollout.GateArchitecture: since},
	} {
		a.InForce = wrong
		if err := service.Start(t.Context(), identity.Operator(), a, noon()); !fault.Is(err, fault.Invalid) {
			t.Errorf("in force %v: %v", maps.Collect(maps.All(wrong)), err)
		}
	}
	a.InForce = map[rollout.GateKind]day.Date{rollout.GateSSO: since}
	if err := service.Start(t.Context(), identity.Operator(), a, noon()); err != nil {
		t.Fatal(err)
	}
	p := planOf(t, s)
	for _, g := range p.Gates {
		task, _ := p.Task(g.Task)
		passed := g.State(noon()) == rollout.GatePassed
		if want := g.Kind == rollout.GateSSO; passed != want || (task.State == rollout.Done) != want || want && g.PassedOn != since {
			t.Errorf("%s: passed %v on %s, its task is %s", g.Kind, passed, g.PassedOn, task.State)
		}
	}
}
