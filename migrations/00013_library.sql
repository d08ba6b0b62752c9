-- +goose Up

create table guide (
    id          int         generated always as identity primary key,
    audience    text        not null check (audience in ('users', 'admins', 'general', 'champions')),
    slot        text        not null default '',
    week        date        unique check (extract(isodow from week) = 1),
    position    int         not null default 0,
    archived_at timestamptz,
    client_key  uuid        unique,
    version     int         not null default 1,
    check ((slot = 'tip') = (week is not null))
);
create unique index guide_slot on guide (slot) where slot not in ('', 'tip');
comment on table guide is 'Links and short guides of the library, the pages of the champion kit and the tips of the weeks. Their text is in their latest version.';
comment on column guide.slot is 'The page of the champion kit it is (delegating, contacts, reporting), or tip; empty: a guide of the library.';
comment on column guide.client_key is 'Made with the form: the same form sent twice makes one guide.';
comment on column guide.week is 'The Monday of the week whose tip it is.';

create table guide_version (
    guide      int         not null references guide on delete cascade,
    n          int         not null,
    title      text        not null check (title <> ''),
    body       text        not null default '',
    url        text        not null default '',
    at         timestamptz not null,
    by_account bigint      references account,
    primary key (guide, n),
    check (body <> '' or url <> '')
);
comment on table guide_version is 'Every version of a guide; the latest is shown. body is Markdown.';

create table guide_use (
    guide int  not null references guide on delete cascade,
    day   date not null,
    opens int  not null check (opens > 0),
    primary key (guide, day)
);
comment on table guide_use is 'How often a guide was opened on a day, by anybody: who is kept nowhere.';

-- +goose Down

drop table guide_use, guide_version, guide;
