-- +goose Up

create table training_series (
    id          int      generated always as identity primary key,
    name        text     not null check (name <> ''),
    kind        text     not null check (kind in ('all_staff_101', 'department', 'office_hours', 'user_group')),
    department  int      references department,
    every_weeks smallint not null check (every_weeks between 1 and 12),
    from_day    date     not null,
    until_day   date     not null,
    starts_at   time     not null,
    zone        text     not null check (zone <> ''),
    minutes     int      not null check (minutes between 5 and 1440),
    place       text     not null default '',
    link        text     not null default '',
    host_name   text     not null default '',
    host_email  text     not null default '',
    capacity    int      check (capacity > 0),
    about       text     not null default '',
    features    text[]   not null default '{}',
    ended_at    timestamptz,
    version     int      not null default 1,
    check (until_day >= from_day)
);
comment on table training_series is 'Sessions that repeat. Each of them is a training_session of its own; this is what the next ones are made from.';

alter table training_session
    add column planned       boolean     not null default false,
    add column series        int         references training_series,
    add column department    int         references department,
    add column starts_at     time,
    add column zone          text        not null default '',
    add column minutes       int         check (minutes between 5 and 1440),
    add column place         text        not null default '',
    add column link          text        not null default '',
    add column host_name     text        not null default '',
    add column host_email    text        not null default '',
    add column capacity      int         check (capacity > 0),
    add column about         text        not null default '',
    add column features      text[]      not null default '{}',
    add column covered_at    timestamptz,
    add column cancelled_at  timestamptz,
    add column cancel_reason text        not null default '',
    add column version       int         not null default 1,
    add constraint training_session_starts check (planned = (starts_at is not null));
create index training_session_series on training_session (series) where series is not null;
comment on table training_session is 'Trainings and help sessions: planned ahead, held, or known from an attendance file only.';
comment on column training_session.planned is 'Planned here, with an hour; false: known from files only.';
comment on column training_session.starts_at is 'Wall time in zone.';
comment on column training_session.capacity is 'Null: no limit.';
comment on column training_session.features is 'Which of the eight features it covers, or covered.';
comment on column training_session.covered_at is 'When somebody confirmed, once it was held, which features it covered; null: as planned.';

-- +goose Down

alter table training_session
    drop constraint training_session_starts,
    drop column version, drop column cancel_reason, drop column cancelled_at, drop column covered_at, drop column features, drop column about,
    drop column capacity, drop column host_email, drop column host_name, drop column link, drop column place, drop column minutes,
    drop column zone, drop column starts_at, drop column department, drop column series, drop column planned;
drop table training_series;
