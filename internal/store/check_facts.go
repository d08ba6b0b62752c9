package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/pull"
	"groundswell/internal/rollout"
)

// factLoad is the facts of checks being read.
type factLoad struct {
	s     *Store
	plan  *rollout.Plan
	today day.Date
	facts rollout.Facts
}

// factParts are read one by one: what of them fails takes only its checks along.
var factParts = []struct {
	what   string
	read   func(*factLoad, context.Context) error
	checks []rollout.CheckKey
}{
	{"the roster", (*factLoad).cells, []rollout.CheckKey{
		rollout.CheckSeats, rollout.CheckArrivals, rollout.CheckGroups, rollout.CheckDryRun, rollout.CheckChampions, rollout.CheckTrainings, rollout.CheckDevices,
	}},
	{"seats", (*factLoad).seats, []rollout.CheckKey{rollout.CheckSeats}},
	{"groups", (*factLoad).groups, []rollout.CheckKey{rollout.CheckGroups, rollout.CheckGroupRoles}},
	{"roles", (*factLoad).roles, []rollout.CheckKey{rollout.CheckCoworkRole}},
	{"the dry run", (*factLoad).dryRun, []rollout.CheckKey{rollout.CheckGroups, rollout.CheckDryRun}},
	{"limits, plugins and connectors", (*factLoad).tools, []rollout.CheckKey{rollout.CheckSpendLimits, rollout.CheckMarketplace, rollout.CheckConnectors}},
	{"usage", (*factLoad).firstTask, []rollout.CheckKey{rollout.CheckFirstTask}},
	{"telemetry", (*factLoad).telemetry, []rollout.CheckKey{rollout.CheckTelemetry}},
	{"champions and trainings", (*factLoad).enablement, []rollout.CheckKey{rollout.CheckChampions, rollout.CheckTrainings}},
	{"devices", (*factLoad).devices, []rollout.CheckKey{rollout.CheckDevices}},
	{"messages", (*factLoad).messages, []rollout.CheckKey{rollout.CheckMessages}},
	{"the channels of messages", (*factLoad).channels, []rollout.CheckKey{rollout.CheckMail}},
}

// checkFacts reads what checks judge by. unread are the checks whose facts could
// not be read; failed says why.
func (s *Store) checkFacts(ctx context.Context, mail rollout.MailFacts, now time.Time) (facts rollout.Facts, unread map[rollout.CheckKey]bool, failed error) {
	l := &factLoad{s: s}
	unread = map[rollout.CheckKey]bool{}
	if err := l.begin(ctx, now); err != nil {
		for _, c := range rollout.Checks() {
			unread[c.Key()] = true
		}
		return l.facts, unread, fmt.Errorf("read what checks judge by: %w", err)
	}
	l.facts.Mail = mail
	var failures []error
	for _, part := range factParts {
		if err := part.read(l, ctx); err != nil {
			failures = append(failures, fmt.Errorf("read %s for the checks: %w", part.what, translate(err)))
			for _, key := range part.checks {
				unread[key] = true
			}
		}
	}
	return l.facts, unread, errors.Join(failures...)
}

// begin reads the plan and how every source stands.
func (l *factLoad) begin(ctx context.Context, now time.Time) error {
	plan, err := l.s.Plan(ctx)
	if err != nil {
		return err
	}
	states, err := l.s.states(ctx, "")
	if err != nil {
		return err
	}
	l.plan, l.today = plan, plan.Today(now)
	l.facts = rollout.Facts{
		Now: now, Today: l.today, Waves: plan.Waves, Support: supportOf(plan),
		Read: rollout.Readings{
			Members: readingOf(states, pull.Members, "Members"), Invites: readingOf(states, pull.Invites, "Invites"),
			Seats: readingOf(states, pull.Summaries, "Seats"), Groups: readingOf(states, pull.Groups, "Groups"),
			Roles: readingOf(states, pull.Roles, "Roles"), Limits: readingOf(states, pull.Spend, "Spend limits"),
			Plugins: readingOf(states, pull.Catalog, "Plugins"), Connectors: readingOf(states, pull.Connectors, "Connectors"),
			Usage: readingOf(states, pull.Users, "Usage"),
		},
	}
	return nil
}

func readingOf(states map[pull.Source]pull.State, src pull.Source, name string) rollout.Reading {
	st := stateOf(states, src)
	r := rollout.Reading{Name: name, AsOf: st.LastSuccess}
	if st.Status == pull.MissingScope {
		r.Scope = src.Scope()
	}
	return r
}

// supportOf returns the latest word on the support channel: of whichever task asks for it.
func supportOf(p *rollout.Plan) *rollout.Attestation {
	var out *rollout.Attestation
	for _, t := range p.Tasks {
		a, ok := p.Attested[t.ID]
		if ok && t.Evidence.Check == rollout.CheckSupport && (out == nil || a.At.After(out.At)) {
			out = &a
		}
	}
	return out
}

const (
	checkCellsSQL = `
with place as (` + placesSQL + `), account as (
    select mp.person, bool_or(m.listed) as listed
    from member_person mp join member m on m.ord = mp.member
    group by mp.person
), called as (
    select distinct email_folded from invite where status = 'pending' and (expires_at is null or expires_at > @now)
), owner as (` + ownersSQL + `), machine as (
    select o.person, bool_or(v.app_version <> '') as app from owner o join device v on v.email_folded = o.address group by o.person
), standing as (
    select p.id, coalesce(place.wave, 0) as wave, coalesce(d.name, '') as department,
           a.person is not null as known, coalesce(a.listed, false) as listed, c.email_folded is not null as called,
           machine.app
    from person p
    left join place on place.person = p.id
    left join department d on d.id = place.department
    left join account a on a.person = p.id
    left join called c on c.email_folded = p.email_folded
    left join machine on machine.person = p.id
)
select wave, department, count(*)::int as people,
       count(*) filter (where listed)::int as members,
       count(*) filter (where called and not listed)::int as invited,
       count(*) filter (where known and not listed and not called)::int as gone,
       count(app) filter (where listed or called)::int as with_device,
       count(*) filter (where app and (listed or called))::int as with_app
from standing
group by wave, department
order by wave, department`

	// Members and invitations that hold seats without being on the roster.
	checkOthersSQL = `
select (select count(*) from member m where m.listed and not exists (select from member_person mp where mp.member = m.ord))
     + (select count(distinct i.email_folded) from invite i
        where i.status = 'pending' and (i.expires_at is null or i.expires_at > @now)
          and not exists (select from person p where p.email_folded = i.email_folded)
          and not exists (select from member m where m.listed and m.email_folded = i.email_folded))`

	checkSeatsSQL = `select assigned_seats from summary_day where assigned_seats is not null order by day desc limit 1`
)

func (l *factLoad) cells(ctx context.Context) error {
	rows, err := l.s.pool.Query(ctx, checkCellsSQL, pgx.StrictNamedArgs{"today": l.today.Time(), "now": l.facts.Now})
	if err != nil {
		return err
	}
	var c rollout.Cell
	_, err = pgx.ForEachRow(rows, []any{&c.Wave, &c.Department, &c.People, &c.Members, &c.Invited, &c.Left, &c.WithDevice, &c.WithApp}, func() error {
		l.facts.Cells = append(l.facts.Cells, c)
		return nil
	})
	return err
}

func (l *factLoad) seats(ctx context.Context) error {
	b := &pgx.Batch{}
	b.Queue(checkOthersSQL, pgx.StrictNamedArgs{"now": l.facts.Now}).QueryRow(func(row pgx.Row) error { return row.Scan(&l.facts.Others) })
	b.Queue(checkSeatsSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if len(found) > 0 {
			l.facts.Seats = &found[0]
		}
		return err
	})
	return l.s.pool.SendBatch(ctx, b).Close()
}

const (
	// A department has a group that bears its name, or one that holds most of its members and in which most are of it.
	checkUngroupedSQL = `
with place as (` + placesSQL + `), here as (
    select m.ord as member, place.department
    from member m join member_person mp on mp.member = m.ord join place on place.person = mp.person
    where m.listed and place.department is not null
), size as (
    select department, count(*) as people from here group by department
), filled as (
    select group_id, count(*) as people from rbac_group_member group by group_id
), overlap as (
    select gm.group_id, h.department, count(*) as people
    from rbac_group_member gm join here h on h.member = gm.member
    group by gm.group_id, h.department
)
select d.name
from department d join size s on s.department = d.id
where not exists (select from rbac_group g where lower(g.name) = lower(d.name))
  and not exists (
      select from overlap o join filled f on f.group_id = o.group_id
      where o.department = d.id and o.people * 2 > s.people and o.people * 2 > f.people)
order by d.name`

	// People whom a group without a role leaves without one: no other group gives them any.
	checkGroupsSQL = `
with roled as (
    select distinct gm.member
    from rbac_group_member gm join rbac_group_role gr on gr.group_id = gm.group_id join rbac_role r on r.id = gr.role_id
)
select g.name, g.roles_known,
       exists (select from rbac_group_role gr join rbac_role r on r.id = gr.role_id where gr.group_id = g.id) as mapped,
       count(m.ord) filter (where not exists (select from roled where roled.member = m.ord))::int as bare
from rbac_group g
left join rbac_group_member gm on gm.group_id = g.id
left join member m on m.ord = gm.member and m.listed
where g.source_type = 'scim'
group by g.id
order by g.name`
)

func (l *factLoad) groups(ctx context.Context) error {
	b := &pgx.Batch{}
	b.Queue(checkUngroupedSQL, pgx.StrictNamedArgs{"today": l.today.Time()}).Query(func(rows pgx.Rows) (err error) {
		l.facts.Ungrouped, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	b.Queue(checkGroupsSQL).Query(func(rows pgx.Rows) error {
		var name string
		var known, mapped bool
		var bare int
		_, err := pgx.ForEachRow(rows, []any{&name, &known, &mapped, &bare}, func() error {
			g := &l.facts.Groups
			switch {
			case mapped:
				g.Mapped++
			case bare > 0 && !known:
				g.Unknown++
			case bare > 0:
				g.Unmapped = append(g.Unmapped, rollout.Detail{Say: name, Count: bare})
			}
			return nil
		})
		slices.SortStableFunc(l.facts.Groups.Unmapped, func(a, b rollout.Detail) int { return b.Count - a.Count })
		return err
	})
	return l.s.pool.SendBatch(ctx, b).Close()
}

const checkRolesSQL = `
with gives as (
    select r.id,
           bool_or(p.resource = 'organization' and p.action in ('cowork', 'capability_cowork')) as named,
           bool_or(p.resource = 'organization' and p.action in ('access_all', 'capability_access_all', 'access_all_ga', 'capability_access_all_ga')) as blanket
    from rbac_role r left join rbac_permission p on p.role_id = r.id
    group by r.id
)
select count(*)::int, count(*) filter (where named or blanket)::int, count(*) filter (where blanket and not coalesce(named, false))::int,
       count(*) filter (where (named or blanket) and exists (
           select from rbac_group_role gr join rbac_group_member gm on gm.group_id = gr.group_id join member m on m.ord = gm.member
           where gr.role_id = gives.id and m.listed))::int
from gives`

func (l *factLoad) roles(ctx context.Context) error {
	k := &l.facts.Roles
	return l.s.pool.QueryRow(ctx, checkRolesSQL).Scan(&k.All, &k.Cowork, &k.Blanket, &k.Carried)
}

const (
	checkLimitsSQL = `
select count(distinct member)::int as people, count(distinct member) filter (where amount = 0)::int as zero,
       coalesce((select amount::text from spend_effective where amount > 0 order by spend_effective.amount, period limit 1), '') as lowest,
       coalesce((select period from spend_effective where amount > 0 order by spend_effective.amount, period limit 1), '') as period
from spend_effective`

	checkPluginsSQL = `
select (select count(*) from marketplace)::int, count(*)::int, count(*) filter (where installation <> 'not_available')::int
from catalog_plugin`

	checkConnectorsSQL = `
select (array_agg(name order by day desc))[1] as say, coalesce(max(users), 0)::int as count
from feature_day
where kind = 'connector' and day > @today::date - @days::int and (users > 0 or cowork_sessions > 0)
group by key
order by count desc, say`
)

func (l *factLoad) tools(ctx context.Context) error {
	b, lowest := &pgx.Batch{}, ""
	limits, plugins := &l.facts.Limits, &l.facts.Plugins
	b.Queue(checkLimitsSQL).QueryRow(func(row pgx.Row) error {
		return row.Scan(&limits.People, &limits.Zero, &lowest, &limits.Period)
	})
	b.Queue(checkPluginsSQL).QueryRow(func(row pgx.Row) error {
		return row.Scan(&plugins.Marketplaces, &plugins.Plugins, &plugins.Visible)
	})
	b.Queue(checkConnectorsSQL, pgx.StrictNamedArgs{"today": l.today.Time(), "days": rollout.ConnectorDays}).Query(func(rows pgx.Rows) (err error) {
		l.facts.Connectors, err = pgx.CollectRows(rows, pgx.RowToStructByName[rollout.Detail])
		return err
	})
	if err := l.s.pool.SendBatch(ctx, b).Close(); err != nil || lowest == "" {
		return err
	}
	money, err := adoption.ParseCents(lowest)
	limits.Lowest = "USD " + money.USD()
	return err
}

func (l *factLoad) messages(ctx context.Context) error {
	all, err := l.s.Messages(ctx)
	l.facts.Messages = comms.Standings(all, launchesOf(l.plan, l.facts.Now), l.facts.Now)
	return err
}

// firstTask finds the first day on which somebody delegated a task, and one of those who did.
func (l *factLoad) firstTask(ctx context.Context) error {
	x, err := l.s.Index(ctx)
	if err != nil {
		return err
	}
	for _, d := range x.Days {
		if !d.Tasked.Any() {
			continue
		}
		first := rollout.FirstTask{Member: -1, Day: d.Day}
		d.Tasked.Each(func(m int32) {
			if first.Member < 0 {
				first.Member = m
			}
		})
		l.facts.FirstTask = &first
		return nil
	}
	return nil
}

func (l *factLoad) telemetry(ctx context.Context) error {
	p, err := l.s.TelemetryPulse(ctx)
	l.facts.Telemetry = rollout.Pulse{Last: p.Last, Day: p.Day}
	return err
}

const (
	checkTrainingsSQL = `
select count(*)::int from training_session where cancelled_at is null and (not planned or day < @today::date - 1)`

	// Those whose hour may still be ahead somewhere; their zones decide.
	checkAheadSQL = trainingSQL + `
where s.planned and s.cancelled_at is null and s.day >= @today::date - 1
order by s.day, s.starts_at`

	checkAttendedSQL = `
with place as (` + placesSQL + `)
select coalesce(place.wave, 0) as wave, count(distinct a.email_folded)::int as people
from attendance a
join person p on p.email_folded = a.email_folded
left join place on place.person = p.id
where a.status in ('attended', 'completed')
group by 1`
)

// ahead counts the sessions that are still to begin, and those that are over by now.
func (l *factLoad) ahead(rows pgx.Rows) error {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[trainingRow])
	t := &l.facts.Trainings
	for _, r := range list {
		p := r.listed(nil).Planned
		switch {
		case p.Over(l.facts.Now):
			t.Held++
		case !p.Begun(l.facts.Now):
			if t.Ahead++; t.Next == day.None || p.Day < t.Next {
				t.Next = p.Day
			}
		}
	}
	return err
}

func (l *factLoad) enablement(ctx context.Context) error {
	on := pgx.StrictNamedArgs{"today": l.today.Time()}
	b := &pgx.Batch{}
	champions := l.champions(b)
	t := &l.facts.Trainings
	t.Next = day.None
	b.Queue(checkTrainingsSQL, on).QueryRow(func(row pgx.Row) error { return row.Scan(&t.Held) })
	b.Queue(checkAheadSQL, pgx.StrictNamedArgs{"today": l.today.Time(), "email": ""}).Query(l.ahead)
	b.Queue(checkAttendedSQL, on).Query(func(rows pgx.Rows) error {
		t.Attended = map[int]int{}
		var wave, n, all int
		_, err := pgx.ForEachRow(rows, []any{&wave, &n}, func() error {
			t.Attended[wave] = n
			all += n
			return nil
		})
		t.Attended[0] = all
		return err
	})
	err := l.s.pool.SendBatch(ctx, b).Close()
	champions()
	return err
}

const checkDevicesSQL = `select max(listed_at) from device`

func (l *factLoad) devices(ctx context.Context) error {
	var at *time.Time
	err := l.s.pool.QueryRow(ctx, checkDevicesSQL).Scan(&at)
	l.facts.DevicesAt = momentOf(at)
	return err
}

// dryRun counts by wave what the latest dry run found; there may be none yet.
func (l *factLoad) dryRun(ctx context.Context) error {
	run, ok, err := l.s.LatestAccessRun(ctx)
	if err != nil || !ok {
		return err
	}
	roll, err := l.s.AccessRoll(ctx, run.ID)
	if err != nil {
		return err
	}
	lacking := len(run.Missing)
	if run.NotKnown > 0 {
		lacking-- // that some people's roles are unavailable is counted by wave
	}
	l.facts.DryRun = &rollout.DryRunFacts{
		AsOf: run.AsOf, Members: run.Members, Complete: lacking == 0, Waves: dryRunWaves(roll, access.Expected(roll.Waves, l.today)),
	}
	return nil
}

// dryRunWaves counts people by wave: those who lose Cowork by surprise, and those
// of whom nobody knows in the waves where it is expected.
func dryRunWaves(roll access.Roll, expected map[int32]bool) []rollout.DryRunWave {
	causes, unknown := map[int32]map[access.Cause]int{}, map[int32]int{}
	for _, f := range roll.Fates {
		switch {
		case f.Outcome == access.NotKnown && expected[f.Wave]:
			unknown[f.Wave]++
		case f.Outcome == access.Surprise && causes[f.Wave] == nil:
			causes[f.Wave] = map[access.Cause]int{f.Cause: 1}
		case f.Outcome == access.Surprise:
			causes[f.Wave][f.Cause]++
		}
	}
	var out []rollout.DryRunWave
	for _, place := range append([]access.Place{{}}, roll.Waves...) {
		w := rollout.DryRunWave{Wave: int(place.ID), Unknown: unknown[place.ID], Nested: causes[place.ID][access.Nested]}
		for cause, n := range causes[place.ID] {
			w.Surprise += n
			w.Causes = append(w.Causes, rollout.Detail{Say: cause.Title(), Count: n})
		}
		out = append(out, w)
	}
	return out
}
