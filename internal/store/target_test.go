package store_test

import (
	"fmt"
	gosync "sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

func keyed(t *testing.T, pool *pgxpool.Pool) *store.Store {
	t.Helper()
	keys, _ := seal.Random()
	return store.New(pool, keys)
}

// audited returns the actions and details of the audit log, and fails when it is not whole.
func audited(t *testing.T, pool *pgxpool.Pool, s *store.Store) []string {
	t.Helper()
	if state, err := s.VerifyAudit(t.Context()); err != nil || state.Bad != 0 {
		t.Fatal(state, err)
	}
	rows, err := pool.Query(t.Context(), "select action || ' ' || subject || ' ' || detail from audit_log order by seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	return out
}

func TestTargetsReplaceDefaultsAndKeepTheirHistory(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	now := noon()
	by := identity.Operator()
	all := adoption.SetTarget{Metric: adoption.ActivationRate, Value: 0.8, Owner: "Nadia", Due: day.Of(2026, 12, 1)}
	launch := adoption.SetTarget{Metric: adoption.ActivationRate, Phase: adoption.PhaseLaunch, Value: 0.4, Due: day.None}
	for _, target := range []adoption.SetTarget{all, launch} {
		if err := s.SetTarget(t.Context(), by, target, 0, now); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]adoption.SetTarget{all, launch}, indexOf(t, s).Settings.Targets); d != "" {
		t.Errorf("in the index (-want +got):\n%s", d)
	}
	set, err := s.Settings(t.Context())
	if d := cmp.Diff([]adoption.SetTarget{all, launch}, set.Targets); d != "" || err != nil {
		t.Errorf("in the settings (-want +got):\n%s%v", d, err)
	}
	history, err := s.TargetHistory(t.Context(), adoption.ActivationRate)
	if err != nil || len(history) != 2 || history[0].Phase != adoption.PhaseLaunch || !history[1].At.Equal(now) {
		t.Fatalf("%+v, %v", history, err)
	}
	if err := s.SetTarget(t.Context(), by, all, history[1].ID, now); err != nil {
		t.Fatal(err)
	}
	if err := s.ResetTarget(t.Context(), by, adoption.ActivationRate, "", history[1].ID, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]adoption.SetTarget{launch}, indexOf(t, s).Settings.Targets); d != "" {
		t.Errorf("after the reset (-want +got):\n%s", d)
	}
	history, err = s.TargetHistory(t.Context(), "")
	if err != nil || len(history) != 3 || !history[0].Reset || history[0].Phase != "" {
		t.Errorf("setting the same again is no change, a reset is: %+v, %v", history, err)
	}
	if other, err := s.TargetHistory(t.Context(), adoption.NamedWins); err != nil || len(other) != 0 {
		t.Errorf("another metric's history: %+v, %v", other, err)
	}
	want := []string{
		`target.set target/activation_rate {"due":"2026-12-01","from":"default","phase":"","to":"0.8"}`,
		`target.set target/activation_rate {"due":"","from":"default","phase":"launch","to":"0.4"}`,
		`target.reset target/activation_rate {"due":"","from":"0.8","phase":"","to":"default"}`,
	}
	if d := cmp.Diff(want, audited(t, pool, s)); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
}

func TestOneOfManyConcurrentTargetsWins(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	const writers = 200
	var won, lost int
	var mu gosync.Mutex
	var all gosync.WaitGroup
	for i := range writers {
		all.Go(func() {
			target := adoption.SetTarget{Metric: adoption.NamedWins, Value: float64(i + 1), Due: day.None}
			err := s.SetTarget(t.Context(), identity.Operator(), target, 0, noon())
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case fault.Is(err, fault.Conflict):
				lost++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	history, err := s.TargetHistory(t.Context(), adoption.NamedWins)
	if won != 1 || lost != writers-1 || len(history) != 1 || err != nil {
		t.Errorf("%d won, %d lost, %d are kept, %v", won, lost, len(history), err)
	}
	if n := len(audited(t, pool, s)); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestTargetIsNotSetWhenItCannotBeRecorded(t *testing.T) {
	s := store.New(dbtest.New(t), nil)
	target := adoption.SetTarget{Metric: adoption.NamedWins, Value: 5, Due: day.None}
	if err := s.SetTarget(t.Context(), identity.Operator(), target, 0, noon()); err == nil {
		t.Error("a target was set without an audit entry")
	}
	if n := len(indexOf(t, s).Settings.Targets); n != 0 {
		t.Errorf("%d targets are kept", n)
	}
}

func TestPhases(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	by := identity.Operator()
	first := []adoption.PhaseStart{{Phase: adoption.PhaseSetup, From: day.Of(2026, 1, 5)}, {Phase: adoption.PhaseLaunch, From: day.Of(2026, 2, 2)}}
	if err := s.SetPhases(t.Context(), by, nil, first, noon()); err != nil {
		t.Fatal(err)
	}
	later := []adoption.PhaseStart{first[0], {Phase: adoption.PhaseLaunch, From: day.Of(2026, 2, 9)}, {Phase: adoption.PhaseScaling, From: day.Of(2026, 6, 1)}}
	if err := s.SetPhases(t.Context(), by, nil, later, noon()); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody who saw no phases changes them: %v", err)
	}
	if err := s.SetPhases(t.Context(), by, first, later, noon()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(later, indexOf(t, s).Settings.Phases); d != "" {
		t.Errorf("phases (-want +got):\n%s", d)
	}
	want := []string{
		`phases.set phases {"launch":"2026-02-02","setup":"2026-01-05"}`,
		`phases.set phases {"launch":"2026-02-09","scaling":"2026-06-01","setup":"2026-01-05"}`,
	}
	if d := cmp.Diff(want, audited(t, pool, s)); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
}

func TestSettingsAreSavedOnceAndAudited(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	was, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rate, err := adoption.ParseUSD("87.5")
	if err != nil {
		t.Fatal(err)
	}
	to := was
	to.MinCohortSize, to.HourlyRate = 8, &rate
	if err := s.SaveSettings(t.Context(), identity.Operator(), was, to, noon()); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveSettings(t.Context(), identity.Operator(), was, to, noon()); !fault.Is(err, fault.Conflict) {
		t.Errorf("saving over what was not seen: %v", err)
	}
	if err := s.SaveSettings(t.Context(), identity.Operator(), to, was, noon()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`setting.changed setting/min_cohort_size {"from":"5","to":"8"}`,
		`setting.changed setting/loaded_hourly_rate {"from":"","to":"87.50"}`,
		`setting.changed setting/min_cohort_size {"from":"8","to":"5"}`,
		`setting.changed setting/loaded_hourly_rate {"from":"87.50","to":""}`,
	}
	if d := cmp.Diff(want, audited(t, pool, s)); d != "" {
		t.Errorf("audit log (-want +got):\n%s", d)
	}
	if got, err := s.Settings(t.Context()); err != nil || fmt.Sprint(got) != fmt.Sprint(was) {
		t.Errorf("back to %+v, %v", got, err)
	}
}
