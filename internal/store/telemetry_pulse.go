package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/telemetry"
)

const telemetryPulseSQL = `
select p.last_at, p.event_at,
       coalesce((select sum(h.events)::bigint from telemetry_hour h where h.hour >= date_trunc('hour', now(), 'UTC') - interval '1 hour'), 0) as hour,
       coalesce((select sum(h.events)::bigint from telemetry_hour h where h.hour >= date_trunc('hour', now(), 'UTC') - interval '24 hours'), 0) as day
from telemetry_pulse p`

// TelemetryPulse says whether events arrive, by the clock of the database.
func (s *Store) TelemetryPulse(ctx context.Context) (telemetry.Pulse, error) {
	var p telemetry.Pulse
	err := scanPulse(s.pool.QueryRow(ctx, telemetryPulseSQL), &p)
	return p, translate(err)
}

func scanPulse(row pgx.Row, p *telemetry.Pulse) error {
	var last, event *time.Time
	err := row.Scan(&last, &event, &p.Hour, &p.Day)
	if last != nil {
		p.Last = *last
	}
	if event != nil {
		p.EventAt = *event
	}
	return err
}
