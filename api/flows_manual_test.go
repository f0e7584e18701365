package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nagorik/flows/grammar"
)

// cursor adds to the editor's form the place before a text.
func cursor(t *testing.T, text, before string) (line, col string) {
	t.Helper()
	head, _, ok := strings.Cut(text, before)
	if !ok {
		t.Fatalf("no %q", before)
	}
	lines := strings.Split(head, "\n")
	return strconv.Itoa(len(lines)), strconv.Itoa(len([]rune(lines[len(lines)-1])) + 1)
}

func TestTheEditorIsToldWhatCanBeWritten(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	text := w.changed("        text: {bn: ড্রেনের কী সমস্যা?, en: What is wrong with the drain?}\n", "        on: {মোড় [\n        te")
	form := w.form(1, text)
	line, _ := cursor(t, text, "        on: {মোড় [")
	above, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	form.Set("line", strconv.Itoa(above+1))
	form.Set("col", "11")
	told := jsonOf(t, w.post(english(draftPath+"/complete"), anna, form))
	options, _ := told["options"].([]any)
	found := false
	for _, o := range options {
		option, _ := o.(map[string]any)
		help, _ := option["help"].(string)
		found = found || option["label"] == "text" && option["insert"] == "text: " && strings.Contains(help, "The question")
	}
	if !found || told["from"] != float64(9) {
		t.Errorf("told %v", told)
	}
	line, col := cursor(t, w.text, "kind: complaint")
	form = w.form(1, w.text)
	form.Set("line", line)
	form.Set("col", col)
	told = jsonOf(t, w.post(draftPath+"/explain", anna, form))
	help, _ := told["help"].(string)
	if told["title"] != "kind" || !strings.Contains(help, "ধরনের") || told["reference"] != referencePath+"#flow.kind" {
		t.Errorf("told %v", told)
	}
	form.Set("col", "x")
	if r := w.post(draftPath+"/explain", anna, form); r.Code != http.StatusUnprocessableEntity && r.Code != http.StatusBadRequest {
		t.Errorf("a column that is none is answered %d", r.Code)
	}
}

func TestTheReferenceHasAnAnchorForEachKey(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	for _, lang := range languages {
		page := w.look(withQuery(referencePath, "lang", lang), anna).Body.String()
		for _, e := range grammar.NewManual().Reference(lang) {
			for _, k := range append([]grammar.Entry{e}, e.Keys...) {
				if strings.Count(page, `id="`+k.Anchor+`"`) != 1 {
					t.Errorf("%s: the anchor %s is not there once", lang, k.Anchor)
				}
			}
		}
	}
	schema := w.look(flowsPath+"/schema.json?lang=en", anna)
	if !json.Valid(schema.Body.Bytes()) || !strings.Contains(schema.Body.String(), "unless it is known already") {
		t.Errorf("schema: %d bytes", schema.Body.Len())
	}
}

func TestFaultsAreSaidInTheLanguageOfThePage(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	broken := w.form(1, w.changed("next: ask_ward", "next: ask_wart"))
	told := jsonOf(t, w.post(withQuery(draftPath+"/check", "lang", "bn"), anna, broken))
	faults, _ := told["faults"].([]any)
	if !slices.ContainsFunc(faults, func(f any) bool {
		fault, _ := f.(map[string]any)
		message, _ := fault["message"].(string)
		return strings.Contains(message, `"ask_wart" বলে কোনো ধাপ নেই`) && strings.Contains(message, "লিখতে চেয়েছেন?") && fault["reference"] == referencePath+"#state.next"
	}) {
		t.Errorf("told %v", faults)
	}
}
