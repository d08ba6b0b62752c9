package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	insertTrainingSQL = `
insert into training_session (name, kind, day, planned, series, department, starts_at, zone, minutes, place, link,
                              host_name, host_email, capacity, about, features)
values (@name, @kind, @day, true, nullif(@series::int, 0), nullif(@department::int, 0), @starts::time, @zone, @minutes, @place, @link,
        @host_name, @host_email, @capacity, @about, @features)
on conflict (name, kind, day) do nothing
returning id`

	takenTrainingSQL = trainingSQL + ` where s.name = @name and s.kind = @kind and s.day = @day`

	lockTrainingSQL = `select id from training_session where id = @id for update`

	updateTrainingSQL = `
update training_session
set name = @name, kind = @kind, day = @day, department = nullif(@department::int, 0), starts_at = @starts::time, zone = @zone,
    minutes = @minutes, place = @place, link = @link, host_name = @host_name, host_email = @host_email, capacity = @capacity,
    about = @about, features = @features, covered_at = @covered_at, cancelled_at = @cancelled_at, cancel_reason = @cancel_reason,
    version = version + 1
where id = @id`

	coverTrainingSQL = `
update training_session set features = @features, covered_at = @covered_at, version = version + 1 where id = @id`

	removeTrainingSQL = `delete from training_session where id = @id`
)

var errNoSession = fault.New(fault.NotFound, "There is no such session.")

// AddSession keeps a new session; see [enablement.PlanKeeper].
func (s *Store) AddSession(ctx context.Context, by identity.Actor, p enablement.Planned, now time.Time) (int, error) {
	id := 0
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		var isNew bool
		if id, isNew, err = addSession(ctx, tx, p); err != nil || !isNew {
			return err
		}
		p.ID = id
		return s.sessionDone(ctx, tx, now, trainingEvent(by, "training.plan", p))
	})
	s.index.expire()
	if err != nil {
		return 0, fmt.Errorf("plan a session: %w", err)
	}
	return id, nil
}

// addSession keeps a session. The very same one, planned already, is that one; any
// other in its place is the fault of [enablement.Taken].
func addSession(ctx context.Context, tx pgx.Tx, p enablement.Planned) (id int, isNew bool, err error) {
	args := trainingArgs(p)
	args["series"] = p.Series
	delete(args, "id")
	delete(args, "covered_at")
	delete(args, "cancelled_at")
	delete(args, "cancel_reason")
	err = tx.QueryRow(ctx, insertTrainingSQL, args).Scan(&id)
	if !errors.Is(err, pgx.ErrNoRows) {
		return id, err == nil, err
	}
	rows, err := tx.Query(ctx, takenTrainingSQL, pgx.StrictNamedArgs{"name": p.Name, "kind": string(p.Kind), "day": p.Day, "email": ""})
	if err != nil {
		return 0, false, err
	}
	there, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[trainingRow])
	if err != nil {
		return 0, false, err
	}
	was := there.listed(nil).Planned
	if !was.FromFile && !was.Cancelled() && was.Series == p.Series && was.Same(p.Outline) {
		return was.ID, false, nil
	}
	return 0, false, enablement.Taken(p.Session())
}

func trainingArgs(p enablement.Planned) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"id": p.ID, "name": cleanText(p.Name), "kind": string(p.Kind), "day": p.Day, "department": p.Department.ID,
		"starts": p.Starts, "zone": p.Zone, "minutes": p.Minutes, "place": cleanText(p.Place), "link": cleanText(p.Link),
		"host_name": cleanText(p.Host.Name), "host_email": cleanText(p.Host.Email), "capacity": p.Capacity,
		"about": cleanText(p.About), "features": featureTexts(p.Features),
		"covered_at": givenTime(p.CoveredAt), "cancelled_at": givenTime(p.CancelledAt), "cancel_reason": cleanText(p.CancelReason),
	}
}

func featureTexts(list []enablement.Feature) []string {
	return texts(list, func(f enablement.Feature) string { return string(f) })
}

// lockSession reads a session that nobody else changes, or signs up for, before tx ends.
func lockSession(ctx context.Context, tx pgx.Tx, id int) (enablement.Planned, error) {
	var locked int
	if err := tx.QueryRow(ctx, lockTrainingSQL, pgx.StrictNamedArgs{"id": id}).Scan(&locked); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return enablement.Planned{}, errNoSession
		}
		return enablement.Planned{}, err
	}
	list, err := readSessions(ctx, tx, oneTrainingSQL, pgx.StrictNamedArgs{"id": id, "email": ""})
	if err != nil {
		return enablement.Planned{}, err
	}
	return list[0].Planned, nil
}

// UpdateSession lends a session to fn; see [enablement.PlanKeeper].
func (s *Store) UpdateSession(ctx context.Context, by identity.Actor, id int, done string, now time.Time, fn func(*enablement.Planned) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		was, err := lockSession(ctx, tx, id)
		if err != nil {
			return err
		}
		is := was
		if err := fn(&is); err != nil {
			return err
		}
		if sameSession(was, is) {
			return nil
		}
		if err := updateSession(ctx, tx, is); err != nil {
			return err
		}
		e := trainingEvent(by, done, is)
		if changed := was.Differs(is.Outline); len(changed) > 0 {
			e.Detail["fields"] = strings.Join(changed, " ")
		}
		if err := s.tellSeatsOf(ctx, tx, was, is, now); err != nil {
			return err
		}
		return s.sessionDone(ctx, tx, now, e)
	})
	s.index.expire()
	if err != nil {
		return fmt.Errorf("change session %d: %w", id, err)
	}
	return nil
}

func sameSession(a, b enablement.Planned) bool {
	return a.Same(b.Outline) && a.Day == b.Day && a.CancelledAt.Equal(b.CancelledAt) && a.CoveredAt.Equal(b.CoveredAt)
}

// updateSession writes a session that is locked. Of one that only a file knows, only what it covered.
func updateSession(ctx context.Context, tx pgx.Tx, p enablement.Planned) error {
	if p.FromFile {
		args := pgx.StrictNamedArgs{"id": p.ID, "features": featureTexts(p.Features), "covered_at": givenTime(p.CoveredAt)}
		_, err := tx.Exec(ctx, coverTrainingSQL, args)
		return err
	}
	_, err := tx.Exec(ctx, updateTrainingSQL, trainingArgs(p))
	return takenOr(err, p)
}

// takenOr tells that p shares its name, kind and day with another session.
func takenOr(err error, p enablement.Planned) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.UniqueViolation {
		return enablement.Taken(p.Session())
	}
	return err
}

// sessionDone counts the generation up, so that figures and charts follow, and
// writes the audit log.
func (s *Store) sessionDone(ctx context.Context, tx pgx.Tx, now time.Time, events ...identity.Event) error {
	if _, err := bump(ctx, tx, touchesLog); err != nil {
		return err
	}
	return s.audit(ctx, tx, now, events...)
}

func trainingEvent(by identity.Actor, done string, p enablement.Planned) identity.Event {
	return identity.Event{By: by, Action: done, Subject: "training/" + strconv.Itoa(p.ID), Detail: map[string]string{
		"kind": string(p.Kind), "day": p.Day.String(),
	}}
}

// PlannedSession returns a session; what is absent is a NotFound fault. Who may
// know of it is for the caller to decide; see [Store.SessionFor].
func (s *Store) PlannedSession(ctx context.Context, id int) (enablement.Planned, error) {
	list, err := readSessions(ctx, snapshot{s.pool}, oneTrainingSQL, pgx.StrictNamedArgs{"id": id, "email": ""})
	if err != nil {
		return enablement.Planned{}, fmt.Errorf("read session %d: %w", id, translate(err))
	}
	if len(list) == 0 {
		return enablement.Planned{}, errNoSession
	}
	return list[0].Planned, nil
}

// SessionFor returns a session as the actor finds it. One that they may not know of
// is a NotFound fault, exactly like one that is not there.
func (s *Store) SessionFor(ctx context.Context, actor identity.Actor, id int, today day.Date) (enablement.Listed, error) {
	a, err := s.agenda(ctx, actor, today, oneTrainingSQL, pgx.StrictNamedArgs{"id": id, "email": actor.Email})
	if err != nil {
		return enablement.Listed{}, fmt.Errorf("read session %d: %w", id, err)
	}
	if len(a.Sessions) == 0 {
		return enablement.Listed{}, errNoSession
	}
	return a.Sessions[0], nil
}
