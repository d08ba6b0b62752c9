package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
)

const (
	championsSQL = `select` + championColumns + ` from champion c` + championNames + ` order by lower(coalesce(nullif(p.name, ''), nullif(c.name, ''), m.name, c.email)), c.id`

	championNominatorsSQL = `
select a.id, coalesce(nullif(a.name, ''), a.email) as name from account a where a.id in (select nominated_by from champion)`

	roleHoldersSQL = `
select max(a.email) as email, coalesce(max(nullif(p.name, '')), max(nullif(a.name, '')), '') as name, r.department as slug, bool_or(r.source = 'group') as by_group
from account_role r join account a on a.id = r.account_id left join person p on p.email_folded = lower(a.email)
where r.role = 'champion' and a.deactivated_at is null and a.email <> ''
group by lower(a.email), r.department
order by lower(a.email), r.department`

	// What everybody who ever logged a touchpoint contributed, and who they are.
	contributionsSQL = `
with logged as (
    select champion_folded as folded, max(champion_email) as email, count(*) filter (where day > @today::date - @days::int and day <= @today::date)::int as touchpoints, max(day) as last
    from touchpoint group by champion_folded
)
select l.folded, coalesce(p.email, l.email) as email, coalesce(p.name, '') as name, coalesce(place.department, 0) as department, l.touchpoints, l.last
from logged l left join person p on p.email_folded = l.folded` + placeOfPersonSQL + `
order by l.folded`
)

type holderRow struct {
	Email   string
	Name    string
	Slug    string
	ByGroup bool
}

type contributionRow struct {
	Folded      string
	Email       string
	Name        string
	Department  int
	Touchpoints int
	Last        time.Time
}

// registerLoad is the register being read.
type registerLoad struct {
	out      people.Register
	ids      map[string]int // of departments by slug
	holders  []holderRow
	contacts []contributionRow
}

// Register returns the register of champions as it stands on a day.
func (s *Store) Register(ctx context.Context, today day.Date) (people.Register, error) {
	l := registerLoad{}
	b := &pgx.Batch{}
	l.queue(b, today)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Register{}, fmt.Errorf("read the register of champions: %w", translate(err))
	}
	l.finish()
	return l.out, nil
}

func (l *registerLoad) queue(b *pgx.Batch, today day.Date) {
	on := pgx.StrictNamedArgs{"today": today.Time()}
	b.Queue(departmentsSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.out.Departments, l.ids, err = readDepartments(rows)
		return err
	})
	b.Queue(wavesSQL, on).Query(func(rows pgx.Rows) (err error) {
		l.out.Waves, _, err = readWaves(rows)
		return err
	})
	b.Queue(championsSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[championRow])
		l.out.Champions = each(list, championRow.champion)
		return err
	})
	b.Queue(roleHoldersSQL).Query(func(rows pgx.Rows) (err error) {
		l.holders, err = pgx.CollectRows(rows, pgx.RowToStructByName[holderRow])
		return err
	})
	b.Queue(contributionsSQL, pgx.StrictNamedArgs{"today": today.Time(), "days": people.ContributionDays}).Query(func(rows pgx.Rows) (err error) {
		l.contacts, err = pgx.CollectRows(rows, pgx.RowToStructByName[contributionRow])
		return err
	})
	b.Queue(championNominatorsSQL).Query(l.nominators)
	b.Queue(coverageSQL).QueryRow(func(row pgx.Row) error { return scanCoverage(row, &l.out.Coverage) })
}

func scanCoverage(row pgx.Row, v *people.Coverage) error {
	return row.Scan(&v.Least, &v.Most, &v.PeopleLow, &v.PeopleHigh, &v.Version)
}

func (l *registerLoad) nominators(rows pgx.Rows) error {
	l.out.Nominators = map[identity.AccountID]string{}
	var id identity.AccountID
	var name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		l.out.Nominators[id] = name
		return nil
	})
	return err
}

// finish puts together what was read apart.
func (l *registerLoad) finish() {
	r := &l.out
	r.Holders = holdersOf(l.holders, l.ids)
	known := map[string]bool{}
	byGroup := map[string]map[int]bool{}
	for _, h := range r.Holders {
		who := sheet.Fold(h.Email)
		known[who] = true
		if h.ByGroup {
			if byGroup[who] == nil {
				byGroup[who] = map[int]bool{}
			}
			byGroup[who][h.Department] = true
		}
	}
	for i := range r.Champions {
		c := &r.Champions[i]
		who := sheet.Fold(c.Email)
		c.RoleByGroup = byGroup[who][c.Department]
		known[who] = known[who] || c.State.Current()
	}
	r.Contributions = map[string]people.Contribution{}
	for _, row := range l.contacts {
		what := people.Contribution{Touchpoints: row.Touchpoints, Last: day.FromTime(row.Last)}
		r.Contributions[row.Folded] = what
		if !known[row.Folded] && what.Touchpoints > 0 {
			r.Loggers = append(r.Loggers, people.Logger{Email: row.Email, Name: row.Name, Department: row.Department, Contribution: what})
		}
	}
}

// holdersOf finds the departments of role holders; a slug that names none any more is left out.
func holdersOf(rows []holderRow, ids map[string]int) []people.RoleHolder {
	var out []people.RoleHolder
	for _, r := range rows {
		if id, ok := ids[r.Slug]; ok {
			out = append(out, people.RoleHolder{Email: r.Email, Name: r.Name, Department: id, ByGroup: r.ByGroup})
		}
	}
	return out
}

const activeChampionsSQL = `select` + championColumns + ` from champion c` + championNames + ` where c.state = 'active' order by c.id`

// ChampionsOf returns who counts as a champion of departments on a day, by the
// name of the department, then their own: active entries of the register that
// are not past their last day, and accounts that hold the role without an entry.
// slugs of nil are every department. The caller has decided whose names may be read.
func (s *Store) ChampionsOf(ctx context.Context, slugs []string, today day.Date) ([]people.OnRecord, error) {
	if slugs != nil && len(slugs) == 0 {
		return nil, nil
	}
	var l championsLoad
	b := &pgx.Batch{}
	l.queue(b)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("list champions: %w", translate(err))
	}
	return l.onRecord(slugs, today), nil
}

// championsLoad is who may count as a champion, being read.
type championsLoad struct {
	names   []nameRow
	entries []people.Champion
	holders []holderRow
}

func (l *championsLoad) queue(b *pgx.Batch) {
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		l.names, err = pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
		return err
	})
	b.Queue(activeChampionsSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[championRow])
		l.entries = each(list, championRow.champion)
		return err
	})
	b.Queue(roleHoldersSQL).Query(func(rows pgx.Rows) (err error) {
		l.holders, err = pgx.CollectRows(rows, pgx.RowToStructByName[holderRow])
		return err
	})
}

func (l *championsLoad) onRecord(slugs []string, today day.Date) []people.OnRecord {
	return onRecord(people.WithHolders(l.entries, holdersOf(l.holders, slugBookOf(l.names).department)), l.names, slugs, today)
}

// onRecord keeps who counts on a day in the departments asked for.
func onRecord(list []people.Champion, names []nameRow, slugs []string, today day.Date) []people.OnRecord {
	places := map[int]people.Department{}
	for _, d := range departmentsNamed(names) {
		places[d.ID] = d
	}
	var out []people.OnRecord
	for _, c := range list {
		at := places[c.Department]
		if !c.Counts(today) || slugs != nil && !slices.Contains(slugs, at.Slug) {
			continue
		}
		out = append(out, people.OnRecord{
			ID: c.ID, Email: c.Email, Name: c.Label(), Department: at.ID, DepartmentName: at.Name, Slug: at.Slug,
			Since: c.Since, EarlyAccess: c.EarlyAccess, LeavesOn: c.LeavesOn, AgreedMinutes: c.AgreedMinutes,
		})
	}
	slices.SortFunc(out, func(a, b people.OnRecord) int {
		return cmp.Or(strings.Compare(a.DepartmentName, b.DepartmentName), strings.Compare(sheet.Fold(a.Name), sheet.Fold(b.Name)), strings.Compare(a.Email, b.Email))
	})
	return out
}

// departmentsNamed returns departments by name, without counting who is in them.
func departmentsNamed(names []nameRow) []people.Department {
	book := slugBookOf(names)
	slugs := map[int]string{}
	for slug, id := range book.department {
		slugs[id] = slug
	}
	var out []people.Department
	for _, n := range names {
		if n.Of == "department" {
			out = append(out, people.Department{ID: n.ID, Name: n.Name, Slug: slugs[n.ID]})
		}
	}
	slices.SortFunc(out, func(a, b people.Department) int { return strings.Compare(a.Name, b.Name) })
	return out
}
