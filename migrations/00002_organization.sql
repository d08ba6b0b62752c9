-- +goose Up

create table setting (
    key        text primary key,
    value      jsonb       not null,
    updated_at timestamptz not null default now(),
    check (key ~ '^[a-z][a-z0-9_]*$')
);
comment on table setting is 'The organization''s own numbers that definitions refer to; a missing key means the default.';

create table member (
    ord          int     primary key check (ord >= 0),
    user_id      text    not null unique check (user_id <> ''),
    email        text    check (email <> ''),
    email_folded text    generated always as (lower(email)) stored,
    name         text    not null default '',
    role         text    not null default '',
    added_at     timestamptz,
    listed       boolean not null default false,
    deleted      boolean not null default false,
    check (not (listed and deleted))
);
create index member_email on member (email_folded);
comment on table member is 'A person of the Claude organization: everyone the members source ever listed, and everyone seen in usage, groups or spend. Never deleted: people who left keep their history.';
comment on column member.ord is 'Dense ordinal: the person''s bit in every day''s sets. max(ord)+1 in user_id order within the landing transaction, never a sequence.';
comment on column member.email is 'As reported last; null for a deleted account or when never reported.';
comment on column member.role is 'Organization role: user, managed, owner, …; unknown values are kept; empty when never listed.';
comment on column member.added_at is 'When the person joined; null when never listed.';
comment on column member.listed is 'The members source named the person at its last complete run.';
comment on column member.deleted is 'Usage reports the person without an email and the members source does not list them.';

create table invite (
    id         text primary key,
    email      text not null,
    email_folded text generated always as (lower(email)) stored,
    role       text not null,
    status     text not null,
    invited_at timestamptz,
    expires_at timestamptz
);
create index invite_email on invite (email_folded);
comment on table invite is 'Invitations, whatever became of them, as last listed. An expired one is no account.';

create table rbac_group (
    id          text primary key,
    name        text    not null,
    source_type text    not null,
    roles_known boolean not null
);
comment on table rbac_group is 'RBAC groups as last listed. Groups overlap.';
comment on column rbac_group.roles_known is 'False: the API said "role data temporarily unavailable"; no role rows does not mean no roles.';

create table rbac_group_role (
    group_id text not null references rbac_group on delete cascade,
    role_id  text not null,
    primary key (group_id, role_id)
);
comment on table rbac_group_role is 'Roles of a group. A role of another linked organization is not in rbac_role and grants nothing here.';

create table rbac_group_member (
    group_id text not null references rbac_group on delete cascade,
    member   int  not null references member,
    primary key (group_id, member)
);
create index rbac_group_member_member on rbac_group_member (member);
comment on table rbac_group_member is 'Who is in a group, as last listed.';

create table rbac_role (
    id           text primary key,
    name         text not null,
    display_name text not null
);
comment on table rbac_role is 'Custom roles of this organization as last listed.';

create table rbac_permission (
    role_id     text not null references rbac_role on delete cascade,
    action      text not null,
    resource    text not null,
    resource_id text not null default '',
    primary key (role_id, action, resource, resource_id)
);
comment on table rbac_permission is 'What a role grants. resource is a type; resource_id names one where there is one.';

create table spend_limit (
    id       text primary key,
    scope    text not null,
    scope_id text not null,
    period   text not null,
    amount   numeric,
    enabled  boolean not null
);
comment on table spend_limit is 'Configured spend limits. amount is in (fractional) cents; null is "no limit".';

create table spend_effective (
    member   int  not null references member,
    period   text not null,
    scope    text not null,
    scope_id text not null,
    amount   numeric,
    spent    numeric,
    primary key (member, period)
);
comment on table spend_effective is 'The limit that binds a person and the scope it comes from. Cents; amount null is "no limit", spent null is "not reported".';

create table marketplace (
    id     text primary key,
    name   text not null,
    source text not null
);
comment on table marketplace is 'Sources of plugins.';

create table catalog_plugin (
    id           text primary key,
    name         text not null,
    marketplace  text not null,
    installation text not null
);
comment on table catalog_plugin is 'Plugins the organization can install. installation is its preference, empty when not set.';

-- +goose Down

drop table catalog_plugin, marketplace, spend_effective, spend_limit, rbac_permission, rbac_role,
    rbac_group_member, rbac_group_role, rbac_group, invite, member, setting;
