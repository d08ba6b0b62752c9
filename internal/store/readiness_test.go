package store_test

import (
	"context"
	gosync "sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/store"
)

var readinessLead = identity.Actor{Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}

// readyPlan is a started rollout with one wave and one item that a check verifies.
func readyPlan(t *testing.T, pool *pgxpool.Pool, now time.Time) int {
	t.Helper()
	var wave int
	ctx := t.Context()
	err := pool.QueryRow(ctx, `insert into wave (name, opens_on) values ('Wave 1', $1) returning id`, now.AddDate(0, 0, 12)).Scan(&wave)
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`insert into rollout (organization, playbook, playbook_version, architecture, architecture_at, install, started_at)
		 values ('Aldermere', 'test', '1', 'single', now(), 'self', now())`,
		`insert into task (key, scope, phase, section, position, title, evidence, check_key, checklist)
		 values ('seats', 'organization', 'setup', 'Seats', 1, 'Seats cover everyone', 'check', 'seats', 'Seats and access')`,
		`update plan_revision set n = n + 1`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	seatsSay(t, pool, rollout.Holds, now)
	return wave
}

// seatsSay is what the check of the seats found.
func seatsSay(t *testing.T, pool *pgxpool.Pool, o rollout.Outcome, now time.Time) {
	t.Helper()
	_, err := pool.Exec(t.Context(), `
with said as (insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values ('seats', $1, 'Seats.', 'Seats', 'Seats', $2, $2, $2))
update plan_revision set n = n + 1`, string(o), now)
	if err != nil {
		t.Fatal(err)
	}
}

// planNow is the plan as a program reads it that starts now.
func planNow(t *testing.T, pool *pgxpool.Pool) *rollout.Plan {
	t.Helper()
	p, err := store.New(pool, nil).Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func named(emails ...string) func(rollout.Question) error {
	return func(q rollout.Question) error {
		list := []rollout.Decider{}
		for _, e := range emails {
			list = append(list, rollout.Decider{Person: rollout.Person{Name: e, Email: e}, Title: "Decider"})
		}
		return q.SetDeciders(readinessLead, list)
	}
}

func TestADecisionIsKeptWithWhatItWasBasedOn(t *testing.T) {
	pool := dbtest.New(t)
	s, now := keyed(t, pool), time.Now().UTC().Truncate(time.Microsecond)
	ctx, wave := t.Context(), readyPlan(t, pool, now)
	votes := func(email string, c rollout.Choice) func(rollout.Question) error {
		by := identity.Actor{Account: 1, Name: email, Email: email}
		return func(q rollout.Question) error { return q.Vote(by, c, "because", now.Add(time.Minute)) }
	}
	steps := []func(rollout.Question) error{
		named("dana@example.com", "helen@example.com"),
		func(q rollout.Question) error { return q.SetDecideAt(readinessLead, now.AddDate(0, 0, 7), now) },
		func(q rollout.Question) error { return q.Ask(readinessLead, now) },
		votes("dana@example.com", rollout.NoGo), votes("dana@example.com", rollout.Go), votes("helen@example.com", rollout.Go),
	}
	for i, step := range steps {
		if err := s.UpdateReadiness(ctx, wave, rollout.AnyVersion, now, step); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	r := planNow(t, pool).Readiness[wave]
	d, ok := r.Stands()
	if !ok || d.Choice != rollout.Go || d.ID == 0 || len(d.Basis) != 1 || d.Basis[0].Standing != rollout.StandsVerified || d.Basis[0].Group != "Seats and access" {
		t.Errorf("decided %v: %+v", ok, d)
	}
	if len(d.Votes) != 2 || len(r.Votes) != 2 || r.Version != len(steps) || !r.DecideAt.Equal(now.AddDate(0, 0, 7)) || r.Deciders[0].Email != "dana@example.com" {
		t.Errorf("kept: %+v", r)
	}
	var rows, entries int
	if err := pool.QueryRow(ctx, `select (select count(*) from vote), (select count(*) from audit_log where action like 'readiness.%')`).Scan(&rows, &entries); err != nil {
		t.Fatal(err)
	}
	if rows != 3 || entries != len(steps)+1 {
		t.Errorf("%d votes and %d entries are kept", rows, entries)
	}
	seatsSay(t, pool, rollout.Fails, now)
	if p := planNow(t, pool); len(p.FailedSince(wave, now)) != 1 || len(p.Readiness[wave].Decisions[0].Basis) != 1 || p.Readiness[wave].Decisions[0].Basis[0].Standing != rollout.StandsVerified {
		t.Error("a later failure is not told, or it changed the past")
	}
}

func TestWhatWasChangedMeanwhileIsAConflict(t *testing.T) {
	pool := dbtest.New(t)
	s, now := keyed(t, pool), time.Now().UTC()
	wave := readyPlan(t, pool, now)
	if err := s.UpdateReadiness(t.Context(), wave, 0, now, named("dana@example.com")); err != nil {
		t.Fatal(err)
	}
	for _, seen := range []int{0, 2} {
		if err := s.UpdateReadiness(t.Context(), wave, seen, now, named("x@example.com")); !fault.Is(err, fault.Conflict) {
			t.Errorf("seen %d: %v", seen, err)
		}
	}
	if err := s.UpdateReadiness(t.Context(), wave+9, rollout.AnyVersion, now, named()); !fault.Is(err, fault.NotFound) {
		t.Errorf("a wave that is not there: %v", err)
	}
	if r := planNow(t, pool).Readiness[wave]; len(r.Deciders) != 1 || r.Version != 1 {
		t.Errorf("kept: %+v", r)
	}
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	pool := dbtest.New(t)
	s, now := keyed(t, pool), time.Now().UTC()
	wave := readyPlan(t, pool, now)
	seatsSay(t, pool, rollout.Fails, now)
	before := planNow(t, pool).Revision
	err := s.UpdateReadiness(t.Context(), wave, rollout.AnyVersion, now, func(q rollout.Question) error { return q.Ask(readinessLead, now) })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("asked over a failing check: %v", err)
	}
	if p := planNow(t, pool); p.Revision != before || len(p.Readiness) > 0 {
		t.Errorf("revision %d was %d, readiness %v", p.Revision, before, p.Readiness)
	}
}

// Votes of many at once are all kept, and the last decides once.
func TestVotesAtOnceDecideOnce(t *testing.T) {
	pool := dbtest.New(t)
	s, now := keyed(t, pool), time.Now().UTC()
	wave := readyPlan(t, pool, now)
	emails := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"}
	ask := func(q rollout.Question) error { return q.Ask(readinessLead, now) }
	for _, step := range []func(rollout.Question) error{named(emails...), ask} {
		if err := s.UpdateReadiness(t.Context(), wave, rollout.AnyVersion, now, step); err != nil {
			t.Fatal(err)
		}
	}
	var all gosync.WaitGroup
	for _, e := range emails {
		all.Go(func() {
			by := identity.Actor{Account: 1, Name: e, Email: e}
			vote := func(q rollout.Question) error { return q.Vote(by, rollout.Go, "", now) }
			if err := s.UpdateReadiness(context.WithoutCancel(t.Context()), wave, rollout.AnyVersion, now, vote); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if r := planNow(t, pool).Readiness[wave]; len(r.Votes) != 4 || len(r.Decisions) != 1 {
		t.Errorf("%d votes, %d decisions", len(r.Votes), len(r.Decisions))
	}
}

// A check that fails after go is told once in the history of the wave's gate.
func TestALaterFailureIsToldAtTheGate(t *testing.T) {
	pool := dbtest.New(t)
	s, now := keyed(t, pool), time.Now().UTC()
	ctx, wave := t.Context(), readyPlan(t, pool, now)
	for _, sql := range []string{
		`insert into task (key, scope, wave, phase, section, position, title, evidence, gate) select 'open', 'wave', id, 'launch', 'Launch', 1, 'Open Wave 1', 'attestation', 'open_wave' from wave`,
		`insert into gate (kind, wave, task) select 'open_wave', wave, id from task where key = 'open'`,
		`update plan_revision set n = n + 1`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	by := identity.Actor{Account: 1, Name: "Dana", Email: "dana@example.com"}
	for _, step := range []func(rollout.Question) error{
		named("dana@example.com"), func(q rollout.Question) error { return q.Ask(readinessLead, now) },
		func(q rollout.Question) error { return q.Vote(by, rollout.Go, "", now) },
	} {
		if err := s.UpdateReadiness(ctx, wave, rollout.AnyVersion, now, step); err != nil {
			t.Fatal(err)
		}
	}
	// From here on the line asks whether mail can be sent, and it cannot.
	if _, err := pool.Exec(ctx, `update task set check_key = 'mail', title = 'Mail can be sent' where key = 'seats'`); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if _, err := s.RunChecks(ctx, rollout.MailFacts{Configured: true, TriedAt: now}, now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	var told int
	if err := pool.QueryRow(ctx, `select count(*) from task_activity a join task t on t.id = a.task where t.key = 'open' and a.actor = 'Signal'`).Scan(&told); err != nil {
		t.Fatal(err)
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
