package dbtest

import (
	"context"
	"testing"
	"time"

	"groundswell/migrations"
)

func TestDatabasesArePrivateAndMigrated(t *testing.T) {
	a, b := New(t), Pool(t, Another(t))
	ctx := t.Context()
	if _, err := a.Exec(ctx, "create table mark (n int)"); err != nil {
		t.Fatal(err)
	}
	var seen bool
	if err := b.QueryRow(ctx, "select to_regclass('mark') is not null").Scan(&seen); err != nil || seen {
		t.Errorf("a table of one test's database is seen in another's: %v, %v", seen, err)
	}
	if ok, err := migrations.Current(ctx, a); !ok || err != nil {
		t.Errorf("the database is not current: %v, %v", ok, err)
	}
}

func TestSameTestSameDatabase(t *testing.T) {
	if first, second := URL(t), URL(t); first != second {
		t.Error("two databases for one test")
	}
	var name string
	if err := New(t).QueryRow(t.Context(), "select current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	t.Run("sub", func(t *testing.T) {
		var sub string
		if err := New(t).QueryRow(t.Context(), "select current_database()").Scan(&sub); err != nil || sub == name {
			t.Errorf("a subtest works on its parent's database %s (%v)", sub, err)
		}
	})
}

func TestDatabaseIsDroppedThoughConnected(t *testing.T) {
	var name string
	t.Run("inner", func(t *testing.T) {
		pool := Pool(t, URL(t))
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
		if err := conn.QueryRow(t.Context(), "select current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	admin, err := cluster()
	if err != nil {
		t.Fatal(err)
	}
	var left bool
	if err := admin.QueryRow(t.Context(), "select exists (select from pg_database where datname = $1)", name).Scan(&left); err != nil || left {
		t.Errorf("the database %s is still there: %v, %v", name, left, err)
	}
}

func TestTemplateIsMadeOnce(t *testing.T) {
	admin, err := cluster()
	if err != nil {
		t.Fatal(err)
	}
	name := "template_race"
	drop := func() { _, _ = admin.Exec(context.Background(), "drop database if exists "+name) }
	drop()
	t.Cleanup(drop)
	conn, err := admin.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for range 2 {
		if err := ensureTemplate(t.Context(), conn.Conn(), admin, name); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkClone(b *testing.B) {
	Another(b)
	admin, err := cluster()
	if err != nil {
		b.Fatal(err)
	}
	from, err := template()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		begin := time.Now()
		if _, err := admin.Exec(b.Context(), "create database clone_bench template "+from+" strategy wal_log"); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "ms/create")
		if _, err := admin.Exec(b.Context(), "drop database clone_bench"); err != nil {
			b.Fatal(err)
		}
	}
}
