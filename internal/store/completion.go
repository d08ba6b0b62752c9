package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/people"
)

const (
	// Everybody of the roster with the trainings they were at. Whose an address is,
	// is decided as for the figures: the member's who has it today, else the last
	// one's who had it, else the roster's.
	trainedSQL = ` training as (
    select id, kind, day, name, starts_at, cancelled_at from training_session where kind in ('all_staff_101', 'department')
), address as (
    select a.email_folded from attendance a join training s on s.id = a.session where a.status <> 'no_show'
    union
    select u.email_folded from sign_up u join training s on s.id = u.session where s.day >= @today
), owner as (
    select a.email_folded, coalesce(mp.person, p.id) as person
    from address a
    left join member today on today.email_folded = a.email_folded and not exists (
        select from member o where o.email_folded = today.email_folded and (o.listed, -o.ord) > (today.listed, -today.ord)
    )
    left join (
        select distinct on (e.email_folded) e.email_folded, e.member
        from member_address e where not exists (select from member o where o.email_folded = e.email_folded)
        order by e.email_folded, e.seen_at desc, e.member
    ) earlier on earlier.email_folded = a.email_folded
    left join member_person mp on mp.member = coalesce(today.ord, earlier.member)
    left join person p on p.email_folded = a.email_folded and coalesce(today.ord, earlier.member) is null
), been as (
    select o.person, bool_or(s.kind = 'all_staff_101') as basics, bool_or(s.kind = 'department') as own, bool_or(a.status = 'completed') as completed
    from attendance a join training s on s.id = a.session join owner o on o.email_folded = a.email_folded
    where a.status <> 'no_show'
    group by o.person
), ahead as (
    select distinct on (o.person) o.person, s.id as session, s.name, s.day
    from sign_up u join training s on s.id = u.session join owner o on o.email_folded = u.email_folded
    where s.day >= @today and s.cancelled_at is null
    order by o.person, s.day, s.starts_at, s.id
), account as (
    select mp.person, bool_or(m.listed) as listed, max(m.name) as name
    from member_person mp join member m on m.ord = mp.member group by mp.person
), called as (
    select distinct email_folded from invite where status = 'pending' and (expires_at is null or expires_at > now())
), place as (` + placesSQL + `), everyone as (
    select p.email, p.email_folded, coalesce(nullif(p.name, ''), c.name, '') as name,
           coalesce(place.department, 0) as department, coalesce(place.wave, 0) as wave,
           coalesce(been.basics, false) as basics, coalesce(been.own, false) as own, coalesce(been.completed, false) as completed,
           been.person is null and coalesce(c.listed, called.email_folded is not null) as missing, c.person is null as invited,
           ahead.session, ahead.name as ahead, ahead.day
    from person p
    left join place on place.person = p.id
    left join been on been.person = p.id
    left join ahead on ahead.person = p.id
    left join account c on c.person = p.id
    left join called on called.email_folded = p.email_folded
    where @departments::int[] is null or place.department = any (@departments)
)`

	standingsSQL = `
with` + trainedSQL + `
select department, wave, count(*)::int as people, count(*) filter (where basics)::int as basics, count(*) filter (where own)::int as own,
       count(*) filter (where basics or own)::int as either, count(*) filter (where completed)::int as completed,
       count(*) filter (where missing)::int as missing, count(*) filter (where missing and session is not null)::int as ahead
from everyone group by department, wave`

	untrainedSQL = `
with` + trainedSQL + `
select e.email, e.email_folded as key, e.name, coalesce(d.name, '') as department, coalesce(w.name, '') as wave, e.invited,
       coalesce(e.session, 0) as session, coalesce(e.ahead, '') as ahead, e.day
from everyone e left join department d on d.id = e.department left join wave w on w.id = e.wave
where e.missing and e.email_folded > @after
  and (@search = '' or strpos(e.email_folded, @search) > 0 or strpos(lower(e.name), @search) > 0)
  and (@department::int is null or e.department = @department) and (@wave::int is null or e.wave = @wave)
order by e.email_folded limit @limit`
)

type standingRow struct {
	Department, Wave                                       int
	People, Basics, Own, Either, Completed, Missing, Ahead int
}

type untrainedRow struct {
	Email, Key, Name, Department, Wave string
	Invited                            bool
	Session                            int
	Ahead                              string
	Day                                *time.Time
}

func (r untrainedRow) untrained() enablement.Untrained {
	u := enablement.Untrained{Email: r.Email, Name: r.Name, Department: r.Department, Wave: r.Wave, Invited: r.Invited}
	if r.Day != nil {
		u.Ahead = &enablement.Ahead{Session: r.Session, Name: r.Ahead, Day: day.FromTime(*r.Day)}
	}
	return u
}

// Standings returns how far departments and waves have come, and a page of who is
// missing. departments is whose people may be told of, by id: nil for everybody's,
// empty for nobody's.
func (s *Store) Standings(ctx context.Context, departments []int, f enablement.MissingFilter, today day.Date) (enablement.Standings, error) {
	l, b := standingsLoad{limit: f.Limit}, &pgx.Batch{}
	on := pgx.StrictNamedArgs{"today": today.Time()}
	b.Queue(departmentsSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.departments, _, err = readDepartments(rows)
		return err
	})
	b.Queue(wavesSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.waves, _, err = readWaves(rows)
		return err
	})
	b.Queue(standingsSQL, pgx.StrictNamedArgs{"today": today.Time(), "departments": departments}).Query(func(rows pgx.Rows) (err error) {
		l.counts, err = pgx.CollectRows(rows, pgx.RowToStructByName[standingRow])
		return err
	})
	b.Queue(untrainedSQL, untrainedArgs(departments, f, today)).Query(l.untrained)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.Standings{}, fmt.Errorf("read who was at a training: %w", translate(err))
	}
	return l.standings(departments == nil), nil
}

// Untrained returns a page of who is missing; more says that there are others behind it.
func (s *Store) Untrained(ctx context.Context, departments []int, f enablement.MissingFilter, today day.Date) (list []enablement.Untrained, more bool, err error) {
	l, b := standingsLoad{limit: f.Limit}, &pgx.Batch{}
	b.Queue(untrainedSQL, untrainedArgs(departments, f, today)).Query(l.untrained)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, false, fmt.Errorf("list who is missing: %w", translate(err))
	}
	return l.out.Missing, l.out.More, nil
}

func untrainedArgs(departments []int, f enablement.MissingFilter, today day.Date) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"today": today.Time(), "departments": departments, "after": f.After, "limit": f.Limit + 1,
		"search": strings.ToLower(strings.TrimSpace(cleanText(f.Search))), "department": f.Department, "wave": f.Wave,
	}
}

// standingsLoad is standings being read.
type standingsLoad struct {
	limit       int
	departments []people.Department
	waves       []people.Wave
	counts      []standingRow
	out         enablement.Standings
}

func (l *standingsLoad) untrained(rows pgx.Rows) error {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[untrainedRow])
	if l.out.More = len(list) > l.limit; l.out.More {
		list = list[:l.limit]
	}
	l.out.Missing = each(list, untrainedRow.untrained)
	return err
}

// standings adds the counts up by department and by wave, in the order those are listed elsewhere.
func (l *standingsLoad) standings(everybody bool) enablement.Standings {
	departments, waves := map[int]*enablement.Standing{}, map[int]*enablement.Standing{}
	for _, c := range l.counts {
		addStanding(departments, c.Department, c)
		addStanding(waves, c.Wave, c)
	}
	opens := map[int]*day.Date{}
	for _, w := range l.waves {
		opens[w.ID] = w.OpensOn
		if s := waves[w.ID]; s != nil && everybody {
			s.Name, s.Slug, s.Opens = w.Name, w.Slug, w.OpensOn
			l.out.Waves = append(l.out.Waves, *s)
		}
	}
	for _, d := range l.departments {
		if s := departments[d.ID]; s != nil {
			s.Name, s.Slug, s.Opens = d.Name, d.Slug, opens[d.Wave]
			l.out.Departments = append(l.out.Departments, *s)
		}
	}
	if s := departments[0]; s != nil && everybody {
		l.out.Departments = append(l.out.Departments, *s)
	}
	if s := waves[0]; s != nil && everybody {
		l.out.Waves = append(l.out.Waves, *s)
	}
	return l.out
}

func addStanding(to map[int]*enablement.Standing, id int, c standingRow) {
	s := to[id]
	if s == nil {
		s = &enablement.Standing{ID: id}
		to[id] = s
	}
	s.People += c.People
	s.Basics += c.Basics
	s.Own += c.Own
	s.Either += c.Either
	s.Completed += c.Completed
	s.Missing += c.Missing
	s.Ahead += c.Ahead
}
