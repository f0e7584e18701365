package api

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nagorik/handoff"
)

// sheetRows reads an export back.
func (o *office) sheetRows(path, cookie string) [][]string {
	o.t.Helper()
	w := o.look(path, cookie)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		o.t.Fatalf("%s: %d %v", path, w.Code, w.Header())
	}
	if strings.Contains(path, "format=csv") {
		text, marked := strings.CutPrefix(w.Body.String(), byteOrderMark)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked {
			o.t.Fatal(err, marked)
		}
		return rows
	}
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		o.t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		o.t.Fatal(err)
	}
	return rows
}

func TestListsAreTakenOutAsTheyAreShown(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	const many = handoff.MaxPageSize + 5
	for range many {
		o.file("=cmd()", "drainage", 12)
	}
	o.file("Karim", "waste", 3)
	o.exec(`UPDATE contacts SET phone = '+8801712345678'`)
	anna, waste := o.enter("anna@example.org"), o.enter("waste@example.org")
	for _, format := range []string{"csv", "xlsx"} {
		for path, want := range map[string]int{casesPath: many + 1, talksPath: many + 1} {
			rows := o.sheetRows(path+"/export?lang=en&format="+format, anna)
			if len(rows) != want+1 {
				t.Errorf("%s as %s: %d rows, want %d and the titles", path, format, len(rows), want)
			}
			for _, row := range rows[1:] {
				for _, cell := range row {
					if strings.HasPrefix(cell, "=") || strings.Contains(cell, "1712345678") {
						t.Fatalf("%s as %s: %q", path, format, row)
					}
				}
			}
			if rows := o.sheetRows(path+"/export?lang=en&format="+format, waste); len(rows) != 2 {
				t.Errorf("an agent of one team takes %d rows of %s out", len(rows)-1, path)
			}
		}
		if rows := o.sheetRows(casesPath+"/export?lang=en&ward=3&status=all&format="+format, anna); len(rows) != 2 || rows[0][0] != "Number" || rows[1][4] != "3" {
			t.Errorf("one ward as %s: %v", format, rows)
		}
	}
	wantPage(t, o.look(casesPath+"?lang=en&ward=3", anna), http.StatusOK, `href="/console/cases/export?format=xlsx&amp;ward=3"`)
	if w := o.look(casesPath+"/export?format=pdf", anna); w.Code != http.StatusBadRequest {
		t.Errorf("as a PDF: %d", w.Code)
	}
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "export.list"})
	if err != nil || len(log.Items) != 10 || !strings.Contains(string(log.Items[0].After), `"rows"`) {
		t.Errorf("in the log: %d, %v", len(log.Items), err)
	}
}
