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
