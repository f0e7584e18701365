-- +goose Up

-- What happens in the flows, by day in Asia/Dhaka: one row a key. A batch of
-- turns appends all it has to say in one row of the deltas, column by column;
-- a job folds them, and a report adds what is unfolded.
CREATE TABLE passages (
    day        date NOT NULL,
    version    bigint NOT NULL,
    channel    text NOT NULL,
    language   text NOT NULL,
    flow       text NOT NULL, -- empty: at the menu
    from_state text NOT NULL, -- empty: the service was entered
    to_state   text NOT NULL, -- empty: it was left
    way        text NOT NULL, -- on, dropped, carried or missed
    n          bigint NOT NULL,
    PRIMARY KEY (day, flow, from_state, to_state, way, version, channel, language)
);

CREATE TABLE passage_deltas (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day        date NOT NULL,
    version    bigint[] NOT NULL,
    channel    text[] NOT NULL,
    language   text[] NOT NULL,
    flow       text[] NOT NULL,
    from_state text[] NOT NULL,
    to_state   text[] NOT NULL,
    way        text[] NOT NULL,
    n          bigint[] NOT NULL
);

-- What was not understood, without numbers and without who wrote it.
CREATE TABLE missed_phrases (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    folded     text NOT NULL,
    flow       text NOT NULL, -- empty: at the menu
    state      text NOT NULL,
    language   text NOT NULL,
    shown      text NOT NULL, -- as it was written last
    n          bigint NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    settled_at timestamptz,   -- taken up or ignored: not shown any more
    UNIQUE (folded, flow, state, language)
);
CREATE INDEX missed_phrases_last ON missed_phrases (last_at);

CREATE TABLE missed_phrase_deltas (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    folded   text[] NOT NULL,
    shown    text[] NOT NULL,
    flow     text[] NOT NULL,
    state    text[] NOT NULL,
    language text[] NOT NULL
);

-- People whom a supervisor moves out of a step that a new version has no more:
-- one row each until it is done.
CREATE TABLE session_moves (
    conversation_id uuid PRIMARY KEY REFERENCES conversations DEFERRABLE INITIALLY DEFERRED,
    version  bigint NOT NULL REFERENCES catalogs, -- where they go
    flow     text NOT NULL,                       -- where they wait …
    state    text NOT NULL,
    to_state text NOT NULL                        -- … and the step of the same service they go to; empty: the menu
);

-- +goose Down
DROP TABLE session_moves, missed_phrase_deltas, missed_phrases, passage_deltas, passages;
