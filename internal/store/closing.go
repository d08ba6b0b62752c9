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
	closedMonthsSQL = `select month from closed_month order by month`

	closedMonthSQL = `
select m.through, f.dimension, f.slug, f.name, f.metric, f.value, f.numerator, f.denominator, f.status, f.target, f.licensed, f.reason
from closed_month m join closed_figure f on f.month = m.month
where m.month = $1
order by array_position(array['', 'department', 'wave', 'group'], f.dimension), f.name, f.slug`

	closeMonthSQL = `insert into closed_month (month, through) values (@month, @through) on conflict do nothing`
)

var closedFigureColumns = []string{
	"month", "dimension", "slug", "name", "metric", "value", "numerator", "denominator", "status", "target", "licensed", "reason",
}

// gone is why a figure that was not there when its month was closed has no value.
const gone = "This was not measured when the month was closed."

// ClosedMonths returns the months whose figures are kept, ascending, each by its first day.
func (s *Store) ClosedMonths(ctx context.Context) ([]day.Date, error) {
	rows, err := s.pool.Query(ctx, closedMonthsSQL)
	if err != nil {
		return nil, fmt.Errorf("list closed months: %w", translate(err))
	}
	times, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fmt.Errorf("list closed months: %w", translate(err))
	}
	return each(times, day.FromTime), nil
}

type closedFigureRow struct {
	Through     time.Time
	Dimension   adoption.By
	Slug        string
	Name        string
	Metric      adoption.Key
	Value       *float64
	Numerator   *int64
	Denominator *int64
	Status      adoption.Status
	Target      *float64
	Licensed    *int
	Reason      string
}

// ClosedMonth returns what closing the month that begins on month kept, false
// when it has not been closed. Everyone's row comes first, then departments,
// waves and groups by name; figures are in catalogue order.
func (s *Store) ClosedMonth(ctx context.Context, month day.Date) (adoption.Closing, bool, error) {
	rows, err := s.pool.Query(ctx, closedMonthSQL, month)
	if err != nil {
		return adoption.Closing{}, false, fmt.Errorf("read the closed month: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[closedFigureRow])
	if err != nil {
		return adoption.Closing{}, false, fmt.Errorf("read the closed month: %w", translate(err))
	}
	if len(found) == 0 {
		return adoption.Closing{}, false, nil
	}
	out := adoption.Closing{Month: month, Through: day.FromTime(found[0].Through)}
	for len(found) > 0 {
		end := slices.IndexFunc(found, func(r closedFigureRow) bool {
			return r.Dimension != found[0].Dimension || r.Slug != found[0].Slug
		})
		if end < 0 {
			end = len(found)
		}
		out.Rows = append(out.Rows, closedRow(found[:end]))
		found = found[end:]
	}
	return out, true, nil
}

// closedRow makes one cohort's figures of its rows.
func closedRow(rows []closedFigureRow) adoption.ClosedRow {
	first := rows[0]
	out := adoption.ClosedRow{Cohort: adoption.Cohort{By: first.Dimension, Slug: first.Slug, Name: first.Name}, Licensed: first.Licensed}
	for _, m := range adoption.Catalogue() {
		f := adoption.Figure{Key: m.Key, Unit: m.Unit, Status: adoption.NoData, Reason: gone}
		for _, r := range rows {
			if r.Metric == m.Key {
				f = adoption.Figure{
					Key: m.Key, Unit: m.Unit, Value: r.Value, Numerator: r.Numerator, Denominator: r.Denominator,
					Status: r.Status, Target: r.Target, Reason: r.Reason,
				}
			}
		}
		out.Figures = append(out.Figures, f)
	}
	return out
}

// KeepMonth keeps a closing, whole, unless its month is closed already: what
// was kept first stays.
func (s *Store) KeepMonth(ctx context.Context, c adoption.Closing) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, closeMonthSQL, pgx.StrictNamedArgs{"month": c.Month, "through": c.Through})
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		lines := closedLines(c)
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"closed_figure"}, closedFigureColumns, pgx.CopyFromRows(lines))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the figures of %s: %w", c.Month, err)
	}
	return nil
}

func closedLines(c adoption.Closing) [][]any {
	var out [][]any
	for _, r := range c.Rows {
		for _, f := range r.Figures {
			out = append(out, []any{
				c.Month, string(r.Cohort.By), r.Cohort.Slug, cleanText(r.Cohort.Name), string(f.Key),
				f.Value, f.Numerator, f.Denominator, string(f.Status), f.Target, r.Licensed, cleanText(f.Reason),
			})
		}
	}
	return out
}

const (
	unsizedSQL = `
select d::date
from generate_series(@from::date, @to::date, interval '1 day') d
where not exists (select from cohort_size c where c.dimension = '' and c.day = d::date)
order by d`

	lockSizesSQL = `lock table cohort_size in share row exclusive mode`

	freshSizesSQL = `
create temp table if not exists fresh_size (
    day date not null, dimension text not null, slug text not null, name text not null, members int not null, seats int
) on commit delete rows`

	keepSizesSQL = `
insert into cohort_size (day, dimension, slug, name, members, seats)
select f.day, f.dimension, f.slug, f.name, f.members, f.seats
from pg_temp.fresh_size f
where not exists (select from cohort_size c where c.dimension = '' and c.day = f.day)`
)

// Unsized returns the days of a period that have no denominators kept, ascending.
func (s *Store) Unsized(ctx context.Context, p day.Period) ([]day.Date, error) {
	rows, err := s.pool.Query(ctx, unsizedSQL, pgx.StrictNamedArgs{"from": p.From, "to": p.To})
	if err != nil {
		return nil, fmt.Errorf("list days without denominators: %w", translate(err))
	}
	times, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fmt.Errorf("list days without denominators: %w", translate(err))
	}
	return each(times, day.FromTime), nil
}

// KeepSizes keeps the denominators of days, each day whole. A day that has some
// already keeps those: they are written once.
func (s *Store) KeepSizes(ctx context.Context, days []adoption.DaySizes) error {
	var lines [][]any
	for _, d := range days {
		for _, z := range d.Sizes {
			lines = append(lines, []any{d.Day, string(z.Cohort.By), z.Cohort.Slug, cleanText(z.Cohort.Name), z.Members, z.Seats})
		}
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockSizesSQL); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, freshSizesSQL); err != nil {
			return err
		}
		columns := []string{"day", "dimension", "slug", "name", "members", "seats"}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_size"}, columns, pgx.CopyFromRows(lines)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, keepSizesSQL)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep denominators: %w", err)
	}
	return nil
}
