package store

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	gatesSQL = `
select id, kind, coalesce(wave, 0) as wave, task, opened_at, passed_at, passed_on, passed_name, passed_email, version
from gate order by id`

	gateApprovalsSQL = `
select p.gate, p.account, p.name, p.email, p.at,
       coalesce((select array_agg(r.role) from account_role r where r.account_id = a.id and a.deactivated_at is null), '{}') as roles
from gate_approval p join account a on a.id = p.account
order by p.gate, p.at, p.account`

	gateOverridesSQL = `
select distinct on (gate) gate, name, email, at, reason, failed
from gate_override order by gate, id desc`

	gateAlarmsSQL = `
select id, gate, kind, on_day, say, raised_at, seen_at, seen_name, seen_email
from gate_alarm order by gate, id desc`

	basisRunSQL = `
select id, at, as_of, members, surprise, complete,
       (select max(at) from access_run where surprise > 0 or not complete) as unclean_at
from access_run order by at desc, id desc limit 1`

	basisCopySQL = `select id, at, members, groups, roles, limits from access_snapshot order by id desc limit 1`

	basisFailedSQL = `
select check_key, coalesce(wave, 0) as wave, max(ran_at) as at
from check_result where outcome <> 'holds' group by 1, 2`

	basisTouchedSQL = `
select a.task, max(a.at) as at
from task_activity a join task_wait w on w.waits_for = a.task join gate g on g.task = w.task
where a.kind in ('state', 'reopened')
group by a.task`
)

// queueGates asks for the gates, and then for what belongs to each.
func (l *planLoad) queueGates(b *pgx.Batch) {
	b.Queue(gatesSQL).Query(l.gates)
	b.Queue(gateApprovalsSQL).Query(l.approvals)
	b.Queue(gateOverridesSQL).Query(l.overrides)
	b.Queue(gateAlarmsSQL).Query(l.alarms)
	b.Queue(basisRunSQL).Query(l.run)
	b.Queue(basisCopySQL).Query(l.accessCopy)
	b.Queue(basisFailedSQL).Query(l.failed)
	b.Queue(basisTouchedSQL).Query(l.touched)
}

type gateRow struct {
	ID          int64
	Kind        rollout.GateKind
	Wave        int
	Task        rollout.TaskID
	OpenedAt    *time.Time
	PassedAt    *time.Time
	PassedOn    *time.Time
	PassedName  string
	PassedEmail string
	Version     int
}

func (r gateRow) gate() rollout.Gate {
	return rollout.Gate{
		ID: r.ID, Kind: r.Kind, Wave: r.Wave, Task: r.Task, OpenedAt: momentOf(r.OpenedAt), PassedAt: momentOf(r.PassedAt),
		PassedOn: dayOf(r.PassedOn), PassedBy: personOf(r.PassedName, r.PassedEmail), Version: r.Version,
	}
}

func (l *planLoad) gates(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[gateRow])
	l.plan.Gates = each(found, gateRow.gate)
	return err
}

// gate returns the gate with an id, which has been read before what belongs to it.
func (l *planLoad) gate(id int64) *rollout.Gate {
	i := slices.IndexFunc(l.plan.Gates, func(g rollout.Gate) bool { return g.ID == id })
	return &l.plan.Gates[i]
}

func (l *planLoad) approvals(rows pgx.Rows) error {
	var gate, account int64
	var a rollout.Approval
	var roles []identity.Role
	_, err := pgx.ForEachRow(rows, []any{&gate, &account, &a.Name, &a.Email, &a.At, &roles}, func() error {
		a.By, a.At = identity.AccountID(account), a.At.UTC()
		a.Void = !rollout.MayApprove(identity.Actor{Account: a.By, Roles: roles})
		g := l.gate(gate)
		g.Approvals = append(g.Approvals, a)
		return nil
	})
	return err
}

func (l *planLoad) overrides(rows pgx.Rows) error {
	var gate int64
	var name, email, reason string
	var at time.Time
	var failed []string
	_, err := pgx.ForEachRow(rows, []any{&gate, &name, &email, &at, &reason, &failed}, func() error {
		l.gate(gate).Override = &rollout.Override{Person: personOf(name, email), At: at.UTC(), Reason: reason, Failed: slices.Clone(failed)}
		return nil
	})
	return err
}

func (l *planLoad) alarms(rows pgx.Rows) error {
	var gate int64
	var a rollout.Alarm
	var raised time.Time
	var seen *time.Time
	_, err := pgx.ForEachRow(rows, []any{&a.ID, &gate, &a.Kind, &a.On, &a.Say, &raised, &seen, &a.SeenBy.Name, &a.SeenBy.Email}, func() error {
		a.RaisedAt, a.SeenAt = raised.UTC(), momentOf(seen)
		g := l.gate(gate)
		g.Alarms = append(g.Alarms, a)
		return nil
	})
	return err
}

// run reads the latest dry run, and when one was last not clean.
func (l *planLoad) run(rows pgx.Rows) error {
	var r rollout.DryRun
	var asOf, unclean *time.Time
	_, err := pgx.ForEachRow(rows, []any{&r.ID, &r.At, &asOf, &r.Members, &r.Surprise, &r.Complete, &unclean}, func() error {
		r.At, r.AsOf = r.At.UTC(), momentOf(asOf)
		l.plan.Basis.Run, l.plan.Basis.UncleanAt = &r, momentOf(unclean)
		return nil
	})
	return err
}

func (l *planLoad) accessCopy(rows pgx.Rows) error {
	var c rollout.AccessCopy
	_, err := pgx.ForEachRow(rows, []any{&c.ID, &c.At, &c.Members, &c.Groups, &c.Roles, &c.Limits}, func() error {
		c.At = c.At.UTC()
		l.plan.Basis.Copy = &c
		return nil
	})
	return err
}

func (l *planLoad) failed(rows pgx.Rows) error {
	l.plan.Basis.Failed = map[rollout.CheckRef]time.Time{}
	var ref rollout.CheckRef
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&ref.Check, &ref.Wave, &at}, func() error {
		l.plan.Basis.Failed[ref] = at.UTC()
		return nil
	})
	return err
}

func (l *planLoad) touched(rows pgx.Rows) error {
	l.plan.Basis.Touched = map[rollout.TaskID]time.Time{}
	var id rollout.TaskID
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error {
		l.plan.Basis.Touched[id] = at.UTC()
		return nil
	})
	return err
}
