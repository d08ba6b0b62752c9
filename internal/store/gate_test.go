package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	gosync "sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/zstd"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
	"groundswell/internal/store"
)

// gateRows are a rollout in which everything holds that roles need to be enforced,
// and gates of the other kinds. @now is two hours ago.
const gateRows = `
insert into wave (name, opens_on) values ('Wave 1', '2026-12-01');
insert into rollout (organization, playbook, playbook_version, architecture, architecture_reason, architecture_at, install, time_zone, started_at)
values ('Meridian', 'cowork', '2026.11', 'single', 'One identity provider', $now, 'managed', 'UTC', $now);
insert into task (scope, wave, phase, section, position, title, evidence, gate_checks, state, done_at, done_by, gate) values
('organization', null, 'setup', 'Identity', 1, 'Groups', 'proof', '{}', 'done', $now, 'Dana', ''),
('organization', null, 'setup', 'Identity', 2, 'Enforce roles', 'attestation', '{seats}', 'open', null, '', 'enforce_roles'),
('organization', null, 'setup', 'Identity', 3, 'Enforce single sign-on', 'attestation', '{}', 'open', null, '', 'enforce_sso'),
('wave', 1, 'launch', 'Go live', 1, 'Open the wave', 'attestation', '{seats}', 'open', null, '', 'open_wave');
insert into task_wait values (2, 1);
insert into gate (kind, wave, task) values ('enforce_roles', null, 2), ('enforce_sso', null, 3), ('open_wave', 1, 4);
insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values
('seats', 'holds', 'Seats for everyone.', '812 seats', 'Members and seats', $now, $now, $now);
insert into access_run (at, as_of, members, keeps, surprise, planned, nothing, complete, summary, people) values ($now, $now, 812, 812, 0, 0, 0, true, '{}', '');
insert into access_snapshot (at, members, groups, roles, limits, digest, body) values ($now, 812, 14, 5, 3, decode(repeat('00', 32), 'hex'), '');
insert into account (issuer, subject, email, name, created_at) values
('i', 'ines', 'ines@example.com', 'Ines', $now), ('i', 'dana', 'dana@example.com', 'Dana', $now), ('i', 'marcus', 'marcus@example.com', 'Marcus', $now);
insert into account_role (account_id, role, source, granted_at) values (1, 'lead', 'person', $now), (2, 'owner', 'person', $now), (3, 'lead', 'person', $now);
update plan_revision set n = n + 1`

// The gates and people of gateRows.
const rolesGate, ssoGate, waveGate = 1, 2, 3

var (
	gateInes   = identity.Actor{Account: 1, Name: "Ines", Email: "ines@example.com", Roles: []identity.Role{identity.Lead}}
	gateDana   = identity.Actor{Account: 2, Name: "Dana", Email: "dana@example.com", Roles: []identity.Role{identity.Owner}}
	gateMarcus = identity.Actor{Account: 3, Name: "Marcus", Email: "marcus@example.com", Roles: []identity.Role{identity.Lead}}
)

func gated(t *testing.T) (*store.Store, *pgxpool.Pool, time.Time) {
	t.Helper()
	pool, now := dbtest.New(t), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	execute(t, pool, strings.ReplaceAll(gateRows, "$now", "'"+now.Add(-2*time.Hour).Format(time.RFC3339)+"'"))
	return keyed(t, pool), pool, now
}

func gateOf(t *testing.T, s *store.Store, id int64) (rollout.Gate, *rollout.Plan) {
	t.Helper()
	p := planOf(t, s)
	for _, g := range p.Gates {
		if g.ID == id {
			return g, p
		}
	}
	t.Fatalf("no gate %d", id)
	return rollout.Gate{}, nil
}

func refused(t *testing.T, err error, kind fault.Kind, say string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(fault.Say(err), say) {
		t.Errorf("%v, want %s %q", err, kind, say)
	}
}

// What is done to a gate is kept with its task, its history and the audit log.
func TestAGateFromLockedToPassed(t *testing.T) {
	s, pool, now := gated(t)
	ctx := t.Context()
	must(t, s.ApproveGate(ctx, gateInes, rolesGate, 1, now))
	refused(t, s.ApproveGate(ctx, gateDana, rolesGate, 1, now), fault.Conflict, "changed this gate meanwhile")
	must(t, s.ApproveGate(ctx, gateDana, rolesGate, 2, now))
	must(t, s.WithdrawGate(ctx, gateDana, rolesGate, 3, now))
	refused(t, s.OpenGate(ctx, gateInes, rolesGate, 4, now), fault.Invalid, "Two approvals")
	must(t, s.ApproveGate(ctx, gateDana, rolesGate, 4, now))
	must(t, s.OpenGate(ctx, gateInes, rolesGate, 5, now))
	refused(t, s.RecordGate(ctx, gateDana, rolesGate, 6, day.FromTime(now)+1, now), fault.Invalid, "has not come yet")
	must(t, s.RecordGate(ctx, gateDana, rolesGate, 6, day.FromTime(now), now.Add(time.Hour)))
	g, p := gateOf(t, s, rolesGate)
	task, _ := p.Task(g.Task)
	if g.Effective(p, p.Basis, now) != rollout.GatePassed || g.PassedOn != day.FromTime(now) || g.PassedBy.Name != "Dana" || len(g.Approvals) != 2 || g.Version != 7 {
		t.Errorf("the gate: %+v", g)
	}
	if task.State != rollout.Done || task.DoneBy != "Dana" || !task.DoneAt.Equal(now.Add(time.Hour)) || task.Version != 2 {
		t.Errorf("its task: %+v", task)
	}
	h, err := s.GateHistory(ctx, rolesGate)
	must(t, err)
	if len(h.Activity) != 6 || h.Activity[0].Say != "Done on Mon 23 Nov: Enforce roles" || h.Activity[0].By != "Dana" || len(h.Overrides) != 0 {
		t.Errorf("the history: %+v", h)
	}
	var audited int
	must(t, pool.QueryRow(ctx, `select count(*) from audit_log where subject = 'gate/1' and detail not like '%Dana%'`).Scan(&audited))
	if state, err := s.VerifyAudit(ctx); audited != 6 || err != nil || state.Bad != 0 {
		t.Errorf("%d audited, %+v, %v", audited, state, err)
	}
	refused(t, s.ApproveGate(ctx, gateDana, 99, 1, now), fault.NotFound, "")
}

// Each thing a condition rests on is read from the database at the moment of the change.
func TestGatesRestOnWhatIsInTheDatabase(t *testing.T) {
	for name, sql := range map[string]string{
		"a task was reopened":   `update task set state = 'reopened', done_at = null where id = 1`,
		"a check fails":         `insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values ('seats', 'fails', '138 short.', '138 short', 'Seats', now(), now(), now())`,
		"the dry run is old":    `update access_run set at = at - interval '23 hours'`,
		"somebody loses Cowork": `insert into access_run (at, as_of, members, keeps, surprise, planned, nothing, complete, summary, people) select at, as_of, 812, 500, 312, 0, 0, true, '{}', '' from access_run`,
		"the copy is old":       `update access_snapshot set at = at - interval '23 hours'`,
		"a wait was added":      `insert into task_wait values (2, 3)`,
	} {
		t.Run(name, func(t *testing.T) {
			s, pool, now := gated(t)
			ctx := t.Context()
			must(t, s.ApproveGate(ctx, gateInes, rolesGate, 1, now))
			must(t, s.ApproveGate(ctx, gateDana, rolesGate, 2, now))
			gateOf(t, s, rolesGate) // a reader has the plan in memory, and nothing tells it of the change
			execute(t, pool, sql)
			refused(t, s.OpenGate(ctx, gateInes, rolesGate, 3, now), fault.Invalid, "not hold")
		})
	}
}

// Whoever may not approve any more has not approved, until the step is done.
func TestApprovalsEndWithTheRole(t *testing.T) {
	leave := func(a *identity.Account, _ int) error { a.Grants = nil; return nil }
	for name, change := range map[string]func(context.Context, *store.Store, time.Time) error{
		"lost the role": func(ctx context.Context, s *store.Store, now time.Time) error {
			_, err := s.UpdateAccount(ctx, gateDana.Account, now, leave)
			return err
		},
		"was deactivated": func(ctx context.Context, s *store.Store, now time.Time) error {
			_, err := s.UpdateAccount(ctx, gateDana.Account, now, func(a *identity.Account, _ int) error { a.DeactivatedAt = &now; return nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, now := gated(t)
			ctx := t.Context()
			for _, id := range []int64{rolesGate, ssoGate} {
				must(t, s.ApproveGate(ctx, gateInes, id, 1, now))
				must(t, s.ApproveGate(ctx, gateDana, id, 2, now))
			}
			must(t, s.OpenGate(ctx, gateInes, ssoGate, 3, now))
			gateOf(t, s, rolesGate) // a reader has the plan in memory
			must(t, change(ctx, s, now))
			if g, p := gateOf(t, s, ssoGate); g.Effective(p, p.Basis, now) != rollout.GateLocked {
				t.Error("the go-ahead outlives an approval it rests on")
			}
			refused(t, s.OpenGate(ctx, gateInes, rolesGate, 3, now), fault.Invalid, "Two approvals")
			refused(t, s.RecordGate(ctx, gateInes, ssoGate, 4, day.FromTime(now), now), fault.Invalid, "Nothing was recorded")
			must(t, s.ApproveGate(ctx, gateMarcus, rolesGate, 3, now))
			must(t, s.OpenGate(ctx, gateInes, rolesGate, 4, now))
		})
	}
}

// What was done stays done by those who approved it then.
func TestAPassedGateKeepsItsApprovals(t *testing.T) {
	s, pool, now := gated(t)
	ctx := t.Context()
	must(t, s.ApproveGate(ctx, gateInes, rolesGate, 1, now))
	must(t, s.ApproveGate(ctx, gateDana, rolesGate, 2, now))
	must(t, s.OpenGate(ctx, gateInes, rolesGate, 3, now))
	must(t, s.RecordGate(ctx, gateDana, rolesGate, 4, day.FromTime(now), now))
	execute(t, pool, `delete from account_role where account_id = 2; update plan_revision set n = n + 1`)
	g, p := gateOf(t, s, rolesGate)
	c := rollout.GateCase{Plan: p, Gate: g}
	if g.Effective(p, p.Basis, now) != rollout.GatePassed || len(c.Standing(now)) != 2 {
		t.Errorf("the passed gate: %+v", g)
	}
}

// Two dry runs at once may be kept in either order: the one that began last is the latest.
func TestTheLatestDryRunBeganLast(t *testing.T) {
	s, pool, now := gated(t)
	execute(t, pool, `insert into access_run (at, as_of, members, keeps, surprise, planned, nothing, complete, summary, people)
select at + make_interval(mins => m), as_of, 812, 812 - n, n, 0, 0, true, '{}', '' from access_run, (values (1, 20, 312), (2, 10, 0)) as v (place, m, n) order by place;
update plan_revision set n = n + 1`)
	refused(t, s.ApproveGate(t.Context(), gateInes, rolesGate, 1, now), fault.Invalid, "nobody loses Cowork by surprise")
	if run, ok, err := s.LatestAccessRun(t.Context()); err != nil || !ok || run.Surprise != 312 {
		t.Errorf("the latest run: %+v, %t, %v", run, ok, err)
	}
}

// An approval is for the conditions as they stood: what failed since and was mended asks for a new one.
func TestApprovalsEndWithWhatTheyWereGivenFor(t *testing.T) {
	for name, sql := range map[string]string{
		"a check failed":   `insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values ('seats', 'fails', '138 short.', '138 short', 'Seats', $at, $at, $at), ('seats', 'holds', 'Seats.', '812', 'Seats', $at, $at, $at)`,
		"a run was not":    `insert into access_run (at, as_of, members, keeps, surprise, planned, nothing, complete, summary, people) values ($at, $at, 812, 500, 312, 0, 0, true, '{}', ''), ($at, $at, 812, 500, 0, 0, 0, true, '{}', '')`,
		"a task was open":  `insert into task_activity (task, at, kind, say) values (1, $at, 'reopened', 'No.')`,
		"it is not needed": `update task set state = 'not_needed', reason = 'x', done_at = null where id = 1; insert into task_activity (task, at, kind, say) values (1, $at, 'state', 'Not needed')`,
	} {
		t.Run(name, func(t *testing.T) {
			s, pool, now := gated(t)
			ctx := t.Context()
			must(t, s.ApproveGate(ctx, gateInes, rolesGate, 1, now))
			must(t, s.ApproveGate(ctx, gateDana, rolesGate, 2, now))
			execute(t, pool, strings.ReplaceAll(sql, "$at", "'"+now.Add(time.Minute).Format(time.RFC3339)+"'"))
			later := now.Add(time.Hour)
			refused(t, s.OpenGate(ctx, gateInes, rolesGate, 3, later), fault.Invalid, "Two approvals.")
			must(t, s.ApproveGate(ctx, gateInes, rolesGate, 3, later))
			must(t, s.ApproveGate(ctx, gateMarcus, rolesGate, 4, later))
			must(t, s.OpenGate(ctx, gateMarcus, rolesGate, 5, later))
		})
	}
}

func TestOverridesStayForEver(t *testing.T) {
	s, pool, now := gated(t)
	ctx := t.Context()
	const phrase, reason = "open without conditions: enforce roles", "The vendor withdraws the old way on Tuesday."
	execute(t, pool, `update task set state = 'reopened', done_at = null where id = 1`)
	refused(t, s.OverrideGate(ctx, gateDana, rolesGate, 1, phrase, reason, now), fault.Forbidden, "leads")
	refused(t, s.OverrideGate(ctx, gateInes, rolesGate, 1, "open", reason, now), fault.Invalid, "stays locked")
	must(t, s.OverrideGate(ctx, gateInes, rolesGate, 1, phrase, reason, now))
	refused(t, s.RecordGate(ctx, gateDana, rolesGate, 2, day.FromTime(now)+1, now.Add(24*time.Hour)), fault.Invalid, "not open")
	must(t, s.OverrideGate(ctx, gateInes, rolesGate, 2, phrase, reason+" Again.", now.Add(25*time.Hour)))
	must(t, s.RecordGate(ctx, gateDana, rolesGate, 3, day.FromTime(now)+1, now.Add(26*time.Hour)))
	all, err := s.GateOverrides(ctx)
	must(t, err)
	g, _ := gateOf(t, s, rolesGate)
	if len(all[rolesGate]) != 2 || g.Override == nil || g.Override.Reason != reason+" Again." || !g.Overridden() || strings.Join(all[rolesGate][1].Failed, ", ") != "Groups, Two approvals" {
		t.Errorf("%+v, latest %+v", all, g.Override)
	}
}

// Fifty leads press the button at once: one of them opens the gate.
func TestOneOfManyOpensAGate(t *testing.T) {
	s, _, now := gated(t)
	must(t, s.ApproveGate(t.Context(), gateInes, rolesGate, 1, now))
	must(t, s.ApproveGate(t.Context(), gateDana, rolesGate, 2, now))
	errs := together(50, func(int) error { return s.OpenGate(context.Background(), gateInes, rolesGate, 3, now) })
	opened := 0
	for _, err := range errs {
		if err == nil {
			opened++
		} else if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	g, _ := gateOf(t, s, rolesGate)
	if opened != 1 || g.Version != 4 {
		t.Errorf("opened %d times, version %d", opened, g.Version)
	}
}

// together does n things at the same time.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all gosync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}

// A check starts failing while people approve, open and record: however the race
// ends, nothing was decided on what did not hold any more when it was decided.
func TestNoRaceOpensAGateWhoseCheckFails(t *testing.T) {
	s, pool, now := gated(t)
	for round := range 12 {
		execute(t, pool, `delete from check_result where outcome = 'fails';
update gate set opened_at = null, passed_at = null, passed_on = null, version = 3 where id = 1;
update task set state = 'open', done_at = null where id = 2;
delete from gate_approval; delete from task_activity;
insert into gate_approval (gate, account, name, email, at) values (1, 1, 'Ines', 'ines@example.com', '2026-11-23 11:00Z'), (1, 2, 'Dana', 'dana@example.com', '2026-11-23 11:00Z')`)
		if round%2 == 1 {
			must(t, s.OpenGate(t.Context(), gateInes, rolesGate, 3, now.Add(-time.Minute)))
		}
		errs := together(3, func(i int) error {
			switch i {
			case 0:
				return fails(pool, now)
			case 1:
				return s.OpenGate(context.Background(), gateInes, rolesGate, 3, now)
			}
			return s.RecordGate(context.Background(), gateDana, rolesGate, 4, day.FromTime(now), now)
		})
		must(t, errs[0])
		if say := decidedAgainst(t, pool); say != "" {
			t.Fatalf("round %d: %s; open: %v, record: %v", round, say, errs[1], errs[2])
		}
		g, p := gateOf(t, s, rolesGate)
		if state := g.Effective(p, p.Basis, now); state == rollout.GateOpen {
			t.Fatalf("round %d: open while a check fails", round)
		}
	}
}

// fails keeps a failing result as a run of the checks does, with its place in the order of changes.
func fails(pool *pgxpool.Pool, now time.Time) error {
	_, err := pool.Exec(context.Background(), fmt.Sprintf(`
update plan_revision set n = n + 1;
insert into check_result (check_key, outcome, say, short, source, as_of, since, ran_at) values ('seats', 'fails', '138 short.', '138 short', 'Seats', '%[1]s', '%[1]s', '%[1]s');
insert into task_activity (task, at, kind, say) values (2, now(), 'race', 'fails')`, now.Format(time.RFC3339)))
	return err
}

// decidedAgainst looks for something done to the gate after the check failed. The
// changes of the plan come one after another, so activity has their order.
func decidedAgainst(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	var say string
	must(t, pool.QueryRow(t.Context(), `
select coalesce(string_agg(say, '; '), '') from task_activity
where task = 2 and kind = 'gate' and id > (select max(id) from task_activity where kind = 'race')`).Scan(&say))
	return say
}

// After a step, what goes wrong raises one alarm until somebody takes note of it.
func TestGatesAreWatched(t *testing.T) {
	s, pool, now := gated(t)
	ctx := t.Context()
	execute(t, pool, `update gate set opened_at = '2026-11-09 09:00Z', passed_at = '2026-11-09 10:00Z', passed_on = '2026-11-09' where id = 2`)
	x := quiet(day.Of(2026, 11, 9), day.Of(2026, 11, 20))
	must(t, s.WatchGates(ctx, x, now))
	must(t, s.WatchGates(ctx, x, now.Add(time.Hour)))
	g, _ := gateOf(t, s, ssoGate)
	if len(g.Alarms) != 1 || g.Alarms[0].Kind != rollout.AlarmSignIns || g.Alarms[0].On != day.Of(2026, 11, 20) || !strings.Contains(g.Alarms[0].Say, "Nobody signed in on Fri 20 Nov") {
		t.Fatalf("alarms: %+v", g.Alarms)
	}
	refused(t, s.SeeAlarm(ctx, gateDana, rolesGate, g.Alarms[0].ID, now), fault.NotFound, "no such alarm")
	for range 2 {
		must(t, s.SeeAlarm(ctx, gateDana, ssoGate, g.Alarms[0].ID, now))
	}
	must(t, s.WatchGates(ctx, x, now.Add(2*time.Hour)))
	if g, _ = gateOf(t, s, ssoGate); len(g.Alarms) != 1 || g.Alarms[0].SeenBy.Name != "Dana" {
		t.Errorf("seen, and raised again for the same day: %+v", g.Alarms)
	}
	must(t, s.WatchGates(ctx, quiet(day.Of(2026, 11, 9), day.Of(2026, 11, 23)), now.Add(26*time.Hour)))
	if g, _ = gateOf(t, s, ssoGate); len(g.Alarms) != 2 || !g.Alarms[0].SeenAt.IsZero() {
		t.Errorf("another day of silence: %+v", g.Alarms)
	}
	h, err := s.GateHistory(ctx, ssoGate)
	must(t, err)
	if len(h.Activity) != 3 || h.Activity[2].By != "Signal" || h.Activity[1].Say != "Took note: "+g.Alarms[1].Say {
		t.Errorf("the history: %+v", h.Activity)
	}
	must(t, s.WatchGates(ctx, x, now.AddDate(0, 2, 0)))
}

// quiet is an organization of twenty in which nobody signs in after a day.
func quiet(last, through day.Date) *adoption.Index {
	x := &adoption.Index{First: last - 40, Through: through}
	for d := last - 40; d <= through; d++ {
		at := adoption.DayIndex{Day: d}
		for m := range int32(20) {
			if d <= last {
				at.SignedIn.Set(m)
			}
		}
		x.Days = append(x.Days, at)
	}
	return x
}

// Whoever used Cowork before roles were enforced and may not since raises an alarm.
func TestLostMembersRaiseAnAlarm(t *testing.T) {
	s, pool, now := gated(t)
	passed := time.Date(2026, 11, 9, 10, 0, 0, 0, time.UTC)
	execute(t, pool, `update gate set opened_at = $1, passed_at = $1, passed_on = '2026-11-09' where id = 1`, passed)
	roll, err := json.Marshal(access.Roll{Fates: []access.Fate{{Member: 3, Outcome: access.Surprise}, {Member: 4, Outcome: access.Keeps}, {Member: 50, Outcome: access.Surprise}}})
	must(t, err)
	pack, err := zstd.NewWriter(nil)
	must(t, err)
	execute(t, pool, `update access_run set at = $1, people = $2`, now, pack.EncodeAll(roll, nil))
	x := quiet(day.Of(2026, 11, 12), day.Of(2026, 11, 12))
	for i := range x.Days {
		x.Days[i].Active = x.Days[i].SignedIn
	}
	must(t, s.WatchGates(t.Context(), x, now))
	if g, _ := gateOf(t, s, rolesGate); len(g.Alarms) != 1 || g.Alarms[0].Kind != rollout.AlarmLost || g.Alarms[0].Say != "1 person who used Cowork may not any more." {
		t.Errorf("member 3 lost Cowork: %+v", g.Alarms)
	}
}
