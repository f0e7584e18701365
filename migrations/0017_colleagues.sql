-- +goose Up

-- What staff write to each other about a conversation. The citizen never sees it.
CREATE TABLE conversation_notes (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    seq             bigint NOT NULL, -- its place among the messages: the conversation's version × 256 + 255
    agent_id        uuid NOT NULL REFERENCES agents,
    text            text NOT NULL,
    at              timestamptz NOT NULL
);
CREATE INDEX conversation_notes_conversation ON conversation_notes (conversation_id, seq, id);

-- Whom a note names, and whether he has seen it.
CREATE TABLE mentions (
    note_id  uuid NOT NULL REFERENCES conversation_notes,
    agent_id uuid NOT NULL REFERENCES agents,
    read_at  timestamptz,
    PRIMARY KEY (note_id, agent_id)
);
CREATE INDEX mentions_agent ON mentions (agent_id, note_id DESC);
CREATE INDEX mentions_unread ON mentions (agent_id) WHERE read_at IS NULL;

-- Answers that are given again and again, in both languages.
CREATE TABLE canned_replies (
    id         uuid PRIMARY KEY,
    team       text NOT NULL DEFAULT '', -- whose it is; empty: everybody's
    title      text NOT NULL,
    bn         text NOT NULL,
    en         text NOT NULL,
    agent_id   uuid NOT NULL REFERENCES agents, -- who changed it last
    changed_at timestamptz NOT NULL
);
CREATE INDEX canned_replies_team ON canned_replies (team, title);

-- Who of the staff sent a photo; null: it came from the citizen.
ALTER TABLE photos ADD COLUMN agent_id uuid REFERENCES agents;

-- +goose Down
ALTER TABLE photos DROP COLUMN agent_id;
DROP TABLE canned_replies, mentions, conversation_notes;
