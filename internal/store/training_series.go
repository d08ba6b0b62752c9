package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

const (
	seriesSQL = `
select t.id, t.name, t.kind, coalesce(t.department, 0) as department, coalesce(d.name, '') as department_name, t.every_weeks,
       t.from_day, t.until_day, to_char(t.starts_at, 'HH24:MI') as starts, t.zone, t.minutes, t.place, t.link,
       t.host_name, t.host_email, t.capacity, t.about, t.features, t.ended_at, t.version
from training_series t left join department d on d.id = t.department`

	oneSeriesSQL = seriesSQL + ` where t.id = @id`

	allSeriesSQL = seriesSQL + ` order by t.ended_at is not null, t.name, t.id`

	lockSeriesSQL = `select id from training_series where id = @id for update`

	// Two of the same at once wait for each other here.
	lockNewSeriesSQL = `lock table training_series in share row exclusive mode`

	sameSeriesSQL = seriesSQL + `
where t.name = @name and t.kind = @kind and t.from_day = @from and t.until_day = @until and t.every_weeks = @every and t.ended_at is null`

	lockSeriesSessionsSQL = `select id from training_session where series = @series order by id for update`

	seriesSessionsSQL = trainingSQL + ` where s.series = @series order by s.day, s.id`

	insertSeriesSQL = `
insert into training_series (name, kind, department, every_weeks, from_day, until_day, starts_at, zone, minutes, place, link,
                             host_name, host_email, capacity, about, features)
values (@name, @kind, nullif(@department::int, 0), @every, @from, @until, @starts::time, @zone, @minutes, @place, @link,
        @host_name, @host_email, @capacity, @about, @features)
returning id`

	updateSeriesSQL = `
update training_series
set name = @name, kind = @kind, department = nullif(@department::int, 0), every_weeks = @every, from_day = @from, until_day = @until,
    starts_at = @starts::time, zone = @zone, minutes = @minutes, place = @place, link = @link, host_name = @host_name,
    host_email = @host_email, capacity = @capacity, about = @about, features = @features, ended_at = @ended_at, version = version + 1
where id = @id`
)

type seriesRow struct {
	ID             int
	Name           string
	Kind           enablement.Kind
	Department     int
	DepartmentName string
	EveryWeeks     int
	FromDay        time.Time
	UntilDay       time.Time
	Starts, Zone   string
	Minutes        int
	Place, Link    string
	HostName       string
	HostEmail      string
	Capacity       *int
	About          string
	Features       []string
	EndedAt        *time.Time
	Version        int
}

func (r seriesRow) series(slugs map[int]string) enablement.Series {
	return enablement.Series{
		ID: r.ID, EveryWeeks: r.EveryWeeks, From: day.FromTime(r.FromDay), Until: day.FromTime(r.UntilDay),
		EndedAt: takenTime(r.EndedAt), Version: r.Version,
		Outline: enablement.Outline{
			Name: r.Name, Kind: r.Kind, Department: enablement.Whose{ID: r.Department, Name: r.DepartmentName, Slug: slugs[r.Department]},
			Starts: r.Starts, Zone: r.Zone, Minutes: r.Minutes, Place: r.Place, Link: r.Link,
			Host: enablement.Host{Name: r.HostName, Email: r.HostEmail}, Capacity: r.Capacity, About: r.About, Features: featuresOf(r.Features),
		},
	}
}

// seriesArgs are those of a statement that writes a series.
func seriesArgs(s enablement.Series) pgx.StrictNamedArgs {
	args := trainingArgs(enablement.Planned{Outline: s.Outline})
	for _, of := range []string{"id", "day", "covered_at", "cancelled_at", "cancel_reason"} {
		delete(args, of)
	}
	args["every"], args["from"], args["until"] = s.EveryWeeks, s.From, s.Until
	return args
}

// AddSeries keeps a new series and its sessions; see [enablement.PlanKeeper].
func (s *Store) AddSeries(ctx context.Context, by identity.Actor, series enablement.Series, sessions []enablement.Planned, now time.Time) (int, error) {
	id := 0
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		if id, err = sameSeries(ctx, tx, series); err != nil || id != 0 {
			return err
		}
		if err := tx.QueryRow(ctx, insertSeriesSQL, seriesArgs(series)).Scan(&id); err != nil {
			return err
		}
		series.ID = id
		if err := addSessions(ctx, tx, id, sessions); err != nil {
			return err
		}
		return s.sessionDone(ctx, tx, now, seriesEvent(by, "series.plan", enablement.SeriesChange{Series: series, Added: sessions}))
	})
	s.index.expire()
	if err != nil {
		return 0, fmt.Errorf("plan a series: %w", err)
	}
	return id, nil
}

// sameSeries returns the id of a series that says exactly the same, 0 for none, with
// nobody able to add one before tx ends.
func sameSeries(ctx context.Context, tx pgx.Tx, series enablement.Series) (int, error) {
	if _, err := tx.Exec(ctx, lockNewSeriesSQL); err != nil {
		return 0, err
	}
	args := pgx.StrictNamedArgs{"name": series.Name, "kind": string(series.Kind), "from": series.From, "until": series.Until, "every": series.EveryWeeks}
	rows, err := tx.Query(ctx, sameSeriesSQL, args)
	if err != nil {
		return 0, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[seriesRow])
	for _, r := range list {
		if r.series(nil).Same(series.Outline) {
			return r.ID, nil
		}
	}
	return 0, err
}

func addSessions(ctx context.Context, tx pgx.Tx, series int, sessions []enablement.Planned) error {
	for _, p := range sessions {
		p.Series = series
		if _, _, err := addSession(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

func seriesEvent(by identity.Actor, done string, c enablement.SeriesChange) identity.Event {
	return identity.Event{By: by, Action: done, Subject: "series/" + strconv.Itoa(c.Series.ID), Detail: map[string]string{
		"kind": string(c.Series.Kind), "added": strconv.Itoa(len(c.Added)), "changed": strconv.Itoa(len(c.Changed)), "removed": strconv.Itoa(len(c.Removed)),
	}}
}

// SeriesOf returns a series with all its sessions, ascending.
func (s *Store) SeriesOf(ctx context.Context, id int) (enablement.Series, []enablement.Planned, error) {
	series, sessions, err := readSeries(ctx, snapshot{s.pool}, id)
	if err != nil {
		return series, nil, fmt.Errorf("read series %d: %w", id, translate(err))
	}
	return series, sessions, nil
}

func readSeries(ctx context.Context, from sender, id int) (enablement.Series, []enablement.Planned, error) {
	var row seriesRow
	l, b := agendaLoad{}, &pgx.Batch{}
	b.Queue(oneSeriesSQL, pgx.StrictNamedArgs{"id": id}).Query(func(rows pgx.Rows) (err error) {
		row, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[seriesRow])
		return err
	})
	l.queueDepartments(b)
	l.queueSessions(b, seriesSessionsSQL, pgx.StrictNamedArgs{"series": id, "email": ""})
	err := from.SendBatch(ctx, b).Close()
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "There is no such series.")
	}
	return row.series(l.slugs), each(l.sessions(), func(p enablement.Listed) enablement.Planned { return p.Planned }), err
}

// AllSeries returns every series by name, those that ended last.
func (s *Store) AllSeries(ctx context.Context) ([]enablement.Series, error) {
	l, b := agendaLoad{}, &pgx.Batch{}
	l.queueDepartments(b)
	var list []seriesRow
	b.Queue(allSeriesSQL).Query(func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByName[seriesRow])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("list series: %w", translate(err))
	}
	return each(list, func(r seriesRow) enablement.Series { return r.series(l.slugs) }), nil
}

// UpdateSeries lends a series and its sessions to fn; see [enablement.PlanKeeper].
func (s *Store) UpdateSeries(ctx context.Context, by identity.Actor, id int, done string, now time.Time,
	fn func(enablement.Series, []enablement.Planned) (enablement.SeriesChange, error),
) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := lockSeries(ctx, tx, id); err != nil {
			return err
		}
		series, sessions, err := readSeries(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := fn(series, sessions)
		if err != nil {
			return err
		}
		if err := keepSeries(ctx, tx, c); err != nil {
			return err
		}
		if err := s.tellSeatsOfSeries(ctx, tx, sessions, c.Changed, now); err != nil {
			return err
		}
		return s.sessionDone(ctx, tx, now, seriesEvent(by, done, c))
	})
	s.index.expire()
	if err != nil {
		return fmt.Errorf("change series %d: %w", id, err)
	}
	return nil
}

// lockSeries keeps everybody else off a series and its sessions, sign-ups included.
func lockSeries(ctx context.Context, tx pgx.Tx, id int) error {
	b := &pgx.Batch{}
	b.Queue(lockSeriesSQL, pgx.StrictNamedArgs{"id": id})
	b.Queue(lockSeriesSessionsSQL, pgx.StrictNamedArgs{"series": id})
	return tx.SendBatch(ctx, b).Close()
}

func keepSeries(ctx context.Context, tx pgx.Tx, c enablement.SeriesChange) error {
	args := seriesArgs(c.Series)
	args["id"], args["ended_at"] = c.Series.ID, givenTime(c.Series.EndedAt)
	if _, err := tx.Exec(ctx, updateSeriesSQL, args); err != nil {
		return err
	}
	for _, p := range c.Changed {
		if err := updateSession(ctx, tx, p); err != nil {
			return err
		}
	}
	for _, p := range c.Removed {
		if _, err := tx.Exec(ctx, removeTrainingSQL, pgx.StrictNamedArgs{"id": p.ID}); err != nil {
			return err
		}
	}
	return addSessions(ctx, tx, c.Series.ID, c.Added)
}
