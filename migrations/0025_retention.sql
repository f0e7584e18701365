-- +goose Up

-- For how long what is kept: months by kind of record; a kind without a row, or with 0, is kept for ever.
CREATE TABLE retention (
    kind       text PRIMARY KEY CHECK (kind IN ('words', 'photos', 'people', 'faults', 'audit')),
    months     integer NOT NULL CHECK (months BETWEEN 0 AND 240),
    changed_at timestamptz NOT NULL
);

-- Conversations whose words are gone, so that they are not looked at again.
ALTER TABLE conversations ADD COLUMN words_gone_at timestamptz;
CREATE INDEX conversations_worded ON conversations (closed_at) WHERE closed_at IS NOT NULL AND words_gone_at IS NULL;
CREATE INDEX photos_at ON photos (at);

-- +goose Down
DROP INDEX photos_at, conversations_worded;
ALTER TABLE conversations DROP COLUMN words_gone_at;
DROP TABLE retention;
