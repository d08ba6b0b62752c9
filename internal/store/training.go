package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
)

const (
	// The sessions that a file names, with everybody who is in them; one that has nobody comes once, without an address.
	// What only learning systems know is not known here.
	bookSQL = `
select s.name, s.kind, s.day, coalesce(a.email, '') as email, coalesce(a.said, a.status, '') as status, a.minutes,
       coalesce(a.source, '') as source
from unnest(@names::text[], @kinds::text[], @days::date[]) as f (name, kind, day)
join training_session s on s.name = f.name and s.kind = f.kind and s.day = f.day
left join attendance a on a.session = s.id and a.source <> 'lms'`

	freshAttendancesSQL = `
create temp table if not exists fresh_attendance (
    name text not null, kind text not null, day date not null, email text not null, status text not null, minutes int, source text not null
) on commit delete rows`

	addSessionsSQL = `
insert into training_session (name, kind, day)
select distinct name, kind, day from pg_temp.fresh_attendance order by day, name, kind
on conflict do nothing`

	keepAttendancesSQL = `
insert into attendance (session, email, status, minutes, source)
select s.id, f.email, f.status, f.minutes, f.source
from pg_temp.fresh_attendance f join training_session s on s.name = f.name and s.kind = f.kind and s.day = f.day
on conflict (session, email_folded) do update
set status = excluded.status, minutes = excluded.minutes, source = excluded.source, said = null,
    at = case when excluded.source = 'file' then null else attendance.at end,
    by_account = case when excluded.source = 'file' then null else attendance.by_account end,
    deliverable = case when excluded.status = 'no_show' then '' else attendance.deliverable end`

	// Nobody ticks the lists of these sessions meanwhile.
	holdSessionsSQL = `
select s.id from unnest(@names::text[], @kinds::text[], @days::date[]) as f (name, kind, day)
join training_session s on s.name = f.name and s.kind = f.kind and s.day = f.day
order by s.id for update of s`

	keptSessionsSQL = `
select distinct s.id
from pg_temp.fresh_attendance f join training_session s on s.name = f.name and s.kind = f.kind and s.day = f.day`
)

// Book returns what an import that names these sessions is compared with.
func (s *Store) Book(ctx context.Context, sessions []enablement.Session) (enablement.Book, error) {
	b, err := readBook(ctx, snapshot{s.pool}, sessions)
	return b, translate(err)
}

// UpdateBook lends that to fn and keeps what it decides.
func (s *Store) UpdateBook(ctx context.Context, sessions []enablement.Session, now time.Time, fn func(enablement.Book) (enablement.Change, error)) error {
	return s.importing(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdSessionsSQL, sessionNames(sessions)); err != nil {
			return fmt.Errorf("hold the sessions: %w", err)
		}
		book, err := readBook(ctx, tx, sessions)
		if err != nil {
			return fmt.Errorf("read the attendances: %w", err)
		}
		c, err := fn(book)
		if err != nil {
			return err
		}
		if err := keepAttendances(ctx, tx, c.Attendances); err != nil {
			return fmt.Errorf("keep the attendances: %w", err)
		}
		return s.finishImport(ctx, tx, c.Import, now)
	})
}

func readBook(ctx context.Context, from sender, sessions []enablement.Session) (enablement.Book, error) {
	book := enablement.Book{Sessions: map[enablement.Session]bool{}}
	b := &pgx.Batch{}
	b.Queue(bookSQL, sessionNames(sessions)).Query(func(rows pgx.Rows) error { return readAttendances(rows, &book) })
	b.Queue(addressesSQL).Query(func(rows pgx.Rows) (err error) {
		book.Known, err = collectSet(rows)
		return err
	})
	return book, from.SendBatch(ctx, b).Close()
}

func sessionNames(sessions []enablement.Session) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"names": texts(sessions, func(s enablement.Session) string { return s.Name }),
		"kinds": texts(sessions, func(s enablement.Session) string { return string(s.Kind) }),
		"days":  each(sessions, func(s enablement.Session) time.Time { return s.Day.Time() }),
	}
}

func readAttendances(rows pgx.Rows, book *enablement.Book) error {
	var a enablement.Attendance
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&a.Session.Name, &a.Session.Kind, &at, &a.Email, &a.Status, &a.Minutes, &a.Source}, func() error {
		a.Session.Day = day.FromTime(at)
		book.Sessions[a.Session] = true
		if a.Email != "" {
			book.Attendances = append(book.Attendances, a)
		}
		return nil
	})
	return err
}

func keepAttendances(ctx context.Context, tx pgx.Tx, list []enablement.Attendance) error {
	if len(list) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, freshAttendancesSQL); err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		a := &list[i]
		return []any{a.Session.Name, string(a.Session.Kind), a.Session.Day.Time(), a.Email, string(a.Status), a.Minutes, string(a.Source)}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_attendance"}, []string{"name", "kind", "day", "email", "status", "minutes", "source"}, rows)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(addSessionsSQL)
	b.Queue(keepAttendancesSQL)
	var sessions []int
	b.Queue(keptSessionsSQL).Query(func(rows pgx.Rows) (err error) {
		sessions, err = pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return relearn(ctx, tx, sessions...)
}
