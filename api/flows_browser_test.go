package api

import (
	"testing"

	"github.com/chromedp/chromedp"

	"nagorik/handoff"
)

// mostSteps is how many clicks and filled fields it may take from the list of
// versions to a published service.
const mostSteps = 40

// hand counts what a supervisor clicks and fills in.
type hand struct {
	*desktop
	steps int
}

func (h *hand) fill(field, text string) {
	h.t().Helper()
	h.steps++
	h.Do(chromedp.SendKeys(chromedp.CSS(field), text))
}

func (h *hand) choose(field, value string) {
	h.t().Helper()
	h.steps++
	h.Script(`(function () { var s = document.querySelector("` + field + `"); s.value = "` + value + `"; s.dispatchEvent(new Event("change", {bubbles: true})); })()`)
}

func (h *hand) click(what string) {
	h.t().Helper()
	h.steps++
	h.Do(chromedp.Click(chromedp.CSS(what)))
}

func (h *hand) t() *testing.T { return h.office.t }

// begins fills in the form of a service with three questions and a photo.
func (h *hand) begins() {
	h.click(`a[href="/console/flows/new"]`)
	h.See("the form", `document.querySelector("#title_bn")`)
	h.fill("#title_bn", "মশার ওষুধ")
	h.fill("#title_en", "Fog my street")
	h.choose("#team", "fogging")
	h.choose("#menu", "1")
	for n, q := range [][2]string{{"কোন রাস্তা?", "Which street?"}, {"কতটি বাড়ি?", "How many houses?"}, {"কবে থেকে?", "Since when?"}} {
		h.fill("#q"+itoa(n+1)+"_bn", q[0])
		h.fill("#q"+itoa(n+1)+"_en", q[1])
	}
	h.choose("#q2_type", "number")
	h.fill("#days", "3")
	h.click(`main form.panel > .acts button`)
	h.See("the editor", `document.querySelector(".cm-content") && document.querySelectorAll(".drawing .step").length === 9`)
}

// errs makes a fault, sees it underlined and mends it.
func (h *hand) errs() {
	h.See("the service's lines", `document.querySelector(".cm-activeLine").textContent.indexOf("ask_answer_1:") >= 0`)
	h.click(".cm-activeLine")
	h.Do(chromedp.KeyEvent("x"))
	h.steps++
	h.See("the fault underlined", `document.querySelector(".cm-lintRange-error") && document.querySelector("#summary.bad")`)
	h.looks("flows-fault")
	h.Do(chromedp.KeyEvent("\b"))
	h.steps++
	h.See("it is mended", `!document.querySelector(".cm-lintRange-error") && !document.querySelector("#summary.bad")`)
}

// tries talks to the service as an SMS would show it, before anybody has it.
func (h *hand) tries() {
	h.click(`button[value="try"]`)
	h.See("its first question", `document.querySelector(".trial-thread") && document.querySelector(".trial-thread").innerText.indexOf("কোন রাস্তা?") >= 0`)
	h.looks("flows-try")
	h.choose("#channel", "sms")
	h.See("what it costs", `document.querySelector(".cost.total")`)
	h.choose("#language", "en")
	h.See("it in English", `document.querySelector(".trial-thread").innerText.indexOf("Which street?") >= 0`)
	h.fill("#say", "School Road\r")
	h.See("the next question", `document.querySelector(".trial-thread").innerText.indexOf("How many houses?") >= 0`)
	h.fill("#say", "many\r")
	h.See("it is asked again", `document.querySelectorAll(".bubble.citizen").length === 2 && document.querySelector(".facts").innerText.indexOf("School Road") >= 0`)
	h.fill("#say", "12\r")
	h.See("why it went on", `document.querySelectorAll(".bubble.citizen").length === 3 && document.querySelector(".bubble:last-child .reasons") && document.querySelector(".trial-thread").innerText.indexOf("Since when?") >= 0`)
	h.looks("flows-try-sms")
}

func (h *hand) publishes() {
	h.click(`button[value="publish"]`)
	h.See("the review", `document.querySelector("#note")`)
	h.See("the service", `document.querySelector(".differences").innerText.indexOf("Fog my street") >= 0`)
	h.looks("flows-review")
	h.fill("#note", "Fogging by street")
	h.click(`form[action="/console/flows/draft/publish"] button`)
	h.See("it is published", `document.querySelector(".done") && location.pathname === "/console/flows"`)
}

// seesFigures looks at what happens in a service, and follows a step of the
// diagram to its line.
func (d *desktop) seesFigures(w *workshop) {
	w.happened()
	d.visit("flows-figures", flowFiguresPath)
	d.visit("flows-phrases", phrasesPath)
	d.visit("flows-texts", textsPath+"?part=road")
	d.visit("flows-figures-one", flowFiguresPath+"?flow=drainage")
	d.See("the figures", `document.querySelector(".drawing .figures") && document.querySelector(".drawing").textContent.indexOf("→ 120 · ✕ 15 · ? 9") >= 0`)
	d.Script(`document.querySelector("main").style.minHeight = "5000px"; window.scrollTo(0, 0); document.querySelector(".drawing .step").dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	d.See("the line of the step", `window.scrollY > 0`)
}

func TestServicesInABrowser(t *testing.T) {
	d := newCounterDesktop(t)
	w := equip(t, d.office)
	w.ship(w.changed("      value: 500\n", "      value: 700\n"), handoff.SourceCommand, "Selina", "dearer licences")
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	for _, lang := range languages {
		d.speaks(lang)
		d.visit("flows-"+lang, flowsPath)
		d.visit("flows-compare-"+lang, comparePath(1, 2))
		d.visit("flows-new-"+lang, newServicePath)
		d.Open(d.url + draftPath + "?flow=drainage")
		d.See("the diagram", `document.querySelectorAll(".drawing .step").length > 10 && document.querySelector(".cm-activeLine").textContent.indexOf("ask_trouble") >= 0`)
		d.looks("flows-draft-" + lang)
		d.visit("flows-try-page-"+lang, tryPath+"?flow=drainage")
	}
	d.seesFigures(w)
	d.Do(chromedp.EmulateViewport(1280, 1000))
	d.Open(d.url + flowsPath)
	h := &hand{desktop: d}
	h.begins()
	h.errs()
	h.tries()
	h.publishes()
	t.Logf("%d clicks and fields", h.steps)
	if h.steps > mostSteps {
		t.Errorf("it takes %d clicks and fields, at most %d are wanted", h.steps, mostSteps)
	}
	if w.began == nil || w.began.Version() != 3 {
		t.Fatalf("new dialogues begin in %v", w.began)
	}
	if f, ok := w.began.Flow("fog_my_street"); !ok || f.Slots[0].Label["en"] != "Which street" || len(f.States) != 9 {
		t.Errorf("%+v", f)
	}
	d.calm()
}
