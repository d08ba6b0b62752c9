package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

const (
	// Whether a worker holds the pull, seen from any connection.
	heldSQL = `
exists (select from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())
          and classid = (@lock::bigint >> 32)::int::oid and objid::bigint = (@lock::bigint & 4294967295))`

	statesSQL = `
select source, status, running, ` + heldSQL + ` as held, through, failing_since, reason, say, request_id, row_count, unknown,
       last_run_at, last_success_at, units_done, units_total, current_unit
from source_state
where @source = '' or source = @source`

	// A source that gains or loses its grant changes figures.
	saveStateSQL = `
with before as (
    select status from source_state where source = @source
), saved as (
    insert into source_state (source, status, running, through, failing_since, reason, say, request_id, row_count, unknown,
        last_run_at, last_success_at, units_done, units_total, current_unit)
    values (@source, @status, @running, @through, @failing_since, @reason, @say, @request_id, @rows, @unknown,
        @last_run, @last_success, @done, @total, @current)
    on conflict (source) do update set status = excluded.status, running = excluded.running, through = excluded.through,
        failing_since = excluded.failing_since, reason = excluded.reason, say = excluded.say, request_id = excluded.request_id,
        row_count = excluded.row_count, unknown = excluded.unknown, last_run_at = excluded.last_run_at,
        last_success_at = excluded.last_success_at, units_done = excluded.units_done, units_total = excluded.units_total,
        current_unit = excluded.current_unit
)
update generation set n = n + 1, money = n + 1
where (@status = 'not_granted') is distinct from coalesce((select status = 'not_granted' from before), false)`

	// A gap counts only where some run was asked for a day in it: days that
	// nobody ever asked for are no synced days, and hold nothing up.
	throughSQL = `
select from_day, to_day,
       before + 1 < from_day and exists (
           select from pull_run
           where @source = any (sources)
             and coalesce(pull_run.from_day, @first) < done.from_day
             and coalesce(pull_run.to_day, (started_at at time zone 'UTC')::date - 1) > before
       ) as held_up
from (
    select from_day, to_day,
           coalesce(max(to_day) over (order by from_day, to_day rows between unbounded preceding and 1 preceding), from_day - 1) as before
    from unit_done
    where source = @source and from_day is not null and starts_with(key, @prefix)
) done
order by from_day, to_day`

	listedOnSQL = `select min(landed_at) from unit_done where source = $1`
)

type stateRow struct {
	Source        string
	Status        string
	Running       bool
	Held          bool
	Through       *time.Time
	FailingSince  *time.Time
	Reason        string
	Say           string
	RequestID     string
	RowCount      int64
	Unknown       map[string]int
	LastRunAt     *time.Time
	LastSuccessAt *time.Time
	UnitsDone     int
	UnitsTotal    int
	CurrentUnit   string
}

func (r stateRow) state() pull.State {
	st := pull.State{
		Source: pull.Source(r.Source), Status: pull.Status(r.Status),
		Running: r.Running && r.Held, Interrupted: r.Running && !r.Held,
		Done: r.UnitsDone, Total: r.UnitsTotal, Current: r.CurrentUnit,
		Through: day.None, FailingSince: instant(r.FailingSince), Reason: pull.Reason(r.Reason), Say: r.Say,
		RequestID: r.RequestID, Rows: r.RowCount, Unknown: r.Unknown,
		LastRun: instant(r.LastRunAt), LastSuccess: instant(r.LastSuccessAt),
	}
	if r.Through != nil {
		st.Through = day.FromTime(*r.Through)
	}
	return st
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// States returns the state of every source, in reading order.
func (s *Store) States(ctx context.Context) ([]pull.State, error) {
	known, err := s.states(ctx, "")
	if err != nil {
		return nil, err
	}
	return inOrder(known), nil
}

// inOrder lists the states of all sources in reading order.
func inOrder(known map[pull.Source]pull.State) []pull.State {
	out := make([]pull.State, 0, len(pull.Sources()))
	for _, src := range pull.Sources() {
		out = append(out, stateOf(known, src))
	}
	return out
}

func stateOf(known map[pull.Source]pull.State, src pull.Source) pull.State {
	if st, ok := known[src]; ok {
		return st
	}
	return pull.State{Source: src, Status: pull.NeverRun, Through: day.None}
}

func (s *Store) states(ctx context.Context, src pull.Source) (map[pull.Source]pull.State, error) {
	rows, err := s.pool.Query(ctx, statesSQL, pgx.StrictNamedArgs{"source": string(src), "lock": int64(pullLock)})
	if err != nil {
		return nil, translate(err)
	}
	known, err := collectStates(rows)
	return known, translate(err)
}

func collectStates(rows pgx.Rows) (map[pull.Source]pull.State, error) {
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[stateRow])
	if err != nil {
		return nil, err
	}
	known := make(map[pull.Source]pull.State, len(found))
	for _, r := range found {
		known[pull.Source(r.Source)] = r.state()
	}
	return known, nil
}

// State returns what is known of src.
func (h *hold) State(ctx context.Context, src pull.Source) (pull.State, error) {
	known, err := h.s.states(ctx, src)
	return stateOf(known, src), err
}

// Save keeps st, visible to everyone at once.
func (h *hold) Save(ctx context.Context, st pull.State) error {
	if st.Unknown == nil {
		st.Unknown = map[string]int{}
	}
	tag, err := h.s.pool.Exec(ctx, saveStateSQL, pgx.StrictNamedArgs{
		"source": string(st.Source), "status": string(st.Status), "running": st.Running, "through": st.Through,
		"failing_since": moment(st.FailingSince), "reason": string(st.Reason), "say": cleanText(st.Say), "request_id": cleanText(st.RequestID),
		"rows": st.Rows, "unknown": st.Unknown, "last_run": moment(st.LastRun), "last_success": moment(st.LastSuccess),
		"done": st.Done, "total": st.Total, "current": cleanText(st.Current),
	})
	if err == nil && tag.RowsAffected() > 0 {
		h.s.index.expire()
	}
	return translate(err)
}

// Through returns the last day up to which src is complete.
func (h *hold) Through(ctx context.Context, src pull.Source) (day.Date, error) {
	switch src {
	case pull.Users, pull.Skills, pull.Connectors, pull.Plugins, pull.Artifacts, pull.Summaries:
		return h.s.covered(ctx, src, "")
	case pull.Cost:
		return h.s.covered(ctx, src, "product:")
	}
	var at *time.Time
	if err := h.s.pool.QueryRow(ctx, listedOnSQL, string(src)).Scan(&at); err != nil || at == nil {
		return day.None, translate(err)
	}
	return day.FromTime(*at), nil
}

func (s *Store) covered(ctx context.Context, src pull.Source, prefix string) (day.Date, error) {
	rows, err := s.pool.Query(ctx, throughSQL, throughArgs(src, prefix))
	if err != nil {
		return day.None, translate(err)
	}
	_, last, err := covered(rows)
	return last, translate(err)
}

func throughArgs(src pull.Source, prefix string) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"source": string(src), "prefix": prefix, "first": pull.FirstDay}
}

// covered reads periods by their first day and returns the first day and the
// last one such that it and every synced day before it are complete.
func covered(rows pgx.Rows) (first, through day.Date, err error) {
	first, through = day.None, day.None
	var from, to time.Time
	var heldUp, stop bool
	_, err = pgx.ForEachRow(rows, []any{&from, &to, &heldUp}, func() error {
		if first == day.None {
			first = day.FromTime(from)
		}
		stop = stop || heldUp
		if !stop {
			through = max(through, day.FromTime(to))
		}
		return nil
	})
	return first, through, err
}
