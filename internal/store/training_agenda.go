package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
)

const (
	trainingSQL = `
select s.id, s.name, s.kind, s.day, s.planned, coalesce(s.series, 0) as series,
       coalesce(s.department, 0) as department, coalesce(d.name, '') as department_name,
       coalesce(to_char(s.starts_at, 'HH24:MI'), '') as starts, s.zone, coalesce(s.minutes, 0) as minutes,
       s.place, s.link, s.host_name, s.host_email, s.capacity, s.about, s.features,
       s.cancelled_at, s.cancel_reason, s.covered_at, s.version,
       (select count(*) from sign_up u where u.session = s.id)::int as signed_up,
       (select count(*) from attendance a where a.session = s.id and a.status in ('attended', 'completed'))::int as attended,
       exists (select from sign_up u where u.session = s.id and u.email_folded = lower(@email)) as joined,
       exists (select from attendance a where a.session = s.id and a.email_folded = lower(@email)) as came
from training_session s left join department d on d.id = s.department`

	oneTrainingSQL = trainingSQL + ` where s.id = @id`

	sessionsBetweenSQL = trainingSQL + `
where s.day between @from and @to
order by s.day, s.starts_at nulls first, s.name, s.id`

	// Where the roster places somebody, by their address.
	readerDepartmentsSQL = `
select distinct on (pl.person) coalesce(pl.department, 0)
from placement pl join person p on p.id = pl.person
where p.email_folded = lower(@email)
order by pl.person, coalesce(pl.from_day, '-infinity') > @today, case when pl.from_day > @today then pl.from_day end, pl.from_day desc nulls last`
)

type trainingRow struct {
	ID             int
	Name           string
	Kind           enablement.Kind
	Day            time.Time
	Planned        bool
	Series         int
	Department     int
	DepartmentName string
	Starts, Zone   string
	Minutes        int
	Place, Link    string
	HostName       string
	HostEmail      string
	Capacity       *int
	About          string
	Features       []string
	CancelledAt    *time.Time
	CancelReason   string
	CoveredAt      *time.Time
	Version        int
	SignedUp       int
	Attended       int
	Joined, Came   bool
}

// listed is the row as a session; slugs are those of departments by id.
func (r trainingRow) listed(slugs map[int]string) enablement.Listed {
	o := enablement.Outline{
		Name: r.Name, Kind: r.Kind, Department: enablement.Whose{ID: r.Department, Name: r.DepartmentName, Slug: slugs[r.Department]},
		Starts: r.Starts, Zone: r.Zone, Minutes: r.Minutes, Place: r.Place, Link: r.Link,
		Host: enablement.Host{Name: r.HostName, Email: r.HostEmail}, Capacity: r.Capacity, About: r.About, Features: featuresOf(r.Features),
	}
	return enablement.Listed{Joined: r.Joined, Came: r.Came, Planned: enablement.Planned{
		ID: r.ID, Outline: o, Day: day.FromTime(r.Day), FromFile: !r.Planned, Series: r.Series,
		CancelledAt: takenTime(r.CancelledAt), CancelReason: r.CancelReason, CoveredAt: takenTime(r.CoveredAt),
		Version: r.Version, SignedUp: r.SignedUp, Attended: r.Attended,
	}}
}

func featuresOf(list []string) []enablement.Feature {
	out := make([]enablement.Feature, 0, len(list))
	for _, f := range list {
		out = append(out, enablement.Feature(f))
	}
	return out
}

// takenTime reads null as the zero time.
func takenTime(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// agendaLoad is sessions being read, with whose they are.
type agendaLoad struct {
	bySlug map[string]int
	out    enablement.Agenda
	slugs  map[int]string
	rows   []trainingRow
}

// queueDepartments reads the departments there are, with their slugs.
func (l *agendaLoad) queueDepartments(b *pgx.Batch) {
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
		list = slices.DeleteFunc(list, func(r nameRow) bool { return r.Of != "department" })
		slugs := slugsOf(list)
		l.bySlug, l.slugs = map[string]int{}, map[int]string{}
		for _, r := range list {
			slug := slugs[r.Name]
			l.bySlug[slug], l.slugs[r.ID] = r.ID, slug
			l.out.Departments = append(l.out.Departments, enablement.Whose{ID: r.ID, Name: r.Name, Slug: slug})
		}
		slices.SortFunc(l.out.Departments, func(a, b enablement.Whose) int { return strings.Compare(a.Name, b.Name) })
		return err
	})
}

func (l *agendaLoad) queueSessions(b *pgx.Batch, sql string, args pgx.StrictNamedArgs) {
	b.Queue(sql, args).Query(func(rows pgx.Rows) (err error) {
		l.rows, err = pgx.CollectRows(rows, pgx.RowToStructByName[trainingRow])
		return err
	})
}

func (l *agendaLoad) sessions() []enablement.Listed {
	return each(l.rows, func(r trainingRow) enablement.Listed { return r.listed(l.slugs) })
}

// readSessions returns the sessions of a statement, whoever asks.
func readSessions(ctx context.Context, from sender, sql string, args pgx.StrictNamedArgs) ([]enablement.Listed, error) {
	l, b := agendaLoad{}, &pgx.Batch{}
	l.queueDepartments(b)
	l.queueSessions(b, sql, args)
	err := from.SendBatch(ctx, b).Close()
	return l.sessions(), err
}

// agenda returns the sessions of a statement that the actor may know of.
func (s *Store) agenda(ctx context.Context, actor identity.Actor, today day.Date, sql string, args pgx.StrictNamedArgs) (enablement.Agenda, error) {
	l, b := agendaLoad{}, &pgx.Batch{}
	l.out.Reader.Actor = actor
	l.queueDepartments(b)
	who := pgx.StrictNamedArgs{"email": actor.Email, "today": today.Time()}
	b.Queue(readerDepartmentsSQL, who).Query(func(rows pgx.Rows) (err error) {
		l.out.Reader.Departments, err = pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	})
	l.queueSessions(b, sql, args)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return enablement.Agenda{}, translate(err)
	}
	l.addChampioned(actor)
	l.out.Sessions = slices.DeleteFunc(l.sessions(), func(p enablement.Listed) bool { return !l.out.Reader.Sees(p) })
	return l.out, nil
}

// addChampioned gives the reader the departments that they are champion of.
func (l *agendaLoad) addChampioned(actor identity.Actor) {
	for _, slug := range actor.Departments {
		if id, ok := l.bySlug[slug]; ok {
			l.out.Reader.Departments = append(l.out.Reader.Departments, id)
		}
	}
}

// Agenda returns the sessions from one day to another that the actor may know of,
// ascending, with the departments there are. today decides where the roster places them.
func (s *Store) Agenda(ctx context.Context, actor identity.Actor, p day.Period, today day.Date) (enablement.Agenda, error) {
	a, err := s.agenda(ctx, actor, today, sessionsBetweenSQL, pgx.StrictNamedArgs{"from": p.From, "to": p.To, "email": actor.Email})
	if err != nil {
		return a, fmt.Errorf("list sessions: %w", err)
	}
	return a, nil
}

// UpcomingSessions returns the sessions from one day to another that the actor may
// know of, ascending; cancelled ones too.
func (s *Store) UpcomingSessions(ctx context.Context, actor identity.Actor, from, to day.Date) ([]enablement.Listed, error) {
	a, err := s.Agenda(ctx, actor, day.Period{From: from, To: to}, from)
	return a.Sessions, err
}
