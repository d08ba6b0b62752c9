-- +goose Up

create table learning_token (
    id           bigint      generated always as identity primary key,
    name         text        not null check (name <> ''),
    hash         bytea       not null unique check (octet_length(hash) = 32),
    created_by   bigint      references account,
    created_at   timestamptz not null,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
create unique index learning_token_name on learning_token (name) where revoked_at is null;
comment on table learning_token is 'Tokens that learning systems send statements with. They open nothing else.';

create table course (
    id         int         generated always as identity primary key,
    activity   text        not null unique check (activity <> ''),
    name       text        not null check (name <> ''),
    kind       text        check (kind in ('all_staff_101', 'department', 'office_hours', 'user_group')),
    ignored    boolean     not null default false,
    first_seen timestamptz not null,
    version    int         not null default 1,
    check (not (ignored and kind is not null))
);
comment on table course is 'Courses of learning systems, by the activity that statements name.';
comment on column course.kind is 'What its attendances count as; null: nobody has said, its statements wait.';

create table statement (
    id           uuid        primary key,
    course       int         not null references course,
    email        text        not null check (email <> ''),
    email_folded text        generated always as (lower(email)) stored,
    verb         text        not null check (verb in ('attended', 'completed')),
    at           timestamptz not null,
    minutes      int         check (minutes >= 0),
    token        bigint      references learning_token,
    stored_at    timestamptz not null,
    voided_at    timestamptz
);
create index statement_course on statement (course, email_folded);
comment on table statement is 'What learning systems said: who attended or completed which course when. One row for each statement id.';

create table voided_statement (
    id uuid        primary key,
    at timestamptz not null
);
comment on table voided_statement is 'Statements that were voided, whether or not they have arrived.';

create table statement_left (
    day    date        not null,
    reason text        not null check (reason <> ''),
    times  int         not null check (times > 0),
    last   timestamptz not null,
    primary key (day, reason)
);
comment on table statement_left is 'How often learning systems sent what was not kept, by day and reason. What they sent is kept nowhere.';

alter table attendance add column said text check (said in ('attended', 'completed', 'no_show'));
comment on column attendance.said is 'What a file, the door or the list said, where a learning system says more: the status without it. Null otherwise.';

-- +goose Down

alter table attendance drop column said;
drop table statement_left, voided_statement, statement, course, learning_token;
