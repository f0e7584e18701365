-- +goose Up

-- How satisfied the citizen was with the person who dealt with them.
ALTER TABLE conversations
    ADD COLUMN rating_asked_at timestamptz, -- when the question was put; null: it was not
    ADD COLUMN rating          smallint CHECK (rating BETWEEN 1 AND 5), -- 5 is the best; null: no answer
    ADD COLUMN rated_at        timestamptz;

-- +goose Down
ALTER TABLE conversations DROP COLUMN rated_at, DROP COLUMN rating, DROP COLUMN rating_asked_at;
