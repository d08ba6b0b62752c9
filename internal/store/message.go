package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

// Of all messages the archived ones and the addresses of approvals are left out.
const (
	messageSQL = `
select m.id, coalesce(m.plan_key, '') as plan_key, m.template, m.stage, coalesce(m.wave, 0) as wave, coalesce(m.follows, 0) as follows, m.offset_days, m.title,
       m.owner_name, m.owner_email, m.approver_name, m.approver_email, m.held_for_go, m.every, m.begins, m.until, m.useful_hours,
       coalesce(m.task, 0) as task, m.asked_version, m.created_at, m.archived_at, m.version,
       v.n, v.at, coalesce(v.by_account, 0) as by_account, v.by_name, v.subject, v.body, v.audience, v.channels, v.mandatory
from message m
join lateral (
    select n, at, by_account, by_name, subject, body, audience, channels, mandatory
    from message_version where message = m.id order by n desc limit 1
) v on true`

	messagesSQL = messageSQL + `
where m.id = @id or @id = 0 and m.archived_at is null
order by m.id`

	messageApprovalsSQL = `
select a.message, a.id, a.n, a.at, coalesce(a.account, 0) as account, a.by_name, a.by_email, a.recipients,
       case when @id::bigint = 0 then '{}' else a.addresses end as addresses
from message_approval a
join message m on m.id = a.message
where (m.id = @id or @id = 0 and m.archived_at is null) and a.taken_back_at is null
  and a.n = (select max(n) from message_version where message = m.id)
order by a.message, a.id`

	occurrencesSQL = `
select o.message, o.id, o.no, o.day, to_char(o.at, 'HH24:MI') as at, o.zone, o.day_set, o.state, o.reason, o.version
from occurrence o
join message m on m.id = o.message
where m.id = @id or @id = 0 and m.archived_at is null
order by o.message, o.day nulls last, o.no`

	lockMessageSQL = `select id from message where id = $1 for update`

	messageVersionsSQL = `
select n, at, coalesce(by_account, 0) as by_account, by_name, subject, body, audience, channels, mandatory
from message_version where message = $1 order by n desc`

	sendChannelsSQL = `
select id, kind, name, per_minute, paused_at, removed_at, worked_at, failed_at, failure, version
from send_channel where removed_at is null order by kind <> 'mail', lower(name), id`
)

const sayNoMessage = "There is no such message, or none that you may know of."

type textRow struct {
	N         int
	At        time.Time
	ByAccount identity.AccountID
	ByName    string
	Subject   string
	Body      string
	Audience  comms.Audience
	Channels  []int
	Mandatory bool
}

func (r textRow) text() comms.Text {
	return comms.Text{
		N: r.N, At: r.At.UTC(), ByAccount: r.ByAccount, ByName: r.ByName, Subject: r.Subject, Body: r.Body,
		Audience: r.Audience, Channels: r.Channels, Mandatory: r.Mandatory,
	}
}

type messageRow struct {
	ID            comms.MessageID
	PlanKey       string
	Template      string
	Stage         comms.Stage
	Wave          int
	Follows       comms.MessageID
	OffsetDays    int
	Title         string
	OwnerName     string
	OwnerEmail    string
	ApproverName  string
	ApproverEmail string
	HeldForGo     bool
	Every         comms.Every
	Begins        *time.Time
	Until         *time.Time
	UsefulHours   int
	Task          int64
	AskedVersion  int
	CreatedAt     time.Time
	ArchivedAt    *time.Time
	Version       int
	textRow
}

func (r messageRow) message() comms.Message {
	return comms.Message{
		ID: r.ID, PlanKey: r.PlanKey, Template: r.Template, Stage: r.Stage, Wave: r.Wave, Follows: r.Follows, Offset: r.OffsetDays, Title: r.Title,
		Owner: comms.Person{Name: r.OwnerName, Email: r.OwnerEmail}, Approver: comms.Person{Name: r.ApproverName, Email: r.ApproverEmail},
		HeldForGo: r.HeldForGo, Every: r.Every, Begins: dayOf(r.Begins), Until: dayOf(r.Until), UsefulFor: time.Duration(r.UsefulHours) * time.Hour, Task: r.Task,
		Asked: r.AskedVersion, CreatedAt: r.CreatedAt.UTC(), ArchivedAt: momentOf(r.ArchivedAt), Version: r.Version, Text: r.text(),
	}
}

type approvalRow struct {
	Message    comms.MessageID
	ID         int64
	N          int
	At         time.Time
	Account    identity.AccountID
	ByName     string
	ByEmail    string
	Recipients int
	Addresses  []string
}

func (r approvalRow) approval() comms.Approval {
	return comms.Approval{
		ID: r.ID, N: r.N, Account: r.Account, Person: comms.Person{Name: r.ByName, Email: r.ByEmail}, At: r.At.UTC(),
		Recipients: r.Recipients, Addresses: r.Addresses,
	}
}

type occurrenceRow struct {
	Message comms.MessageID
	ID      comms.OccurrenceID
	No      int
	Day     *time.Time
	At      string
	Zone    string
	DaySet  bool
	State   comms.OccurrenceState
	Reason  string
	Version int
}

func (r occurrenceRow) occurrence() comms.Occurrence {
	return comms.Occurrence{
		ID: r.ID, Message: r.Message, No: r.No, Day: dayOf(r.Day), At: r.At, Zone: r.Zone, DaySet: r.DaySet,
		State: r.State, Reason: r.Reason, Version: r.Version,
	}
}

// messageLoad is messages being read.
type messageLoad struct {
	messages    []messageRow
	approvals   []approvalRow
	occurrences []occurrenceRow
}

// queue reads one message, or all that are not archived when id is 0.
func (l *messageLoad) queue(b *pgx.Batch, id comms.MessageID) {
	args := pgx.StrictNamedArgs{"id": int64(id)}
	b.Queue(messagesSQL, args).Query(into(&l.messages, pgx.RowToStructByName[messageRow]))
	b.Queue(messageApprovalsSQL, args).Query(into(&l.approvals, pgx.RowToStructByName[approvalRow]))
	b.Queue(occurrencesSQL, args).Query(into(&l.occurrences, pgx.RowToStructByName[occurrenceRow]))
}

// list puts together what was read.
func (l *messageLoad) list() []comms.Message {
	out := each(l.messages, messageRow.message)
	at := make(map[comms.MessageID]*comms.Message, len(out))
	for i := range out {
		at[out[i].ID] = &out[i]
	}
	for _, a := range l.approvals {
		if m := at[a.Message]; m != nil {
			m.Approvals = append(m.Approvals, a.approval())
		}
	}
	for _, o := range l.occurrences {
		if m := at[o.Message]; m != nil {
			m.Occurrences = append(m.Occurrences, o.occurrence())
		}
	}
	return out
}

// readMessages reads one message, or all that are not archived when id is 0, in one round trip.
func readMessages(ctx context.Context, db sender, id comms.MessageID) ([]comms.Message, error) {
	var l messageLoad
	b := &pgx.Batch{}
	l.queue(b, id)
	if err := db.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read messages: %w", translate(err))
	}
	return l.list(), nil
}

// Messages returns every message that is not archived, with its latest version, its
// approvals without their addresses, and its occurrences, in the order they were made.
func (s *Store) Messages(ctx context.Context) ([]comms.Message, error) {
	return readMessages(ctx, snapshot{s.pool}, 0)
}

// Message returns one message with everything; absent is NotFound.
func (s *Store) Message(ctx context.Context, id comms.MessageID) (comms.Message, error) {
	return oneMessage(ctx, snapshot{s.pool}, id)
}

func oneMessage(ctx context.Context, db sender, id comms.MessageID) (comms.Message, error) {
	if id <= 0 {
		return comms.Message{}, fault.New(fault.NotFound, sayNoMessage)
	}
	found, err := readMessages(ctx, db, id)
	if err != nil {
		return comms.Message{}, err
	}
	if len(found) == 0 {
		return comms.Message{}, fault.New(fault.NotFound, sayNoMessage)
	}
	return found[0], nil
}

// Versions returns what a message said, the latest first.
func (s *Store) Versions(ctx context.Context, id comms.MessageID) ([]comms.Text, error) {
	rows, err := s.pool.Query(ctx, messageVersionsSQL, int64(id))
	if err != nil {
		return nil, fmt.Errorf("read a message's versions: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[textRow])
	if err != nil {
		return nil, fmt.Errorf("read a message's versions: %w", translate(err))
	}
	return each(found, textRow.text), nil
}

// Launches returns the waves, in the order they open, and whether each may be told that it goes.
func (s *Store) Launches(ctx context.Context, now time.Time) ([]comms.Launch, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return nil, err
	}
	return launchesOf(p, now), nil
}

func launchesOf(p *rollout.Plan, now time.Time) []comms.Launch {
	out := make([]comms.Launch, 0, len(p.Waves))
	for _, w := range p.Waves {
		l := comms.Launch{Wave: w.ID, Name: w.Name, Slug: w.Slug, On: day.None, Go: maySay(p, w.ID, now)}
		if w.OpensOn != nil {
			l.On = *w.OpensOn
		}
		out = append(out, l)
	}
	return out
}

// maySay reports whether what is held until go may go out: go is decided, or the gate in
// front of the wave is passed. A day that came without a word is no go, unless the plan has no gate.
func maySay(p *rollout.Plan, wave int, now time.Time) bool {
	if d, ok := p.Readiness[wave].Stands(); ok {
		return d.Choice == rollout.Go
	}
	g, gated := p.WaveGate(wave)
	if gated {
		return !g.PassedAt.IsZero()
	}
	return p.Opened(wave, p.Today(now))
}

type sendChannelRow struct {
	ID        int
	Kind      comms.ChannelKind
	Name      string
	PerMinute int
	PausedAt  *time.Time
	RemovedAt *time.Time
	WorkedAt  *time.Time
	FailedAt  *time.Time
	Failure   string
	Version   int
}

func (r sendChannelRow) channel() comms.Channel {
	return comms.Channel{
		ID: r.ID, Kind: r.Kind, Name: r.Name, PerMinute: r.PerMinute, PausedAt: momentOf(r.PausedAt), RemovedAt: momentOf(r.RemovedAt),
		WorkedAt: momentOf(r.WorkedAt), FailedAt: momentOf(r.FailedAt), Failure: r.Failure, Version: r.Version,
	}
}

// SendChannels returns what messages go out by: mail first, then the chats in use, by name.
func (s *Store) SendChannels(ctx context.Context) ([]comms.Channel, error) {
	rows, err := s.pool.Query(ctx, sendChannelsSQL)
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sendChannelRow])
	if err != nil {
		return nil, fmt.Errorf("read the channels: %w", translate(err))
	}
	return each(found, sendChannelRow.channel), nil
}
