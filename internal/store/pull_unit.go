package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/pull"
)

// goesOn reports whether a run that asks for a continues r.
func (r runRow) goesOn(a pull.Asked, since time.Time) bool {
	if !r.Open || r.SeenAt.Before(since) || !sameDay(r.FromDay, a.From) || !sameDay(r.ToDay, a.To) || len(r.Sources) != len(a.Sources) {
		return false
	}
	for i, s := range a.Sources {
		if r.Sources[i] != string(s) {
			return false
		}
	}
	return true
}

func sameDay(t *time.Time, d *day.Date) bool {
	if t == nil || d == nil {
		return t == nil && d == nil
	}
	return day.FromTime(*t) == *d
}

type landedRow struct {
	Key      string
	FromDay  *time.Time
	ToDay    *time.Time
	Run      int
	LandedAt time.Time
	RowCount int
	ShrunkTo *int
	ShrunkOn *time.Time
}

const landedSQL = `
select key, from_day, to_day, run, landed_at, row_count, shrunk_to, shrunk_on
from unit_done where source = $1 order by key`

// Landed returns the units of src that were published. A source that counts
// people begins with it, so everyone is looked up here, once.
func (h *hold) Landed(ctx context.Context, src pull.Source) ([]pull.Landed, error) {
	if src == pull.Users {
		if err := h.tx(ctx, func(tx pgx.Tx) error { return h.people.load(ctx, tx) }); err != nil {
			return nil, translate(err)
		}
	}
	rows, err := h.s.pool.Query(ctx, landedSQL, string(src))
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[landedRow])
	if err != nil {
		return nil, translate(err)
	}
	out := make([]pull.Landed, len(found))
	for i, r := range found {
		out[i] = r.landed()
	}
	return out, nil
}

func (r landedRow) landed() pull.Landed {
	l := pull.Landed{Key: r.Key, Run: r.Run, At: r.LandedAt, Rows: r.RowCount, ShrunkTo: -1}
	if r.FromDay != nil {
		l.From, l.To = day.FromTime(*r.FromDay), day.FromTime(*r.ToDay)
	}
	if r.ShrunkTo != nil {
		l.ShrunkTo, l.ShrunkOn = *r.ShrunkTo, day.FromTime(*r.ShrunkOn)
	}
	return l
}

const (
	groupIDsSQL = `select id from rbac_group order by id`
	roleIDsSQL  = `select id from rbac_role order by id`
)

// Children returns the ids whose units lie under a listing.
func (h *hold) Children(ctx context.Context, src pull.Source) ([]string, error) {
	sql := groupIDsSQL
	if src == pull.Roles {
		sql = roleIDsSQL
	}
	rows, err := h.s.pool.Query(ctx, sql)
	if err != nil {
		return nil, translate(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, translate(err)
}

const shrunkSQL = `
update unit_done set shrunk_to = @rows, shrunk_on = @on where source = @source and key = @key`

// Shrunk remembers a refused re-read.
func (h *hold) Shrunk(ctx context.Context, u pull.Unit, rows int, on day.Date) error {
	return h.exec(ctx, shrunkSQL, pgx.StrictNamedArgs{
		"source": string(u.Source), "key": u.Key, "rows": rows, "on": on,
	})
}

const (
	unitDoneSQL = `
insert into unit_done (source, key, from_day, to_day, run, landed_at, row_count, digest)
values (@source, @key, @from, @to, @run, @now, @rows, @digest)
on conflict (source, key) do update set
    from_day = excluded.from_day, to_day = excluded.to_day, run = excluded.run, landed_at = excluded.landed_at,
    row_count = excluded.row_count, digest = excluded.digest, shrunk_to = null, shrunk_on = null`

	// A range that grew replaces the shorter ones it covers.
	coveredUnitsSQL = `
delete from unit_done
where source = @source and key <> @key and split_part(key, ':', 1) = split_part(@key, ':', 1)
  and from_day >= @from and to_day <= @to`

	sameRangeSQL = `
delete from unit_done
where source = @source and key <> @key and position(':' in key) = 0
  and from_day >= @from and to_day <= @to`

	// What was read by group over another window is replaced.
	otherWindowsSQL = `
delete from unit_done where source = @source and key <> @key and starts_with(key, 'group:')`

	seenRunSQL = `update pull_run set seen_at = @now where no = @run`
)

// queueDone marks u as published in the transaction that publishes it.
func queueDone(b *pgx.Batch, run int, u pull.Unit, rows int, digest []byte, now time.Time) {
	args := pgx.StrictNamedArgs{
		"source": string(u.Source), "key": u.Key, "from": nil, "to": nil,
		"run": run, "now": now, "rows": rows, "digest": digest,
	}
	if u.From != 0 && !u.Grouped() {
		args["from"], args["to"] = u.From, u.To
	}
	b.Queue(unitDoneSQL, args)
	switch {
	case u.Grouped():
		b.Queue(otherWindowsSQL, pgx.StrictNamedArgs{"source": string(u.Source), "key": u.Key})
	case u.From != u.To:
		sql := sameRangeSQL
		if u.Source == pull.Cost {
			sql = coveredUnitsSQL
		}
		b.Queue(sql, pgx.StrictNamedArgs{"source": string(u.Source), "key": u.Key, "from": u.From, "to": u.To})
	}
	b.Queue(seenRunSQL, pgx.StrictNamedArgs{"run": run, "now": now})
}
