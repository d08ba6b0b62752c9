package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/comms"
	"groundswell/internal/fault"
	"groundswell/internal/rollout"
)

const (
	// In the order everybody locks them in.
	lockFollowedSQL = `
with recursive line (id) as (
    select id from message where id = $1
    union
    select m.id from message m join line on m.follows = line.id where m.archived_at is null
)
select m.id from message m where m.id in (select id from line) order by m.id for update`

	lockBoundSQL = `select id from message where archived_at is null and (wave is not null or follows is not null) order by id for update`

	rhythmsSQL = `select id from message where every <> '' and archived_at is null and (until is null or until >= $1) order by id`
)

// UpdateFollowed lends a locked message and, after it, everything that follows it,
// however far, and keeps those of which fn recorded a change, all or nothing. Absent is NotFound.
func (s *Store) UpdateFollowed(ctx context.Context, id comms.MessageID, now time.Time, fn func([]*comms.Message) error) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		ids, err := lockMessages(ctx, tx, lockFollowedSQL, int64(id))
		if err != nil {
			return err
		}
		at := slices.Index(ids, id)
		if at < 0 {
			return fault.New(fault.NotFound, sayNoMessage)
		}
		ids = append([]comms.MessageID{id}, slices.Delete(ids, at, at+1)...)
		return s.changeMessages(ctx, tx, ids, now, fn)
	})
	if err != nil {
		return fmt.Errorf("change a message and what follows it: %w", err)
	}
	return nil
}

func lockMessages(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]comms.MessageID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[comms.MessageID])
}

// changeMessages lends locked messages to fn, in the order of ids, and keeps those of which it recorded a change.
func (s *Store) changeMessages(ctx context.Context, tx pgx.Tx, ids []comms.MessageID, now time.Time, fn func([]*comms.Message) error) error {
	all, err := readMessages(ctx, tx, 0)
	if err != nil {
		return err
	}
	was, is := make([]comms.Message, 0, len(ids)), make([]*comms.Message, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(all, func(m comms.Message) bool { return m.ID == id })
		if i < 0 {
			return fault.New(fault.NotFound, sayNoMessage)
		}
		lent := all[i]
		lent.Occurrences = slices.Clone(lent.Occurrences)
		was, is = append(was, all[i]), append(is, &lent)
	}
	if err := fn(is); err != nil {
		return err
	}
	for i, m := range is {
		if len(m.Events()) == 0 {
			continue
		}
		k := messageKeeper{tx: tx, now: now, id: m.ID}
		if err := errors.Join(k.keep(ctx, was[i], *m), s.audit(ctx, tx, now, m.Events()...)); err != nil {
			return err
		}
	}
	return nil
}

// shiftMessages gives messages the days that follow from the launches as they are after the change.
func (k *planKeeper) shiftMessages(ctx context.Context) error {
	works := k.was.Rollout.Calendar
	if k.change.Rollout != nil {
		works = k.change.Rollout.Calendar
	}
	if len(k.change.Launches) == 0 && works.Same(k.was.Rollout.Calendar) {
		return nil
	}
	launches := k.launches()
	ids, err := lockMessages(ctx, k.tx, lockBoundSQL)
	if err != nil || len(ids) == 0 {
		return err
	}
	all, err := readMessages(ctx, k.tx, 0)
	if err != nil {
		return err
	}
	return k.changeMessages(ctx, k.tx, ids, k.now, func(list []*comms.Message) error {
		for _, m := range list {
			m.Reschedule(all, launches, k.by, k.was.Today(k.now), works)
		}
		return nil
	})
}

// launches are the days of waves as they are after the change.
func (k *planKeeper) launches() []comms.Launch {
	out := launchesOf(k.was, k.now)
	for _, l := range k.change.Launches {
		if i := slices.IndexFunc(out, func(o comms.Launch) bool { return o.Wave == l.Wave }); i >= 0 {
			out[i].On = l.On
		}
	}
	return out
}

// MessageShifts tells what moving launches would do to what is planned against them, and
// what stays. Nothing is changed.
func (s *Store) MessageShifts(ctx context.Context, launches []rollout.Launch, now time.Time) ([]comms.Shifted, []comms.Message, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Messages(ctx)
	if err != nil {
		return nil, nil, err
	}
	k := planKeeper{was: p, now: now, change: rollout.Change{Launches: launches}}
	return comms.Shifts(all, k.launches(), p.Rollout.Calendar), all, nil
}

// ExtendRhythms adds the occurrences of rhythms that come within [comms.Horizon] of today and
// returns how many. Doing it twice adds nothing; an approved rhythm stays approved.
func (s *Store) ExtendRhythms(ctx context.Context, now time.Time) (int, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return 0, err
	}
	today := p.Today(now)
	rows, err := s.pool.Query(ctx, rhythmsSQL, today.Time())
	if err != nil {
		return 0, fmt.Errorf("list rhythms: %w", translate(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[comms.MessageID])
	if err != nil {
		return 0, fmt.Errorf("list rhythms: %w", translate(err))
	}
	added := 0
	for _, id := range ids {
		n, err := s.extendRhythm(ctx, id, func(m *comms.Message) int { return m.Extend(today, p.Rollout.Calendar) })
		if err != nil {
			return added, fmt.Errorf("extend the rhythm of message %d: %w", id, err)
		}
		added += n
	}
	return added, nil
}

// extendRhythm adds occurrences without counting up the message's version: nobody changed it.
func (s *Store) extendRhythm(ctx context.Context, id comms.MessageID, extend func(*comms.Message) int) (added int, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := lockMessages(ctx, tx, lockMessageSQL, int64(id)); err != nil {
			return err
		}
		was, err := oneMessage(ctx, tx, id)
		if err != nil {
			return err
		}
		m := was
		m.Occurrences = slices.Clone(was.Occurrences)
		if added = extend(&m); added == 0 {
			return nil
		}
		k := messageKeeper{tx: tx, id: id}
		return k.keepOccurrences(ctx, was.Occurrences, m.Occurrences)
	})
	return added, err
}
