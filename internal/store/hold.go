package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/pull"
)

const (
	pullLock  = 0x67726f756e64 // advisory lock of the pull; the number spells "ground"
	holdWait  = 2 * time.Second
	holdRetry = 100 * time.Millisecond
	holdPulse = 5 * time.Second
)

// holdSettings are those of the connection that publishes. Its statements carry
// whole days as arrays whose size the planner cannot see: a nested loop over
// them would never end.
var holdSettings = map[string]string{
	"application_name":    "groundswell pull",
	"statement_timeout":   "600s",
	"lock_timeout":        "60s",
	"jit":                 "off",
	"enable_nestloop":     "off",
	"tcp_keepalives_idle": "30",
}

const (
	takeLockSQL = `select pg_try_advisory_lock($1::bigint)`
	dropLockSQL = `select pg_advisory_unlock($1::bigint)`
)

// Hold makes the caller the only worker of the pull. A worker that was killed
// a moment ago may still be known to the database, so it waits for it a little.
func (s *Store) Hold(ctx context.Context) (pull.Hold, error) {
	conn, err := s.holdConn(ctx)
	if err != nil {
		return nil, translate(err)
	}
	if err := takeLock(ctx, conn); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	h := &hold{s: s, conn: conn, lost: make(chan struct{}), released: make(chan struct{})}
	go h.watch()
	return h, nil
}

func (s *Store) holdConn(ctx context.Context) (*pgx.Conn, error) {
	cfg := s.pool.Config().ConnConfig.Copy()
	for k, v := range holdSettings {
		cfg.RuntimeParams[k] = v
	}
	return pgx.ConnectConfig(ctx, cfg)
}

func takeLock(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, holdWait+holdWait)
	defer cancel()
	for end := time.Now().Add(holdWait); ; {
		var ours bool
		if err := conn.QueryRow(ctx, takeLockSQL, int64(pullLock)).Scan(&ours); err != nil {
			return translate(err)
		}
		if ours {
			return nil
		}
		if time.Now().After(end) {
			return pull.ErrRunning
		}
		select {
		case <-time.After(holdRetry):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hold is the pull's right to publish, and the connection that carries it.
type hold struct {
	s *Store

	mu   sync.Mutex // one statement at a time on conn
	conn *pgx.Conn

	lost     chan struct{}
	loseOnce sync.Once
	released chan struct{}
	freeOnce sync.Once

	people ordinals
}

// Release gives the right back.
func (h *hold) Release() {
	h.freeOnce.Do(func() {
		close(h.released)
		h.mu.Lock()
		defer h.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), holdWait)
		defer cancel()
		if !h.conn.IsClosed() {
			_, _ = h.conn.Exec(ctx, dropLockSQL, int64(pullLock))
		}
		_ = h.conn.Close(ctx)
	})
}

// Lost is closed when the connection is gone.
func (h *hold) Lost() <-chan struct{} { return h.lost }

func (h *hold) lose() { h.loseOnce.Do(func() { close(h.lost) }) }

// watch pings the connection while nothing else uses it.
func (h *hold) watch() {
	t := time.NewTicker(holdPulse)
	defer t.Stop()
	for {
		select {
		case <-h.released:
			return
		case <-t.C:
		}
		if !h.mu.TryLock() {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), holdPulse)
		err := h.conn.Ping(ctx)
		cancel()
		h.mu.Unlock()
		if err != nil {
			h.lose()
			return
		}
	}
}

// tx runs fn in a transaction on the connection that carries the right.
func (h *hold) tx(ctx context.Context, fn func(pgx.Tx) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := pgx.BeginFunc(ctx, h.conn, fn)
	if h.conn.IsClosed() {
		h.lose()
	}
	return err
}

// exec runs one statement on the connection that carries the right.
func (h *hold) exec(ctx context.Context, sql string, args ...any) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := h.conn.Exec(ctx, sql, args...)
	if h.conn.IsClosed() {
		h.lose()
	}
	return translate(err)
}

type runRow struct {
	No      int
	Open    bool
	SeenAt  time.Time
	FromDay *time.Time
	ToDay   *time.Time
	Sources []string
}

const (
	lastRunSQL = `
select no, ended_at is null as open, seen_at, from_day, to_day, sources
from pull_run order by no desc limit 1`

	resumeRunSQL = `update pull_run set seen_at = @now where no = @no`

	closeRunsSQL = `update pull_run set ended_at = seen_at, failed = true where ended_at is null`

	openRunSQL = `
insert into pull_run (no, started_at, seen_at, from_day, to_day, sources)
values (@no, @now, @now, @from, @to, @sources)`

	calmSQL = `update source_state set running = false, current_unit = '' where running`

	endRunSQL = `update pull_run set seen_at = @now, ended_at = @now, failed = @failed where no = @no`

	prunePagesSQL = `delete from raw_page where fetched_at < @keep`
)

// Begin opens a run or goes on with the last one.
func (h *hold) Begin(ctx context.Context, a pull.Asked, now, since time.Time) (pull.Run, error) {
	var run pull.Run
	err := h.tx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, lastRunSQL)
		if err != nil {
			return err
		}
		last, err := pgx.CollectRows(rows, pgx.RowToStructByName[runRow])
		if err != nil {
			return err
		}
		if len(last) == 1 && last[0].goesOn(a, since) {
			run = pull.Run{No: last[0].No, Resumed: true}
			_, err := tx.Exec(ctx, resumeRunSQL, pgx.StrictNamedArgs{"no": run.No, "now": now})
			return err
		}
		run = pull.Run{No: 1}
		if len(last) == 1 {
			run.No = last[0].No + 1
		}
		return openRun(ctx, tx, run.No, a, now)
	})
	return run, translate(err)
}

func openRun(ctx context.Context, tx pgx.Tx, no int, a pull.Asked, now time.Time) error {
	if _, err := tx.Exec(ctx, closeRunsSQL); err != nil {
		return fmt.Errorf("close runs that were cut off: %w", err)
	}
	if _, err := tx.Exec(ctx, calmSQL); err != nil {
		return fmt.Errorf("reset running sources: %w", err)
	}
	_, err := tx.Exec(ctx, openRunSQL, pgx.StrictNamedArgs{
		"no": no, "now": now, "from": a.From, "to": a.To, "sources": names(a.Sources),
	})
	return err
}

func names(sources []pull.Source) []string {
	out := make([]string, len(sources))
	for i, s := range sources {
		out[i] = string(s)
	}
	return out
}

// End closes the run and drops old pages.
func (h *hold) End(ctx context.Context, run int, failed bool, now, keep time.Time) error {
	return translate(h.tx(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(endRunSQL, pgx.StrictNamedArgs{"no": run, "now": now, "failed": failed})
		b.Queue(calmSQL)
		b.Queue(prunePagesSQL, pgx.StrictNamedArgs{"keep": keep})
		return tx.SendBatch(ctx, b).Close()
	}))
}
