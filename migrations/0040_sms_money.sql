-- +goose Up

-- What a gateway takes for each segment of an SMS, from a day on. All amounts are in thousandths of a paisa: ৳1 is 100,000.
CREATE TABLE sms_prices (
    gateway    text NOT NULL,
    since      date NOT NULL,
    plain      bigint NOT NULL CHECK (plain BETWEEN 0 AND 100000000),    -- in the 7-bit alphabet
    unicode    bigint NOT NULL CHECK (unicode BETWEEN 0 AND 100000000),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (gateway, since)
);

-- Every time that a gateway took an SMS, or may have taken it. There is nothing of a citizen in it.
CREATE TABLE sms_handovers (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    gateway     text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('bot', 'agent', 'notice', 'broadcast', 'code')),
    ref         uuid NOT NULL,              -- the message, notice, broadcast or code
    provider_id text,
    segments    smallint NOT NULL CHECK (segments > 0),
    unicode     boolean NOT NULL,
    cost        bigint CHECK (cost >= 0),   -- null: no price was known
    stated      boolean NOT NULL DEFAULT false -- the provider itself said what it cost
);
CREATE INDEX sms_handovers_at ON sms_handovers (at) INCLUDE (gateway, kind, segments, cost);
CREATE INDEX sms_handovers_ref ON sms_handovers (ref);
CREATE INDEX sms_handovers_provider ON sms_handovers (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX sms_handovers_unpriced ON sms_handovers (gateway, at) WHERE cost IS NULL;

-- What may be spent in a month. One row.
CREATE TABLE sms_budget (
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    amount     bigint CHECK (amount > 0),   -- null: no bound
    hard       boolean NOT NULL,            -- replies and codes stop too when it is used up
    changed_at timestamptz NOT NULL
);

-- What is left at a gateway, as it said itself, in hundred-thousandths of its currency.
CREATE TABLE sms_balances (
    gateway  text PRIMARY KEY,
    amount   bigint,                        -- null: it has not told yet
    currency text NOT NULL DEFAULT '',
    told_at  timestamptz,
    fault    text NOT NULL DEFAULT '',      -- why it did not tell when it was asked last
    asked_at timestamptz,
    least    bigint CHECK (least >= 0)      -- below this there is an alarm; null: none
);

-- +goose Down
DROP TABLE sms_prices, sms_handovers, sms_budget, sms_balances;
