package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
)

// Members who are no longer named lose "listed", and nothing else: this runs
// only with a complete listing in hand. A listed account is not deleted.
const mergeMembersSQL = `
with fresh as materialized (
    select user_id, nullif(email, '') as email, name, role, added_at
    from unnest(@user_id::text[], @email::text[], @name::text[], @role::text[], @added_at::timestamptz[])
      as t (user_id, email, name, role, added_at)
), gone as (
    update member m set listed = false
    where m.listed and not exists (select from fresh f where f.user_id = m.user_id)
    returning 1
), changed as (
    update member m set email = f.email, name = f.name, role = f.role, added_at = f.added_at, listed = true, deleted = false
    from fresh f
    where f.user_id = m.user_id
      and (m.email, m.name, m.role, m.added_at, m.listed, m.deleted)
          is distinct from (f.email, f.name, f.role, f.added_at, true, false)
    returning 1
), added as (
    insert into member (ord, user_id, email, name, role, added_at, listed)
    select (select coalesce(max(ord) + 1, 0) from member) + row_number() over (order by f.user_id collate "C") - 1,
           f.user_id, f.email, f.name, f.role, f.added_at, true
    from fresh f
    where not exists (select from member m where m.user_id = f.user_id)
    returning 1
)
select (select count(*) from gone) + (select count(*) from changed) + (select count(*) from added)`

func landMembers(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Members, func(m access.Member) string { return m.UserID })
	n, err := merge(ctx, tx, mergeMembersSQL, pgx.StrictNamedArgs{
		"user_id":  texts(list, func(m access.Member) string { return m.UserID }),
		"email":    texts(list, func(m access.Member) string { return m.Email }),
		"name":     texts(list, func(m access.Member) string { return m.Name }),
		"role":     texts(list, func(m access.Member) string { return m.Role }),
		"added_at": each(list, func(m access.Member) any { return moment(m.AddedAt) }),
	})
	return landed{rows: n}, err
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
with fresh as materialized (
    select member, period, scope, scope_id, nullif(amount, '')::numeric as amount, nullif(spent, '')::numeric as spent
    from unnest(@member::int[], @period::text[], @scope::text[], @scope_id::text[], @amount::text[], @spent::text[])
      as t (member, period, scope, scope_id, amount, spent)
), gone as (
    delete from spend_effective e
    where not exists (select from fresh f where f.member = e.member and f.period = e.period)
    returning 1
), written as (
    insert into spend_effective (member, period, scope, scope_id, amount, spent)
    select f.member, f.period, f.scope, f.scope_id, f.amount, f.spent from fresh f
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
	n, err := merge(ctx, tx, mergeEffectiveSQL, pgx.StrictNamedArgs{
		"member":   each(list, func(e access.EffectiveLimit) int32 { return h.people.ord(e.UserID, news) }),
		"period":   texts(list, func(e access.EffectiveLimit) string { return e.Period }),
		"scope":    texts(list, func(e access.EffectiveLimit) string { return e.Scope }),
		"scope_id": texts(list, func(e access.EffectiveLimit) string { return e.ScopeID }),
		"amount":   texts(list, func(e access.EffectiveLimit) string { return amount(e.Amount) }),
		"spent":    texts(list, func(e access.EffectiveLimit) string { return amount(e.Spent) }),
	})
	return landed{rows: n + len(news), news: news}, err
}

// amount writes no amount as "", which the statements store as null.
func amount(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
