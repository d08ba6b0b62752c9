package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// AnthropicKey names the credential of the Anthropic API.
const AnthropicKey = "anthropic_admin_key"

var errNoKeys = errors.New("credentials cannot be kept or read without GROUNDSWELL_SECRET_KEY")

const putCredential = `
insert into credential (name, sealed, updated_at, updated_by)
values (@name, @sealed, @now, nullif(@by, 0))
on conflict (name) do update set sealed = excluded.sealed, updated_at = excluded.updated_at, updated_by = excluded.updated_by`

// PutCredential seals a secret and keeps it under name, in place of the one before.
func (s *Store) PutCredential(ctx context.Context, by identity.Actor, name, secret string, now time.Time) error {
	if s.keys == nil {
		return errNoKeys
	}
	return s.inTx(ctx, func(tx pgx.Tx) error { return s.putCredential(ctx, tx, by, name, secret, now) })
}

// putCredential keeps a secret within a transaction.
func (s *Store) putCredential(ctx context.Context, tx pgx.Tx, by identity.Actor, name, secret string, now time.Time) error {
	if s.keys == nil {
		return errNoKeys
	}
	_, err := tx.Exec(ctx, putCredential, pgx.StrictNamedArgs{
		"name": name, "sealed": s.keys.Seal([]byte(secret), credentialRow(name)), "now": now, "by": int64(by.Account),
	})
	if err != nil {
		return fmt.Errorf("keep a credential: %w", err)
	}
	return s.audit(ctx, tx, now, identity.Event{By: by, Action: "credential.set", Subject: "credential/" + name})
}

const readCredential = `select sealed, updated_at from credential where name = $1`

// Credential returns a kept secret; a NotFound fault when there is none.
func (s *Store) Credential(ctx context.Context, name string) (string, error) {
	if s.keys == nil {
		return "", errNoKeys
	}
	var sealed []byte
	var at time.Time
	err := s.pool.QueryRow(ctx, readCredential, name).Scan(&sealed, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.Wrap(fault.NotFound, "No key is stored.", err)
	}
	if err != nil {
		return "", translate(err)
	}
	plain, err := s.keys.Open(sealed, credentialRow(name))
	if err != nil {
		return "", fmt.Errorf("open the credential %s: %w", name, err)
	}
	return string(plain), nil
}

// CredentialSet returns when a secret was kept; ok is false when there is none.
func (s *Store) CredentialSet(ctx context.Context, name string) (at time.Time, ok bool, err error) {
	var sealed []byte
	err = s.pool.QueryRow(ctx, readCredential, name).Scan(&sealed, &at)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, false, nil
	}
	return at, err == nil, translate(err)
}

const deleteCredential = `delete from credential where name = $1`

// DeleteCredential forgets a kept secret; an absent one is no error.
func (s *Store) DeleteCredential(ctx context.Context, by identity.Actor, name string, now time.Time) error {
	return s.inTx(ctx, func(tx pgx.Tx) error { return s.deleteCredential(ctx, tx, by, name, now) })
}

// deleteCredential forgets a secret within a transaction.
func (s *Store) deleteCredential(ctx context.Context, tx pgx.Tx, by identity.Actor, name string, now time.Time) error {
	tag, err := tx.Exec(ctx, deleteCredential, name)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	return s.audit(ctx, tx, now, identity.Event{By: by, Action: "credential.removed", Subject: "credential/" + name})
}

const (
	listSealed   = `select name, sealed from credential order by name for update`
	resealStored = `update credential set sealed = @sealed where name = @name`
)

type sealedRow struct {
	Name   string
	Sealed []byte
}

// Reseal seals every credential anew under the current key and returns how many it changed.
// After it an older key is needed for the audit log only.
func (s *Store) Reseal(ctx context.Context) (int, error) {
	if s.keys == nil {
		return 0, errNoKeys
	}
	changed := 0
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, listSealed)
		if err != nil {
			return err
		}
		kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[sealedRow])
		if err != nil {
			return err
		}
		for _, row := range kept {
			if s.keys.Current(row.Sealed) {
				continue
			}
			if err := s.resealOne(ctx, tx, row); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}

func (s *Store) resealOne(ctx context.Context, tx pgx.Tx, row sealedRow) error {
	plain, err := s.keys.Open(row.Sealed, credentialRow(row.Name))
	if err != nil {
		return fmt.Errorf("open the credential %s: %w", row.Name, err)
	}
	_, err = tx.Exec(ctx, resealStored, pgx.StrictNamedArgs{"sealed": s.keys.Seal(plain, credentialRow(row.Name)), "name": row.Name})
	return err
}

func credentialRow(name string) string { return "credential/" + name }
