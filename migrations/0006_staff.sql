-- +goose Up

ALTER TABLE agents
    ADD COLUMN language    text NOT NULL DEFAULT '', -- of the console; empty: as the browser was set last
    ADD COLUMN totp_secret text NOT NULL DEFAULT '', -- to the base of 32; empty: no second factor
    ADD COLUMN totp_used   bigint NOT NULL DEFAULT 0; -- the newest 30 s step whose code was used: no code opens twice

-- The way in when the telephone with the second factor is lost.
CREATE TABLE recovery_codes (
    agent_id  uuid NOT NULL REFERENCES agents,
    code_hash bytea NOT NULL,
    used_at   timestamptz,
    PRIMARY KEY (agent_id, code_hash)
);

-- Who is signed in to the console. Only the hash of the cookie is kept.
CREATE TABLE staff_sessions (
    token_hash bytea PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agents,
    data       bytea NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL
);
CREATE INDEX staff_sessions_agent ON staff_sessions (agent_id);

-- Attempts to sign in, by account and by network; neither is readable here.
CREATE TABLE sign_in_attempts (
    key          bytea PRIMARY KEY,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);

-- A token is named by its id where it is listed and revoked.
ALTER TABLE api_tokens ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
CREATE INDEX api_tokens_agent ON api_tokens (agent_id);

-- Filters of the log by its days and by what was done.
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_what ON audit_log (what text_pattern_ops, id DESC);

-- +goose Down
DROP INDEX audit_log_what, audit_log_at;
DROP INDEX api_tokens_agent;
ALTER TABLE api_tokens DROP COLUMN id;
DROP TABLE sign_in_attempts;
DROP TABLE staff_sessions;
DROP TABLE recovery_codes;
ALTER TABLE agents DROP COLUMN totp_used, DROP COLUMN totp_secret, DROP COLUMN language;
