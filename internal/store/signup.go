package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/sheet"
)

const (
	signUpsSQL = `select id, email, name, at, coalesce(by_account, 0) as by from sign_up where session = @session order by id`

	addSignUpSQL = `
insert into sign_up (session, email, name, at, by_account) values (@session, @email, @name, @at, nullif(@account::bigint, 0))`

	dropSignUpSQL = `delete from sign_up where session = @session and email_folded = @email`

	// What is known of the people with these addresses: by the roster, under an
	// address that a member had before too, else by the list of members, else by their account.
	personsSQL = `
left join lateral (
    select ord, name from member where email_folded = a.email order by listed desc, ord limit 1
) m on true
left join lateral (
    select name from account where lower(email) = a.email and name <> '' order by id limit 1
) known on true
left join lateral (
    select q.id from person q where q.email_folded = a.email
    union all
    (select q.id
     from member_address e join person q on q.email_folded = e.email_folded
     where e.member = m.ord and not exists (select from person o where o.email_folded = a.email)
       and not exists (select from member o where o.email_folded = e.email_folded)
     order by e.seen_at desc, q.id limit 1)
) own on true
left join person p on p.id = own.id` + placeOfPersonSQL

	personColumnsSQL = ` a.email, coalesce(p.id, 0) as id, coalesce(nullif(p.name, ''), nullif(m.name, ''), known.name, '') as name, coalesce(place.department, 0) as department
from `

	personsOfSQL = `
select` + personColumnsSQL + `unnest(@emails::text[]) as a (email)` + personsSQL

	// The reader; and for those who see the list of a session everybody on it.
	personsAtSQL = `
select` + personColumnsSQL + `(
    select lower(@self) as email
    union select email_folded from sign_up where session = @session and @everybody
    union select email_folded from attendance where session = @session and @everybody
    union select u.email_folded from sign_up u join training_session s on s.id = u.session
    where u.session = @session and @self <> '' and lower(s.host_email) = lower(@self)
    union select w.email_folded from attendance w join training_session s on s.id = w.session
    where w.session = @session and @self <> '' and lower(s.host_email) = lower(@self)
) a` + personsSQL
)

// gatheringRows reads who signed up for a session and who was at it.
type gatheringRows struct{ out *enablement.Gathering }

func (r gatheringRows) queue(b *pgx.Batch, session int) {
	b.Queue(signUpsSQL, pgx.StrictNamedArgs{"session": session}).Query(func(rows pgx.Rows) (err error) {
		r.out.SignUps, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.SignUp])
		return err
	})
	b.Queue(presencesSQL, pgx.StrictNamedArgs{"session": session}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[presenceRow])
		r.out.Presences = each(list, presenceRow.presence)
		return err
	})
}

// Gathering returns a session with everybody who signed up or was there, whoever
// asks. One that is not there is NotFound.
func (s *Store) Gathering(ctx context.Context, session int) (enablement.Gathering, error) {
	l, b, g := agendaLoad{}, &pgx.Batch{}, enablement.Gathering{}
	l.queueDepartments(b)
	l.queueSessions(b, oneTrainingSQL, pgx.StrictNamedArgs{"id": session, "email": ""})
	gatheringRows{&g}.queue(b, session)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return g, fmt.Errorf("read session %d: %w", session, translate(err))
	}
	list := l.sessions()
	if len(list) == 0 {
		return g, errNoSession
	}
	g.Planned = list[0].Planned
	return g, nil
}

// Visit returns a session as an actor finds it, in one round trip. One that they
// may not know of is NotFound, exactly like one that is not there.
func (s *Store) Visit(ctx context.Context, by identity.Actor, session int, today day.Date) (enablement.Visit, error) {
	var v enablement.Visit
	var who []personAtRow
	l, b := agendaLoad{}, &pgx.Batch{}
	l.out.Reader.Actor = by
	l.queueDepartments(b)
	l.queueSessions(b, oneTrainingSQL, pgx.StrictNamedArgs{"id": session, "email": by.Email})
	gatheringRows{&v.Gathering}.queue(b, session)
	everybody := by.HasAny(identity.Lead, identity.Auditor, identity.Champion)
	at := pgx.StrictNamedArgs{"session": session, "self": by.Email, "everybody": everybody, "today": today.Time()}
	b.Queue(personsAtSQL, at).Query(func(rows pgx.Rows) (err error) {
		who, err = pgx.CollectRows(rows, pgx.RowToStructByName[personAtRow])
		return err
	})
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return v, fmt.Errorf("read session %d: %w", session, translate(err))
	}
	v.People = personsBy(who, l.slugs)
	v.Self = v.People[sheet.Fold(by.Email)]
	l.addChampioned(by)
	if id, ok := l.bySlug[v.Self.Department]; ok {
		l.out.Reader.Departments = append(l.out.Reader.Departments, id)
	}
	return visited(v, l, by)
}

// visited settles whether the actor may know of the session, and their part in it.
func visited(v enablement.Visit, l agendaLoad, by identity.Actor) (enablement.Visit, error) {
	list := l.sessions()
	if len(list) == 0 {
		return enablement.Visit{}, errNoSession
	}
	if !l.out.Reader.Sees(list[0]) {
		return enablement.Visit{}, errNoSession
	}
	v.Planned, v.Part = list[0].Planned, enablement.PartOf(by, list[0].Planned)
	return v, nil
}

type personAtRow struct {
	Email      string
	ID         int
	Name       string
	Department int
}

func personsBy(rows []personAtRow, slugs map[int]string) map[string]enablement.Person {
	out := make(map[string]enablement.Person, len(rows))
	for _, r := range rows {
		out[r.Email] = enablement.Person{Email: r.Email, ID: r.ID, Name: r.Name, Department: slugs[r.Department]}
	}
	return out
}

// Persons returns what is known of people, by folded address; see [enablement.AttendanceKeeper].
func (s *Store) Persons(ctx context.Context, emails []string, today day.Date) (map[string]enablement.Person, error) {
	l, b := agendaLoad{}, &pgx.Batch{}
	var who []personAtRow
	l.queueDepartments(b)
	folded := texts(emails, sheet.Fold)
	b.Queue(personsOfSQL, pgx.StrictNamedArgs{"emails": folded, "today": today.Time()}).Query(func(rows pgx.Rows) (err error) {
		who, err = pgx.CollectRows(rows, pgx.RowToStructByName[personAtRow])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("look people up: %w", translate(err))
	}
	return personsBy(who, l.slugs), nil
}

// UpdateGathering lends a session to fn, locked; see [enablement.AttendanceKeeper].
func (s *Store) UpdateGathering(ctx context.Context, session int, now time.Time, fn func(enablement.Gathering) (enablement.Gathered, error)) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		p, err := lockSession(ctx, tx, session)
		if err != nil {
			return err
		}
		g, b := enablement.Gathering{Planned: p}, &pgx.Batch{}
		gatheringRows{&g}.queue(b, session)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		c, err := fn(g)
		if err != nil {
			return err
		}
		if err := s.keepGathered(ctx, tx, session, c, now); err != nil || len(c.Leave) == 0 {
			return err
		}
		return s.tellSeats(ctx, tx, g, after(g, c), now)
	})
	if err == nil {
		s.index.expire()
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		return fmt.Errorf("change who comes to session %d: %w", session, err)
	}
	return err
}

// keepGathered writes what a rule decided. The session is locked; the generation
// is held after it and before the audit log.
func (s *Store) keepGathered(ctx context.Context, tx pgx.Tx, session int, c enablement.Gathered, now time.Time) error {
	b := &pgx.Batch{}
	for _, u := range c.SignUp {
		b.Queue(addSignUpSQL, pgx.StrictNamedArgs{"session": session, "email": cleanText(u.Email), "name": cleanText(u.Name), "at": u.At, "account": int64(u.By)})
	}
	for _, email := range c.Leave {
		b.Queue(dropSignUpSQL, pgx.StrictNamedArgs{"session": session, "email": email})
	}
	queuePresences(b, session, c)
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if len(c.Keep)+len(c.Drop) > 0 {
		if err := relearn(ctx, tx, session); err != nil {
			return fmt.Errorf("let learning systems have their word: %w", err)
		}
		if _, err := bump(ctx, tx, touchesLog); err != nil {
			return fmt.Errorf("count the generation up: %w", err)
		}
	}
	return s.audit(ctx, tx, now, c.Events...)
}
