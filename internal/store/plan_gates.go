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

	gateApprovalsSQL = `select gate, account, name, email, at from gate_approval order by gate, at, account`

	gateOverridesSQL = `
select distinct on (gate) gate, name, email, at, reason, failed
from gate_override order by gate, id desc`

	gateAlarmsSQL = `
select id, gate, say, raised_at, seen_at, seen_name, seen_email
from gate_alarm order by gate, id desc`
)

// queueGates asks for the gates, and then for what belongs to each.
func (l *planLoad) queueGates(b *pgx.Batch) {
	b.Queue(gatesSQL).Query(l.gates)
	b.Queue(gateApprovalsSQL).Query(l.approvals)
	b.Queue(gateOverridesSQL).Query(l.overrides)
	b.Queue(gateAlarmsSQL).Query(l.alarms)
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
	_, err := pgx.ForEachRow(rows, []any{&gate, &account, &a.Name, &a.Email, &a.At}, func() error {
		a.By, a.At = identity.AccountID(account), a.At.UTC()
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
	_, err := pgx.ForEachRow(rows, []any{&a.ID, &gate, &a.Say, &raised, &seen, &a.SeenBy.Name, &a.SeenBy.Email}, func() error {
		a.RaisedAt, a.SeenAt = raised.UTC(), momentOf(seen)
		g := l.gate(gate)
		g.Alarms = append(g.Alarms, a)
		return nil
	})
	return err
}
