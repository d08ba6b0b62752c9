package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/dbtest"
	"groundswell/internal/pull"
	"groundswell/internal/store"
)

// crowd is an organization's usage without HTTP: n people of whom most are
// signed in on a day, in pages of a thousand.
type crowd struct {
	n   int
	ids []string
}

func newCrowd(n int) *crowd {
	c := &crowd{n: n}
	for i := range n {
		c.ids = append(c.ids, fmt.Sprintf("user_01%022d", i))
	}
	return c
}

func (c *crowd) Fetch(_ context.Context, u pull.Unit, cursor string) (pull.Page, error) {
	from := 0
	if cursor != "" {
		fmt.Sscan(cursor, &from)
	}
	to := min(from+1000, c.n)
	p := pull.Page{Facts: c.facts(u, from, to), Body: []byte(`{"data":[]}`)}
	if to < c.n {
		p.Next = fmt.Sprint(to)
	}
	return p, nil
}

func (c *crowd) facts(u pull.Unit, from, to int) pull.Facts {
	f := pull.Facts{Rows: to - from}
	r := rand.New(rand.NewPCG(uint64(u.From), uint64(from)))
	for i := from; i < to; i++ {
		if u.Source == pull.Members {
			f.Members = append(f.Members, access.Member{UserID: strings.Clone(c.ids[i]), Email: strings.Clone(c.ids[i]) + "@example.com", Name: strings.Clone(c.ids[i]), Role: "user", AddedAt: pull.FirstDay.Time()})
			continue
		}
		n := adoption.Count(r.IntN(12))
		f.Usage = append(f.Usage, adoption.Usage{UserID: strings.Clone(c.ids[i]), Email: strings.Clone(c.ids[i]), Activity: adoption.Activity{
			SignedIn: true, Sessions: n, Actions: 4 * n, Messages: 3 * n, DispatchTurns: 0, Connectors: n / 3, Skills: n / 4, Plugins: adoption.Unreported}})
	}
	return f
}

func (c *crowd) Decode(pull.Unit, []byte) (pull.Facts, error) { return pull.Facts{}, nil }

// BenchmarkLanding compares the publication of days with a raw CopyFrom of the
// same rows into the same kind of table in the same run.
func BenchmarkLanding(b *testing.B) {
	for _, people := range []int{4_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) { benchLanding(b, people, 10) })
	}
}

func benchLanding(b *testing.B, people, days int) {
	pool := dbtest.Pool(b, dbtest.Another(b))
	s := store.New(pool, nil)
	up := newCrowd(people)
	ctx := context.Background()
	for b.Loop() {
		if _, err := pool.Exec(ctx, "truncate usage_day, day_index, unit_done, member cascade"); err != nil {
			b.Fatal(err)
		}
		copied := rawCopy(b, s, up, days)
		began := time.Now()
		svc := pull.Service{Up: up, Keep: s}
		if _, err := svc.Run(ctx, pull.Options{Now: at(pull.FirstDay + day.Date(days)), Sources: []pull.Source{pull.Members, pull.Users}}); err != nil {
			b.Fatal(err)
		}
		landed := time.Since(began)
		b.ReportMetric(float64(people*days)/copied.Seconds(), "copied-rows/s")
		b.ReportMetric(float64(people*days)/landed.Seconds(), "landed-rows/s")
		b.ReportMetric(copied.Seconds()/landed.Seconds(), "landed/copied")

		began = time.Now()
		x, err := s.Index(ctx)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "index-ms")
		if os.Getenv("BENCH_MEMORY") != "" {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.Logf("%d days of %d people: heap %d MiB, from the system %d MiB", len(x.Days), len(x.Members), m.HeapAlloc>>20, m.Sys>>20)
		}
	}
}

// rawCopy is the floor: the driver's CopyFrom of the same rows into a table of the same form.
func rawCopy(b *testing.B, s *store.Store, up *crowd, days int) time.Duration {
	b.Helper()
	ctx := context.Background()
	if _, err := s.Pool().Exec(ctx, "drop table if exists raw_copy; create table raw_copy (like usage_day including all)"); err != nil {
		b.Fatal(err)
	}
	var took time.Duration
	for d := pull.FirstDay; d < pull.FirstDay+day.Date(days); d++ {
		facts := up.facts(pull.Unit{From: d}, 0, up.n)
		rows := pgx.CopyFromSlice(len(facts.Usage), func(i int) ([]any, error) {
			u := facts.Usage[i]
			return []any{d.Time(), int32(i), int32(u.Sessions), int32(u.Actions), int32(u.Messages), int32(u.DispatchTurns), int32(u.Connectors), int32(u.Skills), nil, u.Unified}, nil
		})
		began := time.Now()
		if _, err := s.Pool().CopyFrom(ctx, pgx.Identifier{"raw_copy"}, []string{"day", "member", "sessions", "actions", "messages", "dispatch_turns", "connectors", "skills", "plugins", "unified"}, rows); err != nil {
			b.Fatal(err)
		}
		took += time.Since(began)
	}
	return took
}
