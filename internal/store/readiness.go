package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/rollout"
)

const (
	keepReadinessSQL = `
insert into readiness (wave, decide_at, asked_at, asked_on) values (@wave, @decide_at, @asked_at, @asked_on)
on conflict (wave) do update set
    decide_at = excluded.decide_at, asked_at = excluded.asked_at, asked_on = excluded.asked_on, version = readiness.version + 1`

	dropDecidersSQL = `delete from decider where wave = @wave`

	insertDeciderSQL = `
insert into decider (wave, email, name, title, position) values (@wave, @email, @name, @title, @position)`

	insertVoteSQL = `
insert into vote (wave, email, name, choice, reason, conditions, at, asked_at)
values (@wave, @email, @name, @choice, @reason, @conditions, @at, @asked_at)`

	insertDecisionSQL = `
insert into decision (wave, choice, at, by_name, basis, votes) values (@wave, @choice, @at, @by_name, @basis, @votes)`
)

// UpdateReadiness lends what a wave's launch is decided from to a rule, and keeps
// what the rule changed, all or nothing. The plan it is lent is that of this very
// moment: nothing else of the plan changes before it ends. seen is the version of
// the readiness that was seen; another one is a Conflict, [rollout.AnyVersion] asks for none. A wave
// that does not exist, or a plan that was not started, is NotFound.
func (s *Store) UpdateReadiness(ctx context.Context, wave, seen int, now time.Time, fn func(rollout.Question) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := bumpPlan(ctx, tx); err != nil {
			return err
		}
		held, err := readPlan(ctx, tx, day.FromTime(now))
		if err != nil {
			return err
		}
		was, err := readinessOf(held.plan, wave, seen)
		if err != nil {
			return err
		}
		q := held.plan.Question(wave, now)
		if err := fn(q); err != nil {
			return err
		}
		if err := keepReadiness(ctx, tx, was, *q.Readiness); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, q.Events()...)
	})
	s.plan.expire()
	if err != nil {
		return fmt.Errorf("change the readiness of a wave: %w", err)
	}
	return nil
}

func readinessOf(p *rollout.Plan, wave, seen int) (rollout.Readiness, error) {
	was := p.Readiness[wave]
	if _, ok := p.Wave(wave); !ok || !p.Started() {
		return was, fault.New(fault.NotFound, "There is no such wave.")
	}
	if seen != rollout.AnyVersion && was.Version != seen {
		return was, fault.New(fault.Conflict, "Somebody else changed this meanwhile. Nothing was changed by you.")
	}
	return was, nil
}

// keepReadiness writes what differs from how it was.
func keepReadiness(ctx context.Context, tx pgx.Tx, was, is rollout.Readiness) error {
	b := &pgx.Batch{}
	b.Queue(keepReadinessSQL, pgx.StrictNamedArgs{
		"wave": is.Wave, "decide_at": orNull(is.DecideAt), "asked_at": orNull(is.AskedAt), "asked_on": is.AskedOn,
	})
	queueDeciders(b, is)
	for _, v := range is.Votes {
		if last, said := was.VoteOf(v.Email); !said || last != v {
			queueVote(b, is, v)
		}
	}
	if len(is.Decisions) > len(was.Decisions) {
		if err := queueDecision(b, is); err != nil {
			return err
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

func queueDeciders(b *pgx.Batch, r rollout.Readiness) {
	b.Queue(dropDecidersSQL, pgx.StrictNamedArgs{"wave": r.Wave})
	for i, d := range r.Deciders {
		b.Queue(insertDeciderSQL, pgx.StrictNamedArgs{
			"wave": r.Wave, "email": d.Email, "name": cleanText(d.Name), "title": cleanText(d.Title), "position": i,
		})
	}
}

func queueVote(b *pgx.Batch, r rollout.Readiness, v rollout.Vote) {
	b.Queue(insertVoteSQL, pgx.StrictNamedArgs{
		"wave": r.Wave, "email": v.Email, "name": v.Name, "choice": string(v.Choice), "reason": v.Reason,
		"conditions": v.Conditions, "at": v.At, "asked_at": r.AskedAt,
	})
}

func queueDecision(b *pgx.Batch, r rollout.Readiness) error {
	d := r.Decisions[0]
	basis, err := json.Marshal(d.Basis)
	if err != nil {
		return fmt.Errorf("write the basis of a decision: %w", err)
	}
	votes, err := json.Marshal(d.Votes)
	if err != nil {
		return fmt.Errorf("write the votes of a decision: %w", err)
	}
	b.Queue(insertDecisionSQL, pgx.StrictNamedArgs{
		"wave": r.Wave, "choice": string(d.Choice), "at": d.At, "by_name": d.By, "basis": basis, "votes": votes,
	})
	return nil
}

// orNull writes the zero time as null.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
