-- +goose Up

-- What citizens are told unasked about their cases: one row for each person
-- and event, worked on until it has an outcome.
CREATE TABLE notices (
    id          uuid PRIMARY KEY,
    case_number bigint NOT NULL REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
    contact_id  uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    event       text NOT NULL,
    note        text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    next_at     timestamptz,                -- when to work on it; null: it is settled
    outcome     text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'told', 'failed', 'unknown', 'skipped'))
);
CREATE INDEX notices_due ON notices (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX notices_case ON notices (case_number, id);
CREATE INDEX notices_contact ON notices (contact_id);

-- The plan of a notice, way by way, and what became of each.
CREATE TABLE notice_hops (
    notice_id   uuid NOT NULL REFERENCES notices ON DELETE CASCADE,
    n           smallint NOT NULL,          -- order
    way         text NOT NULL,
    beside      boolean NOT NULL,           -- taken whatever becomes of the others
    channel     text NOT NULL,
    address     text NOT NULL,
    identity_id uuid REFERENCES identities, -- null: straight to a number or a mail address
    message_id  uuid,                       -- of the message in the identity's conversation
    provider_id text,                       -- of what was sent straight
    status      text NOT NULL CHECK (status IN ('planned', 'queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'skipped')),
    reason      text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,       -- when it last changed
    PRIMARY KEY (notice_id, n)
);
CREATE INDEX notice_hops_provider ON notice_hops (channel, provider_id) WHERE provider_id IS NOT NULL;

-- Cases that are late are told of once.
ALTER TABLE cases ADD COLUMN delayed_at timestamptz;
CREATE INDEX cases_late ON cases (due_at) WHERE delayed_at IS NULL AND status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened');

-- +goose Down
DROP TABLE notice_hops, notices;
DROP INDEX cases_late;
ALTER TABLE cases DROP COLUMN delayed_at;
