package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

const (
	// A row for each placement of a member, those before the first day first.
	accessMembersSQL = `
select m.ord, m.role, coalesce(pl.from_day - date '1970-01-01', -2147483648) as from_day,
       coalesce(pl.department, 0) as department, coalesce(pl.wave, 0) as wave
from member m
left join member_person mp on mp.member = m.ord
left join placement pl on pl.person = mp.person
where m.listed
order by m.ord, pl.from_day nulls first`

	accessGroupsSQL = `
select g.id, g.name, g.source_type, g.roles_known,
       coalesce((select array_agg(r.role_id order by r.role_id) from rbac_group_role r where r.group_id = g.id), '{}') as roles,
       coalesce((select array_agg(m.member) from rbac_group_member m where m.group_id = g.id), '{}') as members
from rbac_group g
order by g.name, g.id`

	accessRolesSQL = `select id, name, display_name from rbac_role order by name, id`

	accessPermissionsSQL = `select role_id, action, resource, resource_id from rbac_permission order by role_id, action, resource, resource_id`

	accessPlacesSQL = `
select 'department' as of, id, name, null::date as opens_on from department
union all select 'wave', id, name, opens_on from wave
order by of, opens_on nulls last, name`
)

// staleListing is how old a listing may be before what it says is no longer judged by.
const staleListing = 36 * time.Hour

// accessSources are the sources a dry run cannot do without, with what they hold.
var accessSources = []struct {
	source pull.Source
	what   string
}{{pull.Members, "members"}, {pull.Groups, "groups"}, {pull.Roles, "roles"}}

// Directory returns who is in which groups and what those give, in one round trip.
func (s *Store) Directory(ctx context.Context, now time.Time) (*access.Directory, error) {
	x, err := s.Index(ctx)
	if err != nil {
		return nil, err
	}
	l := directoryLoad{today: day.FromTime(now), out: &access.Directory{Through: x.Through}}
	b := &pgx.Batch{}
	l.queue(b)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read who may use what: %w", translate(err))
	}
	l.join()
	lastActive(x, l.out.People)
	l.out.AsOf, l.out.Missing = sourcesOf(l.states, now)
	return l.out, nil
}

// directoryLoad is a directory being read.
type directoryLoad struct {
	today   day.Date
	out     *access.Directory
	members [][]int32 // of each group, by place
	states  map[pull.Source]pull.State
}

func (l *directoryLoad) queue(b *pgx.Batch) {
	b.Queue(accessMembersSQL).Query(l.people)
	b.Queue(accessGroupsSQL).Query(l.groups)
	b.Queue(accessRolesSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Roles, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.Role])
		return err
	})
	b.Queue(accessPermissionsSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Permissions, err = pgx.CollectRows(rows, pgx.RowToStructByName[access.Permission])
		return err
	})
	b.Queue(accessPlacesSQL).Query(l.places)
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": "", "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		l.states, err = collectStates(rows)
		return err
	})
}

// people reads the members, each with the placement that holds today: the last
// one that has begun, else the first.
func (l *directoryLoad) people(rows pgx.Rows) error {
	var p access.Person
	var from int32
	roles := spellings{}
	_, err := pgx.ForEachRow(rows, []any{&p.Member, &p.Role, &from, &p.Department, &p.Wave}, func() error {
		p.Role, p.LastActive = roles.of(p.Role), day.None
		n := len(l.out.People)
		switch {
		case n == 0 || l.out.People[n-1].Member != p.Member:
			l.out.People = append(l.out.People, p)
		case day.Date(from) <= l.today:
			l.out.People[n-1] = p
		}
		return nil
	})
	return err
}

func (l *directoryLoad) groups(rows pgx.Rows) error {
	var g access.Group
	var members []int32
	_, err := pgx.ForEachRow(rows, []any{&g.ID, &g.Name, &g.SourceType, &g.RolesKnown, &g.RoleIDs, &members}, func() error {
		l.out.Groups = append(l.out.Groups, g)
		l.members = append(l.members, members)
		g.RoleIDs, members = nil, nil
		return nil
	})
	return err
}

func (l *directoryLoad) places(rows pgx.Rows) error {
	var of string
	var p access.Place
	var opens *time.Time
	_, err := pgx.ForEachRow(rows, []any{&of, &p.ID, &p.Name, &opens}, func() error {
		p.Opens = dayOf(opens)
		if of == "wave" {
			l.out.Waves = append(l.out.Waves, p)
		} else {
			l.out.Departments = append(l.out.Departments, p)
		}
		return nil
	})
	return err
}

// join tells everybody which groups they are in. Those who are no longer listed are left out.
func (l *directoryLoad) join() {
	people := l.out.People
	if len(people) == 0 {
		return
	}
	place := make([]int32, people[len(people)-1].Member+1) // by ordinal, from 1 on
	for i, p := range people {
		place[p.Member] = int32(i) + 1
	}
	for g, members := range l.members {
		for _, m := range members {
			if int(m) < len(place) && place[m] > 0 {
				p := &people[place[m]-1]
				p.Groups = append(p.Groups, int32(g))
			}
		}
	}
}

// lastActive tells when everybody was active in Cowork last.
func lastActive(x *adoption.Index, people []access.Person) {
	var left adoption.Bits
	place := make(map[int32]int, len(people))
	for i, p := range people {
		left.Set(p.Member)
		place[p.Member] = i
	}
	for _, d := range slices.Backward(x.Days) {
		seen := left.And(d.Active)
		if !seen.Any() {
			continue
		}
		seen.Each(func(m int32) { people[place[m]].LastActive = d.Day })
		left = left.Minus(seen)
	}
}

// sourcesOf returns when the source that was read longest ago was read, and what
// is missing or too old to judge by.
func sourcesOf(states map[pull.Source]pull.State, now time.Time) (asOf time.Time, missing []string) {
	never := false
	for _, need := range accessSources {
		st := stateOf(states, need.source)
		switch {
		case st.Status == pull.MissingScope:
			missing = append(missing, "The key may not read "+need.what+": it lacks the scope "+need.source.Scope()+".")
		case st.LastSuccess.IsZero():
			missing = append(missing, "The "+need.what+" have not been read yet.")
		case now.Sub(st.LastSuccess) > staleListing:
			missing = append(missing, "The "+need.what+" were last read on "+st.LastSuccess.UTC().Format("Mon 2 Jan")+".")
		}
		if st.LastSuccess.IsZero() {
			never = true
		} else if asOf.IsZero() || st.LastSuccess.Before(asOf) {
			asOf = st.LastSuccess
		}
	}
	if never {
		return time.Time{}, missing
	}
	return asOf, missing
}
