package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/fault"
	"groundswell/internal/identity"
)

// lockRoles lets one change of roles run at a time, so that the last lead stays.
const lockRoles = `select pg_advisory_xact_lock(7100001)`

const accountColumns = `
a.id, coalesce(a.issuer, '') as issuer, coalesce(a.subject, '') as subject, a.email, a.name,
a.created_at, a.signed_in_at, a.deactivated_at, a.version,
coalesce((select array_agg(r.role || ' ' || r.source || ' ' || r.department order by r.role, r.source, r.department)
          from account_role r where r.account_id = a.id), '{}') as grants`

type accountRow struct {
	ID            int64
	Issuer        string
	Subject       string
	Email         string
	Name          string
	CreatedAt     time.Time
	SignedInAt    *time.Time
	DeactivatedAt *time.Time
	Version       int
	Grants        []string // "role source department"
}

func (r accountRow) account() (identity.Account, error) {
	a := identity.Account{
		ID: identity.AccountID(r.ID), Issuer: r.Issuer, Subject: r.Subject, Email: r.Email, Name: r.Name,
		CreatedAt: r.CreatedAt, SignedInAt: r.SignedInAt, DeactivatedAt: r.DeactivatedAt, Version: r.Version,
	}
	for _, text := range r.Grants {
		g, err := grantOf(text)
		if err != nil {
			return identity.Account{}, err
		}
		a.Grants = append(a.Grants, g)
	}
	return a, nil
}

func grantOf(text string) (identity.Grant, error) {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) != 3 {
		return identity.Grant{}, fmt.Errorf("read a role: %q has another shape", text)
	}
	return identity.Grant{Role: identity.Role(parts[0]), Origin: identity.Origin(parts[1]), Department: parts[2]}, nil
}

// oneAccount reads the account that sql selects, or an ErrNoRows.
func oneAccount(ctx context.Context, tx pgx.Tx, sql string, args ...any) (identity.Account, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return identity.Account{}, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[accountRow])
	if err != nil {
		return identity.Account{}, err
	}
	return row.account()
}

const (
	accountByIdentity = `select` + accountColumns + ` from account a where a.issuer = $1 and a.subject = $2 for update of a`
	accountExpected   = `select` + accountColumns + ` from account a where lower(a.email) = lower($1) and a.subject is null for update of a`
	accountByID       = `select` + accountColumns + ` from account a where a.id = $1 for update of a`
	accountByEmail    = `select` + accountColumns + ` from account a where lower(a.email) = lower($1)
order by a.deactivated_at is null desc, a.signed_in_at desc nulls last, a.id limit 1 for update of a`
)

const insertAccount = `
insert into account (issuer, subject, email, name, created_at)
values (nullif(@issuer, ''), nullif(@subject, ''), @email, @name, @now)
returning id`

// Arrive implements [identity.Keeper].
func (s *Store) Arrive(ctx context.Context, c identity.Claim, now time.Time, fn func(*identity.Account, []identity.GroupRole) error) (identity.Account, error) {
	var acc identity.Account
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRoles); err != nil {
			return err
		}
		mapping, err := groupRoles(ctx, tx)
		if err != nil {
			return err
		}
		acc, err = arriving(ctx, tx, c, now)
		if err != nil {
			return err
		}
		return s.changeAccount(ctx, tx, &acc, now, func() error { return fn(&acc, mapping) })
	})
	return acc, err
}

// arriving finds or makes the account of a claim and locks it.
func arriving(ctx context.Context, tx pgx.Tx, c identity.Claim, now time.Time) (identity.Account, error) {
	acc, err := oneAccount(ctx, tx, accountByIdentity, c.Issuer, c.Subject)
	if errors.Is(err, pgx.ErrNoRows) && c.EmailVerified && c.Email != "" {
		acc, err = oneAccount(ctx, tx, accountExpected, c.Email)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return newAccount(ctx, tx, c.Issuer, c.Subject, c.Email, now)
	}
	return acc, err
}

func newAccount(ctx context.Context, tx pgx.Tx, issuer, subject, email string, now time.Time) (identity.Account, error) {
	var id int64
	err := tx.QueryRow(ctx, insertAccount, pgx.StrictNamedArgs{
		"issuer": issuer, "subject": subject, "email": email, "name": "", "now": now,
	}).Scan(&id)
	if err != nil {
		return identity.Account{}, fmt.Errorf("add an account: %w", err)
	}
	return oneAccount(ctx, tx, accountByID, id)
}

const otherLeads = `
select count(distinct a.id) from account a join account_role r on r.account_id = a.id
where r.role = 'lead' and a.deactivated_at is null and a.subject is not null and a.id <> $1`

// UpdateAccount implements [identity.Keeper].
func (s *Store) UpdateAccount(ctx context.Context, id identity.AccountID, now time.Time, fn func(*identity.Account, int) error) (identity.Account, error) {
	return s.updateAccount(ctx, now, fn, func(tx pgx.Tx) (identity.Account, error) {
		return oneAccount(ctx, tx, accountByID, int64(id))
	})
}

// UpdateAccountByEmail implements [identity.Keeper].
func (s *Store) UpdateAccountByEmail(ctx context.Context, email string, now time.Time, fn func(*identity.Account, int) error) (identity.Account, error) {
	return s.updateAccount(ctx, now, fn, func(tx pgx.Tx) (identity.Account, error) {
		acc, err := oneAccount(ctx, tx, accountByEmail, email)
		if errors.Is(err, pgx.ErrNoRows) {
			return newAccount(ctx, tx, "", "", email, now)
		}
		return acc, err
	})
}

func (s *Store) updateAccount(ctx context.Context, now time.Time, fn func(*identity.Account, int) error, find func(pgx.Tx) (identity.Account, error)) (identity.Account, error) {
	var acc identity.Account
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockRoles); err != nil {
			return err
		}
		// Whose approvals count is part of the plan, and held before the account as whoever approves holds it.
		if err := bumpPlan(ctx, tx); err != nil {
			return err
		}
		var err error
		if acc, err = find(tx); err != nil {
			return err
		}
		var others int
		if err := tx.QueryRow(ctx, otherLeads, int64(acc.ID)).Scan(&others); err != nil {
			return fmt.Errorf("count the leads: %w", err)
		}
		return s.changeAccount(ctx, tx, &acc, now, func() error { return fn(&acc, others) })
	})
	s.plan.expire()
	if fault.Is(err, fault.NotFound) {
		return acc, fault.Wrap(fault.NotFound, "There is no such person here.", err)
	}
	return acc, err
}

// changeAccount runs fn on the locked account and writes what it changed.
func (s *Store) changeAccount(ctx context.Context, tx pgx.Tx, acc *identity.Account, now time.Time, fn func() error) error {
	was := slices.Clone(acc.Grants)
	if err := fn(); err != nil {
		return err
	}
	if err := writeAccount(ctx, tx, acc, len(acc.Events()) > 0); err != nil {
		return err
	}
	if !slices.Equal(was, acc.Grants) {
		if err := writeGrants(ctx, tx, acc, now); err != nil {
			return err
		}
	}
	if !acc.Active() {
		if _, err := tx.Exec(ctx, deleteSessions, int64(acc.ID)); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	return s.audit(ctx, tx, now, acc.Events()...)
}

const updateAccount = `
update account set issuer = nullif(@issuer, ''), subject = nullif(@subject, ''), email = @email, name = @name,
       signed_in_at = @signed_in_at, deactivated_at = @deactivated_at, version = version + @step
where id = @id returning version`

func writeAccount(ctx context.Context, tx pgx.Tx, a *identity.Account, changed bool) error {
	step := 0
	if changed {
		step = 1
	}
	err := tx.QueryRow(ctx, updateAccount, pgx.StrictNamedArgs{
		"issuer": a.Issuer, "subject": a.Subject, "email": a.Email, "name": a.Name,
		"signed_in_at": a.SignedInAt, "deactivated_at": a.DeactivatedAt, "step": step, "id": int64(a.ID),
	}).Scan(&a.Version)
	if err != nil {
		return fmt.Errorf("write an account: %w", err)
	}
	return nil
}

const deleteGrants = `delete from account_role where account_id = $1`

const insertGrant = `
insert into account_role (account_id, role, department, source, granted_at)
values (@account, @role, @department, @source, @now)`

func writeGrants(ctx context.Context, tx pgx.Tx, a *identity.Account, now time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(deleteGrants, int64(a.ID))
	for _, g := range a.Grants {
		batch.Queue(insertGrant, pgx.StrictNamedArgs{
			"account": int64(a.ID), "role": string(g.Role), "department": g.Department, "source": string(g.Origin), "now": now,
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("write roles: %w", err)
	}
	return nil
}

const listAccounts = `
select` + accountColumns + `,
       (select count(*) from session s where s.account_id = a.id and s.seen_at > $1 and s.created_at > $2) as sessions
from account a order by lower(coalesce(nullif(a.name, ''), a.email)), a.id`

type listedAccount struct {
	accountRow
	Sessions int
}

// Access implements [identity.Keeper], in one round trip.
func (s *Store) Access(ctx context.Context, now time.Time) (identity.Access, error) {
	var out identity.Access
	b := &pgx.Batch{}
	b.Queue(listAccounts, now.Add(-identity.SessionIdle), now.Add(-identity.SessionAbsolute)).Query(func(rows pgx.Rows) (err error) {
		out.Accounts, err = accounts(rows)
		return err
	})
	b.Queue(readGroupRoles).Query(func(rows pgx.Rows) (err error) {
		out.Groups, err = pgx.CollectRows(rows, pgx.RowToStructByName[identity.GroupRole])
		return err
	})
	b.Queue(listTokens).Query(func(rows pgx.Rows) (err error) {
		out.Tokens, err = pgx.CollectRows(rows, pgx.RowToStructByName[identity.Token])
		return err
	})
	return out, translate(s.pool.SendBatch(ctx, b).Close())
}

func accounts(rows pgx.Rows) ([]identity.Account, error) {
	listed, err := pgx.CollectRows(rows, pgx.RowToStructByName[listedAccount])
	if err != nil {
		return nil, err
	}
	out := make([]identity.Account, len(listed))
	for i, row := range listed {
		if out[i], err = row.account(); err != nil {
			return nil, err
		}
		out[i].Sessions = row.Sessions
	}
	return out, nil
}

const readGroupRoles = `select group_name as "group", role, department from group_role order by group_name, role, department`

func groupRoles(ctx context.Context, q querier) ([]identity.GroupRole, error) {
	rows, err := q.Query(ctx, readGroupRoles)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[identity.GroupRole])
}

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const putGroupRole = `
insert into group_role (group_name, role, department) values (@group, @role, @department) on conflict do nothing`

const deleteGroupRole = `delete from group_role where group_name = @group and role = @role and department = @department`

// PutGroupRole implements [identity.Keeper].
func (s *Store) PutGroupRole(ctx context.Context, g identity.GroupRole, e identity.Event, now time.Time) error {
	return s.changeGroupRole(ctx, putGroupRole, g, e, now)
}

// DeleteGroupRole implements [identity.Keeper].
func (s *Store) DeleteGroupRole(ctx context.Context, g identity.GroupRole, e identity.Event, now time.Time) error {
	return s.changeGroupRole(ctx, deleteGroupRole, g, e, now)
}

// changeGroupRole runs a statement on the mapping; one that changes nothing leaves no trace.
func (s *Store) changeGroupRole(ctx context.Context, sql string, g identity.GroupRole, e identity.Event, now time.Time) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sql, pgx.StrictNamedArgs{"group": g.Group, "role": string(g.Role), "department": g.Department})
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, now, e)
	})
}
