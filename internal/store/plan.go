package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/rollout"
)

// planFresh is how long a plan is trusted without asking the database whether
// another process changed anything.
const planFresh = time.Second

// planCache is the plan in memory.
type planCache struct {
	current atomic.Pointer[heldPlan]
	checked atomic.Int64 // when the revision was last compared, in unix nanoseconds; 0 asks for a look at once
	mu      sync.Mutex   // one reader of the database at a time
}

// heldPlan is a plan and what it was read at.
type heldPlan struct {
	at   revision
	plan *rollout.Plan
}

// revision says whether a plan is still as it was read. Waves, departments and
// who is placed where belong to the organization, and change with its day too.
type revision struct {
	Plan, People, Money int64
	Day                 day.Date
}

// expire makes the next reader look whether something changed.
func (c *planCache) expire() { c.checked.Store(0) }

func (c *planCache) fresh() *rollout.Plan {
	if time.Since(time.Unix(0, c.checked.Load())) > planFresh {
		return nil
	}
	if h := c.current.Load(); h != nil {
		return h.plan
	}
	return nil
}

// Plan returns the rollout as of the latest change. It is shared and immutable.
// Before a rollout is started it holds waves, departments and phases only. What
// another process changed is seen within a second; while the database is away,
// the last plan read is returned.
func (s *Store) Plan(ctx context.Context) (*rollout.Plan, error) {
	if p := s.plan.fresh(); p != nil {
		return p, nil
	}
	s.plan.mu.Lock()
	defer s.plan.mu.Unlock()
	if p := s.plan.fresh(); p != nil {
		return p, nil
	}
	now := time.Now()
	last := s.plan.current.Load()
	held, err := s.loadPlan(ctx, last, day.FromTime(now))
	switch {
	case err != nil && last != nil && fault.Is(err, fault.Unavailable):
		held = last
	case err != nil:
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	s.plan.current.Store(held)
	s.plan.checked.Store(now.UnixNano())
	return held.plan, nil
}

const (
	revisionSQL = `select r.n as plan, g.people, g.money from plan_revision r, generation g`

	bumpPlanSQL = `update plan_revision set n = n + 1`
)

// bumpPlan makes every reader of the plan read it again once tx is committed.
// Whoever changes the plan holds it until then: changes come one after another.
func bumpPlan(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, bumpPlanSQL)
	return err
}

func scanRevision(row pgx.Row, today day.Date) (revision, error) {
	r := revision{Day: today}
	err := row.Scan(&r.Plan, &r.People, &r.Money)
	return r, err
}

// loadPlan returns last when nothing changed since, otherwise the plan as it is now.
func (s *Store) loadPlan(ctx context.Context, last *heldPlan, today day.Date) (*heldPlan, error) {
	if last != nil {
		at, err := scanRevision(s.pool.QueryRow(ctx, revisionSQL), today)
		if err != nil || at == last.at {
			return last, translate(err)
		}
	}
	held, err := readPlan(ctx, snapshot{s.pool}, today)
	return held, translate(err)
}

// planLoad is a plan being read.
type planLoad struct {
	plan *rollout.Plan
}

// readPlan reads the plan in one batch. from sees to it that every statement
// sees the same state: a [snapshot], or the transaction of a change.
func readPlan(ctx context.Context, from sender, today day.Date) (*heldPlan, error) {
	var at revision
	l := planLoad{plan: &rollout.Plan{}}
	b := &pgx.Batch{}
	b.Queue(revisionSQL).QueryRow(func(row pgx.Row) (err error) {
		at, err = scanRevision(row, today)
		l.plan.Revision = at.Plan
		return err
	})
	l.queuePlaces(b, today)
	l.queueTasks(b)
	l.queueResults(b)
	l.queueGates(b)
	l.queueReadiness(b)
	if err := from.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	l.plan.Arrange()
	return &heldPlan{at: at, plan: l.plan}, nil
}

// queuePlaces asks for waves, departments and phases.
func (l *planLoad) queuePlaces(b *pgx.Batch, today day.Date) {
	on := pgx.StrictNamedArgs{"today": today.Time()}
	b.Queue(wavesSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.plan.Waves, _, err = readWaves(rows)
		return err
	})
	b.Queue(departmentsSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.plan.Departments, _, err = readDepartments(rows)
		return err
	})
	b.Queue(phasesSQL).Query(func(rows pgx.Rows) (err error) {
		l.plan.Phases, err = readPhases(rows)
		return err
	})
}

// personOf makes a person of the columns that name them.
func personOf(name, email string) rollout.Person { return rollout.Person{Name: name, Email: email} }

// momentOf reads null as the zero time.
func momentOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// holdsTo reads null as for good.
func holdsTo(t *time.Time) day.Date {
	if t == nil {
		return day.Never
	}
	return day.FromTime(*t)
}
