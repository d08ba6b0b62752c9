package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
)

const (
	// Whoever logs, resends or takes back the same form does so one after the other.
	holdFormSQL = `select pg_advisory_xact_lock(hashtextextended(@key::text, 0))`

	undoneSQL = `select exists (select from undone where client_key = @key::uuid)`

	formTouchpointSQL = `select id, logged_by from touchpoint where client_key = @key::uuid`

	touchableSQL = `
select p.email, coalesce(nullif(p.name, ''), m.name, '') as name, coalesce(place.department, 0) as department,
       coalesce(d.name, '') as department_name, m.ord is not null and not m.listed as has_left
from person p` + memberOfPersonSQL + placeOfPersonSQL + `
left join member m on m.ord = coalesce(today.ord, earlier.ord)
left join department d on d.id = place.department
where p.email_folded = lower(@email)`

	departmentNameSQL = `select name from department where id = @id`

	insertTouchpointSQL = `
insert into touchpoint (day, champion_email, user_email, department, kind, outcome, note, client_key, logged_by, logged_at)
values (@day, @champion, nullif(@person, ''), nullif(@department, 0), @kind, @outcome, @note, @key::uuid, @by, @at)
returning id`

	amendTouchpointSQL = `
update touchpoint set outcome = @outcome, note = @note, version = version + 1 where id = @id returning version`

	dropTouchpointSQL = `delete from touchpoint where id = @id`

	// A key of a form that is resent while it is taken back is written once.
	keepUndoneSQL = `insert into undone (client_key, at) values (@key::uuid, @at) on conflict do nothing`

	lockTouchpointSQL = `select coalesce(client_key::text, '') from touchpoint where id = @id for update`
)

var errTakenBack = fault.New(fault.Conflict, "What was sent with this form was taken back. Open a new form to log it again.")

// LogTouchpoint lends fn what a draft is judged by and keeps what it returns.
func (s *Store) LogTouchpoint(ctx context.Context, by identity.Actor, d people.Draft, now time.Time, fn func(people.Desk) (people.LoggedTouchpoint, error)) (t people.LoggedTouchpoint, again bool, err error) {
	desk, err := s.desk(ctx, by, now)
	if err != nil {
		return t, false, err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		id, err := formBefore(ctx, tx, by, d.Key)
		if err != nil {
			return err
		}
		if id != 0 {
			again = true
			t, err = readTouchpoint(ctx, tx, desk.slugs, id, desk.Today)
			return err
		}
		if err := desk.read(ctx, tx, d); err != nil {
			return fmt.Errorf("read whom it was with: %w", err)
		}
		if t, err = fn(desk.Desk); err != nil {
			return err
		}
		return s.keepTouchpoint(ctx, tx, by, &t, now)
	})
	s.index.expire()
	if err != nil {
		return people.LoggedTouchpoint{}, false, fmt.Errorf("log a touchpoint: %w", err)
	}
	return t, again, nil
}

// formBefore holds a form and returns the touchpoint it made before, 0 when it
// made none. One that was taken back is a Conflict.
func formBefore(ctx context.Context, tx pgx.Tx, by identity.Actor, key string) (int64, error) {
	args := pgx.StrictNamedArgs{"key": key}
	if _, err := tx.Exec(ctx, holdFormSQL, args); err != nil {
		return 0, err
	}
	var undone bool
	if err := tx.QueryRow(ctx, undoneSQL, args).Scan(&undone); err != nil {
		return 0, err
	}
	if undone {
		return 0, errTakenBack
	}
	var id int64
	var account *int64
	switch err := tx.QueryRow(ctx, formTouchpointSQL, args).Scan(&id, &account); {
	case err == pgx.ErrNoRows:
		return 0, nil
	case err != nil:
		return 0, err
	case account == nil || *account != int64(by.Account):
		return 0, fault.New(fault.Invalid, "This form is not yours. Load the page again.")
	}
	return id, nil
}

// touchDesk is a desk while it is read.
type touchDesk struct {
	people.Desk
	slugs slugBook
}

// desk reads what holds for every draft of an actor.
func (s *Store) desk(ctx context.Context, by identity.Actor, now time.Time) (touchDesk, error) {
	slugs, err := s.slugs(ctx)
	if err != nil {
		return touchDesk{}, err
	}
	plan, err := s.Plan(ctx)
	if err != nil {
		return touchDesk{}, err
	}
	k := touchDesk{slugs: slugs, Desk: people.Desk{Today: plan.Today(now)}}
	k.Own = slugs.departments(by.PeopleScope(), "")
	if by.Has(identity.Lead) {
		k.Champions, err = s.championAddresses(ctx, k.Today)
	}
	return k, err
}

// championAddresses returns the addresses of today's champions, folded.
func (s *Store) championAddresses(ctx context.Context, today day.Date) (map[string]bool, error) {
	list, err := s.ChampionsOf(ctx, nil, today)
	out := map[string]bool{}
	for _, c := range list {
		out[sheet.Fold(c.Email)] = true
	}
	return out, err
}

// read finds whom a draft names.
func (k *touchDesk) read(ctx context.Context, tx pgx.Tx, d people.Draft) error {
	b := &pgx.Batch{}
	b.Queue(touchableSQL, pgx.StrictNamedArgs{"email": cleanText(d.Person), "today": k.Today.Time()}).Query(func(rows pgx.Rows) error {
		var p people.Touchable
		_, err := pgx.ForEachRow(rows, []any{&p.Email, &p.Name, &p.Department.ID, &p.Department.Name, &p.Left}, func() error {
			if p.Name == "" {
				p.Name = p.Email
			}
			p.Department.Slug = k.slugs.slug(p.Department.ID)
			k.Person = &p
			return nil
		})
		return err
	})
	b.Queue(departmentNameSQL, pgx.StrictNamedArgs{"id": d.Department}).Query(func(rows pgx.Rows) error {
		var name string
		_, err := pgx.ForEachRow(rows, []any{&name}, func() error {
			k.Department = &people.Department{ID: d.Department, Name: name, Slug: k.slugs.slug(d.Department)}
			return nil
		})
		return err
	})
	return tx.SendBatch(ctx, b).Close()
}

// slug returns the slug of a department, "" of none.
func (b slugBook) slug(department int) string {
	for slug, id := range b.department {
		if id == department {
			return slug
		}
	}
	return ""
}

func (s *Store) keepTouchpoint(ctx context.Context, tx pgx.Tx, by identity.Actor, t *people.LoggedTouchpoint, now time.Time) error {
	whole := 0
	if t.PersonEmail == "" {
		whole = t.Department.ID
	}
	err := tx.QueryRow(ctx, insertTouchpointSQL, pgx.StrictNamedArgs{
		"day": t.Day, "champion": t.ChampionEmail, "person": t.PersonEmail, "department": whole, "kind": string(t.Kind),
		"outcome": string(t.Outcome), "note": cleanText(t.Note), "key": t.Key, "by": int64(by.Account), "at": now,
	}).Scan(&t.ID)
	if err != nil {
		return err
	}
	return s.touched(ctx, tx, by, "touchpoint.logged", *t, now)
}

// touched makes readers see a change of the log, and writes it down without names.
func (s *Store) touched(ctx context.Context, tx pgx.Tx, by identity.Actor, action string, t people.LoggedTouchpoint, now time.Time) error {
	if _, err := bump(ctx, tx, touchesLog); err != nil {
		return err
	}
	detail := map[string]string{"day": t.Day.String(), "whole_department": strconv.FormatBool(t.PersonEmail == "")}
	if t.Kind.Valid() {
		detail["kind"] = string(t.Kind)
	}
	if t.Department.ID != 0 {
		detail["department"] = strconv.Itoa(t.Department.ID)
	}
	return s.audit(ctx, tx, now, identity.Event{By: by, Action: action, Subject: "touchpoint/" + strconv.FormatInt(t.ID, 10), Detail: detail})
}

// UpdateTouchpoint lends a touchpoint to fn and keeps the outcome and the note it gave it.
func (s *Store) UpdateTouchpoint(ctx context.Context, by identity.Actor, id int64, now time.Time, fn func(*people.LoggedTouchpoint) error) (t people.LoggedTouchpoint, err error) {
	err = s.withTouchpoint(ctx, id, now, func(tx pgx.Tx, was people.LoggedTouchpoint) error {
		t = was
		if err := fn(&t); err != nil {
			return err
		}
		if t.Outcome == was.Outcome && t.Note == was.Note {
			return nil
		}
		args := pgx.StrictNamedArgs{"id": id, "outcome": string(t.Outcome), "note": cleanText(t.Note)}
		if err := tx.QueryRow(ctx, amendTouchpointSQL, args).Scan(&t.Version); err != nil {
			return err
		}
		return s.touched(ctx, tx, by, "touchpoint.changed", t, now)
	})
	if err != nil {
		return t, fmt.Errorf("change a touchpoint: %w", err)
	}
	return t, nil
}

// UndoTouchpoint deletes a touchpoint when fn lets it, and keeps its form's key.
func (s *Store) UndoTouchpoint(ctx context.Context, by identity.Actor, id int64, now time.Time, fn func(people.LoggedTouchpoint) error) error {
	err := s.withTouchpoint(ctx, id, now, func(tx pgx.Tx, t people.LoggedTouchpoint) error {
		if err := fn(t); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, dropTouchpointSQL, pgx.StrictNamedArgs{"id": id}); err != nil {
			return err
		}
		if t.Key != "" {
			if _, err := tx.Exec(ctx, keepUndoneSQL, pgx.StrictNamedArgs{"key": t.Key, "at": now}); err != nil {
				return err
			}
		}
		return s.touched(ctx, tx, by, "touchpoint.undone", t, now)
	})
	if err != nil {
		return fmt.Errorf("take a touchpoint back: %w", err)
	}
	return nil
}

// withTouchpoint lends a touchpoint to fn, locked, with its form held: nobody
// resends that meanwhile.
func (s *Store) withTouchpoint(ctx context.Context, id int64, now time.Time, fn func(pgx.Tx, people.LoggedTouchpoint) error) error {
	slugs, err := s.slugs(ctx)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		var key string
		if err := tx.QueryRow(ctx, lockTouchpointSQL, pgx.StrictNamedArgs{"id": id}).Scan(&key); err != nil {
			return err
		}
		if key != "" {
			if _, err := tx.Exec(ctx, holdFormSQL, pgx.StrictNamedArgs{"key": key}); err != nil {
				return err
			}
		}
		t, err := readTouchpoint(ctx, tx, slugs, id, day.FromTime(now))
		if err != nil {
			return err
		}
		return fn(tx, t)
	})
	s.index.expire()
	return err
}

// Undone reports whether what was made with a form was taken back.
func (s *Store) Undone(ctx context.Context, key string) (undone bool, err error) {
	err = s.pool.QueryRow(ctx, undoneSQL, pgx.StrictNamedArgs{"key": key}).Scan(&undone)
	return undone, translate(err)
}
