package store

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	touchpointPage    = 50
	maxTouchpointPage = 500
)

const (
	// Every address of the people who are placed in some departments today: their own, and
	// what the same member was known by, unless somebody else has that now.
	addressesWithinSQL = `
within as (
    select p.id, p.email_folded
    from person p` + placeOfPersonSQL + `
    where p.id in (select person from placement where department = any (@departments)) and place.department = any (@departments)
), address as (
    select email_folded from within
    union
    select other.email_folded
    from within w
    join member_address mine on mine.email_folded = w.email_folded
    join member_address other on other.member = mine.member
    where not exists (select from person q where q.email_folded = other.email_folded)
      and not exists (select from member o where o.email_folded in (mine.email_folded, other.email_folded) and o.ord <> mine.member)
)`

	// Who a touchpoint's addresses are: by the roster, else by the member who has or had them.
	touchpointNamesSQL = `
left join lateral (
    select p.id, p.email, p.name from person p where p.email_folded = t.user_folded
    union all
    select p.id, p.email, p.name
    from member_address e join member_person mp on mp.member = e.member join person p on p.id = mp.person
    where e.email_folded = t.user_folded and not exists (select from person q where q.email_folded = t.user_folded)
      and not exists (select from member o where o.email_folded = t.user_folded and o.ord <> e.member)
    limit 1
) p on true
left join lateral (select m.name from member m where m.email_folded = t.user_folded order by m.listed desc, m.ord limit 1) m on true
left join lateral (select c.name from person c where c.email_folded = t.champion_folded) cp on true
left join lateral (select c.name from member c where c.email_folded = t.champion_folded order by c.listed desc, c.ord limit 1) cm on true` +
		placeOfPersonSQL + `
left join department d on d.id = coalesce(t.department, place.department)`

	touchpointColumnsSQL = `
t.id, t.day, t.champion_email, coalesce(nullif(cp.name, ''), nullif(cm.name, ''), t.champion_email) as champion_name,
coalesce(t.user_email, '') as person_email, coalesce(nullif(p.name, ''), nullif(m.name, ''), t.user_email, '') as person_name,
coalesce(d.id, 0) as department, coalesce(d.name, '') as department_name, t.kind, t.outcome, t.note,
coalesce(t.logged_by, 0) as logged_by, t.logged_at, coalesce(t.client_key::text, '') as key, t.version`

	// What fits a filter. Departments null: of everybody.
	touchpointsFitSQL = `
    (@departments::int[] is null or t.department = any (@departments) or t.user_folded in (select email_folded from address))
    and t.day between @from and @to
    and (@kind = '' or t.kind = @kind)
    and (@champion = '' or t.champion_folded = lower(@champion))
    and (@person = '' or t.user_folded = lower(@person))
    and (@search = '' or strpos(t.user_folded, lower(@search)) > 0
         or t.user_folded in (select q.email_folded from person q where strpos(lower(q.name), lower(@search)) > 0))`

	touchpointsSQL = `
with ` + addressesWithinSQL + `, page as (
    select t.* from touchpoint t
    where ` + touchpointsFitSQL + ` and (@after_day::date is null or (t.day, t.id) < (@after_day, @after_id))
    order by t.day desc, t.id desc limit @limit
)
select ` + touchpointColumnsSQL + ` from page t` + touchpointNamesSQL + `
order by t.day desc, t.id desc`

	touchpointSQL = `select ` + touchpointColumnsSQL + ` from touchpoint t` + touchpointNamesSQL + ` where t.id = @id`

	touchpointTotalsSQL = `
with ` + addressesWithinSQL + `
select t.kind, count(*)::int as count, count(distinct t.user_folded)::int as people, max(t.day) as last
from touchpoint t where ` + touchpointsFitSQL + `
group by t.kind order by count(*) desc, t.kind`

	touchpointChampionsSQL = `
with ` + addressesWithinSQL + `
select t.champion_folded as email, coalesce(nullif(p.name, ''), nullif(max(m.name), ''), t.champion_folded) as name
from touchpoint t
left join person p on p.email_folded = t.champion_folded
left join member m on m.email_folded = t.champion_folded
where @departments::int[] is null or t.department = any (@departments) or t.user_folded in (select email_folded from address)
group by t.champion_folded, p.name order by 2, 1`
)

type touchpointRow struct {
	ID             int64
	Day            time.Time
	ChampionEmail  string
	ChampionName   string
	PersonEmail    string
	PersonName     string
	Department     int
	DepartmentName string
	Kind           string
	Outcome        people.Outcome
	Note           string
	LoggedBy       int64
	LoggedAt       *time.Time
	Key            string
	Version        int
}

func (r touchpointRow) touchpoint(slugs slugBook) people.LoggedTouchpoint {
	t := people.LoggedTouchpoint{
		ID: r.ID, Day: day.FromTime(r.Day), ChampionEmail: r.ChampionEmail, ChampionName: r.ChampionName,
		PersonEmail: r.PersonEmail, PersonName: r.PersonName,
		Department: people.Department{ID: r.Department, Name: r.DepartmentName, Slug: slugs.slug(r.Department)},
		Kind:       people.KindOf(r.Kind), Outcome: r.Outcome, Note: r.Note, LoggedBy: identity.AccountID(r.LoggedBy), Key: r.Key, Version: r.Version,
	}
	if r.LoggedAt != nil {
		t.LoggedAt = r.LoggedAt.UTC()
	}
	return t
}

// readTouchpoint reads one touchpoint with its names; one that is not there is NotFound.
func readTouchpoint(ctx context.Context, from querier, slugs slugBook, id int64, today day.Date) (people.LoggedTouchpoint, error) {
	rows, err := from.Query(ctx, touchpointSQL, pgx.StrictNamedArgs{"id": id, "today": today.Time()})
	if err != nil {
		return people.LoggedTouchpoint{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[touchpointRow])
	return r.touchpoint(slugs), err
}

func touchpointArgs(slugs slugBook, scope identity.PeopleScope, f people.TouchpointFilter, today day.Date) pgx.StrictNamedArgs {
	from, to := f.Period.From, f.Period.To
	if f.Period == (day.Period{}) {
		from, to = day.Of(1970, time.January, 1), day.Of(9999, time.December, 31)
	}
	return pgx.StrictNamedArgs{
		"departments": slugs.departments(scope, f.Department), "from": from, "to": to, "kind": string(f.Kind),
		"champion": cleanText(f.Champion), "person": cleanText(f.Person), "search": cleanText(f.Search), "today": today.Time(),
	}
}

// nobodyIn reports whether a scope sees nobody at all.
func nobodyIn(scope identity.PeopleScope) bool {
	return !scope.Everyone() && len(scope.Departments()) == 0
}

// Touchpoints returns a page of the touchpoints that fit, newest first, as far as
// the scope may see them: by the departments in which the people touched are today.
func (s *Store) Touchpoints(ctx context.Context, scope identity.PeopleScope, f people.TouchpointFilter, today day.Date) (people.TouchpointPage, error) {
	v, err := s.touchpoints(ctx, scope, f, today, (*touchpointRead).queuePage)
	return v.Page, err
}

// TouchpointView returns a page of touchpoints with what stands around it.
func (s *Store) TouchpointView(ctx context.Context, scope identity.PeopleScope, f people.TouchpointFilter, today day.Date) (people.TouchpointView, error) {
	return s.touchpoints(ctx, scope, f, today, (*touchpointRead).queuePage, (*touchpointRead).queueTotals, (*touchpointRead).queueAround)
}

// TouchpointTotals counts the touchpoints that fit by kind, the most frequent first.
func (s *Store) TouchpointTotals(ctx context.Context, scope identity.PeopleScope, f people.TouchpointFilter, today day.Date) ([]people.TouchpointTotal, error) {
	v, err := s.touchpoints(ctx, scope, f, today, (*touchpointRead).queueTotals)
	return v.Totals, err
}

// touchpointRead is a view of touchpoints being read.
type touchpointRead struct {
	people.TouchpointView
	slugs slugBook
	args  pgx.StrictNamedArgs // of the filter
	after people.TouchpointMark
	size  int
	today day.Date
}

// touchpoints reads parts of a view in one round trip behind that for the slugs.
func (s *Store) touchpoints(ctx context.Context, scope identity.PeopleScope, f people.TouchpointFilter, today day.Date, parts ...func(*touchpointRead, *pgx.Batch)) (people.TouchpointView, error) {
	if nobodyIn(scope) {
		return people.TouchpointView{}, nil
	}
	slugs, err := s.slugs(ctx)
	if err != nil {
		return people.TouchpointView{}, err
	}
	r := touchpointRead{slugs: slugs, args: touchpointArgs(slugs, scope, f, today), after: f.After, size: touchpointPage, today: today}
	if f.Limit > 0 {
		r.size = min(f.Limit, maxTouchpointPage)
	}
	b := &pgx.Batch{}
	for _, queue := range parts {
		queue(&r, b)
	}
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return people.TouchpointView{}, fmt.Errorf("list touchpoints: %w", translate(err))
	}
	return r.TouchpointView, nil
}

func (r *touchpointRead) queuePage(b *pgx.Batch) {
	args := maps.Clone(r.args)
	args["limit"], args["after_day"], args["after_id"] = r.size+1, nil, r.after.ID
	if r.after.ID != 0 {
		args["after_day"] = r.after.Day
	}
	b.Queue(touchpointsSQL, args).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[touchpointRow])
		r.Page = touchpointPageOf(list, r.size, r.slugs)
		return err
	})
}

func (r *touchpointRead) queueTotals(b *pgx.Batch) {
	b.Queue(touchpointTotalsSQL, r.args).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[touchpointTotalRow])
		r.Totals = each(list, touchpointTotalRow.total)
		return err
	})
}

// queueAround reads departments and the champions whose help was logged.
func (r *touchpointRead) queueAround(b *pgx.Batch) {
	b.Queue(departmentsSQL, pgx.StrictNamedArgs{"today": r.today.Time()}).Query(func(rows pgx.Rows) (err error) {
		r.Departments, _, err = readDepartments(rows)
		return err
	})
	args := pgx.StrictNamedArgs{"departments": r.args["departments"], "today": r.today.Time()}
	b.Queue(touchpointChampionsSQL, args).Query(func(rows pgx.Rows) error {
		var who people.Who
		_, err := pgx.ForEachRow(rows, []any{&who.Email, &who.Name}, func() error {
			r.Champions = append(r.Champions, who)
			return nil
		})
		return err
	})
}

func touchpointPageOf(list []touchpointRow, size int, slugs slugBook) people.TouchpointPage {
	var page people.TouchpointPage
	if len(list) > size {
		list = list[:size]
		last := list[size-1]
		page.Next = people.TouchpointMark{Day: day.FromTime(last.Day), ID: last.ID}
	}
	page.Touchpoints = each(list, func(r touchpointRow) people.LoggedTouchpoint { return r.touchpoint(slugs) })
	return page
}

// Touchpoint returns one touchpoint that the actor may see; any other is NotFound.
func (s *Store) Touchpoint(ctx context.Context, by identity.Actor, id int64, today day.Date) (people.LoggedTouchpoint, error) {
	slugs, err := s.slugs(ctx)
	if err != nil {
		return people.LoggedTouchpoint{}, err
	}
	t, err := readTouchpoint(ctx, s.pool, slugs, id, today)
	if err == nil && !t.SeenBy(by) {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return people.LoggedTouchpoint{}, translate(err)
	}
	return t, nil
}

type touchpointTotalRow struct {
	Kind   string
	Count  int
	People int
	Last   time.Time
}

func (r touchpointTotalRow) total() people.TouchpointTotal {
	return people.TouchpointTotal{Kind: people.KindOf(r.Kind), Count: r.Count, People: r.People, Last: day.FromTime(r.Last)}
}
