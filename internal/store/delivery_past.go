package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	pastOccurrenceSQL = `
select o.id, o.message, d.due_at, d.due_at + make_interval(hours => m.useful_hours) as useful_until, clock_timestamp() as now, o.reason
from occurrence o
join message m on m.id = o.message,
lateral (select (o.day + o.at) at time zone o.zone as due_at) d
where o.id = $1 and o.state = 'planned' and d.due_at <= clock_timestamp()
for update of m, o`

	// A tenth of a second each, as the pace of a mail server would have it.
	pastDeliveriesSQL = `
update delivery d set state = 'sent', code = case when @mail then 250 else 200 end, attempts = 1, settled_at = @at::timestamptz + n.no * interval '0.1 seconds'
from (select id, row_number() over (order by id) as no from delivery where mailing = @mailing and channel = @channel and state = 'waiting') n
where d.id = n.id`

	pastMailingSQL = `
update mailing set created_at = due_at, sent_at = due_at, ended_at = (select coalesce(max(settled_at), mailing.due_at) from delivery where mailing = mailing.id)
where id = $1`

	pastOccurrenceGoneSQL = `update occurrence set state = 'gone', version = version + 1 where id = $1`
)

// TellSent keeps of an occurrence whose time is past that it went out then, by every channel
// of its message, to those whom it reaches now. Nothing is sent: it is how a demo that was begun
// today has messages of last week. What is not due is Conflict.
func (s *Store) TellSent(ctx context.Context, by identity.Actor, id comms.OccurrenceID) (comms.MailingID, error) {
	c, err := s.crowd(ctx, time.Now())
	if err != nil {
		return 0, err
	}
	var told comms.MailingID
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, pastOccurrenceSQL, int64(id))
		if err != nil {
			return err
		}
		due, err := pgx.CollectRows(rows, pgx.RowToStructByName[dueRow])
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return fault.New(fault.Conflict, "There is no such occurrence, or its time has not come.")
		}
		d := dispatch{Store: s, tx: tx, crowd: c, due: due[0]}
		told, err = d.tell(ctx, by)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("tell of occurrence %d that it went out: %w", id, err)
	}
	s.index.expire()
	return told, nil
}

func (d *dispatch) tell(ctx context.Context, by identity.Actor) (id comms.MailingID, err error) {
	if d.message, err = oneMessage(ctx, d.tx, d.due.Message); err != nil {
		return 0, err
	}
	if d.ways, err = waysOf(ctx, d.tx, d.message.Channels); err != nil {
		return 0, err
	}
	if d.reach, err = d.crowd.reach(ctx, d.tx, d.message.Audience, d.message.Mandatory); err != nil {
		return 0, err
	}
	if id, _, err = insertMailing(ctx, d.tx, d.mailing(), d.due.DueAt); err != nil {
		return 0, err
	}
	for _, way := range d.ways {
		if err := d.deliverBy(ctx, id, way); err != nil {
			return 0, err
		}
		args := pgx.StrictNamedArgs{"mailing": int64(id), "channel": way.ID, "at": d.due.DueAt, "mail": way.Kind == comms.Mail}
		if _, err := d.tx.Exec(ctx, pastDeliveriesSQL, args); err != nil {
			return 0, err
		}
	}
	if _, err := d.tx.Exec(ctx, pastMailingSQL, int64(id)); err != nil {
		return 0, err
	}
	if _, err := d.tx.Exec(ctx, pastOccurrenceGoneSQL, int64(d.due.ID)); err != nil {
		return 0, err
	}
	if _, err := bump(ctx, d.tx, touchesNothing); err != nil {
		return 0, err
	}
	event := occurrenceEvent("message.went_out", d.due.Message, d.due.ID)
	event.By = by
	return id, d.audit(ctx, d.tx, d.due.DueAt, event)
}
