-- +goose Up

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Who writes to the city. One person, however many addresses.
CREATE TABLE contacts (
    id          uuid PRIMARY KEY,
    name        text NOT NULL DEFAULT '',
    name_folded text NOT NULL DEFAULT '', -- bangla.Fold and bangla.Latin of the name, for search in either script
    phone       text NOT NULL DEFAULT '', -- E.164
    email       text NOT NULL DEFAULT '',
    ward        integer,
    language    text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE INDEX contacts_name ON contacts USING gin (name_folded gin_trgm_ops);
CREATE INDEX contacts_phone ON contacts (phone) WHERE phone <> '';
CREATE INDEX contacts_email ON contacts (lower(email)) WHERE email <> '';

-- A person's address on one channel.
CREATE TABLE identities (
    id          uuid PRIMARY KEY,
    contact_id  uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    channel     text NOT NULL,
    address     text NOT NULL,
    name        text NOT NULL DEFAULT '',
    muted       boolean NOT NULL DEFAULT false,     -- sent STOP
    profile_due timestamptz,                        -- when to ask the provider for the name; null: done
    created_at  timestamptz NOT NULL,
    UNIQUE (channel, address)
);
CREATE INDEX identities_contact ON identities (contact_id);
CREATE INDEX identities_profile_due ON identities (profile_due) WHERE profile_due IS NOT NULL;

-- What a contact told us once and is not asked again.
CREATE TABLE remembered (
    contact_id uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    slot       text NOT NULL,
    type       text NOT NULL,
    value      jsonb NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (contact_id, slot)
);

-- Staff.
CREATE TABLE agents (
    id            uuid PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator')),
    teams         text[] NOT NULL DEFAULT '{}',
    wards         integer[] NOT NULL DEFAULT '{}',
    password_hash text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz
);
CREATE UNIQUE INDEX agents_email ON agents (lower(email));

CREATE TABLE sign_in_links (
    token_hash bytea PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agents,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE TABLE api_tokens (
    token_hash   bytea PRIMARY KEY,
    agent_id     uuid NOT NULL REFERENCES agents,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz
);

-- Published versions of the flows, text kept verbatim.
CREATE TABLE catalogs (
    version      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    files        jsonb NOT NULL, -- [{"name":…,"text":…}]
    hash         text NOT NULL,
    source       text NOT NULL CHECK (source IN ('built-in', 'file', 'console', 'command')),
    author       text NOT NULL DEFAULT '',
    note         text NOT NULL DEFAULT '',
    published_at timestamptz NOT NULL
);

-- The thread. It belongs to one identity; at most one is open at a time.
-- The version rises with everything that changes the conversation.
CREATE TABLE conversations (
    id           uuid PRIMARY KEY,
    identity_id  uuid NOT NULL REFERENCES identities DEFERRABLE INITIALLY DEFERRED,
    contact_id   uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    channel      text NOT NULL,
    version      bigint NOT NULL,
    owner        text NOT NULL CHECK (owner IN ('bot', 'queue', 'agent')),
    agent_id     uuid REFERENCES agents,
    team         text NOT NULL DEFAULT '',
    reason       text NOT NULL DEFAULT '', -- why it came to the desk
    urgent       boolean NOT NULL DEFAULT false,
    queued_at    timestamptz,
    flow         text NOT NULL DEFAULT '', -- the service it is or was about
    state        text NOT NULL DEFAULT '',
    language     text NOT NULL DEFAULT '',
    ward         integer,
    checkpoint   jsonb NOT NULL,
    opened_at    timestamptz NOT NULL,
    last_in_at   timestamptz NOT NULL, -- by the provider's clock
    last_at      timestamptz NOT NULL,
    due_at       timestamptz,          -- when an idle session is reminded, expired or given back
    due_with     text NOT NULL DEFAULT '',
    wake_at      timestamptz,          -- when to look whether due_at has come: moves rarely, so that turns stay HOT updates
    outbox_until timestamptz,          -- null: nothing to send; past: due; future: leased, or waiting to try again
    closed_at    timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX conversations_open ON conversations (identity_id) WHERE closed_at IS NULL;
CREATE INDEX conversations_identity ON conversations (identity_id, id DESC);
CREATE INDEX conversations_contact ON conversations (contact_id, id DESC);
CREATE INDEX conversations_desk ON conversations (owner, id DESC) WHERE owner <> 'bot';
CREATE INDEX conversations_wake ON conversations (wake_at) WHERE wake_at IS NOT NULL;

-- Inbox and outbox in one.
CREATE TABLE messages (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    seq             bigint NOT NULL, -- order within the conversation: its version × 256 + place in the turn
    direction       text NOT NULL CHECK (direction IN ('in', 'out')),
    author          text NOT NULL CHECK (author IN ('contact', 'bot', 'agent')),
    agent_id        uuid REFERENCES agents,
    channel         text NOT NULL,
    provider_id     text,
    kind            text NOT NULL,
    text            text NOT NULL,
    detail          jsonb, -- choices of a prompt, payload of a tap, pin, what else came with it
    status          text NOT NULL,
    at              timestamptz NOT NULL,
    send_after      timestamptz,
    attempts        smallint NOT NULL DEFAULT 0,
    attempted_at    timestamptz,
    error           text
);
CREATE UNIQUE INDEX messages_provider ON messages (channel, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX messages_conversation ON messages (conversation_id, seq);
CREATE INDEX messages_unsent ON messages (conversation_id, seq) WHERE status IN ('queued', 'sending');

-- Numbers are handed out in blocks of 20 per process; gaps are fine.
CREATE SEQUENCE case_numbers START 10001 INCREMENT 20;

CREATE TABLE cases (
    number          bigint PRIMARY KEY,
    flow            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('complaint', 'request', 'question', 'suggestion')),
    title           text NOT NULL,
    status          text NOT NULL,
    team            text NOT NULL DEFAULT '',
    agent_id        uuid REFERENCES agents,
    ward            integer,
    place           text NOT NULL DEFAULT '',
    lat             double precision,
    lon             double precision,
    contact_id      uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    channel         text NOT NULL,
    catalog_version bigint NOT NULL DEFAULT 0,
    answers         jsonb NOT NULL,
    opened_at       timestamptz NOT NULL,
    due_at          timestamptz,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX cases_contact ON cases (contact_id, number DESC);
CREATE INDEX cases_conversation ON cases (conversation_id);
CREATE INDEX cases_status ON cases (status, number DESC);

CREATE TABLE case_timeline (
    id          uuid PRIMARY KEY,
    case_number bigint NOT NULL REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
    at          timestamptz NOT NULL,
    kind        text NOT NULL,
    agent_id    uuid REFERENCES agents, -- null: the contact or the bot
    text        text NOT NULL DEFAULT ''
);
CREATE INDEX case_timeline_case ON case_timeline (case_number, id);

CREATE TABLE photos (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    message_id      uuid NOT NULL REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
    case_number     bigint REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
    channel         text NOT NULL,
    source          text NOT NULL, -- where it is fetched from; empty once it is kept
    status          text NOT NULL CHECK (status IN ('pending', 'kept', 'failed')),
    sha256          text,
    type            text,
    width           integer,
    height          integer,
    size            bigint,
    lat             double precision, -- from EXIF: a hint for staff, never shown in public
    lon             double precision,
    taken_at        timestamptz,
    at              timestamptz NOT NULL,
    attempts        smallint NOT NULL DEFAULT 0,
    try_after       timestamptz,
    error           text
);
CREATE INDEX photos_case ON photos (case_number, id) WHERE case_number IS NOT NULL;
CREATE INDEX photos_message ON photos (message_id);
CREATE INDEX photos_pending ON photos (try_after) WHERE status = 'pending';

CREATE TABLE notes (
    id          uuid PRIMARY KEY,
    contact_id  uuid NOT NULL REFERENCES contacts,
    case_number bigint REFERENCES cases,
    agent_id    uuid NOT NULL REFERENCES agents,
    text        text NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX notes_contact ON notes (contact_id, id);

-- What the reports count, by day in Asia/Dhaka. Deltas are appended with
-- each batch of turns and folded by a job; a report adds what is unfolded.
CREATE TABLE counters (
    day     date NOT NULL,
    ward    integer NOT NULL,
    flow    text NOT NULL,
    kind    text NOT NULL,
    channel text NOT NULL,
    what    text NOT NULL,
    n       bigint NOT NULL,
    PRIMARY KEY (day, ward, flow, kind, channel, what)
);

CREATE TABLE counter_deltas (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day     date NOT NULL,
    ward    integer NOT NULL,
    flow    text NOT NULL,
    kind    text NOT NULL,
    channel text NOT NULL,
    what    text NOT NULL,
    n       bigint NOT NULL
);

-- Turns that could not be committed even alone.
CREATE TABLE dead_turns (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    event   text NOT NULL, -- the event as it was decoded, in JSON
    error   text NOT NULL
);

-- Red alerts and faults for staff.
CREATE TABLE alarms (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL,
    subject         text NOT NULL DEFAULT '',
    conversation_id uuid REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    text            text NOT NULL DEFAULT '',
    raised_at       timestamptz NOT NULL,
    cleared_at      timestamptz
);
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE cleared_at IS NULL;

-- +goose Down
DROP TABLE alarms, dead_turns, counter_deltas, counters, notes, photos, case_timeline, cases, messages,
    conversations, catalogs, api_tokens, sign_in_links, agents, remembered, identities, contacts;
DROP SEQUENCE case_numbers;
