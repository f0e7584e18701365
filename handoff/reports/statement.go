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
var spreadSQL string

// statement builds the SQL of a report: the table of what is counted, and the
// query that reads it. What the report does not ask for is not in it. Where
// figures tell apart what was asked for, and there are some of what the viewer
// sees, they are read, with the facts of what was given to him by name beside
// them; otherwise facts are; and rows when nothing is counted yet. What has
// changed since it was counted is made good.
func (a Ask) statement(r Report, v handoff.Viewer, p figures.Pending) (sql string, values []any) {
	b := a.builder(v, p)
	b.add(`WITH asked AS (SELECT ?::text AS flow, NULLIF(?::integer, 0) AS target)`, a.Flow, a.Target)
	counts, spreads := b.choose(r, r.counts), b.choose(r, [][]string{r.spread.what})
	b.facts(counts.each, spreads.each)
	b.changes(counts.added, spreads.added)
	b.gifts(counts.added, spreads.added)
	b.add(`, `)
	b.table("counted", r, counts)
	if r.spread.what != nil {
		b.add(`, `)
		b.table("spread_out", r, spreads)
		b.add(`, ` + strings.NewReplacer("{by}", r.spread.by, "{key}", r.spread.key).Replace(spreadSQL))
	}
	b.add(` ` + r.query)
	return b.sql.String(), b.values
}

// sight is how much of the record a viewer sees.
type sight int

// How much there is to see: somewhat is a part, and what was given to the viewer
// by name.
const (
	nothing sight = iota
	somewhat
	everything
)

// builder gathers SQL and the values of its question marks.
type builder struct {
	Ask
	viewer       handoff.Viewer
	sees         sight
	teams, wards string // of the part that the viewer sees, as PostgreSQL reads lists
	pending      figures.Pending
	first, last  string // day
	sql          strings.Builder
	values       []any
}

func (a Ask) builder(v handoff.Viewer, p figures.Pending) *builder {
	b := &builder{Ask: a, viewer: v, pending: p, first: a.From.Format(time.DateOnly), last: a.To.Format(time.DateOnly)}
	switch {
	case v.SeesAll():
		b.sees = everything
	case v.Role == handoff.RoleAgent:
		b.sees = somewhat
	}
	teams, wards := v.Part()
	if len(teams) == 0 && slices.Contains(wards, a.Ward) { // all of a ward that is his
		b.sees, b.pending.Scope, wards = everything, 0, nil
	}
	b.teams, b.wards = list(teams), list(wards)
	return b
}

// list is an array as PostgreSQL reads it.
func list[T string | int](items []T) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	quoted := make([]string, len(items))
	for i, x := range items {
		quoted[i] = `"` + escape.Replace(fmt.Sprint(x)) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

func (b *builder) add(sql string, values ...any) {
	b.sql.WriteString(sql)
	b.values = append(b.values, values...)
}

// chosen are lines that are read out of figures, and lines that are made of
// facts.
type chosen struct{ added, each []figures.Line }

// choose finds the lines, one of each list.
func (b *builder) choose(r Report, counts [][]string) (c chosen) {
	for _, either := range counts {
		if len(either) == 0 {
			continue
		}
		lines := linesOf(either[0])
		for _, what := range either {
			if other := linesOf(what); len(other) > 0 && b.known(r, other[0]) {
				lines = other
				break
			}
		}
		for _, l := range lines {
			switch {
			case l.Of.Table == figures.Talks().Table && b.Kind != "": // a conversation has no kind
			case b.known(r, l):
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

// known reports whether a line's figures tell apart what is asked for.
func (b *builder) known(r Report, l figures.Line) bool {
	if b.pending.Everything || b.pending.Scope == figures.Uncounted || b.sees == nothing {
		return false
	}
	if (b.Ward != 0 || r.wards) && !l.Wards {
		return false
	}
	if b.Target > figures.ExactMinutes && (l.What == figures.First || l.What == figures.FirstOf) {
		return false
	}
	columns, _ := b.narrowed()
	return !slices.ContainsFunc(columns, func(c string) bool { return !slices.Contains(l.By, c) })
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
