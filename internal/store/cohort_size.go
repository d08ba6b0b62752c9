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

// The last recorded day of each month, the latest months.
const cohortSizesSQL = `
select distinct on (date_trunc('month', day)) day, members
from cohort_size
where dimension = @by and slug = @slug
order by date_trunc('month', day) desc, day desc
limit @limit`

type cohortSizeRow struct {
	Day     time.Time
	Members int
}

// CohortSizes returns a cohort's size as it was recorded on the last recorded day
// of each month, ascending: the latest limit months in which it had any members.
func (s *Store) CohortSizes(ctx context.Context, by adoption.By, slug string, limit int) ([]adoption.RecordedSize, error) {
	rows, err := s.pool.Query(ctx, cohortSizesSQL, pgx.StrictNamedArgs{"by": by, "slug": slug, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("read recorded sizes: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[cohortSizeRow])
	if err != nil {
		return nil, fmt.Errorf("read recorded sizes: %w", translate(err))
	}
	slices.Reverse(found)
	return each(found, func(r cohortSizeRow) adoption.RecordedSize {
		return adoption.RecordedSize{Day: day.FromTime(r.Day), Members: r.Members}
	}), nil
}
