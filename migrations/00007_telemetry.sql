-- +goose Up

create table telemetry_token (
    id           bigint      generated always as identity primary key,
    name         text        not null check (name <> ''),
    hash         bytea       not null unique check (octet_length(hash) = 32),
    created_by   bigint      references account (id),
    created_at   timestamptz not null,
    revoked_at   timestamptz,
    last_used_at timestamptz
);
create unique index telemetry_token_name on telemetry_token (name) where revoked_at is null;
comment on table telemetry_token is 'Tokens that desktop apps send events with. They open nothing else.';

create table telemetry_event (
    day           date        not null,
    key           bytea       not null check (octet_length(key) = 16),
    at            timestamptz not null,
    arrived_at    timestamptz not null,
    event         text        not null check (event <> ''),
    version       text        not null default '',
    os            text        not null default '',
    model         text        not null default '',
    server        text        not null default '',
    tool          text        not null default '',
    plugin        text        not null default '',
    skill         text        not null default '',
    error         text        not null default '',
    status        text        not null default '',
    ok            boolean,
    input_tokens  bigint,
    output_tokens bigint,
    cost_micros   bigint,
    duration_ms   bigint,
    primary key (day, key)
) partition by range (day);
comment on table telemetry_event is 'What desktop apps said in the last days, without content and without identity. A partition a day, made at the first event of it and dropped by the nightly purge.';
comment on column telemetry_event.key is 'A keyed hash of what makes the record one of a kind: sent twice, it is kept once.';

create table telemetry_hour (
    hour   timestamptz not null,
    event  text        not null,
    events bigint      not null check (events >= 0),
    primary key (hour, event)
);

create table telemetry_day (
    day           date        not null,
    facet         text        not null check (facet in ('all', 'version', 'os', 'model', 'server', 'tool', 'plugin', 'skill', 'error', 'status')),
    value         text        not null,
    event         text        not null,
    events        bigint      not null check (events >= 0),
    failed        bigint      not null check (failed between 0 and events),
    input_tokens  bigint      not null,
    output_tokens bigint      not null,
    cost_micros   bigint      not null,
    duration_ms   bigint      not null,
    last_at       timestamptz not null,
    last_failed   timestamptz,
    primary key (day, facet, value, event)
);
comment on table telemetry_day is 'Sums of a day''s events: all of them, and by each facet that an event has. Written with the events, in one transaction.';

create table telemetry_person (
    day date  not null,
    who bytea not null check (octet_length(who) = 8),
    primary key (day, who)
);
comment on table telemetry_person is 'Keyed hashes, another key each day, to count distinct people. They are unverified and lead back to nobody; kept as long as the events.';

create table telemetry_people (
    day    date   primary key,
    people bigint not null check (people >= 0)
);

create table telemetry_intake (
    day     date        not null,
    reason  text        not null check (reason <> ''),
    times   bigint      not null check (times >= 0),
    last_at timestamptz not null,
    primary key (day, reason)
);
comment on table telemetry_intake is 'What the receiver did with requests and records besides keeping them: why it refused, how often, when last.';

create table telemetry_pulse (
    only_one boolean     primary key default true check (only_one),
    last_at  timestamptz,
    event_at timestamptz,
    events   bigint      not null default 0 check (events >= 0)
);
comment on table telemetry_pulse is 'When events last arrived, and when the newest of them happened.';
insert into telemetry_pulse default values;

-- +goose Down
drop table telemetry_pulse, telemetry_intake, telemetry_people, telemetry_person, telemetry_day, telemetry_hour, telemetry_event, telemetry_token;
