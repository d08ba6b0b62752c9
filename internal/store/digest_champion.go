package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/enablement"
	"groundswell/internal/identity"
	"groundswell/internal/people"
	"groundswell/internal/sheet"
)

// thanksSinceSQL is what champions were thanked for lately, by their address.
const thanksSinceSQL = `
select c.email_folded as email, t.by_name as by, t.words
from thanks t join champion c on c.id = t.champion
where t.at >= @since and (@only = '' or c.email_folded = @only)
order by t.id`

// thankedDays is how far back a note looks for thanks: since the note before.
const thankedDays = 7

// week is what the champions' notes of a week are made of.
type week struct {
	monday, today day.Date
	to            []holderOfRow
	x             *adoption.Index
	starts        adoption.Starts
	departments   []people.Department
	colleagues    map[int][]people.Colleague // by department
	inventory     time.Time
	tip           *people.Tip
	sessions      []enablement.Listed
	untrained     map[int]int // by department
	thanks        map[string][]comms.Thanked
	onCall        string
}

// championDigest writes to everybody who holds the role about the departments that are
// theirs: what their day counts, without anybody's name.
func (s *Store) championDigest(ctx context.Context, d *comms.Digest, only string, now time.Time) error {
	p, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	x, err := s.Index(ctx)
	if err != nil {
		return err
	}
	w := newWeek(p.Today(now), x)
	d.Title = "The champions’ week of " + sayDay(w.monday)
	if err := s.readWeek(ctx, w, only, now); err != nil {
		return fmt.Errorf("read the champions' week: %w", translate(err))
	}
	for _, r := range w.to {
		if n := w.note(r); len(n.Departments) > 0 {
			d.Letters = append(d.Letters, n.Letter())
		}
	}
	return nil
}

func newWeek(today day.Date, x *adoption.Index) *week {
	return &week{
		monday: today.Monday(), today: today, x: x, starts: x.Starts(),
		colleagues: map[int][]people.Colleague{}, untrained: map[int]int{}, thanks: map[string][]comms.Thanked{},
	}
}

// readWeek reads what everybody's week holds, and then the departments of those who get a note.
func (s *Store) readWeek(ctx context.Context, w *week, only string, now time.Time) error {
	b, l := &pgx.Batch{}, agendaLoad{}
	queueHoldersOf(b, &w.to, only, identity.Champion)
	w.queueShared(b, &l, only, now)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	w.sessions = slices.DeleteFunc(l.sessions(), func(s enablement.Listed) bool { return s.Cancelled() || s.FromFile })
	for _, d := range l.out.Departments {
		if slices.ContainsFunc(w.to, func(r holderOfRow) bool { return slices.Contains(r.Departments, d.Slug) }) {
			w.departments = append(w.departments, people.Department{ID: d.ID, Name: d.Name, Slug: d.Slug})
		}
	}
	if len(w.departments) == 0 {
		return nil
	}
	b = &pgx.Batch{}
	w.queueDepartments(b)
	return s.pool.SendBatch(ctx, b).Close()
}

func (w *week) queueShared(b *pgx.Batch, l *agendaLoad, only string, now time.Time) {
	l.queueDepartments(b)
	l.queueSessions(b, sessionsBetweenSQL, pgx.StrictNamedArgs{"from": w.today, "to": w.today.Sunday(), "email": ""})
	b.Queue(inventoryListedSQL).QueryRow(func(row pgx.Row) error {
		var at *time.Time
		err := row.Scan(&at)
		w.inventory = instant(at)
		return err
	})
	b.Queue(tipSQL, pgx.StrictNamedArgs{"week": w.monday.Time()}).Query(tipInto(&w.tip))
	duty := pgx.StrictNamedArgs{"today": w.today.Time(), "first": w.monday.Time(), "last": w.monday.Time()}
	b.Queue(dutiesSQL, duty).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[dutyRow])
		for _, r := range list {
			w.onCall = cmp.Or(r.duty().Name, r.duty().Email)
		}
		return err
	})
	b.Queue(thanksSinceSQL, pgx.StrictNamedArgs{"since": now.AddDate(0, 0, -thankedDays), "only": only}).Query(func(rows pgx.Rows) error {
		var email string
		var t comms.Thanked
		_, err := pgx.ForEachRow(rows, []any{&email, &t.By, &t.Words}, func() error {
			w.thanks[email] = append(w.thanks[email], t)
			return nil
		})
		return err
	})
}

func (w *week) queueDepartments(b *pgx.Batch) {
	var ids []int
	for _, d := range w.departments {
		ids = append(ids, d.ID)
		b.Queue(colleaguesSQL, pgx.StrictNamedArgs{"department": d.ID, "today": w.today.Time()}).Query(func(rows pgx.Rows) error {
			list, err := pgx.CollectRows(rows, pgx.RowToStructByName[colleagueRow])
			w.colleagues[d.ID] = each(list, colleagueRow.colleague)
			return err
		})
	}
	b.Queue(shortOfSQL, pgx.StrictNamedArgs{"today": w.today.Time(), "departments": ids}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[shortRow])
		for _, r := range list {
			w.untrained[r.Department] = r.People
		}
		return err
	})
}

// tipInto reads the tip of a week, if there is one.
func tipInto(tip **people.Tip) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var t people.Tip
		_, err := pgx.ForEachRow(rows, []any{&t.Guide, &t.Title}, func() error {
			*tip = &t
			return nil
		})
		return err
	}
}

// note is the week of one champion.
func (w *week) note(r holderOfRow) comms.ChampionNote {
	n := comms.ChampionNote{To: r.recipient(), Week: w.monday, OnCall: w.onCall, Thanks: w.thanks[sheet.Fold(r.Email)]}
	if w.tip != nil {
		n.Tip = w.tip.Title
	}
	for _, d := range w.departments {
		if slices.Contains(r.Departments, d.Slug) {
			n.Departments = append(n.Departments, w.department(d))
		}
	}
	return n
}

// department counts as the page of the day does, and tells as little where that tells little.
func (w *week) department(d people.Department) comms.DepartmentNote {
	list := w.colleagues[d.ID]
	n := comms.DepartmentNote{Name: d.Name, Slug: d.Slug, People: len(list), HasApp: -1, Sessions: w.sessionsOf(d)}
	least := max(w.x.Settings.MinCohortSize, 1)
	switch {
	case len(list) == 0:
		n.Untold = "Nobody is in this department yet. A rollout lead imports who works where."
	case !w.starts.Known():
		n.Untold = "No figures yet: they begin with the first complete day that is read."
	case len(list) < least:
		n.Untold = fmt.Sprintf("Figures of fewer than %d people are shown to nobody.", least)
	default:
		w.count(&n, list)
		n.Untrained = w.untrained[d.ID]
	}
	return n
}

func (w *week) count(n *comms.DepartmentNote, list []people.Colleague) {
	app, members := 0, make([]int32, 0, len(list))
	for _, c := range list {
		members = append(members, c.Member)
		if c.HasApp {
			app++
		}
	}
	if !w.inventory.IsZero() {
		n.HasApp = app
	}
	t := w.starts.Tally(members)
	n.SignedIn, n.Delegated, n.Active, n.Sunday = t.SignedIn, t.Delegated, t.Active, w.starts.Sunday
	n.NotSignedIn, n.NoTask, n.Quiet = t.ToSignIn, t.ToTask, t.ToReturn
}

// sessionsOf are the sessions of this week, from today on, that people of a department may join.
func (w *week) sessionsOf(d people.Department) []comms.SessionLine {
	var out []comms.SessionLine
	for _, s := range w.sessions {
		if !s.Department.Everybody() && s.Department.ID != d.ID {
			continue
		}
		say := s.Begins().Format("Mon 2 Jan, 15:04") + ": " + s.Name
		if s.Place != "" {
			say += ", " + s.Place
		}
		if left := s.SeatsLeft(); left != nil {
			say += fmt.Sprintf(" (%d of %d seats left)", *left, *s.Capacity)
		}
		out = append(out, comms.SessionLine{ID: s.ID, Say: say})
	}
	return out
}
