package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	championEntrySQL = `select` + championColumns + ` from champion c` + championNames + ` where c.id = $1`

	championLinkSQL = `select` + championColumns + ` from champion c` + championNames + ` where c.invite_hash = $1`

	championHistorySQL = `
select e.at, coalesce(nullif(a.name, ''), a.email, '') as who, e.what, e.words
from champion_event e left join account a on a.id = e.account
where e.champion = $1 order by e.id desc`

	championNominatorSQL = `
select coalesce(nullif(a.name, ''), a.email) from champion c join account a on a.id = c.nominated_by where c.id = $1`

	championContributionSQL = `
select count(*) filter (where t.day > @today::date - @days::int and t.day <= @today::date)::int, max(t.day)
from champion c join touchpoint t on t.champion_folded = c.email_folded where c.id = @id`

	championGroupsSQL = `
select r.department from champion c join account a on lower(a.email) = c.email_folded join account_role r on r.account_id = a.id
where c.id = $1 and a.deactivated_at is null and r.role = 'champion' and r.source = 'group'`
)

// Champion returns one entry of the register with its history. An absent one is NotFound.
func (s *Store) Champion(ctx context.Context, id people.ChampionID, today day.Date) (people.ChampionFile, error) {
	var f people.ChampionFile
	var places []people.Department
	var groups []string
	b := &pgx.Batch{}
	b.Queue(championEntrySQL, int64(id)).Query(func(rows pgx.Rows) error {
		row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[championRow])
		f.Champion = row.champion()
		return err
	})
	b.Queue(championHistorySQL, int64(id)).Query(func(rows pgx.Rows) (err error) {
		f.History, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Past])
		return err
	})
	b.Queue(championNominatorSQL, int64(id)).Query(func(rows pgx.Rows) error { return firstText(rows, &f.Nominator) })
	b.Queue(championContributionSQL, pgx.StrictNamedArgs{"id": int64(id), "today": today.Time(), "days": people.ContributionDays}).QueryRow(func(row pgx.Row) error {
		var last *time.Time
		err := row.Scan(&f.Touchpoints, &last)
		f.Last = dayOf(last)
		return err
	})
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		places, err = readPlaces(rows)
		return err
	})
	b.Queue(championGroupsSQL, int64(id)).Query(func(rows pgx.Rows) (err error) {
		groups, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); errors.Is(err, pgx.ErrNoRows) {
		return people.ChampionFile{}, fault.Wrap(fault.NotFound, "There is no such entry in the register of champions.", err)
	} else if err != nil {
		return people.ChampionFile{}, fmt.Errorf("read a champion: %w", translate(err))
	}
	f.Place = placeWith(places, f.Department)
	for _, slug := range groups {
		f.RoleByGroup = f.RoleByGroup || slug == f.Place.Slug
	}
	return f, nil
}

func readPlaces(rows pgx.Rows) ([]people.Department, error) {
	names, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
	return departmentsNamed(names), err
}

func placeWith(places []people.Department, id int) people.Department {
	for _, d := range places {
		if d.ID == id {
			return d
		}
	}
	return people.Department{}
}

// firstText reads the first row into text; without rows text stays as it is.
func firstText(rows pgx.Rows, text *string) error {
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if len(list) > 0 {
		*text = list[0]
	}
	return err
}

// Invitation returns the entry that a link leads to and its department. What no
// link leads to is NotFound; whether it can be answered, and by whom, is for
// [people.Champion.Invites] to say.
func (s *Store) Invitation(ctx context.Context, hash [sha256.Size]byte) (people.Champion, people.Department, error) {
	var c people.Champion
	var places []people.Department
	b := &pgx.Batch{}
	b.Queue(championLinkSQL, hash[:]).Query(func(rows pgx.Rows) error {
		row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[championRow])
		c = row.champion()
		return err
	})
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		places, err = readPlaces(rows)
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Champion{}, people.Department{}, fmt.Errorf("read an invitation: %w", translate(err))
	}
	return c, placeWith(places, c.Department), nil
}

const candidatesSQL = `
select a.id as account, a.email, coalesce(nullif(p.name, ''), nullif(a.name, ''), '') as name, i.words, i.at, coalesce(place.department, 0) as department,
       (select m.ord from member m where m.email_folded = lower(a.email) order by m.listed desc, m.ord limit 1) as member
from champion_interest i join account a on a.id = i.account
left join person p on p.email_folded = lower(a.email)` + placeOfPersonSQL + `
where a.deactivated_at is null and a.email <> ''
order by lower(coalesce(nullif(p.name, ''), nullif(a.name, ''), a.email)), a.id`

// Candidates returns who said they may be asked, by name, with the register beside them.
func (s *Store) Candidates(ctx context.Context, today day.Date) ([]people.Candidate, people.Register, error) {
	l := registerLoad{}
	var out []people.Candidate
	b := &pgx.Batch{}
	l.queue(b, today)
	b.Queue(candidatesSQL, pgx.StrictNamedArgs{"today": today.Time()}).Query(func(rows pgx.Rows) (err error) {
		out, err = pgx.CollectRows(rows, pgx.RowToStructByName[people.Candidate])
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, people.Register{}, fmt.Errorf("list candidates: %w", translate(err))
	}
	l.finish()
	return out, l.out, nil
}

const (
	ownEntriesSQL = `select` + championColumns + ` from champion c` + championNames + ` where c.email_folded = lower(@email) and @email <> '' order by c.id desc`

	interestSQL = `select words from champion_interest where account = $1`

	managedSQL = `
select p.email, p.name, coalesce(d.name, '') as department, coalesce(c.state, '') as state, c.nominated_at as at, coalesce(c.nominated_by = @account, false) as by_me
from person p` + placeOfPersonSQL + `
left join department d on d.id = place.department
left join lateral (
    select state, nominated_at, nominated_by from champion where email_folded = p.email_folded and department = place.department order by id desc limit 1
) c on true
where p.manager_email <> '' and lower(p.manager_email) = lower(@email) and p.email_folded <> lower(@email)
order by lower(coalesce(nullif(p.name, ''), p.email)), p.id
limit @limit`
)

const mostManaged = 200

type managedRow struct {
	Email      string
	Name       string
	Department string
	State      people.ChampionState
	At         *time.Time
	ByMe       bool
}

func (r managedRow) managed() people.Managed {
	return people.Managed{Email: r.Email, Name: r.Name, Department: r.Department, State: r.State, At: momentOf(r.At), ByMe: r.ByMe}
}

// Volunteer returns what an account may read when it offers itself or somebody it manages.
func (s *Store) Volunteer(ctx context.Context, by identity.Actor, today day.Date) (people.Volunteer, error) {
	l := volunteerLoad{}
	b := &pgx.Batch{}
	l.queue(b, by, today)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return people.Volunteer{}, fmt.Errorf("read what a volunteer sees: %w", translate(err))
	}
	l.out.Department = placeWith(l.out.Departments, l.placed)
	return l.out, nil
}

type volunteerLoad struct {
	out    people.Volunteer
	placed int
}

func (l *volunteerLoad) queue(b *pgx.Batch, by identity.Actor, today day.Date) {
	b.Queue(standingSQL, pgx.StrictNamedArgs{"email": by.Email, "today": today.Time()}).Query(func(rows pgx.Rows) error {
		var id people.PersonID
		var email, name, manager string
		_, err := pgx.ForEachRow(rows, []any{&id, &email, &name, &manager, &l.placed}, func() error {
			l.out.OnRoster = true
			return nil
		})
		return err
	})
	b.Queue(usedNamesSQL).Query(func(rows pgx.Rows) (err error) {
		l.out.Departments, err = readPlaces(rows)
		return err
	})
	b.Queue(ownEntriesSQL, pgx.StrictNamedArgs{"email": by.Email}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[championRow])
		l.out.Entries = each(list, championRow.champion)
		return err
	})
	b.Queue(interestSQL, int64(by.Account)).Query(func(rows pgx.Rows) error {
		words, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if len(words) > 0 {
			l.out.Interested, l.out.Words = true, words[0]
		}
		return err
	})
	b.Queue(managedSQL, pgx.StrictNamedArgs{"email": by.Email, "account": int64(by.Account), "today": today.Time(), "limit": mostManaged + 1}).Query(func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, pgx.RowToStructByName[managedRow])
		if len(list) > mostManaged {
			list, l.out.More = list[:mostManaged], true
		}
		l.out.Managed = each(list, managedRow.managed)
		return err
	})
}
