-- +goose Up

-- What somebody has said about news of a topic, one row each time; the newest
-- counts. Who has said nothing gets what concerns him.
CREATE TABLE subscriptions (
    id          uuid PRIMARY KEY,
    contact_id  uuid NOT NULL REFERENCES contacts DEFERRABLE INITIALLY DEFERRED,
    identity_id uuid REFERENCES identities DEFERRABLE INITIALLY DEFERRED, -- where it was said; null: by a link in a mail
    topic       text NOT NULL,
    channel     text NOT NULL DEFAULT '', -- by which it is wanted or not; empty: by all
    wanted      boolean NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX subscriptions_topic ON subscriptions (topic, contact_id, at DESC);
CREATE INDEX subscriptions_contact ON subscriptions (contact_id);

-- +goose Down
DROP TABLE subscriptions;
