-- +goose Up

-- What reports count of a case and of a conversation ("talk"): a narrow row
-- each, as it was last counted in figures. Nothing in them is anybody's.
CREATE TABLE case_facts (
    number          bigint PRIMARY KEY,
    day             date NOT NULL, -- of opening, in Asia/Dhaka
    flow            text NOT NULL,
    kind            text NOT NULL,
    channel         text NOT NULL,
    team            text NOT NULL,
    ward            integer,
    agent_id        uuid,
    conversation_id uuid NOT NULL,
    talk_day        date NOT NULL,    -- of the conversation's opening
    resolved        boolean NOT NULL, -- or closed
    took            bigint,           -- seconds until it was last resolved; null while it is not
    punctual        boolean,          -- resolved by when it was due; null while it is not, or without a target
    reopened        boolean NOT NULL,
    score           smallint
);
CREATE INDEX case_facts_day ON case_facts (day);
CREATE INDEX case_facts_ward ON case_facts (ward, day);
CREATE INDEX case_facts_team ON case_facts (team, day);
CREATE INDEX case_facts_agent ON case_facts (agent_id, day) WHERE agent_id IS NOT NULL;

CREATE TABLE talk_facts (
    id         uuid PRIMARY KEY,
    day        date NOT NULL,     -- of opening, in Asia/Dhaka
    hour       smallint NOT NULL, -- of the week, 0 is midnight of Sunday
    channel    text NOT NULL,
    flow       text NOT NULL,
    team       text NOT NULL,
    owner      text NOT NULL,
    ward       integer,
    language   text NOT NULL,
    agent_id   uuid,
    called_by  uuid,
    contained  boolean NOT NULL, -- answered or over, and never with people
    closed     boolean NOT NULL,
    score      smallint,
    stands     text NOT NULL,    -- "flow.state" where its dialogue stands or was left
    places     text[] NOT NULL,  -- all places it came to, "flow.state"
    wait_teams text[] NOT NULL,  -- whom it waited for when somebody took it …
    waits      bigint[] NOT NULL -- … and for how many seconds, time by time
);
CREATE INDEX talk_facts_day ON talk_facts (day);
CREATE INDEX talk_facts_ward ON talk_facts (ward, day);
CREATE INDEX talk_facts_team ON talk_facts (team, day) WHERE team <> '';

-- The facts of a day and of a month, added up, of each ward and of all.
-- handoff/figures says what is counted under which words; an empty text stands
-- for what is not told apart.
CREATE TABLE figures (
    what    text NOT NULL,
    monthly boolean NOT NULL,
    ward    integer NOT NULL, -- 0 when it is not known, -1: of all wards
    day     date NOT NULL,    -- of a month the first
    flow    text NOT NULL,
    kind    text NOT NULL,
    channel text NOT NULL,
    team    text NOT NULL,
    key     text NOT NULL,
    n       bigint NOT NULL,
    total   bigint NOT NULL,
    PRIMARY KEY (what, monthly, ward, day, flow, kind, channel, team, key)
) WITH (fillfactor = 80);

CREATE INDEX figures_day ON figures (day, monthly);

-- Cases and conversations that have changed since their facts were taken. Only
-- ever appended to by what changes them, so that nobody waits for anybody.
CREATE TABLE figure_changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    everything boolean NOT NULL DEFAULT false, -- all facts are to be taken anew
    cases      bigint[] NOT NULL DEFAULT '{}',
    talks      uuid[] NOT NULL DEFAULT '{}'
);
INSERT INTO figure_changes (everything) SELECT true WHERE EXISTS (SELECT FROM conversations);

-- Conversations are listed by when they were opened.
DROP INDEX conversations_opened;
CREATE INDEX conversations_opened ON conversations (opened_at, id);

-- When the figures of a day were last held against the rows.
CREATE TABLE figure_checks (
    day date PRIMARY KEY,
    at  timestamptz NOT NULL
);

-- Turns append what they change themselves, once for a batch. Whatever else
-- changes what is counted is noticed here; where a dialogue stands is moved by
-- turns alone.
-- +goose StatementBegin
CREATE FUNCTION case_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_changes (cases) VALUES (ARRAY[OLD.number]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION talk_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure_changes (talks) VALUES (ARRAY[OLD.id]);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER case_changes AFTER UPDATE OF number, opened_at, flow, kind, channel, team, ward, agent_id, conversation_id, status, due_at, answers OR DELETE ON cases
    FOR EACH ROW EXECUTE FUNCTION case_changes();
CREATE TRIGGER talk_changes AFTER UPDATE OF opened_at, channel, flow, team, owner, ward, language, agent_id, called_by, handed_at, closed_at, rating ON conversations
    FOR EACH ROW WHEN ((OLD.opened_at, OLD.channel, OLD.flow, OLD.team, OLD.owner, OLD.ward, OLD.language, OLD.agent_id, OLD.called_by, OLD.handed_at, OLD.closed_at, OLD.rating)
        IS DISTINCT FROM (NEW.opened_at, NEW.channel, NEW.flow, NEW.team, NEW.owner, NEW.ward, NEW.language, NEW.agent_id, NEW.called_by, NEW.handed_at, NEW.closed_at, NEW.rating))
    EXECUTE FUNCTION talk_changes();
CREATE TRIGGER talk_goes AFTER DELETE ON conversations FOR EACH ROW EXECUTE FUNCTION talk_changes();

-- +goose Down
DROP INDEX conversations_opened;
CREATE INDEX conversations_opened ON conversations USING brin (opened_at) WITH (pages_per_range = 32, autosummarize = on);
DROP TRIGGER talk_goes ON conversations;
DROP TRIGGER talk_changes ON conversations;
DROP TRIGGER case_changes ON cases;
DROP FUNCTION talk_changes, case_changes;
DROP TABLE figure_checks, figure_changes, figures, talk_facts, case_facts;
