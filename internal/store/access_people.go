package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	// A page of those given, by rank, then name. The cursor is a member: names stay out of addresses.
	accessPeopleSQL = `
with everybody as (
    select c.ord, c.rank, m.name, coalesce(m.email, '') as email, m.added_at, lower(m.name) as folded
    from unnest(@members::int[], @ranks::int[]) as c (ord, rank) join member m on m.ord = c.ord
    where @search = '' or strpos(lower(m.name), @search) > 0 or strpos(m.email_folded, @search) > 0
), at as (
    select rank, folded, ord from everybody where ord = @after
)
select e.ord, e.name, e.email, e.added_at
from everybody e
where not exists (select from at) or (e.rank, e.folded, e.ord) > (select rank, folded, ord from at)
order by e.rank, e.folded, e.ord
limit @limit`

	// How many match, and how many of them stand in front of the page.
	accessCountSQL = `
with everybody as (
    select c.ord, c.rank, lower(m.name) as folded
    from unnest(@members::int[], @ranks::int[]) as c (ord, rank) join member m on m.ord = c.ord
    where @search = '' or strpos(lower(m.name), @search) > 0 or strpos(m.email_folded, @search) > 0
), at as (
    select rank, folded, ord from everybody where ord = @after
)
select count(*)::int, count(*) filter (where (rank, folded, ord) <= (select rank, folded, ord from at))::int from everybody`
)

// accessBackSQL is accessPeopleSQL towards the beginning.
var accessBackSQL = strings.NewReplacer("e.ord) > (", "e.ord) < (", "order by e.rank, e.folded, e.ord", "order by e.rank desc, e.folded desc, e.ord desc").Replace(accessPeopleSQL)

var errAccessPeople = fault.New(fault.Forbidden, "Who would lose access is for rollout leads and auditors.")

// AccessPeople returns a page of the people of a roll who fit f, for a scope that
// sees everyone.
func (s *Store) AccessPeople(ctx context.Context, scope identity.PeopleScope, roll access.Roll, f access.Filter) (access.PeoplePage, error) {
	if !scope.Everyone() {
		return access.PeoplePage{}, errAccessPeople
	}
	l := peopleRead{roll: roll, filter: f}
	b := &pgx.Batch{}
	l.queue(b)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return access.PeoplePage{}, fmt.Errorf("list who would lose access: %w", translate(err))
	}
	return l.page(), nil
}

// peopleRead is a page of people being read.
type peopleRead struct {
	roll   access.Roll
	filter access.Filter

	found       []access.Named
	total, upTo int
}

func (l *peopleRead) queue(b *pgx.Batch) {
	members, ranks := l.roll.Select(l.filter)
	sql, cursor := accessPeopleSQL, l.filter.After
	if l.filter.Before >= 0 {
		sql, cursor = accessBackSQL, l.filter.Before
	}
	args := pgx.StrictNamedArgs{"members": members, "ranks": ranks, "search": strings.ToLower(cleanText(l.filter.Search)), "after": cursor}
	b.Queue(accessCountSQL, args).QueryRow(func(row pgx.Row) error { return row.Scan(&l.total, &l.upTo) })
	b.Queue(sql, withLimit(args, l.filter.Limit)).Query(func(rows pgx.Rows) (err error) {
		l.found, err = namedOf(rows, l.roll)
		return err
	})
}

// page makes a page of what was read: towards the beginning it came backwards.
func (l *peopleRead) page() access.PeoplePage {
	out := access.PeoplePage{People: l.found, Total: l.total, Skip: l.upTo, Next: -1, Prev: -1}
	n := len(l.found)
	if l.filter.Before >= 0 {
		slices.Reverse(out.People)
		out.Skip = max(0, l.upTo-1-n)
	}
	if n > 0 && out.Skip > 0 {
		out.Prev = out.People[0].Member
	}
	if n > 0 && out.Skip+n < out.Total {
		out.Next = out.People[n-1].Member
	}
	return out
}

func withLimit(args pgx.StrictNamedArgs, limit int) pgx.StrictNamedArgs {
	out := pgx.StrictNamedArgs{"limit": limit}
	for k, v := range args {
		out[k] = v
	}
	return out
}

func namedOf(rows pgx.Rows, roll access.Roll) ([]access.Named, error) {
	var out []access.Named
	var n access.Named
	var ord int32
	var added *time.Time
	_, err := pgx.ForEachRow(rows, []any{&ord, &n.Name, &n.Email, &added}, func() error {
		n.Fate, _ = roll.Find(ord)
		n.Member, n.AddedAt = ord, time.Time{}
		if added != nil {
			n.AddedAt = added.UTC()
		}
		out = append(out, n)
		return nil
	})
	return out, err
}

const (
	accessPersonSQL = `
select m.ord, m.name, coalesce(m.email, '') as email, m.role, m.added_at, m.listed from member m where m.ord = $1`

	accessPersonGroupsSQL = `
select g.id, g.name, g.source_type, g.roles_known,
       coalesce((select array_agg(r.role_id order by r.role_id) from rbac_group_role r where r.group_id = g.id), '{}') as roles
from rbac_group g join rbac_group_member m on m.group_id = g.id
where m.member = $1
order by g.name, g.id`
)

// AccessPerson returns a member with their groups and roles and the last run,
// NotFound when there is none by that ordinal, for a scope that sees everyone.
func (s *Store) AccessPerson(ctx context.Context, scope identity.PeopleScope, member int32) (access.Profile, error) {
	if !scope.Everyone() {
		return access.Profile{}, errAccessPeople
	}
	out := access.Profile{Directory: &access.Directory{}}
	l := directoryLoad{out: out.Directory}
	var limits limitLoad
	var role string
	last := s.newAccessViewLoad(true)
	b := &pgx.Batch{}
	b.Queue(accessPersonSQL, member).QueryRow(func(row pgx.Row) error {
		var added *time.Time
		err := row.Scan(&out.Member, &out.Name, &out.Email, &role, &added, &out.Listed)
		if added != nil {
			out.AddedAt = added.UTC()
		}
		return err
	})
	b.Queue(accessPersonGroupsSQL, member).Query(func(rows pgx.Rows) error { return personGroups(rows, out.Directory) })
	b.Queue(accessRolesSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Roles, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.Role])
		return err
	})
	b.Queue(accessPermissionsSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Permissions, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.Permission])
		return err
	})
	limits.queue(b, member)
	last.queue(b)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return access.Profile{}, fmt.Errorf("read what member %d may use: %w", member, translate(err))
	}
	p := access.Person{Member: member, Role: role, LastActive: day.None}
	for i := range out.Directory.Groups {
		p.Groups = append(p.Groups, int32(i))
	}
	out.Directory.People, out.Limits = []access.Person{p}, limits.join()
	err := s.unpack(&last)
	out.Last = last.view
	return out, err
}

func personGroups(rows pgx.Rows, d *access.Directory) error {
	var g access.Group
	_, err := pgx.ForEachRow(rows, []any{&g.ID, &g.Name, &g.SourceType, &g.RolesKnown, &g.RoleIDs}, func() error {
		d.Groups = append(d.Groups, g)
		g.RoleIDs = nil
		return nil
	})
	return err
}
