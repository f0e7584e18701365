-- +goose Up

-- Where the ward of a case comes from: flows.WardBy; empty: its flow asks for none.
ALTER TABLE cases ADD COLUMN ward_by text NOT NULL DEFAULT '';

-- What staff taught: words that mean a ward.
CREATE TABLE ward_aliases (
    id          uuid PRIMARY KEY,
    words       text NOT NULL, -- as they were typed
    sound       text NOT NULL UNIQUE, -- as they are compared
    ward        integer NOT NULL,
    case_number bigint REFERENCES cases DEFERRABLE INITIALLY DEFERRED, -- where it was learnt; null: not from a case
    agent_id    uuid NOT NULL REFERENCES agents,
    at          timestamptz NOT NULL
);

-- Ward layers taken by `wards import`; the newest counts.
CREATE TABLE ward_layers (
    id     uuid PRIMARY KEY,
    name   text NOT NULL, -- of the file
    layer  text NOT NULL, -- GeoJSON, as it was read
    wards  integer NOT NULL,
    at     timestamptz NOT NULL
);

-- +goose Down
DROP TABLE ward_layers, ward_aliases;
ALTER TABLE cases DROP COLUMN ward_by;
