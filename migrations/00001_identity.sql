-- +goose Up
create table account (
    id             bigint generated always as identity primary key,
    issuer         text,
    subject        text,
    email          text        not null default '',
    name           text        not null default '',
    created_at     timestamptz not null,
    signed_in_at   timestamptz,
    deactivated_at timestamptz,
    version        integer     not null default 1,
    constraint account_identity_whole check ((issuer is null) = (subject is null)),
    constraint account_subject_not_empty check (subject <> '' and issuer <> ''),
    constraint account_expected_has_email check (subject is not null or email <> '')
);
comment on table account is 'A person who can sign in. Without a subject: expected, a role was granted before the first sign-in.';
create unique index account_identity on account (issuer, subject);
create unique index account_expected on account (lower(email)) where subject is null;
create index account_email on account (lower(email));

create table account_role (
    account_id bigint      not null references account (id) on delete cascade,
    role       text        not null check (role in ('lead', 'owner', 'champion', 'executive', 'auditor')),
    department text        not null default '',
    source     text        not null check (source in ('person', 'group', 'setting')),
    granted_at timestamptz not null,
    primary key (account_id, role, department, source),
    constraint account_role_department check ((role = 'champion') = (department <> ''))
);
comment on column account_role.source is 'person: a lead or the command line; group: the provider''s groups at the last sign-in; setting: GROUNDSWELL_ADMINS.';

create table group_role (
    group_name text not null check (group_name <> ''),
    role       text not null check (role in ('lead', 'owner', 'champion', 'executive', 'auditor')),
    department text not null default '',
    primary key (group_name, role, department),
    constraint group_role_department check ((role = 'champion') = (department <> ''))
);
comment on table group_role is 'Which role a group of the identity provider brings, from the next sign-in on.';

create table session (
    id               text        primary key,
    secret_hash      bytea       not null check (octet_length(secret_hash) = 32),
    account_id       bigint      not null references account (id) on delete cascade,
    label            text        not null default '',
    created_at       timestamptz not null,
    seen_at          timestamptz not null,
    authenticated_at timestamptz not null
);
comment on column session.secret_hash is 'SHA-256 of the secret half of the cookie; the secret itself is kept nowhere.';
comment on column session.label is 'Browser and system in two words, so that a person can tell their sessions apart.';
create index session_account on session (account_id);

create table api_token (
    id           bigint generated always as identity primary key,
    name         text        not null check (name <> ''),
    role         text        not null check (role in ('lead', 'executive', 'auditor')),
    hash         bytea       not null unique check (octet_length(hash) = 32),
    created_by   bigint      references account (id),
    created_at   timestamptz not null,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
create unique index api_token_name on api_token (name) where revoked_at is null;

create table credential (
    name       text        primary key,
    sealed     bytea       not null,
    updated_at timestamptz not null,
    updated_by bigint      references account (id)
);
comment on column credential.sealed is 'Encrypted under GROUNDSWELL_SECRET_KEY and bound to the name: it opens in no other row.';

create table audit_log (
    seq           bigint      primary key,
    at            timestamptz not null,
    actor_kind    text        not null check (actor_kind in ('person', 'token', 'command')),
    actor_account bigint,
    actor_token   bigint,
    action        text        not null,
    subject       text        not null,
    detail        text        not null,
    key_id        text        not null,
    mac           bytea       not null
);
comment on table audit_log is 'Each entry authenticates itself and the one before it; server audit verify names the first that does not.';
create index audit_log_subject on audit_log (subject, seq);

create table audit_head (
    only_one boolean primary key default true check (only_one),
    seq      bigint  not null,
    mac      bytea   not null
);
insert into audit_head (seq, mac) values (0, '');

-- +goose StatementBegin
create function audit_log_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only ever added to';
end
$$;
-- +goose StatementEnd
create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function audit_log_is_append_only();

-- +goose Down
drop table audit_head;
drop table audit_log;
drop function audit_log_is_append_only();
drop table credential;
drop table api_token;
drop table session;
drop table group_role;
drop table account_role;
drop table account;
