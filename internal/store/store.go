// Package store holds every SQL statement of the program, one file per owning
// room. It translates database errors to faults in one place, and it writes
// what a rule decided, its audit entries and its jobs in one transaction.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"groundswell/internal/fault"
	"groundswell/internal/seal"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
	keys *seal.Keyring // seals credentials and signs the audit log
	site string        // where the site is served, without a slash at the end

	index      indexCache
	plan       planCache
	around     atomic.Pointer[surroundings] // of the roster's pages, as last counted
	roll       atomic.Pointer[keptRoll]     // of the dry run read last
	crowds     atomic.Pointer[candidates]   // whom messages could reach, as last read
	rolls      atomic.Pointer[shownRoll]    // whom messages reach, as the calendar counts them
	partitions sync.Map                     // names of partitions of usage_day known to exist

	drains      func(context.Context, pgx.Tx, []int) error // asks for channels to be drained; see OnWaiting
	seesCluster atomic.Pointer[bool]                       // whether the cluster tells its name to us; nil: not asked yet
}

// New makes a store over an open pool. keys seals credentials and signs the
// audit log; changes that need it fail when it is nil.
func New(pool *pgxpool.Pool, keys *seal.Keyring) *Store { return &Store{pool: pool, keys: keys} }

// sessionSettings are those of every connection, unless DATABASE_URL says
// otherwise: no page may hold a connection for long, and no query of ours is
// long enough to be worth compiling.
var sessionSettings = map[string]string{
	"application_name":                    "groundswell",
	"statement_timeout":                   "30s",
	"idle_in_transaction_session_timeout": "60s",
	"jit":                                 "off",
}

// Open connects to the database at url. No connection is made before the first use.
func Open(ctx context.Context, url string, keys *seal.Keyring) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read DATABASE_URL: %w", err)
	}
	for k, v := range sessionSettings {
		if _, set := cfg.ConnConfig.RuntimeParams[k]; !set {
			cfg.ConnConfig.RuntimeParams[k] = v
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return New(pool, keys), nil
}

// Close ends every connection.
func (s *Store) Close() { s.pool.Close() }

// Pool lends the pool to what brings its own SQL: River and the health check.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// inTx runs fn in a transaction: what it wrote is kept only when it returns nil.
func (s *Store) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	return translate(pgx.BeginFunc(ctx, s.pool, fn))
}

// translate turns what the database says into a fault; faults pass through.
func translate(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(fault.NotFound, "There is no such record.", err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return translateCode(pg)
	}
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &connect), pgconn.SafeToRetry(err), pgconn.Timeout(err):
		return fault.Wrap(fault.Unavailable, "The database does not answer. Nothing was changed.", err)
	case brokenOff(err):
		return fault.Wrap(fault.Unavailable, "The connection to the database broke off. Look whether your change is there before you repeat it.", err)
	}
	return err
}

// brokenOff reports whether the connection ended while an answer was awaited:
// what was asked may or may not have been done.
func brokenOff(err error) bool {
	var network *net.OpError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &network)
}

func translateCode(pg *pgconn.PgError) error {
	switch {
	case pg.Code == pgerrcode.UniqueViolation, pg.Code == pgerrcode.SerializationFailure, pg.Code == pgerrcode.DeadlockDetected:
		return fault.Wrap(fault.Conflict, "Somebody else changed this first. Load it again and repeat your change.", pg)
	case pg.Code == pgerrcode.ForeignKeyViolation:
		return fault.Wrap(fault.Conflict, "Something this depends on has changed or is gone. Load it again.", pg)
	case pgerrcode.IsConnectionException(pg.Code), pgerrcode.IsOperatorIntervention(pg.Code), pgerrcode.IsInsufficientResources(pg.Code):
		return fault.Wrap(fault.Unavailable, "The database does not answer. Nothing was changed.", pg)
	case pg.Code == pgerrcode.CharacterNotInRepertoire, pg.Code == pgerrcode.UntranslatableCharacter:
		return fault.Wrap(fault.Invalid, "This text holds characters that cannot be kept. Nothing was changed. Type it anew.", pg)
	case pg.Code == pgerrcode.ReadOnlySQLTransaction:
		return fault.Wrap(fault.Unavailable, "The database only allows reading. Nothing was changed.", pg)
	}
	return pg
}
