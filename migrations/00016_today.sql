-- +goose Up

create table tick (
    account bigint      not null references account on delete cascade,
    item    text        not null check (item <> ''),
    day     date        not null,
    at      timestamptz not null,
    primary key (account, item, day)
);
comment on table tick is 'What a champion ticked on the page of their day. Items name what they are about: tip/2026-11-16, session/12, task/7, answer/3, sign-in.';

-- +goose Down

drop table tick;
