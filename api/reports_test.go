package api

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"nagorik/handoff"
)

// report reads a report's columns and rows as JSON holds them.
func (o *office) report(path, token string) (columns []any, rows [][]any) {
	o.t.Helper()
	w := o.do(call{path: "/api/v1/reports/" + path, token: token})
	if w.Code != http.StatusOK {
		o.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	table := jsonOf(o.t, w)
	columns, _ = table["columns"].([]any)
	list, ok := table["rows"].([]any)
	if !ok {
		o.t.Fatalf("%s: rows are %v", path, table["rows"])
	}
	for _, r := range list {
		row, ok := r.([]any)
		if !ok || len(row) != len(columns) {
			o.t.Fatalf("%s: row %v of columns %v", path, r, columns)
		}
		rows = append(rows, row)
	}
	return columns, rows
}

func TestReportsHaveTheShapeOfTheContract(t *testing.T) {
	o := newOffice(t, nil)
	for _, name := range o.server.reports.Names() {
		if columns, _ := o.report(name, o.token); len(columns) < 2 {
			t.Errorf("%s: columns %v", name, columns)
		}
	}
	for range 2 {
		o.file("রহিম", "drainage", 12)
	}
	o.file("করিম", "waste", 0)
	columns, rows := o.report("cases_by_ward", o.token)
	if fmt.Sprint(columns, rows) != "[ward cases share] [[12 2 66.7] [<nil> 1 33.3]]" {
		t.Errorf("%v %v", columns, rows)
	}
	if _, rows = o.report("contacts_by_day?from=2026-11-23&to=2026-11-23", o.token); fmt.Sprint(rows) != "[[2026-11-23 3]]" {
		t.Errorf("%v", rows)
	}
	if _, rows = o.report("cases_by_service?from=2026-11-24", o.token); len(rows) != 0 {
		t.Errorf("tomorrow: %v", rows)
	}
	if table := o.get("/api/v1/reports/hours"); table["from"] != "2026-11-01" || table["to"] != "2026-11-30" {
		t.Errorf("the days that are not given: %v to %v", table["from"], table["to"])
	}
}

func TestReportsNarrowAsListsDo(t *testing.T) {
	o := newOffice(t, nil)
	for i := range 9 {
		o.file("রহিম", []string{"drainage", "waste", "roads"}[i%3], i%4)
	}
	agent := o.hire("waste@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	for who, token := range map[string]string{"supervisor": o.token, "agent": agent} {
		for _, query := range []string{"", "flow=waste", "ward=2", "flow=drainage&ward=2", "kind=complaint", "kind=request", "from=2026-11-24", "from=2026-11-01&to=2026-11-22"} {
			list, _ := jsonOf(t, o.do(call{path: "/api/v1/cases?" + query, token: token}))["items"].([]any)
			for _, name := range []string{"cases_by_kind", "cases_by_service", "cases_by_ward"} {
				_, rows := o.report(name+"?"+query, token)
				sum := 0.0
				for _, row := range rows {
					n, _ := row[1].(float64)
					sum += n
				}
				if int(sum) != len(list) {
					t.Errorf("%s?%s for the %s counts %v of %d cases", name, query, who, sum, len(list))
				}
			}
		}
	}
}

func TestReportsAsCSV(t *testing.T) {
	o := newOffice(t, nil)
	o.file("রহিম", "drainage", 12)
	o.file("করিম", "=cmd()", 0)
	w := o.do(call{path: "/api/v1/reports/cases_by_service", token: o.token, header: map[string]string{"Accept": "text/csv"}})
	for name, want := range map[string]string{
		"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store", "Vary": "Accept, Authorization",
		"Content-Disposition": `attachment; filename="cases_by_service_2026-11-01_2026-11-30.csv"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	lines, err := csv.NewReader(w.Body).ReadAll()
	want := [][]string{{"flow", "cases", "share"}, {"'=cmd()", "1", "50"}, {"drainage", "1", "50"}}
	if err != nil || !slices.EqualFunc(lines, want, slices.Equal) {
		t.Errorf("%v, %v", lines, err)
	}
}

func TestCSVIsForThoseWhoAskForIt(t *testing.T) {
	for accept, want := range map[string]bool{
		"text/csv": true, "TEXT/CSV; charset=utf-8": true, "text/csv, */*;q=0.1": true, "application/json;q=0.5, text/csv": true, "text/csv;q=0.3": true,
		"": false, "*/*": false, "application/json": false, "application/json, text/csv;q=0.9": false, "text/csv;q=0": false, "text/csv;q=x": false,
		"text/html,application/xhtml+xml": false, "text/csvx": false, ";;;": false,
	} {
		if got := wants([]string{accept}, mediaCSV); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
}

func TestReportsThatAreRefused(t *testing.T) {
	o := newOffice(t, nil)
	wantFault(t, o.do(call{path: "/api/v1/reports/nothing", token: o.token}), http.StatusNotFound, "not_found", "")
	wantFault(t, o.do(call{path: "/api/v1/reports/hours"}), http.StatusUnauthorized, "unauthorized", "")
	for query, field := range map[string]string{
		"hours?from=yesterday": "from", "hours?to=2026-02-30": "to", "hours?from=2026-11-23&to=2026-11-22": "to", "hours?from=0001-01-01": "from",
		"hours?kind=complaint": "kind", "cases_by_kind?kind=rant": "kind", "cases_by_ward?ward=twelve": "ward", "cases_by_ward?ward=0": "ward",
		"channels?team=" + strings.Repeat("x", 65): "team", "channels?flow=%00": "flow", "channels?channel=%ff": "channel", "channels?next=x": "next",
	} {
		t.Run(query[:min(len(query), 30)], func(t *testing.T) {
			wantFault(t, o.do(call{path: "/api/v1/reports/" + query, token: o.token}), http.StatusBadRequest, "invalid", field)
		})
	}
}
