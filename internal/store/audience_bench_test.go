package store_test

import (
	"context"
	"testing"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/store"
)

// crowded is the store of a hundred thousand people, with a day of usage and some who
// want no messages.
func crowded(tb testing.TB) *store.Store {
	tb.Helper()
	pool := dbtest.New(tb)
	for _, sql := range []string{hundredThousand,
		`insert into mail_choice (email_folded, kind, wanted, at) select 'u' || n || '@example.com', 'messages', false, now() from generate_series(0, 99999, 50) n`,
		`insert into bounced_address (email_folded, at, reason, source) select 'u' || n || '@example.com', now(), 'no such mailbox', 'refused' from generate_series(7, 99999, 500) n`,
		`analyze`} {
		if _, err := pool.Exec(tb.Context(), sql); err != nil {
			tb.Fatal(err)
		}
	}
	s := store.New(pool, nil)
	if _, err := s.Reach(tb.Context(), comms.Audience{Who: comms.WhoPeople}, false, at(thursday)()); err != nil {
		tb.Fatal(err)
	}
	return s
}

// BenchmarkReach resolves one audience of a hundred thousand people with everybody in
// memory, and anew, as another process does that never read them.
func BenchmarkReach(b *testing.B) {
	s := crowded(b)
	everybody := comms.Audience{Who: comms.WhoPeople}
	reach := func(b *testing.B, s *store.Store) {
		got, err := s.Reach(context.Background(), everybody, false, at(thursday)())
		if err != nil || len(got.To) != 97_800 {
			b.Fatalf("%d people, %d left out: %v", len(got.To), len(got.Out), err)
		}
	}
	b.Run("in memory", func(b *testing.B) {
		for b.Loop() {
			reach(b, s)
		}
	})
	b.Run("anew", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := store.New(s.Pool(), nil)
			if _, err := fresh.Index(b.Context()); err != nil {
				b.Fatal(err)
			}
			if _, err := fresh.Plan(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			reach(b, fresh)
		}
	})
}

// BenchmarkReachSizes counts forty audiences at once.
func BenchmarkReachSizes(b *testing.B) {
	s := crowded(b)
	var list []comms.Audience
	for i := range 40 {
		list = append(list, comms.Audience{Who: comms.WhoPeople, Departments: []int{1 + i%20}, Waves: []int{1, 1 + i%4}})
	}
	for b.Loop() {
		if got, err := s.ReachSizes(b.Context(), list, at(thursday)()); err != nil || len(got) != len(list) {
			b.Fatal(got, err)
		}
	}
}
