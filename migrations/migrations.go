// Package migrations holds the history of the database schema and applies it:
// the SQL files here with goose, then River's own. A file is never edited once
// it is merged, has a way down, and is safe while the previous release runs.
// It owns no tables but goose's bookkeeping.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed 0*.sql
var files embed.FS

// Files returns the SQL files, as goose reads them.
func Files() fs.FS { return files }

// lockKey is the advisory lock held while the schema changes, so that replicas
// starting together migrate once.
const lockKey = 0x67726f756e64 // "ground"

// minVersion is the oldest Postgres that the schema works on, as server_version_num.
const minVersion = 150000

// riverLine is River's only line of migrations.
const riverLine = "main"

// Up brings the database at url to the newest schema. It is idempotent, and
// safe to call from several processes at once: one works, the others wait.
// A database that is newer than this program is left as it is.
func Up(ctx context.Context, url string) error {
	return locked(ctx, url, func() error {
		if err := withGoose(url, func(p *goose.Provider) error { _, err := p.Up(ctx); return err }); err != nil {
			return fmt.Errorf("migrate up: %w", explain(err))
		}
		return withRiver(ctx, url, func(m *rivermigrate.Migrator[pgx.Tx]) error {
			_, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			return explain(err)
		})
	})
}

// Down takes back the newest applied migration of ours. River's stay until [DownTo] zero.
func Down(ctx context.Context, url string) error {
	return locked(ctx, url, func() error {
		return withGoose(url, func(p *goose.Provider) error {
			_, err := p.Down(ctx)
			if errors.Is(err, goose.ErrNoNextVersion) {
				return nil
			}
			return explain(err)
		})
	})
}

// DownTo takes back every migration of ours newer than version; 0 takes back
// everything, River's too, and leaves an empty schema but for goose's bookkeeping.
func DownTo(ctx context.Context, url string, version int64) error {
	return locked(ctx, url, func() error {
		if version == 0 {
			if err := withRiver(ctx, url, riverDown(ctx)); err != nil {
				return err
			}
		}
		return withGoose(url, func(p *goose.Provider) error {
			_, err := p.DownTo(ctx, version)
			return explain(err)
		})
	})
}

// riverDown removes all of River's tables, if they are there.
func riverDown(ctx context.Context) func(*rivermigrate.Migrator[pgx.Tx]) error {
	return func(m *rivermigrate.Migrator[pgx.Tx]) error {
		have, err := m.ExistingVersions(ctx)
		if err != nil || len(have) == 0 {
			return explain(err)
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1})
		return explain(err)
	}
}

// State is one migration and whether the database has it.
type State struct {
	Name      string    `json:"name"` // 00001_identity, river_006
	Applied   bool      `json:"applied"`
	AppliedAt time.Time `json:"applied_at,omitzero"` // zero for River's: it does not tell
}

// Status lists every migration this program knows, ours first, in order.
func Status(ctx context.Context, url string) ([]State, error) {
	var all []State
	err := withGoose(url, func(p *goose.Provider) error {
		status, err := p.Status(ctx)
		for _, s := range status {
			name := strings.TrimSuffix(path.Base(s.Source.Path), ".sql")
			all = append(all, State{Name: name, Applied: s.State == goose.StateApplied, AppliedAt: s.AppliedAt})
		}
		return explain(err)
	})
	if err != nil {
		return nil, err
	}
	err = withRiver(ctx, url, func(m *rivermigrate.Migrator[pgx.Tx]) error {
		river, err := riverStatus(ctx, m)
		all = append(all, river...)
		return explain(err)
	})
	return all, err
}

// riverStatus lists River's migrations.
func riverStatus(ctx context.Context, m *rivermigrate.Migrator[pgx.Tx]) ([]State, error) {
	have, err := m.ExistingVersions(ctx)
	if err != nil {
		return nil, err
	}
	var all []State
	for _, v := range m.AllVersions() {
		applied := slices.ContainsFunc(have, func(h rivermigrate.Migration) bool { return h.Version == v.Version })
		all = append(all, State{Name: fmt.Sprintf("river_%03d", v.Version), Applied: applied})
	}
	return all, nil
}

// newestApplied reads the newest versions of ours and of River's that the database has.
const newestApplied = `
select (select coalesce(max(version_id), 0) from goose_db_version where is_applied),
       (select coalesce(max(version), 0) from river_migration where line = $1)`

// Current reports whether the schema is at least as new as this program needs:
// what readiness asks, in one cheap query. A database that was never migrated is not current.
func Current(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	ours, rivers := Newest()
	var gotOurs int64
	var gotRivers int
	err := pool.QueryRow(ctx, newestApplied, riverLine).Scan(&gotOurs, &gotRivers)
	if code(err) == pgerrcode.UndefinedTable {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	return gotOurs >= ours && gotRivers >= rivers, nil
}

// Newest returns the newest versions this program brings: of ours, and of River's.
func Newest() (ours int64, rivers int) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		panic("migrations: no embedded files")
	}
	ours, err = goose.NumericComponent(names[len(names)-1])
	if err != nil {
		panic("migrations: " + err.Error())
	}
	m, err := rivermigrate.New(riverpgxv5.New(nil), &rivermigrate.Config{Line: riverLine})
	if err != nil {
		panic("migrations: " + err.Error())
	}
	all := m.AllVersions()
	return ours, all[len(all)-1].Version
}

// locked runs change while holding the schema's advisory lock, on a Postgres that can hold the schema.
func locked(ctx context.Context, url string, change func() error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := usable(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", int64(lockKey)); err != nil {
		return fmt.Errorf("wait for the schema's lock: %w", err)
	}
	return change()
}

// usable explains why the database cannot take the schema, if it cannot.
func usable(ctx context.Context, conn *pgx.Conn) error {
	var version int
	var readOnly bool
	const ask = `select current_setting('server_version_num')::int,
	        current_setting('transaction_read_only')::boolean or pg_is_in_recovery()`
	if err := conn.QueryRow(ctx, ask).Scan(&version, &readOnly); err != nil {
		return fmt.Errorf("ask the database for its version: %w", err)
	}
	if version < minVersion {
		return fmt.Errorf("the database is Postgres %d and 15 is the oldest that works: upgrade it, or point DATABASE_URL at a newer one", version/10000)
	}
	if readOnly {
		return errors.New("the database is read-only: point DATABASE_URL at the primary server, with a role that may write")
	}
	return nil
}

// withGoose lends fn a goose provider on a connection of its own.
func withGoose(url string, fn func(*goose.Provider) error) error {
	db, err := openDB(url)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return fn(p)
}

// openDB opens url for goose, which speaks database/sql.
func openDB(url string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database's address: %w", err)
	}
	return stdlib.OpenDB(*cfg), nil
}

// withRiver lends fn River's migrator on a pool of its own.
func withRiver(ctx context.Context, url string, fn func(*rivermigrate.Migrator[pgx.Tx]) error) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Line: riverLine, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("read River's migrations: %w", err)
	}
	if err := fn(m); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

// explain says what to do about the errors that an administrator can mend.
func explain(err error) error {
	switch code(err) {
	case pgerrcode.InsufficientPrivilege:
		return fmt.Errorf("the database role may not create tables: make it the owner of the database, or grant create on schema public to it (%w)", err)
	case pgerrcode.ReadOnlySQLTransaction:
		return fmt.Errorf("the database is read-only: point DATABASE_URL at the primary server, with a role that may write (%w)", err)
	case pgerrcode.DiskFull:
		return fmt.Errorf("the database's disk is full: free some space (%w)", err)
	}
	return err
}

// code returns the SQLSTATE of a Postgres error in err's chain, "" when there is none.
func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
