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
)

// peopleLoad reads people and their places into an index. Its methods have to
// run in the order in which they are queued.
type peopleLoad struct {
	index *adoption.Index
	named *named
	waves map[int32]string
}

func (l *indexLoad) queuePeople(b *pgx.Batch) {
	l.named = &named{departments: map[int32]string{}, guests: map[int32]int32{}}
	p := &peopleLoad{index: l.index, named: l.named, waves: map[int32]string{}}
	b.Queue(indexMembersSQL).Query(l.members)
	b.Queue(indexGroupsSQL).Query(l.groups)
	b.Queue(indexNamesSQL).Query(p.names)
	b.Queue(indexPlacementsSQL).Query(p.placements)
}

func (p *peopleLoad) names(rows pgx.Rows) error {
	p.index.Openings = nil
	var of, name string
	var id int32
	var opens *time.Time
	_, err := pgx.ForEachRow(rows, []any{&of, &id, &name, &opens}, func() error {
		if of == "department" {
			p.named.departments[id] = name
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
				Member: member, From: day.Date(from), Department: p.named.departments[department], Wave: p.waves[wave],
			})
		}
		return nil
	})
	p.index.Placements = slices.Clip(p.index.Placements)
	p.named.people = len(p.index.Members)
	return err
}

// guestOf returns the ordinal of a person of the roster who is not a member.
func (p *peopleLoad) guestOf(person int32) int32 {
	ord, known := p.named.guests[person]
	if !known {
		ord = guest(p.index)
		p.named.guests[person] = ord
	}
	return ord
}
