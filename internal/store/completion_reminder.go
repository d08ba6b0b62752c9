package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
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
select department, count(*)::int as people
from everyone where missing and department <> 0 group by department`
)

type signUpRow struct {
	Session int
	enablement.SignUp
}

type shortRow struct {
	Department, People int
}

// ReminderFacts returns what the reminders of a day are made of.
func (s *Store) ReminderFacts(ctx context.Context, on day.Date) (enablement.ReminderFacts, error) {
	l, b := newReminderLoad(), &pgx.Batch{}
	l.queueExpected(b, on)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.ReminderFacts{}, fmt.Errorf("read what reminders are about: %w", translate(err))
	}
	return l.facts(), nil
}

// reminderLoad is what reminders are made of, being read.
type reminderLoad struct {
	agendaLoad
	signUps map[int][]enablement.SignUp // by session
	noWork  map[int]int                 // likewise
}

func newReminderLoad() *reminderLoad {
	return &reminderLoad{signUps: map[int][]enablement.SignUp{}, noWork: map[int]int{}}
}

// queueExpected reads the sessions around a day, with who signed up and what is open.
func (l *reminderLoad) queueExpected(b *pgx.Batch, on day.Date) {
	l.queueDepartments(b)
	l.queueSessions(b, sessionsBetweenSQL, pgx.StrictNamedArgs{"from": on - 1, "to": on + reminderDays, "email": ""})
	b.Queue(expectedSignUpsSQL, pgx.StrictNamedArgs{"day": on + 1}).Query(l.readSignUps)
	b.Queue(noWorkSQL, pgx.StrictNamedArgs{"day": on - 1}).Query(l.readNoWork)
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

func (l *reminderLoad) facts() enablement.ReminderFacts {
	var f enablement.ReminderFacts
	for _, s := range l.sessions() {
		if !s.Cancelled() {
			f.Sessions = append(f.Sessions, enablement.Expected{Planned: s.Planned, SignUps: l.signUps[s.ID], NoWork: l.noWork[s.ID]})
		}
	}
	return f
}
