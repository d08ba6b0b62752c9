// Package dbtest lends a test a private, migrated Postgres database in about
// 30 ms: a clone of a template that is migrated once per state of the
// migrations. The cluster is the one that GROUNDSWELL_TEST_CLUSTER names, which
// "make test" starts once for all packages, or else one of the test process's
// own, which goes away with it. A missing Postgres fails the test, never skips it.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/pgembed"
	"groundswell/migrations"
)

// Variable names the environment variable with the address of a cluster to make databases in.
const Variable = "GROUNDSWELL_TEST_CLUSTER"

// New returns a pool on t's own database: migrated, empty, dropped after the
// test. Calls from the same test (not its subtests) reach the same database.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return Pool(t, URL(t))
}

// URL returns the address of t's own database, the one that [New] opens.
func URL(t testing.TB) string {
	t.Helper()
	owned.Lock()
	defer owned.Unlock()
	if at, ok := owned.urls[t]; ok {
		return at
	}
	at := Another(t)
	owned.urls[t] = at
	t.Cleanup(func() {
		owned.Lock()
		defer owned.Unlock()
		delete(owned.urls, t)
	})
	return at
}

// owned remembers each running test's database.
var owned = struct {
	sync.Mutex
	urls map[testing.TB]string
}{urls: map[testing.TB]string{}}

// Another returns the address of one more migrated database, for tests that need several.
func Another(t testing.TB) string {
	t.Helper()
	template, err := template()
	if err != nil {
		t.Fatal(err)
	}
	return create(t, "template "+template+" strategy wal_log")
}

// Empty returns the address of a database that was never migrated.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "template template0")
}

// Pool opens a pool on the database at address and closes it after the test.
func Pool(t testing.TB, address string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), address)
	if err != nil {
		t.Fatalf("open the test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// create makes a database and drops it after the test, whoever is still connected.
func create(t testing.TB, how string) string {
	t.Helper()
	admin, err := cluster()
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if _, err := admin.Exec(context.Background(), "create database "+name+" "+how); err != nil {
		t.Fatalf("create the test database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return rename(admin, name)
}

// rename returns the address of another database of admin's cluster.
func rename(admin *pgxpool.Pool, name string) string {
	at, err := url.Parse(admin.Config().ConnString())
	if err != nil {
		panic("dbtest: the cluster's address is not a URL: " + err.Error())
	}
	at.Path = "/" + name
	return at.String()
}

// cluster returns a pool for making databases, starting the cluster at the first call.
var cluster = sync.OnceValues(func() (*pgxpool.Pool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	address := os.Getenv(Variable)
	if address == "" {
		own, err := startOwn(ctx)
		if err != nil {
			return nil, err
		}
		address = own
	}
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("%s is not a database address: %w", Variable, err)
	}
	cfg.MaxConns = 4
	return pgxpool.NewWithConfig(context.Background(), cfg)
})

// startOwn starts a cluster that lasts as long as this process.
func startOwn(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "groundswell-test-")
	if err != nil {
		return "", fmt.Errorf("make a directory for the test cluster: %w", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // Postgres runs as another user when root runs the tests
		return "", fmt.Errorf("open the test cluster's directory: %w", err)
	}
	c, err := pgembed.Start(ctx, pgembed.Config{Dir: dir, Fast: true, Discard: true})
	if err != nil {
		return "", fmt.Errorf("start the test cluster: %w", err)
	}
	return c.URL(), nil
}

// template returns the name of the migrated template database, making it when
// the cluster has none for this state of the migrations. Processes that need it
// at the same time wait for the one that makes it.
var template = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	admin, err := cluster()
	if err != nil {
		return "", err
	}
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := admin.Acquire(ctx)
	if err != nil {
		return "", fmt.Errorf("connect to the test cluster: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "select pg_advisory_lock(hashtext($1))", name); err != nil {
		return "", fmt.Errorf("wait for the test template: %w", err)
	}
	defer conn.Exec(context.Background(), "select pg_advisory_unlock(hashtext($1))", name)
	if err := ensureTemplate(ctx, conn.Conn(), admin, name); err != nil {
		return "", fmt.Errorf("make the test template: %w", err)
	}
	return name, nil
})

// ensureTemplate makes the template under another name first, so that its name means it is complete.
func ensureTemplate(ctx context.Context, conn *pgx.Conn, admin *pgxpool.Pool, name string) error {
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	for _, statement := range []string{
		"drop database if exists " + name + "_new with (force)",
		"create database " + name + "_new template template0",
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, rename(admin, name+"_new")); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "alter database "+name+"_new rename to "+name)
	return err
}

// templateName names the template after what the migrations hold.
func templateName() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files(), path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	_, river := migrations.Newest()
	fmt.Fprintf(h, "river %d", river)
	return fmt.Sprintf("template_%x", h.Sum(nil)[:8]), err
}
