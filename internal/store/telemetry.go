package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/telemetry"
)

// telemetryLock orders commits of events over all replicas, so that they add to
// the same sums one after the other; the number spells "pulse".
const telemetryLock = 0x70756c7365

const (
	telemetryPartitionSQL = `create table if not exists %s partition of telemetry_event for values from ('%s') to ('%s')`

	holdTelemetrySQL = `select pg_advisory_xact_lock($1::bigint)`

	keptBeforeSQL = `select key from telemetry_event where day = any($1::date[]) and key = any($2::bytea[])`

	keepEventsSQL = `
with sent as (
    select * from unnest(@day::date[], @key::bytea[], @who::bytea[], @at::timestamptz[], @arrived::timestamptz[], @event::text[],
            @version::text[], @os::text[], @model::text[], @server::text[], @tool::text[], @plugin::text[], @skill::text[],
            @error::text[], @status::text[], @ok::bool[], @input_tokens::bigint[], @output_tokens::bigint[],
            @cost_micros::bigint[], @duration_ms::bigint[])
        as t (day, key, who, at, arrived_at, event, version, os, model, server, tool, plugin, skill, error, status, ok,
            input_tokens, output_tokens, cost_micros, duration_ms)
), new as (
    insert into telemetry_event (day, key, at, arrived_at, event, version, os, model, server, tool, plugin, skill, error, status, ok,
        input_tokens, output_tokens, cost_micros, duration_ms)
    select day, key, at, arrived_at, event, version, os, model, server, tool, plugin, skill, error, status, ok,
        input_tokens, output_tokens, cost_micros, duration_ms
    from sent
    on conflict do nothing
    returning day, at, arrived_at, event, version, os, model, server, tool, plugin, skill, error, status, ok,
        input_tokens, output_tokens, cost_micros, duration_ms
), hours as (
    insert into telemetry_hour as h (hour, event, events)
    select date_trunc('hour', at, 'UTC'), event, count(*) from new group by 1, 2
    on conflict (hour, event) do update set events = h.events + excluded.events
), days as (
    insert into telemetry_day as d (day, facet, value, event, events, failed, input_tokens, output_tokens, cost_micros, duration_ms, last_at, last_failed)
    select n.day, f.facet, f.value, n.event, count(*), count(*) filter (where not n.ok), coalesce(sum(n.input_tokens), 0),
           coalesce(sum(n.output_tokens), 0), coalesce(sum(n.cost_micros), 0), coalesce(sum(n.duration_ms), 0), max(n.at), max(n.at) filter (where not n.ok)
    from new n
    cross join lateral (values ('all', ''), ('version', n.version), ('os', n.os), ('model', n.model), ('server', n.server), ('tool', n.tool),
        ('plugin', n.plugin), ('skill', n.skill), ('error', n.error), ('status', n.status)) f (facet, value)
    where f.facet = 'all' or f.value <> ''
    group by 1, 2, 3, 4
    on conflict (day, facet, value, event) do update set
        events = d.events + excluded.events, failed = d.failed + excluded.failed, input_tokens = d.input_tokens + excluded.input_tokens,
        output_tokens = d.output_tokens + excluded.output_tokens, cost_micros = d.cost_micros + excluded.cost_micros,
        duration_ms = d.duration_ms + excluded.duration_ms, last_at = greatest(d.last_at, excluded.last_at),
        last_failed = greatest(d.last_failed, excluded.last_failed)
), people as (
    insert into telemetry_person (day, who)
    select distinct s.day, s.who from sent s left join telemetry_people p on p.day = s.day
    where s.who is not null and coalesce(p.people, 0) < @most_people::bigint
    on conflict do nothing
    returning day
), counted as (
    insert into telemetry_people as p (day, people) select day, count(*) from people group by day
    on conflict (day) do update set people = p.people + excluded.people
), beat as (
    update telemetry_pulse p set last_at = greatest(p.last_at, n.last_at), event_at = greatest(p.event_at, n.event_at), events = p.events + n.events
    from (select max(arrived_at) as last_at, max(at) as event_at, count(*) as events from new) n
    where n.events > 0
)
select count(*) from new`

	telemetryNamesSQL = `
select facet, value from telemetry_day where day = $1 and facet not in ('all', 'os', 'error', 'status') group by facet, value
union all
select 'all', event from telemetry_day where day = $1 and facet = 'all'`

	noteIntakeSQL = `
insert into telemetry_intake as i (day, reason, times, last_at)
select * from unnest(@day::date[], @reason::text[], @times::bigint[], @last::timestamptz[])
on conflict (day, reason) do update set times = i.times + excluded.times, last_at = greatest(i.last_at, excluded.last_at)`

	touchTelemetryTokensSQL = `
update telemetry_token t set last_used_at = u.at
from unnest(@id::bigint[], @at::timestamptz[]) u (id, at)
where t.id = u.id and (t.last_used_at is null or t.last_used_at < u.at - interval '1 minute')`
)

// mostPeople bounds how many distinct people a day counts: the token's holder
// could invent any number of accounts.
const mostPeople = 500_000

// KeepEvents implements [telemetry.Keeper].
func (s *Store) KeepEvents(ctx context.Context, events []telemetry.Event) (int, error) {
	kept, made := 0, []string{}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdTelemetrySQL, telemetryLock); err != nil {
			return err
		}
		var err error
		if made, err = s.makeTelemetryDays(ctx, tx, events); err != nil {
			return fmt.Errorf("make the day's partition: %w", err)
		}
		news, err := withoutKept(ctx, tx, events)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, keepEventsSQL, eventColumns(news)).Scan(&kept)
	})
	if err != nil {
		return 0, err
	}
	for _, name := range made {
		s.partitions.Store(name, true)
	}
	return kept, nil
}

func telemetryPartition(d day.Date) string { return "telemetry_event_" + d.Time().Format("2006_01_02") }

// makeTelemetryDays makes the partitions that events need and returns the new ones' names.
func (s *Store) makeTelemetryDays(ctx context.Context, tx pgx.Tx, events []telemetry.Event) ([]string, error) {
	var made []string
	for _, e := range events {
		d := day.FromTime(e.At)
		name := telemetryPartition(d)
		if _, there := s.partitions.Load(name); there || slices.Contains(made, name) {
			continue
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(telemetryPartitionSQL, name, d, d+1)); err != nil {
			return nil, err
		}
		made = append(made, name)
	}
	return made, nil
}

// withoutKept leaves out events filed by arrival that are kept already under
// another day: sent again after midnight, nothing else would tell.
func withoutKept(ctx context.Context, tx pgx.Tx, events []telemetry.Event) ([]telemetry.Event, error) {
	var keys [][]byte
	days := map[day.Date]bool{}
	for _, e := range events {
		if !e.Skewed {
			continue
		}
		keys = append(keys, e.Key)
		for d := day.FromTime(e.At) - telemetry.KeepDays; d <= day.FromTime(e.At); d++ {
			days[d] = true
		}
	}
	if len(keys) == 0 {
		return events, nil
	}
	var list []time.Time
	for d := range days {
		list = append(list, d.Time())
	}
	rows, err := tx.Query(ctx, keptBeforeSQL, list, keys)
	if err != nil {
		return nil, err
	}
	have, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, err
	}
	return dropKeys(events, have), nil
}

func dropKeys(events []telemetry.Event, keys [][]byte) []telemetry.Event {
	gone := map[string]bool{}
	for _, k := range keys {
		gone[string(k)] = true
	}
	return slices.DeleteFunc(slices.Clone(events), func(e telemetry.Event) bool { return e.Skewed && gone[string(e.Key)] })
}

// eventColumns turns events into one list a column.
func eventColumns(events []telemetry.Event) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"day":     each(events, func(e telemetry.Event) time.Time { return day.FromTime(e.At).Time() }),
		"key":     each(events, func(e telemetry.Event) []byte { return e.Key }),
		"who":     each(events, func(e telemetry.Event) []byte { return e.Who }),
		"at":      each(events, func(e telemetry.Event) time.Time { return e.At }),
		"arrived": each(events, func(e telemetry.Event) time.Time { return e.Arrived }),
		"event":   each(events, func(e telemetry.Event) string { return e.Name }),
		"version": each(events, func(e telemetry.Event) string { return e.Version }),
		"os":      each(events, func(e telemetry.Event) string { return e.OS }),
		"model":   each(events, func(e telemetry.Event) string { return e.Model }),
		"server":  each(events, func(e telemetry.Event) string { return e.Server }),
		"tool":    each(events, func(e telemetry.Event) string { return e.Tool }),
		"plugin":  each(events, func(e telemetry.Event) string { return e.Plugin }),
		"skill":   each(events, func(e telemetry.Event) string { return e.Skill }),
		"error":   each(events, func(e telemetry.Event) string { return e.Error }),
		"status":  each(events, func(e telemetry.Event) string { return e.Status }),
		"ok":      each(events, func(e telemetry.Event) *bool { return e.OK }),

		"input_tokens":  each(events, func(e telemetry.Event) *int64 { return e.InputTokens }),
		"output_tokens": each(events, func(e telemetry.Event) *int64 { return e.OutputTokens }),
		"cost_micros":   each(events, func(e telemetry.Event) *int64 { return e.CostMicros }),
		"duration_ms":   each(events, func(e telemetry.Event) *int64 { return e.DurationMS }),
		"most_people":   mostPeople,
	}
}

// TelemetryNames implements [telemetry.Keeper].
func (s *Store) TelemetryNames(ctx context.Context, d day.Date) (map[telemetry.Facet][]string, error) {
	rows, err := s.pool.Query(ctx, telemetryNamesSQL, d)
	if err != nil {
		return nil, translate(err)
	}
	out := map[telemetry.Facet][]string{}
	var facet telemetry.Facet
	var value string
	_, err = pgx.ForEachRow(rows, []any{&facet, &value}, func() error {
		out[facet] = append(out[facet], value)
		return nil
	})
	return out, translate(err)
}

// NoteIntake implements [telemetry.Keeper].
func (s *Store) NoteIntake(ctx context.Context, notes []telemetry.Noted, used map[int64]time.Time) error {
	ids, times := []int64{}, []time.Time{}
	for id, at := range used {
		ids, times = append(ids, id), append(times, at)
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdTelemetrySQL, telemetryLock); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, noteIntakeSQL, pgx.StrictNamedArgs{
			"day":    each(notes, func(n telemetry.Noted) time.Time { return n.Day.Time() }),
			"reason": each(notes, func(n telemetry.Noted) string { return string(n.Reason) }),
			"times":  each(notes, func(n telemetry.Noted) int64 { return int64(n.Times) }),
			"last":   each(notes, func(n telemetry.Noted) time.Time { return n.Last }),
		})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, touchTelemetryTokensSQL, pgx.StrictNamedArgs{"id": ids, "at": times})
		return err
	})
}
