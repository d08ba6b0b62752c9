package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
)

const (
	heldChannelSQL = `
select id, purpose, coalesce(department, 0) as department, '' as department_name, name, url, note, version
from channel where purpose = @purpose and coalesce(department, 0) = @department for update`

	insertChannelSQL = `
insert into channel (purpose, department, name, url, note) values (@purpose, nullif(@department::int, 0), @name, @url, @note)`

	updateChannelSQL = `update channel set name = @name, url = @url, note = @note, version = version + 1 where id = @id`

	dropChannelSQL = `delete from channel where id = $1`

	touchSupportSQL = `
insert into support_change (at) values ($1) on conflict (only_one) do update set at = greatest(support_change.at, excluded.at)`

	heldEscalationSQL = `select id, topic, goes_to, contact, within, version from escalation where id = $1 for update`

	insertEscalationSQL = `
insert into escalation (position, topic, goes_to, contact, within, client_key)
values ((select coalesce(max(position), 0) + 1 from escalation), @topic, @goes_to, @contact, @within, nullif(@key, '')::uuid)
on conflict (client_key) do nothing
returning id`

	updateEscalationSQL = `
update escalation set topic = @topic, goes_to = @goes_to, contact = @contact, within = @within, version = version + 1 where id = @id`

	dropEscalationSQL = `delete from escalation where id = $1`

	lockEscalationsSQL  = `lock table escalation in share row exclusive mode`
	escalationOrderSQL  = `select id from escalation order by position, id`
	placeEscalationsSQL = `
update escalation e set position = o.position
from unnest(@ids::int[]) with ordinality as o(id, position)
where e.id = o.id and e.position <> o.position`

	lockRotaSQL = `lock table on_call in share row exclusive mode`
	setDutySQL  = `
insert into on_call (week, email, name) values (@week, @email, @name)
on conflict (week) do update set email = excluded.email, name = excluded.name`
	dropDutySQL = `delete from on_call where week = $1`
)

const saySupportChanged = "Somebody else changed this meanwhile. Nothing was changed by you."

// SaveChannel keeps the channel of a purpose. What somebody else changed after it
// was seen is a Conflict, unless it says the same already.
func (s *Store) SaveChannel(ctx context.Context, by identity.Actor, e enablement.ChannelEdit, now time.Time) error {
	e, err := e.Check()
	if err != nil {
		return err
	}
	err = s.changeSupport(ctx, by, now, func(tx pgx.Tx) (*identity.Event, error) {
		held, err := heldChannel(ctx, tx, e)
		if err != nil {
			return nil, err
		}
		event := channelEvent(by, "channel.saved", e.Purpose, e.Department)
		args := pgx.StrictNamedArgs{"name": cleanText(e.Name), "url": cleanText(e.URL), "note": cleanText(e.Note)}
		switch {
		case held == nil && e.Seen != 0, held != nil && held.Version != e.Seen && !sameChannel(*held, e):
			return nil, fault.New(fault.Conflict, saySupportChanged)
		case held == nil:
			args["purpose"], args["department"] = string(e.Purpose), e.Department
			_, err = tx.Exec(ctx, insertChannelSQL, args)
			return event, err
		case sameChannel(*held, e):
			return nil, nil
		}
		args["id"] = held.ID
		_, err = tx.Exec(ctx, updateChannelSQL, args)
		return event, err
	})
	if err != nil {
		return fmt.Errorf("save a channel: %w", err)
	}
	return nil
}

func sameChannel(c channelRow, e enablement.ChannelEdit) bool {
	return c.Name == e.Name && c.URL == e.URL && c.Note == e.Note
}

// heldChannel returns the channel of a purpose, nil when there is none.
func heldChannel(ctx context.Context, tx pgx.Tx, e enablement.ChannelEdit) (*channelRow, error) {
	rows, err := tx.Query(ctx, heldChannelSQL, pgx.StrictNamedArgs{"purpose": string(e.Purpose), "department": e.Department})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[channelRow])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func channelEvent(by identity.Actor, action string, p enablement.Purpose, department int) *identity.Event {
	return &identity.Event{By: by, Action: action, Subject: "channel/" + string(p), Detail: map[string]string{"department": strconv.Itoa(department)}}
}

// RemoveChannel takes a channel away. One that is gone already is no fault; one
// that was changed after it was seen is a Conflict.
func (s *Store) RemoveChannel(ctx context.Context, by identity.Actor, e enablement.ChannelEdit, now time.Time) error {
	err := s.changeSupport(ctx, by, now, func(tx pgx.Tx) (*identity.Event, error) {
		held, err := heldChannel(ctx, tx, e)
		switch {
		case err != nil || held == nil:
			return nil, err
		case held.Version != e.Seen:
			return nil, fault.New(fault.Conflict, saySupportChanged)
		}
		_, err = tx.Exec(ctx, dropChannelSQL, held.ID)
		return channelEvent(by, "channel.removed", e.Purpose, e.Department), err
	})
	if err != nil {
		return fmt.Errorf("remove a channel: %w", err)
	}
	return nil
}

// changeSupport runs a rule and, where it changed something, keeps its event and
// when that was: a word given before is about something else.
func (s *Store) changeSupport(ctx context.Context, by identity.Actor, now time.Time, rule func(pgx.Tx) (*identity.Event, error)) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		event, err := rule(tx)
		if err != nil || event == nil {
			return err
		}
		if _, err := tx.Exec(ctx, touchSupportSQL, now); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, *event)
	})
}

func escalationEvent(by identity.Actor, action string, id int) *identity.Event {
	return &identity.Event{By: by, Action: action, Subject: "escalation/" + strconv.Itoa(id)}
}

func escalationArgs(e enablement.EscalationEdit) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"topic": cleanText(e.Topic), "goes_to": cleanText(e.GoesTo), "contact": cleanText(e.Contact), "within": cleanText(e.Within)}
}

// AddEscalation adds an escalation path behind the others. The same form sent
// twice, by its key, adds one.
func (s *Store) AddEscalation(ctx context.Context, by identity.Actor, e enablement.EscalationEdit, key string, now time.Time) error {
	e, err := e.Check()
	if err != nil {
		return err
	}
	err = s.changeSupport(ctx, by, now, func(tx pgx.Tx) (*identity.Event, error) {
		if _, err := tx.Exec(ctx, lockEscalationsSQL); err != nil {
			return nil, err
		}
		args := escalationArgs(e)
		args["key"] = key
		var id int
		err := tx.QueryRow(ctx, insertEscalationSQL, args).Scan(&id)
		if err == pgx.ErrNoRows {
			return nil, nil
		}
		return escalationEvent(by, "escalation.added", id), err
	})
	if err != nil {
		return fmt.Errorf("add an escalation path: %w", err)
	}
	return nil
}

// SaveEscalation changes an escalation path. It faults as [Store.SaveChannel] does,
// and with NotFound when it is gone.
func (s *Store) SaveEscalation(ctx context.Context, by identity.Actor, id, seen int, e enablement.EscalationEdit, now time.Time) error {
	e, err := e.Check()
	if err != nil {
		return err
	}
	err = s.changeSupport(ctx, by, now, func(tx pgx.Tx) (*identity.Event, error) {
		held, err := heldEscalation(ctx, tx, id)
		switch {
		case err != nil:
			return nil, err
		case held == nil:
			return nil, errNoEscalation
		case held.Topic == e.Topic && held.GoesTo == e.GoesTo && held.Contact == e.Contact && held.Within == e.Within:
			return nil, nil
		case held.Version != seen:
			return nil, fault.New(fault.Conflict, saySupportChanged)
		}
		args := escalationArgs(e)
		args["id"] = id
		_, err = tx.Exec(ctx, updateEscalationSQL, args)
		return escalationEvent(by, "escalation.saved", id), err
	})
	if err != nil {
		return fmt.Errorf("save escalation path %d: %w", id, err)
	}
	return nil
}

var errNoEscalation = fault.New(fault.NotFound, "There is no such escalation path any more.")

func heldEscalation(ctx context.Context, tx pgx.Tx, id int) (*escalationRow, error) {
	rows, err := tx.Query(ctx, heldEscalationSQL, id)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[escalationRow])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// RemoveEscalation takes an escalation path away; issues that named it name none
// from then on. It faults as [Store.RemoveChannel] does.
func (s *Store) RemoveEscalation(ctx context.Context, by identity.Actor, id, seen int, now time.Time) error {
	err := s.changeSupport(ctx, by, now, func(tx pgx.Tx) (*identity.Event, error) {
		held, err := heldEscalation(ctx, tx, id)
		switch {
		case err != nil || held == nil:
			return nil, err
		case held.Version != seen:
			return nil, fault.New(fault.Conflict, saySupportChanged)
		}
		_, err = tx.Exec(ctx, dropEscalationSQL, id)
		return escalationEvent(by, "escalation.removed", id), err
	})
	if err != nil {
		return fmt.Errorf("remove escalation path %d: %w", id, err)
	}
	return nil
}

// MoveEscalation moves an escalation path one place up or down. What is told stays
// the same, so that a word given before still holds.
func (s *Store) MoveEscalation(ctx context.Context, by identity.Actor, id int, up bool, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockEscalationsSQL); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, escalationOrderSQL)
		if err != nil {
			return err
		}
		order, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil || !swap(order, id, up) {
			return err
		}
		if _, err := tx.Exec(ctx, placeEscalationsSQL, pgx.StrictNamedArgs{"ids": order}); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, *escalationEvent(by, "escalation.moved", id))
	})
	if err != nil {
		return fmt.Errorf("move escalation path %d: %w", id, err)
	}
	return nil
}

// SaveRota keeps who is on call in the weeks that a form changed: all or none.
// Whoever is put on call is a champion, else the fault is Invalid; a week that
// somebody else changed meanwhile is a Conflict.
func (s *Store) SaveRota(ctx context.Context, by identity.Actor, changes []enablement.RotaChange, today day.Date, now time.Time) error {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c enablement.RotaChange) bool { return !c.Changed() })
	if len(changes) == 0 {
		return nil
	}
	champions, err := s.ChampionsOf(ctx, nil, today)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRotaSQL); err != nil {
			return err
		}
		for _, c := range changes {
			if err := s.saveDuty(ctx, tx, by, c, champions, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save the rota: %w", err)
	}
	return nil
}

func (s *Store) saveDuty(ctx context.Context, tx pgx.Tx, by identity.Actor, c enablement.RotaChange, champions []people.OnRecord, now time.Time) error {
	held, err := rotaOf(ctx, tx, c.Week, c.Week, c.Week)
	if err != nil {
		return err
	}
	current := ""
	if len(held) > 0 {
		current = held[0].Email
	}
	write, err := c.Apply(current)
	if err != nil || !write {
		return err
	}
	event := identity.Event{By: by, Action: "on_call.set", Subject: "on_call/" + c.Week.String()}
	if c.Is == "" {
		event.Action = "on_call.cleared"
		_, err = tx.Exec(ctx, dropDutySQL, c.Week.Time())
	} else {
		i := slices.IndexFunc(champions, func(p people.OnRecord) bool { return sheet.Fold(p.Email) == sheet.Fold(c.Is) })
		if i < 0 {
			return fault.Field("week-"+c.Week.String(), "Choose a champion of the list.")
		}
		_, err = tx.Exec(ctx, setDutySQL, pgx.StrictNamedArgs{"week": c.Week.Time(), "email": champions[i].Email, "name": champions[i].Name})
	}
	if err != nil {
		return err
	}
	return s.audit(ctx, tx, now, event)
}
