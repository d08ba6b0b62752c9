package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const departmentSessionsSQL = `
with own as (
    select s.id, s.name, s.day, s.starts_at from training_session s join department d on d.id = s.department
    where d.name = @name and s.cancelled_at is null
), shown as (
    (select * from own where day >= @today order by day, starts_at limit 3)
    union all
    (select * from own where day < @today order by day desc, starts_at desc limit 1)
)
select o.id, o.name, o.day, coalesce(to_char(o.starts_at, 'HH24:MI'), '') as starts, o.day < @today as held,
       (select count(*) from sign_up u where u.session = o.id)::int as signed_up,
       (select count(*) from attendance a where a.session = o.id and a.status in ('attended', 'completed'))::int as came
from shown o order by o.day < @today, o.day, o.starts_at nulls first`

// departmentTotalsSQL is touchpointTotalsSQL of one department, by its name.
var departmentTotalsSQL = strings.ReplaceAll(touchpointTotalsSQL, "@departments", "array(select id from department where name = @name)")

type heldRow struct {
	ID       int
	Name     string
	Day      time.Time
	Starts   string
	Held     bool
	SignedUp int
	Came     int
}

func (r heldRow) session() people.HeldSession {
	return people.HeldSession{ID: r.ID, Name: r.Name, Day: day.FromTime(r.Day), Starts: r.Starts, Held: r.Held, SignedUp: r.SignedUp, Came: r.Came}
}

// DepartmentHelp returns who carries a department, by its name, and what they did
// for it on the days of p. The caller has decided that the reader may know.
func (s *Store) DepartmentHelp(ctx context.Context, name string, p day.Period, today day.Date) (people.DepartmentHelp, error) {
	var out people.DepartmentHelp
	var champions championRead
	b := &pgx.Batch{}
	champions.queue(b)
	totals := touchpointArgs(slugBook{}, identity.Operator().PeopleScope(), people.TouchpointFilter{Period: p}, today)
	delete(totals, "departments")
	totals["name"] = name
	b.Queue(departmentTotalsSQL, totals).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[touchpointTotalRow])
		out.Touchpoints = each(list, touchpointTotalRow.total)
		return err
	})
	b.Queue(departmentSessionsSQL, pgx.StrictNamedArgs{"name": name, "today": today.Time()}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[heldRow])
		out.Sessions = each(list, heldRow.session)
		return err
	})
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return out, fmt.Errorf("read what was done for a department: %w", translate(err))
	}
	for _, c := range champions.onRecord(today) {
		if c.DepartmentName == name {
			out.Champions = append(out.Champions, c)
		}
	}
	return out, nil
}

// championRead is who counts as a champion, being read.
type championRead struct {
	names   []nameRow
	entries []people.Champion
	holders []holderRow
}

func (c *championRead) queue(b *pgx.Batch) {
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		c.names, err = pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
		return err
	})
	b.Queue(activeChampionsSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[championRow])
		c.entries = each(list, championRow.champion)
		return err
	})
	b.Queue(roleHoldersSQL).Query(func(rows pgx.Rows) (err error) {
		c.holders, err = pgx.CollectRows(rows, pgx.RowToStructByName[holderRow])
		return err
	})
}

// onRecord lists them on a day.
func (c *championRead) onRecord(today day.Date) []people.OnRecord {
	return onRecord(people.WithHolders(c.entries, holdersOf(c.holders, slugBookOf(c.names).department)), c.names, nil, today)
}
