package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/rollout"
)

const resultsSQL = `
select distinct on (check_key, coalesce(wave, 0)) check_key, coalesce(wave, 0) as wave, outcome, say, short, count, details, source,
       as_of, since, ran_at, coalesce(member, -1) as member
from check_result
order by check_key, coalesce(wave, 0), id desc`

// queueResults asks for what every check found last.
func (l *planLoad) queueResults(b *pgx.Batch) { b.Queue(resultsSQL).Query(l.results) }

type resultRow struct {
	CheckKey rollout.CheckKey
	Wave     int
	Outcome  rollout.Outcome
	Say      string
	Short    string
	Count    int
	Details  []rollout.Detail
	Source   string
	AsOf     *time.Time
	Since    time.Time
	RanAt    time.Time
	Member   int32
}

func (r resultRow) result() rollout.Result {
	return rollout.Result{
		CheckRef: rollout.CheckRef{Check: r.CheckKey, Wave: r.Wave},
		Outcome:  r.Outcome, Say: r.Say, Short: r.Short, Count: r.Count, Details: r.Details, Source: r.Source,
		AsOf: momentOf(r.AsOf), Since: r.Since.UTC(), RanAt: r.RanAt.UTC(), Member: r.Member,
	}
}

func (l *planLoad) results(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[resultRow])
	l.plan.Results = make(map[rollout.CheckRef]rollout.Result, len(found))
	for _, r := range found {
		result := r.result()
		l.plan.Results[result.CheckRef] = result
	}
	return err
}
