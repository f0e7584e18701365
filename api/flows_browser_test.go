package api

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"nagorik/handoff"
)

// helped asks for what can be written in the editor, and for what stands there,
// by the keyboard, the mouse and the button.
func (d *desktop) helped(lang string) {
	d.t.Helper()
	d.Open(d.url + draftPath + "?flow=drainage")
	d.See("the diagram", `document.querySelectorAll(".drawing .step").length > 10 && document.querySelector(".cm-activeLine").textContent.indexOf("ask_trouble") >= 0`)
	d.looks("flows-draft-" + lang)
	d.Script(`document.querySelector(".cm-content").focus()`)
	d.Do(chromedp.KeyEvent(kb.F1))
	d.See("what a step is", `document.querySelector("#explained .explanation").innerText.indexOf("`+map[string]string{"bn": "একটি ধাপ", "en": "A step"}[lang]+`") >= 0`)
	d.See("where more is told", `document.querySelector("#explained a").getAttribute("href") === "`+referencePath+`#state"`)
	d.Do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.End), chromedp.KeyEvent(" ", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	d.See("what can be written", `document.querySelector(".cm-completionLabel") && document.querySelector(".cm-completionLabel").textContent === "trouble" && document.querySelector(".cm-completionDetail").textContent !== ""`)
	for _, width := range []int64{390, 1280} {
		d.Picture("flows-complete-"+lang, width, 1000, "light")
	}
	d.Do(chromedp.KeyEvent(kb.Escape))
	d.Do(chromedp.Click(chromedp.CSS("#explain")))
	d.looks("flows-explained-" + lang)
}

// unfolds finds the example sentences of a service folded away, and opens them.
func (d *desktop) unfolds(lang string) {
	d.t.Helper()
	d.Open(d.url + draftPath + "?flow=waterlogging")
	d.See("the step", `document.querySelector(".cm-activeLine").textContent.indexOf("ask_trouble") >= 0`)
	d.Script(`document.querySelector(".cm-scroller").scrollBy(0, -900)`)
	const folded = `document.querySelector(".cm-foldPlaceholder")`
	d.See("folded sentences", folded+` && /^[0-9০-৯]+ `+map[string]string{"bn": "লাইন", "en": "lines"}[lang]+`$/.test(`+folded+`.textContent)`)
	d.Picture("flows-folded-"+lang, 1280, 1000, "light")
	d.Script(folded + `.click()`)
	d.See("the sentences", `!`+folded)
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
		d.helped(lang)
		d.unfolds(lang)
		d.visit("flows-reference-"+lang, referencePath+"#state.ask")
		d.visit("flows-guide-"+lang, flowsGuidePath)
		d.visit("flows-try-page-"+lang, tryPath+"?flow=drainage")
	}
	d.seesFigures(w)
	d.calm()
}
