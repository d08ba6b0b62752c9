-- +goose Up

create table mail_choice (
    email_folded text        not null check (email_folded <> ''),
    kind         text        not null check (kind in ('messages', 'tasks', 'champion', 'failures', 'report', 'reminder')),
    wanted       boolean     not null,
    at           timestamptz not null,
    primary key (email_folded, kind)
);
comment on table mail_choice is 'What each person chose to get or not to get. By address, so that people without an account can choose too; no row is what the kind says by itself.';

create table calendar_feed (
    id          bigint      generated always as identity primary key,
    account     bigint      not null references account on delete cascade,
    secret_hash bytea       not null unique check (octet_length(secret_hash) = 32),
    created_at  timestamptz not null,
    read_at     timestamptz,
    revoked_at  timestamptz
);
create unique index calendar_feed_account on calendar_feed (account) where revoked_at is null;
comment on table calendar_feed is 'A calendar address per person. Whoever has the address can read it: it is shown once and can be revoked.';

-- +goose Down

drop table calendar_feed, mail_choice;
