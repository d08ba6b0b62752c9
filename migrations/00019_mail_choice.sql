-- +goose Up

create table mail_choice (
    email_folded text        not null check (email_folded <> ''),
    kind         text        not null check (kind in ('messages', 'tasks', 'champion', 'failures', 'report', 'reminder')),
    wanted       boolean     not null,
    at           timestamptz not null,
    primary key (email_folded, kind)
);
comment on table mail_choice is 'What each person chose to get or not to get. By address, so that people without an account can choose too; no row is what the kind says by itself.';

create table digest_setting (
    only_one boolean primary key default true check (only_one),
    at       time    not null default '07:30',
    off      text[]  not null default '{}',
    version  int     not null default 1
);
insert into digest_setting default values;
comment on table digest_setting is 'What goes out by itself: at what time of a day, by the rollout''s zone, and which kinds do not.';

create table digest_run (
    key     text        primary key check (key <> ''),
    kind    text        not null check (kind in ('tasks', 'champion', 'failures', 'report', 'reminder')),
    at      timestamptz not null,
    mailing bigint      references mailing on delete set null,
    told    int         not null default 0
);
create index digest_run_kind on digest_run (kind, at desc);
comment on table digest_run is 'Digests that were written, each once, also those that had nothing to say.';
comment on column digest_run.mailing is 'Null: there was nothing to say, or nobody to say it to.';
comment on column digest_run.told is 'How many failures it told of, so that the next one can say that all is right again.';

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

drop table calendar_feed, digest_run, digest_setting, mail_choice;
