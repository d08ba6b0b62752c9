package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/identity"
)

const (
	deleteSession     = `delete from session where id = $1`
	deleteSessions    = `delete from session where account_id = $1`
	deleteOldSessions = `delete from session where account_id = @account and (seen_at <= @idle or created_at <= @absolute)`
	purgeSessions     = `delete from session where seen_at <= @idle or created_at <= @absolute`
)

const insertSession = `
insert into session (id, secret_hash, account_id, label, created_at, seen_at, authenticated_at)
values (@id, @secret_hash, @account, @label, @created_at, @seen_at, @authenticated_at)`

// StartSession implements [identity.Keeper].
func (s *Store) StartSession(ctx context.Context, ses identity.Session, replaced string, e identity.Event) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(deleteSession, replaced)
		batch.Queue(deleteOldSessions, pgx.StrictNamedArgs{
			"account": int64(ses.Account), "idle": ses.CreatedAt.Add(-identity.SessionIdle), "absolute": ses.CreatedAt.Add(-identity.SessionAbsolute),
		})
		batch.Queue(insertSession, pgx.StrictNamedArgs{
			"id": ses.ID, "secret_hash": ses.SecretHash, "account": int64(ses.Account), "label": ses.Label,
			"created_at": ses.CreatedAt, "seen_at": ses.SeenAt, "authenticated_at": ses.AuthenticatedAt,
		})
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("start a session: %w", err)
		}
		return s.audit(ctx, tx, ses.CreatedAt, e)
	})
}

const sessionColumns = `
s.id as session_id, s.secret_hash, s.label, s.created_at as began_at, s.seen_at, s.authenticated_at`

const readSession = `
select` + sessionColumns + `,` + accountColumns + `
from session s join account a on a.id = s.account_id where s.id = $1`

type sessionRow struct {
	SessionID       string
	SecretHash      []byte
	Label           string
	BeganAt         time.Time
	SeenAt          time.Time
	AuthenticatedAt time.Time
}

func (r sessionRow) session(account identity.AccountID) identity.Session {
	return identity.Session{
		ID: r.SessionID, SecretHash: r.SecretHash, Account: account, Label: r.Label,
		CreatedAt: r.BeganAt, SeenAt: r.SeenAt, AuthenticatedAt: r.AuthenticatedAt,
	}
}

type sessionAndAccount struct {
	sessionRow
	accountRow
}

// Session implements [identity.Keeper].
func (s *Store) Session(ctx context.Context, id string) (identity.Session, identity.Account, error) {
	rows, err := s.pool.Query(ctx, readSession, id)
	if err != nil {
		return identity.Session{}, identity.Account{}, translate(err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sessionAndAccount])
	if err != nil {
		return identity.Session{}, identity.Account{}, translate(err)
	}
	acc, err := row.account()
	return row.session(acc.ID), acc, err
}

const listSessions = `select` + sessionColumns + ` from session s where s.account_id = $1 order by s.created_at desc, s.id`

// Sessions implements [identity.Keeper].
func (s *Store) Sessions(ctx context.Context, id identity.AccountID) ([]identity.Session, error) {
	rows, err := s.pool.Query(ctx, listSessions, int64(id))
	if err != nil {
		return nil, translate(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sessionRow])
	if err != nil {
		return nil, translate(err)
	}
	out := make([]identity.Session, len(found))
	for i, row := range found {
		out[i] = row.session(id)
	}
	return out, nil
}

const touchSession = `update session set seen_at = $2 where id = $1 and seen_at < $2`

// TouchSession implements [identity.Keeper].
func (s *Store) TouchSession(ctx context.Context, id string, now time.Time) error {
	_, err := s.pool.Exec(ctx, touchSession, id, now)
	return translate(err)
}

// EndSession implements [identity.Keeper].
func (s *Store) EndSession(ctx context.Context, id string, e identity.Event, now time.Time) error {
	_, err := s.endSessions(ctx, deleteSession, id, e, now)
	return err
}

// EndSessions implements [identity.Keeper].
func (s *Store) EndSessions(ctx context.Context, id identity.AccountID, e identity.Event, now time.Time) (int, error) {
	return s.endSessions(ctx, deleteSessions, int64(id), e, now)
}

func (s *Store) endSessions(ctx context.Context, sql string, key any, e identity.Event, now time.Time) (int, error) {
	ended := 0
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, key)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		ended = int(tag.RowsAffected())
		return s.audit(ctx, tx, now, e)
	})
	return ended, err
}

// PurgeSessions forgets the sessions that have ended by themselves and returns how many there were.
func (s *Store) PurgeSessions(ctx context.Context, now time.Time) (int, error) {
	tag, err := s.pool.Exec(ctx, purgeSessions, pgx.StrictNamedArgs{
		"idle": now.Add(-identity.SessionIdle), "absolute": now.Add(-identity.SessionAbsolute),
	})
	return int(tag.RowsAffected()), translate(err)
}
