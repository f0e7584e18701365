-- +goose Up

-- How a conversation came to people and went back: who took it and when.
CREATE TABLE conversation_log (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    at              timestamptz NOT NULL,
    what            text NOT NULL CHECK (what IN ('queued', 'taken', 'passed', 'released')),
    agent_id        uuid REFERENCES agents, -- who did it; null: the citizen, the bot or the provider's own inbox
    to_agent        uuid REFERENCES agents, -- passed to
    team            text NOT NULL DEFAULT '',
    reason          text NOT NULL DEFAULT ''
);
CREATE INDEX conversation_log_conversation ON conversation_log (conversation_id, id);
CREATE INDEX conversation_log_agent ON conversation_log (agent_id, id) WHERE agent_id IS NOT NULL;

-- A program or a page that sends its message again, not knowing whether it
-- arrived, says the same key.
ALTER TABLE messages ADD COLUMN client_key text;
CREATE UNIQUE INDEX messages_client ON messages (conversation_id, client_key) WHERE client_key IS NOT NULL;

-- Every change that staff make. Nothing in it is ever changed or removed.
CREATE TABLE audit_log (
    id       uuid PRIMARY KEY,
    at       timestamptz NOT NULL,
    agent_id uuid REFERENCES agents, -- null: a command on the machine
    what     text NOT NULL, -- case.assign, conversation.take, account.add …
    subject  text NOT NULL, -- the case's number, the conversation's or account's id
    before   jsonb,
    after    jsonb
);
CREATE INDEX audit_log_agent ON audit_log (agent_id, id DESC);
CREATE INDEX audit_log_subject ON audit_log (subject, id DESC);
-- +goose StatementBegin
CREATE FUNCTION audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_for_ever BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_is_for_ever();

-- Whom a case that turned out to be reported already follows.
ALTER TABLE cases ADD COLUMN duplicate_of bigint REFERENCES cases;

-- +goose Down
ALTER TABLE cases DROP COLUMN duplicate_of;
DROP TABLE audit_log;
DROP FUNCTION audit_is_for_ever;
ALTER TABLE messages DROP COLUMN client_key;
DROP TABLE conversation_log;
