package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

const (
	outdatedDaysSQL = `select day from day_index where task_min_actions <> $1 order by day`

	indexedDaysSQL = `select day from day_index order by day`

	dayFactsSQL = `
select member, coalesce(sessions, -1) as sessions, coalesce(actions, -1) as actions, coalesce(messages, -1) as messages,
       coalesce(dispatch_turns, -1) as dispatch_turns, coalesce(connectors, -1) as connectors,
       coalesce(skills, -1) as skills, coalesce(plugins, -1) as plugins, unified
from usage_day where day = $1 order by member`

	dayKnownSQL = `
select sessions_known, connectors_known, skills_known, plugins_known from day_index where day = $1`

	dayOfIndexSQL = `
select day, signed_in, active, tasked, unified, connectors, skills, plugins,
       sessions_known, connectors_known, skills_known, plugins_known, sessions
from day_index where day = @day`

	ordinalGapsSQL = `
select (select count(*) from member) as people, (select coalesce(max(ord), -1) + 1 from member) as next,
       (select count(*) from usage_day u where not exists (select from member m where m.ord = u.member)) as orphans`
)

// Reindex makes the sets of these days from their facts, of every day when none is named.
func (s *Store) Reindex(ctx context.Context, days []day.Date) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		generation, err := bump(ctx, tx, touchesNothing)
		if err != nil {
			return err
		}
		var minActions int
		if err := tx.QueryRow(ctx, minActionsSQL, pgx.StrictNamedArgs{"default": adoption.DefaultSettings().TaskMinActions}).Scan(&minActions); err != nil {
			return err
		}
		if len(days) == 0 {
			if days, err = queryDays(ctx, tx, indexedDaysSQL); err != nil {
				return err
			}
		}
		return reindex(ctx, tx, days, generation, minActions)
	})
	s.index.expire()
	return err
}

func reindexOutdated(ctx context.Context, tx pgx.Tx, generation int64, minActions int) error {
	days, err := queryDays(ctx, tx, outdatedDaysSQL, minActions)
	if err != nil {
		return err
	}
	return reindex(ctx, tx, days, generation, minActions)
}

func reindex(ctx context.Context, tx pgx.Tx, days []day.Date, generation int64, minActions int) error {
	for _, d := range days {
		x, err := indexFromFacts(ctx, tx, d, minActions)
		if err != nil {
			return fmt.Errorf("index %s: %w", d, err)
		}
		if _, err := tx.Exec(ctx, dayIndexSQL, indexArgs(x, generation, minActions)); err != nil {
			return fmt.Errorf("index %s: %w", d, err)
		}
	}
	return nil
}

// indexFromFacts makes d's sets from its rows. Who reported a field although
// nothing was above zero has no row, and is taken over from the index there is.
func indexFromFacts(ctx context.Context, tx pgx.Tx, d day.Date, minActions int) (adoption.DayIndex, error) {
	entries, err := dayFacts(ctx, tx, d)
	if err != nil {
		return adoption.DayIndex{}, err
	}
	x := adoption.IndexDay(d, entries, minActions)
	var known [4][]byte
	err = tx.QueryRow(ctx, dayKnownSQL, d).Scan(&known[0], &known[1], &known[2], &known[3])
	if err == pgx.ErrNoRows {
		return x, nil
	}
	for i, set := range []*adoption.Bits{&x.SessionsKnown, &x.ConnectorsKnown, &x.SkillsKnown, &x.PluginsKnown} {
		set.Add(adoption.BitsOf(known[i]))
	}
	return x, err
}

func dayFacts(ctx context.Context, tx pgx.Tx, d day.Date) ([]adoption.Entry, error) {
	rows, err := tx.Query(ctx, dayFactsSQL, d)
	if err != nil {
		return nil, err
	}
	var v [8]int32
	var unified bool
	var out []adoption.Entry
	_, err = pgx.ForEachRow(rows, []any{&v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7], &unified}, func() error {
		out = append(out, adoption.Entry{Member: v[0], Activity: adoption.Activity{
			SignedIn: true, Unified: unified, Sessions: adoption.Count(v[1]), Actions: adoption.Count(v[2]),
			Messages: adoption.Count(v[3]), DispatchTurns: adoption.Count(v[4]), Connectors: adoption.Count(v[5]),
			Skills: adoption.Count(v[6]), Plugins: adoption.Count(v[7]),
		}})
		return nil
	})
	return out, err
}

func queryDays(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]day.Date, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	times, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, err
	}
	return each(times, day.FromTime), nil
}

// VerifyIndex compares every day's sets with its facts and looks for gaps in
// the ordinals. It returns one sentence for each thing that is wrong.
func (s *Store) VerifyIndex(ctx context.Context) ([]string, error) {
	var wrong []string
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var people, next, orphans int
		if err := tx.QueryRow(ctx, ordinalGapsSQL).Scan(&people, &next, &orphans); err != nil {
			return err
		}
		if people != next {
			wrong = append(wrong, fmt.Sprintf("%d people have ordinals up to %d", people, next-1))
		}
		if orphans > 0 {
			wrong = append(wrong, fmt.Sprintf("%d rows of usage belong to nobody", orphans))
		}
		days, err := queryDays(ctx, tx, indexedDaysSQL)
		if err != nil {
			return err
		}
		for _, d := range days {
			same, err := indexAgrees(ctx, tx, d)
			if err != nil {
				return err
			}
			if !same {
				wrong = append(wrong, fmt.Sprintf("the sets of %s differ from its rows", d))
			}
		}
		return nil
	})
	return wrong, translate(err)
}

func indexAgrees(ctx context.Context, tx pgx.Tx, d day.Date) (bool, error) {
	var minActions int
	if err := tx.QueryRow(ctx, minActionsSQL, pgx.StrictNamedArgs{"default": adoption.DefaultSettings().TaskMinActions}).Scan(&minActions); err != nil {
		return false, err
	}
	want, err := indexFromFacts(ctx, tx, d, minActions)
	if err != nil {
		return false, err
	}
	rows, err := tx.Query(ctx, dayOfIndexSQL, pgx.StrictNamedArgs{"day": d})
	if err != nil {
		return false, err
	}
	l := newIndexLoad(generations{}, nil)
	if err := l.days(rows); err != nil {
		return false, err
	}
	return len(l.index.Days) == 1 && sameSets(l.index.Days[0], want), nil
}

func sameSets(a, b adoption.DayIndex) bool {
	as, bs := sets(&a), sets(&b)
	for i := range as {
		if !slices.Equal(as[i].Trim(), bs[i].Trim()) {
			return false
		}
	}
	return slices.EqualFunc(a.Sessions, b.Sessions, func(x, y adoption.Bits) bool { return slices.Equal(x.Trim(), y.Trim()) })
}
