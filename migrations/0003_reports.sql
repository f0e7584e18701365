-- +goose Up

-- What reports ask of a conversation: when it first came to people (null: the
-- bot alone has had it), and the places of its dialogues, "flow.state ", in
-- the order they were come to.
ALTER TABLE conversations ADD COLUMN handed_at timestamptz;
ALTER TABLE conversations ADD COLUMN passed text NOT NULL DEFAULT '';
UPDATE conversations SET handed_at = COALESCE(queued_at, last_at) WHERE owner <> 'bot' OR reason <> '';

CREATE INDEX conversations_opened ON conversations (opened_at);

-- +goose Down
DROP INDEX conversations_opened;
ALTER TABLE conversations DROP COLUMN passed;
ALTER TABLE conversations DROP COLUMN handed_at;
