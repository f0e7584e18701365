-- +goose Up

-- What a list was narrowed to, under a name.
CREATE TABLE saved_filters (
    id         uuid PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agents,
    list       text NOT NULL CHECK (list IN ('cases', 'conversations', 'inbox')),
    name       text NOT NULL,
    query      text NOT NULL,          -- as it stands in the address
    shared     boolean NOT NULL,       -- everybody of the staff is offered it
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX saved_filters_name ON saved_filters (agent_id, list, name);
CREATE INDEX saved_filters_shared ON saved_filters (list) WHERE shared;

-- +goose Down
DROP TABLE saved_filters;
