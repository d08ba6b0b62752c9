package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/people"
)

const (
	importedTouchpointsSQL = `select import_key from touchpoint where import_key is not null`

	freshTouchpointsSQL = `
create temp table if not exists fresh_touchpoint (
    day date not null, champion_email text not null, user_email text, department text, kind text not null, note text not null, import_key bytea not null
) on commit delete rows`

	addTouchpointsSQL = `
insert into touchpoint (day, champion_email, user_email, department, kind, note, import_key)
select f.day, f.champion_email, f.user_email, d.id, f.kind, f.note, f.import_key
from pg_temp.fresh_touchpoint f left join department d on d.name = f.department`
)

// Contacts returns what an import of touchpoints is compared with.
func (s *Store) Contacts(ctx context.Context) (people.Contacts, error) {
	c, err := readContacts(ctx, snapshot{s.pool})
	return c, translate(err)
}

// UpdateTouchpoints lends that to fn and keeps what it decides.
func (s *Store) UpdateTouchpoints(ctx context.Context, now time.Time, fn func(people.Contacts) (people.TouchpointChange, error)) error {
	return s.importing(ctx, func(tx pgx.Tx) error {
		known, err := readContacts(ctx, tx)
		if err != nil {
			return fmt.Errorf("read the touchpoints: %w", err)
		}
		c, err := fn(known)
		if err != nil {
			return err
		}
		if err := keepTouchpoints(ctx, tx, c.New); err != nil {
			return fmt.Errorf("keep the touchpoints: %w", err)
		}
		return s.finishImport(ctx, tx, c.Import, now)
	})
}

func readContacts(ctx context.Context, from sender) (people.Contacts, error) {
	c := people.Contacts{Imported: map[[sha256.Size]byte]bool{}}
	b := &pgx.Batch{}
	b.Queue(departmentNamesSQL).Query(func(rows pgx.Rows) (err error) {
		c.Departments, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(addressesSQL).Query(func(rows pgx.Rows) (err error) {
		c.Known, err = collectSet(rows)
		return err
	})
	b.Queue(importedTouchpointsSQL).Query(func(rows pgx.Rows) error {
		var key []byte
		_, err := pgx.ForEachRow(rows, []any{&key}, func() error {
			c.Imported[[sha256.Size]byte(key)] = true
			return nil
		})
		return err
	})
	return c, from.SendBatch(ctx, b).Close()
}

func keepTouchpoints(ctx context.Context, tx pgx.Tx, list []people.Touchpoint) error {
	if len(list) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, freshTouchpointsSQL); err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		t := &list[i]
		return []any{t.Day.Time(), t.Champion, known(t.User), known(t.Department), t.Kind, t.Note, t.Key[:]}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_touchpoint"},
		[]string{"day", "champion_email", "user_email", "department", "kind", "note", "import_key"}, rows)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, addTouchpointsSQL)
	return err
}
