package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/people"
)

// reminderDays is how far ahead reminders name sessions.
const reminderDays = 28

const (
	expectedSignUpsSQL = `
select u.session, u.id, u.email, coalesce(nullif(p.name, ''), u.name) as name, u.at
from sign_up u join training_session s on s.id = u.session left join person p on p.email_folded = u.email_folded
where s.day = @day and s.cancelled_at is null
order by u.session, u.id`

	noWorkSQL = `
select s.id as session, count(*)::int as people
from training_session s join attendance a on a.session = s.id
where s.day = @day and a.status <> 'no_show' and a.deliverable = ''
group by s.id`

	shortOfSQL = `
with` + trainedSQL + `
select department, count(*)::int as people, (array_agg(coalesce(nullif(name, ''), email) order by email_folded))[1:5] as first
from everyone where missing and department <> 0 group by department`
)

type signUpRow struct {
	Session int
	enablement.SignUp
}

type shortRow struct {
	Department, People int
	First              []string
}

// ReminderFacts returns what the reminders of a day are made of.
func (s *Store) ReminderFacts(ctx context.Context, on day.Date) (enablement.ReminderFacts, error) {
	l, b := reminderLoad{signUps: map[int][]enablement.SignUp{}, noWork: map[int]int{}}, &pgx.Batch{}
	l.queueDepartments(b)
	l.queueSessions(b, sessionsBetweenSQL, pgx.StrictNamedArgs{"from": on - 1, "to": on + reminderDays, "email": ""})
	b.Queue(expectedSignUpsSQL, pgx.StrictNamedArgs{"day": on + 1}).Query(l.readSignUps)
	b.Queue(noWorkSQL, pgx.StrictNamedArgs{"day": on - 1}).Query(l.readNoWork)
	b.Queue(shortOfSQL, pgx.StrictNamedArgs{"today": on.Time(), "departments": []int(nil)}).Query(func(rows pgx.Rows) (err error) {
		l.short, err = pgx.CollectRows(rows, pgx.RowToStructByName[shortRow])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.ReminderFacts{}, fmt.Errorf("read what reminders are about: %w", translate(err))
	}
	champions, err := s.ChampionsOf(ctx, nil, on)
	return l.facts(champions), err
}

// reminderLoad is what reminders are made of, being read.
type reminderLoad struct {
	agendaLoad
	signUps map[int][]enablement.SignUp // by session
	noWork  map[int]int                 // likewise
	short   []shortRow
}

func (l *reminderLoad) readSignUps(rows pgx.Rows) error {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[signUpRow])
	for _, r := range list {
		l.signUps[r.Session] = append(l.signUps[r.Session], r.SignUp)
	}
	return err
}

func (l *reminderLoad) readNoWork(rows pgx.Rows) error {
	var session, people int
	_, err := pgx.ForEachRow(rows, []any{&session, &people}, func() error {
		l.noWork[session] = people
		return nil
	})
	return err
}

func (l *reminderLoad) facts(champions []people.OnRecord) enablement.ReminderFacts {
	var f enablement.ReminderFacts
	for _, s := range l.sessions() {
		if !s.Cancelled() {
			f.Sessions = append(f.Sessions, enablement.Expected{Planned: s.Planned, SignUps: l.signUps[s.ID], NoWork: l.noWork[s.ID]})
		}
	}
	short := map[int]shortRow{}
	for _, r := range l.short {
		short[r.Department] = r
	}
	for _, d := range l.out.Departments {
		m := enablement.ShortOf{Whose: d, Count: short[d.ID].People, First: short[d.ID].First}
		for _, c := range champions {
			if c.Department == d.ID {
				m.Champions = append(m.Champions, enablement.Addressee{Name: c.Name, Email: c.Email})
			}
		}
		if m.Count > 0 {
			f.Missing = append(f.Missing, m)
		}
	}
	return f
}
