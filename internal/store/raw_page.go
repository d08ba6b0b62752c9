package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/zstd"

	"groundswell/internal/pull"
)

const (
	pageWindow    = 1 << 20 // of the compressor; a page is about as large
	maxPageMemory = 512 << 20
)

var pageEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(pageWindow), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return e
})

var pageDecoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPageMemory), zstd.WithDecoderLowmem(true))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
})

const (
	// A staged page may be lost with the database's memory: it is fetched again
	// then. Published days are not written this way.
	asyncCommitSQL = `select set_config('synchronous_commit', 'off', true)`

	stageSQL = `
insert into raw_page (source, unit, run, page, cursor, next, request_id, fetched_at, row_count, body)
values (@source, @unit, @run, @page, @cursor, @next, @request_id, @at, @rows, @body)`

	discardSQL = `delete from raw_page where source = @source and unit = @unit and run = @run`

	// The pages of the last run that read the unit, unless it published it.
	adoptSQL = `
with last as (
    select max(run) as run from raw_page where source = @source and unit = @unit
), stale as (
    select coalesce(min(p.fetched_at) < @since, false) as old
    from raw_page p join last using (run) where p.source = @source and p.unit = @unit
)
update raw_page p set run = @run
from last, stale
where p.source = @source and p.unit = @unit and p.run = last.run and not stale.old
  and not exists (select from unit_done d where d.source = @source and d.key = @unit and d.run >= last.run)`

	stagedPagesSQL = `
select page, cursor, next, request_id, fetched_at, row_count, body
from raw_page where source = @source and unit = @unit and run = @run order by page`
)

// Stage keeps a page, compressed, before its unit is published.
func (h *hold) Stage(ctx context.Context, run int, u pull.Unit, p pull.Staged) error {
	b := &pgx.Batch{}
	b.Queue(asyncCommitSQL)
	b.Queue(stageSQL, pgx.StrictNamedArgs{
		"source": string(u.Source), "unit": u.Key, "run": run, "page": p.Page,
		"cursor": p.Cursor, "next": p.Next, "request_id": p.RequestID, "at": p.At, "rows": p.Rows,
		"body": pageEncoder().EncodeAll(p.Body, nil),
	})
	return translate(h.s.pool.SendBatch(ctx, b).Close())
}

// Discard drops what this run staged of u.
func (h *hold) Discard(ctx context.Context, run int, u pull.Unit) error {
	return h.exec(ctx, discardSQL, pgx.StrictNamedArgs{"source": string(u.Source), "unit": u.Key, "run": run})
}

// Staged lends the pages kept of u since its last publication.
func (h *hold) Staged(ctx context.Context, run int, u pull.Unit, since time.Time, fn func(pull.Staged) error) error {
	tag, err := h.s.pool.Exec(ctx, adoptSQL, pgx.StrictNamedArgs{
		"source": string(u.Source), "unit": u.Key, "run": run, "since": since,
	})
	if err != nil {
		return translate(err)
	}
	if tag.RowsAffected() == 0 {
		return h.Discard(ctx, run, u) // what this run staged before it was cut off is too old
	}
	rows, err := h.s.pool.Query(ctx, stagedPagesSQL, pgx.StrictNamedArgs{"source": string(u.Source), "unit": u.Key, "run": run})
	if err != nil {
		return translate(err)
	}
	var p pull.Staged
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&p.Page, &p.Cursor, &p.Next, &p.RequestID, &p.At, &p.Rows, &body}, func() error {
		if p.Body, err = pageDecoder().DecodeAll(body, nil); err != nil {
			return fmt.Errorf("unpack staged page %d of %s %s: %w", p.Page, u.Source, u.Key, err)
		}
		return fn(p)
	})
	return translate(err)
}
