-- +goose Up

create table department (
    id   int  generated always as identity primary key,
    name text not null unique check (name <> '' and name = btrim(name))
);
comment on table department is 'Departments that people are placed in. Never deleted: addresses and closed months name them.';

create table wave (
    id       int  generated always as identity primary key,
    name     text not null unique check (name <> '' and name = btrim(name)),
    opens_on date
);
comment on table wave is 'Waves that people are placed in.';
comment on column wave.opens_on is 'The day Cowork opens for the wave; null while nobody has said.';

create table person (
    id            int  generated always as identity primary key,
    email         text not null check (email <> ''),
    email_folded  text generated always as (lower(email)) stored unique,
    name          text not null default '',
    title         text not null default '',
    manager_email text not null default '',
    location      text not null default ''
);
comment on table person is 'The roster: people as imported, whether or not they are members. Imports add and update, they never delete.';

create table placement (
    person     int not null references person on delete cascade,
    from_day   date,
    department int references department,
    wave       int references wave,
    unique nulls not distinct (person, from_day)
);
create index placement_department on placement (department);
create index placement_wave on placement (wave);
comment on table placement is 'A person''s department and wave from a day on. Before the first one, the first one holds.';
comment on column placement.from_day is 'Null: from the beginning.';

create table member_address (
    member       int         not null references member,
    email_folded text        not null,
    seen_at      timestamptz not null default now(),
    primary key (member, email_folded)
);
create index member_address_folded on member_address (email_folded);
comment on table member_address is 'Every address a member was ever reported by, kept by a trigger: a roster that still has the old one goes on naming the same person.';

-- +goose StatementBegin
create function keep_member_address() returns trigger language plpgsql as $$
begin
    insert into member_address (member, email_folded)
    select ord, email_folded from fresh where email_folded is not null
    on conflict do nothing;
    return null;
end $$;
-- +goose StatementEnd
create trigger member_address_added after insert on member
    referencing new table as fresh for each statement execute function keep_member_address();
create trigger member_address_changed after update on member
    referencing new table as fresh for each statement execute function keep_member_address();
insert into member_address (member, email_folded) select ord, email_folded from member where email_folded is not null;

create view member_person as
select m.ord as member, p.id as person
from member m join person p on p.email_folded = m.email_folded
union all
select was.member, was.person
from (
    select distinct on (m.ord) m.ord as member, p.id as person
    from member m
    join member_address e on e.member = m.ord and e.email_folded <> m.email_folded
    join person p on p.email_folded = e.email_folded
    where not exists (select from person q where q.email_folded = m.email_folded)
      and not exists (select from member o where o.email_folded = e.email_folded)
    order by m.ord, e.seen_at desc, p.id
) was;
comment on view member_person is 'Which person of the roster a member is: by the address of today, else by the latest earlier one that nobody else has now. A member without an address is nobody''s.';

create table training_session (
    id   int  generated always as identity primary key,
    name text not null check (name <> ''),
    kind text not null check (kind in ('all_staff_101', 'department', 'office_hours', 'user_group')),
    day  date not null,
    unique (name, kind, day)
);
create index training_session_day on training_session (day);
comment on table training_session is 'Trainings and help sessions that took place.';

create table attendance (
    session      int  not null references training_session on delete cascade,
    email        text not null check (email <> ''),
    email_folded text generated always as (lower(email)) stored,
    status       text not null check (status in ('attended', 'completed', 'no_show')),
    minutes      int  check (minutes >= 0),
    primary key (session, email_folded)
);
create index attendance_email on attendance (email_folded);
comment on table attendance is 'Who was at a session. By address, so that people who are not members yet count too.';
comment on column attendance.minutes is 'Null is "not reported".';

create table touchpoint (
    id              bigint generated always as identity primary key,
    day             date   not null,
    champion_email  text   not null check (champion_email <> ''),
    champion_folded text   generated always as (lower(champion_email)) stored,
    user_email      text   check (user_email <> ''),
    user_folded     text   generated always as (lower(user_email)) stored,
    department      int    references department,
    kind            text   not null default '',
    note            text   not null default '',
    import_key      bytea  unique,
    check ((user_email is null) <> (department is null))
);
create index touchpoint_day on touchpoint (day);
create index touchpoint_user on touchpoint (user_folded);
comment on table touchpoint is 'A time a champion helped somebody, or a whole department.';
comment on column touchpoint.import_key is 'SHA-256 of the imported row and of how many equal ones stood above it in its file: importing a file twice adds nothing. Null for what was logged by hand.';

create table import_draft (
    id         bigint      generated always as identity primary key,
    kind       text        not null check (kind in ('people', 'training', 'touchpoints')),
    file_name  text        not null,
    body       bytea       not null,
    account    bigint      not null references account on delete cascade,
    created_at timestamptz not null default now()
);
alter table import_draft alter column body set storage external;
comment on table import_draft is 'Files that were uploaded and looked at, but not applied yet. Forgotten after an hour.';
comment on column import_draft.body is 'The file, compressed with zstd.';

create table import_run (
    id         bigint      generated always as identity primary key,
    kind       text        not null check (kind in ('people', 'training', 'touchpoints')),
    file_name  text        not null,
    applied_at timestamptz not null default now(),
    account    bigint      references account,
    row_count  int         not null,
    added      int         not null,
    changed    int         not null,
    skipped    int         not null
);
create index import_run_applied_at on import_run (applied_at);
comment on table import_run is 'Imports that were applied. account is null for the command line.';

create table phase (
    key       text primary key check (key in ('setup', 'launch', 'enablement', 'scaling')),
    starts_on date not null
);
comment on table phase is 'When each phase of the rollout begins. A phase without a row has no date yet.';

create table target (
    id     bigint           generated always as identity primary key,
    metric text             not null,
    phase  text             not null default '' check (phase in ('', 'setup', 'launch', 'enablement', 'scaling')),
    value  double precision,
    owner  text             not null default '',
    due    date,
    set_at timestamptz      not null default now(),
    set_by bigint           references account,
    check (value > 0)
);
create index target_latest on target (metric, phase, id desc);
comment on table target is 'Targets as set, one row each time: the latest of a metric and phase holds, those before are its history.';
comment on column target.phase is 'Empty: in every phase that has no target of its own.';
comment on column target.value is 'As stated in the catalogue: per week or per licensed person where the default is. Null: back to the default.';

create table closed_month (
    month     date        primary key check (extract(day from month) = 1),
    through   date        not null,
    closed_at timestamptz not null default now()
);
comment on table closed_month is 'Months whose figures were frozen, once their days were no longer revised.';

create table closed_figure (
    month       date not null references closed_month on delete cascade,
    dimension   text not null check (dimension in ('', 'department', 'wave', 'group')),
    slug        text not null,
    name        text not null,
    metric      text not null,
    value       double precision,
    numerator   bigint,
    denominator bigint,
    status      text not null,
    target      double precision,
    licensed    int,
    reason      text not null default '',
    primary key (month, dimension, slug, metric)
);
comment on table closed_figure is 'A closed month''s figures, as they were when it was closed.';

create table cohort_size (
    day         date        not null,
    dimension   text        not null check (dimension in ('', 'department', 'wave', 'group')),
    slug        text        not null,
    name        text        not null,
    members     int         not null check (members >= 0),
    seats       int         check (seats >= 0),
    recorded_at timestamptz not null default now(),
    primary key (dimension, slug, day)
);
comment on table cohort_size is 'Denominators as they stood when a day was first complete: written once, never again.';
comment on column cohort_size.seats is 'Of the whole organization only; null where not reported.';

create table index_check (
    id          bigint      generated always as identity primary key,
    checked_at  timestamptz not null default now(),
    days        int         not null,
    differences text[]      not null
);
comment on table index_check is 'What the nightly comparison of the sets with their facts found.';

create table feature_group (
    kind            text not null check (kind in ('skill', 'connector', 'plugin', 'artifact')),
    key             text not null,
    name            text not null,
    group_id        text not null,
    users           int,
    cowork_sessions int,
    from_day        date not null,
    to_day          date not null,
    primary key (kind, key, group_id)
);
comment on table feature_group is 'Use of a feature by the people of an RBAC group, over the window read last. Groups overlap. Null is "not reported".';

create index feature_day_key on feature_day (kind, key, day);

-- +goose Down

drop index feature_day_key;
drop table feature_group, index_check, cohort_size, closed_figure, closed_month, target, phase, import_run, import_draft,
    touchpoint, attendance, training_session;
drop view member_person;
drop trigger member_address_changed on member;
drop trigger member_address_added on member;
drop function keep_member_address();
drop table member_address, placement, person, wave, department;
