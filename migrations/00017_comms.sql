-- +goose Up

create table message (
    id             bigint      generated always as identity primary key,
    plan_key       text        unique check (plan_key <> ''),
    template       text        not null default '',
    stage          text        not null check (stage in ('pre_launch', 'launch_day', 'first_week', 'ongoing')),
    wave           int         references wave,
    follows        bigint      references message on delete set null,
    offset_days    int         not null default 0,
    title          text        not null check (title <> ''),
    owner_name     text        not null default '',
    owner_email    text        not null default '',
    approver_name  text        not null default '',
    approver_email text        not null default '',
    held_for_go    boolean     not null default false,
    every          text        not null default '' check (every in ('', 'week', 'two_weeks', 'month', 'quarter')),
    begins         date,
    until          date,
    useful_hours   int         not null default 24 check (useful_hours > 0),
    task           bigint      references task on delete set null,
    asked_version  int         not null default 0,
    created_at     timestamptz not null,
    created_by     bigint      references account,
    archived_at    timestamptz,
    client_key     uuid        unique,
    version        int         not null default 1,
    check (follows <> id),
    check (not held_for_go or wave is not null)
);
create index message_wave on message (wave);
create index message_follows on message (follows);
comment on table message is 'What is told to whom, planned against a wave''s launch, after another message, or on a day of its own.';
comment on column message.plan_key is 'The template and wave it was planned from, so that planning twice adds nothing; null for one''s own.';
comment on column message.offset_days is 'Days from the launch of its wave, or from the message it follows.';
comment on column message.begins is 'The day the turns of a rhythm are counted from; null: it has none yet, or goes out once.';
comment on column message.asked_version is 'The version that approval was asked for; another one than the latest is a draft.';
comment on column message.useful_hours is 'Hours after its time in which it is of use still: what could not go out by then is dropped.';

create table message_version (
    message    bigint      not null references message on delete cascade,
    n          int         not null,
    at         timestamptz not null,
    by_account bigint      references account,
    by_name    text        not null default '',
    subject    text        not null,
    body       text        not null,
    audience   jsonb       not null,
    channels   int[]       not null,
    mandatory  boolean     not null default false,
    primary key (message, n)
);
comment on table message_version is 'What a message says, to whom and where, version by version: an approval is of one of them.';
comment on column message_version.mandatory is 'Those who opted out get it too, and the message says so.';

create table message_approval (
    id            bigint      generated always as identity primary key,
    message       bigint      not null,
    n             int         not null,
    at            timestamptz not null,
    account       bigint      references account,
    by_name       text        not null,
    by_email      text        not null check (by_email <> ''),
    recipients    int         not null,
    addresses     text[]      not null,
    taken_back_at timestamptz,
    foreign key (message, n) references message_version on delete cascade
);
create unique index message_approval_once on message_approval (message, n, lower(by_email)) where taken_back_at is null;
comment on table message_approval is 'Who approved which version, and whom it would have reached then: sending shows what changed since.';

create table occurrence (
    id         bigint  generated always as identity primary key,
    message    bigint  not null references message on delete cascade,
    no         int     not null check (no >= 1),
    day        date,
    at         time    not null default '09:00',
    zone       text    not null check (zone <> ''),
    day_set    boolean not null default false,
    state      text    not null default 'planned' check (state in ('planned', 'going', 'gone', 'missed', 'cancelled')),
    reason     text    not null default '',
    version    int     not null default 1,
    unique (message, no),
    check (day is not null or state in ('planned', 'cancelled'))
);
create index occurrence_day on occurrence (day);
create index occurrence_planned on occurrence (day, at) where state = 'planned';
comment on table occurrence is 'A time that a message goes out: once, or again and again. Wall time in a zone; the database clock decides when it is due.';
comment on column occurrence.day is 'Null while its wave has no day.';
comment on column occurrence.day_set is 'The day was set by hand: moving the launch leaves it.';
comment on column occurrence.reason is 'Why it does not go out although it is due, or why it was missed or cancelled.';

-- +goose Down

drop table occurrence, message_approval, message_version, message;
