package store_test

import (
	"testing"
	"time"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// sizes of an audience.
var sizes = map[string]int{"1000 people": 1_000, "100000 people": 100_000}

// massive is an outbox with a message to so many people that is due.
func massive(b *testing.B, people int) *store.Store {
	b.Helper()
	pool := dbtest.Pool(b, dbtest.Another(b))
	keys, err := seal.Parse(childSecret)
	if err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{
		`insert into person (email, name) select 'p' || n || '@example.com', 'Person ' || n from generate_series(1, $1) n`,
		`update send_channel set per_minute = 600000 where $1 > 0`,
	} {
		if _, err := pool.Exec(b.Context(), sql, people); err != nil {
			b.Fatal(err)
		}
	}
	s := store.New(pool, keys)
	m := welcome()
	m.Audience, m.Asked, m.Occurrences[0] = comms.Audience{Who: comms.WhoPeople}, 1, slotAt(time.Now().Add(-time.Minute))
	for _, who := range []string{"helena@example.com", "priya@example.com"} {
		m.Approvals = append(m.Approvals, comms.Approval{N: 1, Person: comms.Person{Email: who}, Recipients: people})
	}
	if _, err := s.CreateMessage(b.Context(), identity.Operator(), "", m, time.Now()); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkDispatch makes the deliveries of one message.
func BenchmarkDispatch(b *testing.B) {
	for name, people := range sizes {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				s := massive(b, people)
				b.StartTimer()
				if n, err := s.Dispatch(b.Context()); err != nil || n != 1 {
					b.Fatal(n, err)
				}
			}
		})
	}
}

// BenchmarkSend claims and settles deliveries of a message to many: what one costs must
// not grow with how many there are.
func BenchmarkSend(b *testing.B) {
	for name, people := range sizes {
		b.Run(name, func(b *testing.B) {
			s := massive(b, people)
			if _, err := s.Dispatch(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			for range min(b.N, people) {
				p, ok, wait, err := s.Claim(b.Context(), mailChannel, "w", time.Minute)
				if err != nil || !ok {
					b.Fatal(wait, err)
				}
				if err := s.Settle(b.Context(), p, comms.Outcome{State: comms.Sent}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
