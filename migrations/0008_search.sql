-- +goose Up

-- Numbers that people gave earlier, of a holding or a licence: as handoff folds what is typed.
CREATE INDEX remembered_number ON remembered USING gin (translate(lower(value #>> '{}'), '০১২৩৪৫৬৭৮৯ -/.,#', '0123456789') gin_trgm_ops) WHERE type = 'text';

-- Lists of cases by what is due, and by who works on them.
CREATE INDEX cases_due ON cases ((CASE WHEN status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened') THEN COALESCE(due_at, 'infinity') ELSE 'infinity' END), number);
CREATE INDEX cases_agent ON cases (agent_id, number DESC) WHERE agent_id IS NOT NULL;

-- +goose Down
DROP INDEX remembered_number, cases_due, cases_agent;
