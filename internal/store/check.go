package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/rollout"
)

const (
	// Runs come one after another, and between changes of the plan.
	holdPlanSQL = `select n from plan_revision for update`

	insertResultSQL = `
insert into check_result (check_key, wave, outcome, say, short, count, details, source, as_of, since, ran_at, member)
values (@key, nullif(@wave, 0), @outcome, @say, @short, @count, @details, @source, @as_of, @ran_at, @ran_at, nullif(@member, -1))`

	refreshResultSQL = `
update check_result set count = @count, details = @details, source = @source, as_of = @as_of, ran_at = @ran_at, member = nullif(@member, -1)
where id = (select id from check_result where check_key = @key and coalesce(wave, 0) = @wave order by id desc limit 1)`

	turnTaskSQL = `
update task set state = @state, reason = @reason, done_at = @done_at, done_by = @done_by, version = version + 1
where id = @id`

	turnActivitySQL = `insert into task_activity (task, at, actor, kind, say) values (@task, @at, @actor, @kind, @say)`

	checkHistorySQL = `
select check_key, coalesce(wave, 0) as wave, outcome, say, short, count, details, source, as_of, since, ran_at, coalesce(member, -1) as member
from check_result
where check_key = @key and coalesce(wave, 0) = @wave
order by id desc limit @limit`
)

// historyShown is how many of a check's earlier findings are told.
const historyShown = 50

// RunChecks asks every check, keeps what it found, and does or reopens the tasks
// it proves. It returns how many checks say something else than before. Facts
// that cannot be read leave their checks as they were and are told in the error;
// the other checks are kept all the same. Running twice changes nothing more.
func (s *Store) RunChecks(ctx context.Context, mail rollout.MailFacts, now time.Time) (changed int, err error) {
	facts, unread, failed := s.checkFacts(ctx, mail, now)
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		changed, err = s.keepResults(ctx, tx, rollout.RunChecks(facts, unread), now)
		return err
	})
	s.plan.expire()
	if err != nil {
		return 0, errors.Join(fmt.Errorf("keep what the checks found: %w", err), failed)
	}
	return changed, failed
}

// keepResults writes results beside those of before, and what follows for the
// tasks. A run that began after now has been here already: then there is nothing to keep.
func (s *Store) keepResults(ctx context.Context, tx pgx.Tx, results []rollout.Result, now time.Time) (int, error) {
	if _, err := tx.Exec(ctx, holdPlanSQL); err != nil {
		return 0, err
	}
	held, err := readPlan(ctx, tx, day.FromTime(now))
	if err != nil {
		return 0, fmt.Errorf("read the plan: %w", err)
	}
	plan, b := held.plan, &pgx.Batch{}
	before := failedSince(plan, now)
	changed, moved := 0, false
	for _, r := range results {
		was, known := plan.Results[r.CheckRef]
		switch {
		case known && was.RanAt.After(now):
			continue
		case known && r.Says(was):
			r.Since = was.Since
			moved = moved || !r.AsOf.Equal(was.AsOf) || r.Count != was.Count || r.Member != was.Member || !slices.Equal(r.Details, was.Details)
			b.Queue(refreshResultSQL, refreshArgs(r))
		default:
			changed++
			b.Queue(insertResultSQL, resultArgs(r))
		}
		plan.Results[r.CheckRef] = r
	}
	turns := plan.Turns(now)
	for _, t := range turns {
		queueTurn(b, t, now)
	}
	queueFailedSince(b, plan, before, now)
	if b.Len() > 0 {
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return 0, err
		}
	}
	if changed == 0 && !moved && len(turns) == 0 {
		return 0, nil
	}
	if err := bumpPlan(ctx, tx); err != nil {
		return 0, err
	}
	return changed, s.audit(ctx, tx, now, each(turns, turnEvent)...)
}

func resultArgs(r rollout.Result) pgx.StrictNamedArgs {
	args := refreshArgs(r)
	args["outcome"], args["say"], args["short"] = string(r.Outcome), cleanText(r.Say), cleanText(r.Short)
	return args
}

func refreshArgs(r rollout.Result) pgx.StrictNamedArgs {
	details := r.Details
	if details == nil {
		details = []rollout.Detail{}
	}
	return pgx.StrictNamedArgs{
		"key": string(r.Check), "wave": r.Wave, "count": r.Count, "details": details, "source": r.Source,
		"as_of": moment(r.AsOf), "ran_at": r.RanAt, "member": r.Member,
	}
}

// queueTurn changes a task as a check decided.
func queueTurn(b *pgx.Batch, t rollout.Turn, now time.Time) {
	args := pgx.StrictNamedArgs{"id": int64(t.Task), "state": string(t.To), "reason": "", "done_at": &now, "done_by": rollout.Signal}
	kind := "state"
	if t.To == rollout.Reopened {
		args["reason"], args["done_at"], args["done_by"] = cleanText(t.Say), (*time.Time)(nil), ""
		kind = "reopened"
	}
	b.Queue(turnTaskSQL, args)
	b.Queue(turnActivitySQL, pgx.StrictNamedArgs{
		"task": int64(t.Task), "at": now, "actor": rollout.Signal, "kind": kind, "say": cleanText(t.Say),
	})
}

// turnEvent tells of what a check made of a task: the program did it, and no person.
func turnEvent(t rollout.Turn) identity.Event {
	return identity.Event{
		Action: "task." + string(t.To), Subject: "task/" + strconv.FormatInt(int64(t.Task), 10),
		Detail: map[string]string{"check": string(t.By.Check), "wave": strconv.Itoa(t.By.Wave)},
	}
}

// CheckHistory returns what a check has said, newest first: each holds from its Since until the one before it in the list.
func (s *Store) CheckHistory(ctx context.Context, ref rollout.CheckRef) ([]rollout.Result, error) {
	rows, err := s.pool.Query(ctx, checkHistorySQL, pgx.StrictNamedArgs{"key": string(ref.Check), "wave": ref.Wave, "limit": historyShown})
	if err != nil {
		return nil, fmt.Errorf("read the history of a check: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[resultRow])
	if err != nil {
		return nil, fmt.Errorf("read the history of a check: %w", translate(err))
	}
	return each(found, resultRow.result), nil
}

const memberNameSQL = `select coalesce(nullif(name, ''), email, '') from member where ord = $1`

// MemberName returns how a member is called: their name, else their address.
func (s *Store) MemberName(ctx context.Context, member int32) (string, error) {
	var name string
	err := s.pool.QueryRow(ctx, memberNameSQL, member).Scan(&name)
	return name, translate(err)
}
