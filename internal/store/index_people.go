package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
)

// Days travel as numbers here: there are a hundred thousand of them.
const (
	indexNamesSQL = `
select 'department' as of, id, name, null::date as opens_on from department
union all select 'wave', id, name, opens_on from wave
order by of, opens_on, name`

	indexPlacementsSQL = `
select mp.member, coalesce(pl.from_day - date '1970-01-01', -2147483648) as from_day,
       coalesce(pl.department, 0) as department, coalesce(pl.wave, 0) as wave
from member_person mp join placement pl on pl.person = mp.person
order by mp.member, pl.from_day nulls first`

	indexGuestsSQL = `
select p.id, pl.person is not null as placed, coalesce(pl.from_day - date '1970-01-01', -2147483648) as from_day,
       coalesce(pl.department, 0) as department, coalesce(pl.wave, 0) as wave
from person p left join placement pl on pl.person = p.id
where not exists (select from member_person mp where mp.person = p.id)
order by p.id, pl.from_day nulls first`

	// Whose the addresses of attendances and touchpoints are: the member's who has
	// it today, else the last one's who had it, else the roster's, else nobody's.
	indexAddressesSQL = `
with address as (
    select email_folded from attendance where status <> 'no_show'
    union select user_folded from touchpoint where user_folded is not null
)
select a.email_folded, coalesce(today.ord, earlier.member, -1) as member, coalesce(p.id, 0) as person
from address a
left join (
    select distinct on (email_folded) email_folded, ord
    from member where email_folded is not null order by email_folded, listed desc, ord
) today using (email_folded)
left join (
    select distinct on (e.email_folded) e.email_folded, e.member
    from member_address e where not exists (select from member o where o.email_folded = e.email_folded)
    order by e.email_folded, e.seen_at desc, e.member
) earlier using (email_folded)
left join person p on p.email_folded = a.email_folded
order by a.email_folded`

	indexAttendancesSQL = `
select s.day - date '1970-01-01' as day, s.kind, a.email_folded
from attendance a join training_session s on s.id = a.session
where a.status in ('attended', 'completed')
order by s.day, s.id, a.email_folded`

	indexTouchpointsSQL = `
select day - date '1970-01-01' as day, coalesce(user_folded, '') as email, coalesce(department, 0) as department
from touchpoint order by day, id`
)

// peopleLoad reads people, their places and what they attended into an index.
// Its methods have to run in the order in which they are queued.
type peopleLoad struct {
	index       *adoption.Index
	departments map[int32]string
	waves       map[int32]string
	guests      map[int32]int32  // person -> ordinal behind the members
	addresses   map[string]int32 // address of an attendance or touchpoint -> ordinal
}

func (l *indexLoad) queuePeople(b *pgx.Batch) {
	p := &peopleLoad{index: l.index, departments: map[int32]string{}, waves: map[int32]string{},
		guests: map[int32]int32{}, addresses: map[string]int32{}}
	b.Queue(indexMembersSQL).Query(l.members)
	b.Queue(indexGroupsSQL).Query(l.groups)
	b.Queue(indexNamesSQL).Query(p.names)
	b.Queue(indexPlacementsSQL).Query(p.placements)
	b.Queue(indexGuestsSQL).Query(p.rosterGuests)
	b.Queue(indexAddressesSQL).Query(p.whose)
	b.Queue(indexAttendancesSQL).Query(p.attendances)
	b.Queue(indexTouchpointsSQL).Query(p.touchpoints)
}

func (p *peopleLoad) names(rows pgx.Rows) error {
	p.index.Openings = nil
	var of, name string
	var id int32
	var opens *time.Time
	_, err := pgx.ForEachRow(rows, []any{&of, &id, &name, &opens}, func() error {
		if of == "department" {
			p.departments[id] = name
			return nil
		}
		p.waves[id] = name
		if opens != nil {
			p.index.Openings = append(p.index.Openings, adoption.Opening{Wave: name, On: day.FromTime(*opens)})
		}
		return nil
	})
	return err
}

func (p *peopleLoad) placements(rows pgx.Rows) error {
	p.index.Placements = nil
	var member, from, department, wave int32
	_, err := pgx.ForEachRow(rows, []any{&member, &from, &department, &wave}, func() error {
		p.place(member, from, department, wave)
		return nil
	})
	return err
}

func (p *peopleLoad) place(ord, from, department, wave int32) {
	p.index.Placements = append(p.index.Placements, adoption.Placement{
		Member: ord, From: day.Date(from), Department: p.departments[department], Wave: p.waves[wave],
	})
}

// rosterGuests puts the people of the roster who are not members behind the members.
func (p *peopleLoad) rosterGuests(rows pgx.Rows) error {
	var person, from, department, wave int32
	var placed bool
	_, err := pgx.ForEachRow(rows, []any{&person, &placed, &from, &department, &wave}, func() error {
		ord, known := p.guests[person]
		if !known {
			ord = p.guest()
			p.guests[person] = ord
		}
		if placed {
			p.place(ord, from, department, wave)
		}
		return nil
	})
	return err
}

// guest gives an ordinal to somebody who is not a member.
func (p *peopleLoad) guest() int32 {
	p.index.Members = append(p.index.Members, adoption.Member{Added: day.Never})
	return int32(len(p.index.Members) - 1)
}

// whose finds out whose the addresses are. One that nobody has is a guest's of its own.
func (p *peopleLoad) whose(rows pgx.Rows) error {
	var email string
	var member, person int32
	_, err := pgx.ForEachRow(rows, []any{&email, &member, &person}, func() error {
		if member < 0 {
			var known bool
			if member, known = p.guests[person]; !known {
				member = p.guest()
			}
		}
		p.addresses[email] = member
		return nil
	})
	return err
}

func (p *peopleLoad) attendances(rows pgx.Rows) error {
	p.index.Attendances = nil
	var at int32
	var kind, email string
	kinds := spellings{}
	_, err := pgx.ForEachRow(rows, []any{&at, &kind, &email}, func() error {
		p.index.Attendances = append(p.index.Attendances, adoption.Attendance{
			Day: day.Date(at), Member: p.addresses[email], Kind: adoption.TrainingKind(kinds.of(kind)),
		})
		return nil
	})
	return err
}

func (p *peopleLoad) touchpoints(rows pgx.Rows) error {
	p.index.Touchpoints = nil
	var at, department int32
	var email string
	_, err := pgx.ForEachRow(rows, []any{&at, &email, &department}, func() error {
		t := adoption.Touchpoint{Day: day.Date(at), Member: -1, Department: p.departments[department]}
		if email != "" {
			t.Member = p.addresses[email]
		}
		p.index.Touchpoints = append(p.index.Touchpoints, t)
		return nil
	})
	return err
}
