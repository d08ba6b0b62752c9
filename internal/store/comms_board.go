package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/rollout"
)

const (
	deskSessionsSQL = `
select id, name, day, coalesce(to_char(starts_at, 'HH24:MI'), '') as starts
from training_session
where day between @from and @to and cancelled_at is null
order by day, starts_at nulls first, name, id`

	lastOutSQL = `
select m.id as mailing, m.message, m.title, m.sent_at as at,
       count(*) filter (where d.state <> 'left_out')::int as to,
       count(distinct d.email) filter (where d.state <> 'left_out' and d.email <> '')::int as people,
       count(*) filter (where d.state = 'sent')::int as sent,
       count(*) filter (where d.state in ('waiting', 'sending'))::int as waiting,
       count(*) filter (where d.state = 'unknown')::int as unknown,
       count(*) filter (where d.state = 'refused')::int as refused,
       count(*) filter (where d.state = 'sent' and exists (select from click c where c.delivery = d.id))::int as opened
from (select id, message, title, sent_at from mailing where kind = 'message' and sent_at is not null order by sent_at desc limit 1) m
join delivery d on d.mailing = m.id
group by m.id, m.message, m.title, m.sent_at`

	sendsSQL = `
select paused_at, guarded_at, (select count(*) from delivery where state = 'unknown')::int as unknown
from sending`

	soonSQL = `m.archived_at is null and exists (
    select from occurrence s
    where s.message = m.id and s.day between @from and @to and s.state <> 'cancelled'
)`

	soonMessagesSQL = messageSQL + `
where ` + soonSQL + `
order by m.id`

	soonApprovalsSQL = `
select a.message, a.id, a.n, a.at, coalesce(a.account, 0) as account, a.by_name, a.by_email, a.recipients, '{}'::text[] as addresses
from message_approval a
join message m on m.id = a.message
where ` + soonSQL + ` and a.taken_back_at is null and a.n = (select max(n) from message_version where message = m.id)
order by a.message, a.id`

	soonOccurrencesSQL = `
select o.message, o.id, o.no, o.day, to_char(o.at, 'HH24:MI') as at, o.zone, o.day_set, o.state, o.reason, o.version
from occurrence o
join message m on m.id = o.message
where ` + soonSQL + ` and o.day between @from and @to
order by o.message, o.day, o.no`
)

type sessionOnDeskRow struct {
	ID     int
	Name   string
	Day    time.Time
	Starts string
}

func (r sessionOnDeskRow) session() comms.Session {
	return comms.Session{ID: r.ID, Name: r.Name, Day: day.FromTime(r.Day), Starts: r.Starts}
}

type sendsRow struct {
	PausedAt, GuardedAt *time.Time
	Unknown             int
}

func queueSends(b *pgx.Batch, to *comms.Sends) {
	b.Queue(sendsSQL).Query(func(rows pgx.Rows) error {
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sendsRow])
		*to = comms.Sends{PausedAt: momentOf(r.PausedAt), GuardedAt: momentOf(r.GuardedAt), Unknown: r.Unknown}
		return err
	})
}

// Desk returns what the calendar of messages shows, with the trainings of some
// days, in one round trip. No days, no trainings.
func (s *Store) Desk(ctx context.Context, trainings day.Period) (comms.Desk, error) {
	var out comms.Desk
	var messages messageLoad
	var channels []sendChannelRow
	var sessions []sessionOnDeskRow
	b := &pgx.Batch{}
	messages.queue(b, 0)
	b.Queue(sendChannelsSQL).Query(into(&channels, pgx.RowToStructByName[sendChannelRow]))
	if trainings.Days() > 0 {
		args := pgx.StrictNamedArgs{"from": trainings.From.Time(), "to": trainings.To.Time()}
		b.Queue(deskSessionsSQL, args).Query(into(&sessions, pgx.RowToStructByName[sessionOnDeskRow]))
	}
	b.Queue(lastOutSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[comms.Last])
		if len(list) > 0 {
			out.Last = list[0]
		}
		return err
	})
	queueSends(b, &out.Sending)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return comms.Desk{}, fmt.Errorf("read the calendar of messages: %w", translate(err))
	}
	out.Messages, out.Channels = messages.list(), each(channels, sendChannelRow.channel)
	out.Sessions = each(sessions, sessionOnDeskRow.session)
	return out, nil
}

// queueSoon reads the messages that go out on some days, with their occurrences of those days.
func (l *messageLoad) queueSoon(b *pgx.Batch, days day.Period) {
	args := pgx.StrictNamedArgs{"from": days.From.Time(), "to": days.To.Time()}
	b.Queue(soonMessagesSQL, args).Query(into(&l.messages, pgx.RowToStructByName[messageRow]))
	b.Queue(soonApprovalsSQL, args).Query(into(&l.approvals, pgx.RowToStructByName[approvalRow]))
	b.Queue(soonOccurrencesSQL, args).Query(into(&l.occurrences, pgx.RowToStructByName[occurrenceRow]))
}

// Duties returns the messages of some days, each with its occurrences of those days
// alone, and how sending stands, in one round trip.
func (s *Store) Duties(ctx context.Context, days day.Period) (comms.Duties, error) {
	var out comms.Duties
	var messages messageLoad
	b := &pgx.Batch{}
	messages.queueSoon(b, days)
	queueSends(b, &out.Sending)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return comms.Duties{}, fmt.Errorf("read the messages of some days: %w", translate(err))
	}
	out.Messages = messages.list()
	return out, nil
}

// shownRoll is everybody that messages could reach, as the calendar counts them.
type shownRoll struct {
	roll  *comms.Roll
	index *adoption.Index
	plan  *rollout.Plan
	at    time.Time
}

// rollLasts is how long the calendar counts with the same roll: sending resolves it anew.
const rollLasts = time.Minute

// Reachable returns everybody that messages could reach, at most a minute old. It is shared
// and never changed.
func (s *Store) Reachable(ctx context.Context, now time.Time) (*comms.Roll, error) {
	x, err := s.Index(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.Plan(ctx)
	if err != nil {
		return nil, err
	}
	if k := s.rolls.Load(); k != nil && k.index == x && k.plan == p && now.Sub(k.at).Abs() < rollLasts {
		return k.roll, nil
	}
	roll, err := s.rollNow(ctx, now)
	if err != nil {
		return nil, err
	}
	s.rolls.Store(&shownRoll{roll, x, p, now})
	return roll, nil
}
