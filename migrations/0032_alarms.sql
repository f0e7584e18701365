-- +goose Up

-- Alarms are mailed to staff once; who ended one by hand is in the audit log.
ALTER TABLE alarms ADD COLUMN mailed_at timestamptz;
CREATE INDEX alarms_unmailed ON alarms (raised_at) WHERE cleared_at IS NULL AND mailed_at IS NULL;
CREATE INDEX alarms_ended ON alarms (cleared_at DESC) WHERE cleared_at IS NOT NULL;

-- Whether somebody wants mail about alarms.
ALTER TABLE agents ADD COLUMN alarm_mail boolean NOT NULL DEFAULT true;

-- +goose Down
ALTER TABLE agents DROP COLUMN alarm_mail;
DROP INDEX alarms_unmailed, alarms_ended;
ALTER TABLE alarms DROP COLUMN mailed_at;
