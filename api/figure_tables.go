package api

import (
	"slices"
	"strings"
	"time"

	"nagorik/handoff/reports"
)

// figureTable is a table of the dashboard as it is taken out: with numbers and
// not with words for them.
type figureTable struct {
	ID    string   // also of its title, chart_ID
	Heads []string // keys of words
	rows  func(q asking) ([][]any, error)
}

// figureTables are all that can be taken out, in the order of the page.
func figureTables() []figureTable {
	return []figureTable{
		{"days", []string{"chart_day", "chart_contacts", "chart_before"}, asking.dayRows},
		{"kinds", []string{"kind", "chart_cases", "chart_share"}, named("cases_by_kind", "kind")},
		{"wards", []string{"ward", "chart_cases", "chart_share"}, asking.wardRows},
		{"services", []string{"service", "chart_cases", "chart_share"}, named("cases_by_service", "flow")},
		{"teams", []string{"team", "chart_cases", "chart_share"}, named("cases_by_team", "team")},
		{"channels", []string{"channel", "chart_contacts", "chart_cases"}, named("channels", "channel")},
		{"languages", []string{"language", "chart_contacts", "chart_share"}, named("languages", "language")},
		{"hours", nil, asking.hourRows},
		{"settled", []string{"service", "chart_cases", "chart_resolved", "chart_median_hours", "chart_p90_hours", "chart_within_percent", "chart_reopened"}, named("resolution", "flow")},
		{"waits", []string{"team", "chart_taken", "chart_median_minutes", "chart_p90_minutes", "chart_within_target"}, asking.waitRows},
		{"left", []string{"service", "chart_entered", "chart_dropped"}, asking.leftRows},
		{"places", []string{"service", "chart_place", "chart_entered", "chart_went_on", "chart_dropped"}, named("dropoff", "flow")},
		{"satisfaction", []string{"chart_score", "chart_answers"}, plainRows("satisfaction")},
		{"contained", []string{"chart_contacts", "chart_contained_n", "chart_share"}, plainRows("contained")},
	}
}

// ofTalks reports whether a table counts conversations, which have no kind.
func (t figureTable) ofTalks() bool {
	switch t.ID {
	case "days", "channels", "languages", "hours", "waits", "left", "places", "contained":
		return true
	default:
		return false
	}
}

// heads are the titles of the columns.
func (t figureTable) heads(p page) []any {
	if t.ID == "hours" {
		heads := []any{p.Words["chart_weekday"]}
		for hour := range 24 {
			heads = append(heads, p.digits(time.Date(0, 1, 1, hour, 0, 0, 0, time.UTC).Format("15")))
		}
		return heads
	}
	return each(t.Heads, func(key string) any { return p.Words[key] })
}

// plainRows are a report's rows as they are.
func plainRows(report string) func(asking) ([][]any, error) {
	return func(q asking) ([][]any, error) {
		t, err := q.run(report, q.now)
		return t.Rows, err
	}
}

// named are a report's rows with a name for the id in the first column.
func named(report, by string) func(asking) ([][]any, error) {
	return func(q asking) ([][]any, error) {
		t, err := q.run(report, q.now)
		return q.withNames(t.Rows, by), err
	}
}

func (q asking) withNames(rows [][]any, by string) [][]any {
	for _, row := range rows {
		row[0] = q.nameOf(by, row[0])
	}
	return rows
}

func (q asking) wardRows() ([][]any, error) {
	t, err := q.run("cases_by_ward", q.now)
	return q.withNames(mostFirst(t.Rows), "ward"), err
}

// dayRows are all days of the graph, also those on which nobody came.
func (q asking) dayRows() ([][]any, error) {
	now, err := q.run("contacts_by_day", q.now)
	if err != nil {
		return nil, err
	}
	then, err := q.run("contacts_by_day", q.before)
	if err != nil {
		return nil, err
	}
	var rows [][]any
	before := byDay(then)
	for i, n := range byDay(now) {
		row := []any{q.now.From.AddDate(0, 0, i).Format(time.DateOnly), n, nil}
		if i < len(before) {
			row[2] = before[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (q asking) hourRows() ([][]any, error) {
	t, err := q.run("hours", q.now)
	if err != nil {
		return nil, err
	}
	n, _ := byHour(t.Rows)
	names := strings.Split(q.v.Words["weekdays"], " ")
	var rows [][]any
	for day := range n {
		row := []any{names[day%len(names)]}
		for _, count := range n[day] {
			row = append(row, count)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (q asking) waitRows() ([][]any, error) {
	t, err := q.firstAnswers()
	var rows [][]any
	for _, row := range t.Rows {
		rows = append(rows, slices.Concat([]any{q.nameOf("team", row[0])}, row[1:]))
	}
	return rows, err
}

func (q asking) leftRows() ([][]any, error) {
	t, err := q.run("dropoff", q.now)
	var rows [][]any
	for _, l := range leftBy(t.Rows) {
		rows = append(rows, []any{q.nameOf("flow", l.flow), l.entered, l.dropped})
	}
	return rows, err
}

// tablesOf are the tables that a range of figures has.
func tablesOf(a reports.Ask) []figureTable {
	var list []figureTable
	for _, t := range figureTables() {
		if a.Kind == "" || !t.ofTalks() {
			list = append(list, t)
		}
	}
	return list
}
