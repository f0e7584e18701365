-- +goose Up

-- The reports are made of figures (0041, 0044): nobody reads counters any more.
DROP TABLE counter_deltas, counters;

-- What was to be folded into them is folded by fold_passages.
DELETE FROM river.river_job WHERE args->>'task' = 'fold_counters';

-- +goose Down
CREATE TABLE counters (
    day     date NOT NULL,
    ward    integer NOT NULL,
    flow    text NOT NULL,
    kind    text NOT NULL,
    channel text NOT NULL,
    what    text NOT NULL,
    n       bigint NOT NULL,
    PRIMARY KEY (day, ward, flow, kind, channel, what)
);

CREATE TABLE counter_deltas (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day     date NOT NULL,
    ward    integer NOT NULL,
    flow    text NOT NULL,
    kind    text NOT NULL,
    channel text NOT NULL,
    what    text NOT NULL,
    n       bigint NOT NULL
);
