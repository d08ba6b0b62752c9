package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/rollout"
)

const (
	rosterPage    = 50
	maxRosterPage = 500
	unassigned    = "unassigned"
)

const (
	// Who of the members a person of the roster is, as the view member_person has
	// it, found for one person by the indexes on addresses.
	memberOfPersonSQL = `
    left join lateral (
        select m.ord, m.listed from member m where m.email_folded = p.email_folded order by m.listed desc, m.ord limit 1
    ) today on true
    left join lateral (
        select m.ord, m.listed
        from member_address e join member m on m.ord = e.member
        where today.ord is null and e.email_folded = p.email_folded
          and not exists (select from person q where q.email_folded = m.email_folded)
          and m.email_folded is not null
          and not exists (
              select from member_address l join person q on q.email_folded = l.email_folded
              where l.member = e.member and l.email_folded <> m.email_folded and (l.seen_at, -q.id) > (e.seen_at, -p.id)
                and not exists (select from member o where o.email_folded = l.email_folded))
        order by m.listed desc, m.ord limit 1
    ) earlier on true`

	// Where a person is on a day: by the last placement that has begun, else by the first one to come.
	placeOfPersonSQL = `
    left join lateral (
        select pl.department, pl.wave from placement pl where pl.person = p.id
        order by coalesce(pl.from_day, '-infinity') > @today, case when pl.from_day > @today then pl.from_day end, pl.from_day desc nulls last
        limit 1
    ) place on true`

	// The roster decides how far the page reaches, so that members and invitations
	// are looked through no further.
	rosterEntriesSQL = `
with listed as (
    select p.id as person, p.email, p.email_folded, p.name, p.title, place.department, place.wave,
           coalesce(today.ord, earlier.ord) as member,
           case when coalesce(today.listed, earlier.listed) then 'member'
                when coalesce(today.ord, earlier.ord) is not null then 'left'
                when exists (select from invite i where i.email_folded = p.email_folded and i.status = 'pending'
                               and (i.expires_at is null or i.expires_at > now())) then 'invited'
                else 'not_arrived' end as state
    from person p` + memberOfPersonSQL + placeOfPersonSQL + `
    where p.email_folded > @after
      and (@search = '' or strpos(p.email_folded, @search) > 0 or strpos(lower(p.name), @search) > 0)
      and (@departments::int[] is null or p.id in (select person from placement where department = any (@departments)))
      and (@waves::int[] is null or p.id in (select person from placement where wave = any (@waves)))
), first as materialized (
    select * from listed where ` + fitsSQL + ` order by email_folded limit @limit
), bound as (
    select case when count(*) = @limit then max(email_folded) end as key from first
), met as (
    select 0 as person, m.email, m.email_folded, m.name, '' as title, null::int as department, null::int as wave, m.ord as member,
           case when m.listed then 'member' else 'left' end as state
    from member m
    where m.email_folded > @after and m.email_folded <= coalesce((select key from bound), (select max(email_folded) from member))
      and @departments::int[] is null and @waves::int[] is null
      and (@search = '' or strpos(m.email_folded, @search) > 0 or strpos(lower(m.name), @search) > 0)
      and not exists (select from person p where p.email_folded = m.email_folded)
      and not exists (
          select from member_address e join person p on p.email_folded = e.email_folded
          where e.member = m.ord and not exists (select from member o where o.email_folded = e.email_folded))
      and not exists (select from member o where o.email_folded = m.email_folded and (o.listed, -o.ord) > (m.listed, -m.ord))
), called as (
    select distinct on (i.email_folded) 0 as person, i.email, i.email_folded, '' as name, '' as title, null::int as department, null::int as wave,
           null::int as member, 'invited' as state
    from invite i
    where i.email_folded > @after and i.email_folded <= coalesce((select key from bound), (select max(email_folded) from invite))
      and @departments::int[] is null and @waves::int[] is null
      and i.status = 'pending' and (i.expires_at is null or i.expires_at > now())
      and (@search = '' or strpos(i.email_folded, @search) > 0)
      and not exists (select from person p where p.email_folded = i.email_folded)
      and not exists (select from member m where m.email_folded = i.email_folded)
    order by i.email_folded, i.id
), fitting as (
    select * from first
    union all
    (select * from met where ` + fitsSQL + ` order by email_folded limit @limit)
    union all
    (select * from called where ` + fitsSQL + ` order by email_folded limit @limit)
)
select f.person, f.email, f.email_folded as key, f.name, f.title, coalesce(d.name, '') as department, coalesce(w.name, '') as wave, f.member, f.state
from fitting f left join department d on d.id = f.department left join wave w on w.id = f.wave
order by f.email_folded limit @limit`

	fitsSQL = `
        (@state = '' or state = @state)
        and (@departments::int[] is null or department = any (@departments))
        and (@waves::int[] is null or wave = any (@waves))
        and (not @no_department or department is null) and (not @no_wave or wave is null)`

	// Everybody's place on a day, for counting.
	placesSQL = `
select distinct on (pl.person) pl.person, pl.department, pl.wave
from placement pl
order by pl.person, coalesce(pl.from_day, '-infinity') > @today, case when pl.from_day > @today then pl.from_day end, pl.from_day desc nulls last`

	departmentsSQL = `
with place as (` + placesSQL + `), size as (
    select department, count(*) as people, mode() within group (order by wave) as wave from place group by department
)
select d.id, d.name, coalesce(s.people, 0)::int as people, coalesce(s.wave, 0) as wave, exists (select from placement where department = d.id) as used
from department d left join size s on s.department = d.id order by d.name collate "C"`

	wavesSQL = `
with place as (` + placesSQL + `), size as (select wave, count(*) as people from place group by wave)
select w.id, w.name, w.opens_on, coalesce(s.people, 0)::int as people, exists (select from placement where wave = w.id) as used
from wave w left join size s on s.wave = w.id order by w.opens_on nulls last, w.name collate "C"`

	usedNamesSQL = `
select 'department' as of, d.id, d.name, exists (select from placement where department = d.id) as used from department d
union all
select 'wave', w.id, w.name, exists (select from placement where wave = w.id) from wave w`
)

type entryRow struct {
	Person     people.PersonID
	Email      string
	Key        string
	Name       string
	Title      string
	Department string
	Wave       string
	Member     *int32
	State      people.State
}

func (r entryRow) entry() people.Entry {
	return people.Entry{Person: r.Person, Email: r.Email, Name: r.Name, Title: r.Title,
		Department: r.Department, Wave: r.Wave, Member: r.Member, State: r.State}
}

// People returns a page of everybody who is on the roster, a member or invited,
// by address, as far as the scope may see them. today decides where they are placed.
func (s *Store) People(ctx context.Context, scope identity.PeopleScope, f people.Filter, today day.Date) (people.Page, error) {
	if !scope.Everyone() && len(scope.Departments()) == 0 {
		return people.Page{}, nil
	}
	slugs, err := s.slugs(ctx)
	if err != nil {
		return people.Page{}, err
	}
	size := pageSize(f)
	rows, err := s.pool.Query(ctx, rosterEntriesSQL, entryArgs(slugs, scope, f, today, size+1))
	if err != nil {
		return people.Page{}, fmt.Errorf("list people: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[entryRow])
	if err != nil {
		return people.Page{}, fmt.Errorf("list people: %w", translate(err))
	}
	var page people.Page
	if len(list) > size {
		list = list[:size]
		page.Next = list[size-1].Key
	}
	page.Entries = each(list, entryRow.entry)
	return page, nil
}

// pageSize is how many entries a page of f has.
func pageSize(f people.Filter) int {
	if f.Limit > 0 {
		return min(f.Limit, maxRosterPage)
	}
	return rosterPage
}

func entryArgs(slugs slugBook, scope identity.PeopleScope, f people.Filter, today day.Date, limit int) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"after": f.After, "search": strings.ToLower(strings.TrimSpace(cleanText(f.Search))), "state": string(f.State),
		"departments": slugs.departments(scope, f.Department), "no_department": f.Department == unassigned,
		"waves": slugs.waves(f.Wave), "no_wave": f.Wave == unassigned,
		"today": today.Time(), "limit": limit,
	}
}

// slugBook finds departments and waves by what addresses name them.
type slugBook struct {
	department, wave map[string]int
	called           map[int]string // the names of departments
}

type nameRow struct {
	Of   string
	ID   int
	Name string
	Used bool
}

func (s *Store) slugs(ctx context.Context) (slugBook, error) {
	rows, err := s.pool.Query(ctx, usedNamesSQL)
	if err != nil {
		return slugBook{}, fmt.Errorf("list departments and waves: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
	if err != nil {
		return slugBook{}, fmt.Errorf("list departments and waves: %w", translate(err))
	}
	return slugBookOf(list), nil
}

func slugBookOf(list []nameRow) slugBook {
	book := slugBook{map[string]int{}, map[string]int{}, map[int]string{}}
	for of, into := range map[string]map[string]int{"department": book.department, "wave": book.wave} {
		mine := slices.DeleteFunc(slices.Clone(list), func(r nameRow) bool { return r.Of != of })
		slugs := slugsOf(mine)
		for _, r := range mine {
			into[slugs[r.Name]] = r.ID
			if of == "department" {
				book.called[r.ID] = r.Name
			}
		}
	}
	return book
}

// slugsOf returns the slugs of names. Those in use get theirs first, as the index
// gives them; the others what is left.
func slugsOf(list []nameRow) map[string]string {
	var used, idle []string
	for _, r := range list {
		if r.Used {
			used = append(used, r.Name)
		} else {
			idle = append(idle, r.Name)
		}
	}
	return adoption.Slugs(used, idle)
}

// departments returns the ids to look in: nil for all of them and for nobody's,
// empty for none. A scope of departments is never widened.
func (b slugBook) departments(scope identity.PeopleScope, asked string) []int {
	if scope.Everyone() {
		if asked == "" || asked == unassigned {
			return nil
		}
		return b.ids(b.department, asked)
	}
	if asked == "" {
		return b.ids(b.department, scope.Departments()...)
	}
	if !slices.Contains(scope.Departments(), asked) {
		return []int{}
	}
	return b.ids(b.department, asked)
}

func (b slugBook) waves(asked string) []int {
	if asked == "" || asked == unassigned {
		return nil
	}
	return b.ids(b.wave, asked)
}

func (slugBook) ids(of map[string]int, slugs ...string) []int {
	out := []int{}
	for _, s := range slugs {
		if id, ok := of[s]; ok {
			out = append(out, id)
		}
	}
	return out
}

type placedRow struct {
	ID     int
	Name   string
	People int
	Used   bool
}

type departmentRow struct {
	placedRow
	Wave int
}

// Departments returns every department by name, with how many people are placed there today.
func (s *Store) Departments(ctx context.Context, today day.Date) ([]people.Department, error) {
	rows, err := s.pool.Query(ctx, departmentsSQL, pgx.StrictNamedArgs{"today": today.Time()})
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", translate(err))
	}
	list, _, err := readDepartments(rows)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", translate(err))
	}
	return list, nil
}

// readDepartments returns departments with their ids by slug.
func readDepartments(rows pgx.Rows) ([]people.Department, map[string]int, error) {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[departmentRow])
	slugs, ids := slugsOf(each(list, func(r departmentRow) nameRow { return nameRow{Name: r.Name, Used: r.Used} })), map[string]int{}
	return each(list, func(r departmentRow) people.Department {
		ids[slugs[r.Name]] = r.ID
		return people.Department{ID: r.ID, Name: r.Name, Slug: slugs[r.Name], People: r.People, Wave: r.Wave}
	}), ids, err
}

type waveRow struct {
	placedRow
	OpensOn *time.Time
}

// Waves returns every wave, those that open first in front, with how many people are placed in it today.
func (s *Store) Waves(ctx context.Context, today day.Date) ([]people.Wave, error) {
	rows, err := s.pool.Query(ctx, wavesSQL, pgx.StrictNamedArgs{"today": today.Time()})
	if err != nil {
		return nil, fmt.Errorf("list waves: %w", translate(err))
	}
	list, _, err := readWaves(rows)
	if err != nil {
		return nil, fmt.Errorf("list waves: %w", translate(err))
	}
	return list, nil
}

// readWaves returns waves with their ids by slug.
func readWaves(rows pgx.Rows) ([]people.Wave, map[string]int, error) {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[waveRow])
	slugs, ids := slugsOf(each(list, func(r waveRow) nameRow { return nameRow{Name: r.Name, Used: r.Used} })), map[string]int{}
	return each(list, func(r waveRow) people.Wave {
		ids[slugs[r.Name]] = r.ID
		return people.Wave{ID: r.ID, Name: r.Name, Slug: slugs[r.Name], OpensOn: maybeDay(r.OpensOn), People: r.People}
	}), ids, err
}

func maybeDay(t *time.Time) *day.Date {
	if t == nil {
		return nil
	}
	d := day.FromTime(*t)
	return &d
}

const (
	setWaveOpensSQL = `update wave set opens_on = @day where id = @id`
)

// SetWaveOpens says when Cowork opens for a wave; nil is "nobody has said". Tasks
// that are planned against the launch move with it, as [rollout.Move] says. A wave
// that does not exist is NotFound. Saying what is set already changes nothing.
func (s *Store) SetWaveOpens(ctx context.Context, by identity.Actor, wave int, on *day.Date, now time.Time) error {
	_, err := s.ChangePlan(ctx, by, now, func(p *rollout.Plan) (rollout.Change, error) { return rollout.OpenWave(p, by, wave, on, now) })
	return err
}

func text(d *day.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}
