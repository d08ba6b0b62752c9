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

	// Days that have sets or facts; the facts' are found without reading them all.
	indexedDaysSQL = `
select day from day_index
union
select d::date
from (select min(from_day) as first, max(to_day) as last from unit_done where source = 'users') done,
     generate_series(done.first::timestamp, done.last::timestamp, interval '1 day') d
where exists (select from usage_day u where u.day = d::date)
order by day`

	lockGenerationSQL = `select n from generation for update`

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
)

// EveryDay is the period that holds all days.
var EveryDay = day.Period{From: day.None, To: day.Never}

// Reindex makes the sets of the days of p from their facts where they differ,
// each day in a transaction of its own, so that readers and the pull wait for a
// day at most. It may be stopped at any time. tell is told of every day as it is
// done; it returns the days that differed.
func (s *Store) Reindex(ctx context.Context, p day.Period, tell func(adoption.DayCheck)) ([]day.Date, error) {
	defer s.index.expire()
	days, err := s.indexedDays(ctx, p)
	if err != nil {
		return nil, err
	}
	var differed []day.Date
	for i, d := range days {
		same := false
		err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
			same, err = reindexDay(ctx, tx, d)
			return err
		})
		if err != nil {
			return differed, fmt.Errorf("index %s: %w", d, err)
		}
		if !same {
			differed = append(differed, d)
		}
		tell(adoption.DayCheck{Day: d, Done: i + 1, Of: len(days), Differs: !same})
	}
	return differed, nil
}

func (s *Store) indexedDays(ctx context.Context, p day.Period) ([]day.Date, error) {
	var days []day.Date
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		days, err = queryDays(ctx, tx, indexedDaysSQL)
		return err
	})
	days = slices.DeleteFunc(days, func(d day.Date) bool { return !p.Contains(d) })
	return days, err
}

// reindexDay writes d's sets unless they agree with its facts already. Nothing
// lands meanwhile: whoever publishes waits for the generation.
func reindexDay(ctx context.Context, tx pgx.Tx, d day.Date) (same bool, err error) {
	if _, err := tx.Exec(ctx, lockGenerationSQL); err != nil {
		return false, err
	}
	if same, err = indexAgrees(ctx, tx, d); same || err != nil {
		return same, err
	}
	minActions, err := taskMinActions(ctx, tx)
	if err != nil {
		return false, err
	}
	generation, err := bump(ctx, tx, touchesNothing)
	if err != nil {
		return false, err
	}
	return false, reindex(ctx, tx, []day.Date{d}, generation, minActions)
}

// taskMinActions returns the setting task_min_actions.
func taskMinActions(ctx context.Context, tx pgx.Tx) (n int, err error) {
	args := pgx.StrictNamedArgs{"default": adoption.DefaultSettings().TaskMinActions}
	err = tx.QueryRow(ctx, minActionsSQL, args).Scan(&n)
	return n, err
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

// indexAgrees reports whether d's sets are what its facts make.
func indexAgrees(ctx context.Context, tx pgx.Tx, d day.Date) (bool, error) {
	minActions, err := taskMinActions(ctx, tx)
	if err != nil {
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
	l := newIndexLoad(generations{}, heldIndex{})
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
