package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/value"
)

const (
	// Somebody by their address: of the roster, else a member, else invited.
	whoSQL = `
select coalesce(p.email, m.email, i.email, '') as email, coalesce(nullif(p.name, ''), m.name, '') as name,
       coalesce(p.department, 0) as department,
       coalesce(p.email, m.email, i.email) is not null as known, coalesce(not p.listed, not m.listed, false) as gone
from (select lower(@person::text) as folded) asked
left join lateral (
    select p.email, p.name, place.department, coalesce(today.listed, earlier.listed) as listed
    from person p` + memberOfPersonSQL + placeOfPersonSQL + `
    where p.email_folded = asked.folded
) p on true
left join lateral (
    select m.email, m.name, m.listed from member m where m.email_folded = asked.folded order by m.listed desc, m.ord limit 1
) m on p.email is null
left join lateral (
    select i.email from invite i
    where i.email_folded = asked.folded and i.status = 'pending' and (i.expires_at is null or i.expires_at > now()) limit 1
) i on p.email is null and m.email is null`

	winSQL = `
select w.id, w.day, w.email, coalesce(nullif(p.name, ''), w.name) as name, coalesce(w.department, 0) as department,
       w.deliverable, w.before, coalesce(w.hours, 0)::int as hours, w.goes_to, w.state, w.consent,
       coalesce(w.logged_by, 0) as logged_by, coalesce(nullif(a.name, ''), (select nullif(b.name, '') from person b where b.email_folded = lower(a.email)), a.email, '') as logger, w.logged_at,
       coalesce(w.decided_by, 0) as decided_by, coalesce(nullif(z.name, ''), z.email, '') as decider, w.decided_at, w.version
from win w left join person p on p.email_folded = w.email_folded
left join account a on a.id = w.logged_by left join account z on z.id = w.decided_by`

	oneWinSQL = winSQL + ` where w.id = @id`

	lockWinSQL = winSQL + ` where w.id = @id for update of w`

	winOfKeySQL = winSQL + ` where w.client_key = @key::uuid`

	addWinSQL = `
insert into win (day, email, name, department, deliverable, before, hours, goes_to, state, consent, logged_by, logged_at, client_key)
values (@day, @email, @name, nullif(@department::int, 0), @deliverable, @before, nullif(@hours::smallint, 0), @goes_to, @state, @consent,
        nullif(@logged_by::bigint, 0), @logged_at, @key)
returning id`

	changeWinSQL = `
update win set day = @day, deliverable = @deliverable, before = @before, hours = nullif(@hours::smallint, 0), goes_to = @goes_to,
       state = @state, consent = @consent, decided_by = nullif(@decided_by::bigint, 0), decided_at = @decided_at, version = version + 1
where id = @id
returning version`

	forgetWinSQL = `
with gone as (delete from win where id = @id returning client_key)
insert into undone (client_key, at) select client_key, @at from gone where client_key is not null on conflict do nothing`
)

type winRow struct {
	ID          value.WinID
	Day         day.Date
	Email, Name string
	Department  int
	Deliverable string
	Before      value.Before
	Hours       value.Hours
	GoesTo      string
	State       value.State
	Consent     bool
	LoggedBy    identity.AccountID
	Logger      string
	LoggedAt    time.Time
	DecidedBy   identity.AccountID
	Decider     string
	DecidedAt   *time.Time
	Version     int
}

// win makes a win of r; book names its department.
func (r winRow) win(book slugBook) value.Win {
	w := value.Win{
		ID:    r.ID,
		Who:   value.Who{Email: r.Email, Name: r.Name, Department: book.departmentOf(r.Department), Known: true},
		Words: value.Words{Day: r.Day, Deliverable: r.Deliverable, Before: r.Before, Hours: r.Hours, GoesTo: r.GoesTo},
		State: r.State, Consent: r.Consent, LoggedBy: r.LoggedBy, Logger: r.Logger, LoggedAt: r.LoggedAt.UTC(),
		DecidedBy: r.DecidedBy, Decider: r.Decider, Version: r.Version,
	}
	if r.DecidedAt != nil {
		w.DecidedAt = r.DecidedAt.UTC()
	}
	return w
}

// departmentOf names a department; the zero Department when id is 0.
func (b slugBook) departmentOf(id int) value.Department {
	return value.Department{ID: id, Name: b.called[id], Slug: b.slug(id)}
}

// LogWin implements value.Keeper.
func (s *Store) LogWin(ctx context.Context, by identity.Actor, key, person string, today day.Date, now time.Time, fn func(value.Who) (value.Win, error)) (value.Receipt, error) {
	book, err := s.slugs(ctx)
	if err != nil {
		return value.Receipt{}, err
	}
	l := winLog{by: by, key: key, book: book}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if known, err := l.known(ctx, tx); known || err != nil {
			return err
		}
		who, err := whoIs(ctx, tx, person, today, book)
		if err != nil {
			return err
		}
		if l.out.Win, err = fn(who); err != nil {
			return err
		}
		if err := l.add(ctx, tx); err != nil {
			return err
		}
		return s.noteWin(ctx, tx, &l.out.Win, now)
	})
	if err != nil {
		return value.Receipt{}, fmt.Errorf("log a win: %w", err)
	}
	s.index.expire()
	return l.out, nil
}

// noteWin makes figures and the audit log follow a change of w.
func (s *Store) noteWin(ctx context.Context, tx pgx.Tx, w *value.Win, now time.Time) error {
	if len(w.Events()) == 0 {
		return nil
	}
	if _, err := bump(ctx, tx, touchesLog); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, w.Events()...)
}

// winLog is a form with a win being kept.
type winLog struct {
	by   identity.Actor
	key  string
	book slugBook
	out  value.Receipt
}

// known holds the form and reports whether it was answered before, and with what.
func (l *winLog) known(ctx context.Context, tx pgx.Tx) (bool, error) {
	if l.key == "" {
		return false, nil
	}
	form := pgx.StrictNamedArgs{"key": l.key}
	if _, err := tx.Exec(ctx, holdFormSQL, form); err != nil {
		return false, err
	}
	w, err := readWin(ctx, tx, winOfKeySQL, form, l.book)
	switch {
	case err == nil && w.LoggedBy != l.by.Account:
		return false, fault.New(fault.Conflict, "This form was sent by somebody else. Load the page again.")
	case err == nil:
		l.out = value.Receipt{Win: w, Again: true}
		return true, nil
	case err != pgx.ErrNoRows:
		return false, err
	}
	err = tx.QueryRow(ctx, undoneSQL, form).Scan(&l.out.Undone)
	return l.out.Undone, err
}

// add keeps the win.
func (l *winLog) add(ctx context.Context, tx pgx.Tx) error {
	w := &l.out.Win
	return tx.QueryRow(ctx, addWinSQL, pgx.StrictNamedArgs{
		"day": w.Day, "email": w.Who.Email, "name": w.Who.Name, "department": w.Who.Department.ID,
		"deliverable": cleanText(w.Deliverable), "before": string(w.Before), "hours": int16(w.Hours), "goes_to": cleanText(w.GoesTo),
		"state": string(w.State), "consent": w.Consent, "logged_by": int64(w.LoggedBy), "logged_at": w.LoggedAt, "key": known(l.key),
	}).Scan(&w.ID)
}

// UpdateWin implements value.Keeper.
func (s *Store) UpdateWin(ctx context.Context, id value.WinID, now time.Time, fn func(*value.Win) error) (value.Win, error) {
	var w value.Win
	err := s.changeWin(ctx, id, now, func(tx pgx.Tx, locked *value.Win) error {
		if err := fn(locked); err != nil {
			return err
		}
		if w = *locked; len(w.Events()) == 0 {
			return nil
		}
		var decided *time.Time
		if !w.DecidedAt.IsZero() {
			decided = &w.DecidedAt
		}
		return tx.QueryRow(ctx, changeWinSQL, pgx.StrictNamedArgs{
			"id": int64(id), "day": w.Day, "deliverable": cleanText(w.Deliverable), "before": string(w.Before), "hours": int16(w.Hours),
			"goes_to": cleanText(w.GoesTo), "state": string(w.State), "consent": w.Consent, "decided_by": int64(w.DecidedBy), "decided_at": decided,
		}).Scan(&w.Version)
	})
	if err != nil {
		return value.Win{}, fmt.Errorf("change a win: %w", err)
	}
	return w, nil
}

// UndoWin implements value.Keeper.
func (s *Store) UndoWin(ctx context.Context, id value.WinID, now time.Time, fn func(*value.Win) error) error {
	err := s.changeWin(ctx, id, now, func(tx pgx.Tx, w *value.Win) error {
		if err := fn(w); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, forgetWinSQL, pgx.StrictNamedArgs{"id": int64(id), "at": now})
		return err
	})
	if err != nil {
		return fmt.Errorf("undo a win: %w", err)
	}
	return nil
}

// changeWin lends a locked win to fn, and makes the figures follow.
func (s *Store) changeWin(ctx context.Context, id value.WinID, now time.Time, fn func(pgx.Tx, *value.Win) error) error {
	book, err := s.slugs(ctx)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		w, err := readWin(ctx, tx, lockWinSQL, pgx.StrictNamedArgs{"id": int64(id)}, book)
		if err == pgx.ErrNoRows {
			return errNoWin
		}
		if err != nil {
			return err
		}
		if err := fn(tx, &w); err != nil {
			return err
		}
		return s.noteWin(ctx, tx, &w, now)
	})
	s.index.expire()
	return err
}

var errNoWin = fault.New(fault.NotFound, "There is no such win, or none that you may know of.")

// readWin reads one win; pgx.ErrNoRows when there is none.
func readWin(ctx context.Context, from querier, sql string, args pgx.StrictNamedArgs, book slugBook) (value.Win, error) {
	rows, err := from.Query(ctx, sql, args)
	if err != nil {
		return value.Win{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[winRow])
	return r.win(book), err
}

type whoRow struct {
	Email, Name string
	Department  int
	Known, Gone bool
}

// whoIs returns who has an address on a day.
func whoIs(ctx context.Context, from querier, person string, today day.Date, book slugBook) (value.Who, error) {
	rows, err := from.Query(ctx, whoSQL, pgx.StrictNamedArgs{"person": cleanText(person), "today": today.Time()})
	if err != nil {
		return value.Who{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[whoRow])
	if err != nil {
		return value.Who{}, err
	}
	return value.Who{Email: r.Email, Name: r.Name, Department: book.departmentOf(r.Department), Known: r.Known, Left: r.Gone}, nil
}
