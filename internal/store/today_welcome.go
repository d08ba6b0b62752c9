package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/people"
)

const (
	// Where somebody is on a day, by their address.
	placeByAddressSQL = `
select place.department
from person p` + placeOfPersonSQL + `
where p.email_folded = lower(@email)`

	welcomeDepartmentSQL = `with mine as (` + placeByAddressSQL + `) select d.name from department d where d.id = (select department from mine)`

	welcomeChampionsSQL = `
with mine as (` + placeByAddressSQL + `)
select coalesce(nullif(c.name, ''), c.email) as name, c.email
from champion c
where c.state = 'active' and (c.leaves_on is null or c.leaves_on >= @today) and c.department = (select department from mine)
order by lower(coalesce(nullif(c.name, ''), c.email))
limit 12`

	welcomeChannelsSQL = `
with mine as (` + placeByAddressSQL + `)
select purpose, name, url from channel
where purpose = 'support' or purpose = 'department' and department = (select department from mine)`

	welcomeTrainingsSQL = `
with mine as (` + placeByAddressSQL + `)
select s.id, s.name, s.day, to_char(s.starts_at, 'HH24:MI') as starts, s.place,
       exists (select from sign_up u where u.session = s.id and u.email_folded = lower(@email)) as coming
from training_session s
where s.planned and s.cancelled_at is null and s.day >= @today and (s.department is null or s.department = (select department from mine))
order by s.day, s.starts_at, s.id
limit 5`
)

type comingRow struct {
	ID     int
	Name   string
	Day    time.Time
	Starts string
	Place  string
	Coming bool
}

func (r comingRow) training() people.Training {
	return people.Training{ID: r.ID, Name: r.Name, Day: day.FromTime(r.Day), Starts: r.Starts, Place: r.Place, Coming: r.Coming}
}

// Welcome returns what somebody is told who holds no role: it is about their own
// department, by their address, and names nobody but its champions.
func (s *Store) Welcome(ctx context.Context, email string, today day.Date) (people.Welcome, error) {
	var out people.Welcome
	on := pgx.StrictNamedArgs{"email": email, "today": today.Time()}
	b := &pgx.Batch{}
	b.Queue(welcomeDepartmentSQL, on).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&out.Department}, func() error { return nil })
		return err
	})
	b.Queue(welcomeChampionsSQL, on).Query(func(rows pgx.Rows) (err error) {
		out.Champions, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Contact])
		return err
	})
	b.Queue(welcomeChannelsSQL, on).Query(func(rows pgx.Rows) error {
		var purpose, name, url string
		_, err := pgx.ForEachRow(rows, []any{&purpose, &name, &url}, func() error {
			of := &out.Support
			if purpose == "department" {
				of = &out.Channel
			}
			*of = people.Channel{Name: name, URL: url}
			return nil
		})
		return err
	})
	b.Queue(welcomeTrainingsSQL, on).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[comingRow])
		out.Trainings = each(list, comingRow.training)
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Welcome{}, fmt.Errorf("read what somebody without a role is told: %w", translate(err))
	}
	return out, nil
}
