-- +goose Up

-- What a waiting citizen was promised.
ALTER TABLE conversations
    ADD COLUMN promised_at timestamptz, -- until when a person shall have answered; null: nothing is promised, or it was kept
    ADD COLUMN missed_at   timestamptz, -- when that was missed and the citizen was told
    ADD COLUMN agent_at    timestamptz; -- when its agent got it or last wrote
CREATE INDEX conversations_promised ON conversations (promised_at) WHERE promised_at IS NOT NULL AND missed_at IS NULL;
CREATE INDEX conversations_queue ON conversations (team, queued_at) WHERE owner = 'queue' AND closed_at IS NULL;
CREATE INDEX conversations_held ON conversations (agent_id) WHERE agent_id IS NOT NULL AND closed_at IS NULL;

-- How long conversations waited before they came to somebody.
ALTER TABLE conversation_log ADD COLUMN queued_at timestamptz; -- of a line that ends the wait: since when
CREATE INDEX conversation_log_waits ON conversation_log (team, id DESC) WHERE queued_at IS NOT NULL;

-- Who is there, and how much of what they take on.
ALTER TABLE agents
    ADD COLUMN on_duty     boolean NOT NULL DEFAULT false,
    ADD COLUMN duty_at     timestamptz, -- since when they are on or off duty; null: they never were on duty
    ADD COLUMN seen_at     timestamptz, -- when they last did something
    ADD COLUMN assigned_at timestamptz, -- when a conversation was last given to them
    ADD COLUMN capacity    smallint NOT NULL DEFAULT 4 CHECK (capacity BETWEEN 0 AND 100), -- conversations at once
    ADD COLUMN languages   text[] NOT NULL DEFAULT '{}'; -- empty: all

-- +goose Down
DROP INDEX conversations_queue, conversations_held; -- the others go with their columns
ALTER TABLE agents DROP COLUMN on_duty, DROP COLUMN duty_at, DROP COLUMN seen_at, DROP COLUMN assigned_at, DROP COLUMN capacity, DROP COLUMN languages;
ALTER TABLE conversation_log DROP COLUMN queued_at;
ALTER TABLE conversations DROP COLUMN promised_at, DROP COLUMN missed_at, DROP COLUMN agent_at;
