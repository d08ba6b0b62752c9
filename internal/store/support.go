package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
)

const (
	channelsSQL = `
select c.id, c.purpose, coalesce(c.department, 0) as department, coalesce(d.name, '') as department_name, c.name, c.url, c.note, c.version
from channel c left join department d on d.id = c.department
order by array_position(array['support', 'champions', 'department'], c.purpose), d.name collate "C"`

	escalationsSQL = `select id, topic, goes_to, contact, within, version from escalation order by position, id`

	// Whether somebody on call still is a champion: by the register, or by their role alone.
	dutiesSQL = `
select o.week, o.email, o.name,
       exists (select from champion c where c.email_folded = lower(o.email) and c.state = 'active' and (c.leaves_on is null or c.leaves_on >= @today))
       or exists (
           select from account a join account_role r on r.account_id = a.id
           where lower(a.email) = lower(o.email) and r.role = 'champion' and a.deactivated_at is null) as active
from on_call o
where o.week between @first and @last
order by o.week`

	supportChangeSQL = `select at from support_change`

	// The department the roster has for an address, today or next.
	askerPlaceSQL = `
select pl.department
from person p join placement pl on pl.person = p.id
where p.email_folded = lower(@email) and @email <> '' and pl.department is not null
order by coalesce(pl.from_day, '-infinity') > @today, case when pl.from_day > @today then pl.from_day end, pl.from_day desc nulls last
limit 1`
)

type channelRow struct {
	ID             int
	Purpose        enablement.Purpose
	Department     int
	DepartmentName string
	Name           string
	URL            string
	Note           string
	Version        int
}

func (r channelRow) channel() enablement.Channel {
	return enablement.Channel{
		ID: r.ID, Purpose: r.Purpose, Department: r.Department, DepartmentName: r.DepartmentName,
		Name: r.Name, URL: r.URL, Note: r.Note, Version: r.Version,
	}
}

type escalationRow struct {
	ID      int
	Topic   string
	GoesTo  string
	Contact string
	Within  string
	Version int
}

func (r escalationRow) escalation() enablement.Escalation {
	return enablement.Escalation{ID: r.ID, Topic: r.Topic, GoesTo: r.GoesTo, Contact: r.Contact, Within: r.Within, Version: r.Version}
}

type dutyRow struct {
	Week   time.Time
	Email  string
	Name   string
	Active bool
}

func (r dutyRow) duty() enablement.Duty {
	return enablement.Duty{Week: day.FromTime(r.Week), Email: r.Email, Name: r.Name, Active: r.Active}
}

// supportLoad is what there is of support while it is read in one round trip.
type supportLoad struct {
	names    []nameRow
	channels []enablement.Channel
	paths    []enablement.Escalation
	duties   []enablement.Duty
	changed  time.Time
	place    int // of whoever asks
}

// queue asks for all of it, with who is on call in the weeks from first to last.
func (l *supportLoad) queue(b *pgx.Batch, email string, today, first, last day.Date) {
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		l.names, err = pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
		return err
	})
	b.Queue(channelsSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[channelRow])
		l.channels = each(found, channelRow.channel)
		return err
	})
	b.Queue(escalationsSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[escalationRow])
		l.paths = each(found, escalationRow.escalation)
		return err
	})
	b.Queue(dutiesSQL, pgx.StrictNamedArgs{"today": today.Time(), "first": first.Time(), "last": last.Time()}).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[dutyRow])
		l.duties = each(found, dutyRow.duty)
		return err
	})
	b.Queue(supportChangeSQL).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
		if len(found) > 0 {
			l.changed = found[0].UTC()
		}
		return err
	})
	b.Queue(askerPlaceSQL, pgx.StrictNamedArgs{"email": email, "today": today.Time()}).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowTo[int])
		if len(found) > 0 {
			l.place = found[0]
		}
		return err
	})
}

// slugsByID are the slugs of departments.
func slugsByID(names []nameRow) map[int]string {
	out := map[int]string{}
	for _, d := range departmentsNamed(names) {
		out[d.ID] = d.Slug
	}
	return out
}

// of is what an actor reads of it.
func (l *supportLoad) of(by identity.Actor) enablement.Support {
	slugs := slugsByID(l.names)
	for i := range l.channels {
		l.channels[i].DepartmentSlug = slugs[l.channels[i].Department]
	}
	out := enablement.Support{
		Channels: enablement.ChannelsFor(enablement.Asker{Actor: by, Place: slugs[l.place]}, l.channels),
		Paths:    l.paths, ChangedAt: l.changed,
	}
	if len(l.duties) > 0 {
		out.OnCall = &l.duties[0]
	}
	return out
}

// SupportFor returns where an actor asks, who is on call in the week of today, and what goes where.
func (s *Store) SupportFor(ctx context.Context, by identity.Actor, today day.Date) (enablement.Support, error) {
	var l supportLoad
	b := &pgx.Batch{}
	l.queue(b, by.Email, today, today.Monday(), today.Monday())
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.Support{}, fmt.Errorf("read support: %w", translate(err))
	}
	return l.of(by), nil
}

// Channels returns every channel: support's, the champions', then those of departments by name.
func (s *Store) Channels(ctx context.Context) ([]enablement.Channel, error) {
	var l supportLoad
	b := &pgx.Batch{}
	l.queue(b, "", 0, 0, 0)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read channels: %w", translate(err))
	}
	slugs := slugsByID(l.names)
	for i := range l.channels {
		l.channels[i].DepartmentSlug = slugs[l.channels[i].Department]
	}
	return l.channels, nil
}

// OnCall returns who is on call in the week that begins on a Monday, false for nobody.
func (s *Store) OnCall(ctx context.Context, week day.Date) (enablement.Duty, bool, error) {
	duties, err := s.Rota(ctx, week, week, week)
	if err != nil || len(duties) == 0 {
		return enablement.Duty{}, false, err
	}
	return duties[0], true, nil
}

// Rota returns who is on call in the weeks that begin from first to last; weeks without anybody are left out.
func (s *Store) Rota(ctx context.Context, first, last, today day.Date) ([]enablement.Duty, error) {
	return rotaOf(ctx, s.pool, first, last, today)
}

func rotaOf(ctx context.Context, q querier, first, last, today day.Date) ([]enablement.Duty, error) {
	rows, err := q.Query(ctx, dutiesSQL, pgx.StrictNamedArgs{"today": today.Time(), "first": first.Time(), "last": last.Time()})
	if err != nil {
		return nil, fmt.Errorf("read the rota: %w", translate(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[dutyRow])
	if err != nil {
		return nil, fmt.Errorf("read the rota: %w", translate(err))
	}
	return each(found, dutyRow.duty), nil
}
