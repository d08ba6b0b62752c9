package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/rollout"
)

const (
	readinessSQL = `select wave, decide_at, asked_at, asked_on, version from readiness order by wave`

	decidersSQL = `select wave, name, email, title from decider order by wave, position, email`

	// The last word of everybody in the round that was asked for last.
	votesSQL = `
select wave, name, email, choice, reason, conditions, at
from (
    select distinct on (v.wave, lower(v.email)) v.id, v.wave, v.name, v.email, v.choice, v.reason, v.conditions, v.at
    from vote v join readiness r on r.wave = v.wave and r.asked_at = v.asked_at
    order by v.wave, lower(v.email), v.id desc
) last
order by wave, id`

	decisionsSQL = `select wave, id, choice, at, by_name, basis, votes from decision order by wave, id desc`
)

// queueReadiness asks for what people decided about each wave.
func (l *planLoad) queueReadiness(b *pgx.Batch) {
	b.Queue(readinessSQL).Query(l.readiness)
	b.Queue(decidersSQL).Query(l.deciders)
	b.Queue(votesSQL).Query(l.votes)
	b.Queue(decisionsSQL).Query(l.decisions)
}

func (l *planLoad) readiness(rows pgx.Rows) error {
	l.plan.Readiness = map[int]rollout.Readiness{}
	var wave, version int
	var decide, asked *time.Time
	var on string
	_, err := pgx.ForEachRow(rows, []any{&wave, &decide, &asked, &on, &version}, func() error {
		l.plan.Readiness[wave] = rollout.Readiness{
			Wave: wave, DecideAt: momentOf(decide), AskedAt: momentOf(asked), AskedOn: on, Version: version,
		}
		return nil
	})
	return err
}

// add changes what is known of a wave so far.
func (l *planLoad) add(wave int, change func(*rollout.Readiness)) {
	r := l.plan.Readiness[wave]
	change(&r)
	l.plan.Readiness[wave] = r
}

func (l *planLoad) deciders(rows pgx.Rows) error {
	var wave int
	var d rollout.Decider
	_, err := pgx.ForEachRow(rows, []any{&wave, &d.Name, &d.Email, &d.Title}, func() error {
		l.add(wave, func(r *rollout.Readiness) { r.Deciders = append(r.Deciders, d) })
		return nil
	})
	return err
}

func (l *planLoad) votes(rows pgx.Rows) error {
	var wave int
	var v rollout.Vote
	_, err := pgx.ForEachRow(rows, []any{&wave, &v.Name, &v.Email, &v.Choice, &v.Reason, &v.Conditions, &v.At}, func() error {
		v.At = v.At.UTC()
		l.add(wave, func(r *rollout.Readiness) { r.Votes = append(r.Votes, v) })
		return nil
	})
	return err
}

type decisionRow struct {
	Wave   int
	ID     int64
	Choice rollout.Choice
	At     time.Time
	ByName string
	Basis  []rollout.BasisItem
	Votes  []rollout.Vote
}

func (l *planLoad) decisions(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[decisionRow])
	if err != nil {
		return err
	}
	for _, d := range found {
		l.add(d.Wave, func(r *rollout.Readiness) {
			r.Decisions = append(r.Decisions, rollout.Decision{ID: d.ID, Choice: d.Choice, At: d.At.UTC(), By: d.ByName, Basis: d.Basis, Votes: d.Votes})
		})
	}
	return nil
}
