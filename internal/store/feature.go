package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// A feature is shown under the last name it was reported by. A day that did not
// report its sessions adds nothing; one that never did has no sum.
const topFeaturesSQL = `
select key, (array_agg(name order by day desc))[1] as name, coalesce(sum(cowork_sessions), -1)::int as sessions
from feature_day
where kind = @kind and day between @from and @to
group by key
having coalesce(sum(cowork_sessions), -1) <> 0
order by sessions desc, name, key
limit @limit`

// TopFeatures returns the limit features of a kind that were used most in a
// period, greatest first. Those that nobody used are left out.
func (s *Store) TopFeatures(ctx context.Context, kind adoption.FeatureKind, p day.Period, limit int) ([]adoption.FeatureUse, error) {
	rows, err := s.pool.Query(ctx, topFeaturesSQL, pgx.StrictNamedArgs{"kind": string(kind), "from": p.From, "to": p.To, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("rank features: %w", translate(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[adoption.FeatureUse])
	if err != nil {
		return nil, fmt.Errorf("rank features: %w", translate(err))
	}
	return out, nil
}
