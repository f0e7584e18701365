package api

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestBroadcastInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	p := newPress(d.office)
	p.neighbours(7, 40)
	p.neighbours(8, 5)
	d.person("anna@example.org", "রহিমা খাতুন", handoff.RoleSupervisor, nil, nil)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector('a[href="`+broadcastsPath+`"]')`)
	d.Do(chromedp.EmulateViewport(1280, 1000))
	d.Open(d.url + broadcastsPath + "/new")
	for name, value := range fogging() {
		if name != "ward" {
			d.Do(chromedp.SetValue(chromedp.CSS("#"+name), unix(value[0])))
		}
	}
	d.Do(chromedp.SendKeys(chromedp.CSS("#sms_en"), " Keep windows shut."))
	d.See("how long it is", `document.querySelector("#sms_en-length").textContent.includes("৪১")`)
	d.Script(`document.querySelector('[data-ward="7"] path').dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	d.See("the ward is ticked", `document.querySelector('[name=ward][value="7"]').checked && document.querySelector("[data-picked]").textContent === "১"`)
	d.Do(chromedp.SendKeys(chromedp.CSS("#ward-find"), "12"))
	d.See("only one ward is left", `document.querySelectorAll("#ward-list > :not([hidden])").length === 1`)
	d.Do(chromedp.Click(chromedp.CSS("button[value=count]")))
	d.See("the plan", `document.querySelector("#shown .plan") && document.querySelector("#shown").innerText.includes("৪০") && document.querySelector('[data-ward="7"].picked')`)
	d.looksWhole("broadcast-new-bn", 3400)
	d.Do(chromedp.EmulateViewport(1280, 1000), chromedp.Click(chromedp.CSS(".compose button[value=save]")))
	d.See("it is kept", `document.querySelector(".send-form")`)
	path := d.Text(`location.pathname`)
	id, err := uuid.Parse(strings.TrimPrefix(path, broadcastsPath+"/"))
	if err != nil {
		t.Fatal(err)
	}
	d.looksWhole("broadcast-draft-bn", 2400)
	d.Do(chromedp.EmulateViewport(1280, 1000), chromedp.Click(chromedp.CSS("button[value=now]")))
	d.See("it is being sent", `document.querySelector("#progress progress").value === 2`)
	p.tells(id, 10)
	d.See("it comes further by itself", `document.querySelector("#progress progress").value === 12`)
	d.looksWhole("broadcast-sending-bn", 1400)
	d.Do(chromedp.Click(chromedp.CSS(`form[action$="/pause"] button`)))
	d.See("it is paused", `document.querySelector('form[action$="/resume"]')`)
	d.Do(chromedp.Click(chromedp.CSS(`form[action$="/resume"] button`)))
	d.See("it goes on", `document.querySelector('form[action$="/pause"]')`)
	p.tells(id, 30)
	if done, err := p.Finish(t.Context(), id); err != nil || !done {
		t.Fatal(done, err)
	}
	d.See("the results come by themselves", `!document.querySelector(".done") && document.querySelector('a[href$="format=csv"]')`)
	file := d.Text(`(() => { const r = new XMLHttpRequest(); r.open("GET", document.querySelector('a[href$="format=csv"]').href, false); r.send(); return r.responseText; })()`)
	if lines := strings.Count(file, "\n"); lines < 43 || !strings.Contains(file, "নাগরিক 1,এসএমএস") {
		t.Errorf("%d lines: %s", lines, file)
	}
	d.looksWhole("broadcast-done-bn", 1800)
	d.inEnglish(p, path)
	d.calm()
}

// inEnglish looks at the pages once more in English, and at the list.
func (d *desktop) inEnglish(p *press, done string) {
	d.t.Helper()
	draft, _ := p.written(d.cookie(), fogging())
	d.Open(d.url + broadcastsPath)
	d.looksWhole("broadcasts-bn", 700)
	d.speaks("en")
	d.Open(d.url + broadcastsPath)
	d.looksWhole("broadcasts-en", 700)
	d.Open(d.url + draft + "/edit")
	d.looksWhole("broadcast-edit-en", 3400)
	d.Do(chromedp.EmulateViewport(1280, 1000), chromedp.Click(chromedp.CSS("button[value=preview]")))
	d.See("the preview", `document.querySelector("#shown .previews")`)
	d.looksWhole("broadcast-preview-en", 3800)
	d.Open(d.url + draft)
	d.looksWhole("broadcast-draft-en", 2400)
	d.Open(d.url + done)
	d.looksWhole("broadcast-done-en", 1800)
}

// cookie signs the same person in once more, beside the browser.
func (d *desktop) cookie() string { return d.enter("anna@example.org") }

// looksWhole looks at a long page at once: it fits, and in the first language
// it is asked whether everybody can use it.
func (d *desktop) looksWhole(name string, height int64) {
	d.t.Helper()
	for _, width := range []int64{320, 390, 1280} {
		d.Fits(name, width)
	}
	if strings.HasSuffix(name, languages[0]) {
		d.Accessible(name, d.axe)
	}
	d.Picture(name, 390, height+1400, "light")
	d.Picture(name, 1280, height, "light")
}
