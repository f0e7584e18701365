-- +goose Up

-- News that an office sends to those it concerns.
CREATE TABLE broadcasts (
    id         uuid PRIMARY KEY,
    title      text NOT NULL,              -- for the staff
    topic      text NOT NULL,              -- of the catalogue; who has left it is not told
    words      jsonb NOT NULL,             -- by channel and language
    audience   jsonb NOT NULL,
    per_minute jsonb NOT NULL,             -- by channel
    emergency  text NOT NULL DEFAULT '',   -- why it is sent in quiet hours too; empty: it is not
    state      text NOT NULL CHECK (state IN ('draft', 'scheduled', 'sending', 'paused', 'done', 'cancelled')),
    agent_id   uuid NOT NULL REFERENCES agents, -- who wrote it
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    due_at     timestamptz,
    begun_at   timestamptz,                -- when its recipients were written down
    ended_at   timestamptz
);
CREATE INDEX broadcasts_open ON broadcasts (state, due_at) WHERE state IN ('scheduled', 'sending');

-- When the next of a broadcast may go out by a channel.
CREATE TABLE broadcast_paces (
    broadcast_id uuid NOT NULL REFERENCES broadcasts,
    channel      text NOT NULL,
    next_at      timestamptz NOT NULL,
    PRIMARY KEY (broadcast_id, channel)
);

-- Everybody a broadcast is for, once.
CREATE TABLE broadcast_recipients (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcasts,
    person       uuid NOT NULL,             -- the contact at the beginning, whoever it has become one with since
    contact_id   uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    channel      text NOT NULL,             -- in whose turn it is sent; empty: to be planned again
    status       text NOT NULL CHECK (status IN ('waiting', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped')),
    reason       text NOT NULL DEFAULT '',
    tries        smallint NOT NULL DEFAULT 0, -- of the way that is under way
    next_at      timestamptz,               -- not before; null: at once
    at           timestamptz NOT NULL,
    UNIQUE (broadcast_id, person)
);
CREATE INDEX broadcast_recipients_waiting ON broadcast_recipients (broadcast_id, channel, id) WHERE status = 'waiting';
CREATE INDEX broadcast_recipients_status ON broadcast_recipients (broadcast_id, status);
CREATE INDEX broadcast_recipients_contact ON broadcast_recipients (contact_id, broadcast_id);

-- The ways that were taken or passed over for a recipient, and what became of each.
CREATE TABLE broadcast_hops (
    recipient_id bigint NOT NULL REFERENCES broadcast_recipients,
    n            smallint NOT NULL,          -- order
    way          text NOT NULL,
    channel      text NOT NULL,
    address      text NOT NULL,
    language     text NOT NULL,
    segments     smallint NOT NULL DEFAULT 0, -- of an SMS
    identity_id  uuid REFERENCES identities, -- null: straight to a number or a mail address
    message_id   uuid,                       -- of the message in the identity's conversation
    provider_id  text,                       -- of what was sent straight
    status       text NOT NULL CHECK (status IN ('planned', 'queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped')),
    reason       text NOT NULL DEFAULT '',
    at           timestamptz NOT NULL,       -- when it last changed
    PRIMARY KEY (recipient_id, n)
);
CREATE UNIQUE INDEX broadcast_hops_message ON broadcast_hops (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX broadcast_hops_provider ON broadcast_hops (channel, provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX broadcast_hops_address ON broadcast_hops (channel, address) WHERE address <> '';
CREATE INDEX broadcast_hops_open ON broadcast_hops (at) WHERE status IN ('queued', 'sending');

-- What staff have sent to themselves to look at it.
CREATE TABLE broadcast_tests (
    id           uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES broadcasts,
    agent_id     uuid NOT NULL REFERENCES agents,
    way          text NOT NULL,
    language     text NOT NULL,
    segments     smallint NOT NULL DEFAULT 0,
    status       text NOT NULL CHECK (status IN ('sending', 'sent', 'failed', 'unknown')),
    reason       text NOT NULL DEFAULT '',
    at           timestamptz NOT NULL
);
CREATE INDEX broadcast_tests_of ON broadcast_tests (broadcast_id, id DESC);
CREATE INDEX broadcast_tests_by ON broadcast_tests (agent_id, at);

-- What becomes of a message of a broadcast becomes of its way, whoever moves
-- the message: the sender, a receipt, an echo, an erasure.
-- +goose StatementBegin
CREATE FUNCTION broadcast_message_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE broadcast_hops SET status = CASE NEW.status WHEN 'read' THEN 'delivered' WHEN 'cancelled' THEN 'skipped' ELSE NEW.status END,
        reason = CASE WHEN NEW.status IN ('failed', 'unknown') THEN left(COALESCE(NEW.error, ''), 500) ELSE '' END, at = now()
    WHERE message_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER broadcast_message_moved AFTER UPDATE OF status ON messages FOR EACH ROW
    WHEN (NEW.kind = 'broadcast' AND NEW.status IS DISTINCT FROM OLD.status) EXECUTE FUNCTION broadcast_message_moved();

-- What becomes of a way becomes of its recipient. One that failed while it was
-- being sent is planned again, unless the broadcast was cancelled: another way
-- may be left.
-- +goose StatementBegin
CREATE FUNCTION broadcast_hop_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    again boolean := NEW.status = 'failed' AND OLD.status IN ('queued', 'sending') AND EXISTS (SELECT 1 FROM broadcast_recipients r
        JOIN broadcasts b ON b.id = r.broadcast_id WHERE r.id = NEW.recipient_id AND b.state <> 'cancelled');
BEGIN
    UPDATE broadcast_recipients SET
        status = CASE WHEN again OR NEW.status = 'planned' THEN 'waiting' WHEN NEW.status IN ('queued', 'sending') THEN 'sending' ELSE NEW.status END,
        channel = CASE WHEN again THEN '' ELSE channel END, reason = NEW.reason, at = NEW.at
    WHERE id = NEW.recipient_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER broadcast_hop_moved AFTER UPDATE OF status ON broadcast_hops FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM OLD.status AND NOT (OLD.status = 'planned' AND NEW.status = 'skipped')) EXECUTE FUNCTION broadcast_hop_moved();

-- +goose Down
DROP TRIGGER broadcast_message_moved ON messages;
DROP TABLE broadcast_tests, broadcast_hops, broadcast_recipients, broadcast_paces, broadcasts;
DROP FUNCTION broadcast_message_moved, broadcast_hop_moved;
