-- +goose Up

alter table touchpoint
    add column outcome    text        not null default '',
    add column client_key uuid        unique,
    add column logged_by  bigint      references account,
    add column logged_at  timestamptz,
    add column version    int         not null default 1;
update touchpoint set kind = known.kind
from unnest(array['first setup', 'question', 'show-and-tell', 'issue', 'follow-up']) as known (kind)
where touchpoint.kind <> known.kind and regexp_replace(lower(touchpoint.kind), '[^a-z0-9]+', '', 'g') = replace(replace(known.kind, ' ', ''), '-', '');
create index touchpoint_champion on touchpoint (champion_folded, day);
create index touchpoint_department on touchpoint (department, day) where department is not null;
comment on column touchpoint.kind is 'One that pages offer, spelled their way, or what a file says.';
comment on column touchpoint.logged_by is 'Null for what was imported, as logged_at is.';
comment on column touchpoint.client_key is 'Made with the form: the same form sent twice is kept once. Null for what was imported.';

create table undone (
    client_key uuid        primary key,
    at         timestamptz not null
);
comment on table undone is 'Keys of touchpoints and wins that were taken back: a form that arrives late brings nothing back.';

alter table generation add column log bigint not null default 0;
comment on column generation.log is 'n at the last change of touchpoints, attendances or wins.';

-- +goose Down

alter table generation drop column log;
drop table undone;
drop index touchpoint_department, touchpoint_champion;
comment on column touchpoint.kind is null;
alter table touchpoint drop column version, drop column logged_at, drop column logged_by, drop column client_key, drop column outcome;
