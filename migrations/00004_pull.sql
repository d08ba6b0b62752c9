-- +goose Up

create table pull_run (
    no         int         primary key check (no > 0),
    started_at timestamptz not null,
    seen_at    timestamptz not null,
    ended_at   timestamptz,
    from_day   date,
    to_day     date,
    sources    text[]      not null,
    failed     boolean     not null default false
);
comment on table pull_run is 'Runs of the pull. One at a time, held by an advisory lock; a run without an end was cut off, and the next one like it goes on with it.';
comment on column pull_run.seen_at is 'Last sign of life.';
comment on column pull_run.from_day is 'First day asked for; null is "whatever is missing".';

create table source_state (
    source          text    primary key,
    status          text    not null default 'never' check (status in ('never', 'complete', 'failing', 'not_granted')),
    running         boolean not null default false,
    through         date,
    failing_since   timestamptz,
    reason          text    not null default '',
    say             text    not null default '',
    request_id      text    not null default '',
    row_count       bigint  not null default 0,
    unknown         jsonb   not null default '{}',
    last_run_at     timestamptz,
    last_success_at timestamptz,
    units_done      int     not null default 0,
    units_total     int     not null default 0,
    current_unit    text    not null default ''
);
comment on table source_state is 'What became of each source, and while one is read, how far it is. A source without a row was never run.';
comment on column source_state.running is 'True while read; if no one holds the pull''s lock, the run was cut off.';
comment on column source_state.through is 'Last day up to which every synced day is complete; for listings, the day of the last complete one.';
comment on column source_state.say is 'What happened, in one sentence, without secrets.';
comment on column source_state.request_id is 'Of the last request, failed or not.';
comment on column source_state.unknown is 'Unknown fields and enum values met in the last run: name to count.';

create table unit_done (
    source     text        not null,
    key        text        not null,
    from_day   date,
    to_day     date,
    run        int         not null,
    landed_at  timestamptz not null,
    row_count  int         not null,
    digest     bytea,
    shrunk_to  int,
    shrunk_on  date,
    primary key (source, key),
    check ((from_day is null) = (to_day is null)),
    check (from_day <= to_day)
);
comment on table unit_done is 'What was published: a day, a range or a listing. The days that are complete, and when each was read last.';
comment on column unit_done.row_count is 'Rows the API sent, usable or not.';
comment on column unit_done.digest is 'SHA-256 of what was stored, where a re-read is compared by it.';
comment on column unit_done.shrunk_to is 'Rows of a re-read that was refused because it was suspiciously short; the same count on a later day is believed.';

create table raw_page (
    source     text        not null,
    unit       text        not null,
    run        int         not null,
    page       int         not null check (page >= 0),
    cursor     text        not null,
    next       text        not null,
    request_id text        not null,
    fetched_at timestamptz not null,
    row_count  int         not null,
    body       bytea       not null,
    primary key (source, unit, run, page)
);
alter table raw_page alter column body set storage external;
create index raw_page_fetched_at on raw_page (fetched_at);
comment on table raw_page is 'Pages as received: staged while a unit is read, so that a run can go on from the last one, and kept 30 days for audit and replay.';
comment on column raw_page.next is 'Cursor of the next page; empty ends the unit.';
comment on column raw_page.body is 'The answer''s body, compressed with zstd.';

-- +goose Down

drop table raw_page, unit_done, source_state, pull_run;
