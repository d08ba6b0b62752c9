package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
)

const (
	tallyColumnsSQL = `
g.id, g.kind, g.key, coalesce(g.occurrence, 0) as occurrence, coalesce(g.message, 0) as message, coalesce(g.n, 0) as n, g.title,
g.due_at, g.useful_until, g.created_at, g.sent_at, g.ended_at, g.stopped_at, tally.counts, tally.came_back`

	// What became of the copies of a mailing g.
	tallySQL = `
left join lateral (
    select coalesce(jsonb_object_agg(state, n), '{}') as counts,
           (select count(*)::int from delivery b where b.mailing = g.id and b.bounced_at is not null) as came_back
    from (select d.state, count(*)::int as n from delivery d where d.mailing = g.id group by d.state) by_state
) tally on true`

	sendingPageSQL = `select paused_at, paused_by, guarded_at from sending`

	// Of channels that are removed only what waits in them still is of interest. What is of
	// today begins at @midnight.
	channelLoadSQL = `
select c.id, c.kind, c.name, c.per_minute, c.paused_at, c.removed_at, c.worked_at, c.failed_at, c.failure, c.version,
       coalesce(d.waiting, 0) as waiting, coalesce(d.sending, 0) as sending, coalesce(d.sent, 0) as sent,
       coalesce(d.unknown, 0) as unknown, coalesce(d.refused, 0) as refused
from send_channel c
left join (
    select channel, count(*) filter (where state = 'waiting')::int as waiting, count(*) filter (where state = 'sending')::int as sending,
           count(*) filter (where state = 'unknown')::int as unknown,
           count(*) filter (where state = 'sent')::int as sent, count(*) filter (where state = 'refused')::int as refused
    from (
        select channel, state from delivery where state = 'waiting'
        union all select channel, state from delivery where state = 'sending'
        union all select channel, state from delivery where state = 'unknown'
        union all select channel, state from delivery where state in ('sent', 'refused') and settled_at >= @midnight
    ) open
    group by channel
) d on d.channel = c.id
where c.removed_at is null or d.waiting > 0 or d.unknown > 0
order by c.kind <> 'mail', lower(c.name), c.id`

	goingMailingsSQL = `
select ` + tallyColumnsSQL + ` from mailing g` + tallySQL + ` where g.ended_at is null order by g.due_at, g.id limit 50`

	endedMailingsSQL = `
select ` + tallyColumnsSQL + `
from (
    select * from mailing where ended_at is not null order by due_at desc, id desc limit 12
) g` + tallySQL + ` order by g.due_at desc, g.id desc`

	toLookAtSQL = `
select (select count(*)::int from delivery where state = 'unknown') as unknown,
       (select count(*)::int from delivery where state in ('sent', 'refused') and state = 'refused' and settled_at >= @since) as refused,
       (select count(*)::int from bounced_address) as bounced`

	mailingsSQL = `
select ` + tallyColumnsSQL + `
from (
    select * from mailing where kind = @kind or @kind = '' order by due_at desc, id desc limit @limit offset @offset
) g` + tallySQL + ` order by g.due_at desc, g.id desc`

	mailingCountSQL = `select count(*)::int from mailing where kind = @kind or @kind = ''`

	mailingSQL = `select ` + tallyColumnsSQL + ` from mailing g` + tallySQL + ` where g.id = $1`
)

// refusedSince is how far back refusals are something to look at.
const refusedSince = 28 * 24 * time.Hour

type tallyRow struct {
	ID          comms.MailingID
	Kind        comms.MailingKind
	Key         string
	Occurrence  comms.OccurrenceID
	Message     comms.MessageID
	N           int
	Title       string
	DueAt       time.Time
	UsefulUntil time.Time
	CreatedAt   time.Time
	SentAt      *time.Time
	EndedAt     *time.Time
	StoppedAt   *time.Time
	Counts      map[comms.DeliveryState]int
	CameBack    int
}

func (r tallyRow) tally() comms.Tally {
	return comms.Tally{
		Mailing: comms.Mailing{
			ID: r.ID, Kind: r.Kind, Key: r.Key, Occurrence: r.Occurrence, Message: r.Message, N: r.N, Title: r.Title,
			DueAt: r.DueAt.UTC(), UsefulUntil: r.UsefulUntil.UTC(), CreatedAt: r.CreatedAt.UTC(),
			SentAt: momentOf(r.SentAt), EndedAt: momentOf(r.EndedAt), StoppedAt: momentOf(r.StoppedAt),
		},
		Counts: r.Counts, CameBack: r.CameBack,
	}
}

// readTallies returns what to do with the rows of a query of tallies.
func readTallies(to *[]comms.Tally) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[tallyRow])
		*to = each(list, tallyRow.tally)
		return err
	}
}

type channelLoadRow struct {
	sendChannelRow
	Waiting, Sending, Sent, Unknown, Refused int
}

func (r channelLoadRow) load() comms.ChannelLoad {
	return comms.ChannelLoad{Channel: r.channel(), Waiting: r.Waiting, Sending: r.Sending, Sent: r.Sent, Unknown: r.Unknown, Refused: r.Refused}
}

// Traffic returns the state of sending; midnight is when today began.
func (s *Store) Traffic(ctx context.Context, midnight, now time.Time) (comms.Traffic, error) {
	var t comms.Traffic
	b := &pgx.Batch{}
	b.Queue(sendingPageSQL).QueryRow(func(row pgx.Row) error {
		var paused, guarded *time.Time
		err := row.Scan(&paused, &t.PausedBy, &guarded)
		t.PausedAt, t.GuardedAt = momentOf(paused), momentOf(guarded)
		return err
	})
	b.Queue(channelLoadSQL, pgx.StrictNamedArgs{"midnight": midnight}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[channelLoadRow])
		t.Channels = each(list, channelLoadRow.load)
		return err
	})
	b.Queue(goingMailingsSQL).Query(readTallies(&t.Going))
	b.Queue(endedMailingsSQL).Query(readTallies(&t.Last))
	b.Queue(toLookAtSQL, pgx.StrictNamedArgs{"since": now.Add(-refusedSince)}).QueryRow(func(row pgx.Row) error {
		return row.Scan(&t.Unknown, &t.Refused, &t.Bounced)
	})
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return comms.Traffic{}, fmt.Errorf("read what is being sent: %w", translate(err))
	}
	return t, nil
}

// Mailings returns a page of what went out, the latest first.
func (s *Store) Mailings(ctx context.Context, f comms.MailingFilter) (comms.Mailings, error) {
	var m comms.Mailings
	b := &pgx.Batch{}
	b.Queue(mailingsSQL, pgx.StrictNamedArgs{"kind": string(f.Kind), "limit": f.Limit, "offset": (max(f.Page, 1) - 1) * f.Limit}).Query(readTallies(&m.List))
	b.Queue(mailingCountSQL, pgx.StrictNamedArgs{"kind": string(f.Kind)}).QueryRow(func(row pgx.Row) error { return row.Scan(&m.Total) })
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return comms.Mailings{}, fmt.Errorf("list what went out: %w", translate(err))
	}
	return m, nil
}

// Mailing returns something that went out with a page of its copies that fit a
// filter; absent is NotFound.
func (s *Store) Mailing(ctx context.Context, f comms.DeliveryFilter) (comms.Tally, comms.Deliveries, error) {
	var found []comms.Tally
	var d comms.Deliveries
	b := &pgx.Batch{}
	b.Queue(mailingSQL, f.Mailing).Query(readTallies(&found))
	queueDeliveries(b, f, &d)
	err := snapshot{s.pool}.SendBatch(ctx, b).Close()
	switch {
	case err != nil:
		return comms.Tally{}, comms.Deliveries{}, fmt.Errorf("read mailing %d: %w", f.Mailing, translate(err))
	case len(found) == 0:
		return comms.Tally{}, comms.Deliveries{}, translate(pgx.ErrNoRows)
	}
	return found[0], d, nil
}
