-- +goose Up
-- By which of the contact's addresses an answer was given last; null: staff
-- wrote it down, or it is from before this was kept.
ALTER TABLE remembered ADD COLUMN identity_id uuid REFERENCES identities ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;

-- Codes sent by SMS that prove a telephone to be the contact's. The code itself
-- is kept nowhere: it is made of the id under a key of SECRET_KEY.
CREATE TABLE phone_codes (
    id           uuid PRIMARY KEY,
    contact_id   uuid NOT NULL REFERENCES contacts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    identity_id  uuid REFERENCES identities ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, -- whose dialogue asked for it; null: staff did
    agent_id     uuid REFERENCES agents,
    phone        text NOT NULL, -- E.164
    language     text NOT NULL,
    status       text NOT NULL CHECK (status IN ('planned', 'sending', 'sent', 'failed', 'unknown')),
    at           timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    tries        smallint NOT NULL DEFAULT 0,
    attempted_at timestamptz,
    try_after    timestamptz NOT NULL,
    error        text,
    proved_at    timestamptz, -- when the right code was given
    linked_at    timestamptz  -- when what follows from that was done
);
CREATE INDEX phone_codes_phone ON phone_codes (phone, at);
CREATE INDEX phone_codes_contact ON phone_codes (contact_id, at);
CREATE INDEX phone_codes_identity ON phone_codes (identity_id, at) WHERE identity_id IS NOT NULL;
CREATE INDEX phone_codes_unsent ON phone_codes (id) WHERE status IN ('planned', 'sending');
CREATE INDEX phone_codes_proved ON phone_codes (id) WHERE proved_at IS NOT NULL AND linked_at IS NULL;

-- Contacts that became one after proof, with what each was before. Of the other
-- contact nothing is left but this.
CREATE TABLE contact_merges (
    id         uuid PRIMARY KEY,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, -- who goes on
    gone_id    uuid NOT NULL,
    agent_id   uuid REFERENCES agents, -- who typed the code; null: the citizen
    at         timestamptz NOT NULL,
    kept       jsonb NOT NULL, -- {"contact":…,"remembered":[…]} of contact_id before
    gone       jsonb NOT NULL, -- the same of gone_id
    merged     jsonb NOT NULL, -- the same of contact_id after
    moved      jsonb NOT NULL, -- {"table":["key",…]}: the rows that were gone_id's
    undone_at  timestamptz,
    undone_by  uuid REFERENCES agents
);
CREATE INDEX contact_merges_contact ON contact_merges (contact_id, id DESC);
CREATE INDEX contact_merges_gone ON contact_merges (gone_id, id DESC);
-- +goose Down
DROP TABLE contact_merges;
DROP TABLE phone_codes;
ALTER TABLE remembered DROP COLUMN identity_id;
