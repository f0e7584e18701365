package api

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	printing "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"nagorik/flows/place"
	"nagorik/handoff"
)

func TestDashboardInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	d.server.opt.Wards = place.Sample()
	d.fillYear(3000)
	d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("dashboard-"+lang, dashboardPath)
		for _, scheme := range []string{"light", "dark"} {
			d.Picture("dashboard-whole-"+lang, 1280, 3000, scheme)
		}
		d.visit("month-"+lang, monthPath+"?month=2026-10")
		d.printsMonth(lang)
	}
	d.visit("talks", talksPath+"?channel=web")
	d.visit("dashboard-fault", dashboardPath+"?ward=x")
	d.Open(d.url + dashboardPath + "?flow=drainage&from=2026-09-01&to=2026-09-30")
	d.See("the filters of the address", `document.querySelector("#flow").value === "drainage" && document.querySelector("#from").value === "2026-09-01"`)
	says := d.Text(`document.querySelectorAll(".large a")[1].innerText`)
	d.Do(chromedp.Click(chromedp.CSS(`.large li:nth-child(2) a`)))
	d.See("the cases", `location.pathname === "`+casesPath+`" && document.querySelector("#flow").value === "drainage"`)
	if n := d.Number(`document.querySelectorAll(".cases tbody tr").length`); n == 0 {
		t.Errorf("%s cases open an empty list", says)
	}
	d.Open(d.url + dashboardPath)
	printed, err := chromedp.Call(d.Context(), printing.PrintToPDF, printing.PrintToPDFParams{})
	if err != nil || len(printed.Data) < 1000 {
		t.Errorf("printing: %v", err)
	}
	d.calm()
}

// sheetsOfMonth are the pages that a month's report fills, at least and at
// most.
const sheetsOfMonth, mostSheetsOfMonth = 5, 7

// printsMonth prints the page that is open on A4, and keeps it beside the
// pictures.
func (d *desktop) printsMonth(lang string) {
	d.t.Helper()
	printed, err := chromedp.Call(d.Context(), printing.PrintToPDF, printing.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)})
	if err != nil {
		d.t.Fatalf("printing the month: %v", err)
	}
	pages := regexp.MustCompile(`/Type /Page\b`).FindAllIndex(printed.Data, -1)
	boxes := regexp.MustCompile(`/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]`).FindAllIndex(printed.Data, -1)
	if n := len(pages); n < sheetsOfMonth || n > mostSheetsOfMonth || len(boxes) != n {
		d.t.Errorf("%s: %d pages, %d of them A4", lang, n, len(boxes))
	}
	if folder := os.Getenv("NAGORIK_SCREENS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "month-"+lang+".pdf"), printed.Data, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
}
