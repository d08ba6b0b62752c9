package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	lockGateSQL = `select id from gate where id = @id for update`

	updateGateSQL = `
update gate set opened_at = @opened, passed_at = @passed, passed_on = @passed_on,
       passed_name = @name, passed_email = @email, version = version + 1
where id = @id`

	dropApprovalsSQL = `delete from gate_approval where gate = @gate`

	insertApprovalSQL = `
insert into gate_approval (gate, account, name, email, at) values (@gate, @account, @name, @email, @at)`

	insertOverrideSQL = `
insert into gate_override (gate, name, email, at, reason, failed) values (@gate, @name, @email, @at, @reason, @failed)`

	seeAlarmSQL = `
update gate_alarm set seen_at = @at, seen_name = @name, seen_email = @email where id = @id and seen_at is null`

	passTaskSQL = `
update task set state = 'done', done_at = @at, done_by = @by, reason = '', version = version + 1 where id = @id`

	gateActivitySQL = `
insert into task_activity (task, at, account, actor, kind, say)
values (@task, @at, nullif(@account::bigint, 0), @actor, 'gate', @say)`

	gateHistorySQL = `
select a.at, a.actor as by, a.kind, a.say
from task_activity a join gate g on g.task = a.task
where g.id = @gate
order by a.id desc limit 200`

	overrideHistorySQL = `
select gate, name, email, at, reason, failed from gate_override where gate = @gate or @gate = 0 order by id desc`
)

// anyVersion is what a change names that does not depend on what was seen.
const anyVersion = -1

// ApproveGate adds by's yes. Like every change of a gate, it faults with NotFound
// when there is no such gate, with Conflict when the gate is not of version seen
// any more, and with what the rule says; then nothing was changed.
func (s *Store) ApproveGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error {
	return s.updateGate(ctx, by, id, seen, now, func(c *rollout.GateCase) error { return c.Approve(by, now) })
}

// WithdrawGate takes by's yes back; see [Store.ApproveGate].
func (s *Store) WithdrawGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error {
	return s.updateGate(ctx, by, id, seen, now, func(c *rollout.GateCase) error { return c.Withdraw(by, now) })
}

// OpenGate gives a go-ahead; see [Store.ApproveGate].
func (s *Store) OpenGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time) error {
	return s.updateGate(ctx, by, id, seen, now, func(c *rollout.GateCase) error { return c.Open(by, now) })
}

// OverrideGate gives a go-ahead although conditions fail; see [Store.ApproveGate].
// The caller has made sure that by proved who they are a moment ago.
func (s *Store) OverrideGate(ctx context.Context, by identity.Actor, id int64, seen int, phrase, reason string, now time.Time) error {
	return s.updateGate(ctx, by, id, seen, now, func(c *rollout.GateCase) error { return c.Override(by, phrase, reason, now) })
}

// RecordGate keeps that the step was done on a day, and settles its task; see [Store.ApproveGate].
func (s *Store) RecordGate(ctx context.Context, by identity.Actor, id int64, seen int, on day.Date, now time.Time) error {
	return s.updateGate(ctx, by, id, seen, now, func(c *rollout.GateCase) error { return c.Record(by, on, now) })
}

// SeeAlarm keeps that by took note of an alarm of a gate.
func (s *Store) SeeAlarm(ctx context.Context, by identity.Actor, id, alarm int64, now time.Time) error {
	return s.updateGate(ctx, by, id, anyVersion, now, func(c *rollout.GateCase) error { return c.See(alarm, by, now) })
}

// updateGate lends a gate to a rule and keeps what it made of it. Nobody can change
// the plan meanwhile: the rule sees conditions as they are, and they stay so until
// the change is kept.
func (s *Store) updateGate(ctx context.Context, by identity.Actor, id int64, seen int, now time.Time, rule func(*rollout.GateCase) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		c, err := lockGate(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if seen != anyVersion && seen != c.Gate.Version {
			return fault.New(fault.Conflict, "Somebody else changed this gate meanwhile. Nothing was changed by you. Look at it as it is now, then repeat your change.")
		}
		was := c.Gate
		if err := rule(c); err != nil {
			return err
		}
		return s.keepGate(ctx, tx, by, was, c.Gate, now)
	})
	s.plan.expire()
	if err != nil {
		return fmt.Errorf("change gate %d: %w", id, err)
	}
	return nil
}

// lockGate reads a gate and the plan around it. Whoever changes the plan holds its
// revision until then, so that no condition can fail unseen.
func lockGate(ctx context.Context, tx pgx.Tx, id int64, now time.Time) (*rollout.GateCase, error) {
	if err := bumpPlan(ctx, tx); err != nil {
		return nil, err
	}
	var locked int64
	if err := tx.QueryRow(ctx, lockGateSQL, pgx.StrictNamedArgs{"id": id}).Scan(&locked); err != nil {
		return nil, err
	}
	held, err := readPlan(ctx, tx, day.FromTime(now))
	if err != nil {
		return nil, err
	}
	p := held.plan
	i := slices.IndexFunc(p.Gates, func(g rollout.Gate) bool { return g.ID == id })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "There is no such gate.")
	}
	return &rollout.GateCase{Plan: p, Gate: p.Gates[i]}, nil
}

// keepGate writes what became of a gate, and what was done.
func (s *Store) keepGate(ctx context.Context, tx pgx.Tx, by identity.Actor, was, g rollout.Gate, now time.Time) error {
	events := g.Events()
	if len(events) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	queueGate(b, was, g)
	for _, e := range events {
		b.Queue(gateActivitySQL, pgx.StrictNamedArgs{"task": g.Task, "at": now, "account": int64(by.Account), "actor": by.Name, "say": e.Say})
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, gateEvents(by, g, events)...)
}

func queueGate(b *pgx.Batch, was, g rollout.Gate) {
	b.Queue(updateGateSQL, pgx.StrictNamedArgs{
		"id": g.ID, "opened": givenTime(g.OpenedAt), "passed": givenTime(g.PassedAt), "passed_on": passedOn(g),
		"name": g.PassedBy.Name, "email": g.PassedBy.Email,
	})
	b.Queue(dropApprovalsSQL, pgx.StrictNamedArgs{"gate": g.ID})
	for _, a := range g.Approvals {
		b.Queue(insertApprovalSQL, pgx.StrictNamedArgs{"gate": g.ID, "account": int64(a.By), "name": a.Name, "email": a.Email, "at": a.At})
	}
	if o := g.Override; o != was.Override {
		b.Queue(insertOverrideSQL, pgx.StrictNamedArgs{
			"gate": g.ID, "name": o.Name, "email": o.Email, "at": o.At, "reason": cleanText(o.Reason), "failed": o.Failed,
		})
	}
	for i, a := range g.Alarms {
		if a.SeenAt != was.Alarms[i].SeenAt {
			b.Queue(seeAlarmSQL, pgx.StrictNamedArgs{"id": a.ID, "at": a.SeenAt, "name": a.SeenBy.Name, "email": a.SeenBy.Email})
		}
	}
	if was.PassedAt.IsZero() && !g.PassedAt.IsZero() {
		b.Queue(passTaskSQL, pgx.StrictNamedArgs{"id": g.Task, "at": g.PassedAt, "by": g.PassedBy.Name})
	}
}

// givenTime stores the zero time as null.
func givenTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func passedOn(g rollout.Gate) *day.Date {
	if g.PassedAt.IsZero() {
		return nil
	}
	return &g.PassedOn
}

// gateEvents tells the audit log, in ids and values.
func gateEvents(by identity.Actor, g rollout.Gate, events []rollout.GateEvent) []identity.Event {
	var out []identity.Event
	for _, e := range events {
		detail := map[string]string{"kind": string(g.Kind)}
		for k, v := range e.Detail {
			detail[k] = v
		}
		out = append(out, identity.Event{By: by, Action: e.Action, Subject: "gate/" + strconv.FormatInt(g.ID, 10), Detail: detail})
	}
	return out
}

type overrideRow struct {
	Gate        int64
	Name, Email string
	At          time.Time
	Reason      string
	Failed      []string
}

func (r overrideRow) override() rollout.Override {
	return rollout.Override{Person: personOf(r.Name, r.Email), At: r.At.UTC(), Reason: r.Reason, Failed: r.Failed}
}

// GateHistory returns what was done to a gate and its task, and every time it was
// opened although conditions failed, newest first.
func (s *Store) GateHistory(ctx context.Context, gate int64) (rollout.GateHistory, error) {
	var h rollout.GateHistory
	of := pgx.StrictNamedArgs{"gate": gate}
	b := &pgx.Batch{}
	b.Queue(gateHistorySQL, of).Query(func(rows pgx.Rows) (err error) {
		h.Activity, err = pgx.CollectRows(rows, pgx.RowToStructByName[rollout.Activity])
		return err
	})
	b.Queue(overrideHistorySQL, of).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[overrideRow])
		h.Overrides = each(found, overrideRow.override)
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return h, fmt.Errorf("read the history of gate %d: %w", gate, translate(err))
	}
	return h, nil
}

// GateOverrides returns every time any gate was opened although conditions failed, newest first, by gate.
func (s *Store) GateOverrides(ctx context.Context) (map[int64][]rollout.Override, error) {
	rows, err := s.pool.Query(ctx, overrideHistorySQL, pgx.StrictNamedArgs{"gate": 0})
	if err != nil {
		return nil, fmt.Errorf("read overrides of gates: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[overrideRow])
	if err != nil {
		return nil, fmt.Errorf("read overrides of gates: %w", translate(err))
	}
	out := map[int64][]rollout.Override{}
	for _, r := range found {
		out[r.Gate] = append(out[r.Gate], r.override())
	}
	return out, nil
}
