package reports

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/figures"
)

//go:embed spread.sql
var spreadSQL string

// statement builds the SQL of a report: the table of what is counted, and the
// query that reads it. What the report does not ask for is not in it. Where
// figures tell apart what was asked for, and the viewer sees all of them, they
// are read; otherwise facts are; and rows when nothing is counted yet. What has
// changed since it was counted is made good.
func (a Ask) statement(r Report, v handoff.Viewer, p figures.Pending) (sql string, values []any) {
	b := a.builder(v, p)
	b.add(`WITH asked AS (SELECT ?::text AS flow)`, a.Flow)
	counts, spreads := b.wanted(r)
	b.facts("NOT MATERIALIZED", counts.each, spreads.each)
	b.changes(counts.added, spreads.added)
	b.tables(r, ", ")
	b.add(` ` + r.query)
	return b.sql.String(), b.values
}

func (a Ask) builder(v handoff.Viewer, p figures.Pending) *builder {
	return &builder{Ask: a, viewer: v, pending: p, first: a.From.Format(time.DateOnly), last: a.To.Format(time.DateOnly)}
}

// wanted are the lines that a report counts, and those whose spread it reads.
func (b *builder) wanted(r Report) (counts, spreads chosen) {
	return b.choose(r.counts), b.choose([][]string{{r.spread.what}})
}

// tables adds the tables that the query of a report reads.
func (b *builder) tables(r Report, before string) {
	counts, spreads := b.wanted(r)
	b.add(before)
	b.table("counted", r, counts)
	if r.spread.what != "" {
		b.add(`, `)
		b.table("spread_out", r, spreads)
		b.add(`, ` + strings.ReplaceAll(spreadSQL, "{by}", r.spread.by))
	}
}

// chosen are lines that are read out of figures, and lines that are made of
// facts.
type chosen struct{ added, each []figures.Line }

// choose finds the lines, one of each list.
func (b *builder) choose(counts [][]string) (c chosen) {
	for _, either := range counts {
		lines := linesOf(either[0])
		for _, what := range either {
			if other := linesOf(what); len(other) > 0 && b.known(other[0]) {
				lines = other
				break
			}
		}
		for _, l := range lines {
			switch {
			case l.Of.Table == figures.Talks().Table && b.Kind != "": // a conversation has no kind
			case b.known(l):
				c.added = append(c.added, l)
			default:
				c.each = append(c.each, l)
			}
		}
	}
	return c
}

func linesOf(what string) (lines []figures.Line) {
	for _, l := range figures.Lines() {
		if l.What == what {
			lines = append(lines, l)
		}
	}
	return lines
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

// narrowed are the columns by which is narrowed, with the values asked for; but
// for the ward.
func (a Ask) narrowed() (columns []string, values []any) {
	for _, f := range []struct {
		column, value string
	}{{"flow", a.Flow}, {"kind", string(a.Kind)}, {"channel", a.Channel}, {"team", a.Team}} {
		if f.value != "" {
			columns, values = append(columns, f.column), append(values, f.value)
		}
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
	if b.Ward != 0 {
		b.add(` AND c.ward = ?`, b.Ward)
	}
}

func (b *builder) within(column string) {
	b.add(column+` BETWEEN ?::date AND ?::date`, b.first, b.last)
}

// table is lines, put together.
func (b *builder) table(name string, r Report, c chosen) {
	b.add(name + ` (` + figures.LineColumns + `) AS (`)
	b.lines(r, c.added, c.each)
	b.add(`)`)
}

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
				switch {
				case b.Ward != 0:
				case r.wards:
					b.add(` AND c.ward <> ?`, figures.AllWards)
				default:
					b.add(` AND c.ward = ?`, figures.AllWards)
				}
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
				b.add(`SELECT what, day, ward, flow, kind, channel, team, key, -n, -total FROM (` + l.SQL(l.Of.Table+"_before") + `) AS x (` + figures.LineColumns + `)`)
			})
	}
	for _, l := range each {
		parts = append(parts, func() { b.add(l.SQL(l.Of.Table + "_rows")) })
	}
	if len(parts) == 0 {
		b.add(`SELECT '', now()::date, 0, '', '', '', '', '', 0::bigint, 0::bigint WHERE FALSE`)
	}
	for i, part := range parts {
		if i > 0 {
			b.add(` UNION ALL `)
		}
		part()
	}
}
