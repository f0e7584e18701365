-- +goose Up

-- Who of the staff wrote for the citizen, on the telephone or at the counter;
-- null: the citizen wrote.
ALTER TABLE conversations ADD COLUMN called_by uuid REFERENCES agents;
CREATE INDEX conversations_called ON conversations (called_by, id DESC) WHERE called_by IS NOT NULL;

ALTER TABLE conversation_log DROP CONSTRAINT conversation_log_what_check,
    ADD CONSTRAINT conversation_log_what_check CHECK (what IN ('queued', 'taken', 'passed', 'released', 'called'));

-- +goose Down
DELETE FROM conversation_log WHERE what = 'called';
ALTER TABLE conversation_log DROP CONSTRAINT conversation_log_what_check,
    ADD CONSTRAINT conversation_log_what_check CHECK (what IN ('queued', 'taken', 'passed', 'released'));
ALTER TABLE conversations DROP COLUMN called_by;
