package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

const importLock = 0x726f73746572 // advisory lock of imports; the number spells "roster"

// draftLife is how long a file that was looked at waits to be applied.
const draftLife = time.Hour

const draftsKept = 9 // of one account, besides the newest

const (
	// A large file takes longer than any statement of a page may.
	holdImportsSQL = `select set_config('statement_timeout', '300s', true), pg_advisory_xact_lock($1::bigint)`

	insertRunSQL = `
insert into import_run (kind, file_name, applied_at, account, row_count, added, changed, skipped)
values (@kind, @file_name, @now, nullif(@account, 0), @rows, @added, @changed, @skipped)
returning id`

	importRunsSQL = `
select r.id, r.kind, r.file_name as file, r.applied_at, coalesce(nullif(a.name, ''), a.email, '') as by,
       r.row_count as rows, r.added, r.changed, r.skipped
from import_run r left join account a on a.id = r.account
order by r.applied_at desc, r.id desc limit @limit`

	addressesSQL = `
select email_folded from person union select email_folded from member_address
union select email_folded from member where email_folded is not null`
)

// importing runs fn in a transaction in which no other import runs.
func (s *Store) importing(ctx context.Context, fn func(pgx.Tx) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdImportsSQL, int64(importLock)); err != nil {
			return fmt.Errorf("wait for other imports: %w", err)
		}
		return fn(tx)
	})
	s.index.expire()
	s.plan.expire()
	return err
}

// finishImport writes an import into the logs and drops the draft it was made of.
// The plan is held before the generation, and that before the audit log, as everywhere.
func (s *Store) finishImport(ctx context.Context, tx pgx.Tx, im sheet.Import, now time.Time) error {
	if im.Draft != 0 {
		if err := dropDraft(ctx, tx, im.By, im.Draft); err != nil {
			return err
		}
	}
	if im.Added+im.Changed > 0 {
		if err := importTouches(ctx, tx, im.Kind); err != nil {
			return fmt.Errorf("count the generation up: %w", err)
		}
	}
	var id int64
	err := tx.QueryRow(ctx, insertRunSQL, pgx.StrictNamedArgs{
		"kind": im.Kind, "file_name": cleanText(im.File), "now": now, "account": int64(im.By.Account),
		"rows": im.Rows, "added": im.Added, "changed": im.Changed, "skipped": im.Skipped,
	}).Scan(&id)
	if err != nil {
		return fmt.Errorf("log the import: %w", err)
	}
	return s.audit(ctx, tx, now, identity.Event{
		By: im.By, Action: string(im.Kind) + ".imported", Subject: "import/" + strconv.FormatInt(id, 10),
		Detail: map[string]string{"rows": strconv.Itoa(im.Rows), "added": strconv.Itoa(im.Added),
			"changed": strconv.Itoa(im.Changed), "skipped": strconv.Itoa(im.Skipped)},
	})
}

// importTouches makes readers read again what an import of a kind changes.
func importTouches(ctx context.Context, tx pgx.Tx, k sheet.Kind) error {
	what := touchesLog
	switch k {
	case sheet.Devices:
		return nil // no figure is made of them
	case sheet.People:
		what = touchesPeople
		if err := bumpPlan(ctx, tx); err != nil { // waves and departments are part of it
			return err
		}
	}
	_, err := bump(ctx, tx, what)
	return err
}

// ImportRuns returns the imports that were applied last, newest first.
func (s *Store) ImportRuns(ctx context.Context, limit int) ([]sheet.Run, error) {
	rows, err := s.pool.Query(ctx, importRunsSQL, pgx.StrictNamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list imports: %w", translate(err))
	}
	runs, err := pgx.CollectRows(rows, pgx.RowToStructByName[sheet.Run])
	return runs, translate(err)
}

// collectSet collects the one column of rows as a set.
func collectSet(rows pgx.Rows) (map[string]bool, error) {
	out := map[string]bool{}
	var v string
	_, err := pgx.ForEachRow(rows, []any{&v}, func() error {
		out[v] = true
		return nil
	})
	return out, err
}

const (
	keepDraftSQL = `
insert into import_draft (kind, file_name, body, account, created_at)
values (@kind, @file_name, @body, @account, @now) returning id`

	oldDraftsSQL = `
delete from import_draft where created_at < @since or account = @account
  and id not in (select id from import_draft where account = @account order by id desc limit @keep)`

	draftSQL = `
select id, kind, file_name as file, body, created_at
from import_draft where id = @id and account = @account and created_at >= @since`

	dropDraftSQL = `delete from import_draft where id = @id and account = @account`

	purgeDraftsSQL = `delete from import_draft where created_at < $1`
)

var errNoDraft = fault.New(fault.NotFound, "This file was applied, dropped or forgotten: a file waits an hour. Choose it again.")

// KeepDraft keeps an uploaded file for an hour, for the account that uploaded it,
// and returns its number. A file over the limit is a TooLarge fault.
func (s *Store) KeepDraft(ctx context.Context, by identity.Actor, k sheet.Kind, f sheet.File, now time.Time) (int64, error) {
	if by.Account == 0 {
		return 0, fault.New(fault.Forbidden, "Only somebody who is signed in can upload a file.")
	}
	raw, err := f.Read()
	if err != nil {
		return 0, err
	}
	body := pageEncoder().EncodeAll(raw, nil)
	var id int64
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, oldDraftsSQL, pgx.StrictNamedArgs{"since": now.Add(-draftLife), "account": int64(by.Account), "keep": draftsKept}); err != nil {
			return err
		}
		return tx.QueryRow(ctx, keepDraftSQL, pgx.StrictNamedArgs{
			"kind": k, "file_name": cleanText(f.Name), "body": body, "account": int64(by.Account), "now": now,
		}).Scan(&id)
	})
	return id, err
}

// Draft returns a file that by uploaded within the last hour; any other is NotFound.
func (s *Store) Draft(ctx context.Context, by identity.Actor, id int64, now time.Time) (sheet.Draft, error) {
	rows, err := s.pool.Query(ctx, draftSQL, pgx.StrictNamedArgs{"id": id, "account": int64(by.Account), "since": now.Add(-draftLife)})
	if err != nil {
		return sheet.Draft{}, translate(err)
	}
	d, err := pgx.CollectRows(rows, pgx.RowToStructByName[sheet.Draft])
	if err != nil {
		return sheet.Draft{}, translate(err)
	}
	if len(d) == 0 {
		return sheet.Draft{}, errNoDraft
	}
	if d[0].Body, err = pageDecoder().DecodeAll(d[0].Body, nil); err != nil {
		return sheet.Draft{}, fmt.Errorf("unpack draft %d: %w", id, err)
	}
	return d[0], nil
}

// DropDraft forgets a file that by uploaded; one that is gone already is no error.
func (s *Store) DropDraft(ctx context.Context, by identity.Actor, id int64) error {
	_, err := s.pool.Exec(ctx, dropDraftSQL, pgx.StrictNamedArgs{"id": id, "account": int64(by.Account)})
	return translate(err)
}

// dropDraft forgets a file that is being applied: it can be applied once.
func dropDraft(ctx context.Context, tx pgx.Tx, by identity.Actor, id int64) error {
	tag, err := tx.Exec(ctx, dropDraftSQL, pgx.StrictNamedArgs{"id": id, "account": int64(by.Account)})
	if err != nil {
		return fmt.Errorf("drop the draft: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNoDraft
	}
	return nil
}

// PurgeDrafts forgets the files that have waited for an hour and returns how many there were.
func (s *Store) PurgeDrafts(ctx context.Context, now time.Time) (int, error) {
	tag, err := s.pool.Exec(ctx, purgeDraftsSQL, now.Add(-draftLife))
	return int(tag.RowsAffected()), translate(err)
}
