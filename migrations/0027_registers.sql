-- +goose Up

-- Tables that supervisors upload, under the name by which flows look a row up.
CREATE TABLE registers (
    id       uuid PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    in_force uuid, -- the version that answers; null: none
    at       timestamptz NOT NULL
);

CREATE TABLE register_versions (
    id          uuid PRIMARY KEY,
    register_id uuid NOT NULL REFERENCES registers ON DELETE CASCADE,
    number      integer NOT NULL, -- within the register, from 1
    agent_id    uuid NOT NULL REFERENCES agents,
    file        text NOT NULL, -- as it was called
    bytes       bigint NOT NULL,
    status      text NOT NULL CHECK (status IN ('uploaded', 'asked', 'loading', 'loaded', 'failed', 'cancelled')),
    columns     jsonb NOT NULL, -- title, name, type and use of each
    sample      jsonb, -- the first rows, until it is loaded
    proof       boolean NOT NULL DEFAULT false, -- answers only who has proven the telephone in the row
    at          timestamptz NOT NULL,
    beat_at     timestamptz, -- when the process that loads it was last heard of
    done_at     timestamptz,
    read_bytes  bigint NOT NULL DEFAULT 0,
    rows        bigint NOT NULL DEFAULT 0,
    faults      bigint NOT NULL DEFAULT 0,
    error       text NOT NULL DEFAULT '',
    UNIQUE (register_id, number)
);
CREATE INDEX register_versions_open ON register_versions (id) WHERE status IN ('asked', 'loading');

-- Without a foreign key: a million of them are loaded at once.
CREATE TABLE register_rows (
    version_id uuid NOT NULL,
    key        text COLLATE "C" NOT NULL, -- as flows.RegisterKey makes it
    phone      text NOT NULL, -- E.164; empty: none
    fields     text[] NOT NULL, -- in the order of the version's columns
    PRIMARY KEY (version_id, key)
);

CREATE TABLE register_faults (
    version_id uuid NOT NULL REFERENCES register_versions ON DELETE CASCADE,
    n          integer NOT NULL,
    line       bigint NOT NULL, -- of the file, from 1
    title      text NOT NULL, -- of the column; empty: the whole line
    what       text NOT NULL,
    PRIMARY KEY (version_id, n)
);

-- A code can go to the telephone in a row. It proves no more than that whoever
-- asked may hear of the row: it links nobody.
ALTER TABLE phone_codes ADD COLUMN register text NOT NULL DEFAULT '', ADD COLUMN register_key text NOT NULL DEFAULT '';
CREATE INDEX phone_codes_row ON phone_codes (register, register_key, at) WHERE register <> '';
DROP INDEX phone_codes_proved;
CREATE INDEX phone_codes_proved ON phone_codes (id) WHERE proved_at IS NOT NULL AND linked_at IS NULL AND register = '';

-- +goose Down
DELETE FROM phone_codes WHERE register <> '';
DROP INDEX phone_codes_proved;
DROP INDEX phone_codes_row;
ALTER TABLE phone_codes DROP COLUMN register, DROP COLUMN register_key;
CREATE INDEX phone_codes_proved ON phone_codes (id) WHERE proved_at IS NOT NULL AND linked_at IS NULL;
DROP TABLE register_faults, register_rows, register_versions, registers;
