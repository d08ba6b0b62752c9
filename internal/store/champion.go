package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/day"
	"groundswell/internal/fault"
	"groundswell/internal/identity"
	"groundswell/internal/people"
)

const (
	championColumns = `
c.id, c.email, coalesce(nullif(p.name, ''), nullif(c.name, ''), m.name, '') as name, c.department, c.state,
c.nominated_how, coalesce(c.nominated_by, 0) as nominated_by, c.nominated_at, c.because, c.since, c.early_access,
coalesce(c.agreed_minutes, 0) as agreed_minutes, c.leaves_on, c.ended_on, c.end_reason, c.invite_hash, c.invite_expires, c.version`

	// The names that the roster and the members have for an address.
	championNames = `
left join person p on p.email_folded = c.email_folded
left join lateral (select name from member where email_folded = c.email_folded and name <> '' order by listed desc, ord limit 1) m on true`

	championByIDSQL = `select` + championColumns + ` from champion c` + championNames + ` where c.id = $1 for update of c`

	championByHashSQL = `select` + championColumns + ` from champion c` + championNames + ` where c.invite_hash = $1 for update of c`

	championCurrentSQL = `select` + championColumns + ` from champion c` + championNames + `
where c.department = @department and c.email_folded = lower(@email) and c.state in ('nominated', 'invited', 'active') for update of c`
)

type championRow struct {
	ID            people.ChampionID
	Email         string
	Name          string
	Department    int
	State         people.ChampionState
	NominatedHow  people.NominatedHow
	NominatedBy   identity.AccountID
	NominatedAt   time.Time
	Because       string
	Since         *time.Time
	EarlyAccess   *time.Time
	AgreedMinutes int
	LeavesOn      *time.Time
	EndedOn       *time.Time
	EndReason     string
	InviteHash    []byte
	InviteExpires *time.Time
	Version       int
}

func (r championRow) champion() people.Champion {
	return people.Champion{
		ID: r.ID, Email: r.Email, Name: r.Name, Department: r.Department, State: r.State,
		How: r.NominatedHow, By: r.NominatedBy, At: r.NominatedAt, Because: r.Because,
		Terms: people.Terms{
			Since: dayOf(r.Since), EarlyAccess: dayOf(r.EarlyAccess), LeavesOn: dayOf(r.LeavesOn), AgreedMinutes: r.AgreedMinutes,
		},
		EndedOn: dayOf(r.EndedOn), EndReason: r.EndReason,
		InviteHash: r.InviteHash, InviteExpires: momentOf(r.InviteExpires), Version: r.Version,
	}
}

// changeChampions runs fn with no other change of roles or of the register beside
// it. today is the day in the rollout's time zone.
func (s *Store) changeChampions(ctx context.Context, now time.Time, fn func(tx pgx.Tx, today day.Date) error) error {
	plan, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRoles); err != nil {
			return err
		}
		// Roles are part of the plan; it is held before accounts, as whoever approves holds it.
		if err := bumpPlan(ctx, tx); err != nil {
			return err
		}
		return fn(tx, plan.Today(now))
	})
	s.plan.expire()
	return err
}

const standingSQL = `
select p.id, p.email, p.name, p.manager_email, coalesce(place.department, 0)
from person p` + placeOfPersonSQL + `
where p.email_folded = lower(@email)`

const holdsChampionSQL = `
select exists (
    select from account a join account_role r on r.account_id = a.id
    where lower(a.email) = lower(@email) and a.deactivated_at is null and r.role = 'champion' and r.department = @slug)`

// NominateChampion implements [people.ChampionKeeper].
func (s *Store) NominateChampion(ctx context.Context, email string, department int, now time.Time, fn func(people.Standing, day.Date) (people.Champion, error)) (people.Champion, error) {
	var out people.Champion
	err := s.changeChampions(ctx, now, func(tx pgx.Tx, today day.Date) error {
		slugs, err := departmentSlugs(ctx, tx)
		if err != nil {
			return err
		}
		st, err := standingOf(ctx, tx, slugs, cleanText(email), department, today)
		if err != nil {
			return err
		}
		was := people.ChampionState("")
		if st.Current != nil {
			was = st.Current.State
		}
		if out, err = fn(st, today); err != nil {
			return err
		}
		return s.keepChampion(ctx, tx, &out, was, slugs, now)
	})
	if err != nil {
		return people.Champion{}, fmt.Errorf("nominate a champion: %w", err)
	}
	return out, nil
}

// departmentSlugs returns the slugs of departments by id.
func departmentSlugs(ctx context.Context, q querier) (map[int]string, error) {
	rows, err := q.Query(ctx, usedNamesSQL)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameRow])
	out := map[int]string{}
	for slug, id := range slugBookOf(list).department {
		out[id] = slug
	}
	return out, err
}

// standingOf reads what is known of an address, and of it in a department.
func standingOf(ctx context.Context, tx pgx.Tx, slugs map[int]string, email string, department int, today day.Date) (people.Standing, error) {
	st := people.Standing{Email: email}
	err := tx.QueryRow(ctx, standingSQL, pgx.StrictNamedArgs{"email": email, "today": today.Time()}).
		Scan(&st.Person, &st.Email, &st.Name, &st.Manager, &st.Placed)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return st, err
	}
	if department == 0 {
		department = st.Placed
	}
	slug, ok := slugs[department]
	if !ok {
		return st, nil
	}
	st.Department = department
	if err := tx.QueryRow(ctx, holdsChampionSQL, pgx.StrictNamedArgs{"email": email, "slug": slug}).Scan(&st.HoldsRole); err != nil {
		return st, err
	}
	c, err := oneChampion(ctx, tx, championCurrentSQL, pgx.StrictNamedArgs{"department": department, "email": email})
	if errors.Is(err, pgx.ErrNoRows) {
		return st, nil
	}
	st.Current = &c
	return st, err
}

// oneChampion reads the entry that sql selects, or an ErrNoRows.
func oneChampion(ctx context.Context, tx pgx.Tx, sql string, args ...any) (people.Champion, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return people.Champion{}, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[championRow])
	return row.champion(), err
}

// UpdateChampion implements [people.ChampionKeeper].
func (s *Store) UpdateChampion(ctx context.Context, id people.ChampionID, now time.Time, fn func(*people.Champion, day.Date) error) (people.Champion, error) {
	return s.updateChampion(ctx, now, fn, championByIDSQL, int64(id))
}

// UpdateInvited implements [people.ChampionKeeper].
func (s *Store) UpdateInvited(ctx context.Context, hash [sha256.Size]byte, now time.Time, fn func(*people.Champion, day.Date) error) (people.Champion, error) {
	return s.updateChampion(ctx, now, fn, championByHashSQL, hash[:])
}

func (s *Store) updateChampion(ctx context.Context, now time.Time, fn func(*people.Champion, day.Date) error, sql string, key any) (people.Champion, error) {
	var out people.Champion
	err := s.changeChampions(ctx, now, func(tx pgx.Tx, today day.Date) error {
		slugs, err := departmentSlugs(ctx, tx)
		if err != nil {
			return err
		}
		if out, err = oneChampion(ctx, tx, sql, key); err != nil {
			return err
		}
		was := out.State
		if err := fn(&out, today); err != nil {
			return err
		}
		return s.keepChampion(ctx, tx, &out, was, slugs, now)
	})
	if fault.Is(err, fault.NotFound) {
		return people.Champion{}, fault.Wrap(fault.NotFound, "There is no such entry in the register of champions.", err)
	}
	if err != nil {
		return people.Champion{}, fmt.Errorf("change a champion: %w", err)
	}
	return out, nil
}

// keepChampion writes an entry, what was done to it, and what follows for roles.
func (s *Store) keepChampion(ctx context.Context, tx pgx.Tx, c *people.Champion, was people.ChampionState, slugs map[int]string, now time.Time) error {
	if len(c.Events()) == 0 {
		return nil
	}
	if err := writeChampion(ctx, tx, c); err != nil {
		return err
	}
	if err := s.keepChampionEvents(ctx, tx, *c, now); err != nil {
		return err
	}
	return s.followChampion(ctx, tx, c, was, slugs[c.Department], now)
}

const (
	insertChampionSQL = `
insert into champion (email, name, department, state, nominated_how, nominated_by, nominated_at, because, since, early_access, agreed_minutes, leaves_on)
values (@email, @name, @department, @state, @how, nullif(@by::bigint, 0), @at, @because, @since, @early_access, nullif(@agreed_minutes::int, 0), @leaves_on)
returning id, version`

	updateChampionSQL = `
update champion set state = @state, since = @since, early_access = @early_access, agreed_minutes = nullif(@agreed_minutes::int, 0), leaves_on = @leaves_on,
       ended_on = @ended_on, end_reason = @end_reason, invite_hash = @invite_hash, invite_expires = @invite_expires, version = version + 1
where id = @id returning id, version`
)

func writeChampion(ctx context.Context, tx pgx.Tx, c *people.Champion) error {
	sql := updateChampionSQL
	args := pgx.StrictNamedArgs{
		"state": string(c.State), "since": c.Since, "early_access": c.EarlyAccess, "agreed_minutes": c.AgreedMinutes, "leaves_on": c.LeavesOn,
	}
	more := pgx.StrictNamedArgs{
		"ended_on": c.EndedOn, "end_reason": cleanText(c.EndReason), "invite_hash": c.InviteHash, "invite_expires": moment(c.InviteExpires), "id": int64(c.ID),
	}
	if c.ID == 0 {
		sql = insertChampionSQL
		more = pgx.StrictNamedArgs{
			"email": cleanText(c.Email), "name": cleanText(c.Name), "department": c.Department, "how": string(c.How), "by": int64(c.By), "at": c.At, "because": cleanText(c.Because),
		}
	}
	for name, v := range more {
		args[name] = v
	}
	return tx.QueryRow(ctx, sql, args).Scan(&c.ID, &c.Version)
}

const insertChampionEventSQL = `
insert into champion_event (champion, at, account, what, words) values (@champion, @at, nullif(@account::bigint, 0), @what, @words)`

// keepChampionEvents writes the history people read, and the audit log, which holds no words.
func (s *Store) keepChampionEvents(ctx context.Context, tx pgx.Tx, c people.Champion, now time.Time) error {
	subject := "champion/" + strconv.FormatInt(int64(c.ID), 10)
	for _, e := range c.Events() {
		_, err := tx.Exec(ctx, insertChampionEventSQL, pgx.StrictNamedArgs{
			"champion": int64(c.ID), "at": now, "account": int64(e.By.Account), "what": e.What, "words": cleanText(e.Words),
		})
		if err != nil {
			return fmt.Errorf("keep the history of a champion: %w", err)
		}
		detail := map[string]string{"department": strconv.Itoa(c.Department), "how": string(c.How), "state": string(c.State)}
		for k, v := range e.Detail {
			detail[k] = v
		}
		if err := s.audit(ctx, tx, now, identity.Event{By: e.By, Action: "champion." + e.What, Subject: subject, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

const championAccountsSQL = `
select a.id from account a join account_role r on r.account_id = a.id
where lower(a.email) = lower(@email) and r.role = 'champion' and r.department = @slug and r.source = 'person'
order by a.id`

const championByGroupSQL = `
select exists (
    select from account a join account_role r on r.account_id = a.id
    where lower(a.email) = lower(@email) and a.deactivated_at is null and r.role = 'champion' and r.department = @slug and r.source = 'group')`

// followChampion gives the role to who became a champion, and takes it from who is one no longer.
func (s *Store) followChampion(ctx context.Context, tx pgx.Tx, c *people.Champion, was people.ChampionState, slug string, now time.Time) error {
	by := c.Events()[len(c.Events())-1].By
	switch {
	case was != people.ChampionActive && c.State == people.ChampionActive:
		acc, err := championAccount(ctx, tx, *c, now)
		if err != nil {
			return err
		}
		err = s.changeAccount(ctx, tx, &acc, now, func() error { return acc.BecomeChampion(by, slug) })
		if err != nil {
			return fmt.Errorf("give the role of champion: %w", err)
		}
	case was == people.ChampionActive && c.State == people.ChampionEnded:
		if err := s.endRole(ctx, tx, *c, by, slug, now); err != nil {
			return err
		}
	}
	return tx.QueryRow(ctx, championByGroupSQL, pgx.StrictNamedArgs{"email": c.Email, "slug": slug}).Scan(&c.RoleByGroup)
}

// championAccount locks the account that accepted, else the one that signs in with
// the address, else makes one that is expected.
func championAccount(ctx context.Context, tx pgx.Tx, c people.Champion, now time.Time) (identity.Account, error) {
	if c.Account != 0 {
		return oneAccount(ctx, tx, accountByID, int64(c.Account))
	}
	acc, err := oneAccount(ctx, tx, accountByEmail, c.Email)
	if errors.Is(err, pgx.ErrNoRows) {
		return newAccount(ctx, tx, "", "", c.Email, now)
	}
	return acc, err
}

func (s *Store) endRole(ctx context.Context, tx pgx.Tx, c people.Champion, by identity.Actor, slug string, now time.Time) error {
	rows, err := tx.Query(ctx, championAccountsSQL, pgx.StrictNamedArgs{"email": c.Email, "slug": slug})
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range ids {
		acc, err := oneAccount(ctx, tx, accountByID, id)
		if err != nil {
			return err
		}
		err = s.changeAccount(ctx, tx, &acc, now, func() error {
			acc.CeaseChampion(by, slug)
			return nil
		})
		if err != nil {
			return fmt.Errorf("take the role of champion back: %w", err)
		}
	}
	return nil
}
