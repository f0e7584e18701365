-- +goose Up

-- A reply that somebody of the staff sends once more, of his own will.
ALTER TABLE messages ADD COLUMN retried_at timestamptz; -- when; an outcome that is unknown again is not tried again by itself

-- What staff have begun to write and not yet sent.
CREATE TABLE drafts (
    agent_id        uuid NOT NULL REFERENCES agents,
    conversation_id uuid NOT NULL REFERENCES conversations,
    text            text NOT NULL,
    at              timestamptz NOT NULL,
    PRIMARY KEY (agent_id, conversation_id)
);
CREATE INDEX drafts_conversation ON drafts (conversation_id);

-- +goose Down
DROP TABLE drafts;
ALTER TABLE messages DROP COLUMN retried_at;
