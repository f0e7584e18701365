package figures

import (
	_ "embed"
	"strings"
)

//go:embed cases.sql
var casesSQL string

//go:embed talks.sql
var talksSQL string

// Columns of the facts, the key first.
const (
	caseColumns = "number, day, flow, kind, channel, team, ward, agent_id, conversation_id, talk_day, resolved, took, punctual, reopened, score"
	talkColumns = "id, day, hour, channel, flow, team, owner, ward, language, agent_id, called_by, contained, closed, score, stands, places, wait_teams, waits, case_teams, case_wards, case_agents"
)

// A Subject is what facts are of.
type Subject struct {
	Table   string // of its facts
	Key     string // their key column
	Columns string // all of them
	Rows    string // SQL that reads the facts out of the record, whose rows it calls c
	Opened  string // the column of the record by which it belongs to a day
	Array   string // the type of a list of keys
	Changed string // the column of figure_changes that names them
	Seen    string // SQL that holds for a fact c in the part of the record that a row s of figure_scopes names
	Own     string // SQL that holds for a fact c that was given to the agent ? by name
	Owned   string // SQL that finds these by index among the facts of days, where Own does not: agent, first and last day, as often as there are question marks
}

// Whoever may see a fact: the words of handoff.Viewer, said of facts.
const (
	caseSeen = `(s.teams = '{}' OR c.team = ANY(s.teams)) AND (s.wards = '{}' OR c.ward = ANY(s.wards))`
	talkSeen = `((s.teams = '{}' OR c.team = ANY(s.teams) OR c.team = '' AND c.owner = 'queue')
		AND (s.wards = '{}' OR c.ward = ANY(s.wards) OR c.ward IS NULL AND c.owner = 'queue')
		OR EXISTS (SELECT FROM unnest(c.case_teams, c.case_wards) AS k(team, ward)
			WHERE (s.teams = '{}' OR k.team = ANY(s.teams)) AND (s.wards = '{}' OR k.ward = ANY(s.wards))))`
	caseOwn   = `c.agent_id = ?`
	talkOwn   = `(c.agent_id = ? OR c.called_by = ? OR ? = ANY(c.case_agents))`
	talkOwned = ` AND c.id IN (SELECT id FROM talk_facts WHERE agent_id = ? AND day BETWEEN ?::date AND ?::date
		UNION ALL SELECT id FROM talk_facts WHERE called_by = ? AND day BETWEEN ?::date AND ?::date
		UNION ALL SELECT conversation_id FROM case_facts WHERE agent_id = ? AND talk_day BETWEEN ?::date AND ?::date)`
)

// Cases are facts of cases.
func Cases() Subject {
	return Subject{
		Table: "case_facts", Key: "number", Columns: caseColumns, Rows: plain(casesSQL), Opened: "c.opened_at", Array: "bigint[]", Changed: "cases",
		Seen: caseSeen, Own: caseOwn,
	}
}

// Talks are facts of conversations.
func Talks() Subject {
	return Subject{
		Table: "talk_facts", Key: "id", Columns: talkColumns, Rows: plain(talksSQL), Opened: "c.opened_at", Array: "uuid[]", Changed: "talks",
		Seen: talkSeen, Own: talkOwn, Owned: talkOwned,
	}
}

// plain is SQL without its comments.
func plain(sql string) string {
	var b strings.Builder
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			b.WriteString(line)
		}
	}
	return strings.TrimSpace(b.String())
}
