package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const plannedMessagesSQL = `
select m.plan_key, m.id, m.archived_at is not null as archived,
       (select o.day from occurrence o where o.message = m.id and o.state <> 'cancelled' order by o.no limit 1) as on_day
from message m where m.plan_key is not null`

// A connector under its latest name.
const connectorsSQL = `
select name from (select distinct on (key) key, name from feature_day where kind = 'connector' order by key, day desc) latest
order by lower(name), key`

const (
	taskMessagesSQL = `
select m.id as message, m.title, o.day, coalesce(o.state, '') as state
from message m
left join lateral (
    select day, state from occurrence where message = m.id and state <> 'cancelled' order by state <> 'planned', day, no limit 1
) o on true
where m.task = $1 and m.archived_at is null
order by o.day nulls last, m.id`

	// Of what goes out again and again no time proves more than the one before.
	proveTaskSQL = `
insert into proof (task, kind, name, url, at, by_name, by_email)
select m.task, 'link', 'Sent: ' || m.title, @url, @at, m.owner_name, m.owner_email
from mailing g
join message m on m.id = g.message
where g.id = @mailing and g.kind = 'message' and m.task is not null and m.every = ''
  and not exists (select from proof p where p.task = m.task and p.url = @url)`
)

type mentionRow struct {
	Message comms.MessageID
	Title   string
	Day     *time.Time
	State   comms.OccurrenceState
}

type plannedRow struct {
	PlanKey  string
	ID       comms.MessageID
	Archived bool
	OnDay    *time.Time
}

// Outline returns what messages are planned from: the playbook's templates, the waves and
// what is planned already.
func (s *Store) Outline(ctx context.Context, now time.Time) (comms.Outline, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return comms.Outline{}, err
	}
	o, err := s.outline(ctx, snapshot{s.pool}, p, now)
	if err != nil {
		return comms.Outline{}, fmt.Errorf("read what messages are planned from: %w", translate(err))
	}
	return o, nil
}

func (s *Store) outline(ctx context.Context, db sender, p *rollout.Plan, now time.Time) (comms.Outline, error) {
	var planned []plannedRow
	var channels []sendChannelRow
	b := &pgx.Batch{}
	b.Queue(plannedMessagesSQL).Query(into(&planned, pgx.RowToStructByName[plannedRow]))
	b.Queue(sendChannelsSQL).Query(into(&channels, pgx.RowToStructByName[sendChannelRow]))
	if err := db.SendBatch(ctx, b).Close(); err != nil {
		return comms.Outline{}, err
	}
	o := comms.Outline{
		Launches: launchesOf(p, now), Works: p.Rollout.Calendar, Zone: p.Rollout.Zone().String(), Today: p.Today(now),
		Holders: map[string]comms.Person{}, Tasks: map[comms.TaskPlace]int64{},
		Channels: each(channels, sendChannelRow.channel), Earlier: map[string]comms.Earlier{},
	}
	if book, ok := rollout.PlaybookNamed(p.Rollout.Playbook); ok {
		o.Templates = book.Messages
	}
	for _, r := range p.Roles {
		o.Holders[r.Key] = comms.Person{Name: r.Holder.Name, Email: r.Holder.Email}
	}
	for _, t := range p.Tasks {
		if t.Key != "" && t.Department == 0 {
			o.Tasks[comms.TaskPlace{Step: t.Key, Wave: t.Wave}] = int64(t.ID)
		}
	}
	for _, r := range planned {
		o.Earlier[r.PlanKey] = comms.Earlier{Message: r.ID, On: dayOf(r.OnDay), Archived: r.Archived}
	}
	return o, nil
}

// PlanMessages lends what messages are planned from to fn and keeps the messages it makes of it,
// all or nothing; it returns how many. No launch moves and nothing else is planned meanwhile.
func (s *Store) PlanMessages(ctx context.Context, by identity.Actor, now time.Time, fn func(comms.Outline) ([]comms.Message, error)) (int, error) {
	made := 0
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		p, err := s.lockPlan(ctx, tx, now)
		if err != nil {
			return err
		}
		o, err := s.outline(ctx, tx, p, now)
		if err != nil {
			return err
		}
		messages, err := fn(o)
		if err != nil {
			return err
		}
		made = len(messages)
		return s.addPlanned(ctx, tx, by, messages, now)
	})
	if err != nil {
		return 0, fmt.Errorf("plan messages: %w", err)
	}
	return made, nil
}

// addPlanned adds messages that may follow one another by provisional ids.
func (s *Store) addPlanned(ctx context.Context, tx pgx.Tx, by identity.Actor, messages []comms.Message, now time.Time) error {
	ids := map[comms.MessageID]comms.MessageID{}
	for _, m := range messages {
		provisional := m.ID
		if id, ok := ids[m.Follows]; ok {
			m.Follows = id
		}
		m.ByAccount, m.ByName = by.Account, by.Name
		id, err := s.createMessage(ctx, tx, by, "", m, now)
		if err != nil {
			return err
		}
		ids[provisional] = id
	}
	return nil
}

// Connectors returns the names of connectors that somebody used, by name.
func (s *Store) Connectors(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, connectorsSQL)
	if err != nil {
		return nil, fmt.Errorf("list connectors: %w", translate(err))
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list connectors: %w", translate(err))
	}
	return names, nil
}

// TaskMessages returns the messages that fulfil a task, by day, each with the time it goes out
// next, else with the first that it went out.
func (s *Store) TaskMessages(ctx context.Context, task rollout.TaskID) ([]comms.Mention, error) {
	rows, err := s.pool.Query(ctx, taskMessagesSQL, task)
	if err != nil {
		return nil, fmt.Errorf("list the messages of a task: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[mentionRow])
	if err != nil {
		return nil, fmt.Errorf("list the messages of a task: %w", translate(err))
	}
	return each(found, func(r mentionRow) comms.Mention {
		return comms.Mention{Message: r.Message, Title: r.Title, Day: dayOf(r.Day), State: r.State}
	}), nil
}

// proveTask leaves what went out as proof with the task that its message fulfils.
func proveTask(ctx context.Context, tx pgx.Tx, mailing comms.MailingID, at time.Time) error {
	args := pgx.StrictNamedArgs{"mailing": int64(mailing), "url": rollout.SentProof(int64(mailing)), "at": at}
	done, err := tx.Exec(ctx, proveTaskSQL, args)
	if err != nil || done.RowsAffected() == 0 {
		return err
	}
	return bumpPlan(ctx, tx)
}
