package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
)

const (
	// What was done to a message lately. Whose account is gone is named by nothing.
	messageDoneSQL = `
select l.at, case when l.actor_kind = 'command' then 'Command line' else coalesce(nullif(a.name, ''), a.email, '') end as by, l.action, l.detail
from audit_log l left join account a on a.id = l.actor_account
where l.subject = 'message/' || @id::bigint
order by l.seq desc
limit 60`

	// What else is still to go out on the days of a message.
	messageBesideSQL = `
select m.title, m.id as message, o.id as occurrence, o.day, v.audience, v.channels
from occurrence o
join message m on m.id = o.message
join lateral (select audience, channels from message_version where message = m.id order by n desc limit 1) v on true
where o.day in (select day from occurrence where message = @id and state in ('planned', 'going'))
  and m.id <> @id and m.archived_at is null and o.state in ('planned', 'going')
order by o.day, o.id`

	championNamesSQL = `
select distinct coalesce(nullif(p.name, ''), c.name) as name
from champion c left join person p on p.email_folded = c.email_folded
where c.state = 'active' and coalesce(nullif(p.name, ''), c.name) <> ''
order by name`

	// Who may be asked to own or approve a message: those with a role here.
	messageColleaguesSQL = `
select max(coalesce(nullif(p.name, ''), a.name)) as name, max(a.email) as email
from account a join account_role r on r.account_id = a.id
left join person p on p.email_folded = lower(a.email)
where a.deactivated_at is null and a.email <> '' and r.role in ('lead', 'owner', 'executive')
group by lower(a.email)
order by lower(max(coalesce(nullif(p.name, ''), a.name, a.email)))`

	// Everybody who has the app by what device management lists, under any address they ever had.
	withoutAppSQL = `
with has as (
    select d.email_folded from device d where d.app_version <> ''
    union
    select other.email_folded
    from device d join member_address own on own.email_folded = d.email_folded join member_address other on other.member = own.member
    where d.app_version <> ''
)
select exists (select from device) as known, count(*) filter (where h.email_folded is null)::int as without
from unnest(@addresses::text[]) as t(address) left join has h on h.email_folded = t.address`
)

type besideRow struct {
	Title      string
	Message    comms.MessageID
	Occurrence comms.OccurrenceID
	Day        time.Time
	Audience   comms.Audience
	Channels   []int
}

func (r besideRow) beside() comms.Beside {
	return comms.Beside{
		Title: r.Title, Message: r.Message, Occurrence: r.Occurrence, Day: day.FromTime(r.Day), Audience: r.Audience, Channels: r.Channels,
	}
}

type doneRow struct {
	At     time.Time
	By     string
	Action string
	Detail string
}

func (r doneRow) done() comms.Done {
	d := comms.Done{At: r.At.UTC(), By: r.By, Action: r.Action}
	_ = json.Unmarshal([]byte(r.Detail), &d.Detail) // what is not a plain object tells nothing more
	return d
}

// MessageSheet returns one message with everything its page tells, in one round trip. Absent is NotFound.
func (s *Store) MessageSheet(ctx context.Context, id comms.MessageID) (comms.Sheet, error) {
	if id <= 0 {
		return comms.Sheet{}, fault.New(fault.NotFound, sayNoMessage)
	}
	var out comms.Sheet
	var versions []textRow
	var channels []sendChannelRow
	var done []doneRow
	var beside []besideRow
	b := &pgx.Batch{}
	b.Queue(messageVersionsSQL, int64(id)).Query(into(&versions, pgx.RowToStructByName[textRow]))
	b.Queue(sendChannelsSQL).Query(into(&channels, pgx.RowToStructByName[sendChannelRow]))
	b.Queue(messageDoneSQL, pgx.StrictNamedArgs{"id": int64(id)}).Query(into(&done, pgx.RowToStructByName[doneRow]))
	b.Queue(messageBesideSQL, pgx.StrictNamedArgs{"id": int64(id)}).Query(into(&beside, pgx.RowToStructByName[besideRow]))
	b.Queue(championNamesSQL).Query(into(&out.Champions, pgx.RowTo[string]))
	var messages messageLoad
	messages.queue(b, id)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return comms.Sheet{}, fmt.Errorf("read a message: %w", translate(err))
	}
	found := messages.list()
	if len(found) == 0 {
		return comms.Sheet{}, fault.New(fault.NotFound, sayNoMessage)
	}
	out.Message, out.Versions = found[0], each(versions, textRow.text)
	out.Channels, out.Done = each(channels, sendChannelRow.channel), each(done, doneRow.done)
	out.Beside = each(beside, besideRow.beside)
	return out, nil
}

// MessageChannels returns one message and what messages go out by, in one round trip. Absent is NotFound.
func (s *Store) MessageChannels(ctx context.Context, id comms.MessageID) (comms.Message, []comms.Channel, error) {
	if id <= 0 {
		return comms.Message{}, nil, fault.New(fault.NotFound, sayNoMessage)
	}
	var messages messageLoad
	var channels []sendChannelRow
	b := &pgx.Batch{}
	messages.queue(b, id)
	b.Queue(sendChannelsSQL).Query(into(&channels, pgx.RowToStructByName[sendChannelRow]))
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return comms.Message{}, nil, fmt.Errorf("read a message: %w", translate(err))
	}
	found := messages.list()
	if len(found) == 0 {
		return comms.Message{}, nil, fault.New(fault.NotFound, sayNoMessage)
	}
	return found[0], each(channels, sendChannelRow.channel), nil
}

// MessageChoices returns what messages go out by, and whom they can be given to: those
// with a role here, by name.
func (s *Store) MessageChoices(ctx context.Context) ([]comms.Channel, []comms.Person, error) {
	var channels []sendChannelRow
	var colleagues []comms.Person
	b := &pgx.Batch{}
	b.Queue(sendChannelsSQL).Query(into(&channels, pgx.RowToStructByName[sendChannelRow]))
	b.Queue(messageColleaguesSQL).Query(into(&colleagues, pgx.RowToStructByName[comms.Person]))
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, nil, fmt.Errorf("list what a message can be given: %w", translate(err))
	}
	return each(channels, sendChannelRow.channel), colleagues, nil
}

// MessageColleagues returns whom messages can be given to: those with a role here, by name.
func (s *Store) MessageColleagues(ctx context.Context) ([]comms.Person, error) {
	rows, err := s.pool.Query(ctx, messageColleaguesSQL)
	if err != nil {
		return nil, fmt.Errorf("list whom a message can be given to: %w", translate(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByName[comms.Person])
	if err != nil {
		return nil, fmt.Errorf("list whom a message can be given to: %w", translate(err))
	}
	return out, nil
}

// WithoutApp counts which of some folded addresses have no machine with the desktop app;
// known is false where device management has told nothing.
func (s *Store) WithoutApp(ctx context.Context, addresses []string) (n int, known bool, err error) {
	row := s.pool.QueryRow(ctx, withoutAppSQL, pgx.StrictNamedArgs{"addresses": append([]string{}, addresses...)})
	if err := row.Scan(&known, &n); err != nil {
		return 0, false, fmt.Errorf("count who has the app: %w", translate(err))
	}
	return n, known, nil
}
