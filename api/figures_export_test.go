package api

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nagorik/flows/place"
	"nagorik/handoff"
)

var figureRow = regexp.MustCompile(`<th scope="row">(?:<span>)?(?:<a [^>]*>)?([^<]*)`)

// shownRows are the names of the rows of a table on the page.
func shownRows(page, id string) []string {
	_, part, _ := strings.Cut(page, `aria-labelledby="part-`+id+`"`)
	part, _, _ = strings.Cut(part, "</section>")
	var names []string
	for _, m := range figureRow.FindAllStringSubmatch(part, -1) {
		names = append(names, m[1])
	}
	return names
}

func TestFiguresAreTakenOutAsTheyAreShown(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Wards = place.Sample()
	o.fillYear(150)
	o.exec(`UPDATE cases SET flow = '=cmd()' WHERE number = (SELECT max(number) FROM cases WHERE opened_at < '2026-10-20')`)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	anna := o.enter("anna@example.org")
	const days = "&lang=en&from=2026-10-01&to=2026-10-31"
	page := o.look(dashboardPath+"?"+days[1:], anna).Body.String()
	for _, table := range figureTables() {
		shown := shownRows(page, table.ID)
		for _, format := range []string{formatCSV, formatXLSX} {
			rows := o.sheetRows(figuresPath+"?table="+table.ID+"&format="+format+days, anna)
			if len(rows) < 2 || rows[0][0] == "" {
				t.Errorf("%s as %s: %v", table.ID, format, rows)
				continue
			}
			for _, row := range rows[1:] {
				if strings.HasPrefix(row[0], "=") {
					t.Errorf("%s as %s: %q is a formula", table.ID, format, row[0])
				}
			}
			if len(shown) > 0 && len(rows) != len(shown)+1 {
				t.Errorf("%s as %s: %d rows, the page has %d", table.ID, format, len(rows)-1, len(shown))
			}
			for i, name := range shown {
				if table.ID == "wards" {
					name = strings.TrimPrefix(name, "Ward ")
				}
				if got := strings.TrimPrefix(rows[i+1][0], "'"); table.ID != "days" && got != name {
					t.Errorf("%s as %s: row %d is of %q, on the page of %q", table.ID, format, i+1, got, name)
				}
			}
		}
		if on := map[string]bool{"places": true, "satisfaction": true, "contained": true}; len(shown) == 0 && !on[table.ID] {
			t.Errorf("%s has no rows on the page", table.ID)
		}
	}
	all := o.look(figuresPath+"?format=xlsx"+days, anna)
	book, err := excelize.OpenReader(bytes.NewReader(all.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := book.GetSheetList(); len(got) != len(figureTables()) || got[1] != "By kind" {
		t.Errorf("the workbook has the sheets %v", got)
	}
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "export.list"})
	if err != nil || len(log.Items) == 0 || log.Items[0].Subject != "figures" {
		t.Errorf("in the log: %v, %v", log.Items, err)
	}
	for _, wrong := range []string{"?format=pdf", "?format=csv", "?format=csv&table=nothing", "?format=csv&table=days&kind=complaint", "?format=xlsx&ward=x"} {
		if w := o.look(figuresPath+wrong, anna); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", wrong, w.Code)
		}
	}
	w := o.do(call{path: "/api/v1/reports/cases_by_service?from=2026-10-01&to=2026-10-31", token: o.token, header: map[string]string{"Accept": mediaXLSX}})
	report, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(w.Code, err)
	}
	defer report.Close()
	rows, err := report.GetRows(report.GetSheetName(0))
	if err != nil || len(rows)-1 != len(shownRows(page, "services")) || rows[0][0] != "flow" {
		t.Errorf("for programs: %d rows, %v", len(rows), err)
	}
}
