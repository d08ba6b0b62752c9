package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
)

const (
	// What fits a filter; what came back is told apart from what was sent.
	deliveriesFitSQL = `
    (d.mailing = @mailing or @mailing = 0)
    and (@state = '' or d.state = @state and (@state <> 'sent' or d.bounced_at is null) or @state = 'came_back' and d.bounced_at is not null)
    and (d.channel = @channel or @channel = 0)
    and (@search = '' or strpos(d.email_folded, lower(@search)) > 0 or strpos(lower(d.name), lower(@search)) > 0)`

	deliveryColumnsSQL = `
d.id, d.mailing, d.channel, d.email, d.name, d.state, d.reason, coalesce(d.code, 0) as code, d.attempts, nullif(d.next_at, '-infinity') as next_at, d.settled_at,
d.resent, d.resent_by, d.bounced_at, d.bounce, g.kind, g.title, g.due_at, c.name as via, c.kind = 'mail' as by_mail,
d.subject is not null or g.message is not null as kept
from delivery d join mailing g on g.id = d.mailing join send_channel c on c.id = d.channel`

	// Of one mailing by address, of several the latest mailing first.
	deliveriesSQL = `
select ` + deliveryColumnsSQL + `
where ` + deliveriesFitSQL + `
order by case when @mailing = 0 then g.due_at end desc, d.email_folded, d.id limit @limit offset @offset`

	deliveryCountSQL = `select count(*)::int from delivery d where ` + deliveriesFitSQL

	deliveriesAfterSQL = `
select ` + deliveryColumnsSQL + `
where ` + deliveriesFitSQL + ` and d.id > @after
order by d.id limit @limit`

	deliveryIDsSQL = `select d.id from delivery d where d.mailing = @mailing and d.state = @state order by d.id`
)

type deliveryRow struct {
	ID        comms.DeliveryID
	Mailing   comms.MailingID
	Channel   int
	Email     string
	Name      string
	State     comms.DeliveryState
	Reason    string
	Code      int
	Attempts  int
	NextAt    *time.Time
	SettledAt *time.Time
	Resent    int
	ResentBy  string
	BouncedAt *time.Time
	Bounce    comms.BounceReason
	Kind      comms.MailingKind
	Title     string
	DueAt     time.Time
	Via       string
	ByMail    bool
	Kept      bool
}

func (r deliveryRow) delivery() comms.SentDelivery {
	return comms.SentDelivery{
		Delivery: comms.Delivery{
			ID: r.ID, Mailing: r.Mailing, Channel: r.Channel, Recipient: comms.Recipient{Email: r.Email, Name: r.Name},
			State: r.State, Reason: r.Reason, Code: r.Code, Attempts: r.Attempts, NextAt: momentOf(r.NextAt), SettledAt: momentOf(r.SettledAt),
			Resent: r.Resent, ResentBy: r.ResentBy, BouncedAt: momentOf(r.BouncedAt), Bounce: r.Bounce,
		},
		Kind: r.Kind, Title: r.Title, DueAt: r.DueAt.UTC(), Via: r.Via, ByMail: r.ByMail, Kept: r.Kept,
	}
}

func deliveryArgs(f comms.DeliveryFilter) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"mailing": f.Mailing, "state": string(f.State), "channel": f.Channel, "search": cleanText(f.Search)}
}

func queueDeliveries(b *pgx.Batch, f comms.DeliveryFilter, to *comms.Deliveries) {
	args := deliveryArgs(f)
	args["limit"], args["offset"] = f.Limit, (max(f.Page, 1)-1)*f.Limit
	b.Queue(deliveriesSQL, args).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[deliveryRow])
		to.List = each(list, deliveryRow.delivery)
		return err
	})
	b.Queue(deliveryCountSQL, deliveryArgs(f)).QueryRow(func(row pgx.Row) error { return row.Scan(&to.Total) })
}

// Deliveries returns a page of the copies that fit a filter.
func (s *Store) Deliveries(ctx context.Context, f comms.DeliveryFilter) (comms.Deliveries, error) {
	var d comms.Deliveries
	b := &pgx.Batch{}
	queueDeliveries(b, f, &d)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return comms.Deliveries{}, fmt.Errorf("list deliveries: %w", translate(err))
	}
	return d, nil
}

// DeliveriesAfter returns up to f.Limit copies that fit a filter behind one of
// them, by id: how a file of all of them is written.
func (s *Store) DeliveriesAfter(ctx context.Context, f comms.DeliveryFilter, after comms.DeliveryID) ([]comms.SentDelivery, error) {
	args := deliveryArgs(f)
	args["after"], args["limit"] = after, f.Limit
	rows, err := s.pool.Query(ctx, deliveriesAfterSQL, args)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[deliveryRow])
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", translate(err))
	}
	return each(list, deliveryRow.delivery), nil
}

// DeliveryIDs returns every copy of a mailing that is in one state.
func (s *Store) DeliveryIDs(ctx context.Context, id comms.MailingID, state comms.DeliveryState) ([]comms.DeliveryID, error) {
	rows, err := s.pool.Query(ctx, deliveryIDsSQL, pgx.StrictNamedArgs{"mailing": id, "state": string(state)})
	if err != nil {
		return nil, fmt.Errorf("list deliveries of mailing %d: %w", id, translate(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[comms.DeliveryID])
	return ids, translate(err)
}

const deliverySQL = `select ` + deliveryColumnsSQL + ` where d.id = $1`

// Delivery returns one copy; absent is NotFound.
func (s *Store) Delivery(ctx context.Context, id comms.DeliveryID) (comms.SentDelivery, error) {
	rows, err := s.pool.Query(ctx, deliverySQL, id)
	if err != nil {
		return comms.SentDelivery{}, fmt.Errorf("read delivery %d: %w", id, translate(err))
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[deliveryRow])
	if err != nil {
		return comms.SentDelivery{}, translate(err)
	}
	return r.delivery(), nil
}
