package api

import (
	"testing"

	"nagorik/handoff"
)

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
		d.Open(d.url + draftPath + "?flow=drainage")
		d.See("the diagram", `document.querySelectorAll(".drawing .step").length > 10`)
		d.looks("flows-draft-" + lang)
	}
	d.calm()
}
