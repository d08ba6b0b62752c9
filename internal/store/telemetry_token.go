package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/telemetry"
)

const (
	telemetryTokenColumns = `
select id, name, hash, coalesce(created_by, 0) as created_by, created_at, revoked_at, last_used_at
from telemetry_token`

	telemetryTokensSQL     = telemetryTokenColumns + ` order by revoked_at is not null, created_at desc, id desc limit 50`
	liveTelemetryTokensSQL = telemetryTokenColumns + ` where revoked_at is null order by id`

	lockTelemetryTokensSQL = telemetryTokenColumns + ` where revoked_at is null order by id for update`

	insertTelemetryTokenSQL = `
insert into telemetry_token (name, hash, created_by, created_at)
values (@name, @hash, nullif(@created_by::bigint, 0), @created_at)
returning id`

	revokeTelemetryTokenSQL = `update telemetry_token set revoked_at = $2 where id = $1 and revoked_at is null returning id`
)

// LiveTelemetryTokens implements [telemetry.Keeper].
func (s *Store) LiveTelemetryTokens(ctx context.Context) ([]telemetry.Token, error) {
	rows, err := s.pool.Query(ctx, liveTelemetryTokensSQL)
	if err != nil {
		return nil, translate(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[telemetry.Token])
	return out, translate(err)
}

// CreateTelemetryToken makes a token that events may be sent with. Its text is
// returned once and kept nowhere.
func (s *Store) CreateTelemetryToken(ctx context.Context, by identity.Actor, name string, now time.Time) (telemetry.Token, string, error) {
	var t telemetry.Token
	var text string
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdTelemetrySQL, telemetryLock); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, lockTelemetryTokensSQL)
		if err != nil {
			return err
		}
		have, err := pgx.CollectRows(rows, pgx.RowToStructByName[telemetry.Token])
		if err != nil {
			return err
		}
		if t, text, err = telemetry.NewToken(by, name, have, now); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, insertTelemetryTokenSQL, pgx.StrictNamedArgs{
			"name": t.Name, "hash": t.Hash, "created_by": int64(t.CreatedBy), "created_at": now,
		}).Scan(&t.ID)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, now, telemetryTokenEvent(by, "telemetry_token.created", t.ID))
	})
	if err != nil {
		return telemetry.Token{}, "", err
	}
	return t, text, nil
}

// RevokeTelemetryToken makes a token open nothing any more, within a second. The
// fault is NotFound when there is no such token in use.
func (s *Store) RevokeTelemetryToken(ctx context.Context, by identity.Actor, id int64, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, revokeTelemetryTokenSQL, id, now).Scan(&id); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, telemetryTokenEvent(by, "telemetry_token.revoked", id))
	})
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, "There is no such token in use. It may have been revoked already.", err)
	}
	return err
}

func telemetryTokenEvent(by identity.Actor, action string, id int64) identity.Event {
	return identity.Event{By: by, Action: action, Subject: "telemetry_token/" + strconv.FormatInt(id, 10)}
}
