package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/rollout"
)

const (
	// Whether a time has come is judged one by one, so that one whose zone this database
	// does not know holds up nothing else.
	nearOccurrencesSQL = `
select o.id from occurrence o join message m on m.id = o.message
where o.state = 'planned' and o.day <= (clock_timestamp() at time zone 'UTC')::date + 1 and m.archived_at is null
order by o.day, o.at, o.id`

	// Whoever changes the message, or dispatches it elsewhere, has it.
	dueOccurrenceSQL = `
select o.id, o.message, d.due_at, d.due_at + make_interval(hours => m.useful_hours) as useful_until, clock_timestamp() as now, o.reason
from occurrence o
join message m on m.id = o.message,
lateral (select (o.day + o.at) at time zone o.zone as due_at) d
where o.id = $1 and o.state = 'planned' and m.archived_at is null and d.due_at <= clock_timestamp()
for update of m, o skip locked`

	keepReasonSQL = `update occurrence set reason = @reason, version = version + 1 where id = @id and reason <> @reason`

	occurrenceGoesSQL = `update occurrence set state = 'going', reason = '', version = version + 1 where id = $1`

	occurrenceMissedSQL = `update occurrence set state = 'missed', reason = @reason, version = version + 1 where id = @id`

	waysSQL = `
select id, kind, name, per_minute, paused_at, removed_at, worked_at, failed_at, failure, version
from send_channel where id = any (@ids::int[]) and removed_at is null order by id`

	insertRecipientsSQL = `
insert into delivery (mailing, channel, email, name, state, reason, next_at)
select @mailing, @channel, t.email, t.name, case when t.why = '' then 'waiting' else 'left_out' end, t.why, @from
from unnest(@emails::text[], @names::text[], @whys::text[]) as t(email, name, why)
on conflict (mailing, channel, email_folded) do nothing`

	// Not those whose next try, or whose pace, is further off than a drain waits.
	waitingChannelsSQL = `
select c.id from send_channel c cross join sending s
where c.removed_at is null and c.paused_at is null and s.paused_at is null and s.guarded_at is null
  and c.next_at <= clock_timestamp() + interval '15 seconds'
  and exists (select from delivery d where d.channel = c.id and d.state = 'waiting' and d.next_at <= now() + interval '15 seconds')
order by c.id`
)

// Dispatch makes deliveries of every occurrence that is due by the database clock and may
// go out, says of the others what keeps them, and misses those that are of no use any
// more. Then it gives up whoever was sending and is not heard of, drops what is of no use
// any more, and asks for the channels to be drained that have something to send. It may
// run anywhere at any time, several at once: what one of them holds the others leave. It
// returns how many occurrences go out now.
func (s *Store) Dispatch(ctx context.Context) (int, error) {
	plan, err := s.Plan(ctx)
	if err != nil {
		return 0, fmt.Errorf("dispatch: %w", err)
	}
	rows, err := s.pool.Query(ctx, nearOccurrencesSQL)
	if err != nil {
		return 0, fmt.Errorf("find what is due: %w", translate(err))
	}
	near, err := pgx.CollectRows(rows, pgx.RowTo[comms.OccurrenceID])
	if err != nil {
		return 0, fmt.Errorf("find what is due: %w", translate(err))
	}
	went := 0
	var failed []error
	for _, id := range near {
		goes, err := s.dispatchOne(ctx, plan, id)
		if err != nil {
			failed = append(failed, fmt.Errorf("dispatch occurrence %d: %w", id, err))
		}
		if goes {
			went++
		}
	}
	return went, errors.Join(append(failed, s.sweep(ctx))...)
}

// sweep does what does not depend on anything being due.
func (s *Store) sweep(ctx context.Context) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		g, err := s.gateIn(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.settleOverdue(ctx, tx, g.now); err != nil {
			return err
		}
		return s.endMailings(ctx, tx, 0, g.now)
	})
	if err != nil {
		return fmt.Errorf("settle what is overdue: %w", err)
	}
	return s.askWaiting(ctx)
}

// askWaiting asks for every channel to be drained that has something to send soon.
func (s *Store) askWaiting(ctx context.Context) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, waitingChannelsSQL)
		if err != nil {
			return err
		}
		channels, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if err != nil {
			return err
		}
		return s.askDrains(ctx, tx, channels)
	})
	if err != nil {
		return fmt.Errorf("ask for what waits to be sent: %w", err)
	}
	return nil
}

type dueRow struct {
	ID          comms.OccurrenceID
	Message     comms.MessageID
	DueAt       time.Time
	UsefulUntil time.Time
	Now         time.Time
	Reason      string
}

// dispatchOne lets one occurrence go out when it is due and may; false when it does not.
func (s *Store) dispatchOne(ctx context.Context, plan *rollout.Plan, id comms.OccurrenceID) (bool, error) {
	c, err := s.crowd(ctx, time.Now())
	if err != nil {
		return false, err
	}
	goes := false
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, dueOccurrenceSQL, int64(id))
		if err != nil {
			return err
		}
		due, err := pgx.CollectRows(rows, pgx.RowToStructByName[dueRow])
		if err != nil || len(due) == 0 {
			return err
		}
		d := dispatch{Store: s, tx: tx, plan: plan, crowd: c, due: due[0]}
		goes, err = d.run(ctx)
		return err
	})
	return goes && err == nil, err
}

// dispatch is one occurrence that is due, held with its message.
type dispatch struct {
	*Store
	tx    pgx.Tx
	plan  *rollout.Plan
	crowd crowd
	due   dueRow

	message comms.Message
	ways    []comms.Channel
	reach   comms.Reach
}

func (d *dispatch) run(ctx context.Context) (bool, error) {
	kept, err := d.judge(ctx)
	switch {
	case err != nil:
		return false, err
	case d.due.UsefulUntil.Before(d.due.Now):
		return false, d.miss(ctx, kept)
	case kept != "":
		_, err := d.tx.Exec(ctx, keepReasonSQL, pgx.StrictNamedArgs{"id": int64(d.due.ID), "reason": kept})
		return false, err
	}
	return true, d.send(ctx)
}

// judge says what keeps the occurrence; "" when it may go out.
func (d *dispatch) judge(ctx context.Context) (string, error) {
	g, err := d.gateIn(ctx, d.tx)
	if err != nil {
		return "", err
	}
	if d.message, err = oneMessage(ctx, d.tx, d.due.Message); err != nil {
		return "", err
	}
	if d.ways, err = waysOf(ctx, d.tx, d.message.Channels); err != nil {
		return "", err
	}
	if kept := d.message.Unready(d.launch(), d.ways); kept != "" {
		return kept, nil
	}
	if kept := g.Held(); kept != "" {
		return kept, nil
	}
	if d.reach, err = d.crowd.reach(ctx, d.tx, d.message.Audience, d.message.Mandatory); err != nil {
		return "", err
	}
	return d.message.Uncovered(len(d.reach.To), d.ways), nil
}

// waysOf returns those of some channels that are in use still.
func waysOf(ctx context.Context, tx pgx.Tx, ids []int) ([]comms.Channel, error) {
	rows, err := tx.Query(ctx, waysSQL, pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sendChannelRow])
	return each(found, sendChannelRow.channel), err
}

// launch is that of the message's wave, as it stands by the database clock.
func (d *dispatch) launch() comms.Launch {
	for _, l := range launchesOf(d.plan, d.due.Now) {
		if l.Wave == d.message.Wave {
			return l
		}
	}
	return comms.Launch{}
}

func (d *dispatch) miss(ctx context.Context, kept string) error {
	reason := comms.MissedBecause(kept)
	if _, err := d.tx.Exec(ctx, occurrenceMissedSQL, pgx.StrictNamedArgs{"id": int64(d.due.ID), "reason": reason}); err != nil {
		return err
	}
	return d.audit(ctx, d.tx, d.due.Now, occurrenceEvent("message.missed", d.due.Message, d.due.ID))
}

// send makes the mailing and a delivery for everybody it reaches, and for everybody left out.
func (d *dispatch) send(ctx context.Context) error {
	id, made, err := insertMailing(ctx, d.tx, d.mailing(), d.due.Now)
	if err != nil {
		return err
	}
	if !made {
		return fmt.Errorf("mailing %d of this occurrence is there already, though it is planned", id)
	}
	for _, way := range d.ways {
		if err := d.deliverBy(ctx, id, way); err != nil {
			return err
		}
	}
	if _, err := d.tx.Exec(ctx, occurrenceGoesSQL, int64(d.due.ID)); err != nil {
		return err
	}
	if err := d.askDrains(ctx, d.tx, each(d.ways, func(c comms.Channel) int { return c.ID })); err != nil {
		return err
	}
	return d.audit(ctx, d.tx, d.due.Now, occurrenceEvent("message.went_out", d.due.Message, d.due.ID))
}

// mailing is what goes out for the occurrence.
func (d *dispatch) mailing() comms.Mailing {
	return comms.Mailing{
		Kind: comms.KindMessage, Key: fmt.Sprintf("message/%d", d.due.ID), Occurrence: d.due.ID, Message: d.due.Message, N: d.message.N,
		Title: d.message.Title, DueAt: d.due.DueAt, UsefulUntil: d.due.UsefulUntil,
	}
}

// deliverBy makes the deliveries of one channel: one to each recipient by mail, one to a chat.
func (d *dispatch) deliverBy(ctx context.Context, id comms.MailingID, way comms.Channel) error {
	emails, names, whys := []string{""}, []string{""}, []string{""}
	if way.Kind == comms.Mail {
		emails, names, whys = recipientsOf(d.reach)
	}
	_, err := d.tx.Exec(ctx, insertRecipientsSQL, pgx.StrictNamedArgs{
		"mailing": int64(id), "channel": way.ID, "emails": emails, "names": names, "whys": whys, "from": d.due.DueAt,
	})
	return err
}

// recipientsOf lists everybody of a reach, and why they are left out, "" for those who are not.
func recipientsOf(r comms.Reach) (emails, names, whys []string) {
	add := func(to comms.Recipient, why comms.Reason) {
		emails, names, whys = append(emails, cleanText(to.Email)), append(names, cleanText(to.Name)), append(whys, string(why))
	}
	for _, to := range r.To {
		add(to, "")
	}
	for _, out := range r.Out {
		add(out.Recipient, out.Why)
	}
	return emails, names, whys
}
