package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	digestSettingSQL = `select to_char(at, 'HH24:MI') as at, off, version from digest_setting`

	saveDigestSettingSQL = `
update digest_setting set at = @at::text::time, off = @off, version = version + 1 where version = @version`

	writtenDigestsSQL = `select key from digest_run where key = any (@keys::text[])`

	lastClosedSQL = `select max(month) from closed_month`

	// Whoever comes second waits here for the first, and then finds the key taken.
	insertDigestRunSQL = `
insert into digest_run (key, kind, at, told) values (@key, @kind, @now, @told) on conflict do nothing`

	digestMailingSQL = `update digest_run set mailing = @mailing where key = @key`

	digestRunsSQL = `
select r.key, r.kind, r.at, coalesce(r.mailing, 0) as mailing, r.told,
       (select count(*) from delivery d where d.mailing = r.mailing)::int as letters
from (select distinct on (kind) key, kind, at, mailing, told from digest_run order by kind, at desc, key desc) r`

	databaseNowSQL = `select now()`
)

// DatabaseNow returns the time on the database's clock, which decides what is due.
func (s *Store) DatabaseNow(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.pool.QueryRow(ctx, databaseNowSQL).Scan(&now)
	return now, translate(err)
}

type digestSettingRow struct {
	At      string
	Off     []comms.MailingKind
	Version int
}

// DigestSetting implements [comms.DigestKeeper].
func (s *Store) DigestSetting(ctx context.Context) (comms.DigestSetting, error) {
	rows, err := s.pool.Query(ctx, digestSettingSQL)
	if err != nil {
		return comms.DigestSetting{}, fmt.Errorf("read what goes out by itself: %w", translate(err))
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[digestSettingRow])
	return comms.DigestSetting(row), translate(err)
}

// SaveDigestSetting implements [comms.DigestKeeper].
func (s *Store) SaveDigestSetting(ctx context.Context, by identity.Actor, set comms.DigestSetting, now time.Time) error {
	off := []string{}
	for _, k := range set.Off {
		off = append(off, string(k))
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, saveDigestSettingSQL, pgx.StrictNamedArgs{"at": set.At, "off": off, "version": set.Version})
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "Somebody else changed this meanwhile. Nothing was changed by you.")
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, now, set.Event(by))
	})
	if err != nil {
		return fmt.Errorf("keep what goes out by itself: %w", err)
	}
	return nil
}

// DigestDay implements [comms.DigestKeeper]. Before a rollout is started, days are UTC's and
// people work from Monday to Friday.
func (s *Store) DigestDay(ctx context.Context, now time.Time) (comms.DigestDay, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return comms.DigestDay{}, err
	}
	return comms.DigestDay{Today: p.Today(now), Zone: p.Rollout.Zone().String(), Works: p.Rollout.Calendar, Closed: day.None}, nil
}

// LastClosed implements [comms.DigestKeeper].
func (s *Store) LastClosed(ctx context.Context) (day.Date, error) {
	var closed *time.Time
	if err := s.pool.QueryRow(ctx, lastClosedSQL).Scan(&closed); err != nil {
		return day.None, fmt.Errorf("read which month was closed last: %w", translate(err))
	}
	return dayOf(closed), nil
}

// WrittenDigests implements [comms.DigestKeeper].
func (s *Store) WrittenDigests(ctx context.Context, keys []string) (map[string]bool, error) {
	rows, err := s.pool.Query(ctx, writtenDigestsSQL, pgx.StrictNamedArgs{"keys": keys})
	if err != nil {
		return nil, fmt.Errorf("read which digests were written: %w", translate(err))
	}
	out := map[string]bool{}
	var key string
	_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
		out[key] = true
		return nil
	})
	return out, translate(err)
}

// WriteDigest implements [comms.DigestKeeper].
func (s *Store) WriteDigest(ctx context.Context, d comms.Digest, now time.Time) (isNew bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		args := pgx.StrictNamedArgs{"key": d.Key, "kind": string(d.Kind), "now": now, "told": d.Told}
		tag, err := tx.Exec(ctx, insertDigestRunSQL, args)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		isNew = true
		if len(d.Letters) == 0 {
			return nil
		}
		id, _, err := s.Enqueue(ctx, tx, d.Mailing(), d.Letters, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, digestMailingSQL, pgx.StrictNamedArgs{"key": d.Key, "mailing": int64(id)})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the digest %s: %w", d.Key, err)
	}
	return isNew, nil
}
