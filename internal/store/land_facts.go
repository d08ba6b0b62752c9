package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/adoption"
	"groundswell/internal/day"
	"groundswell/internal/pull"
)

const (
	mergeSummariesSQL = `
with fresh as materialized (
    select day, nullif(assigned_seats, -1) as assigned_seats, nullif(pending_invites, -1) as pending_invites,
           nullif(daily_active, -1) as daily_active, nullif(weekly_active, -1) as weekly_active, nullif(monthly_active, -1) as monthly_active,
           nullif(cowork_daily, -1) as cowork_daily, nullif(cowork_weekly, -1) as cowork_weekly, nullif(cowork_monthly, -1) as cowork_monthly,
           nullif(unified_daily, -1) as unified_daily, nullif(unified_weekly, -1) as unified_weekly, nullif(unified_monthly, -1) as unified_monthly
    from unnest(@day::date[], @assigned_seats::int[], @pending_invites::int[], @daily_active::int[], @weekly_active::int[],
                @monthly_active::int[], @cowork_daily::int[], @cowork_weekly::int[], @cowork_monthly::int[],
                @unified_daily::int[], @unified_weekly::int[], @unified_monthly::int[])
      as t (day, assigned_seats, pending_invites, daily_active, weekly_active, monthly_active, cowork_daily, cowork_weekly,
            cowork_monthly, unified_daily, unified_weekly, unified_monthly)
    where day between @from::date and @to::date
), gone as (
    delete from summary_day s
    where s.day between @from::date and @to::date and not exists (select from fresh f where f.day = s.day)
    returning 1
), written as (
    insert into summary_day (day, assigned_seats, pending_invites, daily_active, weekly_active, monthly_active,
        cowork_daily, cowork_weekly, cowork_monthly, unified_daily, unified_weekly, unified_monthly)
    select f.day, f.assigned_seats, f.pending_invites, f.daily_active, f.weekly_active, f.monthly_active,
        f.cowork_daily, f.cowork_weekly, f.cowork_monthly, f.unified_daily, f.unified_weekly, f.unified_monthly
    from fresh f
    where not exists (
        select from summary_day s where s.day = f.day
          and (s.assigned_seats, s.pending_invites, s.daily_active, s.weekly_active, s.monthly_active, s.cowork_daily,
               s.cowork_weekly, s.cowork_monthly, s.unified_daily, s.unified_weekly, s.unified_monthly)
              is not distinct from
              (f.assigned_seats, f.pending_invites, f.daily_active, f.weekly_active, f.monthly_active, f.cowork_daily,
               f.cowork_weekly, f.cowork_monthly, f.unified_daily, f.unified_weekly, f.unified_monthly))
    on conflict (day) do update set assigned_seats = excluded.assigned_seats, pending_invites = excluded.pending_invites,
        daily_active = excluded.daily_active, weekly_active = excluded.weekly_active, monthly_active = excluded.monthly_active,
        cowork_daily = excluded.cowork_daily, cowork_weekly = excluded.cowork_weekly, cowork_monthly = excluded.cowork_monthly,
        unified_daily = excluded.unified_daily, unified_weekly = excluded.unified_weekly, unified_monthly = excluded.unified_monthly
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeFeaturesSQL = `
with fresh as materialized (
    select key, name, nullif(users, -1) as users, nullif(cowork_sessions, -1) as cowork_sessions,
           nullif(cowork_uses, -1) as cowork_uses, nullif(own_auth_users, -1) as own_auth_users
    from unnest(@key::text[], @name::text[], @users::int[], @cowork_sessions::int[], @cowork_uses::int[], @own_auth_users::int[])
      as t (key, name, users, cowork_sessions, cowork_uses, own_auth_users)
), gone as (
    delete from feature_day d
    where d.kind = @kind::text and d.day = @day::date and not exists (select from fresh f where f.key = d.key)
    returning 1
), written as (
    insert into feature_day (day, kind, key, name, users, cowork_sessions, cowork_uses, own_auth_users)
    select @day::date, @kind::text, f.key, f.name, f.users, f.cowork_sessions, f.cowork_uses, f.own_auth_users from fresh f
    where not exists (
        select from feature_day d where d.kind = @kind::text and d.day = @day::date and d.key = f.key
          and (d.name, d.users, d.cowork_sessions, d.cowork_uses, d.own_auth_users)
              is not distinct from (f.name, f.users, f.cowork_sessions, f.cowork_uses, f.own_auth_users))
    on conflict (kind, day, key) do update set name = excluded.name, users = excluded.users,
        cowork_sessions = excluded.cowork_sessions, cowork_uses = excluded.cowork_uses, own_auth_users = excluded.own_auth_users
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeGroupedSQL = `
with fresh as materialized (
    select key, name, group_id, nullif(users, -1) as users, nullif(cowork_sessions, -1) as cowork_sessions
    from unnest(@key::text[], @name::text[], @group_id::text[], @users::int[], @cowork_sessions::int[])
      as t (key, name, group_id, users, cowork_sessions)
), gone as (
    delete from feature_group g
    where g.kind = @kind::text and not exists (select from fresh f where f.key = g.key and f.group_id = g.group_id)
    returning 1
), written as (
    insert into feature_group (kind, key, name, group_id, users, cowork_sessions, from_day, to_day)
    select @kind::text, f.key, f.name, f.group_id, f.users, f.cowork_sessions, @from::date, @to::date from fresh f
    where not exists (
        select from feature_group g where g.kind = @kind::text and g.key = f.key and g.group_id = f.group_id
          and (g.name, g.users, g.cowork_sessions, g.from_day, g.to_day)
              is not distinct from (f.name, f.users, f.cowork_sessions, @from::date, @to::date))
    on conflict (kind, key, group_id) do update set name = excluded.name, users = excluded.users,
        cowork_sessions = excluded.cowork_sessions, from_day = excluded.from_day, to_day = excluded.to_day
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeCostSQL = `
with fresh as materialized (
    select day, key, cents::numeric as cents
    from unnest(@day::date[], @key::text[], @cents::text[]) as t (day, key, cents)
    where day between @from::date and @to::date
), gone as (
    delete from cost_day c
    where c.grouping = @grouping::text and c.day between @from::date and @to::date
      and not exists (select from fresh f where f.day = c.day and f.key = c.key)
    returning 1
), written as (
    insert into cost_day (day, grouping, key, cents)
    select f.day, @grouping::text, f.key, f.cents from fresh f
    where not exists (
        select from cost_day c
        where c.grouping = @grouping::text and c.day = f.day and c.key = f.key and c.cents = f.cents)
    on conflict (grouping, day, key) do update set cents = excluded.cents
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`
)

func landSummaries(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Summaries, func(s adoption.Summary) day.Date { return s.Day })
	col := func(field func(adoption.Summary) adoption.Count) []int32 {
		return each(list, func(s adoption.Summary) int32 { return int32(field(s)) })
	}
	n, err := merge(ctx, tx, mergeSummariesSQL, pgx.StrictNamedArgs{
		"from": d.unit.From, "to": d.unit.To,
		"day":             each(list, func(s adoption.Summary) any { return s.Day.Time() }),
		"assigned_seats":  col(func(s adoption.Summary) adoption.Count { return s.AssignedSeats }),
		"pending_invites": col(func(s adoption.Summary) adoption.Count { return s.PendingInvites }),
		"daily_active":    col(func(s adoption.Summary) adoption.Count { return s.DailyActive }),
		"weekly_active":   col(func(s adoption.Summary) adoption.Count { return s.WeeklyActive }),
		"monthly_active":  col(func(s adoption.Summary) adoption.Count { return s.MonthlyActive }),
		"cowork_daily":    col(func(s adoption.Summary) adoption.Count { return s.CoworkDaily }),
		"cowork_weekly":   col(func(s adoption.Summary) adoption.Count { return s.CoworkWeekly }),
		"cowork_monthly":  col(func(s adoption.Summary) adoption.Count { return s.CoworkMonthly }),
		"unified_daily":   col(func(s adoption.Summary) adoption.Count { return s.UnifiedDaily }),
		"unified_weekly":  col(func(s adoption.Summary) adoption.Count { return s.UnifiedWeekly }),
		"unified_monthly": col(func(s adoption.Summary) adoption.Count { return s.UnifiedMonthly }),
	})
	return landed{rows: n}, err
}

var kindOf = map[pull.Source]adoption.FeatureKind{
	pull.Skills: adoption.Skill, pull.Connectors: adoption.Connector,
	pull.Plugins: adoption.Plugin, pull.Artifacts: adoption.Artifact,
}

func landFeatures(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Features, func(f adoption.Feature) string { return f.Key })
	col := func(field func(adoption.Feature) adoption.Count) []int32 {
		return each(list, func(f adoption.Feature) int32 { return int32(field(f)) })
	}
	n, err := merge(ctx, tx, mergeFeaturesSQL, pgx.StrictNamedArgs{
		"day": d.unit.From, "kind": string(kindOf[d.unit.Source]),
		"key":             texts(list, func(f adoption.Feature) string { return f.Key }),
		"name":            texts(list, func(f adoption.Feature) string { return f.Name }),
		"users":           col(func(f adoption.Feature) adoption.Count { return f.Users }),
		"cowork_sessions": col(func(f adoption.Feature) adoption.Count { return f.CoworkSessions }),
		"cowork_uses":     col(func(f adoption.Feature) adoption.Count { return f.CoworkUses }),
		"own_auth_users":  col(func(f adoption.Feature) adoption.Count { return f.OwnAuthUsers }),
	})
	return landed{rows: n}, err
}

// landGrouped replaces what the people of each group used with what they used
// over the window read now.
func landGrouped(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	type key struct{ key, group string }
	list := last(d.facts.Features, func(f adoption.Feature) key { return key{f.Key, f.Group} })
	n, err := merge(ctx, tx, mergeGroupedSQL, pgx.StrictNamedArgs{
		"from": d.unit.From, "to": d.unit.To, "kind": string(kindOf[d.unit.Source]),
		"key":             texts(list, func(f adoption.Feature) string { return f.Key }),
		"name":            texts(list, func(f adoption.Feature) string { return f.Name }),
		"group_id":        texts(list, func(f adoption.Feature) string { return f.Group }),
		"users":           each(list, func(f adoption.Feature) int32 { return int32(f.Users) }),
		"cowork_sessions": each(list, func(f adoption.Feature) int32 { return int32(f.CoworkSessions) }),
	})
	return landed{rows: n}, err
}

func landCost(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	grouping, _, _ := strings.Cut(d.unit.Key, ":")
	list := last(d.facts.Cost, keyOfCost)
	n, err := merge(ctx, tx, mergeCostSQL, pgx.StrictNamedArgs{
		"from": d.unit.From, "to": d.unit.To, "grouping": grouping,
		"day":   each(list, func(c adoption.Cost) any { return c.Day.Time() }),
		"key":   texts(list, func(c adoption.Cost) string { return c.Product + c.Group }),
		"cents": texts(list, func(c adoption.Cost) string { return c.Amount.Cents() }),
	})
	return landed{rows: n}, err
}
