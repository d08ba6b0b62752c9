-- +goose Up

create table generation (
    only_one boolean primary key default true check (only_one),
    n        bigint not null,
    people   bigint not null,
    money    bigint not null
);
insert into generation (n, people, money) values (0, 0, 0);
comment on table generation is 'Counts the changes that figures can see; n grows with each. Readers keep what they computed while n stays.';
comment on column generation.people is 'n at the last change of members or groups.';
comment on column generation.money is 'n at the last change of seats, cost, settings or of a source''s grant.';

create table usage_day (
    day            date not null,
    member         int  not null,
    sessions       int,
    actions        int,
    messages       int,
    dispatch_turns int,
    connectors     int,
    skills         int,
    plugins        int,
    unified        boolean not null,
    primary key (day, member),
    check (least(member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins) >= 0)
) partition by range (day);
comment on table usage_day is 'What a person did on a day: only people with any counter of any Claude product above zero. Partitions by month, made at landing. Pages never read it; day_index is made of it.';
comment on column usage_day.member is 'member.ord. No foreign key: people are never deleted, and a check per row would double the time of a landing.';
comment on column usage_day.sessions is 'cowork_metrics plus chat_cowork_unified_metrics.sessions, like every count here; null is "not reported", which is not zero.';
comment on column usage_day.unified is 'Some of it was recorded under Chat and Cowork unified.';

create table day_index (
    day              date   primary key,
    generation       bigint not null,
    task_min_actions int    not null,
    signed_in        bytea  not null,
    active           bytea  not null,
    tasked           bytea  not null,
    unified          bytea  not null,
    sessions         bytea[] not null,
    connectors       bytea  not null,
    skills           bytea  not null,
    plugins          bytea  not null,
    sessions_known   bytea  not null,
    connectors_known bytea  not null,
    skills_known     bytea  not null,
    plugins_known    bytea  not null
);
alter table day_index
    alter column signed_in set storage external,
    alter column active set storage external,
    alter column tasked set storage external,
    alter column unified set storage external,
    alter column sessions set storage external,
    alter column connectors set storage external,
    alter column skills set storage external,
    alter column plugins set storage external,
    alter column sessions_known set storage external,
    alter column connectors_known set storage external,
    alter column skills_known set storage external,
    alter column plugins_known set storage external;
create index day_index_generation on day_index (generation);
comment on table day_index is 'A landed day as sets of member ordinals: little-endian 64-bit words, empty words at the end left out.';
comment on column day_index.generation is 'generation.n of the change that wrote the row.';
comment on column day_index.tasked is 'Task days under task_min_actions of this row.';
comment on column day_index.sessions is 'Bit planes, least significant first.';
comment on column day_index.sessions_known is 'Who reported the field, zero included, whether or not they have a row in usage_day.';

create table summary_day (
    day             date primary key,
    assigned_seats  int check (assigned_seats >= 0),
    pending_invites int check (pending_invites >= 0),
    daily_active    int, weekly_active  int, monthly_active  int,
    cowork_daily    int, cowork_weekly  int, cowork_monthly  int,
    unified_daily   int, unified_weekly int, unified_monthly int
);
comment on table summary_day is 'The organization as a whole on a day, as reported. Null is "not reported". The unified month is 28 days, the Cowork month 30.';

create table feature_day (
    day             date not null,
    kind            text not null check (kind in ('skill', 'connector', 'plugin', 'artifact')),
    key             text not null,
    name            text not null,
    users           int,
    cowork_sessions int,
    cowork_uses     int,
    own_auth_users  int,
    primary key (kind, day, key)
);
comment on table feature_day is 'Use of one skill, connector, plugin or artifact type on a day. Null is "not reported".';
comment on column feature_day.users is 'Distinct people that day, any product; not additive over days.';
comment on column feature_day.own_auth_users is 'Connectors: people who connected it with their own consent.';

create table cost_day (
    day      date    not null,
    grouping text    not null check (grouping in ('product', 'group')),
    key      text    not null,
    cents    numeric not null,
    primary key (grouping, day, key)
);
comment on table cost_day is 'The cost report, by product and by RBAC group. Groups overlap: they sum to more than the organization.';
comment on column cost_day.key is 'Product name or group id; empty where the report names none.';
comment on column cost_day.cents is 'Exact fractional US cents.';

-- +goose Down

drop table cost_day, feature_day, summary_day, day_index, usage_day, generation;
