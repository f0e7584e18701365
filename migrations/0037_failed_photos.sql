-- +goose Up
-- Photos that could not be fetched are counted for the administrator's menu.
CREATE INDEX photos_failed ON photos (id) WHERE status = 'failed' AND source <> '';

-- +goose Down
DROP INDEX photos_failed;
