package api

import (
	"testing"

	"github.com/chromedp/chromedp"

	"nagorik/handoff"
)

func TestCallsInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	d.server.opt.Talk, d.server.opt.Calls = deskTalk{d.desk}, callBot(d.office)
	anna := d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	kamal := d.person("kamal@example.org", "কামাল হোসেন", handoff.RoleAgent, nil, nil)
	f := d.world(anna, kamal)
	d.exec(`SELECT setval('case_numbers', 20001)`) // those below are on record by hand
	d.enters("anna@example.org", goodPassword)
	d.See("the inbox", `location.pathname === "`+inboxPath+`"`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("call-new-"+lang, newCallPath+"?q=Rohim")
		d.visit("call-person-"+lang, newCallPath+"?contact="+f.contact.String())
	}
	d.Open(d.url + newCallPath)
	d.Do(chromedp.SendKeys(chromedp.CSS("#name"), "সালমা বেগম"), chromedp.SendKeys(chromedp.CSS("#phone"), "01712345678"), chromedp.SendKeys(chromedp.CSS("#note"), "x"), chromedp.Click(chromedp.CSS("form.panel .acts button")))
	d.See("who has that phone", `document.querySelector("[role=alert] a[href*=contact]")`)
	d.Picture("call-known", 1280, 1000, "light")
	d.Do(chromedp.Click(chromedp.CSS("[name=anyway]")), chromedp.SetValue(chromedp.CSS("#flow"), "drainage"), chromedp.Click(chromedp.CSS("form.panel .acts button")))
	d.See("the first question", `document.querySelector(".asking input[type=radio]")`)
	path := d.Text(`location.pathname`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("call-question-"+lang, path)
	}
	d.Do(chromedp.Click(chromedp.CSS(".asking .box")), chromedp.Click(chromedp.CSS(".asking .acts button")))
	for _, want := range []struct{ what, condition, typed, press string }{
		{"the ward", `document.querySelector("input#answer[type=text]")`, "৫", ".asking .acts button"},
		{"the place", `document.querySelector("textarea#answer")`, "কলেজ রোড, মসজিদের পাশে", ".asking .acts button"},
		{"a photo", `document.querySelector("#answer[type=file]")`, "", ".aside button"},
		{"the summary", `document.querySelectorAll(".asking .acts button").length > 1`, "", ".asking .acts button"},
	} {
		d.See(want.what, want.condition)
		if want.typed != "" {
			d.Do(chromedp.SendKeys(chromedp.CSS("#answer"), want.typed))
		}
		d.Do(chromedp.Click(chromedp.CSS(want.press)))
	}
	d.See("the number", `document.querySelector(".filed strong")`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("call-end-"+lang, path)
	}
	d.calm()
}
