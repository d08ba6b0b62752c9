package store

import (
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
	to, err := s.holdersOf(ctx, only, identity.Champion)
	if err != nil || len(to) == 0 {
		return err
	}
	var slugs []string
	for _, r := range to {
		slugs = append(slugs, r.Departments...)
	}
	w, err := s.readWeek(ctx, slugs, only, now)
	if err != nil {
		return err
	}
	d.Title = "The champions’ week of " + sayDay(w.monday)
	for _, r := range to {
		if n := w.note(r); len(n.Departments) > 0 {
			d.Letters = append(d.Letters, n.Letter())
		}
	}
	return nil
}

func (s *Store) readWeek(ctx context.Context, slugs []string, only string, now time.Time) (*week, error) {
	p, err := s.Plan(ctx)
	if err != nil {
		return nil, err
	}
	w := &week{today: p.Today(now), colleagues: map[int][]people.Colleague{}, untrained: map[int]int{}, thanks: map[string][]comms.Thanked{}}
	w.monday = w.today.Monday()
	if w.x, err = s.Index(ctx); err != nil {
		return nil, err
	}
	w.starts = w.x.Starts()
	if w.departments, err = s.ScopedDepartments(ctx, identity.Operator().PeopleScope()); err != nil {
		return nil, err
	}
	w.departments = slices.DeleteFunc(w.departments, func(d people.Department) bool { return !slices.Contains(slugs, d.Slug) })
	duty, ok, err := s.OnCall(ctx, w.monday)
	if err != nil {
		return nil, err
	}
	if ok {
		if w.onCall = duty.Name; w.onCall == "" {
			w.onCall = duty.Email
		}
	}
	b, l := &pgx.Batch{}, agendaLoad{}
	w.queue(b, &l, only, now)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read the champions' week: %w", translate(err))
	}
	w.sessions = slices.DeleteFunc(l.sessions(), func(s enablement.Listed) bool { return s.Cancelled() || s.FromFile })
	return w, nil
}

func (w *week) queue(b *pgx.Batch, l *agendaLoad, only string, now time.Time) {
	var ids []int
	for _, d := range w.departments {
		ids = append(ids, d.ID)
		b.Queue(colleaguesSQL, pgx.StrictNamedArgs{"department": d.ID, "today": w.today.Time()}).Query(func(rows pgx.Rows) error {
			list, err := pgx.CollectRows(rows, pgx.RowToStructByName[colleagueRow])
			w.colleagues[d.ID] = each(list, colleagueRow.colleague)
			return err
		})
	}
	l.queueDepartments(b)
	l.queueSessions(b, sessionsBetweenSQL, pgx.StrictNamedArgs{"from": w.today, "to": w.today.Sunday(), "email": ""})
	b.Queue(inventoryListedSQL).QueryRow(func(row pgx.Row) error {
		var at *time.Time
		err := row.Scan(&at)
		w.inventory = instant(at)
		return err
	})
	b.Queue(tipSQL, pgx.StrictNamedArgs{"week": w.monday.Time()}).Query(tipInto(&w.tip))
	b.Queue(shortOfSQL, pgx.StrictNamedArgs{"today": w.today.Time(), "departments": ids}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[shortRow])
		for _, r := range list {
			w.untrained[r.Department] = r.People
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
