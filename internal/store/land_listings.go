package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
)

const (
	mergeLimitsSQL = `
with fresh as materialized (
    select id, scope, scope_id, period, nullif(amount, '')::numeric as amount, enabled
    from unnest(@id::text[], @scope::text[], @scope_id::text[], @period::text[], @amount::text[], @enabled::bool[])
      as t (id, scope, scope_id, period, amount, enabled)
), gone as (
    delete from spend_limit l where not exists (select from fresh f where f.id = l.id) returning 1
), written as (
    insert into spend_limit (id, scope, scope_id, period, amount, enabled)
    select f.id, f.scope, f.scope_id, f.period, f.amount, f.enabled from fresh f
    where not exists (
        select from spend_limit l where l.id = f.id
          and (l.scope, l.scope_id, l.period, l.amount, l.enabled)
              is not distinct from (f.scope, f.scope_id, f.period, f.amount, f.enabled))
    on conflict (id) do update set scope = excluded.scope, scope_id = excluded.scope_id, period = excluded.period,
        amount = excluded.amount, enabled = excluded.enabled
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergePluginsSQL = `
with fresh as materialized (
    select * from unnest(@id::text[], @name::text[], @marketplace::text[], @installation::text[])
      as t (id, name, marketplace, installation)
), gone as (
    delete from catalog_plugin p where not exists (select from fresh f where f.id = p.id) returning 1
), written as (
    insert into catalog_plugin (id, name, marketplace, installation)
    select f.id, f.name, f.marketplace, f.installation from fresh f
    where not exists (
        select from catalog_plugin p where p.id = f.id
          and (p.name, p.marketplace, p.installation) is not distinct from (f.name, f.marketplace, f.installation))
    on conflict (id) do update set name = excluded.name, marketplace = excluded.marketplace, installation = excluded.installation
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeMarketplacesSQL = `
with fresh as materialized (
    select * from unnest(@id::text[], @name::text[], @source::text[]) as t (id, name, source)
), gone as (
    delete from marketplace m where not exists (select from fresh f where f.id = m.id) returning 1
), written as (
    insert into marketplace (id, name, source)
    select f.id, f.name, f.source from fresh f
    where not exists (
        select from marketplace m where m.id = f.id and (m.name, m.source) is not distinct from (f.name, f.source))
    on conflict (id) do update set name = excluded.name, source = excluded.source
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`
)

func landSpend(ctx context.Context, h *hold, tx pgx.Tx, d *draft) (landed, error) {
	if d.unit.Key == "effective" {
		return landEffective(ctx, h, tx, d)
	}
	list := last(d.facts.Limits, func(l access.SpendLimit) string { return l.ID })
	n, err := merge(ctx, tx, mergeLimitsSQL, pgx.StrictNamedArgs{
		"id":       texts(list, func(l access.SpendLimit) string { return l.ID }),
		"scope":    texts(list, func(l access.SpendLimit) string { return l.Scope }),
		"scope_id": texts(list, func(l access.SpendLimit) string { return l.ScopeID }),
		"period":   texts(list, func(l access.SpendLimit) string { return l.Period }),
		"amount":   texts(list, func(l access.SpendLimit) string { return amount(l.Amount) }),
		"enabled":  each(list, func(l access.SpendLimit) bool { return l.Enabled }),
	})
	return landed{rows: n}, err
}

func landCatalog(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	if d.unit.Key == "marketplaces" {
		return landMarketplaces(ctx, tx, d)
	}
	list := last(d.facts.Plugins, func(p access.CatalogPlugin) string { return p.ID })
	n, err := merge(ctx, tx, mergePluginsSQL, pgx.StrictNamedArgs{
		"id":           texts(list, func(p access.CatalogPlugin) string { return p.ID }),
		"name":         texts(list, func(p access.CatalogPlugin) string { return p.Name }),
		"marketplace":  texts(list, func(p access.CatalogPlugin) string { return p.Marketplace }),
		"installation": texts(list, func(p access.CatalogPlugin) string { return p.Installation }),
	})
	return landed{rows: n}, err
}

func landMarketplaces(ctx context.Context, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Marketplaces, func(m access.Marketplace) string { return m.ID })
	n, err := merge(ctx, tx, mergeMarketplacesSQL, pgx.StrictNamedArgs{
		"id":     texts(list, func(m access.Marketplace) string { return m.ID }),
		"name":   texts(list, func(m access.Marketplace) string { return m.Name }),
		"source": texts(list, func(m access.Marketplace) string { return m.Source }),
	})
	return landed{rows: n}, err
}
