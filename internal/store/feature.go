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
select kind, key, name, sessions
from (
    select kind, key, (array_agg(name order by day desc))[1] as name, coalesce(sum(cowork_sessions), -1)::int as sessions,
           row_number() over (partition by kind order by coalesce(sum(cowork_sessions), -1) desc, (array_agg(name order by day desc))[1], key) as place
    from feature_day
    where kind = any (@kinds) and day between @from and @to
    group by kind, key
    having coalesce(sum(cowork_sessions), -1) <> 0
) ranked
where place <= @limit
order by kind, place`

type topFeature struct {
	Kind     adoption.FeatureKind
	Key      string
	Name     string
	Sessions adoption.Count
}

// TopFeatures returns, of each of the kinds, the limit features that were used
// most in a period, greatest first. Those that nobody used are left out.
func (s *Store) TopFeatures(ctx context.Context, p day.Period, limit int, kinds ...adoption.FeatureKind) (map[adoption.FeatureKind][]adoption.FeatureUse, error) {
	rows, err := s.pool.Query(ctx, topFeaturesSQL, pgx.StrictNamedArgs{"kinds": kinds, "from": p.From, "to": p.To, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("rank features: %w", translate(err))
	}
	ranked, err := pgx.CollectRows(rows, pgx.RowToStructByName[topFeature])
	if err != nil {
		return nil, fmt.Errorf("rank features: %w", translate(err))
	}
	out := map[adoption.FeatureKind][]adoption.FeatureUse{}
	for _, f := range ranked {
		out[f.Kind] = append(out[f.Kind], adoption.FeatureUse{Key: f.Key, Name: f.Name, Sessions: f.Sessions})
	}
	return out, nil
}
