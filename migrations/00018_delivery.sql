-- +goose Up

create table send_channel (
    id            int         generated always as identity primary key,
    kind          text        not null check (kind in ('mail', 'slack', 'teams')),
    name          text        not null check (name <> ''),
    per_minute    int         not null check (per_minute > 0),
    next_at       timestamptz not null default '-infinity',
    paused_at     timestamptz,
    removed_at    timestamptz,
    worked_at     timestamptz,
    failed_at     timestamptz,
    failure       text        not null default '',
    failures      int         not null default 0,
    client_key    uuid        unique,
    version       int         not null default 1
);
create unique index send_channel_name on send_channel (lower(name)) where removed_at is null;
create unique index send_channel_mail on send_channel (kind) where kind = 'mail';
insert into send_channel (kind, name, per_minute) values ('mail', 'Email', 120);
comment on table send_channel is 'What messages go out by: mail, and webhooks of chats, whose addresses are sealed credentials.';
comment on column send_channel.next_at is 'When the next one may leave: workers of every process take turns by it.';
comment on column send_channel.failures is 'Tries in a row that found nobody there: each makes the wait for the next one longer.';

create table sending (
    only_one   boolean     primary key default true check (only_one),
    paused_at  timestamptz,
    paused_by  text        not null default '',
    instance   text,
    guarded_at timestamptz
);
insert into sending default values;
comment on table sending is 'Whether anything goes out at all.';
comment on column sending.instance is 'The database that messages went out from last, as it knows itself: after a restore it is another one, and a lead confirms first.';
comment on column sending.guarded_at is 'Since when sending waits for that word; null: it does not.';

create table mailing (
    id           bigint      generated always as identity primary key,
    kind         text        not null check (kind in ('message', 'test', 'tasks', 'champion', 'failures', 'report', 'reminder', 'seat')),
    key          text        not null unique check (key <> ''),
    occurrence   bigint      unique references occurrence on delete cascade,
    message      bigint      references message on delete cascade,
    n            int,
    title        text        not null,
    due_at       timestamptz not null,
    useful_until timestamptz not null,
    created_at   timestamptz not null,
    sent_at      timestamptz,
    ended_at     timestamptz,
    stopped_at   timestamptz,
    foreign key (message, n) references message_version on delete cascade,
    check (kind <> 'message' or occurrence is not null)
);
create index mailing_open on mailing (due_at) where ended_at is null;
create index mailing_message on mailing (message);
comment on table mailing is 'Something that went out, or is about to: one occurrence of a message, a digest, a reminder.';
comment on column mailing.sent_at is 'When the first of it was sent: charts note it, and what followed is counted from that day.';
comment on column mailing.key is 'Makes a second one of the same come to nothing.';

create table delivery (
    id           bigint      generated always as identity primary key,
    mailing      bigint      not null references mailing on delete cascade,
    channel      int         not null references send_channel,
    email        text        not null default '',
    email_folded text        generated always as (lower(email)) stored,
    name         text        not null default '',
    subject      text,
    body         text,
    state        text        not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'refused', 'unknown', 'dropped', 'stopped', 'left_out')),
    reason       text        not null default '',
    code         int,
    attempts     int         not null default 0,
    next_at      timestamptz not null default '-infinity',
    claimed_at   timestamptz,
    worker       text        not null default '',
    settled_at   timestamptz,
    resent       int         not null default 0,
    resent_by    text        not null default '',
    resent_at    timestamptz,
    bounced_at   timestamptz,
    bounce       text        not null default '',
    unique (mailing, channel, email_folded)
);
create index delivery_waiting on delivery (channel, next_at, id) where state = 'waiting';
create index delivery_sending on delivery (next_at) where state = 'sending';
create index delivery_unknown on delivery (id) where state = 'unknown';
create index delivery_settled on delivery (settled_at) where state in ('sent', 'refused');
create index delivery_tally on delivery (mailing, state);
create index delivery_bounced on delivery (mailing) where bounced_at is not null;
create index delivery_email on delivery (email_folded, settled_at desc);
comment on table delivery is 'One row per occurrence, recipient and channel: what became of it. A chat''s row has no address.';
comment on column delivery.state is 'sending is committed before the network is touched; unknown is never sent again by itself.';
comment on column delivery.next_at is 'When it may leave; of one that is being sent, until when its worker is waited for.';
comment on column delivery.resent_at is 'When a person had it sent again, last: it is of use for a day from then.';
comment on column delivery.subject is 'What this one says; null: what the message''s version says.';
comment on column delivery.resent_by is 'Who had it sent again, the last time.';
comment on column delivery.bounced_at is 'When it was noted that it came back, although the server had taken it.';
comment on column delivery.reason is 'Why somebody was left out, or what the server answered. Names nobody.';

create table click (
    id       bigint      generated always as identity primary key,
    delivery bigint      not null references delivery on delete cascade,
    path     text        not null,
    at       timestamptz not null
);
create index click_delivery on click (delivery);
comment on table click is 'Links to this site that were opened from a message. Programs that look at mail open links too.';

create table bounced_address (
    email_folded text        primary key check (email_folded <> ''),
    at           timestamptz not null,
    reason       text        not null,
    source       text        not null check (source in ('refused', 'noted'))
);
comment on table bounced_address is 'Addresses that mail came back from: they are left out until somebody says otherwise.';

-- +goose Down

drop table bounced_address, click, delivery, mailing, sending, send_channel;
