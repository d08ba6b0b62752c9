package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/fault"
)

// minServer is the oldest server_version_num the program works with.
const minServer = 150000

const probeTimeout = 10 * time.Second

const probeSQL = `
select current_setting('server_version_num')::int as version,
       current_setting('server_encoding') as encoding,
       pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as read_only,
       has_database_privilege(current_database(), 'create')
         and has_schema_privilege(coalesce(current_schema(), 'public'), 'create') as may_create,
       clock_timestamp() as now`

// Probe is what a first look at a database tells.
type Probe struct {
	Version   int       // server_version_num, 150004
	Encoding  string    // UTF8, unless somebody chose another
	ReadOnly  bool      // a standby, or set to read only
	MayCreate bool      // this login may create tables
	Now       time.Time // the database's clock
}

// ProbeDatabase connects once and looks whether the program can work there. Its
// faults are Unavailable or Invalid and say what to do; they never hold the password.
func ProbeDatabase(ctx context.Context, url string) (Probe, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return Probe{}, fault.New(fault.Invalid, "DATABASE_URL cannot be read; write postgres://user:password@host:5432/name")
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return Probe{}, unreachable(cfg, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, probeSQL)
	if err != nil {
		return Probe{}, unreachable(cfg, err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Probe])
	if err != nil {
		return Probe{}, unreachable(cfg, err)
	}
	return p, p.fit()
}

// fit says why the program cannot work there, if it cannot.
func (p Probe) fit() error {
	switch {
	case p.Version < minServer:
		return fault.New(fault.Invalid, fmt.Sprintf("the database is Postgres %d; Groundswell needs 15 or later: upgrade it or point DATABASE_URL elsewhere", p.Version/10000))
	case p.Encoding != "UTF8":
		return fault.New(fault.Invalid, fmt.Sprintf("the database keeps text as %s, which cannot hold every name; create one with: createdb --template=template0 --encoding=UTF8 NAME", p.Encoding))
	case p.ReadOnly:
		return fault.New(fault.Invalid, "the database is read-only (a standby, or default_transaction_read_only is on); point DATABASE_URL at the primary")
	case !p.MayCreate:
		return fault.New(fault.Invalid, "this database login may not create tables; grant it CREATE on the database and its schema, or make it their owner")
	}
	return nil
}

func unreachable(cfg *pgx.ConnConfig, err error) error {
	where := net.JoinHostPort(cfg.Host, fmt.Sprint(cfg.Port))
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case pgerrcode.InvalidPassword, pgerrcode.InvalidAuthorizationSpecification:
			return fault.New(fault.Unavailable, fmt.Sprintf("the database at %s refuses the login %q; check user and password in DATABASE_URL", where, cfg.User))
		case pgerrcode.InvalidCatalogName:
			return fault.New(fault.Unavailable, fmt.Sprintf("there is no database %q at %s; create it with: createdb %s", cfg.Database, where, cfg.Database))
		}
		return fault.New(fault.Unavailable, fmt.Sprintf("the database at %s answers %q", where, pg.Message))
	}
	if strings.Contains(err.Error(), "server refused TLS connection") {
		return fault.New(fault.Unavailable, fmt.Sprintf("the database at %s does not speak TLS, and DATABASE_URL asks for it; switch ssl on there, or set sslmode=disable if the network between is yours alone", where))
	}
	return fault.New(fault.Unavailable, fmt.Sprintf("no database answers at %s; start Postgres there or correct DATABASE_URL", where))
}
