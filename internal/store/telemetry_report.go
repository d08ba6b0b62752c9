package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/telemetry"
)

const (
	telemetryHoursSQL = `
select hour, sum(events)::bigint as events from telemetry_hour
where hour >= date_trunc('hour', $1::timestamptz, 'UTC') - interval '23 hours' group by hour order by hour`

	telemetryDaysSQL = `
select day, event, events, failed, input_tokens, output_tokens, cost_micros from telemetry_day
where day >= $1 and facet = 'all' order by day, event`

	telemetryPeopleSQL = `select day, people from telemetry_people where day >= $1 order by day`

	telemetryCountsSQL = `
select facet, value, sum(events)::bigint as events, sum(failed)::bigint as failed, max(last_at) as last, max(last_failed) as last_failed
from telemetry_day
where day >= $1 and (facet in ('version', 'os') or facet = 'server' and event = 'mcp_server_connection'
    or facet = 'tool' and event = 'tool_result' or facet = 'error' and event in ('api_error', 'api_refusal', 'api_retries_exhausted'))
group by facet, value
order by facet, failed desc, events desc, value`

	telemetryIntakeSQL = `select day, reason, times, last_at from telemetry_intake where day >= $1 order by day, reason`
)

// TelemetryReport says what has arrived in the [telemetry.ReportDays] up to now.
func (s *Store) TelemetryReport(ctx context.Context, now time.Time) (telemetry.Report, error) {
	var r telemetry.Report
	since := day.FromTime(now) - telemetry.ReportDays + 1
	b := &pgx.Batch{}
	b.Queue(telemetryPulseSQL).QueryRow(func(row pgx.Row) error { return scanPulse(row, &r.Pulse) })
	b.Queue(telemetryTokensSQL).Query(into(&r.Tokens, pgx.RowToStructByName[telemetry.Token]))
	b.Queue(telemetryHoursSQL, now).Query(into(&r.Hours, pgx.RowToStructByName[telemetry.HourCount]))
	b.Queue(telemetryDaysSQL, since).Query(into(&r.Days, pgx.RowToStructByName[telemetry.DayCount]))
	b.Queue(telemetryPeopleSQL, since).Query(into(&r.People, pgx.RowToStructByName[telemetry.PeopleCount]))
	b.Queue(telemetryIntakeSQL, since).Query(into(&r.Intake, scanNoted))
	b.Queue(telemetryCountsSQL, since).Query(func(rows pgx.Rows) error {
		counts, err := pgx.CollectRows(rows, pgx.RowToStructByName[telemetry.Count])
		for _, c := range counts {
			r.Add(c)
		}
		return err
	})
	err := s.pool.SendBatch(ctx, b).Close()
	return r, translate(err)
}

// into collects the rows of a query of a batch.
func into[T any](list *[]T, row pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*list, err = pgx.CollectRows(rows, row)
		return err
	}
}

func scanNoted(row pgx.CollectableRow) (telemetry.Noted, error) {
	var n telemetry.Noted
	return n, row.Scan(&n.Day, &n.Reason, &n.Times, &n.Last)
}
