package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
	"groundswell/internal/store"
)

// BenchmarkImport imports a roster of members, again, and with every title
// changed, and loads the index that comes of it. The cost per row should not grow.
func BenchmarkImport(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", n), func(b *testing.B) { benchImport(b, n) })
	}
}

func benchImport(b *testing.B, n int) {
	file := rosterOf(n)
	for b.Loop() {
		b.StopTimer()
		o := newOffice(b)
		o.exec("truncate person, member cascade")
		o.exec(`insert into member (ord, user_id, email, listed, added_at)
			select g, 'user_' || g, 'person' || g || '@example.com', true, now() from generate_series(0, $1 - 1) g`, n)
		o.exec("analyze")
		bare := benchIndex(b, o)
		b.StartTimer()
		for _, step := range []struct{ name, file string }{
			{"first", file}, {"again", file}, {"changed", strings.ReplaceAll(file, "Analyst", "Manager")},
		} {
			svc, start := people.Service{Keeper: o.st}, time.Now()
			if _, err := svc.Apply(context.Background(), identity.Operator(), text(step.file), sheet.Options{}, began); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(n), step.name+"-µs/row")
		}
		b.StopTimer()
		o.exec("analyze")
		b.ReportMetric(float64(benchIndex(b, o).Milliseconds()), "index-ms")
		b.ReportMetric(float64(bare.Milliseconds()), "index-without-ms")
		b.StartTimer()
	}
}

func rosterOf(n int) string {
	var b strings.Builder
	b.WriteString("email,name,title,location,department,wave,manager_email\n")
	for i := range n {
		fmt.Fprintf(&b, "person%d@example.com,Person %d,Analyst,Berlin,Department %d,Wave %d,boss%d@example.com\n", i, i, i%40, i%6, i%1000)
	}
	return b.String()
}

// benchIndex loads an index from nothing and tells how long that took.
func benchIndex(b *testing.B, o office) time.Duration {
	start := time.Now()
	if _, err := store.New(o.st.Pool(), nil).Index(context.Background()); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}
