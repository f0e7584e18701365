-- +goose Up

-- A case that turned out to be reported already: the one it was found to
-- repeat. duplicate_of is the main case where that leads in the end, never a
-- duplicate itself.
ALTER TABLE cases ADD COLUMN repeats bigint REFERENCES cases;
UPDATE cases SET repeats = duplicate_of WHERE duplicate_of IS NOT NULL;
CREATE INDEX cases_duplicates ON cases (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- Open cases of a service around a point, and in a ward.
CREATE INDEX cases_near ON cases (flow, lat, lon) WHERE lat IS NOT NULL AND status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened');
CREATE INDEX cases_of_ward ON cases (flow, ward, number DESC) WHERE ward IS NOT NULL AND status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened');

-- +goose Down
DROP INDEX cases_near, cases_of_ward, cases_duplicates;
ALTER TABLE cases DROP COLUMN repeats;
