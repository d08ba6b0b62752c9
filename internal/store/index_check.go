package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// keptChecks is how many comparisons are remembered: two months of nights.
const keptChecks = 60

const (
	ordinalGapsSQL = `select count(*) as people, coalesce(max(ord), -1) + 1 as next from member`

	strangerSQL = `
select u.member from usage_day u
where u.day = $1 and u.member > (select coalesce(max(ord), -1) from member)
order by u.member limit 1`

	keepCheckSQL = `insert into index_check (checked_at, days, differences) values (@at, @days, @differences)`

	pruneChecksSQL = `delete from index_check where id <= (select max(id) from index_check) - @kept::int`

	lastCheckSQL = `select checked_at, days, differences from index_check order by id desc limit 1`
)

// VerifyIndex compares every day's sets with its facts and looks for gaps in
// the ordinals. It returns one sentence for each thing that is wrong.
func (s *Store) VerifyIndex(ctx context.Context) ([]string, error) {
	check, err := s.CompareIndex(ctx, EveryDay, func(adoption.DayCheck) {})
	return check.Differences, err
}

// CompareIndex compares the sets of the days of p with their facts, a day at a
// time: it holds one day in memory, and nothing that lands has to wait for it.
// tell is told of every day.
func (s *Store) CompareIndex(ctx context.Context, p day.Period, tell func(adoption.DayCheck)) (adoption.IndexCheck, error) {
	var out adoption.IndexCheck
	gap, err := s.ordinalGap(ctx)
	if err != nil {
		return out, err
	}
	if gap != "" {
		out.Differences = append(out.Differences, gap)
	}
	days, err := s.indexedDays(ctx, p)
	if err != nil {
		return out, err
	}
	for i, d := range days {
		wrong, err := s.compareDay(ctx, d)
		if err != nil {
			return out, fmt.Errorf("compare %s: %w", d, err)
		}
		out.Days++
		out.Differences = append(out.Differences, wrong...)
		tell(adoption.DayCheck{Day: d, Done: i + 1, Of: len(days), Differs: len(wrong) > 0})
	}
	return out, nil
}

func (s *Store) ordinalGap(ctx context.Context) (string, error) {
	var people, next int
	if err := s.pool.QueryRow(ctx, ordinalGapsSQL).Scan(&people, &next); err != nil {
		return "", translate(err)
	}
	if people == next {
		return "", nil
	}
	return fmt.Sprintf("%d people have ordinals up to %d", people, next-1), nil
}

// compareDay looks at a day as it is at one moment.
func (s *Store) compareDay(ctx context.Context, d day.Date) ([]string, error) {
	var wrong []string
	look := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, look, func(tx pgx.Tx) error {
		same, err := indexAgrees(ctx, tx, d)
		if err != nil {
			return err
		}
		if !same {
			wrong = append(wrong, fmt.Sprintf("the sets of %s differ from its rows", d))
		}
		var stranger int
		switch err := tx.QueryRow(ctx, strangerSQL, d).Scan(&stranger); err {
		case nil:
			wrong = append(wrong, fmt.Sprintf("rows of %s belong to nobody", d))
		case pgx.ErrNoRows:
		default:
			return err
		}
		return nil
	})
	return wrong, translate(err)
}

// CheckIndex compares every day and keeps what was found, with the last of its kind.
func (s *Store) CheckIndex(ctx context.Context, now time.Time) (adoption.IndexCheck, error) {
	check, err := s.CompareIndex(ctx, EveryDay, func(adoption.DayCheck) {})
	if err != nil {
		return check, err
	}
	check.At = now
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		differences := check.Differences
		if differences == nil {
			differences = []string{}
		}
		if _, err := tx.Exec(ctx, keepCheckSQL, pgx.StrictNamedArgs{"at": now, "days": check.Days, "differences": differences}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, pruneChecksSQL, pgx.StrictNamedArgs{"kept": keptChecks})
		return err
	})
	return check, err
}

// Standing returns the state of every source, in reading order, and the latest
// comparison that was kept, nil before the first one.
func (s *Store) Standing(ctx context.Context) ([]pull.State, *adoption.IndexCheck, error) {
	var states []pull.State
	var check *adoption.IndexCheck
	b := &pgx.Batch{}
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": "", "lock": int64(pullLock)}).Query(func(rows pgx.Rows) error {
		known, err := collectStates(rows)
		states = inOrder(known)
		return err
	})
	b.Queue(lastCheckSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[checkRow])
		if len(found) == 1 {
			check = &adoption.IndexCheck{At: found[0].CheckedAt, Days: found[0].Days, Differences: found[0].Differences}
		}
		return err
	})
	err := s.pool.SendBatch(ctx, b).Close()
	return states, check, translate(err)
}

type checkRow struct {
	CheckedAt   time.Time
	Days        int
	Differences []string
}
