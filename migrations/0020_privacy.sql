-- +goose Up

-- When somebody's personal data was erased. Of them only what is counted stays.
ALTER TABLE contacts ADD COLUMN erased_at timestamptz;
-- No conversation begins at an erased address: whoever writes again is a newcomer.
ALTER TABLE identities ADD COLUMN erased_at timestamptz;

-- Photos whose files go as soon as no row of photos names them.
CREATE TABLE photo_removals (
    sha256 text PRIMARY KEY,
    at     timestamptz NOT NULL
);
CREATE INDEX photos_sha256 ON photos (sha256) WHERE sha256 IS NOT NULL;

-- What is said in the audit log stays as it is, but for an erasure, which takes out what stood in it of a person, and for
-- what has been kept for as long as it should be, which is at least a year.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('nagorik.forgets', true) = 'erasure'
        AND (NEW.id, NEW.at, NEW.agent_id, NEW.what, NEW.subject) IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.agent_id, OLD.what, OLD.subject) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND current_setting('nagorik.forgets', true) = 'retention' AND OLD.at < now() - interval '1 year' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit log is only ever added to';
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is only ever added to'; END $$;
-- +goose StatementEnd
DROP INDEX photos_sha256;
DROP TABLE photo_removals;
ALTER TABLE identities DROP COLUMN erased_at;
ALTER TABLE contacts DROP COLUMN erased_at;
