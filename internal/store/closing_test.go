package store_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

// settle does what follows every pull.
func settle(ctx context.Context, s *store.Store) error {
	x, err := s.Index(ctx)
	if err != nil {
		return err
	}
	_, err = adoption.Settle(ctx, x, s)
	return err
}

func mustSettle(t *testing.T, s *store.Store) {
	t.Helper()
	if err := settle(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// books writes what was kept as sorted lines, without the moment of keeping.
func books(t *testing.T, pool *pgxpool.Pool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table, columns := range map[string]string{
		"closed_month":  "month, through",
		"closed_figure": "*",
		"cohort_size":   "day, dimension, slug, name, members, seats",
	} {
		rows, err := pool.Query(context.Background(), "select t::text from (select "+columns+" from "+table+") t order by 1")
		if err != nil {
			t.Fatal(err)
		}
		if out[table], err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

var january = day.Of(2026, 1, 1)

func closed(t *testing.T, s *store.Store, month day.Date) adoption.Closing {
	t.Helper()
	c, ok, err := s.ClosedMonth(t.Context(), month)
	if err != nil || !ok {
		t.Fatalf("%s is not closed: %v", month, err)
	}
	return c
}

func TestClosedMonthIsWhatWasComputed(t *testing.T) {
	_, up := organization(t, 120)
	s := store.New(dbtest.New(t), nil)
	if _, ok, err := s.ClosedMonth(t.Context(), january); ok || err != nil {
		t.Fatalf("closed before there is anything: %v, %v", ok, err)
	}
	sync(t, s, up, pull.Options{})
	mustSettle(t, s)
	months, err := s.ClosedMonths(t.Context())
	if d := cmp.Diff([]day.Date{january}, months); d != "" || err != nil {
		t.Fatalf("closed months (-want +got):\n%s%v", d, err)
	}
	want, err := indexOf(t, s).Close(january)
	if err != nil {
		t.Fatal(err)
	}
	got := closed(t, s, january)
	if got.Through != today-1 || len(got.Rows) != len(want.Rows) || len(got.Rows) < 3 {
		t.Fatalf("through %s with %d rows, want %d", got.Through, len(got.Rows), len(want.Rows))
	}
	for _, w := range want.Rows {
		r, ok := got.Row(w.Cohort.By, w.Cohort.Slug)
		if !ok {
			t.Errorf("%s is missing", w.Cohort.Name)
			continue
		}
		if d := cmp.Diff(w.Licensed, r.Licensed); d != "" {
			t.Errorf("%s licensed:\n%s", w.Cohort.Name, d)
		}
		if d := cmp.Diff(kept(w.Figures), kept(r.Figures)); d != "" {
			t.Errorf("%s (-computed +kept):\n%s", w.Cohort.Name, firstLines(d, 20))
		}
	}
}

// kept is what closing keeps of figures.
func kept(fs []adoption.Figure) []adoption.Figure {
	out := make([]adoption.Figure, len(fs))
	for i, f := range fs {
		out[i] = adoption.Figure{
			Key: f.Key, Value: f.Value, Numerator: f.Numerator, Denominator: f.Denominator,
			Unit: f.Unit, Status: f.Status, Target: f.Target, Reason: f.Reason,
		}
	}
	return out
}

// TestSettleKilledAtEveryStatement lets each process die one statement later
// than the one before it. A month is closed whole or not at all.
func TestSettleKilledAtEveryStatement(t *testing.T) {
	_, up := organization(t, 60)
	clean := dbtest.Pool(t, dbtest.Another(t))
	sync(t, store.New(clean, nil), up, pull.Options{})
	mustSettle(t, store.New(clean, nil))
	want := books(t, clean)

	database := dbtest.URL(t)
	pool := dbtest.Pool(t, database)
	sync(t, store.New(pool, nil), up, pull.Options{})
	deaths := 0
	for at := 1; killed(t, child(t, database, "", today, at, childSettles+"=1").Wait()); at++ {
		deaths++
		got := books(t, pool)
		if n := len(got["closed_figure"]); n != 0 && n != len(want["closed_figure"]) || (n == 0) != (len(got["closed_month"]) == 0) {
			t.Fatalf("killed at %d: %d figures of %d months", at, n, len(got["closed_month"]))
		}
		if at > 200 {
			t.Fatal("it never ends")
		}
	}
	if deaths < 8 {
		t.Errorf("only %d statements were died at", deaths)
	}
	if d := cmp.Diff(want, books(t, pool)); d != "" {
		t.Errorf("the books differ from those of a clean run:\n%s", firstLines(d, 20))
	}
}

// TestClosedMonthsStandWhileTheLiveAnswerMoves lets everything happen that
// changes January after it was closed.
func TestClosedMonthsStandWhileTheLiveAnswerMoves(t *testing.T) {
	org := sandbox.New(sandbox.Config{Today: today, Anchor: january + 28, Members: 300, Seed: 7})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	up := clientOf(t, srv.URL, sandbox.Key)
	pool := dbtest.New(t)
	s := keyed(t, pool)
	sync(t, s, up, pull.Options{})
	mustSettle(t, s)
	want, live := books(t, pool), januaryNow(t, pool)
	for _, news := range []struct {
		what   string
		happen func()
	}{
		{"a late revision", func() {
			from := january + 14
			for d := from; d < from+14; d++ {
				org.Revise(d)
			}
			sync(t, s, up, pull.Options{From: &from})
		}},
		{"somebody leaves", func() {
			told(t, pool, `update member set listed = false where ord in (select ord from member where listed order by ord limit 9)`)
		}},
		{"a roster", func() {
			told(t, pool, `
				with d as (insert into department (name) values ('Claims') returning id),
				     p as (insert into person (email) select email from member where email is not null and ord % 3 = 0 returning id)
				insert into placement (person, department) select p.id, d.id from p, d`)
		}},
		{"a target", func() {
			target := adoption.SetTarget{Metric: adoption.ActivationRate, Value: 0.001, Due: day.None}
			if err := s.SetTarget(t.Context(), identity.Operator(), target, 0, noon()); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		news.happen()
		mustSettle(t, store.New(pool, nil))
		if d := cmp.Diff(want, books(t, pool)); d != "" {
			t.Errorf("%s changed what was kept:\n%s", news.what, firstLines(d, 20))
		}
		now := januaryNow(t, pool)
		if cmp.Diff(live, now) == "" {
			t.Errorf("%s changed nothing in the live answer", news.what)
		}
		live = now
	}
}

// januaryNow is January as another process would close it today.
func januaryNow(t *testing.T, pool *pgxpool.Pool) map[string][]adoption.Figure {
	t.Helper()
	c, err := indexOf(t, store.New(pool, nil)).Close(january)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]adoption.Figure{}
	for _, r := range c.Rows {
		out[string(r.Cohort.By)+"/"+r.Cohort.Slug] = kept(r.Figures)
	}
	return out
}

// told changes something the way another process would, and counts the generation up.
func told(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `update generation set n = n + 1, people = n + 1, money = n + 1`); err != nil {
		t.Fatal(err)
	}
}

func TestSizesAreWrittenOnce(t *testing.T) {
	org, up := organization(t, 60)
	pool := dbtest.New(t)
	s := store.New(pool, nil)
	org.SetToday(today - 5)
	sync(t, s, up, pull.Options{Now: at(today - 5)})
	mustSettle(t, s)
	before := books(t, pool)["cohort_size"]
	if n := fact[int](t, s, `select count(distinct day) from cohort_size`); n != 35 {
		t.Fatalf("%d days have denominators, want 35", n)
	}
	told(t, pool, `update member set listed = false where ord = 0`)
	org.SetToday(today)
	sync(t, s, up, pull.Options{Now: at(today)})
	mustSettle(t, s)
	after := books(t, pool)["cohort_size"]
	if n := fact[int](t, s, `select count(distinct day) from cohort_size`); n != 40 {
		t.Errorf("%d days have denominators, want 40", n)
	}
	for _, line := range before {
		if !slices.Contains(after, line) {
			t.Errorf("what was written of a day is gone: %s", line)
		}
	}
}

// TestTwoReplicasSettleTogether closes the same months from two indexes that differ.
func TestTwoReplicasSettleTogether(t *testing.T) {
	_, up := organization(t, 60)
	pool := dbtest.New(t)
	one, two := store.New(pool, nil), store.New(dbtest.Pool(t, dbtest.URL(t)), nil)
	sync(t, one, up, pull.Options{})
	older := indexOf(t, one)
	told(t, pool, `update member set listed = false where ord < 20`)
	newer := indexOf(t, two)
	failed := make(chan error, 2)
	go func() { _, err := adoption.Settle(context.Background(), older, one); failed <- err }()
	go func() { _, err := adoption.Settle(context.Background(), newer, two); failed <- err }()
	for range 2 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	got := closed(t, one, january)
	matches := 0
	for _, x := range []*adoption.Index{older, newer} {
		c, err := x.Close(january)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Rows) == len(got.Rows) && cmp.Diff(kept(c.Rows[0].Figures), kept(got.Rows[0].Figures)) == "" {
			matches++
		}
	}
	if matches != 1 {
		t.Errorf("what is kept is that of %d replicas, want one", matches)
	}
	mixed := fact[int](t, one, `
		select count(*) from (select day from cohort_size where dimension = 'department' group by day
		having sum(members) <> (select a.members from cohort_size a where a.day = cohort_size.day and a.dimension = '')) days`)
	if mixed > 0 {
		t.Errorf("%d days mix two replicas' denominators", mixed)
	}
}
