package api

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"nagorik/flows/place"
	"nagorik/handoff"
)

func TestWardsInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	d.server.opt.Wards = place.Sample()
	anna := d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	kamal := d.person("kamal@example.org", "কামাল হোসেন", handoff.RoleAgent, nil, nil)
	f := d.world(anna, kamal)
	d.exec(`UPDATE cases SET ward_by = 'remembered' WHERE number = $1`, f.number)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	d.visit("wards-none", wardsPath)
	d.Open(d.url + path)
	d.Script(`document.querySelector('form[action$="/ward"]').parentElement.open = true`)
	d.looks("case-ward")
	d.Do(chromedp.SetValue(chromedp.CSS("#ward"), "7"), chromedp.Click(chromedp.CSS(`form[action$="/ward"] input[name="teach"]`)),
		chromedp.Click(chromedp.CSS(`form[action$="/ward"] button`)))
	d.See("it is corrected", `document.querySelector(".done") && location.pathname === "`+path+`"`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("wards-"+lang, wardsPath)
	}
	d.Do(chromedp.Click(chromedp.CSS(`form[action$="/forget"] button`)))
	d.See("it is forgotten", `document.querySelector(".done") && !document.querySelector('form[action$="/forget"]')`)
	d.calm()
}
