package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	// How everybody stands, on the roster or not, each counted once: whoever has an
	// account by it, whatever their addresses were.
	rosterStatesSQL = `
with account as (
    select mp.person, case when mp.person is null then m.email_folded end as address, bool_or(m.listed) as listed
    from member m left join member_person mp on mp.member = m.ord
    where m.email_folded is not null or mp.person is not null
    group by 1, 2
), called as (
    select distinct email_folded from invite where status = 'pending' and (expires_at is null or expires_at > now())
), absent as (
    select case when c.email_folded is null then 'not_arrived' else 'invited' end as state
    from person p left join account a on a.person = p.id left join called c on c.email_folded = p.email_folded
    where a.person is null
    union all
    select 'invited' from called c
    where not exists (select from person p where p.email_folded = c.email_folded)
      and not exists (select from member m where m.email_folded = c.email_folded)
)
select state, count(*)::int as people
from (select case when listed then 'member' else 'left' end as state from account union all select state from absent) everybody
group by state`

	rosterSizeSQL = `select count(*)::int from person`
)

// rosterBackSQL is rosterEntriesSQL towards smaller addresses.
var rosterBackSQL = strings.NewReplacer("> @after", "< @after", "order by email_folded limit", "order by email_folded desc limit",
	"order by f.email_folded limit", "order by f.email_folded desc limit").Replace(rosterEntriesSQL)

// RosterView returns a page of the roster with what stands around it, for a scope
// that sees everyone; it asks once, and twice when a name was added since it last did.
func (s *Store) RosterView(ctx context.Context, scope identity.PeopleScope, f people.Filter, today day.Date) (people.View, error) {
	if !scope.Everyone() {
		return people.View{}, fault.New(fault.Forbidden, "The whole roster is for rollout leads and auditors.")
	}
	guess := slugBook{}
	if known := s.slugsKnown.Load(); known != nil {
		guess = *known
	}
	for again := true; ; again = false {
		l := viewLoad{filter: f, size: pageSize(f), book: guess}
		if err := l.run(ctx, s, scope, today); err != nil {
			return people.View{}, fmt.Errorf("read the roster: %w", translate(err))
		}
		s.slugsKnown.Store(&l.fresh)
		if slices.Equal(guess.departments(scope, f.Department), l.fresh.departments(scope, f.Department)) && slices.Equal(guess.waves(f.Wave), l.fresh.waves(f.Wave)) || !again {
			return l.view, nil
		}
		guess = l.fresh
	}
}

// viewLoad is a view being read. The filter's departments and waves are found by
// the book of an earlier reading, which this one renews.
type viewLoad struct {
	filter      people.Filter
	size        int
	book, fresh slugBook
	view        people.View
}

func (l *viewLoad) run(ctx context.Context, s *Store, scope identity.PeopleScope, today day.Date) error {
	b := &pgx.Batch{}
	on := pgx.StrictNamedArgs{"today": today.Time()}
	b.Queue(departmentsSQL, on).Query(l.departments)
	b.Queue(wavesSQL, on).Query(l.waves)
	b.Queue(rosterStatesSQL).Query(l.states)
	b.Queue(rosterSizeSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&l.view.OnRoster) })
	sql, args := rosterEntriesSQL, entryArgs(l.book, scope, l.filter, today, l.size+1)
	if l.filter.Before != "" {
		sql, args["after"] = rosterBackSQL, l.filter.Before
	}
	b.Queue(sql, args).Query(l.entries)
	return s.pool.SendBatch(ctx, b).Close()
}

func (l *viewLoad) departments(rows pgx.Rows) (err error) {
	l.view.Departments, l.fresh.department, err = readDepartments(rows)
	return err
}

func (l *viewLoad) waves(rows pgx.Rows) (err error) {
	l.view.Waves, l.fresh.wave, err = readWaves(rows)
	return err
}

func (l *viewLoad) states(rows pgx.Rows) error {
	l.view.States = map[people.State]int{}
	var state people.State
	var n int
	_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		l.view.States[state] = n
		return nil
	})
	return err
}

func (l *viewLoad) entries(rows pgx.Rows) error {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[entryRow])
	if err != nil {
		return err
	}
	more := len(list) > l.size
	list = list[:min(len(list), l.size)]
	back := l.filter.Before != ""
	if back {
		slices.Reverse(list)
	}
	l.view.Entries = each(list, entryRow.entry)
	if len(list) == 0 {
		return nil
	}
	if first := list[0].Key; back && more || !back && l.filter.After != "" {
		l.view.Previous = first
	}
	if last := list[len(list)-1].Key; back || more {
		l.view.Next = last
	}
	return nil
}
