package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
)

const (
	// Only the try that was claimed: one that was given up may be answered late still, and what a person
	// had sent again since, only by a word that ends it.
	settleSQL = `
update delivery set state = @state, reason = @reason, code = nullif(@code::int, 0),
    next_at = case when @state = 'waiting' then clock_timestamp() + make_interval(secs => @after) else next_at end,
    settled_at = case when @state = 'waiting' then null else clock_timestamp() end
where id = @id and attempts = @attempt and worker = @worker
  and (state in ('sending', 'unknown') or state = 'waiting' and @state in ('sent', 'refused'))
returning clock_timestamp(), channel, email_folded`

	// Written now and then only, so that those who settle do not wait for those who claim.
	channelWorkedSQL = `
update send_channel set worked_at = clock_timestamp(), failures = 0
where id = @channel and (failures > 0 or worked_at is null or worked_at < coalesce(failed_at, '-infinity') or worked_at < clock_timestamp() - interval '10 seconds')`

	// Tries that began before the last failure was noted say nothing new.
	channelFailedSQL = `
update send_channel c set failed_at = clock_timestamp(), failure = @say, failures = failures + 1,
    next_at = greatest(c.next_at, clock_timestamp() + make_interval(secs => @after * power(2, least(c.failures, 3))))
from delivery d
where d.id = @id and c.id = d.channel and (c.failed_at is null or c.failed_at < d.claimed_at)`

	noteBouncedSQL = `
insert into bounced_address (email_folded, at, reason, source) values (@email, @at, @reason, 'refused')
on conflict (email_folded) do nothing`

	reopenMailingSQL = `update mailing set ended_at = null where id = any(@ids::bigint[]) and ended_at is not null`

	// What went out is gone, whatever became of it; what was never tried is missed, or cancelled when a person stopped it.
	endMailingsSQL = `
with ended as (
    update mailing m set ended_at = clock_timestamp()
    where m.ended_at is null and (m.id = @mailing or @mailing = 0)
      and not exists (select from delivery d where d.mailing = m.id and d.state in ('waiting', 'sending'))
    returning m.id, m.occurrence, m.sent_at
), fate as (
    select e.occurrence, e.sent_at is not null as noted, d.*
    from ended e, lateral (
        select count(*) filter (where state in ('sent', 'refused', 'unknown')) as went, count(*) filter (where state = 'dropped') as dropped,
               count(*) filter (where state <> 'left_out') as meant
        from delivery where mailing = e.id
    ) d
), told as (
    update occurrence o
    set state = case when f.went > 0 then 'gone' when f.dropped > 0 then 'missed' else 'cancelled' end,
        reason = case when f.went > 0 and f.dropped > 0 then f.dropped || ' of ' || f.meant || ' were not sent: its time of use was over.'
                      when f.went > 0 then ''
                      when f.dropped > 0 then 'Its time of use was over before it could go out.'
                      else 'It was stopped before anything was sent.' end,
        version = o.version + 1
    from fate f
    where o.id = f.occurrence and o.state = 'going'
    returning o.id, o.message, o.state
)
select f.noted, coalesce(t.message, 0) as message, coalesce(t.id, 0) as occurrence, coalesce(t.state, '') as state
from fate f left join told t on t.id = f.occurrence`
)

// Settle implements [comms.Outbox].
func (s *Store) Settle(ctx context.Context, p comms.Parcel, o comms.Outcome) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error { return s.settle(ctx, tx, p, o) })
	if err != nil {
		return fmt.Errorf("settle a delivery: %w", err)
	}
	return nil
}

func (s *Store) settle(ctx context.Context, tx pgx.Tx, p comms.Parcel, o comms.Outcome) error {
	var now time.Time
	var channel int
	var email string
	err := tx.QueryRow(ctx, settleSQL, pgx.StrictNamedArgs{
		"id": int64(p.Delivery), "attempt": p.Attempt, "worker": p.Worker,
		"state": string(o.State), "reason": cleanText(o.Say), "code": o.Code, "after": o.After.Seconds(),
	}).Scan(&now, &channel, &email)
	if err == pgx.ErrNoRows { // it was settled before, or belongs to a later try
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.noteChannel(ctx, tx, p, o); err != nil {
		return err
	}
	if o.State == comms.Refused && o.Address && email != "" {
		if _, err := tx.Exec(ctx, noteBouncedSQL, pgx.StrictNamedArgs{"email": email, "at": now, "reason": string(comms.NoSuchAddress)}); err != nil {
			return err
		}
	}
	return s.afterSettled(ctx, tx, p.Mailing, o.State, now)
}

// noteChannel keeps that the channel worked or failed.
func (s *Store) noteChannel(ctx context.Context, tx pgx.Tx, p comms.Parcel, o comms.Outcome) (err error) {
	switch {
	case o.Down:
		_, err = tx.Exec(ctx, channelFailedSQL, pgx.StrictNamedArgs{"id": int64(p.Delivery), "say": cleanText(o.Say), "after": o.After.Seconds()})
	case o.State == comms.Sent:
		_, err = tx.Exec(ctx, channelWorkedSQL, pgx.StrictNamedArgs{"channel": p.Channel.ID})
	}
	return err
}

// afterSettled keeps what a delivery's state means for its mailing.
func (s *Store) afterSettled(ctx context.Context, tx pgx.Tx, mailing comms.MailingID, state comms.DeliveryState, now time.Time) error {
	switch state {
	case comms.Waiting: // known not to have arrived, perhaps after it was given up
		_, err := tx.Exec(ctx, reopenMailingSQL, pgx.StrictNamedArgs{"ids": []int64{int64(mailing)}})
		return err
	case comms.Sent:
		if err := firstSent(ctx, tx, mailing, now); err != nil {
			return err
		}
	}
	return s.endMailings(ctx, tx, mailing, now)
}

type endedRow struct {
	Noted      bool // on the charts
	Message    comms.MessageID
	Occurrence comms.OccurrenceID
	State      comms.OccurrenceState
}

// endMailings ends one mailing, or every one when id is 0, of which nothing waits or is being sent.
func (s *Store) endMailings(ctx context.Context, tx pgx.Tx, id comms.MailingID, now time.Time) error {
	rows, err := tx.Query(ctx, endMailingsSQL, pgx.StrictNamedArgs{"mailing": int64(id)})
	if err != nil {
		return err
	}
	ended, err := pgx.CollectRows(rows, pgx.RowToStructByName[endedRow])
	if err != nil {
		return err
	}
	var events []identity.Event
	noted := false
	for _, e := range ended {
		noted = noted || e.Noted
		if e.State == comms.Missed {
			events = append(events, occurrenceEvent("message.missed", e.Message, e.Occurrence))
		}
	}
	if noted {
		if _, err := bump(ctx, tx, touchesNothing); err != nil {
			return err
		}
	}
	return s.audit(ctx, tx, now, events...)
}

// occurrenceEvent is something that happened to a time of a message by itself.
func occurrenceEvent(action string, m comms.MessageID, o comms.OccurrenceID) identity.Event {
	return identity.Event{Action: action, Subject: fmt.Sprintf("message/%d", m), Detail: map[string]string{"occurrence": fmt.Sprint(int64(o))}}
}
