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
	unknownsSQL = `
select id, mailing, channel, email, name, state, reason, coalesce(code, 0) as code, attempts, settled_at, resent
from delivery where state = 'unknown' and id > @after order by id limit @limit`

	stopMailingSQL = `
update delivery set state = 'stopped', settled_at = clock_timestamp(), reason = 'Stopped by a person.'
where mailing = $1 and state = 'waiting'`

	stoppedMailingSQL = `update mailing set stopped_at = @now where id = @id and stopped_at is null and ended_at is null returning id`
	knownMailingSQL   = `select exists (select from mailing where id = $1)`

	// What a digest said to somebody is not kept for ever: without it there is nothing to send.
	resendSQL = `
update delivery d set state = 'waiting', next_at = clock_timestamp(), settled_at = null, resent = resent + 1, resent_at = clock_timestamp(), resent_by = @by
from mailing g
where g.id = d.mailing and d.id = any (@ids::bigint[]) and d.state in ('unknown', 'refused') and (d.subject is not null or g.message is not null)
returning d.id, d.mailing, d.channel`
)

type unknownRow struct {
	ID        comms.DeliveryID
	Mailing   comms.MailingID
	Channel   int
	Email     string
	Name      string
	State     comms.DeliveryState
	Reason    string
	Code      int
	Attempts  int
	SettledAt *time.Time
	Resent    int
}

func (r unknownRow) delivery() comms.Delivery {
	return comms.Delivery{
		ID: r.ID, Mailing: r.Mailing, Channel: r.Channel, Recipient: comms.Recipient{Email: r.Email, Name: r.Name}, State: r.State,
		Reason: r.Reason, Code: r.Code, Attempts: r.Attempts, SettledAt: momentOf(r.SettledAt), Resent: r.Resent,
	}
}

// Unknowns returns deliveries of which nobody knows whether they arrived, in the order
// they were made: at most limit of those after one.
func (s *Store) Unknowns(ctx context.Context, after comms.DeliveryID, limit int) ([]comms.Delivery, error) {
	rows, err := s.pool.Query(ctx, unknownsSQL, pgx.StrictNamedArgs{"after": int64(after), "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("read the unknown deliveries: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[unknownRow])
	if err != nil {
		return nil, fmt.Errorf("read the unknown deliveries: %w", translate(err))
	}
	return each(found, unknownRow.delivery), nil
}

// StopMailing stops what waits of a mailing; what is being sent at this moment ends by
// itself. One that has ended, or was stopped, is left as it is. Absent is NotFound.
func (s *Store) StopMailing(ctx context.Context, by identity.Actor, id comms.MailingID, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, stopMailingSQL, int64(id)); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, stoppedMailingSQL, pgx.StrictNamedArgs{"id": int64(id), "now": now}).Scan(&id)
		if err == pgx.ErrNoRows {
			return knownMailing(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		if err := s.endMailings(ctx, tx, id, now); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "mailing.stopped", Subject: fmt.Sprintf("mailing/%d", id)})
	})
	if err != nil {
		return fmt.Errorf("stop a mailing: %w", err)
	}
	return nil
}

func knownMailing(ctx context.Context, tx pgx.Tx, id comms.MailingID) error {
	var known bool
	if err := tx.QueryRow(ctx, knownMailingSQL, int64(id)).Scan(&known); err != nil || known {
		return err
	}
	return fault.New(fault.NotFound, "There is no such mailing.")
}

type resentRow struct {
	ID      comms.DeliveryID
	Mailing comms.MailingID
	Channel int
}

// Resend has deliveries sent once more whose fate is unknown or that were refused, for a
// day from now whatever their mailing says; others are skipped. It returns how many.
func (s *Store) Resend(ctx context.Context, by identity.Actor, ids []comms.DeliveryID, now time.Time) (int, error) {
	n := 0
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, resendSQL, pgx.StrictNamedArgs{"by": by.Name, "ids": each(ids, func(id comms.DeliveryID) int64 { return int64(id) })})
		if err != nil {
			return err
		}
		again, err := pgx.CollectRows(rows, pgx.RowToStructByName[resentRow])
		if n = len(again); err != nil || n == 0 {
			return err
		}
		mailings := each(again, func(r resentRow) int64 { return int64(r.Mailing) })
		if _, err := tx.Exec(ctx, reopenMailingSQL, pgx.StrictNamedArgs{"ids": mailings}); err != nil {
			return err
		}
		if err := s.askDrains(ctx, tx, each(again, func(r resentRow) int { return r.Channel })); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, each(again, func(r resentRow) identity.Event {
			return identity.Event{By: by, Action: "delivery.resent", Subject: fmt.Sprintf("delivery/%d", r.ID),
				Detail: map[string]string{"mailing": fmt.Sprint(int64(r.Mailing))}}
		})...)
	})
	if err != nil {
		return 0, fmt.Errorf("send again: %w", err)
	}
	return n, nil
}
