package reports

import (
	"strings"
	"time"

	"nagorik/handoff"
)

// statement builds the SQL of a report: the tables that its query reads, and
// the query. What is not read costs nothing.
func (a Ask) statement(r Report, v handoff.Viewer) (sql string, values []any) {
	var b builder
	b.add(`WITH asked AS (SELECT ?::text AS flow, ?::text AS kind)`, a.Flow, string(a.Kind))
	b.add(`, case_rows AS NOT MATERIALIZED (SELECT c.number, c.flow, c.kind, c.status, c.team, c.ward, c.channel, c.answers, c.opened_at, c.due_at FROM cases c WHERE `)
	b.opened(a)
	if a.Kind != "" {
		b.add(` AND c.kind = ?`, string(a.Kind))
	}
	b.narrow(a)
	b.scope(v.SeesCases("c"))
	b.add(`), contact_rows AS NOT MATERIALIZED (SELECT c.id, c.channel, c.flow, c.state, c.team, c.language, c.opened_at, c.opened_at AT TIME ZONE interval '6 hours' AS opened_local,
		c.closed_at, c.handed_at, c.rating FROM conversations c WHERE `)
	b.opened(a)
	b.narrow(a)
	b.scope(v.SeesConversations("c"))
	b.add(`), case_counts AS (`)
	b.caseCounts(a, v)
	b.add(`), contact_counts AS (`)
	b.contactCounts(a, v)
	b.add(") " + r.query)
	return b.sql.String(), b.values
}

// builder gathers SQL and the values of its question marks.
type builder struct {
	sql    strings.Builder
	values []any
}

func (b *builder) add(sql string, values ...any) {
	b.sql.WriteString(sql)
	b.values = append(b.values, values...)
}

// opened bounds when c was opened. To is the last day: it is within.
func (b *builder) opened(a Ask) {
	b.add(`c.opened_at >= ? AND c.opened_at < ?`, a.From, a.To.AddDate(0, 0, 1))
}

// narrow adds the filters that cases and conversations have in common.
func (b *builder) narrow(a Ask) {
	if a.Flow != "" {
		b.add(` AND c.flow = ?`, a.Flow)
	}
	if a.Ward != 0 {
		b.add(` AND c.ward = ?`, a.Ward)
	}
	if a.Channel != "" {
		b.add(` AND c.channel = ?`, a.Channel)
	}
	if a.Team != "" {
		b.add(` AND c.team = ?`, a.Team)
	}
}

func (b *builder) scope(condition string, values []any) { b.add(" AND "+condition, values...) }

// caseCounts counts cases by the counters, which know no teams, or by rows.
func (b *builder) caseCounts(a Ask, v handoff.Viewer) {
	if !v.SeesAll() || a.Team != "" {
		b.add(`SELECT (opened_at AT TIME ZONE interval '6 hours')::date AS day, ward, flow, kind, channel, count(*) AS n FROM case_rows GROUP BY 1, 2, 3, 4, 5`)
		return
	}
	b.add(`SELECT day, NULLIF(ward, 0) AS ward, flow, kind, channel, n FROM `)
	b.counted(a, handoff.CountCases)
	if a.Flow != "" {
		b.add(` AND flow = ?`, a.Flow)
	}
	if a.Ward != 0 {
		b.add(` AND ward = ?`, a.Ward)
	}
	if a.Kind != "" {
		b.add(` AND kind = ?`, string(a.Kind))
	}
}

// contactCounts counts contacts by the counters or by rows. A conversation is
// counted when it opens, and often nobody knows by then which service and
// which ward it is about: narrowed by them it is counted by its row.
func (b *builder) contactCounts(a Ask, v handoff.Viewer) {
	if !v.SeesAll() || a.Team != "" || a.Flow != "" || a.Ward != 0 {
		b.add(`SELECT opened_local::date AS day, channel, count(*) AS n FROM contact_rows GROUP BY 1, 2`)
		return
	}
	b.add(`SELECT day, channel, n FROM `)
	b.counted(a, handoff.CountConversations)
}

// counted is one counter: what is folded and what is not yet.
func (b *builder) counted(a Ask, what string) {
	b.add(`(SELECT day, ward, flow, kind, channel, what, n FROM counters
		UNION ALL SELECT day, ward, flow, kind, channel, what, n FROM counter_deltas) k WHERE what = ? AND day BETWEEN ?::date AND ?::date`,
		what, a.From.Format(time.DateOnly), a.To.Format(time.DateOnly))
	if a.Channel != "" {
		b.add(` AND channel = ?`, a.Channel)
	}
}
