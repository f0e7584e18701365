-- +goose Up

ALTER TABLE dead_turns
    ADD COLUMN tries       integer NOT NULL DEFAULT 1, -- how often it could not be recorded
    ADD COLUMN tried_until timestamptz;                -- somebody tries it again now, and has until then; null: nobody

-- +goose Down
ALTER TABLE dead_turns DROP COLUMN tried_until, DROP COLUMN tries;
