package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
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
