-- +goose Up

-- What a supervisor is writing: one draft each, made from the version that was current then.
CREATE TABLE catalog_drafts (
    agent_id   uuid PRIMARY KEY REFERENCES agents,
    base       bigint NOT NULL REFERENCES catalogs,
    files      jsonb NOT NULL, -- as in catalogs
    changed_at timestamptz NOT NULL
);

-- +goose Down
DROP TABLE catalog_drafts;
