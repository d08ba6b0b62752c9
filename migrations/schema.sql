-- The schema that the migrations make, for reading. Written by "make schema"; do not edit.
-- The job queue's tables are River's and not shown.

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'the audit log is only ever added to';
end
$$;

CREATE FUNCTION keep_member_address() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into member_address (member, email_folded)
    select ord, email_folded from fresh where email_folded is not null
    on conflict do nothing;
    return null;
end $$;

CREATE TABLE access_run (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text DEFAULT ''::text NOT NULL,
    as_of timestamp with time zone,
    members integer NOT NULL,
    keeps integer NOT NULL,
    surprise integer NOT NULL,
    planned integer NOT NULL,
    nothing integer NOT NULL,
    complete boolean NOT NULL,
    summary jsonb NOT NULL,
    people bytea NOT NULL
);

COMMENT ON TABLE access_run IS 'Dry runs of enforcement. people holds each person''s outcome and cause by ordinal, compressed with zstd.';

COMMENT ON COLUMN access_run.complete IS 'False: a source it needs was not read, or roles of a group were unavailable.';

ALTER TABLE access_run ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE access_snapshot (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account bigint,
    by_name text DEFAULT ''::text NOT NULL,
    members integer NOT NULL,
    groups integer NOT NULL,
    roles integer NOT NULL,
    limits integer NOT NULL,
    digest bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT access_snapshot_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY access_snapshot ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE access_snapshot IS 'Members, groups, roles and limits as they were, as JSON compressed with zstd: what there is to go back to.';

ALTER TABLE access_snapshot ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME access_snapshot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE account (
    id bigint NOT NULL,
    issuer text,
    subject text,
    email text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    signed_in_at timestamp with time zone,
    deactivated_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT account_expected_has_email CHECK (((subject IS NOT NULL) OR (email <> ''::text))),
    CONSTRAINT account_identity_whole CHECK (((issuer IS NULL) = (subject IS NULL))),
    CONSTRAINT account_subject_not_empty CHECK (((subject <> ''::text) AND (issuer <> ''::text)))
);

COMMENT ON TABLE account IS 'A person who can sign in. Without a subject: expected, a role was granted before the first sign-in.';

ALTER TABLE account ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE account_role (
    account_id bigint NOT NULL,
    role text NOT NULL,
    department text DEFAULT ''::text NOT NULL,
    source text NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    CONSTRAINT account_role_department CHECK (((role = 'champion'::text) = (department <> ''::text))),
    CONSTRAINT account_role_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'owner'::text, 'champion'::text, 'executive'::text, 'auditor'::text]))),
    CONSTRAINT account_role_source_check CHECK ((source = ANY (ARRAY['person'::text, 'group'::text, 'setting'::text])))
);

COMMENT ON COLUMN account_role.source IS 'person: a lead or the command line; group: the provider''s groups at the last sign-in; setting: GROUNDSWELL_ADMINS.';

CREATE TABLE api_token (
    id bigint NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    hash bytea NOT NULL,
    created_by bigint,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT api_token_name_check CHECK ((name <> ''::text)),
    CONSTRAINT api_token_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'executive'::text, 'auditor'::text])))
);

ALTER TABLE api_token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME api_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE attendance (
    session integer NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED NOT NULL,
    status text NOT NULL,
    minutes integer,
    source text DEFAULT 'file'::text NOT NULL,
    at timestamp with time zone,
    by_account bigint,
    deliverable text DEFAULT ''::text NOT NULL,
    said text,
    CONSTRAINT attendance_email_check CHECK ((email <> ''::text)),
    CONSTRAINT attendance_minutes_check CHECK ((minutes >= 0)),
    CONSTRAINT attendance_said_check CHECK ((said = ANY (ARRAY['attended'::text, 'completed'::text, 'no_show'::text]))),
    CONSTRAINT attendance_source_check CHECK ((source = ANY (ARRAY['file'::text, 'code'::text, 'list'::text, 'lms'::text]))),
    CONSTRAINT attendance_status_check CHECK ((status = ANY (ARRAY['attended'::text, 'completed'::text, 'no_show'::text])))
);

COMMENT ON TABLE attendance IS 'Who was at a session. By address, so that people who are not members yet count too.';

COMMENT ON COLUMN attendance.minutes IS 'Null is "not reported".';

COMMENT ON COLUMN attendance.source IS 'How it is known: a file, the code at the door, the list of the host, a learning system.';

COMMENT ON COLUMN attendance.deliverable IS 'What the person made in the session, in a few words.';

COMMENT ON COLUMN attendance.said IS 'What a file, the door or the list said, where a learning system says more: the status without it. Null otherwise.';

CREATE TABLE attestation (
    id bigint NOT NULL,
    task bigint NOT NULL,
    by_name text NOT NULL,
    by_email text NOT NULL,
    at timestamp with time zone NOT NULL,
    holds_to date,
    words text NOT NULL,
    CONSTRAINT attestation_words_check CHECK ((words <> ''::text))
);

COMMENT ON COLUMN attestation.holds_to IS 'Null: for good.';

ALTER TABLE attestation ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME attestation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE audit_head (
    only_one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_head_only_one_check CHECK (only_one)
);

CREATE TABLE audit_log (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_kind text NOT NULL,
    actor_account bigint,
    actor_token bigint,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL,
    CONSTRAINT audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['person'::text, 'token'::text, 'command'::text])))
);

COMMENT ON TABLE audit_log IS 'Each entry authenticates itself and the one before it; server audit verify names the first that does not.';

CREATE TABLE badge_given (
    champion bigint NOT NULL,
    badge text NOT NULL,
    because text DEFAULT ''::text NOT NULL,
    by_account bigint,
    by_name text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT badge_given_badge_check CHECK ((badge <> ''::text))
);

COMMENT ON TABLE badge_given IS 'Badges that leads gave to champions, each at most once.';

CREATE TABLE bounced_address (
    email_folded text NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    CONSTRAINT bounced_address_email_folded_check CHECK ((email_folded <> ''::text)),
    CONSTRAINT bounced_address_source_check CHECK ((source = ANY (ARRAY['refused'::text, 'noted'::text])))
);

COMMENT ON TABLE bounced_address IS 'Addresses that mail came back from: they are left out until somebody says otherwise.';

CREATE TABLE calendar_feed (
    id bigint NOT NULL,
    account bigint NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT calendar_feed_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);

COMMENT ON TABLE calendar_feed IS 'A calendar address per person. Whoever has the address can read it: it is shown once and can be revoked.';

ALTER TABLE calendar_feed ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME calendar_feed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE catalog_plugin (
    id text NOT NULL,
    name text NOT NULL,
    marketplace text NOT NULL,
    installation text NOT NULL
);

COMMENT ON TABLE catalog_plugin IS 'Plugins the organization can install. installation is its preference, empty when not set.';

CREATE TABLE champion (
    id bigint NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    department integer NOT NULL,
    state text NOT NULL,
    nominated_how text NOT NULL,
    nominated_by bigint,
    nominated_at timestamp with time zone NOT NULL,
    because text DEFAULT ''::text NOT NULL,
    since date,
    early_access date,
    agreed_minutes integer,
    leaves_on date,
    ended_on date,
    end_reason text DEFAULT ''::text NOT NULL,
    invite_hash bytea,
    invite_expires timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT champion_agreed_minutes_check CHECK ((agreed_minutes > 0)),
    CONSTRAINT champion_check CHECK (((state = ANY (ARRAY['active'::text, 'ended'::text])) = (since IS NOT NULL))),
    CONSTRAINT champion_check1 CHECK (((state = 'ended'::text) = (ended_on IS NOT NULL))),
    CONSTRAINT champion_check2 CHECK (((invite_hash IS NULL) = (invite_expires IS NULL))),
    CONSTRAINT champion_email_check CHECK ((email <> ''::text)),
    CONSTRAINT champion_invite_hash_check CHECK ((octet_length(invite_hash) = 32)),
    CONSTRAINT champion_nominated_how_check CHECK ((nominated_how = ANY (ARRAY['lead'::text, 'self'::text, 'manager'::text]))),
    CONSTRAINT champion_state_check CHECK ((state = ANY (ARRAY['nominated'::text, 'invited'::text, 'active'::text, 'declined'::text, 'ended'::text])))
);

COMMENT ON TABLE champion IS 'The register: who was nominated as a champion of a department, who is one, who was one.';

COMMENT ON COLUMN champion.since IS 'The day they accepted, or the day before which a lead knows they were one.';

COMMENT ON COLUMN champion.early_access IS 'The day they get or got Cowork before their department; null: with everybody else.';

COMMENT ON COLUMN champion.agreed_minutes IS 'A week, agreed with their manager; null: not agreed yet.';

COMMENT ON COLUMN champion.leaves_on IS 'The last day they will be one, when that is known ahead.';

COMMENT ON COLUMN champion.invite_hash IS 'SHA-256 of the secret in the link they accept by; the secret itself is kept nowhere.';

CREATE TABLE champion_coverage (
    only_one boolean DEFAULT true NOT NULL,
    "least" integer NOT NULL,
    most integer NOT NULL,
    people_low integer NOT NULL,
    people_high integer NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT champion_coverage_check CHECK (((most >= "least") AND (people_high >= people_low))),
    CONSTRAINT champion_coverage_least_check CHECK (("least" >= 1)),
    CONSTRAINT champion_coverage_only_one_check CHECK (only_one),
    CONSTRAINT champion_coverage_people_low_check CHECK ((people_low >= 1))
);

COMMENT ON TABLE champion_coverage IS 'How many champions a department should have: least to most, and one for people_low to people_high people.';

CREATE TABLE champion_event (
    id bigint NOT NULL,
    champion bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account bigint,
    what text NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    CONSTRAINT champion_event_what_check CHECK ((what = ANY (ARRAY['nominated'::text, 'invited'::text, 'accepted'::text, 'declined'::text, 'turned_down'::text, 'registered'::text, 'changed'::text, 'ended'::text])))
);

COMMENT ON TABLE champion_event IS 'The history of an entry of the register, to be read by people. The audit log keeps the same without words.';

ALTER TABLE champion_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME champion_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE champion ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME champion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE champion_interest (
    account bigint NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE champion_interest IS 'Who said they may be asked to become a champion. Taking it back deletes it.';

CREATE TABLE channel (
    id integer NOT NULL,
    purpose text NOT NULL,
    department integer,
    name text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT channel_check CHECK (((purpose = 'department'::text) = (department IS NOT NULL))),
    CONSTRAINT channel_name_check CHECK ((name <> ''::text)),
    CONSTRAINT channel_purpose_check CHECK ((purpose = ANY (ARRAY['support'::text, 'champions'::text, 'department'::text])))
);

COMMENT ON TABLE channel IS 'Where people ask: the support channel, the champions'' own, and one of each department that has one.';

ALTER TABLE channel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME channel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE check_result (
    id bigint NOT NULL,
    check_key text NOT NULL,
    wave integer,
    outcome text NOT NULL,
    say text NOT NULL,
    short text NOT NULL,
    count integer DEFAULT 0 NOT NULL,
    details jsonb DEFAULT '[]'::jsonb NOT NULL,
    source text NOT NULL,
    as_of timestamp with time zone,
    since timestamp with time zone NOT NULL,
    ran_at timestamp with time zone NOT NULL,
    member integer,
    CONSTRAINT check_result_outcome_check CHECK ((outcome = ANY (ARRAY['holds'::text, 'fails'::text, 'none_yet'::text])))
);

COMMENT ON TABLE check_result IS 'What checks found. A row per change of what is said; ran_at moves on while it stays the same. No sentence names a person; member is who it is about, for leads.';

ALTER TABLE check_result ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME check_result_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE click (
    id bigint NOT NULL,
    delivery bigint NOT NULL,
    path text NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE click IS 'Links to this site that were opened from a message. Programs that look at mail open links too.';

ALTER TABLE click ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME click_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE closed_figure (
    month date NOT NULL,
    dimension text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    metric text NOT NULL,
    value double precision,
    numerator bigint,
    denominator bigint,
    status text NOT NULL,
    target double precision,
    licensed integer,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT closed_figure_dimension_check CHECK ((dimension = ANY (ARRAY[''::text, 'department'::text, 'wave'::text, 'group'::text])))
);

COMMENT ON TABLE closed_figure IS 'A closed month''s figures, as they were when it was closed.';

CREATE TABLE closed_month (
    month date NOT NULL,
    through date NOT NULL,
    closed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT closed_month_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

COMMENT ON TABLE closed_month IS 'Months whose figures were frozen, once their days were no longer revised.';

CREATE TABLE cohort_size (
    day date NOT NULL,
    dimension text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    members integer NOT NULL,
    seats integer,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT cohort_size_dimension_check CHECK ((dimension = ANY (ARRAY[''::text, 'department'::text, 'wave'::text, 'group'::text]))),
    CONSTRAINT cohort_size_members_check CHECK ((members >= 0)),
    CONSTRAINT cohort_size_seats_check CHECK ((seats >= 0))
);

COMMENT ON TABLE cohort_size IS 'Denominators as they stood when a day was first complete: written once, never again.';

COMMENT ON COLUMN cohort_size.seats IS 'Of the whole organization only; null where not reported.';

CREATE TABLE cost_day (
    day date NOT NULL,
    "grouping" text NOT NULL,
    key text NOT NULL,
    cents numeric NOT NULL,
    CONSTRAINT cost_day_grouping_check CHECK (("grouping" = ANY (ARRAY['product'::text, 'group'::text])))
);

COMMENT ON TABLE cost_day IS 'The cost report, by product and by RBAC group. Groups overlap: they sum to more than the organization.';

COMMENT ON COLUMN cost_day.key IS 'Product name or group id; empty where the report names none.';

COMMENT ON COLUMN cost_day.cents IS 'Exact fractional US cents.';

CREATE TABLE course (
    id integer NOT NULL,
    activity text NOT NULL,
    name text NOT NULL,
    kind text,
    ignored boolean DEFAULT false NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT course_activity_check CHECK ((activity <> ''::text)),
    CONSTRAINT course_check CHECK ((NOT (ignored AND (kind IS NOT NULL)))),
    CONSTRAINT course_kind_check CHECK ((kind = ANY (ARRAY['all_staff_101'::text, 'department'::text, 'office_hours'::text, 'user_group'::text]))),
    CONSTRAINT course_name_check CHECK ((name <> ''::text))
);

COMMENT ON TABLE course IS 'Courses of learning systems, by the activity that statements name.';

COMMENT ON COLUMN course.kind IS 'What its attendances count as; null: nobody has said, its statements wait.';

ALTER TABLE course ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME course_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE credential (
    name text NOT NULL,
    sealed bytea NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    updated_by bigint
);

COMMENT ON COLUMN credential.sealed IS 'Encrypted under GROUNDSWELL_SECRET_KEY and bound to the name: it opens in no other row.';

CREATE TABLE day_index (
    day date NOT NULL,
    generation bigint NOT NULL,
    task_min_actions integer NOT NULL,
    signed_in bytea NOT NULL,
    active bytea NOT NULL,
    tasked bytea NOT NULL,
    unified bytea NOT NULL,
    sessions bytea[] NOT NULL,
    connectors bytea NOT NULL,
    skills bytea NOT NULL,
    plugins bytea NOT NULL,
    sessions_known bytea NOT NULL,
    connectors_known bytea NOT NULL,
    skills_known bytea NOT NULL,
    plugins_known bytea NOT NULL
);
ALTER TABLE ONLY day_index ALTER COLUMN signed_in SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN active SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN tasked SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN unified SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN sessions SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN connectors SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN skills SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN plugins SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN sessions_known SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN connectors_known SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN skills_known SET STORAGE EXTERNAL;
ALTER TABLE ONLY day_index ALTER COLUMN plugins_known SET STORAGE EXTERNAL;

COMMENT ON TABLE day_index IS 'A landed day as sets of member ordinals: little-endian 64-bit words, empty words at the end left out.';

COMMENT ON COLUMN day_index.generation IS 'generation.n of the change that wrote the row.';

COMMENT ON COLUMN day_index.tasked IS 'Task days under task_min_actions of this row.';

COMMENT ON COLUMN day_index.sessions IS 'Bit planes, least significant first.';

COMMENT ON COLUMN day_index.sessions_known IS 'Who reported the field, zero included, whether or not they have a row in usage_day.';

CREATE TABLE decider (
    wave integer NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT decider_email_check CHECK ((email <> ''::text))
);

CREATE TABLE decision (
    id bigint NOT NULL,
    wave integer NOT NULL,
    choice text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    basis jsonb NOT NULL,
    votes jsonb NOT NULL,
    CONSTRAINT decision_choice_check CHECK ((choice = ANY (ARRAY['go'::text, 'no_go'::text])))
);

COMMENT ON TABLE decision IS 'Go or no-go, frozen with the checklist and the votes it was based on.';

ALTER TABLE decision ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE delivery (
    id bigint NOT NULL,
    mailing bigint NOT NULL,
    channel integer NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    subject text,
    body text,
    state text DEFAULT 'waiting'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    code integer,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    claimed_at timestamp with time zone,
    worker text DEFAULT ''::text NOT NULL,
    settled_at timestamp with time zone,
    resent integer DEFAULT 0 NOT NULL,
    resent_by text DEFAULT ''::text NOT NULL,
    resent_at timestamp with time zone,
    bounced_at timestamp with time zone,
    bounce text DEFAULT ''::text NOT NULL,
    CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sending'::text, 'sent'::text, 'refused'::text, 'unknown'::text, 'dropped'::text, 'stopped'::text, 'left_out'::text])))
);

COMMENT ON TABLE delivery IS 'One row per occurrence, recipient and channel: what became of it. A chat''s row has no address.';

COMMENT ON COLUMN delivery.subject IS 'What this one says; null: what the message''s version says.';

COMMENT ON COLUMN delivery.state IS 'sending is committed before the network is touched; unknown is never sent again by itself.';

COMMENT ON COLUMN delivery.reason IS 'Why somebody was left out, or what the server answered. Names nobody.';

COMMENT ON COLUMN delivery.next_at IS 'When it may leave; of one that is being sent, until when its worker is waited for.';

COMMENT ON COLUMN delivery.resent_by IS 'Who had it sent again, the last time.';

COMMENT ON COLUMN delivery.resent_at IS 'When a person had it sent again, last: it is of use for a day from then.';

COMMENT ON COLUMN delivery.bounced_at IS 'When it was noted that it came back, although the server had taken it.';

ALTER TABLE delivery ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE department (
    id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT department_name_check CHECK (((name <> ''::text) AND (name = btrim(name))))
);

COMMENT ON TABLE department IS 'Departments that people are placed in. Never deleted: addresses and closed months name them.';

ALTER TABLE department ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME department_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE device (
    name text NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    platform text DEFAULT ''::text NOT NULL,
    app_version text DEFAULT ''::text NOT NULL,
    seen_on date,
    listed_at timestamp with time zone NOT NULL,
    CONSTRAINT device_email_check CHECK ((email <> ''::text)),
    CONSTRAINT device_name_check CHECK ((name <> ''::text))
);

COMMENT ON TABLE device IS 'Machines as the device manager lists them. app_version is empty where the desktop app is not installed.';

CREATE TABLE digest_run (
    key text NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    mailing bigint,
    told integer DEFAULT 0 NOT NULL,
    CONSTRAINT digest_run_key_check CHECK ((key <> ''::text)),
    CONSTRAINT digest_run_kind_check CHECK ((kind = ANY (ARRAY['tasks'::text, 'champion'::text, 'failures'::text, 'report'::text, 'reminder'::text])))
);

COMMENT ON TABLE digest_run IS 'Digests that were written, each once, also those that had nothing to say.';

COMMENT ON COLUMN digest_run.mailing IS 'Null: there was nothing to say, or nobody to say it to.';

COMMENT ON COLUMN digest_run.told IS 'How many failures it told of, so that the next one can say that all is right again.';

CREATE TABLE digest_setting (
    only_one boolean DEFAULT true NOT NULL,
    at time without time zone DEFAULT '07:30:00'::time without time zone NOT NULL,
    off text[] DEFAULT '{}'::text[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT digest_setting_only_one_check CHECK (only_one)
);

COMMENT ON TABLE digest_setting IS 'What goes out by itself: at what time of a day, by the rollout''s zone, and which kinds do not.';

CREATE TABLE escalation (
    id integer NOT NULL,
    "position" integer NOT NULL,
    topic text NOT NULL,
    goes_to text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    within text DEFAULT ''::text NOT NULL,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT escalation_goes_to_check CHECK ((goes_to <> ''::text)),
    CONSTRAINT escalation_topic_check CHECK ((topic <> ''::text))
);

COMMENT ON TABLE escalation IS 'What goes where when the channel cannot help, in the order it is shown.';

ALTER TABLE escalation ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME escalation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE feature_day (
    day date NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    users integer,
    cowork_sessions integer,
    cowork_uses integer,
    own_auth_users integer,
    CONSTRAINT feature_day_kind_check CHECK ((kind = ANY (ARRAY['skill'::text, 'connector'::text, 'plugin'::text, 'artifact'::text])))
);

COMMENT ON TABLE feature_day IS 'Use of one skill, connector, plugin or artifact type on a day. Null is "not reported".';

COMMENT ON COLUMN feature_day.users IS 'Distinct people that day, any product; not additive over days.';

COMMENT ON COLUMN feature_day.own_auth_users IS 'Connectors: people who connected it with their own consent.';

CREATE TABLE feature_group (
    kind text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    group_id text NOT NULL,
    users integer,
    cowork_sessions integer,
    from_day date NOT NULL,
    to_day date NOT NULL,
    CONSTRAINT feature_group_kind_check CHECK ((kind = ANY (ARRAY['skill'::text, 'connector'::text, 'plugin'::text, 'artifact'::text])))
);

COMMENT ON TABLE feature_group IS 'Use of a feature by the people of an RBAC group, over the window read last. Groups overlap. Null is "not reported".';

CREATE TABLE gate (
    id bigint NOT NULL,
    kind text NOT NULL,
    wave integer,
    task bigint NOT NULL,
    opened_at timestamp with time zone,
    passed_at timestamp with time zone,
    passed_on date,
    passed_name text DEFAULT ''::text NOT NULL,
    passed_email text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT gate_check CHECK (((kind = 'open_wave'::text) = (wave IS NOT NULL))),
    CONSTRAINT gate_check1 CHECK (((passed_at IS NULL) = (passed_on IS NULL))),
    CONSTRAINT gate_check2 CHECK (((passed_at IS NULL) OR (opened_at IS NOT NULL))),
    CONSTRAINT gate_kind_check CHECK ((kind = ANY (ARRAY['architecture'::text, 'enforce_sso'::text, 'enforce_roles'::text, 'open_wave'::text])))
);

CREATE TABLE gate_alarm (
    id bigint NOT NULL,
    gate bigint NOT NULL,
    kind text NOT NULL,
    on_day date NOT NULL,
    say text NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    seen_name text DEFAULT ''::text NOT NULL,
    seen_email text DEFAULT ''::text NOT NULL,
    CONSTRAINT gate_alarm_kind_check CHECK ((kind <> ''::text)),
    CONSTRAINT gate_alarm_say_check CHECK ((say <> ''::text))
);

COMMENT ON TABLE gate_alarm IS 'What went wrong after a gate was passed: one of each kind until somebody took note of it. None is raised again for on_day or a day before it.';

ALTER TABLE gate_alarm ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gate_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE gate_approval (
    gate bigint NOT NULL,
    account bigint NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE gate ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE gate_override (
    id bigint NOT NULL,
    gate bigint NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    failed text[] NOT NULL,
    CONSTRAINT gate_override_reason_check CHECK ((reason <> ''::text))
);

COMMENT ON TABLE gate_override IS 'Gates opened although conditions failed. Shown for ever.';

ALTER TABLE gate_override ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME gate_override_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE generation (
    only_one boolean DEFAULT true NOT NULL,
    n bigint NOT NULL,
    people bigint NOT NULL,
    money bigint NOT NULL,
    log bigint DEFAULT 0 NOT NULL,
    CONSTRAINT generation_only_one_check CHECK (only_one)
);

COMMENT ON TABLE generation IS 'Counts the changes that figures can see; n grows with each. Readers keep what they computed while n stays.';

COMMENT ON COLUMN generation.people IS 'n at the last change of members or groups.';

COMMENT ON COLUMN generation.money IS 'n at the last change of seats, cost, settings or of a source''s grant.';

COMMENT ON COLUMN generation.log IS 'n at the last change of touchpoints, attendances or wins.';

CREATE TABLE group_role (
    group_name text NOT NULL,
    role text NOT NULL,
    department text DEFAULT ''::text NOT NULL,
    CONSTRAINT group_role_department CHECK (((role = 'champion'::text) = (department <> ''::text))),
    CONSTRAINT group_role_group_name_check CHECK ((group_name <> ''::text)),
    CONSTRAINT group_role_role_check CHECK ((role = ANY (ARRAY['lead'::text, 'owner'::text, 'champion'::text, 'executive'::text, 'auditor'::text])))
);

COMMENT ON TABLE group_role IS 'Which role a group of the identity provider brings, from the next sign-in on.';

CREATE TABLE guide (
    id integer NOT NULL,
    audience text NOT NULL,
    slot text DEFAULT ''::text NOT NULL,
    week date,
    "position" integer DEFAULT 0 NOT NULL,
    archived_at timestamp with time zone,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT guide_audience_check CHECK ((audience = ANY (ARRAY['users'::text, 'admins'::text, 'general'::text, 'champions'::text]))),
    CONSTRAINT guide_check CHECK (((slot = 'tip'::text) = (week IS NOT NULL))),
    CONSTRAINT guide_week_check CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
);

COMMENT ON TABLE guide IS 'Links and short guides of the library, the pages of the champion kit and the tips of the weeks. Their text is in their latest version.';

COMMENT ON COLUMN guide.slot IS 'The page of the champion kit it is (delegating, contacts, reporting), or tip; empty: a guide of the library.';

COMMENT ON COLUMN guide.week IS 'The Monday of the week whose tip it is.';

COMMENT ON COLUMN guide.client_key IS 'Made with the form: the same form sent twice makes one guide.';

ALTER TABLE guide ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME guide_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE guide_use (
    guide integer NOT NULL,
    day date NOT NULL,
    opens integer NOT NULL,
    CONSTRAINT guide_use_opens_check CHECK ((opens > 0))
);

COMMENT ON TABLE guide_use IS 'How often a guide was opened on a day, by anybody: who is kept nowhere.';

CREATE TABLE guide_version (
    guide integer NOT NULL,
    n integer NOT NULL,
    title text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_account bigint,
    CONSTRAINT guide_version_check CHECK (((body <> ''::text) OR (url <> ''::text))),
    CONSTRAINT guide_version_title_check CHECK ((title <> ''::text))
);

COMMENT ON TABLE guide_version IS 'Every version of a guide; the latest is shown. body is Markdown.';

CREATE TABLE import_draft (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    body bytea NOT NULL,
    account bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT import_draft_kind_check CHECK ((kind = ANY (ARRAY['people'::text, 'training'::text, 'touchpoints'::text, 'devices'::text])))
);
ALTER TABLE ONLY import_draft ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE import_draft IS 'Files that were uploaded and looked at, but not applied yet. Forgotten after an hour.';

COMMENT ON COLUMN import_draft.body IS 'The file, compressed with zstd.';

ALTER TABLE import_draft ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME import_draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE import_run (
    id bigint NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    account bigint,
    row_count integer NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    skipped integer NOT NULL,
    CONSTRAINT import_run_kind_check CHECK ((kind = ANY (ARRAY['people'::text, 'training'::text, 'touchpoints'::text, 'devices'::text])))
);

COMMENT ON TABLE import_run IS 'Imports that were applied. account is null for the command line.';

ALTER TABLE import_run ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME import_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE index_check (
    id bigint NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL,
    days integer NOT NULL,
    differences text[] NOT NULL
);

COMMENT ON TABLE index_check IS 'What the nightly comparison of the sets with their facts found.';

ALTER TABLE index_check ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME index_check_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE invite (
    id text NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    role text NOT NULL,
    status text NOT NULL,
    invited_at timestamp with time zone,
    expires_at timestamp with time zone
);

COMMENT ON TABLE invite IS 'Invitations, whatever became of them, as last listed. An expired one is no account.';

CREATE TABLE learning_token (
    id bigint NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    created_by bigint,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT learning_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT learning_token_name_check CHECK ((name <> ''::text))
);

COMMENT ON TABLE learning_token IS 'Tokens that learning systems send statements with. They open nothing else.';

ALTER TABLE learning_token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME learning_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail_choice (
    email_folded text NOT NULL,
    kind text NOT NULL,
    wanted boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT mail_choice_email_folded_check CHECK ((email_folded <> ''::text)),
    CONSTRAINT mail_choice_kind_check CHECK ((kind = ANY (ARRAY['messages'::text, 'tasks'::text, 'champion'::text, 'failures'::text, 'report'::text, 'reminder'::text])))
);

COMMENT ON TABLE mail_choice IS 'What each person chose to get or not to get. By address, so that people without an account can choose too; no row is what the kind says by itself.';

CREATE TABLE mailing (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    occurrence bigint,
    message bigint,
    n integer,
    title text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    useful_until timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    ended_at timestamp with time zone,
    stopped_at timestamp with time zone,
    CONSTRAINT mailing_check CHECK (((kind <> 'message'::text) OR (occurrence IS NOT NULL))),
    CONSTRAINT mailing_key_check CHECK ((key <> ''::text)),
    CONSTRAINT mailing_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'test'::text, 'tasks'::text, 'champion'::text, 'failures'::text, 'report'::text, 'reminder'::text, 'seat'::text])))
);

COMMENT ON TABLE mailing IS 'Something that went out, or is about to: one occurrence of a message, a digest, a reminder.';

COMMENT ON COLUMN mailing.key IS 'Makes a second one of the same come to nothing.';

COMMENT ON COLUMN mailing.sent_at IS 'When the first of it was sent: charts note it, and what followed is counted from that day.';

ALTER TABLE mailing ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mailing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE marketplace (
    id text NOT NULL,
    name text NOT NULL,
    source text NOT NULL
);

COMMENT ON TABLE marketplace IS 'Sources of plugins.';

CREATE TABLE member (
    ord integer NOT NULL,
    user_id text NOT NULL,
    email text,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    role text DEFAULT ''::text NOT NULL,
    added_at timestamp with time zone,
    listed boolean DEFAULT false NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    CONSTRAINT member_check CHECK ((NOT (listed AND deleted))),
    CONSTRAINT member_email_check CHECK ((email <> ''::text)),
    CONSTRAINT member_ord_check CHECK ((ord >= 0)),
    CONSTRAINT member_user_id_check CHECK ((user_id <> ''::text))
);

COMMENT ON TABLE member IS 'A person of the Claude organization: everyone the members source ever listed, and everyone seen in usage, groups or spend. Never deleted: people who left keep their history.';

COMMENT ON COLUMN member.ord IS 'Dense ordinal: the person''s bit in every day''s sets. max(ord)+1 in user_id order within the landing transaction, never a sequence.';

COMMENT ON COLUMN member.email IS 'As reported last; null for a deleted account or when never reported.';

COMMENT ON COLUMN member.role IS 'Organization role: user, managed, owner, …; unknown values are kept; empty when never listed.';

COMMENT ON COLUMN member.added_at IS 'When the person joined; null when never listed.';

COMMENT ON COLUMN member.listed IS 'The members source named the person at its last complete run.';

COMMENT ON COLUMN member.deleted IS 'Usage reports the person without an email and the members source does not list them.';

CREATE TABLE member_address (
    member integer NOT NULL,
    email_folded text NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE member_address IS 'Every address a member was ever reported by, kept by a trigger: a roster that still has the old one goes on naming the same person.';

CREATE TABLE person (
    id integer NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    manager_email text DEFAULT ''::text NOT NULL,
    location text DEFAULT ''::text NOT NULL,
    CONSTRAINT person_email_check CHECK ((email <> ''::text))
);

COMMENT ON TABLE person IS 'The roster: people as imported, whether or not they are members. Imports add and update, they never delete.';

CREATE VIEW member_person AS
 SELECT m.ord AS member,
    p.id AS person
   FROM (member m
     JOIN person p ON ((p.email_folded = m.email_folded)))
UNION ALL
 SELECT was.member,
    was.person
   FROM ( SELECT DISTINCT ON (m.ord) m.ord AS member,
            p.id AS person
           FROM ((member m
             JOIN member_address e ON (((e.member = m.ord) AND (e.email_folded <> m.email_folded))))
             JOIN person p ON ((p.email_folded = e.email_folded)))
          WHERE ((NOT (EXISTS ( SELECT
                   FROM person q
                  WHERE (q.email_folded = m.email_folded)))) AND (NOT (EXISTS ( SELECT
                   FROM member o
                  WHERE (o.email_folded = e.email_folded)))))
          ORDER BY m.ord, e.seen_at DESC, p.id) was;

COMMENT ON VIEW member_person IS 'Which person of the roster a member is: by the address of today, else by the latest earlier one that nobody else has now. A member without an address is nobody''s.';

CREATE TABLE message (
    id bigint NOT NULL,
    plan_key text,
    template text DEFAULT ''::text NOT NULL,
    stage text NOT NULL,
    wave integer,
    follows bigint,
    offset_days integer DEFAULT 0 NOT NULL,
    title text NOT NULL,
    owner_name text DEFAULT ''::text NOT NULL,
    owner_email text DEFAULT ''::text NOT NULL,
    approver_name text DEFAULT ''::text NOT NULL,
    approver_email text DEFAULT ''::text NOT NULL,
    held_for_go boolean DEFAULT false NOT NULL,
    every text DEFAULT ''::text NOT NULL,
    begins date,
    until date,
    useful_hours integer DEFAULT 24 NOT NULL,
    task bigint,
    asked_version integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by bigint,
    archived_at timestamp with time zone,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT message_check CHECK ((follows <> id)),
    CONSTRAINT message_check1 CHECK (((NOT held_for_go) OR (wave IS NOT NULL))),
    CONSTRAINT message_every_check CHECK ((every = ANY (ARRAY[''::text, 'week'::text, 'two_weeks'::text, 'month'::text, 'quarter'::text]))),
    CONSTRAINT message_plan_key_check CHECK ((plan_key <> ''::text)),
    CONSTRAINT message_stage_check CHECK ((stage = ANY (ARRAY['pre_launch'::text, 'launch_day'::text, 'first_week'::text, 'ongoing'::text]))),
    CONSTRAINT message_title_check CHECK ((title <> ''::text)),
    CONSTRAINT message_useful_hours_check CHECK ((useful_hours > 0))
);

COMMENT ON TABLE message IS 'What is told to whom, planned against a wave''s launch, after another message, or on a day of its own.';

COMMENT ON COLUMN message.plan_key IS 'The template and wave it was planned from, so that planning twice adds nothing; null for one''s own.';

COMMENT ON COLUMN message.offset_days IS 'Days from the launch of its wave, or from the message it follows.';

COMMENT ON COLUMN message.begins IS 'The day the turns of a rhythm are counted from; null: it has none yet, or goes out once.';

COMMENT ON COLUMN message.useful_hours IS 'Hours after its time in which it is of use still: what could not go out by then is dropped.';

COMMENT ON COLUMN message.asked_version IS 'The version that approval was asked for; another one than the latest is a draft.';

CREATE TABLE message_approval (
    id bigint NOT NULL,
    message bigint NOT NULL,
    n integer NOT NULL,
    at timestamp with time zone NOT NULL,
    account bigint,
    by_name text NOT NULL,
    by_email text NOT NULL,
    recipients integer NOT NULL,
    addresses text[] NOT NULL,
    taken_back_at timestamp with time zone,
    CONSTRAINT message_approval_by_email_check CHECK ((by_email <> ''::text))
);

COMMENT ON TABLE message_approval IS 'Who approved which version, and whom it would have reached then: sending shows what changed since.';

ALTER TABLE message_approval ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME message_approval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE message ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE message_version (
    message bigint NOT NULL,
    n integer NOT NULL,
    at timestamp with time zone NOT NULL,
    by_account bigint,
    by_name text DEFAULT ''::text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    audience jsonb NOT NULL,
    channels integer[] NOT NULL,
    mandatory boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE message_version IS 'What a message says, to whom and where, version by version: an approval is of one of them.';

COMMENT ON COLUMN message_version.mandatory IS 'Those who opted out get it too, and the message says so.';

CREATE TABLE occurrence (
    id bigint NOT NULL,
    message bigint NOT NULL,
    no integer NOT NULL,
    day date,
    at time without time zone DEFAULT '09:00:00'::time without time zone NOT NULL,
    zone text NOT NULL,
    day_set boolean DEFAULT false NOT NULL,
    state text DEFAULT 'planned'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT occurrence_check CHECK (((day IS NOT NULL) OR (state = ANY (ARRAY['planned'::text, 'cancelled'::text])))),
    CONSTRAINT occurrence_no_check CHECK ((no >= 1)),
    CONSTRAINT occurrence_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'going'::text, 'gone'::text, 'missed'::text, 'cancelled'::text]))),
    CONSTRAINT occurrence_zone_check CHECK ((zone <> ''::text))
);

COMMENT ON TABLE occurrence IS 'A time that a message goes out: once, or again and again. Wall time in a zone; the database clock decides when it is due.';

COMMENT ON COLUMN occurrence.day IS 'Null while its wave has no day.';

COMMENT ON COLUMN occurrence.day_set IS 'The day was set by hand: moving the launch leaves it.';

COMMENT ON COLUMN occurrence.reason IS 'Why it does not go out although it is due, or why it was missed or cancelled.';

ALTER TABLE occurrence ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME occurrence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE on_call (
    week date NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    CONSTRAINT on_call_email_check CHECK ((email <> ''::text)),
    CONSTRAINT on_call_name_check CHECK ((name <> ''::text)),
    CONSTRAINT on_call_week_check CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
);

COMMENT ON TABLE on_call IS 'Which champion answers in the support channel in the week that begins on this Monday.';

ALTER TABLE person ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE phase (
    key text NOT NULL,
    starts_on date NOT NULL,
    CONSTRAINT phase_key_check CHECK ((key = ANY (ARRAY['setup'::text, 'launch'::text, 'enablement'::text, 'scaling'::text])))
);

COMMENT ON TABLE phase IS 'When each phase of the rollout begins. A phase without a row has no date yet.';

CREATE TABLE placement (
    person integer NOT NULL,
    from_day date,
    department integer,
    wave integer
);

COMMENT ON TABLE placement IS 'A person''s department and wave from a day on. Before the first one, the first one holds.';

COMMENT ON COLUMN placement.from_day IS 'Null: from the beginning.';

CREATE TABLE plan_revision (
    only_one boolean DEFAULT true NOT NULL,
    n bigint NOT NULL,
    CONSTRAINT plan_revision_only_one_check CHECK (only_one)
);

COMMENT ON TABLE plan_revision IS 'Counts changes of anything in the plan: readers keep it in memory and look here whether it still is.';

CREATE TABLE proof (
    id bigint NOT NULL,
    task bigint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    media_type text DEFAULT ''::text NOT NULL,
    size bigint DEFAULT 0 NOT NULL,
    body bytea,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    by_email text NOT NULL,
    CONSTRAINT proof_check CHECK (((kind = 'link'::text) = (url <> ''::text))),
    CONSTRAINT proof_check1 CHECK (((kind = 'file'::text) = (body IS NOT NULL))),
    CONSTRAINT proof_kind_check CHECK ((kind = ANY (ARRAY['link'::text, 'file'::text]))),
    CONSTRAINT proof_name_check CHECK ((name <> ''::text))
);
ALTER TABLE ONLY proof ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE proof ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME proof_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pull_run (
    no integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    from_day date,
    to_day date,
    sources text[] NOT NULL,
    failed boolean DEFAULT false NOT NULL,
    CONSTRAINT pull_run_no_check CHECK ((no > 0))
);

COMMENT ON TABLE pull_run IS 'Runs of the pull. One at a time, held by an advisory lock; a run without an end was cut off, and the next one like it goes on with it.';

COMMENT ON COLUMN pull_run.seen_at IS 'Last sign of life.';

COMMENT ON COLUMN pull_run.from_day IS 'First day asked for; null is "whatever is missing".';

CREATE TABLE raw_page (
    source text NOT NULL,
    unit text NOT NULL,
    run integer NOT NULL,
    page integer NOT NULL,
    cursor text NOT NULL,
    next text NOT NULL,
    request_id text NOT NULL,
    fetched_at timestamp with time zone NOT NULL,
    row_count integer NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT raw_page_page_check CHECK ((page >= 0))
);
ALTER TABLE ONLY raw_page ALTER COLUMN body SET STORAGE EXTERNAL;

COMMENT ON TABLE raw_page IS 'Pages as received: staged while a unit is read, so that a run can go on from the last one, and kept 30 days for audit and replay.';

COMMENT ON COLUMN raw_page.next IS 'Cursor of the next page; empty ends the unit.';

COMMENT ON COLUMN raw_page.body IS 'The answer''s body, compressed with zstd.';

CREATE TABLE rbac_group (
    id text NOT NULL,
    name text NOT NULL,
    source_type text NOT NULL,
    roles_known boolean NOT NULL
);

COMMENT ON TABLE rbac_group IS 'RBAC groups as last listed. Groups overlap.';

COMMENT ON COLUMN rbac_group.roles_known IS 'False: the API said "role data temporarily unavailable"; no role rows does not mean no roles.';

CREATE TABLE rbac_group_member (
    group_id text NOT NULL,
    member integer NOT NULL
);

COMMENT ON TABLE rbac_group_member IS 'Who is in a group, as last listed.';

CREATE TABLE rbac_group_role (
    group_id text NOT NULL,
    role_id text NOT NULL
);

COMMENT ON TABLE rbac_group_role IS 'Roles of a group. A role of another linked organization is not in rbac_role and grants nothing here.';

CREATE TABLE rbac_permission (
    role_id text NOT NULL,
    action text NOT NULL,
    resource text NOT NULL,
    resource_id text DEFAULT ''::text NOT NULL
);

COMMENT ON TABLE rbac_permission IS 'What a role grants. resource is a type; resource_id names one where there is one.';

CREATE TABLE rbac_role (
    id text NOT NULL,
    name text NOT NULL,
    display_name text NOT NULL
);

COMMENT ON TABLE rbac_role IS 'Custom roles of this organization as last listed.';

CREATE TABLE readiness (
    wave integer NOT NULL,
    decide_at timestamp with time zone,
    asked_at timestamp with time zone,
    asked_on text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL
);

COMMENT ON COLUMN readiness.asked_on IS 'How the checklist stood when the deciders were asked, as a digest: votes beside another one are marked.';

CREATE TABLE rollout (
    only_one boolean DEFAULT true NOT NULL,
    organization text NOT NULL,
    playbook text NOT NULL,
    playbook_version text NOT NULL,
    architecture text NOT NULL,
    architecture_reason text DEFAULT ''::text NOT NULL,
    architecture_by_name text DEFAULT ''::text NOT NULL,
    architecture_by_email text DEFAULT ''::text NOT NULL,
    architecture_at timestamp with time zone NOT NULL,
    install text NOT NULL,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    weekdays smallint[] DEFAULT '{1,2,3,4,5}'::smallint[] NOT NULL,
    days_off date[] DEFAULT '{}'::date[] NOT NULL,
    started_at timestamp with time zone NOT NULL,
    started_by bigint,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT rollout_architecture_check CHECK ((architecture = ANY (ARRAY['single'::text, 'parent_children'::text, 'several_parents'::text]))),
    CONSTRAINT rollout_install_check CHECK ((install = ANY (ARRAY['managed'::text, 'self'::text]))),
    CONSTRAINT rollout_only_one_check CHECK (only_one),
    CONSTRAINT rollout_organization_check CHECK ((organization <> ''::text)),
    CONSTRAINT rollout_playbook_check CHECK ((playbook <> ''::text)),
    CONSTRAINT rollout_playbook_version_check CHECK ((playbook_version <> ''::text))
);

COMMENT ON TABLE rollout IS 'What was answered when the rollout was started.';

COMMENT ON COLUMN rollout.weekdays IS 'Worked days of the week; 0 is Sunday.';

CREATE TABLE rollout_role (
    key text NOT NULL,
    name text NOT NULL,
    "position" integer NOT NULL,
    holder_name text DEFAULT ''::text NOT NULL,
    holder_email text DEFAULT ''::text NOT NULL,
    CONSTRAINT rollout_role_key_check CHECK ((key <> ''::text)),
    CONSTRAINT rollout_role_name_check CHECK ((name <> ''::text))
);

COMMENT ON TABLE rollout_role IS 'Parts that people play in the rollout. Without an address nobody holds it yet.';

CREATE TABLE send_channel (
    id integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    per_minute integer NOT NULL,
    next_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    paused_at timestamp with time zone,
    removed_at timestamp with time zone,
    worked_at timestamp with time zone,
    failed_at timestamp with time zone,
    failure text DEFAULT ''::text NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT send_channel_kind_check CHECK ((kind = ANY (ARRAY['mail'::text, 'slack'::text, 'teams'::text]))),
    CONSTRAINT send_channel_name_check CHECK ((name <> ''::text)),
    CONSTRAINT send_channel_per_minute_check CHECK ((per_minute > 0))
);

COMMENT ON TABLE send_channel IS 'What messages go out by: mail, and webhooks of chats, whose addresses are sealed credentials.';

COMMENT ON COLUMN send_channel.next_at IS 'When the next one may leave: workers of every process take turns by it.';

COMMENT ON COLUMN send_channel.failures IS 'Tries in a row that found nobody there: each makes the wait for the next one longer.';

ALTER TABLE send_channel ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME send_channel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE sending (
    only_one boolean DEFAULT true NOT NULL,
    paused_at timestamp with time zone,
    paused_by text DEFAULT ''::text NOT NULL,
    instance text,
    guarded_at timestamp with time zone,
    CONSTRAINT sending_only_one_check CHECK (only_one)
);

COMMENT ON TABLE sending IS 'Whether anything goes out at all.';

COMMENT ON COLUMN sending.instance IS 'The database that messages went out from last, as it knows itself: after a restore it is another one, and a lead confirms first.';

COMMENT ON COLUMN sending.guarded_at IS 'Since when sending waits for that word; null: it does not.';

CREATE TABLE session (
    id text NOT NULL,
    secret_hash bytea NOT NULL,
    account_id bigint NOT NULL,
    label text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    authenticated_at timestamp with time zone NOT NULL,
    CONSTRAINT session_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);

COMMENT ON COLUMN session.secret_hash IS 'SHA-256 of the secret half of the cookie; the secret itself is kept nowhere.';

COMMENT ON COLUMN session.label IS 'Browser and system in two words, so that a person can tell their sessions apart.';

CREATE TABLE setting (
    key text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT setting_key_check CHECK ((key ~ '^[a-z][a-z0-9_]*$'::text))
);

COMMENT ON TABLE setting IS 'The organization''s own numbers that definitions refer to; a missing key means the default.';

CREATE TABLE sign_up (
    id bigint NOT NULL,
    session integer NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_account bigint,
    CONSTRAINT sign_up_email_check CHECK ((email <> ''::text))
);

COMMENT ON TABLE sign_up IS 'Who wants to come to a session, in the order they said so: the first ones have a seat, those over its capacity wait.';

ALTER TABLE sign_up ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME sign_up_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE source_state (
    source text NOT NULL,
    status text DEFAULT 'never'::text NOT NULL,
    running boolean DEFAULT false NOT NULL,
    through date,
    failing_since timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    say text DEFAULT ''::text NOT NULL,
    request_id text DEFAULT ''::text NOT NULL,
    row_count bigint DEFAULT 0 NOT NULL,
    unknown jsonb DEFAULT '{}'::jsonb NOT NULL,
    last_run_at timestamp with time zone,
    last_success_at timestamp with time zone,
    units_done integer DEFAULT 0 NOT NULL,
    units_total integer DEFAULT 0 NOT NULL,
    current_unit text DEFAULT ''::text NOT NULL,
    CONSTRAINT source_state_status_check CHECK ((status = ANY (ARRAY['never'::text, 'complete'::text, 'failing'::text, 'not_granted'::text])))
);

COMMENT ON TABLE source_state IS 'What became of each source, and while one is read, how far it is. A source without a row was never run.';

COMMENT ON COLUMN source_state.running IS 'True while read; if no one holds the pull''s lock, the run was cut off.';

COMMENT ON COLUMN source_state.through IS 'Last day up to which every synced day is complete; for listings, the day of the last complete one.';

COMMENT ON COLUMN source_state.say IS 'What happened, in one sentence, without secrets.';

COMMENT ON COLUMN source_state.request_id IS 'Of the last request, failed or not.';

COMMENT ON COLUMN source_state.unknown IS 'Unknown fields and enum values met in the last run: name to count.';

CREATE TABLE spend_effective (
    member integer NOT NULL,
    period text NOT NULL,
    scope text NOT NULL,
    scope_id text NOT NULL,
    amount numeric,
    spent numeric
);

COMMENT ON TABLE spend_effective IS 'The limit that binds a person and the scope it comes from. Cents; amount null is "no limit", spent null is "not reported".';

CREATE TABLE spend_limit (
    id text NOT NULL,
    scope text NOT NULL,
    scope_id text NOT NULL,
    period text NOT NULL,
    amount numeric,
    enabled boolean NOT NULL
);

COMMENT ON TABLE spend_limit IS 'Configured spend limits. amount is in (fractional) cents; null is "no limit".';

CREATE TABLE statement (
    id uuid NOT NULL,
    course integer NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    verb text NOT NULL,
    at timestamp with time zone NOT NULL,
    minutes integer,
    token bigint,
    stored_at timestamp with time zone NOT NULL,
    voided_at timestamp with time zone,
    CONSTRAINT statement_email_check CHECK ((email <> ''::text)),
    CONSTRAINT statement_minutes_check CHECK ((minutes >= 0)),
    CONSTRAINT statement_verb_check CHECK ((verb = ANY (ARRAY['attended'::text, 'completed'::text])))
);

COMMENT ON TABLE statement IS 'What learning systems said: who attended or completed which course when. One row for each statement id.';

CREATE TABLE statement_left (
    day date NOT NULL,
    reason text NOT NULL,
    times integer NOT NULL,
    last timestamp with time zone NOT NULL,
    CONSTRAINT statement_left_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT statement_left_times_check CHECK ((times > 0))
);

COMMENT ON TABLE statement_left IS 'How often learning systems sent what was not kept, by day and reason. What they sent is kept nowhere.';

CREATE TABLE summary_day (
    day date NOT NULL,
    assigned_seats integer,
    pending_invites integer,
    daily_active integer,
    weekly_active integer,
    monthly_active integer,
    cowork_daily integer,
    cowork_weekly integer,
    cowork_monthly integer,
    unified_daily integer,
    unified_weekly integer,
    unified_monthly integer,
    CONSTRAINT summary_day_assigned_seats_check CHECK ((assigned_seats >= 0)),
    CONSTRAINT summary_day_pending_invites_check CHECK ((pending_invites >= 0))
);

COMMENT ON TABLE summary_day IS 'The organization as a whole on a day, as reported. Null is "not reported". The unified month is 28 days, the Cowork month 30.';

CREATE TABLE support_change (
    only_one boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT support_change_only_one_check CHECK (only_one)
);

COMMENT ON TABLE support_change IS 'When a channel or an escalation path was last changed: a word given before that is about something else.';

CREATE TABLE support_issue (
    id bigint NOT NULL,
    department integer,
    title text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    reported_by bigint,
    reporter_name text DEFAULT ''::text NOT NULL,
    reported_at timestamp with time zone NOT NULL,
    topic integer,
    owner_name text DEFAULT ''::text NOT NULL,
    owner_email text DEFAULT ''::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT support_issue_check CHECK (((state <> 'answered'::text) OR (answer <> ''::text))),
    CONSTRAINT support_issue_state_check CHECK ((state = ANY (ARRAY['open'::text, 'answered'::text, 'closed'::text]))),
    CONSTRAINT support_issue_title_check CHECK ((title <> ''::text))
);

COMMENT ON TABLE support_issue IS 'What champions report and cannot solve themselves, until somebody has answered.';

ALTER TABLE support_issue ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME support_issue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE target (
    id bigint NOT NULL,
    metric text NOT NULL,
    phase text DEFAULT ''::text NOT NULL,
    value double precision,
    owner text DEFAULT ''::text NOT NULL,
    due date,
    set_at timestamp with time zone DEFAULT now() NOT NULL,
    set_by bigint,
    CONSTRAINT target_phase_check CHECK ((phase = ANY (ARRAY[''::text, 'setup'::text, 'launch'::text, 'enablement'::text, 'scaling'::text]))),
    CONSTRAINT target_value_check CHECK ((value > (0)::double precision))
);

COMMENT ON TABLE target IS 'Targets as set, one row each time: the latest of a metric and phase holds, those before are its history.';

COMMENT ON COLUMN target.phase IS 'Empty: in every phase that has no target of its own.';

COMMENT ON COLUMN target.value IS 'As stated in the catalogue: per week or per licensed person where the default is. Null: back to the default.';

ALTER TABLE target ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME target_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE task (
    id bigint NOT NULL,
    key text DEFAULT ''::text NOT NULL,
    scope text NOT NULL,
    wave integer,
    department integer,
    phase text NOT NULL,
    section text NOT NULL,
    "position" integer NOT NULL,
    title text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    done_when text DEFAULT ''::text NOT NULL,
    role text,
    owner_name text DEFAULT ''::text NOT NULL,
    owner_email text DEFAULT ''::text NOT NULL,
    due date,
    due_set boolean DEFAULT false NOT NULL,
    offset_days integer DEFAULT 0 NOT NULL,
    days integer DEFAULT 1 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    gate text DEFAULT ''::text NOT NULL,
    gate_checks text[] DEFAULT '{}'::text[] NOT NULL,
    no_undo boolean DEFAULT false NOT NULL,
    evidence text NOT NULL,
    check_key text DEFAULT ''::text NOT NULL,
    holds_days integer DEFAULT 0 NOT NULL,
    checklist text DEFAULT ''::text NOT NULL,
    help_title text DEFAULT ''::text NOT NULL,
    help_url text DEFAULT ''::text NOT NULL,
    guidance date,
    done_at timestamp with time zone,
    done_by text DEFAULT ''::text NOT NULL,
    edited text[] DEFAULT '{}'::text[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT task_check CHECK (((scope = 'wave'::text) = (wave IS NOT NULL))),
    CONSTRAINT task_check1 CHECK (((scope = 'department'::text) = (department IS NOT NULL))),
    CONSTRAINT task_check2 CHECK (((evidence = 'check'::text) = (check_key <> ''::text))),
    CONSTRAINT task_check3 CHECK (((state <> 'not_needed'::text) OR (reason <> ''::text))),
    CONSTRAINT task_check4 CHECK (((state = 'done'::text) = (done_at IS NOT NULL))),
    CONSTRAINT task_days_check CHECK ((days >= 1)),
    CONSTRAINT task_evidence_check CHECK ((evidence = ANY (ARRAY['check'::text, 'attestation'::text, 'proof'::text]))),
    CONSTRAINT task_gate_check CHECK ((gate = ANY (ARRAY[''::text, 'architecture'::text, 'enforce_sso'::text, 'enforce_roles'::text, 'open_wave'::text]))),
    CONSTRAINT task_holds_days_check CHECK ((holds_days >= 0)),
    CONSTRAINT task_phase_check CHECK ((phase = ANY (ARRAY['setup'::text, 'launch'::text, 'enablement'::text, 'scaling'::text]))),
    CONSTRAINT task_scope_check CHECK ((scope = ANY (ARRAY['organization'::text, 'wave'::text, 'department'::text]))),
    CONSTRAINT task_section_check CHECK ((section <> ''::text)),
    CONSTRAINT task_state_check CHECK ((state = ANY (ARRAY['open'::text, 'doing'::text, 'done'::text, 'reopened'::text, 'not_needed'::text]))),
    CONSTRAINT task_title_check CHECK ((title <> ''::text))
);

COMMENT ON TABLE task IS 'The plan. key names the step of the playbook; tasks of one''s own have none.';

COMMENT ON COLUMN task.due_set IS 'The day was set by hand: moving a launch leaves it.';

COMMENT ON COLUMN task.edited IS 'Fields that differ from the playbook because somebody changed them: a newer playbook leaves them.';

CREATE TABLE task_activity (
    id bigint NOT NULL,
    task bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    account bigint,
    actor text DEFAULT ''::text NOT NULL,
    kind text NOT NULL,
    say text NOT NULL
);

COMMENT ON TABLE task_activity IS 'What happened to a task, for those who may read it. actor is a name, Signal, or empty for the program.';

ALTER TABLE task_activity ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME task_activity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE task ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE task_wait (
    task bigint NOT NULL,
    waits_for bigint NOT NULL,
    CONSTRAINT task_wait_check CHECK ((task <> waits_for))
);

CREATE TABLE telemetry_day (
    day date NOT NULL,
    facet text NOT NULL,
    value text NOT NULL,
    event text NOT NULL,
    events bigint NOT NULL,
    failed bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost_micros bigint NOT NULL,
    duration_ms bigint NOT NULL,
    last_at timestamp with time zone NOT NULL,
    last_failed timestamp with time zone,
    CONSTRAINT telemetry_day_check CHECK (((failed >= 0) AND (failed <= events))),
    CONSTRAINT telemetry_day_events_check CHECK ((events >= 0)),
    CONSTRAINT telemetry_day_facet_check CHECK ((facet = ANY (ARRAY['all'::text, 'version'::text, 'os'::text, 'model'::text, 'server'::text, 'tool'::text, 'plugin'::text, 'skill'::text, 'error'::text, 'status'::text])))
);

COMMENT ON TABLE telemetry_day IS 'Sums of a day''s events: all of them, and by each facet that an event has. Written with the events, in one transaction.';

CREATE TABLE telemetry_event (
    day date NOT NULL,
    key bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    event text NOT NULL,
    version text DEFAULT ''::text NOT NULL,
    os text DEFAULT ''::text NOT NULL,
    model text DEFAULT ''::text NOT NULL,
    server text DEFAULT ''::text NOT NULL,
    tool text DEFAULT ''::text NOT NULL,
    plugin text DEFAULT ''::text NOT NULL,
    skill text DEFAULT ''::text NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    status text DEFAULT ''::text NOT NULL,
    ok boolean,
    input_tokens bigint,
    output_tokens bigint,
    cost_micros bigint,
    duration_ms bigint,
    CONSTRAINT telemetry_event_event_check CHECK ((event <> ''::text)),
    CONSTRAINT telemetry_event_key_check CHECK ((octet_length(key) = 16))
)
PARTITION BY RANGE (day);

COMMENT ON TABLE telemetry_event IS 'What desktop apps said in the last days, without content and without identity. A partition a day, made at the first event of it and dropped by the nightly purge.';

COMMENT ON COLUMN telemetry_event.key IS 'A keyed hash of what makes the record one of a kind: sent twice, it is kept once.';

CREATE TABLE telemetry_hour (
    hour timestamp with time zone NOT NULL,
    event text NOT NULL,
    events bigint NOT NULL,
    CONSTRAINT telemetry_hour_events_check CHECK ((events >= 0))
);

CREATE TABLE telemetry_intake (
    day date NOT NULL,
    reason text NOT NULL,
    times bigint NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT telemetry_intake_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT telemetry_intake_times_check CHECK ((times >= 0))
);

COMMENT ON TABLE telemetry_intake IS 'What the receiver did with requests and records besides keeping them: why it refused, how often, when last.';

CREATE TABLE telemetry_people (
    day date NOT NULL,
    people bigint NOT NULL,
    CONSTRAINT telemetry_people_people_check CHECK ((people >= 0))
);

CREATE TABLE telemetry_person (
    day date NOT NULL,
    who bytea NOT NULL,
    CONSTRAINT telemetry_person_who_check CHECK ((octet_length(who) = 8))
);

COMMENT ON TABLE telemetry_person IS 'Keyed hashes, another key each day, to count distinct people. They are unverified and lead back to nobody; kept as long as the events.';

CREATE TABLE telemetry_pulse (
    only_one boolean DEFAULT true NOT NULL,
    last_at timestamp with time zone,
    event_at timestamp with time zone,
    events bigint DEFAULT 0 NOT NULL,
    CONSTRAINT telemetry_pulse_events_check CHECK ((events >= 0)),
    CONSTRAINT telemetry_pulse_only_one_check CHECK (only_one)
);

COMMENT ON TABLE telemetry_pulse IS 'When events last arrived, and when the newest of them happened.';

CREATE TABLE telemetry_token (
    id bigint NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    created_by bigint,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT telemetry_token_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT telemetry_token_name_check CHECK ((name <> ''::text))
);

COMMENT ON TABLE telemetry_token IS 'Tokens that desktop apps send events with. They open nothing else.';

ALTER TABLE telemetry_token ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME telemetry_token_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE thanks (
    id bigint NOT NULL,
    champion bigint NOT NULL,
    words text NOT NULL,
    by_account bigint,
    by_name text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    client_key uuid,
    CONSTRAINT thanks_words_check CHECK ((words <> ''::text))
);

ALTER TABLE thanks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME thanks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE tick (
    account bigint NOT NULL,
    item text NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT tick_item_check CHECK ((item <> ''::text))
);

COMMENT ON TABLE tick IS 'What a champion ticked on the page of their day. Items name what they are about: tip/2026-11-16, session/12, task/7, answer/3, sign-in.';

CREATE TABLE touchpoint (
    id bigint NOT NULL,
    day date NOT NULL,
    champion_email text NOT NULL,
    champion_folded text GENERATED ALWAYS AS (lower(champion_email)) STORED,
    user_email text,
    user_folded text GENERATED ALWAYS AS (lower(user_email)) STORED,
    department integer,
    kind text DEFAULT ''::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    import_key bytea,
    outcome text DEFAULT ''::text NOT NULL,
    client_key uuid,
    logged_by bigint,
    logged_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT touchpoint_champion_email_check CHECK ((champion_email <> ''::text)),
    CONSTRAINT touchpoint_check CHECK (((user_email IS NULL) <> (department IS NULL))),
    CONSTRAINT touchpoint_user_email_check CHECK ((user_email <> ''::text))
);

COMMENT ON TABLE touchpoint IS 'A time a champion helped somebody, or a whole department.';

COMMENT ON COLUMN touchpoint.kind IS 'One that pages offer, spelled their way, or what a file says.';

COMMENT ON COLUMN touchpoint.import_key IS 'SHA-256 of the imported row and of how many equal ones stood above it in its file: importing a file twice adds nothing. Null for what was logged by hand.';

COMMENT ON COLUMN touchpoint.client_key IS 'Made with the form: the same form sent twice is kept once. Null for what was imported.';

COMMENT ON COLUMN touchpoint.logged_by IS 'Null for what was imported, as logged_at is.';

ALTER TABLE touchpoint ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME touchpoint_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE training_series (
    id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    department integer,
    every_weeks smallint NOT NULL,
    from_day date NOT NULL,
    until_day date NOT NULL,
    starts_at time without time zone NOT NULL,
    zone text NOT NULL,
    minutes integer NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    host_name text DEFAULT ''::text NOT NULL,
    host_email text DEFAULT ''::text NOT NULL,
    capacity integer,
    about text DEFAULT ''::text NOT NULL,
    features text[] DEFAULT '{}'::text[] NOT NULL,
    ended_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT training_series_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT training_series_check CHECK ((until_day >= from_day)),
    CONSTRAINT training_series_every_weeks_check CHECK (((every_weeks >= 1) AND (every_weeks <= 12))),
    CONSTRAINT training_series_kind_check CHECK ((kind = ANY (ARRAY['all_staff_101'::text, 'department'::text, 'office_hours'::text, 'user_group'::text]))),
    CONSTRAINT training_series_minutes_check CHECK (((minutes >= 5) AND (minutes <= 1440))),
    CONSTRAINT training_series_name_check CHECK ((name <> ''::text)),
    CONSTRAINT training_series_zone_check CHECK ((zone <> ''::text))
);

COMMENT ON TABLE training_series IS 'Sessions that repeat. Each of them is a training_session of its own; this is what the next ones are made from.';

ALTER TABLE training_series ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME training_series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE training_session (
    id integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    day date NOT NULL,
    planned boolean DEFAULT false NOT NULL,
    series integer,
    department integer,
    starts_at time without time zone,
    zone text DEFAULT ''::text NOT NULL,
    minutes integer,
    place text DEFAULT ''::text NOT NULL,
    link text DEFAULT ''::text NOT NULL,
    host_name text DEFAULT ''::text NOT NULL,
    host_email text DEFAULT ''::text NOT NULL,
    capacity integer,
    about text DEFAULT ''::text NOT NULL,
    features text[] DEFAULT '{}'::text[] NOT NULL,
    covered_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT training_session_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT training_session_kind_check CHECK ((kind = ANY (ARRAY['all_staff_101'::text, 'department'::text, 'office_hours'::text, 'user_group'::text]))),
    CONSTRAINT training_session_minutes_check CHECK (((minutes >= 5) AND (minutes <= 1440))),
    CONSTRAINT training_session_name_check CHECK ((name <> ''::text)),
    CONSTRAINT training_session_starts CHECK ((planned = (starts_at IS NOT NULL)))
);

COMMENT ON TABLE training_session IS 'Trainings and help sessions: planned ahead, held, or known from an attendance file only.';

COMMENT ON COLUMN training_session.planned IS 'Planned here, with an hour; false: known from files only.';

COMMENT ON COLUMN training_session.starts_at IS 'Wall time in zone.';

COMMENT ON COLUMN training_session.capacity IS 'Null: no limit.';

COMMENT ON COLUMN training_session.features IS 'Which of the eight features it covers, or covered.';

COMMENT ON COLUMN training_session.covered_at IS 'When somebody confirmed, once it was held, which features it covered; null: as planned.';

ALTER TABLE training_session ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME training_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE undone (
    client_key uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE undone IS 'Keys of touchpoints and wins that were taken back: a form that arrives late brings nothing back.';

CREATE TABLE unit_done (
    source text NOT NULL,
    key text NOT NULL,
    from_day date,
    to_day date,
    run integer NOT NULL,
    landed_at timestamp with time zone NOT NULL,
    row_count integer NOT NULL,
    digest bytea,
    shrunk_to integer,
    shrunk_on date,
    CONSTRAINT unit_done_check CHECK (((from_day IS NULL) = (to_day IS NULL))),
    CONSTRAINT unit_done_check1 CHECK ((from_day <= to_day))
);

COMMENT ON TABLE unit_done IS 'What was published: a day, a range or a listing. The days that are complete, and when each was read last.';

COMMENT ON COLUMN unit_done.row_count IS 'Rows the API sent, usable or not.';

COMMENT ON COLUMN unit_done.digest IS 'SHA-256 of what was stored, where a re-read is compared by it.';

COMMENT ON COLUMN unit_done.shrunk_to IS 'Rows of a re-read that was refused because it was suspiciously short; the same count on a later day is believed.';

CREATE TABLE usage_day (
    day date NOT NULL,
    member integer NOT NULL,
    sessions integer,
    actions integer,
    messages integer,
    dispatch_turns integer,
    connectors integer,
    skills integer,
    plugins integer,
    unified boolean NOT NULL,
    CONSTRAINT usage_day_check CHECK ((LEAST(member, sessions, actions, messages, dispatch_turns, connectors, skills, plugins) >= 0))
)
PARTITION BY RANGE (day);

COMMENT ON TABLE usage_day IS 'What a person did on a day: only people with any counter of any Claude product above zero. Partitions by month, made at landing. Pages never read it; day_index is made of it.';

COMMENT ON COLUMN usage_day.member IS 'member.ord. No foreign key: people are never deleted, and a check per row would double the time of a landing.';

COMMENT ON COLUMN usage_day.sessions IS 'cowork_metrics plus chat_cowork_unified_metrics.sessions, like every count here; null is "not reported", which is not zero.';

COMMENT ON COLUMN usage_day.unified IS 'Some of it was recorded under Chat and Cowork unified.';

CREATE TABLE voided_statement (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

COMMENT ON TABLE voided_statement IS 'Statements that were voided, whether or not they have arrived.';

CREATE TABLE vote (
    id bigint NOT NULL,
    wave integer NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    choice text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    conditions text DEFAULT ''::text NOT NULL,
    at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    CONSTRAINT vote_check CHECK (((choice <> 'no_go'::text) OR (reason <> ''::text))),
    CONSTRAINT vote_choice_check CHECK ((choice = ANY (ARRAY['go'::text, 'no_go'::text])))
);

ALTER TABLE vote ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME vote_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE wave (
    id integer NOT NULL,
    name text NOT NULL,
    opens_on date,
    CONSTRAINT wave_name_check CHECK (((name <> ''::text) AND (name = btrim(name))))
);

COMMENT ON TABLE wave IS 'Waves that people are placed in.';

COMMENT ON COLUMN wave.opens_on IS 'The day Cowork opens for the wave; null while nobody has said.';

ALTER TABLE wave ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME wave_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE win (
    id bigint NOT NULL,
    day date NOT NULL,
    email text NOT NULL,
    email_folded text GENERATED ALWAYS AS (lower(email)) STORED,
    name text DEFAULT ''::text NOT NULL,
    department integer,
    deliverable text NOT NULL,
    before text NOT NULL,
    hours smallint,
    goes_to text DEFAULT ''::text NOT NULL,
    state text DEFAULT 'logged'::text NOT NULL,
    consent boolean DEFAULT false NOT NULL,
    logged_by bigint,
    logged_at timestamp with time zone NOT NULL,
    decided_by bigint,
    decided_at timestamp with time zone,
    client_key uuid,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT win_before_check CHECK ((before = ANY (ARRAY['new'::text, 'slower'::text, 'worse'::text]))),
    CONSTRAINT win_check CHECK (((state <> 'published'::text) OR consent)),
    CONSTRAINT win_deliverable_check CHECK ((deliverable <> ''::text)),
    CONSTRAINT win_email_check CHECK ((email <> ''::text)),
    CONSTRAINT win_hours_check CHECK ((hours = ANY (ARRAY[1, 2, 3, 5]))),
    CONSTRAINT win_state_check CHECK ((state = ANY (ARRAY['logged'::text, 'published'::text, 'withdrawn'::text])))
);

COMMENT ON TABLE win IS 'Finished work that somebody got back from Cowork, as a champion or a lead wrote it down.';

COMMENT ON COLUMN win.department IS 'Where the person was when it was logged.';

COMMENT ON COLUMN win.before IS 'Was it done before: no (new work), yes but slower, yes but worse.';

COMMENT ON COLUMN win.hours IS 'Hours freed a week as the person says; 5 stands for five or more. Null: not said.';

COMMENT ON COLUMN win.consent IS 'The person agreed that it is told with their name.';

ALTER TABLE win ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME win_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY access_run
    ADD CONSTRAINT access_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY access_snapshot
    ADD CONSTRAINT access_snapshot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY account_role
    ADD CONSTRAINT account_role_pkey PRIMARY KEY (account_id, role, department, source);

ALTER TABLE ONLY api_token
    ADD CONSTRAINT api_token_hash_key UNIQUE (hash);

ALTER TABLE ONLY api_token
    ADD CONSTRAINT api_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY attendance
    ADD CONSTRAINT attendance_pkey PRIMARY KEY (session, email_folded);

ALTER TABLE ONLY attestation
    ADD CONSTRAINT attestation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (seq);

ALTER TABLE ONLY badge_given
    ADD CONSTRAINT badge_given_pkey PRIMARY KEY (champion, badge);

ALTER TABLE ONLY bounced_address
    ADD CONSTRAINT bounced_address_pkey PRIMARY KEY (email_folded);

ALTER TABLE ONLY calendar_feed
    ADD CONSTRAINT calendar_feed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY calendar_feed
    ADD CONSTRAINT calendar_feed_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY catalog_plugin
    ADD CONSTRAINT catalog_plugin_pkey PRIMARY KEY (id);

ALTER TABLE ONLY champion_coverage
    ADD CONSTRAINT champion_coverage_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY champion_event
    ADD CONSTRAINT champion_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY champion_interest
    ADD CONSTRAINT champion_interest_pkey PRIMARY KEY (account);

ALTER TABLE ONLY champion
    ADD CONSTRAINT champion_invite_hash_key UNIQUE (invite_hash);

ALTER TABLE ONLY champion
    ADD CONSTRAINT champion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY channel
    ADD CONSTRAINT channel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY check_result
    ADD CONSTRAINT check_result_pkey PRIMARY KEY (id);

ALTER TABLE ONLY click
    ADD CONSTRAINT click_pkey PRIMARY KEY (id);

ALTER TABLE ONLY closed_figure
    ADD CONSTRAINT closed_figure_pkey PRIMARY KEY (month, dimension, slug, metric);

ALTER TABLE ONLY closed_month
    ADD CONSTRAINT closed_month_pkey PRIMARY KEY (month);

ALTER TABLE ONLY cohort_size
    ADD CONSTRAINT cohort_size_pkey PRIMARY KEY (dimension, slug, day);

ALTER TABLE ONLY cost_day
    ADD CONSTRAINT cost_day_pkey PRIMARY KEY ("grouping", day, key);

ALTER TABLE ONLY course
    ADD CONSTRAINT course_activity_key UNIQUE (activity);

ALTER TABLE ONLY course
    ADD CONSTRAINT course_pkey PRIMARY KEY (id);

ALTER TABLE ONLY credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (name);

ALTER TABLE ONLY day_index
    ADD CONSTRAINT day_index_pkey PRIMARY KEY (day);

ALTER TABLE ONLY decider
    ADD CONSTRAINT decider_pkey PRIMARY KEY (wave, email);

ALTER TABLE ONLY decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (id);

ALTER TABLE ONLY delivery
    ADD CONSTRAINT delivery_mailing_channel_email_folded_key UNIQUE (mailing, channel, email_folded);

ALTER TABLE ONLY delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY department
    ADD CONSTRAINT department_name_key UNIQUE (name);

ALTER TABLE ONLY department
    ADD CONSTRAINT department_pkey PRIMARY KEY (id);

ALTER TABLE ONLY device
    ADD CONSTRAINT device_pkey PRIMARY KEY (name);

ALTER TABLE ONLY digest_run
    ADD CONSTRAINT digest_run_pkey PRIMARY KEY (key);

ALTER TABLE ONLY digest_setting
    ADD CONSTRAINT digest_setting_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY escalation
    ADD CONSTRAINT escalation_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY escalation
    ADD CONSTRAINT escalation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY feature_day
    ADD CONSTRAINT feature_day_pkey PRIMARY KEY (kind, day, key);

ALTER TABLE ONLY feature_group
    ADD CONSTRAINT feature_group_pkey PRIMARY KEY (kind, key, group_id);

ALTER TABLE ONLY gate_alarm
    ADD CONSTRAINT gate_alarm_pkey PRIMARY KEY (id);

ALTER TABLE ONLY gate_approval
    ADD CONSTRAINT gate_approval_pkey PRIMARY KEY (gate, account);

ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_kind_wave_key UNIQUE NULLS NOT DISTINCT (kind, wave);

ALTER TABLE ONLY gate_override
    ADD CONSTRAINT gate_override_pkey PRIMARY KEY (id);

ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_task_key UNIQUE (task);

ALTER TABLE ONLY generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY group_role
    ADD CONSTRAINT group_role_pkey PRIMARY KEY (group_name, role, department);

ALTER TABLE ONLY guide
    ADD CONSTRAINT guide_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY guide
    ADD CONSTRAINT guide_pkey PRIMARY KEY (id);

ALTER TABLE ONLY guide_use
    ADD CONSTRAINT guide_use_pkey PRIMARY KEY (guide, day);

ALTER TABLE ONLY guide_version
    ADD CONSTRAINT guide_version_pkey PRIMARY KEY (guide, n);

ALTER TABLE ONLY guide
    ADD CONSTRAINT guide_week_key UNIQUE (week);

ALTER TABLE ONLY import_draft
    ADD CONSTRAINT import_draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY import_run
    ADD CONSTRAINT import_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY index_check
    ADD CONSTRAINT index_check_pkey PRIMARY KEY (id);

ALTER TABLE ONLY invite
    ADD CONSTRAINT invite_pkey PRIMARY KEY (id);

ALTER TABLE ONLY learning_token
    ADD CONSTRAINT learning_token_hash_key UNIQUE (hash);

ALTER TABLE ONLY learning_token
    ADD CONSTRAINT learning_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY mail_choice
    ADD CONSTRAINT mail_choice_pkey PRIMARY KEY (email_folded, kind);

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_key_key UNIQUE (key);

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_occurrence_key UNIQUE (occurrence);

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY marketplace
    ADD CONSTRAINT marketplace_pkey PRIMARY KEY (id);

ALTER TABLE ONLY member_address
    ADD CONSTRAINT member_address_pkey PRIMARY KEY (member, email_folded);

ALTER TABLE ONLY member
    ADD CONSTRAINT member_pkey PRIMARY KEY (ord);

ALTER TABLE ONLY member
    ADD CONSTRAINT member_user_id_key UNIQUE (user_id);

ALTER TABLE ONLY message_approval
    ADD CONSTRAINT message_approval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY message
    ADD CONSTRAINT message_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY message
    ADD CONSTRAINT message_plan_key_key UNIQUE (plan_key);

ALTER TABLE ONLY message_version
    ADD CONSTRAINT message_version_pkey PRIMARY KEY (message, n);

ALTER TABLE ONLY occurrence
    ADD CONSTRAINT occurrence_message_no_key UNIQUE (message, no);

ALTER TABLE ONLY occurrence
    ADD CONSTRAINT occurrence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY on_call
    ADD CONSTRAINT on_call_pkey PRIMARY KEY (week);

ALTER TABLE ONLY person
    ADD CONSTRAINT person_email_folded_key UNIQUE (email_folded);

ALTER TABLE ONLY person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY phase
    ADD CONSTRAINT phase_pkey PRIMARY KEY (key);

ALTER TABLE ONLY placement
    ADD CONSTRAINT placement_person_from_day_key UNIQUE NULLS NOT DISTINCT (person, from_day);

ALTER TABLE ONLY plan_revision
    ADD CONSTRAINT plan_revision_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY proof
    ADD CONSTRAINT proof_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pull_run
    ADD CONSTRAINT pull_run_pkey PRIMARY KEY (no);

ALTER TABLE ONLY raw_page
    ADD CONSTRAINT raw_page_pkey PRIMARY KEY (source, unit, run, page);

ALTER TABLE ONLY rbac_group_member
    ADD CONSTRAINT rbac_group_member_pkey PRIMARY KEY (group_id, member);

ALTER TABLE ONLY rbac_group
    ADD CONSTRAINT rbac_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY rbac_group_role
    ADD CONSTRAINT rbac_group_role_pkey PRIMARY KEY (group_id, role_id);

ALTER TABLE ONLY rbac_permission
    ADD CONSTRAINT rbac_permission_pkey PRIMARY KEY (role_id, action, resource, resource_id);

ALTER TABLE ONLY rbac_role
    ADD CONSTRAINT rbac_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY readiness
    ADD CONSTRAINT readiness_pkey PRIMARY KEY (wave);

ALTER TABLE ONLY rollout
    ADD CONSTRAINT rollout_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY rollout_role
    ADD CONSTRAINT rollout_role_pkey PRIMARY KEY (key);

ALTER TABLE ONLY send_channel
    ADD CONSTRAINT send_channel_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY send_channel
    ADD CONSTRAINT send_channel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sending
    ADD CONSTRAINT sending_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY setting
    ADD CONSTRAINT setting_pkey PRIMARY KEY (key);

ALTER TABLE ONLY sign_up
    ADD CONSTRAINT sign_up_pkey PRIMARY KEY (id);

ALTER TABLE ONLY sign_up
    ADD CONSTRAINT sign_up_session_email_folded_key UNIQUE (session, email_folded);

ALTER TABLE ONLY source_state
    ADD CONSTRAINT source_state_pkey PRIMARY KEY (source);

ALTER TABLE ONLY spend_effective
    ADD CONSTRAINT spend_effective_pkey PRIMARY KEY (member, period);

ALTER TABLE ONLY spend_limit
    ADD CONSTRAINT spend_limit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY statement_left
    ADD CONSTRAINT statement_left_pkey PRIMARY KEY (day, reason);

ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY summary_day
    ADD CONSTRAINT summary_day_pkey PRIMARY KEY (day);

ALTER TABLE ONLY support_change
    ADD CONSTRAINT support_change_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY support_issue
    ADD CONSTRAINT support_issue_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY support_issue
    ADD CONSTRAINT support_issue_pkey PRIMARY KEY (id);

ALTER TABLE ONLY target
    ADD CONSTRAINT target_pkey PRIMARY KEY (id);

ALTER TABLE ONLY task_activity
    ADD CONSTRAINT task_activity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY task_wait
    ADD CONSTRAINT task_wait_pkey PRIMARY KEY (task, waits_for);

ALTER TABLE ONLY telemetry_day
    ADD CONSTRAINT telemetry_day_pkey PRIMARY KEY (day, facet, value, event);

ALTER TABLE ONLY telemetry_event
    ADD CONSTRAINT telemetry_event_pkey PRIMARY KEY (day, key);

ALTER TABLE ONLY telemetry_hour
    ADD CONSTRAINT telemetry_hour_pkey PRIMARY KEY (hour, event);

ALTER TABLE ONLY telemetry_intake
    ADD CONSTRAINT telemetry_intake_pkey PRIMARY KEY (day, reason);

ALTER TABLE ONLY telemetry_people
    ADD CONSTRAINT telemetry_people_pkey PRIMARY KEY (day);

ALTER TABLE ONLY telemetry_person
    ADD CONSTRAINT telemetry_person_pkey PRIMARY KEY (day, who);

ALTER TABLE ONLY telemetry_pulse
    ADD CONSTRAINT telemetry_pulse_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY telemetry_token
    ADD CONSTRAINT telemetry_token_hash_key UNIQUE (hash);

ALTER TABLE ONLY telemetry_token
    ADD CONSTRAINT telemetry_token_pkey PRIMARY KEY (id);

ALTER TABLE ONLY thanks
    ADD CONSTRAINT thanks_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY thanks
    ADD CONSTRAINT thanks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY tick
    ADD CONSTRAINT tick_pkey PRIMARY KEY (account, item, day);

ALTER TABLE ONLY touchpoint
    ADD CONSTRAINT touchpoint_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY touchpoint
    ADD CONSTRAINT touchpoint_import_key_key UNIQUE (import_key);

ALTER TABLE ONLY touchpoint
    ADD CONSTRAINT touchpoint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY training_series
    ADD CONSTRAINT training_series_pkey PRIMARY KEY (id);

ALTER TABLE ONLY training_session
    ADD CONSTRAINT training_session_name_kind_day_key UNIQUE (name, kind, day);

ALTER TABLE ONLY training_session
    ADD CONSTRAINT training_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY undone
    ADD CONSTRAINT undone_pkey PRIMARY KEY (client_key);

ALTER TABLE ONLY unit_done
    ADD CONSTRAINT unit_done_pkey PRIMARY KEY (source, key);

ALTER TABLE ONLY usage_day
    ADD CONSTRAINT usage_day_pkey PRIMARY KEY (day, member);

ALTER TABLE ONLY voided_statement
    ADD CONSTRAINT voided_statement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY vote
    ADD CONSTRAINT vote_pkey PRIMARY KEY (id);

ALTER TABLE ONLY wave
    ADD CONSTRAINT wave_name_key UNIQUE (name);

ALTER TABLE ONLY wave
    ADD CONSTRAINT wave_pkey PRIMARY KEY (id);

ALTER TABLE ONLY win
    ADD CONSTRAINT win_client_key_key UNIQUE (client_key);

ALTER TABLE ONLY win
    ADD CONSTRAINT win_pkey PRIMARY KEY (id);

CREATE INDEX account_email ON account USING btree (lower(email));

CREATE UNIQUE INDEX account_expected ON account USING btree (lower(email)) WHERE (subject IS NULL);

CREATE UNIQUE INDEX account_identity ON account USING btree (issuer, subject);

CREATE UNIQUE INDEX api_token_name ON api_token USING btree (name) WHERE (revoked_at IS NULL);

CREATE INDEX attendance_email ON attendance USING btree (email_folded);

CREATE INDEX attestation_task ON attestation USING btree (task, id DESC);

CREATE INDEX audit_log_subject ON audit_log USING btree (subject, seq);

CREATE UNIQUE INDEX calendar_feed_account ON calendar_feed USING btree (account) WHERE (revoked_at IS NULL);

CREATE UNIQUE INDEX champion_current ON champion USING btree (department, email_folded) WHERE (state = ANY (ARRAY['nominated'::text, 'invited'::text, 'active'::text]));

CREATE INDEX champion_email ON champion USING btree (email_folded);

CREATE INDEX champion_event_champion ON champion_event USING btree (champion, id);

CREATE UNIQUE INDEX channel_of ON channel USING btree (purpose, COALESCE(department, 0));

CREATE INDEX check_result_latest ON check_result USING btree (check_key, COALESCE(wave, 0), id DESC);

CREATE INDEX click_delivery ON click USING btree (delivery);

CREATE INDEX day_index_generation ON day_index USING btree (generation);

CREATE INDEX delivery_bounced ON delivery USING btree (mailing) WHERE (bounced_at IS NOT NULL);

CREATE INDEX delivery_email ON delivery USING btree (email_folded, settled_at DESC);

CREATE INDEX delivery_sending ON delivery USING btree (next_at) WHERE (state = 'sending'::text);

CREATE INDEX delivery_settled ON delivery USING btree (settled_at) WHERE (state = ANY (ARRAY['sent'::text, 'refused'::text]));

CREATE INDEX delivery_tally ON delivery USING btree (mailing, state);

CREATE INDEX delivery_unknown ON delivery USING btree (id) WHERE (state = 'unknown'::text);

CREATE INDEX delivery_waiting ON delivery USING btree (channel, next_at, id) WHERE (state = 'waiting'::text);

CREATE INDEX device_email ON device USING btree (email_folded);

CREATE INDEX digest_run_kind ON digest_run USING btree (kind, at DESC);

CREATE INDEX feature_day_key ON feature_day USING btree (kind, key, day);

CREATE INDEX gate_alarm_gate ON gate_alarm USING btree (gate, id DESC);

CREATE UNIQUE INDEX gate_alarm_unseen ON gate_alarm USING btree (gate, kind) WHERE (seen_at IS NULL);

CREATE UNIQUE INDEX guide_slot ON guide USING btree (slot) WHERE (slot <> ALL (ARRAY[''::text, 'tip'::text]));

CREATE INDEX import_run_applied_at ON import_run USING btree (applied_at);

CREATE INDEX invite_email ON invite USING btree (email_folded);

CREATE UNIQUE INDEX learning_token_name ON learning_token USING btree (name) WHERE (revoked_at IS NULL);

CREATE INDEX mailing_message ON mailing USING btree (message);

CREATE INDEX mailing_open ON mailing USING btree (due_at) WHERE (ended_at IS NULL);

CREATE INDEX member_address_folded ON member_address USING btree (email_folded);

CREATE INDEX member_email ON member USING btree (email_folded);

CREATE UNIQUE INDEX message_approval_once ON message_approval USING btree (message, n, lower(by_email)) WHERE (taken_back_at IS NULL);

CREATE INDEX message_follows ON message USING btree (follows);

CREATE INDEX message_wave ON message USING btree (wave);

CREATE INDEX occurrence_day ON occurrence USING btree (day);

CREATE INDEX occurrence_planned ON occurrence USING btree (day, at) WHERE (state = 'planned'::text);

CREATE INDEX person_manager ON person USING btree (lower(manager_email)) WHERE (manager_email <> ''::text);

CREATE INDEX placement_department ON placement USING btree (department);

CREATE INDEX placement_wave ON placement USING btree (wave);

CREATE INDEX proof_task ON proof USING btree (task, id DESC);

CREATE INDEX raw_page_fetched_at ON raw_page USING btree (fetched_at);

CREATE INDEX rbac_group_member_member ON rbac_group_member USING btree (member);

CREATE UNIQUE INDEX send_channel_mail ON send_channel USING btree (kind) WHERE (kind = 'mail'::text);

CREATE UNIQUE INDEX send_channel_name ON send_channel USING btree (lower(name)) WHERE (removed_at IS NULL);

CREATE INDEX session_account ON session USING btree (account_id);

CREATE INDEX sign_up_email ON sign_up USING btree (email_folded);

CREATE INDEX statement_course ON statement USING btree (course, email_folded);

CREATE INDEX support_issue_department ON support_issue USING btree (department, id DESC);

CREATE INDEX target_latest ON target USING btree (metric, phase, id DESC);

CREATE INDEX task_activity_task ON task_activity USING btree (task, id);

CREATE INDEX task_place ON task USING btree (phase, section, "position");

CREATE UNIQUE INDEX task_step ON task USING btree (key, COALESCE(wave, 0), COALESCE(department, 0)) WHERE (key <> ''::text);

CREATE INDEX task_wait_for ON task_wait USING btree (waits_for);

CREATE UNIQUE INDEX telemetry_token_name ON telemetry_token USING btree (name) WHERE (revoked_at IS NULL);

CREATE INDEX thanks_champion ON thanks USING btree (champion, id DESC);

CREATE INDEX touchpoint_champion ON touchpoint USING btree (champion_folded, day);

CREATE INDEX touchpoint_day ON touchpoint USING btree (day);

CREATE INDEX touchpoint_department ON touchpoint USING btree (department, day) WHERE (department IS NOT NULL);

CREATE INDEX touchpoint_user ON touchpoint USING btree (user_folded);

CREATE INDEX training_session_day ON training_session USING btree (day);

CREATE INDEX training_session_series ON training_session USING btree (series) WHERE (series IS NOT NULL);

CREATE INDEX vote_wave ON vote USING btree (wave, id);

CREATE INDEX win_day ON win USING btree (day);

CREATE INDEX win_department ON win USING btree (department, id DESC);

CREATE INDEX win_email ON win USING btree (email_folded);

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();

CREATE TRIGGER member_address_added AFTER INSERT ON member REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_member_address();

CREATE TRIGGER member_address_changed AFTER UPDATE ON member REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION keep_member_address();

ALTER TABLE ONLY access_snapshot
    ADD CONSTRAINT access_snapshot_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY account_role
    ADD CONSTRAINT account_role_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY api_token
    ADD CONSTRAINT api_token_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id);

ALTER TABLE ONLY attendance
    ADD CONSTRAINT attendance_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY attendance
    ADD CONSTRAINT attendance_session_fkey FOREIGN KEY (session) REFERENCES training_session(id) ON DELETE CASCADE;

ALTER TABLE ONLY attestation
    ADD CONSTRAINT attestation_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY badge_given
    ADD CONSTRAINT badge_given_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY badge_given
    ADD CONSTRAINT badge_given_champion_fkey FOREIGN KEY (champion) REFERENCES champion(id) ON DELETE CASCADE;

ALTER TABLE ONLY calendar_feed
    ADD CONSTRAINT calendar_feed_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY champion
    ADD CONSTRAINT champion_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY champion_event
    ADD CONSTRAINT champion_event_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY champion_event
    ADD CONSTRAINT champion_event_champion_fkey FOREIGN KEY (champion) REFERENCES champion(id) ON DELETE CASCADE;

ALTER TABLE ONLY champion_interest
    ADD CONSTRAINT champion_interest_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY champion
    ADD CONSTRAINT champion_nominated_by_fkey FOREIGN KEY (nominated_by) REFERENCES account(id);

ALTER TABLE ONLY channel
    ADD CONSTRAINT channel_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY check_result
    ADD CONSTRAINT check_result_member_fkey FOREIGN KEY (member) REFERENCES member(ord);

ALTER TABLE ONLY check_result
    ADD CONSTRAINT check_result_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY click
    ADD CONSTRAINT click_delivery_fkey FOREIGN KEY (delivery) REFERENCES delivery(id) ON DELETE CASCADE;

ALTER TABLE ONLY closed_figure
    ADD CONSTRAINT closed_figure_month_fkey FOREIGN KEY (month) REFERENCES closed_month(month) ON DELETE CASCADE;

ALTER TABLE ONLY credential
    ADD CONSTRAINT credential_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES account(id);

ALTER TABLE ONLY decider
    ADD CONSTRAINT decider_wave_fkey FOREIGN KEY (wave) REFERENCES readiness(wave) ON DELETE CASCADE;

ALTER TABLE ONLY decision
    ADD CONSTRAINT decision_wave_fkey FOREIGN KEY (wave) REFERENCES readiness(wave) ON DELETE CASCADE;

ALTER TABLE ONLY delivery
    ADD CONSTRAINT delivery_channel_fkey FOREIGN KEY (channel) REFERENCES send_channel(id);

ALTER TABLE ONLY delivery
    ADD CONSTRAINT delivery_mailing_fkey FOREIGN KEY (mailing) REFERENCES mailing(id) ON DELETE CASCADE;

ALTER TABLE ONLY digest_run
    ADD CONSTRAINT digest_run_mailing_fkey FOREIGN KEY (mailing) REFERENCES mailing(id) ON DELETE SET NULL;

ALTER TABLE ONLY gate_alarm
    ADD CONSTRAINT gate_alarm_gate_fkey FOREIGN KEY (gate) REFERENCES gate(id) ON DELETE CASCADE;

ALTER TABLE ONLY gate_approval
    ADD CONSTRAINT gate_approval_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY gate_approval
    ADD CONSTRAINT gate_approval_gate_fkey FOREIGN KEY (gate) REFERENCES gate(id) ON DELETE CASCADE;

ALTER TABLE ONLY gate_override
    ADD CONSTRAINT gate_override_gate_fkey FOREIGN KEY (gate) REFERENCES gate(id) ON DELETE CASCADE;

ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY gate
    ADD CONSTRAINT gate_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY guide_use
    ADD CONSTRAINT guide_use_guide_fkey FOREIGN KEY (guide) REFERENCES guide(id) ON DELETE CASCADE;

ALTER TABLE ONLY guide_version
    ADD CONSTRAINT guide_version_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY guide_version
    ADD CONSTRAINT guide_version_guide_fkey FOREIGN KEY (guide) REFERENCES guide(id) ON DELETE CASCADE;

ALTER TABLE ONLY import_draft
    ADD CONSTRAINT import_draft_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY import_run
    ADD CONSTRAINT import_run_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY learning_token
    ADD CONSTRAINT learning_token_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id);

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_message_fkey FOREIGN KEY (message) REFERENCES message(id) ON DELETE CASCADE;

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_message_n_fkey FOREIGN KEY (message, n) REFERENCES message_version(message, n) ON DELETE CASCADE;

ALTER TABLE ONLY mailing
    ADD CONSTRAINT mailing_occurrence_fkey FOREIGN KEY (occurrence) REFERENCES occurrence(id) ON DELETE CASCADE;

ALTER TABLE ONLY member_address
    ADD CONSTRAINT member_address_member_fkey FOREIGN KEY (member) REFERENCES member(ord);

ALTER TABLE ONLY message_approval
    ADD CONSTRAINT message_approval_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY message_approval
    ADD CONSTRAINT message_approval_message_n_fkey FOREIGN KEY (message, n) REFERENCES message_version(message, n) ON DELETE CASCADE;

ALTER TABLE ONLY message
    ADD CONSTRAINT message_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id);

ALTER TABLE ONLY message
    ADD CONSTRAINT message_follows_fkey FOREIGN KEY (follows) REFERENCES message(id) ON DELETE SET NULL;

ALTER TABLE ONLY message
    ADD CONSTRAINT message_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE SET NULL;

ALTER TABLE ONLY message_version
    ADD CONSTRAINT message_version_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY message_version
    ADD CONSTRAINT message_version_message_fkey FOREIGN KEY (message) REFERENCES message(id) ON DELETE CASCADE;

ALTER TABLE ONLY message
    ADD CONSTRAINT message_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY occurrence
    ADD CONSTRAINT occurrence_message_fkey FOREIGN KEY (message) REFERENCES message(id) ON DELETE CASCADE;

ALTER TABLE ONLY placement
    ADD CONSTRAINT placement_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY placement
    ADD CONSTRAINT placement_person_fkey FOREIGN KEY (person) REFERENCES person(id) ON DELETE CASCADE;

ALTER TABLE ONLY placement
    ADD CONSTRAINT placement_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY proof
    ADD CONSTRAINT proof_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY rbac_group_member
    ADD CONSTRAINT rbac_group_member_group_id_fkey FOREIGN KEY (group_id) REFERENCES rbac_group(id) ON DELETE CASCADE;

ALTER TABLE ONLY rbac_group_member
    ADD CONSTRAINT rbac_group_member_member_fkey FOREIGN KEY (member) REFERENCES member(ord);

ALTER TABLE ONLY rbac_group_role
    ADD CONSTRAINT rbac_group_role_group_id_fkey FOREIGN KEY (group_id) REFERENCES rbac_group(id) ON DELETE CASCADE;

ALTER TABLE ONLY rbac_permission
    ADD CONSTRAINT rbac_permission_role_id_fkey FOREIGN KEY (role_id) REFERENCES rbac_role(id) ON DELETE CASCADE;

ALTER TABLE ONLY readiness
    ADD CONSTRAINT readiness_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY rollout
    ADD CONSTRAINT rollout_started_by_fkey FOREIGN KEY (started_by) REFERENCES account(id);

ALTER TABLE ONLY session
    ADD CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY sign_up
    ADD CONSTRAINT sign_up_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY sign_up
    ADD CONSTRAINT sign_up_session_fkey FOREIGN KEY (session) REFERENCES training_session(id) ON DELETE CASCADE;

ALTER TABLE ONLY spend_effective
    ADD CONSTRAINT spend_effective_member_fkey FOREIGN KEY (member) REFERENCES member(ord);

ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_course_fkey FOREIGN KEY (course) REFERENCES course(id);

ALTER TABLE ONLY statement
    ADD CONSTRAINT statement_token_fkey FOREIGN KEY (token) REFERENCES learning_token(id);

ALTER TABLE ONLY support_issue
    ADD CONSTRAINT support_issue_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY support_issue
    ADD CONSTRAINT support_issue_reported_by_fkey FOREIGN KEY (reported_by) REFERENCES account(id);

ALTER TABLE ONLY support_issue
    ADD CONSTRAINT support_issue_topic_fkey FOREIGN KEY (topic) REFERENCES escalation(id) ON DELETE SET NULL;

ALTER TABLE ONLY target
    ADD CONSTRAINT target_set_by_fkey FOREIGN KEY (set_by) REFERENCES account(id);

ALTER TABLE ONLY task_activity
    ADD CONSTRAINT task_activity_account_fkey FOREIGN KEY (account) REFERENCES account(id);

ALTER TABLE ONLY task_activity
    ADD CONSTRAINT task_activity_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY task
    ADD CONSTRAINT task_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY task
    ADD CONSTRAINT task_role_fkey FOREIGN KEY (role) REFERENCES rollout_role(key);

ALTER TABLE ONLY task_wait
    ADD CONSTRAINT task_wait_task_fkey FOREIGN KEY (task) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY task_wait
    ADD CONSTRAINT task_wait_waits_for_fkey FOREIGN KEY (waits_for) REFERENCES task(id) ON DELETE CASCADE;

ALTER TABLE ONLY task
    ADD CONSTRAINT task_wave_fkey FOREIGN KEY (wave) REFERENCES wave(id);

ALTER TABLE ONLY telemetry_token
    ADD CONSTRAINT telemetry_token_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id);

ALTER TABLE ONLY thanks
    ADD CONSTRAINT thanks_by_account_fkey FOREIGN KEY (by_account) REFERENCES account(id);

ALTER TABLE ONLY thanks
    ADD CONSTRAINT thanks_champion_fkey FOREIGN KEY (champion) REFERENCES champion(id) ON DELETE CASCADE;

ALTER TABLE ONLY tick
    ADD CONSTRAINT tick_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE;

ALTER TABLE ONLY touchpoint
    ADD CONSTRAINT touchpoint_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY touchpoint
    ADD CONSTRAINT touchpoint_logged_by_fkey FOREIGN KEY (logged_by) REFERENCES account(id);

ALTER TABLE ONLY training_series
    ADD CONSTRAINT training_series_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY training_session
    ADD CONSTRAINT training_session_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY training_session
    ADD CONSTRAINT training_session_series_fkey FOREIGN KEY (series) REFERENCES training_series(id);

ALTER TABLE ONLY vote
    ADD CONSTRAINT vote_wave_fkey FOREIGN KEY (wave) REFERENCES readiness(wave) ON DELETE CASCADE;

ALTER TABLE ONLY win
    ADD CONSTRAINT win_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES account(id);

ALTER TABLE ONLY win
    ADD CONSTRAINT win_department_fkey FOREIGN KEY (department) REFERENCES department(id);

ALTER TABLE ONLY win
    ADD CONSTRAINT win_logged_by_fkey FOREIGN KEY (logged_by) REFERENCES account(id);
