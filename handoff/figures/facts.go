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
	talkColumns = "id, day, hour, channel, flow, team, owner, ward, language, agent_id, called_by, contained, closed, score, stands, places, wait_teams, waits"
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
}

// Cases are facts of cases.
func Cases() Subject {
	return Subject{
		Table: "case_facts", Key: "number", Columns: caseColumns, Rows: plain(casesSQL), Opened: "c.opened_at", Array: "bigint[]", Changed: "cases",
	}
}

// Talks are facts of conversations.
func Talks() Subject {
	return Subject{
		Table: "talk_facts", Key: "id", Columns: talkColumns, Rows: plain(talksSQL), Opened: "c.opened_at", Array: "uuid[]", Changed: "talks",
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
