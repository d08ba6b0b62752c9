-- +goose Up

create table sign_up (
    id           bigint      generated always as identity primary key,
    session      int         not null references training_session on delete cascade,
    email        text        not null check (email <> ''),
    email_folded text        generated always as (lower(email)) stored,
    name         text        not null default '',
    at           timestamptz not null,
    by_account   bigint      references account,
    unique (session, email_folded)
);
create index sign_up_email on sign_up (email_folded);
comment on table sign_up is 'Who wants to come to a session, in the order they said so: the first ones have a seat, those over its capacity wait.';

alter table attendance
    add column source      text        not null default 'file' check (source in ('file', 'code', 'list', 'lms')),
    add column at          timestamptz,
    add column by_account  bigint      references account,
    add column deliverable text        not null default '';
comment on column attendance.source is 'How it is known: a file, the code at the door, the list of the host, a learning system.';
comment on column attendance.deliverable is 'What the person made in the session, in a few words.';

-- +goose Down

alter table attendance drop column deliverable, drop column by_account, drop column at, drop column source;
drop table sign_up;
