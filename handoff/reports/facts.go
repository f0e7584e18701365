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

// changes adds the facts of what waits, as they were counted and as they are, of
// the part of the record that the viewer sees.
func (b *builder) changes(lines ...[]figures.Line) {
	for _, s := range subjects(lines) {
		changed := b.changed(s)
		if changed == "" {
			continue
		}
		b.add(`, `+s.Table+`_before AS (SELECT c.* FROM `+s.Table+` c`+part+` WHERE c.`+s.Key+` = ANY(?::`+s.Array+`) AND (`+s.Seen+`)`, b.teams, b.wards, changed)
		b.asked()
		b.add(`), ` + s.Table + `_now AS (`)
		b.waiting(s, changed)
		b.add(` AND (` + s.Seen + `)`)
		b.asked()
		b.add(`)`)
	}
}

// part is the part of the record that the viewer sees besides what was given to
// him by name, as a row of figure_scopes.
const part = ` CROSS JOIN (SELECT ?::text[] AS teams, ?::integer[] AS wards) s`

// waiting reads the facts of what waits out of the rows.
func (b *builder) waiting(s figures.Subject, changed string) {
	b.add(`SELECT c.* FROM (`+s.Rows+` WHERE c.`+s.Key+` = ANY(?::`+s.Array+`)) c`+part+` WHERE TRUE`, changed, b.teams, b.wards)
}

// asked narrows facts to the days and by the filters.
func (b *builder) asked() {
	b.add(` AND c.day BETWEEN ?::date AND ?::date`, b.first, b.last)
	b.narrow()
}

// facts adds the facts that the viewer sees of what is asked for.
func (b *builder) facts(lines ...[]figures.Line) {
	for _, s := range subjects(lines) {
		b.add(`, ` + s.Table + `_rows AS NOT MATERIALIZED (`)
		b.factsOf(s, `SELECT c.* FROM `+s.Table+` c`+part+` WHERE TRUE`, []any{b.teams, b.wards}, func() {
			if b.sees == nothing {
				b.add(` AND FALSE`)
				return
			}
			b.add(` AND (` + s.Seen)
			if b.sees == somewhat {
				b.add(` OR `)
				b.own(s)
			}
			b.add(`)`)
		})
		b.add(`)`)
	}
}

// gifts adds the facts of what was given to the viewer by name and lies outside
// of the part of the record that he sees.
func (b *builder) gifts(lines ...[]figures.Line) {
	if b.sees != somewhat {
		return
	}
	for _, s := range subjects(lines) {
		b.add(`, ` + s.Table + `_own AS NOT MATERIALIZED (`)
		values := []any{b.teams, b.wards}
		for range strings.Count(s.Owned, "?") / 3 {
			values = append(values, b.viewer.AgentID, b.first, b.last)
		}
		b.factsOf(s, `SELECT c.* FROM `+s.Table+` c`+part+` WHERE TRUE`+s.Owned, values, func() {
			b.add(` AND `)
			b.own(s)
			b.add(` AND (` + s.Seen + `) IS NOT TRUE`)
		})
		b.add(`)`)
	}
}

// factsOf reads facts where nothing waits to be counted, and the rows of what
// does.
func (b *builder) factsOf(s figures.Subject, counted string, values []any, sees func()) {
	if b.pending.Everything {
		b.add(`SELECT c.* FROM (`+s.Rows+` WHERE `+s.Opened+` >= ? AND `+s.Opened+` < ?) c`+part+` WHERE TRUE`, b.From, b.To.AddDate(0, 0, 1), b.teams, b.wards)
		b.narrow()
		sees()
		return
	}
	b.add(counted, values...)
	b.asked()
	sees()
	if changed := b.changed(s); changed != "" {
		b.add(` AND c.`+s.Key+` NOT IN (SELECT unnest(?::`+s.Array+`)) UNION ALL `, changed)
		b.waiting(s, changed)
		b.asked()
		sees()
	}
}

// own is the condition for what was given to the viewer by name.
func (b *builder) own(s figures.Subject) {
	b.add(s.Own)
	for range strings.Count(s.Own, "?") {
		b.values = append(b.values, b.viewer.AgentID)
	}
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
