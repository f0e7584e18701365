-- +goose Up

-- How satisfied the citizen was with the person who dealt with them.
ALTER TABLE conversations
    ADD COLUMN rating_asked_at timestamptz, -- when the question was put; null: it was not
    ADD COLUMN rating          smallint CHECK (rating BETWEEN 1 AND 5), -- 5 is the best; null: no answer
    ADD COLUMN rated_at        timestamptz;

-- The status that the reporter last heard. What was settled or moved before
-- this was kept is no news.
ALTER TABLE cases ADD COLUMN told text NOT NULL DEFAULT 'new';
UPDATE cases c SET told = COALESCE((SELECT m.status FROM cases m WHERE m.number = c.duplicate_of), c.status);

-- +goose Down
ALTER TABLE cases DROP COLUMN told;
ALTER TABLE conversations DROP COLUMN rated_at, DROP COLUMN rating, DROP COLUMN rating_asked_at;
