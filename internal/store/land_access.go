package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"groundswell/internal/access"
)

const (
	mergeGroupsSQL = `
with fresh as materialized (
    select * from unnest(@id::text[], @name::text[], @source_type::text[], @roles_known::bool[])
      as t (id, name, source_type, roles_known)
), gone as (
    delete from rbac_group g where not exists (select from fresh f where f.id = g.id) returning 1
), written as (
    insert into rbac_group (id, name, source_type, roles_known)
    select f.id, f.name, f.source_type, f.roles_known from fresh f
    where not exists (
        select from rbac_group g where g.id = f.id
          and (g.name, g.source_type, g.roles_known) is not distinct from (f.name, f.source_type, f.roles_known))
    on conflict (id) do update set name = excluded.name, source_type = excluded.source_type, roles_known = excluded.roles_known
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	// Roles that are unknown for the moment stay as they were known last.
	mergeGroupRolesSQL = `
with fresh as materialized (
    select * from unnest(@group_id::text[], @role_id::text[]) as t (group_id, role_id)
), gone as (
    delete from rbac_group_role r using rbac_group g
    where g.id = r.group_id and g.roles_known
      and not exists (select from fresh f where f.group_id = r.group_id and f.role_id = r.role_id)
    returning 1
), written as (
    insert into rbac_group_role (group_id, role_id)
    select f.group_id, f.role_id from fresh f
    where not exists (select from rbac_group_role r where r.group_id = f.group_id and r.role_id = f.role_id)
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeGroupMembersSQL = `
with fresh as materialized (
    select member from unnest(@member::int[]) as t (member)
), gone as (
    delete from rbac_group_member m
    where m.group_id = @group_id::text and not exists (select from fresh f where f.member = m.member)
    returning 1
), written as (
    insert into rbac_group_member (group_id, member)
    select @group_id::text, f.member from fresh f
    where exists (select from rbac_group g where g.id = @group_id::text)
      and not exists (select from rbac_group_member m where m.group_id = @group_id::text and m.member = f.member)
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergeRolesSQL = `
with fresh as materialized (
    select * from unnest(@id::text[], @name::text[], @display_name::text[]) as t (id, name, display_name)
), gone as (
    delete from rbac_role r where not exists (select from fresh f where f.id = r.id) returning 1
), written as (
    insert into rbac_role (id, name, display_name)
    select f.id, f.name, f.display_name from fresh f
    where not exists (
        select from rbac_role r where r.id = f.id
          and (r.name, r.display_name) is not distinct from (f.name, f.display_name))
    on conflict (id) do update set name = excluded.name, display_name = excluded.display_name
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	mergePermissionsSQL = `
with fresh as materialized (
    select distinct action, resource, resource_id
    from unnest(@action::text[], @resource::text[], @resource_id::text[]) as t (action, resource, resource_id)
), gone as (
    delete from rbac_permission p
    where p.role_id = @role_id::text and not exists (
        select from fresh f where f.action = p.action and f.resource = p.resource and f.resource_id = p.resource_id)
    returning 1
), written as (
    insert into rbac_permission (role_id, action, resource, resource_id)
    select @role_id::text, f.action, f.resource, f.resource_id from fresh f
    where exists (select from rbac_role r where r.id = @role_id::text)
      and not exists (
        select from rbac_permission p
        where p.role_id = @role_id::text and p.action = f.action and p.resource = f.resource and p.resource_id = f.resource_id)
    returning 1
)
select (select count(*) from gone) + (select count(*) from written)`

	// What was read of groups and roles that are gone counts no more.
	orphanUnitsSQL = `delete from unit_done where source = @source and key <> 'list' and key <> all (@ids::text[])`
)

func landGroups(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Groups, func(g access.Group) string { return g.ID })
	ids := texts(list, func(g access.Group) string { return g.ID })
	n, err := merge(ctx, tx, mergeGroupsSQL, pgx.StrictNamedArgs{
		"id":          ids,
		"name":        texts(list, func(g access.Group) string { return g.Name }),
		"source_type": texts(list, func(g access.Group) string { return g.SourceType }),
		"roles_known": each(list, func(g access.Group) bool { return g.RolesKnown }),
	})
	if err != nil {
		return landed{}, fmt.Errorf("land groups: %w", err)
	}
	m, err := landGroupRoles(ctx, tx, list)
	if err != nil {
		return landed{}, fmt.Errorf("land the roles of groups: %w", err)
	}
	_, err = tx.Exec(ctx, orphanUnitsSQL, pgx.StrictNamedArgs{"source": "groups", "ids": ids})
	return landed{rows: n + m}, err
}

func landGroupRoles(ctx context.Context, tx pgx.Tx, list []access.Group) (int, error) {
	type pair struct{ group, role string }
	var pairs []pair
	for _, g := range list {
		for _, r := range g.RoleIDs {
			pairs = append(pairs, pair{g.ID, r})
		}
	}
	pairs = last(pairs, func(p pair) pair { return p })
	return merge(ctx, tx, mergeGroupRolesSQL, pgx.StrictNamedArgs{
		"group_id": texts(pairs, func(p pair) string { return p.group }),
		"role_id":  texts(pairs, func(p pair) string { return p.role }),
	})
}

func landGroupMembers(ctx context.Context, h *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.GroupMembers, func(m access.GroupMember) string { return m.UserID })
	seen := make(map[string]sighting, len(list))
	for _, m := range list {
		seen[m.UserID] = sighting{email: m.Email, silent: m.Email == ""}
	}
	news, err := h.people.meet(ctx, tx, seen)
	if err != nil {
		return landed{}, fmt.Errorf("give people their ordinals: %w", err)
	}
	n, err := merge(ctx, tx, mergeGroupMembersSQL, pgx.StrictNamedArgs{
		"group_id": d.unit.Key,
		"member":   each(list, func(m access.GroupMember) int32 { return h.people.ord(m.UserID, news) }),
	})
	return landed{rows: n + len(news), news: news}, err
}

func landRoles(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := last(d.facts.Roles, func(r access.Role) string { return r.ID })
	ids := texts(list, func(r access.Role) string { return r.ID })
	n, err := merge(ctx, tx, mergeRolesSQL, pgx.StrictNamedArgs{
		"id":           ids,
		"name":         texts(list, func(r access.Role) string { return r.Name }),
		"display_name": texts(list, func(r access.Role) string { return r.DisplayName }),
	})
	if err != nil {
		return landed{}, fmt.Errorf("land roles: %w", err)
	}
	_, err = tx.Exec(ctx, orphanUnitsSQL, pgx.StrictNamedArgs{"source": "roles", "ids": ids})
	return landed{rows: n}, err
}

func landPermissions(ctx context.Context, _ *hold, tx pgx.Tx, d *draft) (landed, error) {
	list := d.facts.Permissions
	n, err := merge(ctx, tx, mergePermissionsSQL, pgx.StrictNamedArgs{
		"role_id":     d.unit.Key,
		"action":      texts(list, func(p access.Permission) string { return p.Action }),
		"resource":    texts(list, func(p access.Permission) string { return p.Resource }),
		"resource_id": texts(list, func(p access.Permission) string { return p.ResourceID }),
	})
	return landed{rows: n}, err
}
