package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	sendingSQL = `
select paused_at, paused_by, guarded_at, coalesce(instance, '') as instance,
       (select count(*) from delivery where state = 'waiting') as waiting,
       (select count(*) from delivery where state = 'sending') as sending,
       (select count(*) from delivery where state = 'unknown') as unknown
from sending`

	gateSQL = `select paused_at, paused_by, guarded_at, coalesce(instance, '') as instance, 0 as waiting, 0 as sending, 0 as unknown from sending`

	// A copy of the database by CREATE DATABASE has another oid, one that was restored from
	// a dump other oids of its tables, and one that was wound back another timeline.
	instanceSQL = `
select clock_timestamp(), oid || '/' || 'delivery'::regclass::oid || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
from pg_database where datname = current_database()`

	maySeeClusterSQL = `select has_function_privilege('pg_control_system()', 'execute')`
	clusterSQL       = `select system_identifier from pg_control_system()`

	nameInstanceSQL = `update sending set instance = @instance, guarded_at = null where instance is null or @again`
	raiseGuardSQL   = `update sending set guarded_at = clock_timestamp() where guarded_at is null`

	pauseAllSQL  = `update sending set paused_at = @now, paused_by = @name where paused_at is null`
	resumeAllSQL = `update sending set paused_at = null, paused_by = '' where paused_at is not null`

	pauseChannelSQL  = `update send_channel set paused_at = @now, version = version + 1 where id = @id and paused_at is null and removed_at is null`
	resumeChannelSQL = `
update send_channel set paused_at = null, failures = 0, next_at = least(next_at, clock_timestamp()), version = version + 1
where id = @id and paused_at is not null and removed_at is null`

	// Whoever claims holds the row of its channel.
	awaitClaimsSQL  = `select id from send_channel order by id for update`
	awaitAtMostSQL  = `set local lock_timeout = '1s'`
	channelInUseSQL = `select exists (select from send_channel where id = $1 and removed_at is null)`
)

type sendingRow struct {
	PausedAt  *time.Time
	PausedBy  string
	GuardedAt *time.Time
	Instance  string
	Waiting   int
	Sending   int
	Unknown   int
}

func (r sendingRow) state() comms.SendingState {
	return comms.SendingState{
		PausedAt: momentOf(r.PausedAt), PausedBy: r.PausedBy, GuardedAt: momentOf(r.GuardedAt),
		Waiting: r.Waiting, Sending: r.Sending, Unknown: r.Unknown,
	}
}

// Sending returns whether anything goes out, and how much is under way.
func (s *Store) Sending(ctx context.Context) (comms.SendingState, error) {
	rows, err := s.pool.Query(ctx, sendingSQL)
	if err != nil {
		return comms.SendingState{}, fmt.Errorf("read whether messages go out: %w", translate(err))
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sendingRow])
	if err != nil {
		return comms.SendingState{}, fmt.Errorf("read whether messages go out: %w", translate(err))
	}
	return row.state(), nil
}

// gate is whether anything may leave, as a transaction finds it.
type gate struct {
	comms.SendingState
	now time.Time // of the database clock
}

// gateIn reads whether anything may leave. The first who asks names this database as the
// one messages go out from; when it is another one by now, the guard goes up.
func (s *Store) gateIn(ctx context.Context, tx pgx.Tx) (gate, error) {
	cluster, err := s.cluster(ctx, tx)
	if err != nil {
		return gate{}, err
	}
	var rows []sendingRow
	var g gate
	var instance string
	b := &pgx.Batch{}
	b.Queue(gateSQL).Query(into(&rows, pgx.RowToStructByName[sendingRow]))
	b.Queue(instanceSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&g.now, &instance) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return gate{}, err
	}
	if len(rows) != 1 {
		return gate{}, errors.New("whether messages go out is not known: the table sending is empty")
	}
	g.SendingState = rows[0].state()
	instance = cluster + "/" + instance
	switch {
	case rows[0].Instance == "":
		_, err = tx.Exec(ctx, nameInstanceSQL, pgx.StrictNamedArgs{"instance": instance, "again": false})
	case rows[0].Instance != instance && g.GuardedAt.IsZero():
		g.GuardedAt = g.now
		err = s.raiseGuard(ctx, tx, g.now)
	}
	return g, err
}

func (s *Store) raiseGuard(ctx context.Context, tx pgx.Tx, now time.Time) error {
	done, err := tx.Exec(ctx, raiseGuardSQL)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	return s.audit(ctx, tx, now, identity.Event{Action: "sending.guarded", Subject: "sending"})
}

// cluster names the cluster, where the database's account may know it; "" where it may not.
func (s *Store) cluster(ctx context.Context, tx pgx.Tx) (string, error) {
	may := s.seesCluster.Load()
	if may == nil {
		var granted bool
		if err := tx.QueryRow(ctx, maySeeClusterSQL).Scan(&granted); err != nil {
			return "", err
		}
		may = &granted
		s.seesCluster.Store(may)
	}
	if !*may {
		return "", nil
	}
	var id int64
	err := tx.QueryRow(ctx, clusterSQL).Scan(&id)
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == pgerrcode.InsufficientPrivilege {
		s.seesCluster.Store(nil) // another server took over, whose rights are others
	}
	return strconv.FormatInt(id, 10), err
}

// ConfirmInstance is a lead's word that messages go out from this database from now on.
// While no word is waited for it changes nothing.
func (s *Store) ConfirmInstance(ctx context.Context, by identity.Actor, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		g, err := s.gateIn(ctx, tx)
		if err != nil || g.GuardedAt.IsZero() {
			return err
		}
		cluster, err := s.cluster(ctx, tx)
		if err != nil {
			return err
		}
		var instance string
		if err := tx.QueryRow(ctx, instanceSQL).Scan(&g.now, &instance); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, nameInstanceSQL, pgx.StrictNamedArgs{"instance": cluster + "/" + instance, "again": true}); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "sending.confirmed", Subject: "sending"})
	})
	if err != nil {
		return fmt.Errorf("confirm that messages go out from here: %w", err)
	}
	return nil
}

// PauseAll lets nothing leave any more, in any process: when it returns, no try begins.
// Those that have begun end by themselves.
func (s *Store) PauseAll(ctx context.Context, by identity.Actor, now time.Time) error {
	if err := s.switchSending(ctx, by, "sending.paused", pauseAllSQL, pgx.StrictNamedArgs{"now": now, "name": by.Name}, now); err != nil {
		return err
	}
	s.awaitClaims(ctx)
	return nil
}

// ResumeAll ends [Store.PauseAll].
func (s *Store) ResumeAll(ctx context.Context, by identity.Actor, now time.Time) error {
	return s.switchSending(ctx, by, "sending.resumed", resumeAllSQL, pgx.StrictNamedArgs{}, now)
}

// switchSending runs a statement that changes whether anything goes out; that it does already is no change.
func (s *Store) switchSending(ctx context.Context, by identity.Actor, action, sql string, args pgx.StrictNamedArgs, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, args)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: action, Subject: "sending"})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

// awaitClaims waits until every claim is over that began before what was committed last,
// but for no longer than a second: a claim that takes longer belongs to a process that
// stands still, and ends with its connection.
func (s *Store) awaitClaims(ctx context.Context) {
	_ = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, awaitAtMostSQL); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, awaitClaimsSQL)
		return err
	})
}

// PauseChannel lets nothing leave by one channel; absent is NotFound.
func (s *Store) PauseChannel(ctx context.Context, by identity.Actor, id int, now time.Time) error {
	return s.switchChannel(ctx, by, "send_channel.paused", pauseChannelSQL, pgx.StrictNamedArgs{"id": id, "now": now}, id, now)
}

// ResumeChannel ends [Store.PauseChannel], and does not wait for a server that failed before.
func (s *Store) ResumeChannel(ctx context.Context, by identity.Actor, id int, now time.Time) error {
	return s.switchChannel(ctx, by, "send_channel.resumed", resumeChannelSQL, pgx.StrictNamedArgs{"id": id}, id, now)
}

func (s *Store) switchChannel(ctx context.Context, by identity.Actor, action, sql string, args pgx.StrictNamedArgs, id int, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, args)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return knownChannel(ctx, tx, id)
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: action, Subject: fmt.Sprintf("send_channel/%d", id)})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return nil
}

func knownChannel(ctx context.Context, tx pgx.Tx, id int) error {
	var known bool
	if err := tx.QueryRow(ctx, channelInUseSQL, id).Scan(&known); err != nil || known {
		return err
	}
	return fault.New(fault.NotFound, "There is no such channel.")
}
