-- +goose Up

-- What administrators have switched on; a switch without a row is off.
CREATE TABLE switches (
    name       text PRIMARY KEY CHECK (name IN ('public_counts')),
    on_since   timestamptz NOT NULL
);

-- Links for screens that show the wall and nothing else. Only the hash of the token is kept.
CREATE TABLE wall_links (
    id         uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    name       text NOT NULL CHECK (name <> ''),
    made_by    uuid NOT NULL REFERENCES agents,
    made_at    timestamptz NOT NULL,
    seen_at    timestamptz,
    ended_at   timestamptz
);
CREATE INDEX wall_links_made_at ON wall_links (made_at DESC, id);

-- +goose Down
DROP TABLE wall_links;
DROP TABLE switches;
