package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const insertToken = `
insert into api_token (name, role, hash, created_by, created_at, expires_at)
values (@name, @role, @hash, nullif(@created_by, 0), @created_at, @expires_at)
returning id`

// InsertToken implements [identity.Keeper].
func (s *Store) InsertToken(ctx context.Context, t identity.Token, by identity.Actor) (identity.Token, error) {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, insertToken, pgx.StrictNamedArgs{
			"name": t.Name, "role": string(t.Role), "hash": t.Hash, "created_by": int64(t.CreatedBy),
			"created_at": t.CreatedAt, "expires_at": t.ExpiresAt,
		}).Scan(&t.ID)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, t.CreatedAt, tokenEvent(by, "token.created", t.ID, t.Role))
	})
	return t, err
}

func tokenEvent(by identity.Actor, action string, id int64, role identity.Role) identity.Event {
	return identity.Event{By: by, Action: action, Subject: "token/" + strconv.FormatInt(id, 10), Detail: map[string]string{"role": string(role)}}
}

const tokenColumns = `
select id, name, role, hash, coalesce(created_by, 0) as created_by, created_at, expires_at, revoked_at, last_used_at
from api_token`

const (
	listTokens  = tokenColumns + ` order by revoked_at is not null, created_at desc, id desc`
	tokenByHash = tokenColumns + ` where hash = $1`
)

// Tokens implements [identity.Keeper].
func (s *Store) Tokens(ctx context.Context) ([]identity.Token, error) {
	rows, err := s.pool.Query(ctx, listTokens)
	if err != nil {
		return nil, translate(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[identity.Token])
	return out, translate(err)
}

// TokenByHash implements [identity.Keeper].
func (s *Store) TokenByHash(ctx context.Context, hash []byte) (identity.Token, error) {
	rows, err := s.pool.Query(ctx, tokenByHash, hash)
	if err != nil {
		return identity.Token{}, translate(err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[identity.Token])
	return t, translate(err)
}

const touchToken = `update api_token set last_used_at = $2 where id = $1`

// TouchToken implements [identity.Keeper].
func (s *Store) TouchToken(ctx context.Context, id int64, now time.Time) error {
	_, err := s.pool.Exec(ctx, touchToken, id, now)
	return translate(err)
}

const revokeToken = `update api_token set revoked_at = $2 where id = $1 and revoked_at is null returning role`

// RevokeToken implements [identity.Keeper].
func (s *Store) RevokeToken(ctx context.Context, id int64, by identity.Actor, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		var role string
		if err := tx.QueryRow(ctx, revokeToken, id, now).Scan(&role); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, tokenEvent(by, "token.revoked", id, identity.Role(role)))
	})
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, "There is no such token in use. It may have been revoked already.", err)
	}
	return err
}
