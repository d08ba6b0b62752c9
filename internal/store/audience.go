package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/comms"
	"groundswell/internal/day"
	"groundswell/internal/people"
)

const (
	// Everybody of the roster with where they are and who of the members they are, then
	// the members who are not on it. Of several members one who is listed counts, then one
	// whose address is that of the roster.
	reachPeopleSQL = `
with place as (` + placesSQL + `), own as (
    select distinct on (mp.person) mp.person, m.ord, m.listed, m.name, m.email_folded
    from member_person mp join member m on m.ord = mp.member join person p on p.id = mp.person
    order by mp.person, m.listed desc, coalesce(m.email_folded <> p.email_folded, true), m.ord
)
select p.email, p.email_folded as key, coalesce(nullif(p.name, ''), own.name, '') as name,
       case when own.email_folded <> p.email_folded then own.email_folded else '' end as other,
       coalesce(place.department, 0) as department, coalesce(place.wave, 0) as wave,
       coalesce(own.ord, -1) as member, coalesce(own.listed, false) as listed
from person p left join place on place.person = p.id left join own on own.person = p.id
union all
select coalesce(m.email, ''), coalesce(m.email_folded, ''), m.name, '', 0, 0, m.ord, m.listed
from member m
where (m.email is not null or m.listed) and not exists (select from member_person mp where mp.member = m.ord)`

	peopleGenerationSQL = `select people from generation`

	optedOutSQL = `select email_folded from mail_choice where kind = 'messages' and not wanted`

	bouncedSQL = `select email_folded from bounced_address`

	// Of the open invitations those to addresses of people who were members.
	invitedAgainSQL = `
select i.email_folded from invite i
where i.status = 'pending' and (i.expires_at is null or i.expires_at > @now)
  and (exists (select from member m where m.email_folded = i.email_folded and not m.listed)
       or exists (select from member_address e join member m on m.ord = e.member where e.email_folded = i.email_folded and not m.listed))`

	roleReachSQL = `
select a.email, coalesce(nullif(p.name, ''), nullif(a.name, ''), '') as name, r.role
from account_role r join account a on a.id = r.account_id left join person p on p.email_folded = lower(a.email)
where a.deactivated_at is null
order by a.id`
)

// candidates are everybody of the roster and of the members on a day, as last read:
// they change only with the generation.
type candidates struct {
	people int64 // generation of the people
	today  day.Date
	list   []comms.Candidate
}

// crowd is what has to be known before an audience is resolved in a transaction.
type crowd struct {
	store *Store
	index *adoption.Index
	today day.Date
	now   time.Time
}

// crowd reads what is kept in memory anyway. It has to be asked for before a
// transaction begins: it may need a connection of its own.
func (s *Store) crowd(ctx context.Context, now time.Time) (crowd, error) {
	x, err := s.Index(ctx)
	if err != nil {
		return crowd{}, err
	}
	plan, err := s.Plan(ctx)
	if err != nil {
		return crowd{}, err
	}
	return crowd{store: s, index: x, today: plan.Today(now), now: now}, nil
}

// reach resolves an audience as q sees it: read anew from a transaction, so that
// nobody is missed who came, left or opted out just before.
func (c crowd) reach(ctx context.Context, q sender, a comms.Audience, mandatory bool) (comms.Reach, error) {
	roll, err := c.roll(ctx, q, nil)
	if err != nil {
		return comms.Reach{}, fmt.Errorf("resolve an audience: %w", err)
	}
	return roll.Reach(a, mandatory), nil
}

// Reach returns whom an audience reaches now, and who of it is left out. mandatory
// reaches those who opted out too.
func (s *Store) Reach(ctx context.Context, a comms.Audience, mandatory bool, now time.Time) (comms.Reach, error) {
	roll, err := s.rollNow(ctx, now)
	if err != nil {
		return comms.Reach{}, err
	}
	return roll.Reach(a, mandatory), nil
}

// ReachSizes counts whom audiences reach now, in their order, from one read. Who opted
// out is not counted.
func (s *Store) ReachSizes(ctx context.Context, list []comms.Audience, now time.Time) ([]int, error) {
	if len(list) == 0 {
		return nil, nil
	}
	roll, err := s.rollNow(ctx, now)
	if err != nil {
		return nil, err
	}
	return each(list, roll.Size), nil
}

// rollNow reads who can be reached, with the people as they are in memory while
// nothing about them changed.
func (s *Store) rollNow(ctx context.Context, now time.Time) (*comms.Roll, error) {
	c, err := s.crowd(ctx, now)
	if err != nil {
		return nil, err
	}
	held, err := s.candidatesOn(ctx, c.today)
	if err != nil {
		return nil, fmt.Errorf("resolve an audience: %w", translate(err))
	}
	roll, err := c.roll(ctx, snapshot{s.pool}, held)
	if err != nil {
		return nil, fmt.Errorf("resolve an audience: %w", translate(err))
	}
	return roll, nil
}

// candidatesOn returns everybody on a day: those in memory, or read anew.
func (s *Store) candidatesOn(ctx context.Context, today day.Date) (*candidates, error) {
	var people int64
	if err := s.pool.QueryRow(ctx, peopleGenerationSQL).Scan(&people); err != nil {
		return nil, err
	}
	if held := s.crowds.Load(); held != nil && held.people == people && held.today == today {
		return held, nil
	}
	fresh := &candidates{today: today}
	b := &pgx.Batch{}
	b.Queue(peopleGenerationSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&fresh.people) })
	b.Queue(reachPeopleSQL, pgx.StrictNamedArgs{"today": today.Time()}).Query(fresh.read)
	if err := (snapshot{s.pool}).SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	s.crowds.Store(fresh)
	return fresh, nil
}

func (c *candidates) read(rows pgx.Rows) error {
	var p comms.Candidate
	var department, wave int32
	var list []comms.Candidate
	_, err := pgx.ForEachRow(rows, []any{&p.Email, &p.Key, &p.Name, &p.Other, &department, &wave, &p.Member, &p.Listed}, func() error {
		p.Department, p.Wave, p.Usable = int(department), int(wave), comms.Usable(p.Email)
		list = append(list, p)
		return nil
	})
	c.list = comms.SortPeople(list)
	return err
}

// roll reads who can be reached in one batch; held of nil reads the people too.
func (c crowd) roll(ctx context.Context, q sender, held *candidates) (*comms.Roll, error) {
	out := &comms.Roll{Stage: stageIn(c.index), InGroup: groupsIn(c.index)}
	b := &pgx.Batch{}
	if held == nil {
		held = &candidates{today: c.today}
		b.Queue(reachPeopleSQL, pgx.StrictNamedArgs{"today": c.today.Time()}).Query(held.read)
	}
	queueAddresses(b, &out.OptedOut, optedOutSQL)
	queueAddresses(b, &out.Bounced, bouncedSQL)
	queueAddresses(b, &out.Invited, invitedAgainSQL, pgx.StrictNamedArgs{"now": c.now})
	b.Queue(roleReachSQL).Query(func(rows pgx.Rows) error {
		var h comms.Holder
		_, err := pgx.ForEachRow(rows, []any{&h.Email, &h.Name, &h.Role}, func() error {
			out.Holders = append(out.Holders, h)
			return nil
		})
		return err
	})
	var champions championsLoad
	champions.queue(b)
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	out.People = held.list
	for _, champion := range champions.onRecord(nil, c.today) {
		out.Champions = append(out.Champions, championOf(champion))
	}
	return out, nil
}

func championOf(c people.OnRecord) comms.ChampionOf {
	to := comms.Recipient{Email: c.Email, Name: c.Name}
	if to.Name == to.Email { // nobody has said one
		to.Name = ""
	}
	return comms.ChampionOf{Recipient: to, Department: c.Department}
}

// queueAddresses reads a list of folded addresses.
func queueAddresses(b *pgx.Batch, to *map[string]bool, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		list := map[string]bool{}
		*to = list
		var address string
		_, err := pgx.ForEachRow(rows, []any{&address}, func() error {
			list[address] = true
			return nil
		})
		return err
	})
}

// stageIn tells how far members got by the last complete day of x; nil before it.
func stageIn(x *adoption.Index) func(int32) comms.PersonStage {
	stages := x.Stages()
	if !stages.Known() {
		return nil
	}
	return func(member int32) comms.PersonStage { return comms.PersonStage(stages.Of(member)) }
}

// groupsIn tells who is in a group of the organization.
func groupsIn(x *adoption.Index) func(string, int32) bool {
	members := make(map[string]adoption.Bits, len(x.Groups))
	for _, g := range x.Groups {
		members[g.ID] = g.Members
	}
	return func(group string, member int32) bool { return members[group].Has(member) }
}

// ReachSince resolves an audience and compares it with those of approvals, in their
// order. Whoever is gone since is named as the roster has them.
func (s *Store) ReachSince(ctx context.Context, a comms.Audience, mandatory bool, approvals []comms.Approval, now time.Time) (comms.Reach, []comms.Shift, error) {
	roll, err := s.rollNow(ctx, now)
	if err != nil {
		return comms.Reach{}, nil, err
	}
	reach := roll.Reach(a, mandatory)
	shifts := make([]comms.Shift, len(approvals))
	for i, approval := range approvals {
		shifts[i] = reach.Since(approval)
		for j := range shifts[i].Gone {
			if gone := &shifts[i].Gone[j]; gone.Name == "" {
				gone.Name = roll.NameOf(gone.Email)
			}
		}
	}
	return reach, shifts, nil
}

// ReachShift returns who joined and who left an audience since one approval.
func (s *Store) ReachShift(ctx context.Context, approval comms.Approval, a comms.Audience, mandatory bool, now time.Time) (comms.Shift, error) {
	_, shifts, err := s.ReachSince(ctx, a, mandatory, []comms.Approval{approval}, now)
	if err != nil {
		return comms.Shift{}, err
	}
	return shifts[0], nil
}
