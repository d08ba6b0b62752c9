package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/rollout"
	"groundswell/internal/store"
)

// planRows are one row of everything a plan is made of.
const planRows = `
insert into wave (name, opens_on) values ('Wave 1', '2026-11-19');
insert into department (name) values ('Claims');
insert into rollout (organization, playbook, playbook_version, architecture, architecture_at, install, time_zone, days_off, started_at)
values ('Meridian', 'cowork', '2026.11', 'single', '2026-10-01', 'managed', 'Europe/Berlin', '{2026-12-25}', '2026-10-01');
insert into rollout_role (key, name, position, holder_name, holder_email) values ('lead', 'Rollout lead', 1, 'Ines', 'ines@example.com'), ('it', 'IT', 2, '', '');
insert into task (scope, wave, department, phase, section, position, title, role, due, evidence, check_key, gate_checks, state, done_at, gate) values
('organization', null, null, 'launch', 'Go live', 1, 'Open', 'lead', '2026-11-19', 'attestation', '', '{seats}', 'open', null, 'enforce_roles'),
('wave', 1, null, 'setup', 'Identity', 2, 'Groups', 'it', null, 'check', 'groups', '{}', 'done', '2026-10-02', ''),
('department', null, 1, 'setup', 'Identity', 1, 'Champions', null, null, 'proof', '', '{}', 'open', null, '');
insert into task_wait values (1, 2), (1, 3);
insert into attestation (task, by_name, by_email, at, holds_to, words) values
(1, 'Ines', 'ines@example.com', '2026-10-02', null, 'Old'), (1, 'Ines', 'ines@example.com', '2026-10-03', '2026-11-02', 'New');
insert into proof (task, kind, name, url, at, by_name, by_email) values (3, 'link', 'Wiki', 'https://wiki.example.com', '2026-10-04', 'Ines', 'ines@example.com');
insert into check_result (check_key, wave, outcome, say, short, count, details, source, as_of, since, ran_at) values
('groups', 1, 'fails', 'Old', 'old', 1, '[]', 'Groups', null, '2026-10-01', '2026-10-01'),
('groups', 1, 'holds', 'All there.', '12 groups', 0, '[{"say": "Claims", "count": 2}]', 'Groups', '2026-10-05', '2026-10-05', '2026-10-05'),
('seats', null, 'fails', '138 short.', '138 short', 138, '[]', 'Members and seats', '2026-10-05', '2026-10-05', '2026-10-05');
insert into account (issuer, subject, email, name, created_at) values ('i', 's', 'ines@example.com', 'Ines', '2026-10-01');
insert into gate (kind, task, opened_at) values ('enforce_roles', 1, '2026-10-06');
insert into gate_approval values (1, 1, 'Ines', 'ines@example.com', '2026-10-06');
insert into gate_override (gate, name, email, at, reason, failed) values (1, 'Ines', 'ines@example.com', '2026-10-06', 'Must be', '{Seats}');
insert into gate_alarm (gate, kind, say, raised_at, on_day) values (1, 'members', '3 people lost access.', '2026-10-07', '2026-10-07');
insert into readiness (wave, decide_at, asked_at) values (1, '2026-11-16', '2026-11-10');
insert into decider values (1, 'dana@example.com', 'Dana', 'Primary Owner', 1);
insert into vote (wave, email, name, choice, reason, at, asked_at) values
(1, 'dana@example.com', 'Dana', 'no_go', 'Seats', '2026-11-01', '2026-11-01'),
(1, 'dana@example.com', 'Dana', 'no_go', 'Seats', '2026-11-10', '2026-11-10'), (1, 'Dana@example.com', 'Dana', 'go', '', '2026-11-11', '2026-11-10');
insert into decision (wave, choice, at, by_name, basis, votes) values (1, 'go', '2026-11-12', 'Ines', '[{"task": 2, "title": "Groups", "standing": "verified", "say": "All there."}]', '[]');
update plan_revision set n = n + 1`

func planOf(t *testing.T, s *store.Store) *rollout.Plan {
	t.Helper()
	p, err := s.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func execute(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func TestAPlanIsReadWhole(t *testing.T) {
	pool := dbtest.New(t)
	s := keyed(t, pool)
	if p := planOf(t, s); p.Started() || len(p.Tasks) != 0 {
		t.Fatalf("before a rollout is started: %+v", p)
	}
	execute(t, pool, planRows)
	p := planOf(t, store.New(pool, nil))
	if !p.Started() || p.Revision != 1 || p.Rollout.TimeZone != "Europe/Berlin" || len(p.Rollout.Calendar.DaysOff) != 1 || len(p.Rollout.Calendar.Weekdays) != 5 {
		t.Errorf("the answers: %+v", p.Rollout)
	}
	if len(p.Roles) != 2 || p.Roles[0].Holder.Email != "ines@example.com" || len(p.Waves) != 1 || len(p.Departments) != 1 {
		t.Errorf("roles, waves, departments: %+v %+v %+v", p.Roles, p.Waves, p.Departments)
	}
	if len(p.Tasks) != 3 || p.Tasks[0].Title != "Champions" || p.Tasks[1].Title != "Groups" || p.Tasks[2].Title != "Open" {
		t.Fatalf("tasks by phase, section and position: %+v", p.Tasks)
	}
	open := p.Tasks[2]
	if open.Due != day.Of(2026, 11, 19) || len(open.WaitsFor) != 2 || len(open.GateChecks) != 1 || p.Owner(open).Name != "Ines" || p.Tasks[1].Due != day.None {
		t.Errorf("a task: %+v", open)
	}
	if p.Shown(open) != rollout.Waiting || p.Shown(p.Tasks[0]) != rollout.Ready || len(p.Blocks(3)) != 1 {
		t.Errorf("shown as %s and %s", p.Shown(open), p.Shown(p.Tasks[0]))
	}
	if a := p.Attested[1]; a.Words != "New" || a.HoldsTo != day.Of(2026, 11, 2) {
		t.Errorf("the latest word: %+v", a)
	}
	if len(p.Proofs[3]) != 1 || p.Results[rollout.CheckRef{Check: "groups", Wave: 1}].Outcome != rollout.Holds || p.Results[rollout.CheckRef{Check: "seats"}].Count != 138 {
		t.Errorf("proofs %+v, results %+v", p.Proofs, p.Results)
	}
	g, ok := p.GateOf(1)
	if !ok || len(g.Approvals) != 1 || g.Override == nil || len(g.Override.Failed) != 1 || len(g.Alarms) != 1 {
		t.Errorf("the gate: %+v", g)
	}
	r := p.Readiness[1]
	if len(r.Deciders) != 1 || len(r.Votes) != 1 || r.Votes[0].Choice != rollout.Go || len(r.Decisions) != 1 || len(r.Decisions[0].Basis) != 1 {
		t.Errorf("readiness: %+v", r)
	}
}
