-- +goose Up

-- Who follows a case that somebody else has reported, instead of reporting the
-- matter again. A row stays with the case that was joined; whoever reads a case
-- looks at its duplicates' too.
CREATE TABLE case_followers (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    case_number     bigint NOT NULL REFERENCES cases DEFERRABLE INITIALLY DEFERRED,
    contact_id      uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    conversation_id uuid NOT NULL REFERENCES conversations DEFERRABLE INITIALLY DEFERRED, -- in which it was joined
    at              timestamptz NOT NULL
);
CREATE INDEX case_followers_case ON case_followers (case_number, contact_id); -- two contacts that become one may both follow
CREATE INDEX case_followers_contact ON case_followers (contact_id, case_number DESC);

-- A photo of how it is now, that one of the staff has added when a case was
-- resolved: it came with no message.
ALTER TABLE photos ALTER COLUMN conversation_id DROP NOT NULL;
ALTER TABLE photos ALTER COLUMN message_id DROP NOT NULL;
ALTER TABLE photos ADD COLUMN IF NOT EXISTS after boolean NOT NULL DEFAULT false;

-- +goose Down
DELETE FROM photos WHERE conversation_id IS NULL OR message_id IS NULL;
ALTER TABLE photos DROP COLUMN IF EXISTS after;
ALTER TABLE photos ALTER COLUMN conversation_id SET NOT NULL, ALTER COLUMN message_id SET NOT NULL;
DROP TABLE case_followers;
