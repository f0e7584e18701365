-- +goose Up

-- SMS goes by several links: the one the person last wrote by.
ALTER TABLE conversations ADD COLUMN via text NOT NULL DEFAULT '';

-- How many attempts may have reached the person although nobody told us. Apart
-- from attempts, so that a message which surely failed before is still sent
-- the one further time.
ALTER TABLE messages ADD COLUMN doubts smallint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE messages DROP COLUMN doubts;
ALTER TABLE conversations DROP COLUMN via;
