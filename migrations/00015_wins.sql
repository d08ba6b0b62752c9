-- +goose Up

create table win (
    id           bigint      generated always as identity primary key,
    day          date        not null,
    email        text        not null check (email <> ''),
    email_folded text        generated always as (lower(email)) stored,
    name         text        not null default '',
    department   int         references department,
    deliverable  text        not null check (deliverable <> ''),
    before       text        not null check (before in ('new', 'slower', 'worse')),
    hours        smallint    check (hours in (1, 2, 3, 5)),
    goes_to      text        not null default '',
    state        text        not null default 'logged' check (state in ('logged', 'published', 'withdrawn')),
    consent      boolean     not null default false,
    logged_by    bigint      references account,
    logged_at    timestamptz not null,
    decided_by   bigint      references account,
    decided_at   timestamptz,
    client_key   uuid        unique,
    version      int         not null default 1,
    check (state <> 'published' or consent)
);
create index win_day on win (day);
create index win_email on win (email_folded);
create index win_department on win (department, id desc);
comment on table win is 'Finished work that somebody got back from Cowork, as a champion or a lead wrote it down.';
comment on column win.department is 'Where the person was when it was logged.';
comment on column win.before is 'Was it done before: no (new work), yes but slower, yes but worse.';
comment on column win.hours is 'Hours freed a week as the person says; 5 stands for five or more. Null: not said.';
comment on column win.consent is 'The person agreed that it is told with their name.';

create table thanks (
    id         bigint      generated always as identity primary key,
    champion   bigint      not null references champion on delete cascade,
    words      text        not null check (words <> ''),
    by_account bigint      references account,
    by_name    text        not null default '',
    at         timestamptz not null,
    client_key uuid        unique
);
create index thanks_champion on thanks (champion, id desc);

create table badge_given (
    champion   bigint      not null references champion on delete cascade,
    badge      text        not null check (badge <> ''),
    because    text        not null default '',
    by_account bigint      references account,
    by_name    text        not null default '',
    at         timestamptz not null,
    primary key (champion, badge)
);
comment on table badge_given is 'Badges that leads gave to champions, each at most once.';

-- +goose Down

drop table badge_given, thanks, win;
