package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/claude"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

// The environment of a test binary that is to pull and nothing else.
const (
	childDatabase  = "GROUNDSWELL_TEST_PULL_DATABASE"
	childUpstream  = "GROUNDSWELL_TEST_PULL_UPSTREAM"
	childToday     = "GROUNDSWELL_TEST_PULL_TODAY"
	childStatement = "GROUNDSWELL_TEST_PULL_DIES_AT" // statement before which it kills itself; 0 never
	childSettles   = "GROUNDSWELL_TEST_PULL_SETTLES" // set: it closes months instead of pulling
)

func TestMain(m *testing.M) {
	if os.Getenv(childDatabase) == "" {
		os.Exit(m.Run())
	}
	work := childPull
	if os.Getenv(childImport) != "" {
		work = childApply
	}
	if os.Getenv(childArrivals) != "" {
		work = childSend
	}
	if os.Getenv(childDigests) != "" {
		work = childWrite
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// childPull is what a killed process does: one whole pull.
func childPull() error {
	ctx := context.Background()
	today, err := day.Parse(os.Getenv(childToday))
	if err != nil {
		return err
	}
	pool, err := childPool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	if os.Getenv(childSettles) != "" {
		return settle(ctx, store.New(pool, nil))
	}
	client, err := claude.New(claude.Config{Key: sandbox.Key, BaseURL: os.Getenv(childUpstream)})
	if err != nil {
		return err
	}
	svc := pull.Service{Up: client, Keep: store.New(pool, nil)}
	report, err := svc.Run(ctx, pull.Options{Now: at(today)})
	if err == nil && !report.Complete() {
		err = fmt.Errorf("incomplete: %+v", report.States)
	}
	return err
}

// childPool opens the database of a process that is to die.
func childPool(ctx context.Context) (*pgxpool.Pool, error) {
	dies, err := strconv.Atoi(os.Getenv(childStatement))
	if err != nil {
		return nil, err
	}
	cfg, err := pgxpool.ParseConfig(os.Getenv(childDatabase))
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.Tracer = &executioner{at: int64(dies)}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// executioner kills its own process before a statement is sent.
type executioner struct {
	at   int64 // 0: never
	seen atomic.Int64
}

func (e *executioner) strike() {
	if e.seen.Add(1) == e.at {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (e *executioner) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	e.strike()
	return ctx
}

func (*executioner) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (e *executioner) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	e.strike()
	return ctx
}

func (*executioner) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (*executioner) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

func (e *executioner) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	e.strike()
	return ctx
}

func (*executioner) TraceCopyFromEnd(context.Context, *pgx.Conn, pgx.TraceCopyFromEndData) {}

// child starts a process that pulls.
func child(t *testing.T, database, upstream string, today day.Date, dies int, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDatabase+"="+database, childUpstream+"="+upstream,
		childToday+"="+today.String(), childStatement+"="+strconv.Itoa(dies))
	cmd.Env = append(cmd.Env, more...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// killed reports whether a process died by SIGKILL; any other failure fails the test.
func killed(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	t.Fatalf("the pull failed by itself: %v", err)
	return false
}

// gallows serves an organization and calls kill at the nth request.
type gallows struct {
	org  http.Handler
	left atomic.Int64
	kill func()
}

func (g *gallows) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if g.left.Add(-1) == 0 {
		go g.kill()
	}
	g.org.ServeHTTP(w, r)
}

func undisturbed(t *testing.T, upstream string, today day.Date) map[string][]string {
	t.Helper()
	pool := dbtest.Pool(t, dbtest.Another(t))
	sync(t, store.New(pool, nil), clientOf(t, upstream, sandbox.Key), pull.Options{Now: at(today)})
	return dump(t, pool)
}

func TestPullKilledAtRandomMomentsEndsTheSame(t *testing.T) {
	const kills = 20
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	org := sandbox.New(sandbox.Config{Today: today, Members: 700, Seed: 3})
	g := &gallows{org: org}
	srv := httptest.NewServer(g)
	t.Cleanup(func() { org.Close(); srv.Close() })
	want := undisturbed(t, srv.URL, today)

	database := dbtest.URL(t)
	died := 0
	for range kills {
		later := time.Duration(rnd.IntN(25)) * time.Millisecond
		var cmd *exec.Cmd
		started := make(chan struct{})
		g.kill = func() { <-started; <-time.After(later); _ = cmd.Process.Kill() }
		g.left.Store(1 + rnd.Int64N(14))
		cmd = child(t, database, srv.URL, today, 0)
		close(started)
		if killed(t, cmd.Wait()) {
			died++
		}
	}
	if died < kills/2 {
		t.Errorf("only %d of %d runs were killed", died, kills)
	}
	g.left.Store(-1)
	if killed(t, child(t, database, srv.URL, today, 0).Wait()) {
		t.Fatal("the last run was killed")
	}
	pool := dbtest.Pool(t, database)
	sameTables(t, dump(t, pool), want)
	if wrong, err := store.New(pool, nil).VerifyIndex(context.Background()); err != nil || len(wrong) > 0 {
		t.Error(err, wrong)
	}
}

// TestPullKilledAtEveryStatement lets each run die one statement later than the
// one before it, until one gets through: every statement is died at, each on
// top of what the dead have left.
func TestPullKilledAtEveryStatement(t *testing.T) {
	today := pull.FirstDay + 3
	org := sandbox.New(sandbox.Config{Today: today, Anchor: today + 2, Members: 40, Seed: 5})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	want := undisturbed(t, srv.URL, today)

	database := dbtest.URL(t)
	for at := 1; killed(t, child(t, database, srv.URL, today, at).Wait()); at++ {
		if at > 400 {
			t.Fatal("it never ends")
		}
	}
	sameTables(t, dump(t, dbtest.Pool(t, database)), want)
}
