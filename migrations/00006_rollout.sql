-- +goose Up

create table plan_revision (
    only_one boolean primary key default true check (only_one),
    n        bigint  not null
);
insert into plan_revision (n) values (0);
comment on table plan_revision is 'Counts changes of anything in the plan: readers keep it in memory and look here whether it still is.';

create table rollout (
    only_one              boolean     primary key default true check (only_one),
    organization          text        not null check (organization <> ''),
    playbook              text        not null check (playbook <> ''),
    playbook_version      text        not null check (playbook_version <> ''),
    architecture          text        not null check (architecture in ('single', 'parent_children', 'several_parents')),
    architecture_reason   text        not null default '',
    architecture_by_name  text        not null default '',
    architecture_by_email text        not null default '',
    architecture_at       timestamptz not null,
    install               text        not null check (install in ('managed', 'self')),
    time_zone             text        not null default 'UTC',
    weekdays              smallint[]  not null default '{1,2,3,4,5}',
    days_off              date[]      not null default '{}',
    started_at            timestamptz not null,
    started_by            bigint      references account,
    version               int         not null default 1
);
comment on table rollout is 'What was answered when the rollout was started.';
comment on column rollout.weekdays is 'Worked days of the week; 0 is Sunday.';

create table rollout_role (
    key          text primary key check (key <> ''),
    name         text not null check (name <> ''),
    position     int  not null,
    holder_name  text not null default '',
    holder_email text not null default ''
);
comment on table rollout_role is 'Parts that people play in the rollout. Without an address nobody holds it yet.';

create table task (
    id          bigint      generated always as identity primary key,
    key         text        not null default '',
    scope       text        not null check (scope in ('organization', 'wave', 'department')),
    wave        int         references wave,
    department  int         references department,
    phase       text        not null check (phase in ('setup', 'launch', 'enablement', 'scaling')),
    section     text        not null check (section <> ''),
    position    int         not null,
    title       text        not null check (title <> ''),
    why         text        not null default '',
    done_when   text        not null default '',
    role        text        references rollout_role,
    owner_name  text        not null default '',
    owner_email text        not null default '',
    due         date,
    due_set     boolean     not null default false,
    offset_days int         not null default 0,
    days        int         not null default 1 check (days >= 1),
    state       text        not null default 'open' check (state in ('open', 'doing', 'done', 'reopened', 'not_needed')),
    reason      text        not null default '',
    gate        text        not null default '' check (gate in ('', 'architecture', 'enforce_sso', 'enforce_roles', 'open_wave')),
    gate_checks text[]      not null default '{}',
    no_undo     boolean     not null default false,
    evidence    text        not null check (evidence in ('check', 'attestation', 'proof')),
    check_key   text        not null default '',
    holds_days  int         not null default 0 check (holds_days >= 0),
    checklist   text        not null default '',
    help_title  text        not null default '',
    help_url    text        not null default '',
    guidance    date,
    done_at     timestamptz,
    done_by     text        not null default '',
    edited      text[]      not null default '{}',
    version     int         not null default 1,
    check ((scope = 'wave') = (wave is not null)),
    check ((scope = 'department') = (department is not null)),
    check ((evidence = 'check') = (check_key <> '')),
    check (state <> 'not_needed' or reason <> ''),
    check ((state = 'done') = (done_at is not null))
);
create unique index task_step on task (key, coalesce(wave, 0), coalesce(department, 0)) where key <> '';
create index task_place on task (phase, section, position);
comment on table task is 'The plan. key names the step of the playbook; tasks of one''s own have none.';
comment on column task.due_set is 'The day was set by hand: moving a launch leaves it.';
comment on column task.edited is 'Fields that differ from the playbook because somebody changed them: a newer playbook leaves them.';

create table task_wait (
    task      bigint not null references task on delete cascade,
    waits_for bigint not null references task on delete cascade,
    primary key (task, waits_for),
    check (task <> waits_for)
);
create index task_wait_for on task_wait (waits_for);

create table task_activity (
    id      bigint      generated always as identity primary key,
    task    bigint      not null references task on delete cascade,
    at      timestamptz not null,
    account bigint      references account,
    actor   text        not null default '',
    kind    text        not null,
    say     text        not null
);
create index task_activity_task on task_activity (task, id);
comment on table task_activity is 'What happened to a task, for those who may read it. actor is a name, Signal, or empty for the program.';

create table attestation (
    id       bigint      generated always as identity primary key,
    task     bigint      not null references task on delete cascade,
    by_name  text        not null,
    by_email text        not null,
    at       timestamptz not null,
    holds_to date,
    words    text        not null check (words <> '')
);
create index attestation_task on attestation (task, id desc);
comment on column attestation.holds_to is 'Null: for good.';

create table proof (
    id         bigint      generated always as identity primary key,
    task       bigint      not null references task on delete cascade,
    kind       text        not null check (kind in ('link', 'file')),
    name       text        not null check (name <> ''),
    url        text        not null default '',
    media_type text        not null default '',
    size       bigint      not null default 0,
    body       bytea,
    at         timestamptz not null,
    by_name    text        not null,
    by_email   text        not null,
    check ((kind = 'link') = (url <> '')),
    check ((kind = 'file') = (body is not null))
);
alter table proof alter column body set storage external;
create index proof_task on proof (task, id desc);

create table check_result (
    id       bigint      generated always as identity primary key,
    check_key text       not null,
    wave     int         references wave,
    outcome  text        not null check (outcome in ('holds', 'fails', 'none_yet')),
    say      text        not null,
    short    text        not null,
    count    int         not null default 0,
    details  jsonb       not null default '[]',
    source   text        not null,
    as_of    timestamptz,
    since    timestamptz not null,
    ran_at   timestamptz not null,
    member   int         references member
);
create index check_result_latest on check_result (check_key, coalesce(wave, 0), id desc);
comment on table check_result is 'What checks found. A row per change of what is said; ran_at moves on while it stays the same. No sentence names a person; member is who it is about, for leads.';

create table access_run (
    id       bigint      generated always as identity primary key,
    at       timestamptz not null,
    by_name  text        not null default '',
    as_of    timestamptz,
    members  int         not null,
    keeps    int         not null,
    surprise int         not null,
    planned  int         not null,
    nothing  int         not null,
    complete boolean     not null,
    summary  jsonb       not null,
    people   bytea       not null
);
comment on table access_run is 'Dry runs of enforcement. people holds each person''s outcome and cause by ordinal, compressed with zstd.';
comment on column access_run.complete is 'False: a source it needs was not read, or roles of a group were unavailable.';

create table access_snapshot (
    id      bigint      generated always as identity primary key,
    at      timestamptz not null,
    account bigint      references account,
    by_name text        not null default '',
    members int         not null,
    groups  int         not null,
    roles   int         not null,
    limits  int         not null,
    digest  bytea       not null check (octet_length(digest) = 32),
    body    bytea       not null
);
alter table access_snapshot alter column body set storage external;
comment on table access_snapshot is 'Members, groups, roles and limits as they were, as JSON compressed with zstd: what there is to go back to.';

create table gate (
    id            bigint      generated always as identity primary key,
    kind          text        not null check (kind in ('architecture', 'enforce_sso', 'enforce_roles', 'open_wave')),
    wave          int         references wave,
    task          bigint      not null unique references task on delete cascade,
    opened_at     timestamptz,
    passed_at     timestamptz,
    passed_on     date,
    passed_name   text        not null default '',
    passed_email  text        not null default '',
    version       int         not null default 1,
    unique nulls not distinct (kind, wave),
    check ((kind = 'open_wave') = (wave is not null)),
    check ((passed_at is null) = (passed_on is null)),
    check (passed_at is null or opened_at is not null)
);
create table gate_approval (
    gate    bigint      not null references gate on delete cascade,
    account bigint      not null references account,
    name    text        not null,
    email   text        not null,
    at      timestamptz not null,
    primary key (gate, account)
);
create table gate_override (
    id     bigint      generated always as identity primary key,
    gate   bigint      not null references gate on delete cascade,
    name   text        not null,
    email  text        not null,
    at     timestamptz not null,
    reason text        not null check (reason <> ''),
    failed text[]      not null
);
comment on table gate_override is 'Gates opened although conditions failed. Shown for ever.';
create table gate_alarm (
    id         bigint      generated always as identity primary key,
    gate       bigint      not null references gate on delete cascade,
    kind       text        not null check (kind <> ''),
    on_day     date        not null,
    say        text        not null check (say <> ''),
    raised_at  timestamptz not null,
    seen_at    timestamptz,
    seen_name  text        not null default '',
    seen_email text        not null default ''
);
create index gate_alarm_gate on gate_alarm (gate, id desc);
create unique index gate_alarm_unseen on gate_alarm (gate, kind) where seen_at is null;
comment on table gate_alarm is 'What went wrong after a gate was passed: one of each kind until somebody took note of it. None is raised again for on_day or a day before it.';

create table readiness (
    wave      int         primary key references wave,
    decide_at timestamptz,
    asked_at  timestamptz,
    asked_on  text        not null default '',
    version   int         not null default 1
);
comment on column readiness.asked_on is 'How the checklist stood when the deciders were asked, as a digest: votes beside another one are marked.';
create table decider (
    wave     int  not null references readiness on delete cascade,
    email    text not null check (email <> ''),
    name     text not null,
    title    text not null default '',
    position int  not null,
    primary key (wave, email)
);
create table vote (
    id         bigint      generated always as identity primary key,
    wave       int         not null references readiness on delete cascade,
    email      text        not null,
    name       text        not null,
    choice     text        not null check (choice in ('go', 'no_go')),
    reason     text        not null default '',
    conditions text        not null default '',
    at         timestamptz not null,
    asked_at   timestamptz not null,
    check (choice <> 'no_go' or reason <> '')
);
create index vote_wave on vote (wave, id);
create table decision (
    id      bigint      generated always as identity primary key,
    wave    int         not null references readiness on delete cascade,
    choice  text        not null check (choice in ('go', 'no_go')),
    at      timestamptz not null,
    by_name text        not null,
    basis   jsonb       not null,
    votes   jsonb       not null
);
comment on table decision is 'Go or no-go, frozen with the checklist and the votes it was based on.';

create table device (
    name        text primary key check (name <> ''),
    email       text not null check (email <> ''),
    email_folded text generated always as (lower(email)) stored,
    platform    text not null default '',
    app_version text not null default '',
    seen_on     date,
    listed_at   timestamptz not null
);
create index device_email on device (email_folded);
comment on table device is 'Machines as the device manager lists them. app_version is empty where the desktop app is not installed.';

alter table import_draft drop constraint import_draft_kind_check,
    add constraint import_draft_kind_check check (kind in ('people', 'training', 'touchpoints', 'devices'));
alter table import_run drop constraint import_run_kind_check,
    add constraint import_run_kind_check check (kind in ('people', 'training', 'touchpoints', 'devices'));

-- +goose Down

delete from import_draft where kind = 'devices';
delete from import_run where kind = 'devices';
alter table import_draft drop constraint import_draft_kind_check,
    add constraint import_draft_kind_check check (kind in ('people', 'training', 'touchpoints'));
alter table import_run drop constraint import_run_kind_check,
    add constraint import_run_kind_check check (kind in ('people', 'training', 'touchpoints'));
drop table device, decision, vote, decider, readiness, gate_alarm, gate_override, gate_approval, gate,
    access_snapshot, access_run, check_result, proof, attestation, task_activity, task_wait, task, rollout_role, rollout, plan_revision;
