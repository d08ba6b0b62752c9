package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const learningLock = 0x6c6561726e // advisory lock of new tokens; the number spells "learn"

const (
	holdLearningSQL = `select pg_advisory_xact_lock($1::bigint)`

	learningTokenColumns = `
select id, name, hash, coalesce(created_by, 0) as created_by, created_at, revoked_at, last_used_at
from learning_token`

	learningTokensSQL     = learningTokenColumns + ` order by revoked_at is not null, created_at desc, id desc limit 50`
	learningTokenSQL      = learningTokenColumns + ` where hash = $1 and revoked_at is null`
	lockLearningTokensSQL = learningTokenColumns + ` where revoked_at is null order by id for update`

	useLearningTokenSQL    = `update learning_token set last_used_at = $2 where id = $1`
	revokeLearningTokenSQL = `update learning_token set revoked_at = $2 where id = $1 and revoked_at is null returning id`

	insertLearningTokenSQL = `
insert into learning_token (name, hash, created_by, created_at)
values (@name, @hash, nullif(@created_by::bigint, 0), @created_at)
returning id`

	noteLeftSQL = `
insert into statement_left (day, reason, times, last)
select (@now::timestamptz at time zone 'UTC')::date, reason, times, @now
from unnest(@reasons::text[], @times::int[]) as t (reason, times) order by reason
on conflict (day, reason) do update set times = statement_left.times + excluded.times, last = greatest(statement_left.last, excluded.last)`

	courseSQL = `
select id, activity, name, coalesce(kind, '') as kind, ignored, first_seen, version from course where id = $1`

	lockCourseSQL = courseSQL + ` for update`

	updateCourseSQL = `
update course set name = @name, kind = nullif(@kind, ''), ignored = @ignored, version = @version where id = @id`

	courseCountsSQL = `
with counted as (
    select course, count(*)::int as statements, count(distinct email_folded)::int as people, max(at) as last
    from statement where voided_at is null group by course
)
select c.id, c.activity, c.name, coalesce(c.kind, '') as kind, c.ignored, c.first_seen, c.version,
       coalesce(n.statements, 0) as statements, coalesce(n.people, 0) as people, n.last
from course c left join counted n on n.course = c.id
where @search = '' or strpos(lower(c.name), @search) > 0 or strpos(lower(c.activity), @search) > 0
order by c.kind is not null or c.ignored, c.ignored, lower(c.name), c.id
limit @limit offset @skip`

	coursesKnownSQL = `
select count(*)::int as courses, count(*) filter (where kind is null and not ignored)::int as waiting,
       count(*) filter (where @search = '' or strpos(lower(name), @search) > 0 or strpos(lower(activity), @search) > 0)::int as matching
from course`

	statementsKnownSQL = `
select count(*) filter (where voided_at is null)::int as statements, count(*) filter (where voided_at is not null)::int as voided, max(stored_at) as last
from statement`

	leftSQL = `
select reason, sum(times)::int as times, max(last) as last
from statement_left where day >= $1 group by reason order by reason`
)

// LearningToken implements [enablement.LearningKeeper].
func (s *Store) LearningToken(ctx context.Context, hash []byte) (enablement.LearningToken, error) {
	rows, err := s.pool.Query(ctx, learningTokenSQL, hash)
	if err != nil {
		return enablement.LearningToken{}, translate(err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[enablement.LearningToken])
	return t, translate(err)
}

// UseLearningToken implements [enablement.LearningKeeper].
func (s *Store) UseLearningToken(ctx context.Context, t enablement.LearningToken, now time.Time) error {
	_, err := s.pool.Exec(ctx, useLearningTokenSQL, t.ID, now)
	return translate(err)
}

// AddLearningToken implements [enablement.LearningKeeper].
func (s *Store) AddLearningToken(ctx context.Context, by identity.Actor, now time.Time, fn func([]enablement.LearningToken) (enablement.LearningToken, error)) (enablement.LearningToken, error) {
	var t enablement.LearningToken
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdLearningSQL, int64(learningLock)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, lockLearningTokensSQL)
		if err != nil {
			return err
		}
		have, err := pgx.CollectRows(rows, pgx.RowToStructByName[enablement.LearningToken])
		if err != nil {
			return err
		}
		if t, err = fn(have); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, insertLearningTokenSQL, pgx.StrictNamedArgs{
			"name": cleanText(t.Name), "hash": t.Hash, "created_by": int64(t.CreatedBy), "created_at": now,
		}).Scan(&t.ID)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, now, learningEvent(by, "learning_token.created", "learning_token", t.ID, nil))
	})
	return t, err
}

// RevokeLearningToken implements [enablement.LearningKeeper].
func (s *Store) RevokeLearningToken(ctx context.Context, by identity.Actor, id int64, now time.Time) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, revokeLearningTokenSQL, id, now).Scan(&id); err != nil {
			return err
		}
		return s.audit(ctx, tx, now, learningEvent(by, "learning_token.revoked", "learning_token", id, nil))
	})
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, "There is no such token in use. It may have been revoked already.", err)
	}
	return err
}

func learningEvent(by identity.Actor, action, subject string, id int64, detail map[string]string) identity.Event {
	return identity.Event{By: by, Action: action, Subject: subject + "/" + strconv.FormatInt(id, 10), Detail: detail}
}

// NoteRefusal implements [enablement.LearningKeeper].
func (s *Store) NoteRefusal(ctx context.Context, why enablement.Reason, now time.Time) error {
	_, err := s.pool.Exec(ctx, noteLeftSQL, leftArgs(map[enablement.Reason]int{why: 1}, now))
	return translate(err)
}

func leftArgs(left map[enablement.Reason]int, now time.Time) pgx.StrictNamedArgs {
	var reasons []string
	var times []int
	for _, r := range enablement.Reasons() {
		if left[r] > 0 {
			reasons, times = append(reasons, string(r)), append(times, left[r])
		}
	}
	return pgx.StrictNamedArgs{"now": now, "reasons": reasons, "times": times}
}

// UpdateCourse implements [enablement.LearningKeeper].
func (s *Store) UpdateCourse(ctx context.Context, by identity.Actor, id int, now time.Time, fn func(*enablement.Course) error) error {
	return s.learning(ctx, func(tx pgx.Tx) error {
		c, err := readCourse(ctx, tx, lockCourseSQL, id)
		if err != nil {
			return err
		}
		if err := fn(&c); err != nil {
			return err
		}
		if err := keepCourse(ctx, tx, c); err != nil {
			return fmt.Errorf("keep the course: %w", err)
		}
		detail := map[string]string{"kind": string(c.Kind), "ignored": strconv.FormatBool(c.Ignored)}
		return s.audit(ctx, tx, now, learningEvent(by, "course.decided", "course", int64(c.ID), detail))
	})
}

// Course implements [enablement.LearningKeeper].
func (s *Store) Course(ctx context.Context, id int) (enablement.Course, error) {
	return readCourse(ctx, s.pool, courseSQL, id)
}

func readCourse(ctx context.Context, from querier, sql string, id int) (enablement.Course, error) {
	rows, err := from.Query(ctx, sql, id)
	if err != nil {
		return enablement.Course{}, translate(err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[enablement.Course])
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Wrap(fault.NotFound, "There is no such course.", err)
	}
	return c, translate(err)
}

// keepCourse writes a course and settles again what its statements said before and say now.
func keepCourse(ctx context.Context, tx pgx.Tx, c enablement.Course) error {
	if err := beginLearned(ctx, tx); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(learnedOfCourseSQL, c.ID)
	b.Queue(updateCourseSQL, pgx.StrictNamedArgs{
		"id": c.ID, "name": cleanText(c.Name), "kind": string(c.Kind), "ignored": c.Ignored, "version": c.Version,
	})
	b.Queue(learnedOfCourseSQL, c.ID)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	return publishLearned(ctx, tx)
}

// LearningReport implements [enablement.LearningKeeper].
func (s *Store) LearningReport(ctx context.Context, f enablement.CourseFilter, now time.Time) (enablement.LearningReport, error) {
	var r enablement.LearningReport
	search := strings.ToLower(strings.TrimSpace(cleanText(f.Search)))
	b := &pgx.Batch{}
	b.Queue(learningTokensSQL).Query(func(rows pgx.Rows) (err error) {
		r.Tokens, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.LearningToken])
		return err
	})
	b.Queue(courseCountsSQL, pgx.StrictNamedArgs{
		"search": search, "limit": enablement.CoursesAPage, "skip": f.Page * enablement.CoursesAPage,
	}).Query(func(rows pgx.Rows) (err error) {
		r.Courses, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.CourseCount])
		return err
	})
	b.Queue(coursesKnownSQL, pgx.StrictNamedArgs{"search": search}).QueryRow(func(row pgx.Row) error {
		return row.Scan(&r.All, &r.Waiting, &r.Matching)
	})
	b.Queue(statementsKnownSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&r.Statements, &r.Voided, &r.Last) })
	from := day.FromTime(now) - (enablement.ReportDays - 1)
	b.Queue(leftSQL, from.Time()).Query(func(rows pgx.Rows) (err error) {
		r.Left, err = pgx.CollectRows(rows, pgx.RowToStructByName[enablement.LeftCount])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return r, fmt.Errorf("read what learning systems sent: %w", translate(err))
	}
	return r, nil
}
