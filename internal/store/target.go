package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	targetsSQL = `
select metric, phase, value, owner, due
from (select distinct on (metric, phase) metric, phase, value, owner, due from target order by metric, phase, id desc) latest
where value is not null
order by metric, phase`

	targetHistorySQL = `
select t.id, t.metric, t.phase, coalesce(t.value, 0) as value, t.value is null as reset, t.owner, t.due, t.set_at,
       coalesce(nullif(a.name, ''), a.email, '') as set_by
from target t left join account a on a.id = t.set_by
where @metric = '' or t.metric = @metric
order by t.id desc`

	lockTargetsSQL = `lock table target in share row exclusive mode`

	latestTargetSQL = `
select id, coalesce(value, 0) as value, value is null as reset, owner, due
from target where metric = @metric and phase = @phase
order by id desc limit 1`

	insertTargetSQL = `
insert into target (metric, phase, value, owner, due, set_at, set_by)
values (@metric, @phase, @value, @owner, @due, @at, nullif(@by::bigint, 0))`
)

// readTargets reads the targets that hold in place of defaults.
func readTargets(rows pgx.Rows) ([]adoption.SetTarget, error) {
	var out []adoption.SetTarget
	var t adoption.SetTarget
	var due *time.Time
	_, err := pgx.ForEachRow(rows, []any{&t.Metric, &t.Phase, &t.Value, &t.Owner, &due}, func() error {
		t.Due = dayOf(due)
		out = append(out, t)
		return nil
	})
	return out, err
}

// dayOf reads null as no day.
func dayOf(t *time.Time) day.Date {
	if t == nil {
		return day.None
	}
	return day.FromTime(*t)
}

type targetRow struct {
	ID     int64
	Metric adoption.Key
	Phase  adoption.Phase
	Value  float64
	Reset  bool
	Owner  string
	Due    *time.Time
	SetAt  time.Time
	SetBy  string
}

func (r targetRow) change() adoption.TargetChange {
	t := adoption.SetTarget{Metric: r.Metric, Phase: r.Phase, Value: r.Value, Owner: r.Owner, Due: dayOf(r.Due)}
	return adoption.TargetChange{SetTarget: t, ID: r.ID, Reset: r.Reset, At: r.SetAt.UTC(), By: r.SetBy}
}

// TargetHistory returns every change of a metric's targets in any phase, of
// every metric's when metric is "", newest first.
func (s *Store) TargetHistory(ctx context.Context, metric adoption.Key) ([]adoption.TargetChange, error) {
	rows, err := s.pool.Query(ctx, targetHistorySQL, pgx.StrictNamedArgs{"metric": string(metric)})
	if err != nil {
		return nil, fmt.Errorf("read the history of targets: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[targetRow])
	if err != nil {
		return nil, fmt.Errorf("read the history of targets: %w", translate(err))
	}
	return each(found, targetRow.change), nil
}

// SetTarget sets a metric's target in a phase. seen is the latest change of the
// metric that the actor knows of: when its phase was changed after that, the
// fault is Conflict and nothing is written. What is set already is not set again.
func (s *Store) SetTarget(ctx context.Context, by identity.Actor, t adoption.SetTarget, seen int64, now time.Time) error {
	return s.changeTarget(ctx, by, adoption.TargetChange{SetTarget: t}, seen, now)
}

// ResetTarget takes a metric's target in a phase back to what holds without it.
// It faults as [Store.SetTarget] does.
func (s *Store) ResetTarget(ctx context.Context, by identity.Actor, metric adoption.Key, in adoption.Phase, seen int64, now time.Time) error {
	t := adoption.SetTarget{Metric: metric, Phase: in, Due: day.None}
	return s.changeTarget(ctx, by, adoption.TargetChange{SetTarget: t, Reset: true}, seen, now)
}

func (s *Store) changeTarget(ctx context.Context, by identity.Actor, c adoption.TargetChange, seen int64, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		last, err := latestTarget(ctx, tx, c.SetTarget)
		switch {
		case err != nil:
			return err
		case last.ID > seen:
			return fault.New(fault.Conflict, "Somebody else changed this target meanwhile. Nothing was changed by you.")
		case sameTarget(last, c):
			return nil
		}
		if err := insertTarget(ctx, tx, by, c, now); err != nil {
			return err
		}
		if _, err := bump(ctx, tx, touchesMoney); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, targetEvent(by, last, c))
	})
	s.index.expire()
	if err != nil {
		return fmt.Errorf("set a target: %w", err)
	}
	return nil
}

// latestTarget returns what is set in t's place, with nobody able to change it
// before the transaction ends. Where nothing ever was, that is a reset without an id.
func latestTarget(ctx context.Context, tx pgx.Tx, t adoption.SetTarget) (adoption.TargetChange, error) {
	out := adoption.TargetChange{SetTarget: adoption.SetTarget{Metric: t.Metric, Phase: t.Phase, Due: day.None}, Reset: true}
	if _, err := tx.Exec(ctx, lockTargetsSQL); err != nil {
		return out, err
	}
	var due *time.Time
	err := tx.QueryRow(ctx, latestTargetSQL, pgx.StrictNamedArgs{"metric": string(t.Metric), "phase": string(t.Phase)}).
		Scan(&out.ID, &out.Value, &out.Reset, &out.Owner, &due)
	if err == pgx.ErrNoRows {
		return out, nil
	}
	out.Due = dayOf(due)
	return out, err
}

func sameTarget(a, b adoption.TargetChange) bool {
	return a.Reset && b.Reset || !a.Reset && !b.Reset && a.SetTarget == b.SetTarget
}

func insertTarget(ctx context.Context, tx pgx.Tx, by identity.Actor, c adoption.TargetChange, now time.Time) error {
	var value *float64
	if !c.Reset {
		value = &c.Value
	}
	_, err := tx.Exec(ctx, insertTargetSQL, pgx.StrictNamedArgs{
		"metric": string(c.Metric), "phase": string(c.Phase), "value": value, "owner": cleanText(c.Owner), "due": c.Due,
		"at": now, "by": int64(by.Account),
	})
	return err
}

// targetEvent tells of a change in values and days; who answers for a target is a name, and stays out.
func targetEvent(by identity.Actor, from, to adoption.TargetChange) identity.Event {
	e := identity.Event{By: by, Action: "target.set", Subject: "target/" + string(to.Metric), Detail: map[string]string{
		"phase": string(to.Phase), "from": targetWord(from), "to": targetWord(to), "due": to.Due.String(),
	}}
	if to.Reset {
		e.Action = "target.reset"
	}
	return e
}

func targetWord(c adoption.TargetChange) string {
	if c.Reset {
		return "default"
	}
	return strconv.FormatFloat(c.Value, 'g', -1, 64)
}
