-- +goose Up

create table champion (
    id             bigint      generated always as identity primary key,
    email          text        not null check (email <> ''),
    email_folded   text        generated always as (lower(email)) stored,
    name           text        not null default '',
    department     int         not null references department,
    state          text        not null check (state in ('nominated', 'invited', 'active', 'declined', 'ended')),
    nominated_how  text        not null check (nominated_how in ('lead', 'self', 'manager')),
    nominated_by   bigint      references account,
    nominated_at   timestamptz not null,
    because        text        not null default '',
    since          date,
    early_access   date,
    agreed_minutes int         check (agreed_minutes > 0),
    leaves_on      date,
    ended_on       date,
    end_reason     text        not null default '',
    invite_hash    bytea       unique check (octet_length(invite_hash) = 32),
    invite_expires timestamptz,
    version        int         not null default 1,
    check ((state in ('active', 'ended')) = (since is not null)),
    check ((state = 'ended') = (ended_on is not null)),
    check ((invite_hash is null) = (invite_expires is null))
);
create unique index champion_current on champion (department, email_folded) where state in ('nominated', 'invited', 'active');
create index champion_email on champion (email_folded);
comment on table champion is 'The register: who was nominated as a champion of a department, who is one, who was one.';
comment on column champion.since is 'The day they accepted, or the day before which a lead knows they were one.';
comment on column champion.early_access is 'The day they get or got Cowork before their department; null: with everybody else.';
comment on column champion.agreed_minutes is 'A week, agreed with their manager; null: not agreed yet.';
comment on column champion.leaves_on is 'The last day they will be one, when that is known ahead.';
comment on column champion.invite_hash is 'SHA-256 of the secret in the link they accept by; the secret itself is kept nowhere.';

create table champion_event (
    id       bigint      generated always as identity primary key,
    champion bigint      not null references champion on delete cascade,
    at       timestamptz not null,
    account  bigint      references account,
    what     text        not null check (what in ('nominated', 'invited', 'accepted', 'declined', 'turned_down', 'registered', 'changed', 'ended')),
    words    text        not null default ''
);
create index champion_event_champion on champion_event (champion, id);
comment on table champion_event is 'The history of an entry of the register, to be read by people. The audit log keeps the same without words.';

create table champion_interest (
    account bigint      primary key references account on delete cascade,
    words   text        not null default '',
    at      timestamptz not null
);
comment on table champion_interest is 'Who said they may be asked to become a champion. Taking it back deletes it.';

create table champion_coverage (
    only_one    boolean primary key default true check (only_one),
    least       int     not null check (least >= 1),
    most        int     not null,
    people_low  int     not null check (people_low >= 1),
    people_high int     not null,
    version     int     not null default 1,
    check (most >= least and people_high >= people_low)
);
insert into champion_coverage (least, most, people_low, people_high) values (2, 3, 25, 50);
comment on table champion_coverage is 'How many champions a department should have: least to most, and one for people_low to people_high people.';

create index person_manager on person (lower(manager_email)) where manager_email <> '';

-- +goose Down

drop index person_manager;
drop table champion_coverage, champion_interest, champion_event, champion;
