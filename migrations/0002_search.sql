-- +goose Up

-- Parts of phone numbers and e-mail addresses that staff search by.
CREATE INDEX contacts_phone_part ON contacts USING gin (phone gin_trgm_ops) WHERE phone <> '';
CREATE INDEX contacts_email_part ON contacts USING gin (lower(email) gin_trgm_ops) WHERE email <> '';
CREATE INDEX identities_phone_part ON identities USING gin (address gin_trgm_ops) WHERE address LIKE '+%';

-- Lists of the desk, newest first.
CREATE INDEX conversations_team ON conversations (team, id DESC) WHERE team <> '';
CREATE INDEX cases_flow ON cases (flow, number DESC);
CREATE INDEX cases_ward ON cases (ward, number DESC);
CREATE INDEX cases_team ON cases (team, number DESC);
CREATE INDEX cases_opened ON cases (opened_at);

-- +goose Down
DROP INDEX contacts_phone_part, contacts_email_part, identities_phone_part, conversations_team,
    cases_flow, cases_ward, cases_team, cases_opened;
