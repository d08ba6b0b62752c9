package jobs

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"groundswell/internal/dbtest"
)

func TestDeliveryWorkersCallTheirRule(t *testing.T) {
	dispatched, drained := 0, 0
	w := &dispatchWorker{dispatch: func(context.Context) error { dispatched++; return nil }}
	if err := work(t, w, DispatchArgs{}); err != nil || dispatched != 1 {
		t.Errorf("dispatch: %d calls, %v", dispatched, err)
	}
	d := &drainWorker{}
	d.drain = func(ctx context.Context, channel int) error {
		drained += channel
		if channel == 7 { // while it is at this one
			return d.Work(ctx, &river.Job[DrainArgs]{Args: DrainArgs{Channel: 7}})
		}
		return errBroken
	}
	if err := work(t, d, DrainArgs{Channel: 7}); err != nil || drained != 7 {
		t.Errorf("at one channel twice: %d, %v", drained, err)
	}
	if err := work(t, d, DrainArgs{Channel: 3}); err != errBroken || drained != 10 {
		t.Errorf("another channel: %d, %v", drained, err)
	}
}

// TestKilledDrainIsInNobodysWay asks for drains while a job of a worker that was killed is left behind.
func TestKilledDrainIsInNobodysWay(t *testing.T) {
	pool := dbtest.New(t)
	queue, err := NewQueue(Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(channels ...int) {
		t.Helper()
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return queue.DrainTx(t.Context(), tx, channels) })
		if err != nil {
			t.Fatal(err)
		}
	}
	waiting := func() int {
		return count(t, pool, `select count(*) from river_job where kind = 'drain' and state <> 'running'`)
	}
	turn := time.Now().Truncate(dispatchEvery)
	ask(1, 2, 1)
	ask(1)
	if n := waiting(); time.Now().Truncate(dispatchEvery).Equal(turn) && n != 2 {
		t.Errorf("%d wait, want one of each channel", n)
	}
	if _, err := pool.Exec(t.Context(), `update river_job set state = 'running', attempted_at = now()`); err != nil {
		t.Fatal(err)
	}
	opts := &river.InsertOpts{ScheduledAt: time.Now().Add(dispatchEvery)}
	for range 2 {
		if _, err := queue.client.Insert(t.Context(), DrainArgs{Channel: 1}, opts); err != nil {
			t.Fatal(err)
		}
	}
	if n := waiting(); n != 1 {
		t.Errorf("a turn later %d wait", n)
	}
	if n := count(t, pool, `select count(*) from river_job where args::text not in ('{"channel": 1}', '{"channel": 2}') or queue <> 'delivery'`); n != 0 {
		t.Errorf("%d jobs hold more than an id, or wait elsewhere", n)
	}
}

func count(t *testing.T, pool *pgxpool.Pool, sql string) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLongPullIsNotRescued starts a worker beside jobs that have been worked on for long: a
// drain of which nobody is heard any more is given up, a pull of three hours is not. And
// while pulls keep every worker of theirs busy, what is due goes out.
func TestLongPullIsNotRescued(t *testing.T) {
	pool := dbtest.New(t)
	dispatched := make(chan struct{}, 100)
	runner, err := NewWorker(Config{
		Pool: pool, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Sync:        func(ctx context.Context) error { <-ctx.Done(); return nil },
		Interrupted: func(context.Context) (bool, error) { return false, nil },
		VerifyIndex: func(context.Context) error { return nil },
		Check:       func(context.Context) error { return nil },
		Purge:       func(context.Context) error { return nil },
		Dispatch:    func(context.Context) error { dispatched <- struct{}{}; return nil },
		Drain:       func(context.Context, int) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	const stuck = `
insert into river_job (kind, queue, args, state, attempt, max_attempts, attempted_at, attempted_by, scheduled_at)
values ('sync', 'default', '{"why": "asked"}', 'running', 1, 1, now() - interval '3 hours', '{dead}', now() - interval '3 hours'),
       ('drain', 'delivery', '{"channel": 9}', 'running', 1, 1, now() - interval '11 minutes', '{dead}', now() - interval '11 minutes')`
	if _, err := pool.Exec(t.Context(), stuck); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := runner.SyncNow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			t.Error(err)
		}
	}()
	const givenUp = `select count(*) from river_job where state = 'discarded' and kind = 'drain' and args->>'channel' = '9'`
	for end := time.Now().Add(time.Minute); count(t, pool, givenUp) == 0; <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the drain that nobody is at is not given up")
		}
	}
	if n := count(t, pool, `select count(*) from river_job where state = 'running' and kind = 'sync' and attempted_by = '{dead}'`); n != 1 {
		t.Error("the pull that has an hour left was taken for stuck")
	}
	select {
	case <-dispatched:
	case <-time.After(time.Minute):
		t.Error("nothing that is due goes out while pulls run")
	}
	if n := count(t, pool, `select count(*) from river_job where state = 'running' and kind = 'sync' and attempted_by <> '{dead}'`); n != 4 {
		t.Errorf("%d pulls run: this tests nothing", n)
	}
}
