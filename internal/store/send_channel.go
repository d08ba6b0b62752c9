package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	addChatSQL = `
insert into send_channel (kind, name, per_minute, client_key) values (@kind, @name, @per_minute, @key)
on conflict (client_key) do nothing returning id`

	chatOfKeySQL = `select id from send_channel where client_key = $1`

	oneChannelSQL = `
select id, kind, name, per_minute, paused_at, removed_at, worked_at, failed_at, failure, version
from send_channel where id = $1`

	holdChannelSQL = oneChannelSQL + ` for update`

	editChannelSQL = `update send_channel set name = @name, per_minute = @per_minute, version = version + 1 where id = @id`

	// A new address begins with nothing against it.
	readdressSQL = `update send_channel set failed_at = null, failure = '', failures = 0, next_at = '-infinity', version = version + 1 where id = $1`

	removeChannelSQL = `update send_channel set removed_at = @now, version = version + 1 where id = @id`

	stopChannelSQL = `
update delivery set state = 'stopped', reason = 'The chat was removed.', settled_at = @now
where channel = @id and state = 'waiting'`

	noteWorkedSQL = `update send_channel set worked_at = @now, failures = 0 where id = @id`
	noteFailedSQL = `update send_channel set failed_at = @now, failure = @say where id = @id`
)

const (
	sayNoChannel    = "There is no such channel, or it was removed."
	sayChannelStale = "Somebody else changed this channel meanwhile."
	sayNameTaken    = "There is a channel of this name already."
)

// WebhookOf names the credential that is the address of a chat.
func WebhookOf(channel int) string { return "send_channel/" + strconv.Itoa(channel) }

// SendChannel returns a channel; also one that was removed. Absent is NotFound.
func (s *Store) SendChannel(ctx context.Context, id int) (comms.Channel, error) {
	return readChannel(ctx, s.pool, oneChannelSQL, id)
}

func readChannel(ctx context.Context, q querier, sql string, id int) (comms.Channel, error) {
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return comms.Channel{}, fmt.Errorf("read a channel: %w", translate(err))
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sendChannelRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return comms.Channel{}, fault.New(fault.NotFound, sayNoChannel)
	}
	if err != nil {
		return comms.Channel{}, fmt.Errorf("read a channel: %w", translate(err))
	}
	return row.channel(), nil
}

// AddChat keeps a new chat and its sealed address. The same key makes one only.
func (s *Store) AddChat(ctx context.Context, by identity.Actor, key string, kind comms.ChannelKind, e comms.ChannelEdit, address string, now time.Time) (id int, err error) {
	if kind != comms.Slack && kind != comms.Teams {
		return 0, fault.Field("kind", "Choose what kind of chat it is.")
	}
	if e, err = e.Checked(); err != nil {
		return 0, err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, addChatSQL, pgx.StrictNamedArgs{"kind": string(kind), "name": e.Name, "per_minute": e.PerMinute, "key": key}).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return tx.QueryRow(ctx, chatOfKeySQL, key).Scan(&id)
		}
		if err != nil {
			return nameTaken(err)
		}
		if err := s.putCredential(ctx, tx, by, WebhookOf(id), address, now); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, sendChannelEvent(by, "send_channel.added", id, map[string]string{"kind": string(kind)}))
	})
	return id, err
}

// nameTaken turns the database's refusal of a second name into a mistake of the form.
func nameTaken(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == pgerrcode.UniqueViolation {
		return fault.Field("name", sayNameTaken)
	}
	return err
}

func sendChannelEvent(by identity.Actor, action string, id int, detail map[string]string) identity.Event {
	return identity.Event{By: by, Action: action, Subject: WebhookOf(id), Detail: detail}
}

// EditChannel renames a channel and sets how many go out by it in a minute. An older version is a Conflict.
func (s *Store) EditChannel(ctx context.Context, by identity.Actor, id, version int, e comms.ChannelEdit, now time.Time) error {
	e, err := e.Checked()
	if err != nil {
		return err
	}
	return s.changeChannel(ctx, id, version, func(tx pgx.Tx, was comms.Channel) error {
		if _, err := tx.Exec(ctx, editChannelSQL, pgx.StrictNamedArgs{"id": id, "name": e.Name, "per_minute": e.PerMinute}); err != nil {
			return nameTaken(err)
		}
		return s.audit(ctx, tx, now, sendChannelEvent(by, "send_channel.edited", id, map[string]string{
			"per_minute": strconv.Itoa(e.PerMinute), "was": strconv.Itoa(was.PerMinute), "renamed": strconv.FormatBool(e.Name != was.Name),
		}))
	})
}

// ReplaceWebhook keeps another address for a chat. What waits goes there.
func (s *Store) ReplaceWebhook(ctx context.Context, by identity.Actor, id, version int, address string, now time.Time) error {
	return s.changeChannel(ctx, id, version, func(tx pgx.Tx, was comms.Channel) error {
		if was.Kind == comms.Mail {
			return fault.New(fault.Invalid, "Where mail goes out is set with SMTP_URL.")
		}
		if _, err := tx.Exec(ctx, readdressSQL, id); err != nil {
			return err
		}
		return s.putCredential(ctx, tx, by, WebhookOf(id), address, now)
	})
}

// RemoveChat takes a chat away: its address is forgotten and what waits is stopped. What went out stays to be read.
func (s *Store) RemoveChat(ctx context.Context, by identity.Actor, id, version int, now time.Time) error {
	return s.changeChannel(ctx, id, version, func(tx pgx.Tx, was comms.Channel) error {
		if was.Kind == comms.Mail {
			return fault.New(fault.Invalid, "Email stays. Pause it to keep mail from going out.")
		}
		args := pgx.StrictNamedArgs{"id": id, "now": now}
		b := &pgx.Batch{}
		b.Queue(removeChannelSQL, args)
		b.Queue(stopChannelSQL, args)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if err := s.deleteCredential(ctx, tx, by, WebhookOf(id), now); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, sendChannelEvent(by, "send_channel.removed", id, nil))
	})
}

// changeChannel lends a channel in use, held, to fn. An older version is a Conflict.
func (s *Store) changeChannel(ctx context.Context, id, version int, fn func(pgx.Tx, comms.Channel) error) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		was, err := readChannel(ctx, tx, holdChannelSQL, id)
		switch {
		case err != nil:
			return err
		case !was.RemovedAt.IsZero():
			return fault.New(fault.NotFound, sayNoChannel)
		case was.Version != version:
			return fault.New(fault.Conflict, sayChannelStale)
		}
		return fn(tx, was)
	})
}

// NoteChannel keeps whether a try of a channel worked; say is why not, "" when it did.
func (s *Store) NoteChannel(ctx context.Context, id int, say string, now time.Time) error {
	sql, args := noteWorkedSQL, pgx.StrictNamedArgs{"id": id, "now": now}
	if say != "" {
		sql, args = noteFailedSQL, pgx.StrictNamedArgs{"id": id, "now": now, "say": cleanText(say)}
	}
	_, err := s.pool.Exec(ctx, sql, args)
	return translate(err)
}

// channels reads how what messages go out by stands, for the checks.
func (l *factLoad) channels(ctx context.Context) error {
	all, err := l.s.SendChannels(ctx)
	if err != nil {
		return err
	}
	l.facts.Mail.Channels = nil
	for _, c := range all {
		l.facts.Mail.Channels = append(l.facts.Mail.Channels, rollout.ChannelFacts{
			Name: c.Name, Mail: c.Kind == comms.Mail, PausedAt: c.PausedAt, WorkedAt: c.WorkedAt, Failing: !c.Healthy(),
		})
	}
	return nil
}
