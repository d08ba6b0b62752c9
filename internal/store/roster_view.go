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
var rosterBackSQL = strings.NewReplacer("> @after", "< @after", "<= coalesce(", ">= coalesce(", "max(email_folded)", "min(email_folded)",
	"order by email_folded limit", "order by email_folded desc limit",
	"order by f.email_folded limit", "order by f.email_folded desc limit").Replace(rosterEntriesSQL)

// surroundings are what stands around every page of the roster on a day. They
// take longest to count, and change only with the generation.
type surroundings struct {
	generation int64
	today      day.Date
	book       slugBook
	view       people.View // without a page
}

// RosterView returns a page of the roster with what stands around it, for a scope that sees everyone.
func (s *Store) RosterView(ctx context.Context, scope identity.PeopleScope, f people.Filter, today day.Date) (people.View, error) {
	if !scope.Everyone() {
		return people.View{}, fault.New(fault.Forbidden, "The whole roster is for rollout leads and auditors.")
	}
	x, err := s.Index(ctx)
	if err != nil {
		return people.View{}, err
	}
	l := viewLoad{filter: f, size: pageSize(f), around: s.around.Load()}
	if l.around == nil || l.around.generation != x.Generation || l.around.today != today {
		l.around, l.fresh = &surroundings{generation: x.Generation, today: today}, true
	}
	if err := l.run(ctx, s, scope, today); err != nil {
		return people.View{}, fmt.Errorf("read the roster: %w", translate(err))
	}
	s.around.Store(l.around)
	v := l.around.view
	v.Page, v.Previous = l.page, l.previous
	return v, nil
}

// viewLoad is a view being read.
type viewLoad struct {
	filter people.Filter
	size   int
	around *surroundings
	fresh  bool // the surroundings are to be read too

	page     people.Page
	previous string
}

// run asks once, and twice when the filter's names have to be read first.
func (l *viewLoad) run(ctx context.Context, s *Store, scope identity.PeopleScope, today day.Date) error {
	b := &pgx.Batch{}
	if l.fresh {
		l.queueAround(b, today)
	}
	if l.fresh && (l.filter.Department != "" || l.filter.Wave != "") {
		if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		b = &pgx.Batch{}
	}
	sql, args := rosterEntriesSQL, entryArgs(l.around.book, scope, l.filter, today, l.size+1)
	if l.filter.Before != "" {
		sql, args["after"] = rosterBackSQL, l.filter.Before
	}
	b.Queue(sql, args).Query(l.entries)
	return s.pool.SendBatch(ctx, b).Close()
}

func (l *viewLoad) queueAround(b *pgx.Batch, today day.Date) {
	on := pgx.StrictNamedArgs{"today": today.Time()}
	b.Queue(departmentsSQL, on).Query(l.departments)
	b.Queue(wavesSQL, on).Query(l.waves)
	b.Queue(rosterStatesSQL).Query(l.states)
	b.Queue(rosterSizeSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&l.around.view.OnRoster) })
}

func (l *viewLoad) departments(rows pgx.Rows) (err error) {
	l.around.view.Departments, l.around.book.department, err = readDepartments(rows)
	return err
}

func (l *viewLoad) waves(rows pgx.Rows) (err error) {
	l.around.view.Waves, l.around.book.wave, err = readWaves(rows)
	return err
}

func (l *viewLoad) states(rows pgx.Rows) error {
	l.around.view.States = map[people.State]int{}
	var state people.State
	var n int
	_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		l.around.view.States[state] = n
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
	l.page.Entries = each(list, entryRow.entry)
	if len(list) == 0 {
		return nil
	}
	if first := list[0].Key; back && more || !back && l.filter.After != "" {
		l.previous = first
	}
	if last := list[len(list)-1].Key; back || more {
		l.page.Next = last
	}
	return nil
}
