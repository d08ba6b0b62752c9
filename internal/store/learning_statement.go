package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/enablement"
)

const (
	keptStatementsSQL = `
select st.id::text as id, c.activity, '' as course, st.email, st.verb, st.at, st.minutes
from statement st join course c on c.id = st.course where st.id = any (@ids::uuid[])`

	voidedStatementsSQL = `select id::text from voided_statement where id = any (@ids::uuid[])`

	// A course has the name of its first statements; of several that are given, the
	// one that comes first by its letters, whichever arrived first. A name that a
	// lead confirmed stays.
	addCoursesSQL = `
insert into course (activity, name, first_seen)
select activity, coalesce(min(name collate "C") filter (where name <> ''), activity), @now
from unnest(@activities::text[], @names::text[]) as t (activity, name) group by activity order by activity
on conflict (activity) do update set name = excluded.name
where course.version = 1 and excluded.name <> excluded.activity
  and (course.name = course.activity or excluded.name < course.name collate "C")`

	addVoidsSQL = `
insert into voided_statement (id, at) select id, @now from unnest(@ids::uuid[]) as t (id) order by id
on conflict do nothing`

	addStatementsSQL = `
insert into statement (id, course, email, verb, at, minutes, token, stored_at, voided_at)
select t.id, c.id, t.email, t.verb, coalesce(t.at, @now), t.minutes, nullif(@token::bigint, 0), @now, v.at
from unnest(@ids::uuid[], @activities::text[], @emails::text[], @verbs::text[], @ats::timestamptz[], @minutes::int[])
     as t (id, activity, email, verb, at, minutes)
join course c on c.activity = t.activity
left join voided_statement v on v.id = t.id`

	voidStatementsSQL = `update statement set voided_at = @now where id = any (@ids::uuid[]) and voided_at is null`
)

// learning runs fn in a transaction in which nothing else changes what statements
// and imports say.
func (s *Store) learning(ctx context.Context, fn func(pgx.Tx) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdImportsSQL, int64(importLock)); err != nil {
			return fmt.Errorf("wait for imports: %w", err)
		}
		return fn(tx)
	})
	s.index.expire()
	return err
}

// UpdateStatements implements [enablement.LearningKeeper].
func (s *Store) UpdateStatements(ctx context.Context, ids []string, now time.Time, fn func(enablement.Shelf) (enablement.Arrival, error)) error {
	return s.learning(ctx, func(tx pgx.Tx) error {
		shelf, err := readShelf(ctx, tx, ids)
		if err != nil {
			return fmt.Errorf("read the statements: %w", err)
		}
		a, err := fn(shelf)
		if err != nil || a.Empty() {
			return err
		}
		if err := keepArrival(ctx, tx, a, now); err != nil {
			return fmt.Errorf("keep the statements: %w", err)
		}
		return nil
	})
}

func readShelf(ctx context.Context, tx pgx.Tx, ids []string) (enablement.Shelf, error) {
	shelf := enablement.Shelf{Kept: map[string]enablement.Statement{}}
	b := &pgx.Batch{}
	named := pgx.StrictNamedArgs{"ids": ids}
	b.Queue(keptStatementsSQL, named).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[enablement.Statement])
		for _, st := range list {
			shelf.Kept[st.ID] = st
		}
		return err
	})
	b.Queue(voidedStatementsSQL, named).Query(func(rows pgx.Rows) (err error) {
		shelf.Voided, err = collectSet(rows)
		return err
	})
	return shelf, tx.SendBatch(ctx, b).Close()
}

func keepArrival(ctx context.Context, tx pgx.Tx, a enablement.Arrival, now time.Time) error {
	b := &pgx.Batch{}
	if len(a.Left) > 0 {
		b.Queue(noteLeftSQL, leftArgs(a.Left, now))
	}
	changed := append([]string{}, a.Voids...)
	for _, st := range a.Statements {
		changed = append(changed, st.ID)
	}
	if len(changed) == 0 {
		return tx.SendBatch(ctx, b).Close()
	}
	if err := beginLearned(ctx, tx); err != nil {
		return err
	}
	voids := pgx.StrictNamedArgs{"ids": a.Voids, "now": now}
	b.Queue(addVoidsSQL, voids)
	b.Queue(addCoursesSQL, courseArgs(a.Statements, now))
	b.Queue(addStatementsSQL, statementArgs(a, now))
	b.Queue(voidStatementsSQL, voids)
	b.Queue(learnedOfStatementsSQL, changed)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return publishLearned(ctx, tx)
}

func courseArgs(list []enablement.Statement, now time.Time) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"now":        now,
		"activities": texts(list, func(st enablement.Statement) string { return st.Activity }),
		"names":      texts(list, func(st enablement.Statement) string { return cleanText(st.Course) }),
	}
}

func statementArgs(a enablement.Arrival, now time.Time) pgx.StrictNamedArgs {
	list := a.Statements
	return pgx.StrictNamedArgs{
		"now": now, "token": a.Token,
		"ids":        texts(list, func(st enablement.Statement) string { return st.ID }),
		"activities": texts(list, func(st enablement.Statement) string { return st.Activity }),
		"emails":     texts(list, func(st enablement.Statement) string { return st.Email }),
		"verbs":      texts(list, func(st enablement.Statement) string { return string(st.Verb) }),
		"ats":        each(list, func(st enablement.Statement) *time.Time { return moment(st.At) }),
		"minutes":    each(list, func(st enablement.Statement) *int { return st.Minutes }),
	}
}
