package store_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/adoption"
	"groundswell/internal/claude"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/sandbox"
	"groundswell/internal/store"
)

var today = day.Of(2026, time.February, 10)

func noon() time.Time { return today.Time().Add(12 * time.Hour) }

func at(d day.Date) func() time.Time {
	return func() time.Time { return d.Time().Add(12 * time.Hour) }
}

// organization is a doubled organization over HTTP and a client of it.
func organization(t *testing.T, members int) (*sandbox.Org, pull.Upstream) {
	t.Helper()
	org := sandbox.New(sandbox.Config{Today: today, Members: members, Seed: 7})
	srv := httptest.NewServer(org)
	t.Cleanup(func() { org.Close(); srv.Close() })
	return org, clientOf(t, srv.URL, sandbox.Key)
}

func clientOf(t testing.TB, url, key string) *claude.Client {
	t.Helper()
	client, err := claude.New(claude.Config{Key: key, BaseURL: url, Attempts: 2, Attempt: time.Second, Total: 3 * time.Second, Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// sync runs a pull to its end.
func sync(t *testing.T, s *store.Store, up pull.Upstream, o pull.Options) pull.Report {
	t.Helper()
	if o.Now == nil {
		o.Now = noon
	}
	svc := pull.Service{Up: up, Keep: s}
	report, err := svc.Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// business are the tables that figures and pages are made of, with the columns
// that do not depend on when or how often something was read.
var business = map[string]string{
	"member":            "*",
	"invite":            "*",
	"rbac_group":        "*",
	"rbac_group_role":   "*",
	"rbac_group_member": "*",
	"rbac_role":         "*",
	"rbac_permission":   "*",
	"spend_limit":       "*",
	"spend_effective":   "*",
	"marketplace":       "*",
	"catalog_plugin":    "*",
	"usage_day":         "*",
	"summary_day":       "*",
	"feature_day":       "*",
	"feature_group":     "*",
	"cost_day":          "*",
	"day_index": `day, task_min_actions, signed_in, active, tasked, unified, sessions, connectors, skills, plugins,
		sessions_known, connectors_known, skills_known, plugins_known`,
	"unit_done":    "source, key, from_day, to_day, row_count, digest, shrunk_to",
	"source_state": "source, status, running, through, reason",
}

// dump writes the business tables as sorted lines.
func dump(t *testing.T, pool *pgxpool.Pool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table, columns := range business {
		rows, err := pool.Query(context.Background(), "select t::text from (select "+columns+" from "+table+") t order by 1")
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		out[table] = lines
	}
	return out
}

func sameTables(t *testing.T, got, want map[string][]string) {
	t.Helper()
	for table := range business {
		if diff := cmp.Diff(want[table], got[table]); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", table, firstLines(diff, 12))
		}
	}
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(s, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

// versions identifies every stored row of the business tables by place and writer.
func versions(t *testing.T, pool *pgxpool.Pool) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for table := range business {
		if table == "unit_done" || table == "source_state" {
			continue
		}
		rows, err := pool.Query(context.Background(), "select tableoid::text || ctid::text || xmin::text from "+table+" order by 1")
		if err != nil {
			t.Fatal(err)
		}
		if out[table], err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestPullOfAWholeOrganization(t *testing.T) {
	_, up := organization(t, 300)
	s := store.New(dbtest.New(t), nil)
	report := sync(t, s, up, pull.Options{})
	for _, st := range report.States {
		if st.Status != pull.Complete || st.Rows == 0 {
			t.Errorf("%s is %s with %d rows: %s", st.Source, st.Status, st.Rows, st.Say)
		}
	}
	x, err := s.Index(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if x.Through != today-1 || x.First != pull.FirstDay || x.CostThrough != today-1 {
		t.Errorf("users from %s through %s, cost through %s; want through %s", x.First, x.Through, x.CostThrough, today-1)
	}
	if len(x.Days) != 40 || len(x.Members) == 0 || len(x.Groups) == 0 || len(x.Seats) != 40 || len(x.Cost) == 0 {
		t.Errorf("index holds %d days, %d members, %d groups, %d seats, %d costs", len(x.Days), len(x.Members), len(x.Groups), len(x.Seats), len(x.Cost))
	}
	if wrong, err := s.VerifyIndex(context.Background()); err != nil || len(wrong) > 0 {
		t.Error(err, wrong)
	}
}

func TestPullTwiceRewritesNothing(t *testing.T) {
	pool := dbtest.New(t)
	_, up := organization(t, 300)
	s := store.New(pool, nil)
	sync(t, s, up, pull.Options{})
	before, generation := versions(t, pool), indexOf(t, s).Generation
	first := pull.FirstDay
	report := sync(t, s, up, pull.Options{From: &first})
	if diff := cmp.Diff(before, versions(t, pool)); diff != "" {
		t.Errorf("rows were rewritten:\n%s", firstLines(diff, 20))
	}
	if report.Written != 0 || report.Changed {
		t.Errorf("the second run reports %d rows written, changed %v", report.Written, report.Changed)
	}
	if again := indexOf(t, s).Generation; again != generation {
		t.Errorf("generation went from %d to %d", generation, again)
	}
}

func TestLateRevisionIsReadAgain(t *testing.T) {
	pool := dbtest.New(t)
	org, up := organization(t, 300)
	s := store.New(pool, nil)
	sync(t, s, up, pull.Options{})
	org.Revise(today - 6)
	org.Revise(today - 30) // beyond the window: found only when asked for
	report := sync(t, s, up, pull.Options{})
	if !report.Changed {
		t.Error("a revised day changed nothing")
	}
	from := today - 31
	sync(t, s, up, pull.Options{From: &from})

	clean := dbtest.Pool(t, dbtest.Another(t))
	sync(t, store.New(clean, nil), up, pull.Options{})
	got, want := dump(t, pool), dump(t, clean)
	got["unit_done"] = want["unit_done"] // a part of a month read on its own is remembered beside the month
	sameTables(t, got, want)
}

func TestNightAfterNightEqualsOneRun(t *testing.T) {
	pool := dbtest.New(t)
	org, up := organization(t, 120)
	s := store.New(pool, nil)
	for d := today - 12; d <= today; d += 3 {
		org.SetToday(d)
		sync(t, s, up, pull.Options{Now: at(d)})
	}
	clean := dbtest.Pool(t, dbtest.Another(t))
	sync(t, store.New(clean, nil), up, pull.Options{})
	got, want := dump(t, pool), dump(t, clean)
	got["unit_done"] = want["unit_done"]
	sameTables(t, got, want)
	if x := indexOf(t, s); x.Through != today-1 {
		t.Errorf("data through %s", x.Through)
	}
}

func indexOf(t *testing.T, s *store.Store) *adoption.Index {
	t.Helper()
	x, err := s.Index(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return x
}
