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

	// Addresses that want no messages, that mail came back from, and of the open
	// invitations those to people who were members.
	keptAsideSQL = `
select 'opted_out' as of, email_folded from mail_choice where kind = 'messages' and not wanted
union all select 'bounced', email_folded from bounced_address
union all
select 'invited', i.email_folded from invite i
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
	return crowd{index: x, today: plan.Today(now), now: now}, nil
}

// reach resolves an audience as q sees it: read anew from a transaction, so that
// nobody is missed who came, left or opted out just before.
func (c crowd) reach(ctx context.Context, q sender, a comms.Audience, mandatory bool) (comms.Reach, error) {
	l, err := c.read(ctx, q, nil, a.Who)
	if err != nil {
		return comms.Reach{}, fmt.Errorf("resolve an audience: %w", err)
	}
	return l.roll.Reach(a, mandatory), nil
}

// Reach returns whom an audience reaches now, and who of it is left out. mandatory
// reaches those who opted out too.
func (s *Store) Reach(ctx context.Context, a comms.Audience, mandatory bool, now time.Time) (comms.Reach, error) {
	roll, err := s.rollNow(ctx, now, a.Who)
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
// nothing about them changed. of says what kinds of audiences are asked for; none is every kind.
func (s *Store) rollNow(ctx context.Context, now time.Time, of ...comms.Who) (*comms.Roll, error) {
	c, err := s.crowd(ctx, now)
	if err != nil {
		return nil, err
	}
	held := s.crowds.Load()
	if held != nil && held.today != c.today {
		held = nil
	}
	l, err := c.read(ctx, snapshot{s.pool}, held, of...)
	if err == nil && held != nil && l.held.people != held.people {
		l, err = c.read(ctx, snapshot{s.pool}, nil, of...)
	}
	if err != nil {
		return nil, fmt.Errorf("resolve an audience: %w", translate(err))
	}
	s.crowds.Store(l.held)
	return l.roll, nil
}

// rollLoad is a roll being read.
type rollLoad struct {
	held *candidates
	roll *comms.Roll
}

// read reads who can be reached in one batch: with the people of held, whose generation
// the answer has as it is now, or with everybody anew.
func (c crowd) read(ctx context.Context, q sender, held *candidates, of ...comms.Who) (rollLoad, error) {
	l := rollLoad{held: &candidates{today: c.today}, roll: &comms.Roll{Stage: stageIn(c.index), InGroup: groupsIn(c.index)}}
	b := &pgx.Batch{}
	b.Queue(peopleGenerationSQL).QueryRow(func(row pgx.Row) error { return row.Scan(&l.held.people) })
	if held == nil {
		b.Queue(reachPeopleSQL, pgx.StrictNamedArgs{"today": c.today.Time()}).Query(l.people)
	} else {
		l.held.list = held.list
	}
	b.Queue(keptAsideSQL, pgx.StrictNamedArgs{"now": c.now}).Query(l.aside)
	if len(of) == 0 || slices.Contains(of, comms.WhoRoles) {
		b.Queue(roleReachSQL).Query(l.holders)
	}
	var champions championsLoad
	if len(of) == 0 || slices.Contains(of, comms.WhoChampions) {
		champions.queue(b)
	}
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return l, err
	}
	l.roll.People = l.held.list
	l.roll.Champions = each(champions.onRecord(nil, c.today), championOf)
	return l, nil
}

func (l *rollLoad) people(rows pgx.Rows) error {
	var p comms.Candidate
	var department, wave int32
	var list []comms.Candidate
	_, err := pgx.ForEachRow(rows, []any{&p.Email, &p.Key, &p.Name, &p.Other, &department, &wave, &p.Member, &p.Listed}, func() error {
		p.Department, p.Wave, p.Usable = int(department), int(wave), comms.Usable(p.Email)
		list = append(list, p)
		return nil
	})
	l.held.list = slices.Clip(comms.SortPeople(list))
	return err
}

// aside reads the addresses that are kept aside.
func (l *rollLoad) aside(rows pgx.Rows) error {
	out, bounced, invited := map[string]bool{}, map[string]bool{}, map[string]bool{}
	l.roll.OptedOut, l.roll.Bounced, l.roll.Invited = out, bounced, invited
	lists := map[string]map[string]bool{"opted_out": out, "bounced": bounced, "invited": invited}
	var of, address string
	_, err := pgx.ForEachRow(rows, []any{&of, &address}, func() error {
		lists[of][address] = true
		return nil
	})
	return err
}

func (l *rollLoad) holders(rows pgx.Rows) error {
	var h comms.Holder
	_, err := pgx.ForEachRow(rows, []any{&h.Email, &h.Name, &h.Role}, func() error {
		l.roll.Holders = append(l.roll.Holders, h)
		return nil
	})
	return err
}

func championOf(c people.OnRecord) comms.ChampionOf {
	to := comms.Recipient{Email: c.Email, Name: c.Name}
	if to.Name == to.Email { // nobody has said one
		to.Name = ""
	}
	return comms.ChampionOf{Recipient: to, Department: c.Department}
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
	roll, err := s.rollNow(ctx, now, a.Who)
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
