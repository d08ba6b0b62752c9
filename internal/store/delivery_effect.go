package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
)

const (
	// The latest of a message that anybody was sent; of any message for 0.
	outcomesSQL = `
select ` + tallyColumnsSQL + `, mail.sent as mail_sent, mail.back as mail_back, mail.opened, chat.chats, chat.visits, coalesce(v.body, '') as body
from (
    select * from mailing where kind = 'message' and sent_at is not null and (message = @message or @message = 0)
    order by sent_at desc, id desc limit 1
) g` + tallySQL + `
left join message_version v on v.message = g.message and v.n = g.n
cross join lateral (
    select count(*) filter (where d.state = 'sent')::int as sent,
           count(*) filter (where d.bounced_at is not null)::int as back,
           count(*) filter (where d.bounced_at is null and exists (select from click k where k.delivery = d.id))::int as opened
    from delivery d where d.mailing = g.id and d.email_folded <> ''
) mail
cross join lateral (
    select count(distinct d.id) filter (where d.state = 'sent')::int as chats, count(k.id)::int as visits
    from delivery d left join click k on k.delivery = d.id
    where d.mailing = g.id and d.email_folded = ''
) chat`

	// The members behind the addresses of a mailing: who has an address now goes before who had it.
	sentMembersSQL = `
select distinct a.member, d.state = 'sent' and d.bounced_at is null as got
from delivery d join member_address a on a.email_folded = d.email_folded
where d.mailing = @mailing and d.email_folded <> '' and d.state in ('sent', 'sending', 'unknown')
  and not exists (select from member m where m.email_folded = d.email_folded and m.ord <> a.member)
order by a.member`
)

type outcomesRow struct {
	tallyRow
	MailSent, MailBack, Opened, Chats, Visits int
	Body                                      string
}

// Outcomes returns what became of the latest mailing of a message, of any message
// for 0; false when none has been sent.
func (s *Store) Outcomes(ctx context.Context, id comms.MessageID) (comms.Outcomes, bool, error) {
	rows, err := s.pool.Query(ctx, outcomesSQL, pgx.StrictNamedArgs{"message": id})
	if err != nil {
		return comms.Outcomes{}, false, fmt.Errorf("read what message %d did: %w", id, translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[outcomesRow])
	if err != nil || len(list) == 0 {
		return comms.Outcomes{}, false, translate(err)
	}
	r := list[0]
	o := comms.Outcomes{
		Tally: r.tally(), MailSent: r.MailSent, MailBack: r.MailBack, Opened: r.Opened, Chats: r.Chats, Visits: r.Visits, Body: r.Body,
	}
	o.Got, o.Unsure, err = s.sentMembers(ctx, o.ID)
	return o, err == nil, err
}

// sentMembers returns who was sent a mailing, and of whom nobody knows.
func (s *Store) sentMembers(ctx context.Context, id comms.MailingID) (got, unsure []int32, err error) {
	rows, err := s.pool.Query(ctx, sentMembersSQL, pgx.StrictNamedArgs{"mailing": id})
	if err != nil {
		return nil, nil, fmt.Errorf("read whom mailing %d reached: %w", id, translate(err))
	}
	var member int32
	var did bool
	_, err = pgx.ForEachRow(rows, []any{&member, &did}, func() error {
		if did {
			got = append(got, member)
		} else {
			unsure = append(unsure, member)
		}
		return nil
	})
	return got, unsure, translate(err)
}
