package reports

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"nagorik/handoff"
)

// runWithin bounds one report.
const runWithin = 30 * time.Second

//go:embed queries/*.sql
var queries embed.FS

// Report is a statistic.
type Report struct {
	Name    string            // as in the URL and the file's name
	Title   map[string]string // by language, en and bn
	Filters []Filter          // what it can be narrowed by, besides days
	Columns []Column
	counts  [][]string // of figures.Lines, those that the query reads: one of each list, the first that tells apart what is asked for
	daily   bool       // it reads them day by day
	wards   bool       // it reads them ward by ward
	spread  spread
	query   string
}

// spread is what a report spreads out: one of these lines, by what and in which
// order, both in SQL.
type spread struct {
	what    []string
	by, key string
}

// Column is one column of a report.
type Column struct {
	Name    string
	Type    ColumnType
	Meaning string
}

// ColumnType says what stands in a column. Any of them may be null.
type ColumnType string

// The types of columns.
const (
	Day     ColumnType = "day"     // "2006-01-02", a day of Asia/Dhaka
	Text    ColumnType = "text"    // an id or a word
	Integer ColumnType = "integer" // a count or a number by which something is known
	Percent ColumnType = "percent" // 0 to 100, with one decimal
	Hours   ColumnType = "hours"   // with one decimal
)

// Filter names something that a report can be narrowed by.
type Filter string

// The filters.
const (
	ByFlow    Filter = "flow"
	ByWard    Filter = "ward"
	ByKind    Filter = "kind"
	ByChannel Filter = "channel"
	ByTeam    Filter = "team"
)

// Filters returns every filter.
func Filters() []Filter { return []Filter{ByFlow, ByWard, ByKind, ByChannel, ByTeam} }

// Set is all reports.
type Set struct{ byName map[string]Report }

// Table is the answer of a report.
type Table struct {
	Report
	From, To time.Time // the first and the last day in it
	Rows     [][]any   // int64, float64, string or nil, along the columns
}

// Load reads the reports that are built in. The error names the file that is
// not one.
func Load() (*Set, error) {
	names, err := fs.Glob(queries, "queries/*.sql")
	if err != nil {
		return nil, fmt.Errorf("find reports: %w", err)
	}
	s := &Set{byName: map[string]Report{}}
	for _, file := range names {
		text, err := queries.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a report: %w", err)
		}
		name := strings.TrimSuffix(strings.TrimPrefix(file, "queries/"), ".sql")
		r, err := parse(name, string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		s.byName[name] = r
	}
	return s, nil
}

// Names lists the reports by name, in alphabetical order.
func (s *Set) Names() []string {
	names := make([]string, 0, len(s.byName))
	for name := range s.byName {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Report returns one report; handoff.ErrNotFound when there is none of that
// name.
func (s *Set) Report(name string) (Report, error) {
	r, ok := s.byName[name]
	if !ok {
		return Report{}, fmt.Errorf("report: %w", handoff.ErrNotFound)
	}
	return r, nil
}

// Run answers a report with what the viewer may see. A report that does not
// exist is handoff.ErrNotFound, and what it cannot be asked a
// *handoff.FieldError.
func (s *Set) Run(ctx context.Context, desk *handoff.Desk, v handoff.Viewer, name string, a Ask) (Table, error) {
	r, err := s.Report(name)
	if err != nil {
		return Table{}, err
	}
	if err := a.check(r); err != nil {
		return Table{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, runWithin)
	defer cancel()
	pending, err := desk.FiguresWaiting(ctx, v)
	if err != nil {
		return Table{}, fmt.Errorf("report %s: %w", name, err)
	}
	sql, values := a.statement(r, v, pending)
	rows, err := desk.Tabulate(ctx, sql, values...)
	if err != nil {
		return Table{}, fmt.Errorf("report %s: %w", name, err)
	}
	for _, row := range rows {
		if len(row) != len(r.Columns) {
			return Table{}, fmt.Errorf("report %s: %w", name, errColumns)
		}
	}
	return Table{Report: r, From: a.From, To: a.To, Rows: rows}, nil
}

var errColumns = errors.New("the query and its columns do not fit together")
