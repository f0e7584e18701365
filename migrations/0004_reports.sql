-- +goose Up

-- What reports ask for: when a conversation first came to people (null: the
-- bot alone has had it), and at which place of a dialogue, "flow.state", a
-- reply of the bot was given (null on all but the first reply of a turn).
ALTER TABLE conversations ADD COLUMN handed_at timestamptz;
UPDATE conversations SET handed_at = COALESCE(queued_at, last_at) WHERE owner <> 'bot' OR reason <> '';
ALTER TABLE messages ADD COLUMN place text;

-- Rows lie in the order in which they were opened; a turn does not touch it.
CREATE INDEX conversations_opened ON conversations USING brin (opened_at) WITH (pages_per_range = 32, autosummarize = on);

-- +goose Down
DROP INDEX conversations_opened;
ALTER TABLE messages DROP COLUMN place;
ALTER TABLE conversations DROP COLUMN handed_at;
