package sandbox

import (
	"net/url"
	"testing"
)

// BenchmarkUsersPage writes 1,000 people of a day in an organization of 100,000.
func BenchmarkUsersPage(b *testing.B) {
	w := New(Config{Today: thursday, Members: 100_000}).world.Load()
	q := &query{Values: url.Values{"date": {"2026-11-17"}, "limit": {"1000"}}, path: "/analytics/users"}
	var body []byte
	for b.Loop() {
		var p *problem
		if body, p = w.userActivity(q, body[:0]); p != nil {
			b.Fatal(p)
		}
	}
	b.SetBytes(int64(len(body)))
}
