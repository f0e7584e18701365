package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"nagorik/handoff"
	"nagorik/handoff/figures"
)

// RunTogether answers several reports about the same days in one statement: the
// facts that the viewer sees are read once for all of them. That is for whoever
// sees a part of the record; for others figures make every report short.
func (s *Set) RunTogether(ctx context.Context, desk *handoff.Desk, v handoff.Viewer, names []string, a Ask) (map[string]Table, error) {
	list := make([]Report, len(names))
	for i, name := range names {
		r, err := s.Report(name)
		if err == nil {
			err = a.check(r)
		}
		if err != nil {
			return nil, err
		}
		list[i] = r
	}
	ctx, cancel := context.WithTimeout(ctx, runWithin)
	defer cancel()
	pending, err := desk.FiguresWaiting(ctx)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	sql, values := a.together(list, v, pending)
	rows, err := desk.Tabulate(ctx, sql, values...)
	if err != nil {
		return nil, fmt.Errorf("reports: %w", err)
	}
	tables := make(map[string]Table, len(list))
	for _, r := range list {
		tables[r.Name] = Table{Report: r, From: a.From, To: a.To}
	}
	for _, row := range rows {
		name, _ := row[0].(string)
		line, _ := row[2].(string)
		t := tables[name]
		cells, err := t.cells(line)
		if err != nil {
			return nil, fmt.Errorf("report %s: %w", name, err)
		}
		t.Rows = append(t.Rows, cells)
		tables[name] = t
	}
	return tables, nil
}

// together builds the SQL: a row for each row of each report, with the report's
// name, the place in it, and the cells in JSON.
func (a Ask) together(list []Report, v handoff.Viewer, p figures.Pending) (sql string, values []any) {
	b := a.builder(v, p)
	b.add(`WITH asked AS (SELECT ?::text AS flow)`, a.Flow)
	var each, added []figures.Line
	for _, r := range list {
		counts, spreads := b.wanted(r)
		each, added = append(append(each, counts.each...), spreads.each...), append(append(added, counts.added...), spreads.added...)
	}
	b.facts("MATERIALIZED", each)
	b.changes(added)
	for i, r := range list {
		cells := make([]string, len(r.Columns))
		for k := range cells {
			cells[k] = fmt.Sprintf("c%d", k)
		}
		columns := strings.Join(cells, ", ")
		if i > 0 {
			b.add(` UNION ALL`)
		}
		b.add(` SELECT ?::text AS report, row_number() OVER () AS n, json_build_array(`+columns+`)::text FROM (`, r.Name)
		b.tables(r, "WITH ")
		b.add(` ` + r.query + `) AS x (` + columns + `)`)
	}
	b.add(` ORDER BY 1, 2`)
	return b.sql.String(), b.values
}

// cells reads a row that was written in JSON.
func (t Table) cells(line string) ([]any, error) {
	var cells []any
	d := json.NewDecoder(bytes.NewReader([]byte(line)))
	d.UseNumber()
	if err := d.Decode(&cells); err != nil {
		return nil, fmt.Errorf("read a row: %w", err)
	}
	if len(cells) != len(t.Columns) {
		return nil, errColumns
	}
	for i, c := range cells {
		n, ok := c.(json.Number)
		if !ok {
			continue
		}
		var err error
		if t.Columns[i].Type == Integer {
			cells[i], err = n.Int64()
		} else {
			cells[i], err = n.Float64()
		}
		if err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
	}
	return cells, nil
}
