package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	// A delivery that came back was sent, whatever was known of it. A mail server's word
	// is about the delivery it names, else about the latest mail to the address.
	noteBounceSQL = `
with one as (
    select id, mailing, email_folded from delivery
    where email_folded <> '' and state in ('sent', 'unknown')
      and (id = @delivery or @delivery = 0 and email_folded = lower(@email))
    order by settled_at desc nulls last, id desc limit 1
)
update delivery d
set bounced_at = @at, bounce = @reason, settled_at = coalesce(d.settled_at, @at), state = 'sent'
from one where d.id = one.id
returning d.id, d.mailing, d.email_folded`

	leaveOutSQL = `
insert into bounced_address (email_folded, at, reason, source) values (@email, @at, @reason, 'noted')
on conflict (email_folded) do update set at = excluded.at, reason = excluded.reason, source = excluded.source`

	bouncedAddressesSQL = `
select b.email_folded as email, coalesce(p.name, m.name, '') as name, b.at, b.reason, b.source = 'noted' as noted
from bounced_address b
left join person p on p.email_folded = b.email_folded
left join lateral (select name from member where email_folded = b.email_folded order by listed desc, ord limit 1) m on true
order by b.at desc, b.email_folded`

	takeBackSQL = `delete from bounced_address where email_folded = lower(@email)`
)

// NoteBounces keeps that mail came back, and leaves out from now on the addresses
// that are no good. It returns how many were matched with mail that was sent;
// what matches none changes nothing.
func (s *Store) NoteBounces(ctx context.Context, by identity.Actor, list []comms.Bounce, now time.Time) (int, error) {
	matched := 0
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		matched = 0
		for _, b := range list {
			ok, err := s.noteBounce(ctx, tx, by, b, now)
			if err != nil {
				return err
			}
			if ok {
				matched++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("note returned mail: %w", err)
	}
	return matched, nil
}

// noteBounce keeps one; false when it is about nothing that was sent.
func (s *Store) noteBounce(ctx context.Context, tx pgx.Tx, by identity.Actor, b comms.Bounce, now time.Time) (bool, error) {
	var id comms.DeliveryID
	var mailing comms.MailingID
	var email string
	args := pgx.StrictNamedArgs{"delivery": b.Delivery, "email": cleanText(b.Email), "at": now, "reason": string(b.Reason)}
	err := tx.QueryRow(ctx, noteBounceSQL, args).Scan(&id, &mailing, &email)
	switch {
	case err == pgx.ErrNoRows && b.Delivery != 0 && b.Email != "":
		return s.noteBounce(ctx, tx, by, comms.Bounce{Email: b.Email, Reason: b.Reason}, now)
	case err == pgx.ErrNoRows:
		return false, nil
	case err != nil:
		return false, err
	}
	if b.Reason.Lasts() {
		if _, err := tx.Exec(ctx, leaveOutSQL, pgx.StrictNamedArgs{"email": email, "at": now, "reason": string(b.Reason)}); err != nil {
			return false, err
		}
	}
	event := identity.Event{
		By: by, Action: "mail.came_back", Subject: mailingSubject(mailing),
		Detail: map[string]string{"delivery": strconv.FormatInt(int64(id), 10), "reason": string(b.Reason)},
	}
	return true, s.audit(ctx, tx, now, event)
}

// Bounced returns the addresses that are left out because mail came back, the latest first.
func (s *Store) Bounced(ctx context.Context) ([]comms.Bounced, error) {
	rows, err := s.pool.Query(ctx, bouncedAddressesSQL)
	if err != nil {
		return nil, fmt.Errorf("list returned mail: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[comms.Bounced])
	return list, translate(err)
}

// TakeBackAddress lets an address be written to again. One that is not left out is NotFound.
func (s *Store) TakeBackAddress(ctx context.Context, by identity.Actor, email string, now time.Time) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, takeBackSQL, pgx.StrictNamedArgs{"email": cleanText(email)})
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return fault.New(fault.NotFound, "This address is written to already.")
		}
		return s.audit(ctx, tx, now, identity.Event{By: by, Action: "mail.address_taken_back", Subject: "mail"})
	})
}

// mailingSubject names a mailing in the audit log.
func mailingSubject(id comms.MailingID) string { return "mailing/" + strconv.FormatInt(int64(id), 10) }
