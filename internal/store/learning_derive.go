package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What statements say of people at sessions is made from them anew whenever one
// of them changes: learned names the seats that are settled again, taught is what
// the statements that were not voided say of those.
const (
	learnedSQL = `
create temp table if not exists learned (
    name text not null, kind text not null, day date not null, email_folded text not null,
    primary key (name, kind, day, email_folded)
) on commit delete rows`

	taughtSQL = `
create temp table if not exists taught (
    name text not null, kind text not null, day date not null, email_folded text not null,
    email text not null, status text not null, minutes int, at timestamptz not null
) on commit delete rows`

	learnedOfStatementsSQL = `
insert into pg_temp.learned (name, kind, day, email_folded)
select distinct c.name, c.kind, (st.at at time zone 'UTC')::date, st.email_folded
from statement st join course c on c.id = st.course
where st.id = any ($1::uuid[]) and c.kind is not null
on conflict do nothing`

	learnedOfCourseSQL = `
insert into pg_temp.learned (name, kind, day, email_folded)
select distinct c.name, c.kind, (st.at at time zone 'UTC')::date, st.email_folded
from statement st join course c on c.id = st.course
where c.id = $1 and c.kind is not null
on conflict do nothing`

	anyLearnedSQL = `
select exists (select from training_session s join course c on c.name = s.name and c.kind = s.kind where s.id = any ($1::int[]))`

	learnedOfSessionsSQL = `
insert into pg_temp.learned (name, kind, day, email_folded)
select distinct s.name, s.kind, s.day, st.email_folded
from training_session s
join course c on c.name = s.name and c.kind = s.kind
join statement st on st.course = c.id and (st.at at time zone 'UTC')::date = s.day
where s.id = any ($1::int[])
on conflict do nothing`

	// Nobody ticks the lists of these sessions meanwhile.
	holdLearnedSQL = `
select s.id from training_session s
where exists (select from pg_temp.learned l where s.name = l.name and s.kind = l.kind and s.day = l.day)
order by s.id for update`

	teachSQL = `
insert into pg_temp.taught (name, kind, day, email_folded, email, status, minutes, at)
select l.name, l.kind, l.day, l.email_folded, min(st.email collate "C"),
       case when bool_or(st.verb = 'completed') then 'completed' else 'attended' end, max(st.minutes), min(st.at)
from pg_temp.learned l
join course c on c.name = l.name and c.kind = l.kind
join statement st on st.course = c.id and st.email_folded = l.email_folded and (st.at at time zone 'UTC')::date = l.day
where st.voided_at is null
group by l.name, l.kind, l.day, l.email_folded`

	// What a file, the door or the list said holds again ...
	giveBackSQL = `
update attendance a set status = a.said, said = null
from pg_temp.learned l join training_session s on s.name = l.name and s.kind = l.kind and s.day = l.day
where a.session = s.id and a.email_folded = l.email_folded and a.said is not null`

	// ... and so does a host's note of what somebody made, when nothing else is known any more.
	leaveNotedSQL = `
update attendance a set source = 'list', status = 'attended', minutes = null
from pg_temp.learned l join training_session s on s.name = l.name and s.kind = l.kind and s.day = l.day
where a.session = s.id and a.email_folded = l.email_folded and a.source = 'lms' and a.deliverable <> ''
  and not exists (select from pg_temp.taught t where t.name = l.name and t.kind = l.kind and t.day = l.day and t.email_folded = l.email_folded)`

	dropUntaughtSQL = `
delete from attendance a
using pg_temp.learned l join training_session s on s.name = l.name and s.kind = l.kind and s.day = l.day
where a.session = s.id and a.email_folded = l.email_folded and a.source = 'lms'
  and not exists (select from pg_temp.taught t where t.name = l.name and t.kind = l.kind and t.day = l.day and t.email_folded = l.email_folded)`

	addTaughtSessionsSQL = `
insert into training_session (name, kind, day)
select distinct name, kind, day from pg_temp.taught order by day, name, kind
on conflict do nothing`

	// The stronger status holds: completed before attended before no_show.
	keepTaughtSQL = `
insert into attendance (session, email, status, minutes, source, at)
select s.id, t.email, t.status, t.minutes, 'lms', t.at
from pg_temp.taught t join training_session s on s.name = t.name and s.kind = t.kind and s.day = t.day
order by s.id, t.email_folded
on conflict (session, email_folded) do update set
    said    = case when attendance.source = 'lms' then null else attendance.status end,
    status  = excluded.status,
    minutes = case when attendance.source = 'lms' then excluded.minutes else attendance.minutes end,
    at      = case when attendance.source = 'lms' then excluded.at else attendance.at end
where case when attendance.source = 'lms'
           then (attendance.status, attendance.minutes, attendance.at) is distinct from (excluded.status, excluded.minutes, excluded.at)
           else array_position(array['no_show', 'attended', 'completed'], excluded.status)
              > array_position(array['no_show', 'attended', 'completed'], attendance.status) end`

	// A session that was known from statements only goes with the last of them.
	dropEmptySessionsSQL = `
delete from training_session s
using (select distinct name, kind, day from pg_temp.learned) l
where s.name = l.name and s.kind = l.kind and s.day = l.day
  and not s.planned and s.series is null and s.version = 1 and s.cancelled_at is null
  and not exists (select from attendance a where a.session = s.id)
  and not exists (select from sign_up u where u.session = s.id)`

	emptyLearnedSQL = `delete from pg_temp.learned`
	emptyTaughtSQL  = `delete from pg_temp.taught`
)

// publishLearned settles the seats in learned, and counts the generation up when
// that changed an attendance.
func publishLearned(ctx context.Context, tx pgx.Tx) error {
	changed, err := settleLearned(ctx, tx)
	if err != nil || changed == 0 {
		return err
	}
	_, err = bump(ctx, tx, touchesLog)
	return err
}

// settleLearned makes the attendances of the seats in learned what statements and
// everything else say together. It returns how many rows that touched.
func settleLearned(ctx context.Context, tx pgx.Tx) (changed int64, err error) {
	b := &pgx.Batch{}
	b.Queue(holdLearnedSQL)
	b.Queue(teachSQL)
	for _, sql := range []string{giveBackSQL, leaveNotedSQL, dropUntaughtSQL, addTaughtSessionsSQL, keepTaughtSQL} {
		count(b, sql, &changed)
	}
	b.Queue(dropEmptySessionsSQL)
	b.Queue(emptyTaughtSQL)
	b.Queue(emptyLearnedSQL)
	err = tx.SendBatch(ctx, b).Close()
	return changed, err
}

// count queues a statement and adds how many rows it changed to changed.
func count(b *pgx.Batch, sql string, changed *int64) {
	b.Queue(sql).Exec(func(tag pgconn.CommandTag) error {
		*changed += tag.RowsAffected()
		return nil
	})
}

// relearn lets what statements say of sessions hold again after a file, the door
// or the list has written attendances of them. The caller counts the generation up.
func relearn(ctx context.Context, tx pgx.Tx, sessions ...int) error {
	var taught bool
	if err := tx.QueryRow(ctx, anyLearnedSQL, sessions).Scan(&taught); err != nil || !taught {
		return err
	}
	if err := beginLearned(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, learnedOfSessionsSQL, sessions); err != nil {
		return err
	}
	_, err := settleLearned(ctx, tx)
	return err
}

// beginLearned makes the tables that this transaction works with.
func beginLearned(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range []string{learnedSQL, taughtSQL} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
