package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/packages/pagination"
	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/store"
)

const (
	sampleDays  = 20     // days that are landed alone, and copied
	sampleRows  = 12_000 // rows that are decoded alone
	sdkRows     = 4_000  // rows the SDK decodes
	leastTiming = time.Second
)

// rate is rows in a time.
type rate struct {
	rows int
	took time.Duration
}

func (r rate) perSecond() float64 {
	if r.took <= 0 {
		return 0
	}
	return float64(r.rows) / r.took.Seconds()
}

// land measures everything up to the tables.
func (b *bed) land(ctx context.Context, o options, f *figures) error {
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"decode", func() error { return b.decode(ctx, f) }},
		{"backfill", func() error { return b.backfill(ctx, o, f) }},
		{"decode", func() error { return b.decode(ctx, f) }}, // on both sides of what it is compared with
		{"landing alone", func() error { return b.landAlone(ctx, f) }},
		{"reading a day again", func() error { return b.reread(ctx, o, f) }},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// backfill pulls -days days in a process of its own, so that its memory is its own.
func (b *bed) backfill(ctx context.Context, o options, f *figures) error {
	first := today - day.Date(o.days)
	profile := ""
	if o.landing {
		profile = o.profile
	}
	r, err := spawn[synced](ctx, "child-sync", "-db", b.target, "-upstream", b.upstream,
		"-from", first.String(), "-to", (today - 1).String(), "-profile", profile)
	if err != nil {
		return err
	}
	f.endToEnd = rate{r.UserRows, time.Duration(r.UserNanos)}
	f.everything = time.Duration(r.AllNanos)
	f.peak = r.PeakBytes
	return nil
}

func users(d day.Date) pull.Unit {
	return pull.Unit{Source: pull.Users, Key: d.String(), From: d, To: d}
}

// fetch reads a day's pages and lends each to fn until fn has had enough.
func (b *bed) fetch(ctx context.Context, d day.Date, fn func(pull.Page) bool) error {
	for cursor, more := "", true; more; {
		p, err := b.client.Fetch(ctx, users(d), cursor)
		if err != nil {
			return err
		}
		cursor = p.Next
		more = fn(p) && cursor != ""
	}
	return nil
}

// decode times our decoding of the same pages as the SDK's types.
func (b *bed) decode(ctx context.Context, f *figures) error {
	type kept struct {
		unit pull.Unit
		body []byte
	}
	var pages []kept
	rows := 0
	for d := today - 8; rows < sampleRows && d > today-30; d-- {
		err := b.fetch(ctx, d, func(p pull.Page) bool {
			pages = append(pages, kept{users(d), p.Body})
			rows += p.Facts.Rows
			return rows < sampleRows
		})
		if err != nil {
			return err
		}
	}
	began := time.Now()
	for time.Since(began) < leastTiming {
		for _, p := range pages {
			facts, err := b.client.Decode(p.unit, p.body)
			if err != nil {
				return err
			}
			f.decoding.rows += facts.Rows
		}
	}
	f.decoding.took += time.Since(began)
	began = time.Now()
	most := f.sdk.rows + sdkRows
	for _, p := range pages {
		var typed pagination.PageCursor[anthropic.BetaAnalyticsUserActivity]
		if err := json.Unmarshal(p.body, &typed); err != nil {
			return err
		}
		if f.sdk.rows += len(typed.Data); f.sdk.rows >= most {
			break
		}
	}
	f.sdk.took += time.Since(began)
	return nil
}

// landAlone publishes days whose facts are in memory already into an empty
// database, and after each copies the rows that landed into an identical table:
// what else the machine does then weighs on both.
func (b *bed) landAlone(ctx context.Context, f *figures) error {
	st, err := store.Open(ctx, b.spare, nil)
	if err != nil {
		return err
	}
	defer st.Close()
	service := &pull.Service{Up: b.client, Keep: st}
	if _, err := service.Run(ctx, pull.Options{Sources: []pull.Source{pull.Members}, Now: clock}); err != nil {
		return err
	}
	if _, err := st.Pool().Exec(ctx, "create table raw_copy (like usage_day including all)"); err != nil {
		return err
	}
	hold, err := st.Hold(ctx)
	if err != nil {
		return err
	}
	defer hold.Release()
	run, err := hold.Begin(ctx, pull.Asked{Sources: []pull.Source{pull.Users}}, clock(), clock())
	if err != nil {
		return err
	}
	for d := today - 8 - sampleDays; d < today-8; d++ {
		took, err := b.landDay(ctx, hold, run.No, d)
		if err != nil {
			return err
		}
		f.landing.took += took
		copied, err := copyDay(ctx, st, d)
		if err != nil {
			return err
		}
		f.raw.took += copied.took
		f.raw.rows += copied.rows
	}
	f.landing.rows = f.raw.rows // rows of zeros are read but not kept
	return hold.End(ctx, run.No, false, clock(), clock())
}

func (b *bed) landDay(ctx context.Context, hold pull.Hold, run int, d day.Date) (time.Duration, error) {
	draft := hold.Draft(users(d))
	var facts pull.Facts
	if err := b.fetch(ctx, d, func(p pull.Page) bool {
		facts.Usage = append(facts.Usage, p.Facts.Usage...)
		facts.Rows += p.Facts.Rows
		return true
	}); err != nil {
		return 0, err
	}
	began := time.Now()
	draft.Add(facts)
	_, err := hold.Publish(ctx, run, draft, clock())
	return time.Since(began), err
}

var usageColumns = []string{"day", "member", "sessions", "actions", "messages", "dispatch_turns", "connectors", "skills", "plugins", "unified"}

func copyDay(ctx context.Context, st *store.Store, d day.Date) (rate, error) {
	rows, err := st.Pool().Query(ctx, `select day, member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins, unified
		from usage_day where day = $1 order by member`, d.Time())
	if err != nil {
		return rate{}, err
	}
	values, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	if err != nil {
		return rate{}, err
	}
	began := time.Now()
	n, err := st.Pool().CopyFrom(ctx, pgx.Identifier{"raw_copy"}, usageColumns, pgx.CopyFromRows(values))
	return rate{int(n), time.Since(began)}, err
}

// reread reads a settled day again and counts the rows that wrote.
func (b *bed) reread(ctx context.Context, o options, f *figures) error {
	pool, err := b.pool(ctx, b.target)
	if err != nil {
		return err
	}
	defer pool.Close()
	d := today - day.Date(min(9, o.days))
	var before, rows int64
	if err := pool.QueryRow(ctx, `select pg_current_xact_id()::text::bigint`).Scan(&before); err != nil {
		return err
	}
	if _, err := spawn[synced](ctx, "child-sync", "-db", b.target, "-upstream", b.upstream, "-from", d.String(), "-to", d.String(), "-users"); err != nil {
		return err
	}
	err = pool.QueryRow(ctx, `select count(*) filter (where xmin::text::bigint > $1 % 4294967296), count(*) from usage_day where day = $2`, before, d.Time()).Scan(&f.rewritten, &rows)
	f.rereadRows = int(rows)
	return err
}

// clock is the sandbox's time: the pull must not ask for days that have not come.
func clock() time.Time { return today.Time().Add(12 * time.Hour) }
