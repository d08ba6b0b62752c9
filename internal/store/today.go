package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	departmentListSQL = `
select d.id, d.name, exists (select from placement where department = d.id) as used, 'department' as of from department d`

	// Everybody who is in a department on a day, without those who left. Whoever was
	// ever placed there is found first, so that nobody else is looked at.
	colleaguesSQL = `
with ever as materialized (select distinct person from placement where department = @department),
here as materialized (
    select p.id, p.email, p.email_folded, p.name, place.wave
    from ever join person p on p.id = ever.person` + placeOfPersonSQL + `
    where place.department = @department
)
select p.email, p.name, coalesce(today.ord, earlier.ord, -1) as member,
       case when coalesce(today.listed, earlier.listed, false) then 'member'
            when exists (select from invite i where i.email_folded = p.email_folded and i.status = 'pending'
                           and (i.expires_at is null or i.expires_at > now())) then 'invited'
            else 'not_arrived' end as state,
       coalesce(machines.app, false) as has_app, w.opens_on, touched.day as touched, trained.day as trained
from here p` + memberOfPersonSQL + `
    left join wave w on w.id = p.wave
    cross join lateral (
        select array[p.email_folded, (select m.email_folded from member m where m.ord = coalesce(today.ord, earlier.ord))] as addresses
    ) known
    left join lateral (select bool_or(v.app_version <> '') as app from device v where v.email_folded = any (known.addresses)) machines on true
    left join lateral (select max(t.day) as day from touchpoint t where t.user_folded = any (known.addresses)) touched on true
    left join lateral (
        select max(s.day) as day from attendance a join training_session s on s.id = a.session
        where a.email_folded = any (known.addresses) and a.status <> 'no_show' and s.kind in ('all_staff_101', 'department') and s.day <= @today
    ) trained on true
where coalesce(today.listed, earlier.listed, coalesce(today.ord, earlier.ord) is null)
order by p.email_folded`

	inventoryListedSQL = `select max(listed_at) from device`

	departmentChannelSQL = `select name, url from channel where purpose = 'department' and department = @department`

	tipSQL = `
select g.id, v.title
from guide g join guide_version v on v.guide = g.id
where g.slot = 'tip' and g.week = @week and g.archived_at is null
order by v.n desc
limit 1`

	meetingsSQL = `
select s.id, s.name, to_char(s.starts_at, 'HH24:MI') as starts, s.place, s.link, coalesce(s.capacity, 0) as capacity,
       (select count(*) from sign_up u where u.session = s.id)::int as signed_up, lower(s.host_email) = lower(@email) as hosted
from training_session s
where s.planned and s.cancelled_at is null and s.day = @today and (s.department = @department or lower(s.host_email) = lower(@email))
order by s.starts_at, s.id`

	answeredSQL = `
select id, title, answered_at as at from support_issue
where reported_by = @account and state = 'answered' and answered_at >= @since
order by answered_at desc
limit 20`

	ticksSQL = `select item, day, at from tick where account = @account and day >= @since order by day, item`

	keepTickSQL = `insert into tick (account, item, day, at) values (@account, @item, @day, @now) on conflict do nothing`

	dropTickSQL = `delete from tick where account = @account and item = @item and day >= @since`
)

// remembered is how many days back ticks and answers are looked for.
const remembered = 14

type colleagueRow struct {
	Email   string
	Name    string
	Member  int32
	State   people.State
	HasApp  bool
	OpensOn *time.Time
	Touched *time.Time
	Trained *time.Time
}

func (r colleagueRow) colleague() people.Colleague {
	return people.Colleague{Email: r.Email, Name: r.Name, Member: r.Member, State: r.State, HasApp: r.HasApp,
		Opens: dayOf(r.OpensOn), Touched: dayOf(r.Touched), Trained: dayOf(r.Trained)}
}

// ScopedDepartments returns the departments that a scope may look into, by name.
func (s *Store) ScopedDepartments(ctx context.Context, scope identity.PeopleScope) ([]people.Department, error) {
	rows, err := s.pool.Query(ctx, departmentListSQL)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", translate(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", translate(err))
	}
	slugs := slugsOf(list)
	var out []people.Department
	for _, r := range list {
		if slug := slugs[r.Name]; scope.Everyone() || slices.Contains(scope.Departments(), slug) {
			out = append(out, people.Department{ID: r.ID, Name: r.Name, Slug: slug})
		}
	}
	slices.SortFunc(out, func(a, b people.Department) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Colleagues returns who is in a department on a day, by address. A department
// outside the scope is NotFound, exactly like one that does not exist.
func (s *Store) Colleagues(ctx context.Context, by people.Asker, in people.Department) ([]people.Colleague, error) {
	if err := within(by.Scope, in); err != nil {
		return nil, err
	}
	var out []people.Colleague
	b := &pgx.Batch{}
	queueColleagues(b, in.ID, by.Today, &out)
	return out, translate(s.pool.SendBatch(ctx, b).Close())
}

// Today returns a champion's day in a department. One outside the scope is NotFound.
func (s *Store) Today(ctx context.Context, by people.Asker, in people.Department) (people.Today, error) {
	if err := within(by.Scope, in); err != nil {
		return people.Today{}, err
	}
	out := people.Today{Department: in}
	b := &pgx.Batch{}
	queueColleagues(b, in.ID, by.Today, &out.Colleagues)
	queueDay(b, by, in.ID, &out)
	b.Queue(latestThanksSQL, pgx.StrictNamedArgs{"email": by.Email}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[people.Thanks])
		if len(list) > 0 {
			out.Thanks = list[0]
		}
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Today{}, fmt.Errorf("read a champion's day: %w", translate(err))
	}
	return out, nil
}

// within faults unless a scope covers a department.
func within(scope identity.PeopleScope, in people.Department) error {
	if in.ID == 0 || !scope.Everyone() && !slices.Contains(scope.Departments(), in.Slug) {
		return fault.New(fault.NotFound, "There is no such department, or none that you may know of.")
	}
	return nil
}

func queueColleagues(b *pgx.Batch, department int, today day.Date, into *[]people.Colleague) {
	b.Queue(colleaguesSQL, pgx.StrictNamedArgs{"department": department, "today": today.Time()}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[colleagueRow])
		*into = each(list, colleagueRow.colleague)
		return err
	})
}

func queueDay(b *pgx.Batch, by people.Asker, department int, out *people.Today) {
	since := (by.Today - remembered).Time()
	b.Queue(inventoryListedSQL).QueryRow(func(row pgx.Row) error {
		var at *time.Time
		err := row.Scan(&at)
		if at != nil {
			out.Inventory = *at
		}
		return err
	})
	b.Queue(departmentChannelSQL, pgx.StrictNamedArgs{"department": department}).Query(channelInto(&out.Channel))
	b.Queue(tipSQL, pgx.StrictNamedArgs{"week": by.Today.Monday().Time()}).Query(tipInto(&out.Tip))
	meeting := pgx.StrictNamedArgs{"department": department, "email": by.Email, "today": by.Today.Time()}
	b.Queue(meetingsSQL, meeting).Query(func(rows pgx.Rows) (err error) {
		out.Meetings, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Meeting])
		return err
	})
	mine := pgx.StrictNamedArgs{"account": int64(by.Account), "since": since}
	b.Queue(answeredSQL, mine).Query(func(rows pgx.Rows) (err error) {
		out.Answered, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Answered])
		return err
	})
	b.Queue(ticksSQL, mine).Query(func(rows pgx.Rows) error {
		var item string
		var on, at time.Time
		_, err := pgx.ForEachRow(rows, []any{&item, &on, &at}, func() error {
			out.Ticks = append(out.Ticks, people.Tick{Item: item, Day: day.FromTime(on), At: at})
			return nil
		})
		return err
	})
}

// channelInto reads a channel, if there is one.
func channelInto(c *people.Channel) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var name, url string
		_, err := pgx.ForEachRow(rows, []any{&name, &url}, func() error {
			*c = people.Channel{Name: name, URL: url}
			return nil
		})
		return err
	}
}

// KeepTick keeps that an account ticked an item on a day. Ticking twice keeps the first.
func (s *Store) KeepTick(ctx context.Context, account identity.AccountID, item string, on day.Date, now time.Time) error {
	_, err := s.pool.Exec(ctx, keepTickSQL, pgx.StrictNamedArgs{"account": int64(account), "item": item, "day": on.Time(), "now": now})
	return translate(err)
}

// DropTick takes back what an account ticked of an item lately.
func (s *Store) DropTick(ctx context.Context, account identity.AccountID, item string, today day.Date) error {
	_, err := s.pool.Exec(ctx, dropTickSQL, pgx.StrictNamedArgs{"account": int64(account), "item": item, "since": (today - remembered).Time()})
	return translate(err)
}
