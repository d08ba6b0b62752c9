package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	insertMessageSQL = `
insert into message (plan_key, template, stage, wave, follows, offset_days, title, owner_name, owner_email, approver_name, approver_email,
                     held_for_go, every, begins, until, useful_hours, task, asked_version, created_at, created_by, client_key)
values (nullif(@plan_key, ''), @template, @stage, nullif(@wave::int, 0), nullif(@follows::bigint, 0), @offset, @title, @owner_name, @owner_email,
        @approver_name, @approver_email, @held_for_go, @every, @begins, @until, @useful_hours, nullif(@task::bigint, 0), @asked, @at, nullif(@by::bigint, 0), nullif(@key, '')::uuid)
on conflict do nothing
returning id`

	messageByKeySQL = `select id from message where client_key = nullif(@key, '')::uuid or plan_key = nullif(@plan_key, '') order by id limit 1`

	updateMessageSQL = `
update message set stage = @stage, wave = nullif(@wave::int, 0), follows = nullif(@follows::bigint, 0), offset_days = @offset, title = @title,
    owner_name = @owner_name, owner_email = @owner_email, approver_name = @approver_name, approver_email = @approver_email,
    held_for_go = @held_for_go, every = @every, begins = @begins, until = @until, useful_hours = @useful_hours, task = nullif(@task::bigint, 0),
    asked_version = @asked, archived_at = @archived, version = version + 1
where id = @id`

	insertMessageVersionSQL = `
insert into message_version (message, n, at, by_account, by_name, subject, body, audience, channels, mandatory)
values (@message, @n, @at, nullif(@by::bigint, 0), @by_name, @subject, @body, @audience, @channels, @mandatory)`

	insertMessageApprovalSQL = `
insert into message_approval (message, n, at, account, by_name, by_email, recipients, addresses)
values (@message, @n, @at, nullif(@account::bigint, 0), @by_name, @by_email, @recipients, @addresses)`

	takeBackApprovalSQL = `update message_approval set taken_back_at = @at where id = @id`

	insertOccurrenceSQL = `
insert into occurrence (message, no, day, at, zone, day_set, state, reason)
values (@message, @no, @day, @at, @zone, @day_set, @state, @reason)`

	updateOccurrenceSQL = `
update occurrence set day = @day, at = @at, zone = @zone, day_set = @day_set, state = @state, reason = @reason, version = version + 1
where id = @id and version = @version and state = @was`

	dropOccurrenceSQL = `delete from occurrence where id = @id and version = @version and state = 'planned'`
)

const sayMessageWent = "It went out, or was changed, a moment ago. Nothing was changed by you."

// CreateMessage keeps a new message with its first version and its occurrences. A
// key, or a plan key, that is known already is answered with the message it made.
func (s *Store) CreateMessage(ctx context.Context, by identity.Actor, key string, m comms.Message, now time.Time) (comms.MessageID, error) {
	var id comms.MessageID
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		id, err = s.createMessage(ctx, tx, by, key, m, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add a message: %w", err)
	}
	return id, nil
}

// createMessage is [Store.CreateMessage] within a transaction.
func (s *Store) createMessage(ctx context.Context, tx pgx.Tx, by identity.Actor, key string, m comms.Message, now time.Time) (comms.MessageID, error) {
	args := messageArgs(m)
	args["plan_key"], args["template"], args["at"], args["by"], args["key"] = m.PlanKey, m.Template, now, int64(by.Account), key
	err := tx.QueryRow(ctx, insertMessageSQL, args).Scan(&m.ID)
	if err == pgx.ErrNoRows {
		var id comms.MessageID
		err := tx.QueryRow(ctx, messageByKeySQL, pgx.StrictNamedArgs{"key": key, "plan_key": m.PlanKey}).Scan(&id)
		return id, err
	}
	if err != nil {
		return 0, err
	}
	k := messageKeeper{tx: tx, now: now, id: m.ID}
	if err := k.keepParts(ctx, comms.Message{}, m); err != nil {
		return 0, err
	}
	made := identity.Event{By: by, Action: "message.added", Subject: fmt.Sprintf("message/%d", m.ID), Detail: map[string]string{"stage": string(m.Stage)}}
	return m.ID, s.audit(ctx, tx, now, append([]identity.Event{made}, m.Events()...)...)
}

// UpdateMessage lends a locked message to fn and keeps what it changed, all or
// nothing. Absent is NotFound; an occurrence that went out meanwhile is Conflict.
func (s *Store) UpdateMessage(ctx context.Context, id comms.MessageID, now time.Time, fn func(*comms.Message) error) (comms.Message, error) {
	var m comms.Message
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		m, err = s.updateMessage(ctx, tx, id, now, fn)
		return err
	})
	if err != nil {
		return comms.Message{}, fmt.Errorf("change a message: %w", err)
	}
	return m, nil
}

// updateMessage is [Store.UpdateMessage] within a transaction.
func (s *Store) updateMessage(ctx context.Context, tx pgx.Tx, id comms.MessageID, now time.Time, fn func(*comms.Message) error) (comms.Message, error) {
	if err := tx.QueryRow(ctx, lockMessageSQL, int64(id)).Scan(&id); err != nil {
		if err == pgx.ErrNoRows {
			return comms.Message{}, fault.New(fault.NotFound, sayNoMessage)
		}
		return comms.Message{}, err
	}
	was, err := oneMessage(ctx, tx, id)
	if err != nil {
		return comms.Message{}, err
	}
	m := was
	m.Approvals, m.Occurrences, m.Channels = slices.Clone(was.Approvals), slices.Clone(was.Occurrences), slices.Clone(was.Channels)
	if err := fn(&m); err != nil {
		return comms.Message{}, err
	}
	k := messageKeeper{tx: tx, now: now, id: id}
	if err := k.keep(ctx, was, m); err != nil {
		return comms.Message{}, err
	}
	if err := s.audit(ctx, tx, now, m.Events()...); err != nil {
		return comms.Message{}, err
	}
	return oneMessage(ctx, tx, id)
}

// messageArgs are the columns of a message that may change.
func messageArgs(m comms.Message) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"stage": string(m.Stage), "wave": m.Wave, "follows": int64(m.Follows), "offset": m.Offset, "title": cleanText(m.Title),
		"owner_name": cleanText(m.Owner.Name), "owner_email": cleanText(m.Owner.Email),
		"approver_name": cleanText(m.Approver.Name), "approver_email": cleanText(m.Approver.Email),
		"held_for_go": m.HeldForGo, "every": string(m.Every), "begins": beginsOf(m), "until": dayOrNull(m.Until),
		"useful_hours": max(1, int(m.UsefulFor/time.Hour)), "task": m.Task, "asked": m.Asked,
	}
}

// beginsOf is the day a rhythm is counted from. What goes out once has none.
func beginsOf(m comms.Message) *time.Time {
	if m.Every == comms.Once || m.Begins == 0 {
		return nil
	}
	return dayOrNull(m.Begins)
}

// messageKeeper writes what changed about one message.
type messageKeeper struct {
	tx  pgx.Tx
	now time.Time
	id  comms.MessageID
}

func (k messageKeeper) keep(ctx context.Context, was, m comms.Message) error {
	args := messageArgs(m)
	args["id"], args["archived"] = int64(k.id), orNull(m.ArchivedAt)
	if _, err := k.tx.Exec(ctx, updateMessageSQL, args); err != nil {
		return err
	}
	return k.keepParts(ctx, was, m)
}

func (k messageKeeper) keepParts(ctx context.Context, was, m comms.Message) error {
	if m.N > was.N {
		if err := k.addVersion(ctx, m.Text); err != nil {
			return err
		}
	}
	if err := k.keepApprovals(ctx, was, m); err != nil {
		return err
	}
	return k.keepOccurrences(ctx, was.Occurrences, m.Occurrences)
}

func (k messageKeeper) addVersion(ctx context.Context, t comms.Text) error {
	audience, err := json.Marshal(t.Audience)
	if err != nil {
		return fmt.Errorf("write an audience: %w", err)
	}
	channels := slices.Compact(slices.Sorted(slices.Values(t.Channels)))
	if channels == nil {
		channels = []int{}
	}
	_, err = k.tx.Exec(ctx, insertMessageVersionSQL, pgx.StrictNamedArgs{
		"message": int64(k.id), "n": t.N, "at": k.now, "by": int64(t.ByAccount), "by_name": cleanText(t.ByName),
		"subject": cleanText(t.Subject), "body": cleanText(t.Body), "audience": string(audience), "channels": channels, "mandatory": t.Mandatory,
	})
	return err
}

// keepApprovals adds new ones and takes back those that are gone. Those of an earlier version stand as they are.
func (k messageKeeper) keepApprovals(ctx context.Context, was, m comms.Message) error {
	for _, a := range m.Approvals {
		if a.ID != 0 {
			continue
		}
		_, err := k.tx.Exec(ctx, insertMessageApprovalSQL, pgx.StrictNamedArgs{
			"message": int64(k.id), "n": a.N, "at": k.now, "account": int64(a.Account), "by_name": cleanText(a.Name), "by_email": cleanText(a.Email),
			"recipients": a.Recipients, "addresses": append([]string{}, a.Addresses...),
		})
		if err != nil {
			return err
		}
	}
	if m.N != was.N {
		return nil
	}
	for _, a := range was.Approvals {
		if slices.ContainsFunc(m.Approvals, func(b comms.Approval) bool { return a.ID == b.ID }) {
			continue
		}
		if _, err := k.tx.Exec(ctx, takeBackApprovalSQL, pgx.StrictNamedArgs{"id": a.ID, "at": k.now}); err != nil {
			return err
		}
	}
	return nil
}

// keepOccurrences writes what differs. One that was sent from meanwhile, or changed by somebody else, is a conflict.
func (k messageKeeper) keepOccurrences(ctx context.Context, was, is []comms.Occurrence) error {
	before := make(map[comms.OccurrenceID]comms.Occurrence, len(was))
	for _, o := range was {
		before[o.ID] = o
	}
	for _, o := range is {
		old, known := before[o.ID]
		delete(before, o.ID)
		if known && o == old {
			continue
		}
		if err := k.keepOccurrence(ctx, old, o); err != nil {
			return err
		}
	}
	for _, gone := range before {
		if err := k.one(ctx, dropOccurrenceSQL, pgx.StrictNamedArgs{"id": int64(gone.ID), "version": gone.Version}); err != nil {
			return err
		}
	}
	return nil
}

func (k messageKeeper) keepOccurrence(ctx context.Context, old, o comms.Occurrence) error {
	args := pgx.StrictNamedArgs{
		"day": dayOrNull(o.Day), "at": o.At, "zone": o.Zone, "day_set": o.DaySet,
		"state": string(cmp.Or(o.State, comms.Planned)), "reason": cleanText(o.Reason),
	}
	if o.ID == 0 {
		args["message"], args["no"] = int64(k.id), o.No
		return k.one(ctx, insertOccurrenceSQL, args)
	}
	args["id"], args["version"], args["was"] = int64(o.ID), old.Version, string(old.State)
	return k.one(ctx, updateOccurrenceSQL, args)
}

// one runs a statement that must change one row.
func (k messageKeeper) one(ctx context.Context, sql string, args pgx.StrictNamedArgs) error {
	done, err := k.tx.Exec(ctx, sql, args)
	if err == nil && done.RowsAffected() != 1 {
		return fault.New(fault.Conflict, sayMessageWent)
	}
	return err
}
