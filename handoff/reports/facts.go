package reports

import (
	"fmt"
	"slices"
	"strings"

	"nagorik/handoff/figures"
)

// changed is the list of what waits to be counted, for SQL; empty when nothing
// does.
func (b *builder) changed(s figures.Subject) string {
	var list []string
	if s.Table == figures.Cases().Table {
		for _, n := range b.pending.Cases {
			list = append(list, fmt.Sprint(n))
		}
	} else {
		for _, id := range b.pending.Talks {
			list = append(list, id.String())
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "{" + strings.Join(list, ",") + "}"
}

// changes adds the facts of what waits, as they were counted and as they are.
func (b *builder) changes(lines ...[]figures.Line) {
	for _, s := range subjects(lines) {
		changed := b.changed(s)
		if changed == "" {
			continue
		}
		b.add(`, `+s.Table+`_before AS (SELECT * FROM `+s.Table+` c WHERE c.`+s.Key+` = ANY(?::`+s.Array+`) AND `, changed)
		b.within("c.day")
		b.narrow()
		b.add(`), ` + s.Table + `_now AS (`)
		b.waiting(s, changed)
		b.within("c.day")
		b.narrow()
		b.add(`)`)
	}
}

// waiting reads the facts of what waits out of the rows.
func (b *builder) waiting(s figures.Subject, changed string) {
	b.add(`SELECT * FROM (`+s.Rows+` WHERE c.`+s.Key+` = ANY(?::`+s.Array+`)) c WHERE `, changed)
}

// facts adds the facts that the viewer sees of what is asked for. how says
// whether they are gathered first or read where they are needed.
func (b *builder) facts(how string, lines ...[]figures.Line) {
	for _, s := range subjects(lines) {
		sees := b.sees(s)
		b.add(`, ` + s.Table + `_rows AS ` + how + ` (`)
		if b.pending.Everything {
			b.add(`SELECT * FROM (`+s.Rows+` WHERE `+s.Opened+` >= ? AND `+s.Opened+` < ?) c WHERE TRUE`, b.From, b.To.AddDate(0, 0, 1))
			b.narrow()
			sees()
			b.add(`)`)
			continue
		}
		b.add(`SELECT * FROM ` + s.Table + ` c WHERE `)
		b.within("c.day")
		b.narrow()
		sees()
		if changed := b.changed(s); changed != "" {
			b.add(` AND c.`+s.Key+` NOT IN (SELECT unnest(?::`+s.Array+`)) UNION ALL `, changed)
			b.waiting(s, changed)
			b.within("c.day")
			b.narrow()
			sees()
		}
		b.add(`)`)
	}
}

// sees returns what adds the condition for what the viewer sees. An agent sees
// a conversation as well when he sees a case of it.
func (b *builder) sees(s figures.Subject) func() {
	condition, values := b.viewer.SeesCases("c")
	if s.Table == figures.Talks().Table {
		if !b.viewer.SeesAll() {
			b.seen()
		}
		condition, values = b.viewer.SeesConversations("c", "seen")
	}
	return func() { b.add(" AND "+condition, values...) }
}

// seen adds the cases of the conversations asked for.
func (b *builder) seen() {
	const columns = "SELECT c.conversation_id, c.team, c.ward, c.agent_id FROM "
	if b.pending.Everything {
		b.add(`, seen AS NOT MATERIALIZED (` + columns + `cases c)`)
		return
	}
	s := figures.Cases()
	// A case is never older than its conversation.
	b.add(`, seen AS NOT MATERIALIZED (`+columns+s.Table+` c WHERE c.day >= ?::date AND `, b.first)
	b.within("c.talk_day")
	if changed := b.changed(s); changed != "" {
		b.add(` AND c.number NOT IN (SELECT unnest(?::bigint[])) UNION ALL `+columns+`(`+s.Rows+` WHERE c.number = ANY(?::bigint[])) c WHERE `, changed, changed)
		b.within("c.talk_day")
	}
	b.add(`)`)
}

// subjects are those that lines are of, each once.
func subjects(lines [][]figures.Line) []figures.Subject {
	var list []figures.Subject
	for _, s := range []figures.Subject{figures.Cases(), figures.Talks()} {
		if slices.ContainsFunc(slices.Concat(lines...), func(l figures.Line) bool { return l.Of.Table == s.Table }) {
			list = append(list, s)
		}
	}
	return list
}
