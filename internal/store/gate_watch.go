package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	raiseAlarmSQL = `
insert into gate_alarm (gate, kind, on_day, say, raised_at)
select @gate, @kind, @on, @say, @at
where not exists (select from gate_alarm where gate = @gate and kind = @kind and (seen_at is null or on_day >= @on))
on conflict do nothing`
)

// WatchGates looks what became of people since each gate was passed, and raises
// an alarm where something went wrong. It may run at any time and any number of
// times: an alarm that nobody took note of yet is not raised again.
func (s *Store) WatchGates(ctx context.Context, x *adoption.Index, now time.Time) error {
	p, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	for _, g := range p.Gates {
		if !g.Watched(p.Today(now)) {
			continue
		}
		facts, err := s.GateWatch(ctx, p, g, x)
		if err != nil {
			return err
		}
		if err := s.raise(ctx, g, p.Watch(g, facts), now); err != nil {
			return fmt.Errorf("raise alarms of gate %d: %w", g.ID, err)
		}
	}
	return nil
}

// GateWatch returns what became of people since g was passed.
func (s *Store) GateWatch(ctx context.Context, p *rollout.Plan, g rollout.Gate, x *adoption.Index) (rollout.WatchFacts, error) {
	run := p.Basis.Run
	if g.Kind != rollout.GateRoles || run == nil || !run.At.After(g.PassedAt) {
		return p.WatchFacts(g, x, nil, time.Time{}), nil
	}
	roll, err := s.AccessRoll(ctx, run.ID)
	if fault.Is(err, fault.NotFound) { // what it found of each person is not kept any more
		return p.WatchFacts(g, x, nil, time.Time{}), nil
	}
	if err != nil {
		return rollout.WatchFacts{}, err
	}
	return p.WatchFacts(g, x, surprised(roll), run.At), nil
}

// surprised returns the members who lose Cowork by surprise.
func surprised(roll access.Roll) adoption.Bits {
	var lost adoption.Bits
	for _, f := range roll.Fates {
		if f.Outcome == access.Surprise {
			lost.Set(f.Member)
		}
	}
	return lost
}

// raise keeps the alarms that are new.
func (s *Store) raise(ctx context.Context, g rollout.Gate, alarms []rollout.Alarm, now time.Time) error {
	if len(alarms) == 0 {
		return nil
	}
	defer s.plan.expire()
	return s.inTx(ctx, func(tx pgx.Tx) error {
		raised := false
		for _, a := range alarms {
			tag, err := tx.Exec(ctx, raiseAlarmSQL, pgx.StrictNamedArgs{"gate": g.ID, "kind": string(a.Kind), "on": a.On, "say": a.Say, "at": now})
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			raised = true
			if err := s.tellAlarm(ctx, tx, g, a, now); err != nil {
				return err
			}
		}
		if !raised {
			return nil
		}
		return bumpPlan(ctx, tx)
	})
}

func (s *Store) tellAlarm(ctx context.Context, tx pgx.Tx, g rollout.Gate, a rollout.Alarm, now time.Time) error {
	args := pgx.StrictNamedArgs{"task": g.Task, "at": now, "account": int64(0), "actor": "Signal", "say": "Alarm: " + a.Say}
	if _, err := tx.Exec(ctx, gateActivitySQL, args); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, identity.Event{
		Action: "gate.alarm", Subject: "gate/" + strconv.FormatInt(g.ID, 10), Detail: map[string]string{"alarm": string(a.Kind), "on": a.On.String()},
	})
}
