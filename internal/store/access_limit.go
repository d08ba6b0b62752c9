package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/identity"
	"groundswell/internal/pull"
)

const (
	boundSQL = `
select e.member, e.period, e.scope, e.scope_id, e.amount::text
from spend_effective e join member m on m.ord = e.member
where m.listed and (@member::int < 0 or e.member = @member)
order by e.member, e.period`

	groupCapsSQL = `
select l.scope_id, coalesce(g.name, '') as name, l.period, l.amount::text,
       coalesce((select array_agg(m.member) from rbac_group_member m
                 where m.group_id = l.scope_id and (@member::int < 0 or m.member = @member)), '{}') as members
from spend_limit l left join rbac_group g on g.id = l.scope_id
where l.scope = 'rbac_group' and l.enabled and l.amount is not null
order by l.scope_id, l.period`

	memberNamesSQL = `
select m.ord, m.name, coalesce(m.email, '') as email, m.added_at from member m where m.ord = any(@members::int[]) order by m.ord`
)

// everyMember asks for the limits of everybody.
const everyMember int32 = -1

// limitLoad is what binds members, being read.
type limitLoad struct {
	bound []access.Limited
	caps  map[capKey][]access.GroupCap
	names map[string]string // of groups with a limit
	money map[string]adoption.Money
}

type capKey struct {
	member int32
	period string
}

func (l *limitLoad) queue(b *pgx.Batch, member int32) {
	l.caps, l.names, l.money = map[capKey][]access.GroupCap{}, map[string]string{}, map[string]adoption.Money{}
	b.Queue(boundSQL, pgx.StrictNamedArgs{"member": member}).Query(l.bounds)
	b.Queue(groupCapsSQL, pgx.StrictNamedArgs{"member": member}).Query(l.groups)
}

// amount reads cents; there are few different ones.
func (l *limitLoad) amount(cents string) (adoption.Money, error) {
	if m, ok := l.money[cents]; ok {
		return m, nil
	}
	m, err := adoption.ParseCents(cents)
	l.money[cents] = m
	return m, err
}

func (l *limitLoad) bounds(rows pgx.Rows) error {
	var of access.Limited
	var cents *string
	words := spellings{}
	_, err := pgx.ForEachRow(rows, []any{&of.Member, &of.Period, &of.Scope, &of.ScopeID, &cents}, func() error {
		of.Period, of.Scope, of.Amount = words.of(of.Period), words.of(of.Scope), nil
		if cents != nil {
			m, err := l.amount(*cents)
			if err != nil {
				return err
			}
			of.Amount = &m
		}
		l.bound = append(l.bound, of)
		return nil
	})
	return err
}

func (l *limitLoad) groups(rows pgx.Rows) error {
	var c access.GroupCap
	var cents string
	var members []int32
	_, err := pgx.ForEachRow(rows, []any{&c.ID, &c.Name, &c.Period, &cents, &members}, func() (err error) {
		if c.Amount, err = l.amount(cents); err != nil {
			return err
		}
		l.names[c.ID] = c.Name
		for _, m := range members {
			key := capKey{m, c.Period}
			l.caps[key] = append(l.caps[key], c)
		}
		members = nil
		return nil
	})
	return err
}

// join returns what binds everybody, with the limits of their groups.
func (l *limitLoad) join() []access.Limited {
	for i := range l.bound {
		b := &l.bound[i]
		b.Caps = access.Strictest(l.caps[capKey{b.Member, b.Period}])
	}
	return l.bound
}

// LimitReport returns what the most restrictive spend limit does to whom, and how
// the source of limits stands.
func (s *Store) LimitReport(ctx context.Context) (access.LimitReport, pull.State, error) {
	var l limitLoad
	var known map[pull.Source]pull.State
	b := &pgx.Batch{}
	l.queue(b, everyMember)
	b.Queue(statesSQL, pgx.StrictNamedArgs{"source": string(pull.Spend), "lock": int64(pullLock)}).Query(func(rows pgx.Rows) (err error) {
		known, err = collectStates(rows)
		return err
	})
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return access.LimitReport{}, pull.State{}, fmt.Errorf("read the limits that bind: %w", translate(err))
	}
	return access.ReportLimits(l.join(), l.names), stateOf(known, pull.Spend), nil
}

// MemberNames returns who members are, by ordinal, for a scope that sees everyone.
func (s *Store) MemberNames(ctx context.Context, scope identity.PeopleScope, members []int32) (map[int32]access.Named, error) {
	if !scope.Everyone() {
		return nil, errAccessPeople
	}
	rows, err := s.pool.Query(ctx, memberNamesSQL, pgx.StrictNamedArgs{"members": members})
	if err != nil {
		return nil, fmt.Errorf("name members: %w", translate(err))
	}
	found, err := namedOf(rows, access.Roll{})
	if err != nil {
		return nil, fmt.Errorf("name members: %w", translate(err))
	}
	out := make(map[int32]access.Named, len(found))
	for _, n := range found {
		out[n.Member] = n
	}
	return out, nil
}
