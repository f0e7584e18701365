-- +goose Up

-- Who sees only some departments or wards sees figures of his own: they are
-- counted for every such part of the record that somebody at the desk sees, and
-- for all of it, which is 0 and stands nowhere. A part that is new is counted in
-- the background, until when facts are read for it.
CREATE TABLE figure_scopes (
    id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    teams   text[] NOT NULL,    -- in order; empty: all departments
    wards   integer[] NOT NULL, -- in order; empty: all wards
    counted boolean NOT NULL DEFAULT false,
    UNIQUE (teams, wards)
);

ALTER TABLE figures ADD COLUMN scope integer NOT NULL DEFAULT 0;
ALTER TABLE figures DROP CONSTRAINT figures_pkey;
ALTER TABLE figures ADD PRIMARY KEY (scope, what, monthly, ward, day, flow, kind, channel, team, key);

-- Whoever sees a case sees the conversation it came from: the department, ward
-- and agent of each of its cases.
ALTER TABLE talk_facts
    ADD COLUMN case_teams text[] NOT NULL DEFAULT '{}',
    ADD COLUMN case_wards integer[] NOT NULL DEFAULT '{}',
    ADD COLUMN case_agents uuid[] NOT NULL DEFAULT '{}';

-- What was given to somebody by name, day by day.
CREATE INDEX talk_facts_agent ON talk_facts (agent_id, day) WHERE agent_id IS NOT NULL;
CREATE INDEX talk_facts_caller ON talk_facts (called_by, day) WHERE called_by IS NOT NULL;
CREATE INDEX case_facts_agent_talk ON case_facts (agent_id, talk_day) WHERE agent_id IS NOT NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION case_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.team, OLD.ward, OLD.agent_id, OLD.conversation_id) IS NOT DISTINCT FROM (NEW.team, NEW.ward, NEW.agent_id, NEW.conversation_id) THEN
            INSERT INTO figure_changes (cases) VALUES (ARRAY[OLD.number]);
        ELSE
            INSERT INTO figure_changes (cases, talks) VALUES (ARRAY[OLD.number], ARRAY[OLD.conversation_id, NEW.conversation_id]);
        END IF;
    ELSE
        INSERT INTO figure_changes (cases, talks) VALUES (ARRAY[OLD.number], ARRAY[OLD.conversation_id]);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- There are new lines of figures, too: all is counted anew.
INSERT INTO figure_changes (everything) SELECT true WHERE EXISTS (SELECT FROM conversations);

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION case_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_changes (cases) VALUES (ARRAY[OLD.number]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP INDEX talk_facts_agent, talk_facts_caller, case_facts_agent_talk;
ALTER TABLE talk_facts DROP COLUMN case_teams, DROP COLUMN case_wards, DROP COLUMN case_agents;
DELETE FROM figures WHERE scope <> 0 OR what IN ('first', 'first_of', 'hour_of');
ALTER TABLE figures DROP CONSTRAINT figures_pkey;
ALTER TABLE figures DROP COLUMN scope;
ALTER TABLE figures ADD PRIMARY KEY (what, monthly, ward, day, flow, kind, channel, team, key);
DROP TABLE figure_scopes;
