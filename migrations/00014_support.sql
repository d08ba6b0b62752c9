-- +goose Up

create table channel (
    id         int    generated always as identity primary key,
    purpose    text   not null check (purpose in ('support', 'champions', 'department')),
    department int    references department,
    name       text   not null check (name <> ''),
    url        text   not null default '',
    note       text   not null default '',
    version    int    not null default 1,
    check ((purpose = 'department') = (department is not null))
);
create unique index channel_of on channel (purpose, coalesce(department, 0));
comment on table channel is 'Where people ask: the support channel, the champions'' own, and one of each department that has one.';

create table escalation (
    id         int  generated always as identity primary key,
    position   int  not null,
    topic      text not null check (topic <> ''),
    goes_to    text not null check (goes_to <> ''),
    contact    text not null default '',
    within     text not null default '',
    client_key uuid unique,
    version    int  not null default 1
);
comment on table escalation is 'What goes where when the channel cannot help, in the order it is shown.';

create table support_change (
    only_one boolean     primary key default true check (only_one),
    at       timestamptz not null
);
comment on table support_change is 'When a channel or an escalation path was last changed: a word given before that is about something else.';

create table on_call (
    week  date primary key check (extract(isodow from week) = 1),
    email text not null check (email <> ''),
    name  text not null check (name <> '')
);
comment on table on_call is 'Which champion answers in the support channel in the week that begins on this Monday.';

create table support_issue (
    id            bigint      generated always as identity primary key,
    department    int         references department,
    title         text        not null check (title <> ''),
    body          text        not null default '',
    state         text        not null default 'open' check (state in ('open', 'answered', 'closed')),
    reported_by   bigint      references account,
    reporter_name text        not null default '',
    reported_at   timestamptz not null,
    topic         int         references escalation on delete set null,
    owner_name    text        not null default '',
    owner_email   text        not null default '',
    answer        text        not null default '',
    answered_at   timestamptz,
    closed_at     timestamptz,
    client_key    uuid        unique,
    version       int         not null default 1,
    check (state <> 'answered' or answer <> '')
);
create index support_issue_department on support_issue (department, id desc);
comment on table support_issue is 'What champions report and cannot solve themselves, until somebody has answered.';

-- +goose Down

drop table support_issue, on_call, support_change, escalation, channel;
