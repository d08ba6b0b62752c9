package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"groundswell/internal/access"
	"groundswell/internal/pull"
)

// Members who are no longer named lose "listed", and nothing else: this runs
// only with a complete listing in hand. A listed account is not deleted.
const mergeMembersSQL = `
with gone as (
    update member m set listed = false
    where m.listed and not exists (select from pg_temp.fresh_member f where f.user_id = m.user_id)
    returning 1
), changed as (
    update member m set email = f.email, name = f.name, role = f.role, added_at = f.added_at, listed = true, deleted = false
    from pg_temp.fresh_member f
    where f.user_id = m.user_id
      and (m.email, m.name, m.role, m.added_at, m.listed, m.deleted)
          is distinct from (f.email, f.name, f.role, f.added_at, true, false)
    returning 1
), added as (
    insert into member (ord, user_id, email, name, role, added_at, listed)
    select (select coalesce(max(ord) + 1, 0) from member) + row_number() over (order by f.user_id collate "C") - 1,
           f.user_id, f.email, f.name, f.role, f.added_at, true
    from pg_temp.fresh_member f
    where not exists (select from member m where m.user_id = f.user_id)
    returning 1
)
select (select count(*) from gone) + (select count(*) from changed) + (select count(*) from added)`

// Listings that grow with the organization travel by COPY into tables of the
// session: as arrays they would have to be in memory once more, encoded.
const (
	freshMembersSQL = `
create temp table if not exists fresh_member (
    user_id text not null, email text, name text not null, role text not null, added_at timestamptz
) on commit delete rows`

	freshEffectiveSQL = `
create temp table if not exists fresh_effective (
    member int not null, period text not null, scope text not null, scope_id text not null, amount numeric, spent numeric
) on commit delete rows`
)

func landMembers(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Members, func(m access.Member) string { return m.UserID })
	if _, err := tx.Exec(ctx, freshMembersSQL); err != nil {
		return landed{}, err
	}
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		m := list[i]
		return []any{cleanText(m.UserID), known(cleanText(m.Email)), cleanText(m.Name), cleanText(m.Role), moment(m.AddedAt)}, nil
	})
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_member"}, []string{"user_id", "email", "name", "role", "added_at"}, rows); err != nil {
		return landed{}, err
	}
	n, err := merge(ctx, tx, mergeMembersSQL, nil)
	return landed{rows: n}, err
}

// known stores the empty text as null.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

const mergeInvitesSQL = `
with fresh as materialized (
    select * from unnest(@id::text[], @email::text[], @role::text[], @status::text[], @invited_at::timestamptz[], @expires_at::timestamptz[])
      as t (id, email, role, status, invited_at, expires_at)
), gone as (
    delete from invite i where not exists (select from fresh f where f.id = i.id) returning 1
), written as (
    insert into invite (id, email, role, status, invited_at, expires_at)
    select f.id, f.email, f.role, f.status, f.invited_at, f.expires_at from fresh f
    where not exists (
        select from invite i where i.id = f.id
          and (i.email, i.role, i.status, i.invited_at, i.expires_at)
              is not distinct from (f.email, f.role, f.status, f.invited_at, f.expires_at))
    on conflict (id) do update set email = excluded.email, role = excluded.role, status = excluded.status,
        invited_at = excluded.invited_at, expires_at = excluded.expires_at
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

func landInvites(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Invites, func(i access.Invite) string { return i.ID })
	n, err := merge(ctx, tx, mergeInvitesSQL, pgx.StrictNamedArgs{
		"id":         texts(list, func(i access.Invite) string { return i.ID }),
		"email":      texts(list, func(i access.Invite) string { return i.Email }),
		"role":       texts(list, func(i access.Invite) string { return i.Role }),
		"status":     texts(list, func(i access.Invite) string { return i.Status }),
		"invited_at": each(list, func(i access.Invite) any { return moment(i.InvitedAt) }),
		"expires_at": each(list, func(i access.Invite) any { return moment(i.ExpiresAt) }),
	})
	return landed{rows: n}, err
}

const mergeEffectiveSQL = `
with gone as (
    delete from spend_effective e
    where not exists (select from pg_temp.fresh_effective f where f.member = e.member and f.period = e.period)
    returning 1
), written as (
    insert into spend_effective (member, period, scope, scope_id, amount, spent)
    select f.member, f.period, f.scope, f.scope_id, f.amount, f.spent from pg_temp.fresh_effective f
    where not exists (
        select from spend_effective e where e.member = f.member and e.period = f.period
          and (e.scope, e.scope_id, e.amount, e.spent) is not distinct from (f.scope, f.scope_id, f.amount, f.spent))
    on conflict (member, period) do update set scope = excluded.scope, scope_id = excluded.scope_id,
        amount = excluded.amount, spent = excluded.spent
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

func landEffective(ctx context.Context, h *hold, tx pgx.Tx, d *draft) (landed, error) {
	type key struct{ user, period string }
	list := last(d.facts.Effective, func(e access.EffectiveLimit) key { return key{e.UserID, e.Period} })
	slices.SortFunc(list, func(a, b access.EffectiveLimit) int {
		return cmp.Or(cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.Period, b.Period))
	})
	seen := make(map[string]sighting, len(list))
	for _, e := range list {
		seen[e.UserID] = sighting{silent: true}
	}
	news, err := h.people.meet(ctx, tx, seen)
	if err != nil {
		return landed{}, err
	}
	if err := copyEffective(ctx, tx, list, func(id string) int32 { return h.people.ord(id, news) }); err != nil {
		return landed{}, err
	}
	n, err := merge(ctx, tx, mergeEffectiveSQL, nil)
	return landed{rows: n + len(news), news: news}, err
}

func copyEffective(ctx context.Context, tx pgx.Tx, list []access.EffectiveLimit, ord func(string) int32) error {
	if _, err := tx.Exec(ctx, freshEffectiveSQL); err != nil {
		return err
	}
	limits, err := amounts(list, func(e access.EffectiveLimit) *string { return e.Amount })
	if err != nil {
		return err
	}
	spent, err := amounts(list, func(e access.EffectiveLimit) *string { return e.Spent })
	if err != nil {
		return err
	}
	rows := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		e := list[i]
		return []any{ord(e.UserID), cleanText(e.Period), cleanText(e.Scope), cleanText(e.ScopeID), limits[i], spent[i]}, nil
	})
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "fresh_effective"}, []string{"member", "period", "scope", "scope_id", "amount", "spent"}, rows)
	return err
}

// amounts reads decimal numbers of cents; none is null.
func amounts(list []access.EffectiveLimit, field func(access.EffectiveLimit) *string) ([]pgtype.Numeric, error) {
	out := make([]pgtype.Numeric, len(list))
	for i, e := range list {
		if p := field(e); p != nil {
			if err := out[i].Scan(*p); err != nil {
				return nil, &pull.Failure{Reason: pull.BadAnswer, Err: err,
					Say: "The API reported a spend limit that is no decimal number; it was not stored."}
			}
		}
	}
	return out, nil
}

// amount writes no amount as "", which the statements store as null.
func amount(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
