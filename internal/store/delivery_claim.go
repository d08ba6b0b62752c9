package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/sheet"
)

const (
	// A process that stands still gives the channel back soon. And what is claimed must not be
	// forgotten by a crash of the server, even where it is set up to forget.
	claimCarefullySQL = `
select set_config('idle_in_transaction_session_timeout', '5s', true),
       set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true)`

	// Claims of a channel take turns here.
	turnSQL = `
select id, kind, name, per_minute, paused_at, removed_at, worked_at, failed_at, failure, version
from send_channel where id = $1 for update`

	nextSlotSQL = `select next_at from send_channel where id = $1`

	reapSQL = `
update delivery set state = 'unknown', settled_at = clock_timestamp(), reason = 'Whoever was sending it was not heard of again.'
where id in (select id from delivery where state = 'sending' and next_at < clock_timestamp() for update skip locked)`

	dropSQL = `
update delivery set state = 'dropped', settled_at = clock_timestamp(), reason = 'Its time of use was over.'
where id in (
    select d.id from mailing m join delivery d on d.mailing = m.id
    where m.ended_at is null and m.useful_until < clock_timestamp() and d.state = 'waiting'
      and (d.resent_at is null or d.resent_at < clock_timestamp() - interval '1 day')
    for update of d skip locked
)`

	nextDeliverySQL = `
select d.id, d.mailing, d.email, d.name, d.attempts + 1 as attempt, m.kind, coalesce(m.message, 0) as message, d.subject is not null as own,
       coalesce(d.subject, v.subject, '') as subject, coalesce(d.body, v.body, '') as body, coalesce(v.mandatory, false) as mandatory
from delivery d
join mailing m on m.id = d.mailing
left join message_version v on v.message = m.message and v.n = m.n
where d.channel = @channel and d.state = 'waiting' and d.next_at <= @now
order by d.next_at, d.id
limit 1
for update of d skip locked`

	soonestSQL = `select next_at from delivery where channel = $1 and state = 'waiting' order by next_at, id limit 1`

	claimSQL = `
update delivery set state = 'sending', attempts = attempts + 1, worker = @worker, claimed_at = clock_timestamp(),
    next_at = clock_timestamp() + make_interval(secs => @lease), reason = '', code = null
where id = @id`

	// One that comes late may be made up for, but no more than one.
	takeSlotSQL = `
update send_channel set next_at = greatest(next_at + make_interval(secs => 60.0 / per_minute), clock_timestamp()) where id = @channel`

	unfitSQL = `
update delivery set state = 'refused', settled_at = clock_timestamp(), attempts = attempts + 1,
    reason = 'Its text has a placeholder that there is not.'
where id = @id`
)

// soon is how long to wait for what somebody else holds at this moment.
const soon = 100 * time.Millisecond

type nextRow struct {
	ID        comms.DeliveryID
	Mailing   comms.MailingID
	Email     string
	Name      string
	Attempt   int
	Kind      comms.MailingKind
	Message   comms.MessageID
	Own       bool // its text is its own, not a version's
	Subject   string
	Body      string
	Mandatory bool
}

// claim is one turn at a channel.
type claim struct {
	*Store
	tx      pgx.Tx
	worker  string
	timeout time.Duration

	channel comms.Channel
	gate    gate
	parcel  comms.Parcel
	found   bool
	wait    time.Duration
}

// Claim implements [comms.Outbox].
func (s *Store) Claim(ctx context.Context, channel int, worker string, timeout time.Duration) (comms.Parcel, bool, time.Duration, error) {
	var c claim
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		c = claim{Store: s, tx: tx, worker: worker, timeout: timeout}
		return c.run(ctx, channel)
	})
	if err != nil {
		return comms.Parcel{}, false, 0, fmt.Errorf("claim by channel %d: %w", channel, err)
	}
	return c.parcel, c.found, c.wait, nil
}

func (c *claim) run(ctx context.Context, channel int) error {
	there, err := c.turn(ctx, channel)
	if err != nil || !there {
		return err
	}
	// From here on whatever was committed before the turn began is seen.
	if c.gate, err = c.gateIn(ctx, c.tx); err != nil {
		return err
	}
	if err := c.settleOverdue(ctx, c.tx, c.gate.now); err != nil {
		return err
	}
	if c.gate.Held() != "" || !c.channel.PausedAt.IsZero() || !c.channel.RemovedAt.IsZero() {
		return nil
	}
	slot, err := c.until(ctx, nextSlotSQL)
	if err != nil {
		return err
	}
	if slot > 0 {
		return c.untilNext(ctx, slot)
	}
	return c.take(ctx)
}

// turn waits for the channel's turn; false when there is no such channel.
func (c *claim) turn(ctx context.Context, channel int) (bool, error) {
	var found []sendChannelRow
	b := &pgx.Batch{}
	b.Queue(claimCarefullySQL)
	b.Queue(turnSQL, channel).Query(into(&found, pgx.RowToStructByName[sendChannelRow]))
	if err := c.tx.SendBatch(ctx, b).Close(); err != nil || len(found) == 0 {
		return false, err
	}
	c.channel = found[0].channel()
	return true, nil
}

// until reads a moment of the channel and returns how far off it is; it may be over.
func (c *claim) until(ctx context.Context, sql string) (time.Duration, error) {
	var at pgtype.Timestamptz
	if err := c.tx.QueryRow(ctx, sql, c.channel.ID).Scan(&at); err != nil {
		return 0, err
	}
	if at.InfinityModifier == pgtype.NegativeInfinity {
		return 0, nil
	}
	return at.Time.Sub(c.gate.now), nil
}

// take claims the next delivery that may leave, with its text.
func (c *claim) take(ctx context.Context) error {
	rows, err := c.tx.Query(ctx, nextDeliverySQL, pgx.StrictNamedArgs{"channel": c.channel.ID, "now": c.gate.now})
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[nextRow])
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return c.untilNext(ctx, soon)
	}
	next := found[0]
	c.parcel = comms.Parcel{
		Delivery: next.ID, Mailing: next.Mailing, Kind: next.Kind, Channel: c.channel,
		To: comms.Recipient{Email: next.Email, Name: next.Name}, Subject: next.Subject, Body: next.Body,
		Mandatory: next.Mandatory, Attempt: next.Attempt, Worker: c.worker,
	}
	if err := c.fill(ctx, next); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		c.wait = soon
		_, err := c.tx.Exec(ctx, unfitSQL, pgx.StrictNamedArgs{"id": int64(next.ID)})
		return err
	}
	c.found = true
	b := &pgx.Batch{}
	b.Queue(claimSQL, pgx.StrictNamedArgs{"id": int64(next.ID), "worker": c.worker, "lease": 2 * c.timeout.Seconds()})
	b.Queue(takeSlotSQL, pgx.StrictNamedArgs{"channel": c.channel.ID})
	return c.tx.SendBatch(ctx, b).Close()
}

// untilNext says when to ask again while nothing may leave, and ends mailings that are through.
func (c *claim) untilNext(ctx context.Context, least time.Duration) error {
	if err := c.endMailings(ctx, c.tx, 0, c.gate.now); err != nil {
		return err
	}
	wait, err := c.until(ctx, soonestSQL)
	if err == pgx.ErrNoRows {
		return nil
	}
	c.wait = max(wait, least)
	return err
}

// fill writes into a version's text what its placeholders mean to the recipient.
func (c *claim) fill(ctx context.Context, next nextRow) error {
	if next.Own {
		return nil
	}
	values, err := c.PlaceholderValues(ctx, c.tx, next.Message, []comms.Recipient{c.parcel.To}, c.gate.now)
	if err != nil {
		return err
	}
	of := values[sheet.Fold(next.Email)]
	if c.parcel.Subject, err = comms.FillSubject(next.Subject, of); err != nil {
		return err
	}
	c.parcel.Body, err = comms.Fill(next.Body, of)
	return err
}

// settleOverdue gives up whoever was not heard of in time, and drops what is of no use any more.
func (s *Store) settleOverdue(ctx context.Context, tx pgx.Tx, now time.Time) error {
	var settled int64
	b := &pgx.Batch{}
	for _, sql := range []string{reapSQL, dropSQL} {
		b.Queue(sql).Exec(func(tag pgconn.CommandTag) error {
			settled += tag.RowsAffected()
			return nil
		})
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil || settled == 0 {
		return err
	}
	return s.endMailings(ctx, tx, 0, now)
}
