package store_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/comms"
	"groundswell/internal/dbtest"
	"groundswell/internal/identity"
	"groundswell/internal/pgembed"
	"groundswell/internal/seal"
	"groundswell/internal/store"
)

// postgres runs a program of the Postgres installation.
func postgres(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := pgembed.Program(name)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// restored is the database as a backup of it comes back.
func restored(t *testing.T, database string) string {
	t.Helper()
	file, to := filepath.Join(t.TempDir(), "backup"), dbtest.Empty(t)
	postgres(t, "pg_dump", "--format=custom", "--file="+file, database)
	postgres(t, "pg_restore", "--no-owner", "--dbname="+to, file)
	return to
}

// copied is a copy that the server made of the database's files.
func copied(t *testing.T, database string) string {
	t.Helper()
	admin, err := pgx.Connect(t.Context(), dbtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	name, to := "test_"+strings.ToLower(rand.Text()[:16]), parsed(t, database)
	run := func(sql string) {
		if _, err := admin.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	from := strings.TrimPrefix(to.Path, "/")
	run("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + from + "'")
	run("create database " + name + " template " + from)
	t.Cleanup(func() {
		run("drop database " + name + " with (force)")
		admin.Close(context.Background())
	})
	to.Path = "/" + name
	return to.String()
}

func parsed(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestCopyOfTheDatabaseSendsNothing restores a backup while messages wait, and copies the
// database. Neither sends anything until a lead confirms; the original goes on.
func TestCopyOfTheDatabaseSendsNothing(t *testing.T) {
	for name, copyOf := range map[string]func(*testing.T, string) string{"restored": restored, "copied": copied} {
		t.Run(name, func(t *testing.T) {
			database := dbtest.URL(t)
			o := newOutbox(t, 3)
			o.due(t, func(m *comms.Message) { m.UsefulFor, m.Title = 48*time.Hour, "Lasting" })
			o.due(t)
			o.dispatch(t, 2)
			late := o.due(t, func(m *comms.Message) { m.Occurrences[0] = slotAt(time.Now().Add(-time.Minute)) })
			o.pool.Close()
			at := outboxAt(t, copyOf(t, database))
			at.keepsStill(t)

			at.pass(t, 3*time.Hour)
			at.do(t, `update occurrence set day = day - 1 where message = $1`, late)
			at.dispatch(t, 0)
			if err := at.ConfirmInstance(t.Context(), identity.Operator(), time.Now()); err != nil {
				t.Fatal(err)
			}
			at.dispatch(t, 0)
			var c carried
			at.drain(t, &c)
			if got := at.states(t); got != "dropped 3, sent 3" || len(c.took) != 3 {
				t.Errorf("once confirmed, %d were sent: %s", len(c.took), got)
			}
			if state, _ := at.occurrence(t, late); state != comms.Missed {
				t.Errorf("what was due a day before is %s", state)
			}
			if got, err := at.Sending(t.Context()); err != nil || got.Held() != "" {
				t.Errorf("once confirmed it says %+v, %v", got, err)
			}
			want := []string{"(sending.guarded)", "(sending.confirmed)"}
			if diff := gocmp.Diff(want, at.rows(t, `select action from audit_log where action like 'sending.%' order by seq`)); diff != "" {
				t.Error(diff)
			}

			original := outboxAt(t, database)
			original.drain(t, &c)
			if got := original.states(t); got != "sent 6" {
				t.Errorf("where it was copied from: %s", got)
			}
		})
	}
}

// keepsStill checks that nothing leaves and that the reason is said.
func (o *outbox) keepsStill(t *testing.T) {
	t.Helper()
	var c carried
	o.drain(t, &c)
	o.dispatch(t, 0)
	if got := o.states(t); got != "waiting 6" || len(c.took) > 0 {
		t.Errorf("before anybody confirmed, %d were sent: %s", len(c.took), got)
	}
	got, err := o.Sending(t.Context())
	if err != nil || got.GuardedAt.IsZero() || got.Held() != "The database was restored or copied: nothing is sent until a lead confirms." {
		t.Errorf("it says %+v, %v", got, err)
	}
	const kept = `select 1 from occurrence where state = 'planned' and reason like 'The database was restored%'`
	if n := len(o.rows(t, kept)); n != 1 {
		t.Errorf("%d messages say why they stay", n)
	}
}

// TestGuardKnowsLessWhereItMaySeeLess is run by an account that may not read which cluster it is in.
func TestGuardKnowsLessWhereItMaySeeLess(t *testing.T) {
	o := newOutbox(t, 1)
	o.due(t)
	role := "test_" + strings.ToLower(rand.Text()[:16])
	for _, sql := range []string{
		"create role " + role, "revoke execute on function pg_control_system() from public",
		"grant all on all tables in schema public to " + role, "grant all on all sequences in schema public to " + role,
	} {
		o.do(t, sql)
	}
	t.Cleanup(func() {
		if _, err := o.pool.Exec(context.Background(), "reset role; drop owned by "+role+"; drop role "+role); err != nil {
			t.Error(err)
		}
	})
	cfg, err := pgxpool.ParseConfig(dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "set role "+role)
		return err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	keys, _ := seal.Parse(childSecret)
	limited := &outbox{store.New(pool, keys), pool}
	limited.dispatch(t, 1)
	limited.drain(t, &carried{})
	if got := limited.states(t); got != "sent 1" {
		t.Errorf("deliveries: %s", got)
	}
	if got := o.rows(t, `select instance like '/%' from sending`); got[0] != "(t)" {
		t.Error("it knows the cluster: this tests nothing")
	}
}
