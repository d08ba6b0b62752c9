package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertest"

	"groundswell/internal/dbtest"
)

// work runs one job of a worker in a transaction that is rolled back.
func work[T river.JobArgs](t *testing.T, w river.Worker[T], args T) error {
	t.Helper()
	tx, err := dbtest.New(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	_, err = rivertest.NewWorker(t, riverpgxv5.New(nil), &river.Config{}, w).Work(t.Context(), t, tx, args, nil)
	return err
}

var errBroken = errors.New("broken")

func TestWorkersCallTheirRule(t *testing.T) {
	calls := 0
	once := func(context.Context) error { calls++; return nil }
	broken := func(context.Context) error { return errBroken }
	if err := work(t, &verifyWorker{verify: once}, VerifyIndexArgs{}); err != nil || calls != 1 {
		t.Errorf("verify: %d calls, %v", calls, err)
	}
	if err := work(t, &purgeWorker{purge: once}, PurgeArgs{}); err != nil || calls != 2 {
		t.Errorf("purge: %d calls, %v", calls, err)
	}
	if err := work(t, &syncWorker{cfg: Config{Sync: once}}, SyncArgs{Why: whyNightly}); err != nil || calls != 3 {
		t.Errorf("sync: %d calls, %v", calls, err)
	}
	if err := work(t, &checkWorker{check: once}, RunChecksArgs{}); err != nil || calls != 4 {
		t.Errorf("checks: %d calls, %v", calls, err)
	}
	if err := work(t, &checkWorker{check: broken}, RunChecksArgs{}); !errors.Is(err, errBroken) {
		t.Errorf("failed checks: %v", err)
	}
	if err := work(t, &verifyWorker{verify: broken}, VerifyIndexArgs{}); !errors.Is(err, errBroken) {
		t.Errorf("a failed comparison: %v", err)
	}
	if err := work(t, &purgeWorker{purge: broken}, PurgeArgs{}); !errors.Is(err, errBroken) {
		t.Errorf("a failed purge: %v", err)
	}
}

func TestSyncAtStartOnlyGoesOn(t *testing.T) {
	calls := 0
	for due, want := range map[bool]int{false: 0, true: 1} {
		calls = 0
		w := &syncWorker{cfg: Config{
			Sync:        func(context.Context) error { calls++; return nil },
			Interrupted: func(context.Context) (bool, error) { return due, nil },
		}}
		if err := work(t, w, SyncArgs{Why: whyStart}); err != nil || calls != want {
			t.Errorf("due %v: %d calls, %v", due, calls, err)
		}
	}
}

// TestNightlyJobsComeOnceADay asks for each as two leaders in a row would.
func TestNightlyJobsComeOnceADay(t *testing.T) {
	pool := dbtest.New(t)
	queue, err := NewQueue(Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewQueue(Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for _, args := range []river.JobArgs{SyncArgs{Why: whyNightly}, PurgeArgs{}, VerifyIndexArgs{}, ExtendRhythmsArgs{}} {
		for i, r := range []*Runner{queue, again, again} {
			opts := onceADay()
			opts.ScheduledAt = noon
			if i == 2 {
				opts.ScheduledAt = noon.Add(24 * time.Hour)
			}
			if _, err := r.client.Insert(t.Context(), args, opts); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 {
		if err := queue.SyncNow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := pool.Query(t.Context(), `select kind || ' ' || count(*) from river_job group by kind order by kind`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"extend_rhythms 2", "purge 2", "sync 4", "verify_index 2"}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Fatalf("jobs are %v, want %v", got, want)
		}
	}
}

// TestChecksWaitOnce asks for the checks several times before anybody runs them.
func TestChecksWaitOnce(t *testing.T) {
	pool := dbtest.New(t)
	queue, err := NewQueue(Config{Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := queue.ChecksNow(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	waiting := func() (n int) {
		if err := pool.QueryRow(t.Context(), "select count(*) from river_job where kind = 'run_checks' and state = 'available'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := waiting(); n != 1 {
		t.Errorf("%d runs wait, want 1", n)
	}
	if _, err := pool.Exec(t.Context(), "update river_job set state = 'completed', finalized_at = now()"); err != nil {
		t.Fatal(err)
	}
	if err := queue.ChecksNow(t.Context()); err != nil || waiting() != 1 {
		t.Errorf("asked again after a run, %d wait: %v", waiting(), err)
	}
}
