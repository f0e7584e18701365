package reports

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/figures"
)

//go:embed spread.sql
var spread string

// statement builds the SQL of a report: the table of what is counted, and the
// query that reads it. What the report does not ask for is not in it. Where
// figures tell apart what was asked for, and the viewer sees all of them, they
// are read; otherwise facts are; and rows when nothing is counted yet. What has
// changed since it was counted is made good.
func (a Ask) statement(r Report, v handoff.Viewer, p figures.Pending) (sql string, values []any) {
	b := builder{Ask: a, viewer: v, pending: p, first: a.From.Format(time.DateOnly), last: a.To.Format(time.DateOnly)}
	b.add(`WITH asked AS (SELECT ?::text AS flow)`, a.Flow)
	var added, each []figures.Line
	for _, l := range figures.Lines() {
		switch {
		case !slices.Contains(r.counts, l.What), l.Of.Table == figures.Talks().Table && a.Kind != "": // a conversation has no kind
		case b.known(l):
			added = append(added, l)
		default:
			each = append(each, l)
		}
	}
	b.facts(each)
	b.changes(added)
	b.add(`, counted (` + figures.LineColumns + `) AS (`)
	b.lines(r, added, each)
	b.add(`)`)
	if r.spread.by != "" {
		b.add(`, ` + strings.NewReplacer("{what}", r.spread.what, "{by}", r.spread.by).Replace(spread))
	}
	b.add(` ` + r.query)
	return b.sql.String(), b.values
}

// builder gathers SQL and the values of its question marks.
type builder struct {
	Ask
	viewer      handoff.Viewer
	pending     figures.Pending
	first, last string // day
	sql         strings.Builder
	values      []any
}

func (b *builder) add(sql string, values ...any) {
	b.sql.WriteString(sql)
	b.values = append(b.values, values...)
}

// narrowed are the columns by which is narrowed, with the values asked for.
func (a Ask) narrowed() (columns []string, values []any) {
	for _, f := range []struct {
		column, value string
	}{{"flow", a.Flow}, {"kind", string(a.Kind)}, {"channel", a.Channel}, {"team", a.Team}} {
		if f.value != "" {
			columns, values = append(columns, f.column), append(values, f.value)
		}
	}
	if a.Ward != 0 {
		columns, values = append(columns, "ward"), append(values, a.Ward)
	}
	return columns, values
}

// known reports whether a line's figures tell apart what is asked for.
func (b *builder) known(l figures.Line) bool {
	if b.pending.Everything || !b.viewer.SeesAll() {
		return false
	}
	columns, _ := b.narrowed()
	return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(l.By, c) })
}

// narrow adds the filters.
func (b *builder) narrow() {
	columns, values := b.narrowed()
	for i, c := range columns {
		b.add(` AND c.`+c+` = ?`, values[i])
	}
}

func (b *builder) within(column string) {
	b.add(column+` BETWEEN ?::date AND ?::date`, b.first, b.last)
}

// lines adds all lines together.
func (b *builder) lines(r Report, added, each []figures.Line) {
	var parts []func()
	if len(added) > 0 {
		names := make([]string, len(added))
		for i, l := range added {
			names[i] = l.What
		}
		for _, s := range b.spans(r.daily) {
			parts = append(parts, func() {
				b.add(`SELECT `+figures.LineColumns+` FROM figures c WHERE c.what IN ? AND `+s.which+` AND c.day BETWEEN ?::date AND ?::date`, names, s.first, s.last)
				b.narrow()
			})
		}
	}
	for _, l := range added {
		if b.changed(l.Of) == "" {
			continue
		}
		parts = append(parts,
			func() { b.add(l.SQL(l.Of.Table + "_now")) },
			func() {
				b.add(`SELECT what, day, flow, kind, channel, team, key, -n, -total FROM (` + l.SQL(l.Of.Table+"_before") + `) AS x (` + figures.LineColumns + `)`)
			})
	}
	for _, l := range each {
		parts = append(parts, func() { b.add(l.SQL(l.Of.Table + "_rows")) })
	}
	if len(parts) == 0 {
		b.add(`SELECT '', now()::date, '', '', '', '', '', 0::bigint, 0::bigint WHERE FALSE`)
	}
	for i, part := range parts {
		if i > 0 {
			b.add(` UNION ALL `)
		}
		part()
	}
}

// span is a stretch of days whose figures are read by the day or by the month.
type span struct{ which, first, last string }

// spans cut the days asked for into whole months and the days around them.
func (b *builder) spans(daily bool) []span {
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	months, _ := monthOf(b.From)
	if months.Before(b.From) {
		months = months.AddDate(0, 1, 0)
	}
	after := b.To.AddDate(0, 0, 1)
	rest, _ := monthOf(after)
	if daily || !months.Before(rest) {
		return []span{{"NOT c.monthly", b.first, b.last}}
	}
	list := []span{{"c.monthly", day(months), day(rest.AddDate(0, 0, -1))}}
	if b.From.Before(months) {
		list = append(list, span{"NOT c.monthly", b.first, day(months.AddDate(0, 0, -1))})
	}
	if rest.Before(after) {
		list = append(list, span{"NOT c.monthly", day(rest), b.last})
	}
	return list
}

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
func (b *builder) changes(lines []figures.Line) {
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

// facts adds the facts that the viewer sees of what is asked for.
func (b *builder) facts(lines []figures.Line) {
	for _, s := range subjects(lines) {
		sees := b.sees(s)
		b.add(`, ` + s.Table + `_rows AS NOT MATERIALIZED (`)
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
			b.add(` AND c.`+s.Key+` <> ALL(?::`+s.Array+`) UNION ALL `, changed)
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
		b.add(` AND c.number <> ALL(?::bigint[]) UNION ALL `+columns+`(`+s.Rows+` WHERE c.number = ANY(?::bigint[])) c WHERE `, changed, changed)
		b.within("c.talk_day")
	}
	b.add(`)`)
}

// subjects are those that lines are of, each once.
func subjects(lines []figures.Line) []figures.Subject {
	var list []figures.Subject
	for _, s := range []figures.Subject{figures.Cases(), figures.Talks()} {
		if slices.ContainsFunc(lines, func(l figures.Line) bool { return l.Of.Table == s.Table }) {
			list = append(list, s)
		}
	}
	return list
}
