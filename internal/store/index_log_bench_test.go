package store_test

import (
	"context"
	"testing"
	"time"

	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/pull"
	"groundswell/internal/seal"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// BenchmarkALoggedTouchpoint measures how long the figures of 100,000 people
// wait for one more touchpoint, beside an index read from nothing.
func BenchmarkALoggedTouchpoint(b *testing.B) {
	const people, days = 100_000, 30
	pool := dbtest.Pool(b, dbtest.Another(b))
	keys, _ := seal.Random()
	s := store.New(pool, keys)
	ctx := context.Background()
	svc := pull.Service{Up: newCrowd(people), Keep: s}
	if _, err := svc.Run(ctx, pull.Options{Now: at(pull.FirstDay + days), Sources: []pull.Source{pull.Members, pull.Users}}); err != nil {
		b.Fatal(err)
	}
	fillLog(b, s)
	index := func(s *store.Store) float64 {
		start := time.Now()
		if _, err := s.Index(ctx); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(start).Milliseconds())
	}
	whole := index(store.New(pool, nil))
	index(s)
	b.ResetTimer()
	for b.Loop() {
		logOne(b, s)
		b.ReportMetric(index(s), "one-more-ms")
	}
	b.ReportMetric(whole, "from-nothing-ms")
}

// fillLog writes a year of trainings and touchpoints: everybody was at one, a fifth was helped.
func fillLog(b *testing.B, s *store.Store) {
	b.Helper()
	for _, sql := range []string{
		`insert into training_session (name, kind, day) select 'Session ' || g, case when g % 2 = 0 then 'all_staff_101' else 'office_hours' end, date '2026-01-01' + g from generate_series(0, 99) g`,
		`insert into attendance (session, email, status) select s.id, m.email, 'attended' from member m join training_session s on s.id % 100 = m.ord % 100`,
		`insert into touchpoint (day, champion_email, user_email) select date '2026-01-01' + ord % 90, 'c@example.com', email from member where ord % 5 = 0`,
		`update generation set n = n + 1, people = n + 1`, `analyze`,
	} {
		if _, err := s.Pool().Exec(context.Background(), sql); err != nil {
			b.Fatal(err)
		}
	}
}

// logOne keeps another touchpoint, as an import does.
func logOne(b *testing.B, s *store.Store) {
	b.Helper()
	svc := people.Service{Keeper: s}
	row := "date,champion_email,user_email,note\n2026-01-20,c@example.com,guest@example.com," + time.Now().Format(time.RFC3339Nano) + "\n"
	if _, err := svc.ApplyTouchpoints(context.Background(), identity.Operator(), text(row), sheet.Options{}, began); err != nil {
		b.Fatal(err)
	}
}
