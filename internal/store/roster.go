package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

const (
	rosterPeopleSQL = `select id, email, name, title, manager_email, location from person order by id`

	rosterPlacementsSQL = `
select p.person, p.from_day, coalesce(d.name, '') as department, coalesce(w.name, '') as wave
from placement p left join department d on d.id = p.department left join wave w on w.id = p.wave
order by p.person, p.from_day nulls first`

	departmentNamesSQL = `select name from department order by id`

	waveNamesSQL = `select name from wave order by id`

	arrivedSQL = `
select a.email_folded from member_address a join member m on m.ord = a.member where m.listed
union select email_folded from invite where status = 'pending' and (expires_at is null or expires_at > now())`

	earlierSQL = `
select m.email_folded as now, p.email_folded as earlier
from member_person mp join member m on m.ord = mp.member join person p on p.id = mp.person
where m.email_folded <> p.email_folded`
)

// Roster returns what an import of people is compared with.
func (s *Store) Roster(ctx context.Context) (people.Roster, error) {
	r, err := readRoster(ctx, snapshot{s.pool})
	return r, translate(err)
}

// UpdateRoster lends the roster to fn and keeps what it decides.
func (s *Store) UpdateRoster(ctx context.Context, now time.Time, fn func(people.Roster) (people.Change, error)) error {
	return s.importing(ctx, func(tx pgx.Tx) error {
		r, err := readRoster(ctx, tx)
		if err != nil {
			return fmt.Errorf("read the roster: %w", err)
		}
		c, err := fn(r)
		if err != nil {
			return err
		}
		if err := keepRoster(ctx, tx, c); err != nil {
			return fmt.Errorf("keep the roster: %w", err)
		}
		return s.finishImport(ctx, tx, c.Import, now)
	})
}

func readRoster(ctx context.Context, from sender) (people.Roster, error) {
	var r people.Roster
	b := &pgx.Batch{}
	b.Queue(rosterPeopleSQL).Query(func(rows pgx.Rows) error { return readPeople(rows, &r) })
	b.Queue(rosterPlacementsSQL).Query(func(rows pgx.Rows) error { return readPlacements(rows, &r) })
	b.Queue(departmentNamesSQL).Query(func(rows pgx.Rows) (err error) {
		r.Departments, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(waveNamesSQL).Query(func(rows pgx.Rows) (err error) {
		r.Waves, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(arrivedSQL).Query(func(rows pgx.Rows) (err error) {
		r.Arrived, err = collectSet(rows)
		return err
	})
	b.Queue(earlierSQL).Query(func(rows pgx.Rows) error {
		r.Earlier = map[string]string{}
		var now, earlier string
		_, err := pgx.ForEachRow(rows, []any{&now, &earlier}, func() error {
			r.Earlier[now] = earlier
			return nil
		})
		return err
	})
	return r, from.SendBatch(ctx, b).Close()
}

func readPeople(rows pgx.Rows, r *people.Roster) error {
	var p people.Person
	_, err := pgx.ForEachRow(rows, []any{&p.ID, &p.Email, &p.Name, &p.Title, &p.ManagerEmail, &p.Location}, func() error {
		r.People = append(r.People, p)
		return nil
	})
	return err
}

// readPlacements gives the people of the roster their placements; both come by ascending person.
func readPlacements(rows pgx.Rows, r *people.Roster) error {
	var who people.PersonID
	var from *time.Time
	var department, wave string
	var names spellings
	i := 0
	_, err := pgx.ForEachRow(rows, []any{&who, &from, &department, &wave}, func() error {
		for r.People[i].ID != who {
			i++
		}
		p := people.Placement{From: dayOf(from), Place: people.Place{Department: names.of(department), Wave: names.of(wave)}}
		r.People[i].Placements = append(r.People[i].Placements, p)
		return nil
	})
	return err
}

// spellings make equal texts share their memory.
type spellings struct{ known map[string]string }

func (s *spellings) of(text string) string {
	if have, ok := s.known[text]; ok {
		return have
	}
	if s.known == nil {
		s.known = map[string]string{}
	}
	s.known[text] = text
	return text
}

// What an import writes travels by COPY into tables of the session.
const (
	freshPeopleSQL = `
create temp table if not exists fresh_person (
    person int not null, email text not null, name text not null, title text not null, manager_email text not null,
    location text not null, replace boolean not null
) on commit delete rows`

	freshPlacementsSQL = `
create temp table if not exists fresh_placement (
    email text not null, from_day date, department text, wave text
) on commit delete rows`

	addDepartmentsSQL = `insert into department (name) select name from unnest($1::text[]) with ordinality as t (name, n) order by n on conflict do nothing`

	addWavesSQL = `insert into wave (name) select name from unnest($1::text[]) with ordinality as t (name, n) order by n on conflict do nothing`

	changeRosterSQL = `
update person p
set email = f.email, name = f.name, title = f.title, manager_email = f.manager_email, location = f.location
from pg_temp.fresh_person f
where p.id = f.person
  and (p.email, p.name, p.title, p.manager_email, p.location)
      is distinct from (f.email, f.name, f.title, f.manager_email, f.location)`

	addRosterSQL = `
insert into person (email, name, title, manager_email, location)
select email, name, title, manager_email, location from pg_temp.fresh_person where person = 0`

	dropPlacementsSQL = `
delete from placement pl using pg_temp.fresh_person f where f.replace and f.person <> 0 and pl.person = f.person`

	addPlacementsSQL = `
insert into placement (person, from_day, department, wave)
select p.id, f.from_day, d.id, w.id
from pg_temp.fresh_placement f
join person p on p.email_folded = lower(f.email)
left join department d on d.name = f.department
left join wave w on w.name = f.wave`
)

// keepRoster writes what an import decided.
func keepRoster(ctx context.Context, tx pgx.Tx, c people.Change) error {
	if len(c.People) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue(freshPeopleSQL)
	b.Queue(freshPlacementsSQL)
	b.Queue(addDepartmentsSQL, clean(c.Departments))
	b.Queue(addWavesSQL, clean(c.Waves))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if err := copyPeople(ctx, tx, c.People); err != nil {
		return err
	}
	if err := copyPlacements(ctx, tx, c.People); err != nil {
		return err
	}
	b = &pgx.Batch{}
	for _, sql := range []string{changeRosterSQL, addRosterSQL, dropPlacementsSQL, addPlacementsSQL} {
		b.Queue(sql)
	}
	return tx.SendBatch(ctx, b).Close()
}

func copyPeople(ctx context.Context, tx pgx.Tx, list []people.PersonChange) error {
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		p := &list[i]
		return []any{int32(p.ID), p.Email, p.Name, p.Title, p.ManagerEmail, p.Location, p.Replace}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_person"},
		[]string{"person", "email", "name", "title", "manager_email", "location", "replace"}, rows)
	return err
}

func copyPlacements(ctx context.Context, tx pgx.Tx, list []people.PersonChange) error {
	who, place := 0, -1
	rows := pgx.CopyFromFunc(func() ([]any, error) {
		for place++; who < len(list) && (!list[who].Replace || place >= len(list[who].Placements)); place = 0 {
			who++
		}
		if who == len(list) {
			return nil, nil
		}
		p := list[who].Placements[place]
		return []any{list[who].Email, dayOrNull(p.From), known(p.Department), known(p.Wave)}, nil
	})
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_placement"}, []string{"email", "from_day", "department", "wave"}, rows)
	return err
}

func dayOrNull(d day.Date) *time.Time {
	if !d.Known() {
		return nil
	}
	t := d.Time()
	return &t
}
