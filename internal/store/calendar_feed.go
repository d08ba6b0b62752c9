package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	feedSQL = `select created_at, read_at from calendar_feed where account = $1 and revoked_at is null`

	revokeFeedSQL = `update calendar_feed set revoked_at = @now where account = @account and revoked_at is null`

	addFeedSQL = `insert into calendar_feed (account, secret_hash, created_at) values (@account, @hash, @now)`

	feedReaderSQL = `
select` + accountColumns + `
from calendar_feed f join account a on a.id = f.account
where f.secret_hash = $1 and f.revoked_at is null and a.deactivated_at is null`

	// To the hour: whoever asks often writes little.
	noteFeedReadSQL = `
update calendar_feed set read_at = @now
where secret_hash = @hash and revoked_at is null and (read_at is null or read_at < @now::timestamptz - interval '1 hour')`
)

// CalendarFeed returns the calendar address somebody has; false when they have none.
func (s *Store) CalendarFeed(ctx context.Context, id identity.AccountID) (comms.Feed, bool, error) {
	var f comms.Feed
	var read *time.Time
	err := s.pool.QueryRow(ctx, feedSQL, int64(id)).Scan(&f.CreatedAt, &read)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return f, false, nil
	case err != nil:
		return f, false, fmt.Errorf("read a calendar address: %w", translate(err))
	}
	f.ReadAt = momentOf(read)
	return f, true, nil
}

// MakeCalendarFeed gives by a calendar address with a secret of this hash, in place of
// the one they had.
func (s *Store) MakeCalendarFeed(ctx context.Context, by identity.Actor, hash [sha256.Size]byte, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, revokeFeedSQL, pgx.StrictNamedArgs{"account": int64(by.Account), "now": now}); err != nil {
			return err
		}
		args := pgx.StrictNamedArgs{"account": int64(by.Account), "hash": hash[:], "now": now}
		if _, err := tx.Exec(ctx, addFeedSQL, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "calendar_feed.made", Subject: by.Subject()})
	})
	if err != nil {
		return fmt.Errorf("make a calendar address: %w", err)
	}
	return nil
}

// RevokeCalendarFeed ends the calendar address of by. Who has none is left as they are.
func (s *Store) RevokeCalendarFeed(ctx context.Context, by identity.Actor, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, revokeFeedSQL, pgx.StrictNamedArgs{"account": int64(by.Account), "now": now})
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "calendar_feed.revoked", Subject: by.Subject()})
	})
	if err != nil {
		return fmt.Errorf("revoke a calendar address: %w", err)
	}
	return nil
}

// FeedReader returns whose calendar address has a secret of this hash, with their roles
// as of now. One that is revoked or of a deactivated account is NotFound.
func (s *Store) FeedReader(ctx context.Context, hash [sha256.Size]byte, now time.Time) (identity.Actor, error) {
	rows, err := s.pool.Query(ctx, feedReaderSQL, hash[:])
	if err != nil {
		return identity.Actor{}, fmt.Errorf("find whose calendar it is: %w", translate(err))
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[accountRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return identity.Actor{}, fault.New(fault.NotFound, "There is no such calendar.")
	}
	if err != nil {
		return identity.Actor{}, fmt.Errorf("find whose calendar it is: %w", translate(err))
	}
	account, err := row.account()
	if err != nil {
		return identity.Actor{}, fmt.Errorf("find whose calendar it is: %w", err)
	}
	if _, err := s.pool.Exec(ctx, noteFeedReadSQL, pgx.StrictNamedArgs{"hash": hash[:], "now": now}); err != nil {
		return identity.Actor{}, fmt.Errorf("note that a calendar was read: %w", translate(err))
	}
	return account.Actor(), nil
}
