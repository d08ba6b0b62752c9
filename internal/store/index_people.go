package store

import (
	"slices"
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

	// Everybody of the roster, members first; whoever is not placed comes once.
	indexPlacementsSQL = `
select coalesce(mp.member, -1) as member, p.id as person, pl.person is not null as placed,
       coalesce(pl.from_day - date '1970-01-01', -2147483648) as from_day,
       coalesce(pl.department, 0) as department, coalesce(pl.wave, 0) as wave
from person p left join member_person mp on mp.person = p.id left join placement pl on pl.person = p.id
order by mp.member nulls last, p.id, pl.from_day nulls first`

	// Whose the addresses of attendances and touchpoints are: the member's who has
	// it today, else the last one's who had it, else the roster's, else nobody's.
	indexAddressesSQL = `
with address as (
    select email_folded from attendance where status <> 'no_show'
    union select user_folded from touchpoint where user_folded is not null
)
select a.email_folded, coalesce(today.ord, earlier.member, -1) as member, coalesce(p.id, 0) as person
from address a
left join member today on today.email_folded = a.email_folded and not exists (
    select from member o where o.email_folded = today.email_folded and (o.listed, -o.ord) > (today.listed, -today.ord)
)
left join (
    select distinct on (e.email_folded) e.email_folded, e.member
    from member_address e where not exists (select from member o where o.email_folded = e.email_folded)
    order by e.email_folded, e.seen_at desc, e.member
) earlier on earlier.email_folded = a.email_folded
left join person p on p.email_folded = a.email_folded`

	indexAttendancesSQL = `
select s.day - date '1970-01-01' as day, s.kind, a.email_folded
from attendance a join training_session s on s.id = a.session
where a.status in ('attended', 'completed')
order by s.day, s.id`

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

// placements reads where people are. Those who are not members get ordinals behind the members.
func (p *peopleLoad) placements(rows pgx.Rows) error {
	p.index.Placements = nil
	var member, person, from, department, wave int32
	var placed bool
	_, err := pgx.ForEachRow(rows, []any{&member, &person, &placed, &from, &department, &wave}, func() error {
		if member < 0 {
			member = p.guestOf(person)
		}
		if placed {
			p.index.Placements = append(p.index.Placements, adoption.Placement{
				Member: member, From: day.Date(from), Department: p.departments[department], Wave: p.waves[wave],
			})
		}
		return nil
	})
	p.index.Placements = slices.Clip(p.index.Placements)
	return err
}

// guestOf returns the ordinal of a person of the roster who is not a member.
func (p *peopleLoad) guestOf(person int32) int32 {
	ord, known := p.guests[person]
	if !known {
		ord = p.guest()
		p.guests[person] = ord
	}
	return ord
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
	var nobodys []string
	_, err := pgx.ForEachRow(rows, []any{&email, &member, &person}, func() error {
		switch {
		case member >= 0:
			p.addresses[email] = member
		case person != 0:
			p.addresses[email] = p.guestOf(person)
		default:
			nobodys = append(nobodys, email)
		}
		return nil
	})
	slices.Sort(nobodys)
	for _, email := range nobodys {
		p.addresses[email] = p.guest()
	}
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
