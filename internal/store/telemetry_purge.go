package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/telemetry"
)

// How many days the sums of telemetry are kept; the events themselves go after
// [telemetry.KeepDays].
const (
	keepHours  = 35
	keepIntake = 90
	keepSums   = 400
)

const (
	telemetryPartitionsSQL = `
select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'telemetry_event'::regclass order by c.relname`

	dropTelemetryDaySQL = `drop table if exists %s`

	forgetPeopleSQL = `delete from telemetry_person where day < $1`
	forgetHoursSQL  = `delete from telemetry_hour where hour < $1`
	forgetIntakeSQL = `delete from telemetry_intake where day < $1`
	forgetSumsSQL   = `delete from telemetry_day where day < $1`
	forgetCountsSQL = `delete from telemetry_people where day < $1`
)

// PurgeTelemetry forgets events and, later, their sums. It returns how many
// days of events it dropped.
func (s *Store) PurgeTelemetry(ctx context.Context, now time.Time) (int, error) {
	today := day.FromTime(now)
	var gone []string
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdTelemetrySQL, telemetryLock); err != nil {
			return err
		}
		var err error
		if gone, err = dropTelemetryDays(ctx, tx, today-telemetry.KeepDays); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(forgetPeopleSQL, (today - telemetry.KeepDays).Time())
		b.Queue(forgetHoursSQL, (today - keepHours).Time())
		b.Queue(forgetIntakeSQL, (today - keepIntake).Time())
		b.Queue(forgetSumsSQL, (today - keepSums).Time())
		b.Queue(forgetCountsSQL, (today - keepSums).Time())
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("forget old telemetry: %w", err)
	}
	for _, name := range gone {
		s.partitions.Delete(name)
	}
	return len(gone), nil
}

// dropTelemetryDays drops the partitions of days before first and returns their names.
func dropTelemetryDays(ctx context.Context, tx pgx.Tx, first day.Date) ([]string, error) {
	rows, err := tx.Query(ctx, telemetryPartitionsSQL)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, name := range names {
		d, err := day.Parse(strings.ReplaceAll(strings.TrimPrefix(name, "telemetry_event_"), "_", "-"))
		if err != nil || d >= first {
			continue
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(dropTelemetryDaySQL, pgx.Identifier{name}.Sanitize())); err != nil {
			return nil, err
		}
		gone = append(gone, name)
	}
	return gone, nil
}
