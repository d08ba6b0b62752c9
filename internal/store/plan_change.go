package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	lockPlanSQL = `select r.n as plan, g.people, g.money from plan_revision r, generation g for update of r`

	reserveTasksSQL = `select nextval(pg_get_serial_sequence('task', 'id')) from generate_series(1, $1::int)`

	addWaveSQL = `insert into wave (name, opens_on) values (@name, @opens_on) returning id`
)

// ChangePlan lends the plan as it is now to fn and keeps what it decides, with its
// activity and its audit entries, all or nothing. Changes of the plan happen one
// after another. It returns the ids of new tasks by their provisional ones.
func (s *Store) ChangePlan(ctx context.Context, by identity.Actor, now time.Time, fn func(*rollout.Plan) (rollout.Change, error)) (map[rollout.TaskID]rollout.TaskID, error) {
	var ids map[rollout.TaskID]rollout.TaskID
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		p, err := s.lockPlan(ctx, tx, now)
		if err != nil {
			return err
		}
		c, err := fn(p)
		if err != nil || c.Empty() {
			return err
		}
		k := planKeeper{Store: s, tx: tx, by: by, now: now, was: p, change: c}
		ids, err = k.keep(ctx)
		return err
	})
	s.plan.expire()
	s.index.expire()
	if err != nil {
		return nil, fmt.Errorf("change the plan: %w", err)
	}
	return ids, nil
}

// lockPlan returns the plan as it is, which nobody else changes until tx ends.
func (s *Store) lockPlan(ctx context.Context, tx pgx.Tx, now time.Time) (*rollout.Plan, error) {
	today := day.FromTime(now)
	at, err := scanRevision(tx.QueryRow(ctx, lockPlanSQL), today)
	if err != nil {
		return nil, err
	}
	if h := s.plan.current.Load(); h != nil && h.at == at {
		return h.plan, nil
	}
	h, err := readPlan(ctx, tx, today)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	return h.plan, nil
}

// planKeeper writes one change of the plan.
type planKeeper struct {
	*Store
	tx     pgx.Tx
	by     identity.Actor
	now    time.Time
	was    *rollout.Plan
	change rollout.Change

	tasks map[rollout.TaskID]rollout.TaskID // ids by provisional ones
	waves map[int]int
}

// keep writes everything the change is made of; what others refer to comes first.
func (k *planKeeper) keep(ctx context.Context) (map[rollout.TaskID]rollout.TaskID, error) {
	steps := []func(context.Context) error{
		k.reserve, k.keepRollout, k.keepLaunches, k.keepRoles, k.keepPhases, k.addTasks, k.changeTasks, k.keepWaits,
		k.keepWords, k.keepActivity, k.removeTasks, k.shiftMessages, k.keepEvents,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return k.tasks, bumpPlan(ctx, k.tx)
}

// reserve takes an id for every new task, so that they can name each other.
func (k *planKeeper) reserve(ctx context.Context) error {
	k.tasks, k.waves = map[rollout.TaskID]rollout.TaskID{}, map[int]int{}
	if len(k.change.New) == 0 {
		return nil
	}
	rows, err := k.tx.Query(ctx, reserveTasksSQL, len(k.change.New))
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[rollout.TaskID])
	for i, id := range ids {
		k.tasks[k.change.New[i].ID] = id
	}
	return err
}

// task returns the real id of a task.
func (k *planKeeper) task(id rollout.TaskID) rollout.TaskID {
	if real, ok := k.tasks[id]; ok {
		return real
	}
	return id
}

// wave returns the real id of a wave, nil for none.
func (k *planKeeper) wave(id int) *int {
	if real, ok := k.waves[id]; ok {
		return &real
	}
	return unlessZero(id)
}

func unlessZero(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// keepLaunches sets when waves open, and makes those that do not exist yet.
func (k *planKeeper) keepLaunches(ctx context.Context) error {
	if len(k.change.Launches) == 0 {
		return nil
	}
	for _, l := range k.change.Launches {
		if err := k.keepLaunch(ctx, l); err != nil {
			return err
		}
	}
	_, err := bump(ctx, k.tx, touchesPeople)
	return err
}

func (k *planKeeper) keepLaunch(ctx context.Context, l rollout.Launch) error {
	id, from := l.Wave, ""
	if id < 0 {
		err := k.tx.QueryRow(ctx, addWaveSQL, pgx.StrictNamedArgs{"name": cleanText(l.Name), "opens_on": dayOrNull(l.On)}).Scan(&id)
		if err != nil {
			return err
		}
		k.waves[l.Wave] = id
	} else {
		if _, err := k.tx.Exec(ctx, setWaveOpensSQL, pgx.StrictNamedArgs{"id": id, "day": dayOrNull(l.On)}); err != nil {
			return err
		}
		w, _ := k.was.Wave(id)
		from = text(w.OpensOn)
	}
	return k.audit(ctx, k.tx, k.now, identity.Event{By: k.by, Action: "wave.opens", Subject: fmt.Sprintf("wave/%d", id),
		Detail: map[string]string{"from": from, "to": l.On.String()}})
}

func (k *planKeeper) keepPhases(ctx context.Context) error {
	if len(k.change.Phases) == 0 {
		return nil
	}
	return k.putPhases(ctx, k.tx, k.by, k.change.Phases, k.now)
}

func (k *planKeeper) keepEvents(ctx context.Context) error {
	return k.audit(ctx, k.tx, k.now, each(k.change.Events, func(e rollout.TaskEvent) identity.Event {
		subject := "rollout"
		if e.Task != 0 {
			subject = fmt.Sprintf("task/%d", k.task(e.Task))
		}
		return identity.Event{By: k.by, Action: e.Action, Subject: subject, Detail: e.Detail}
	})...)
}

// errOvertaken is what a change is refused with that was decided on an older version.
var errOvertaken = fault.New(fault.Conflict, "Somebody else changed this meanwhile. Nothing was changed by you.")

// once runs a statement that changes exactly one row, which is gone or newer otherwise.
func (k *planKeeper) once(ctx context.Context, sql string, args pgx.StrictNamedArgs) error {
	done, err := k.tx.Exec(ctx, sql, args)
	if err == nil && done.RowsAffected() != 1 {
		return errOvertaken
	}
	return err
}
