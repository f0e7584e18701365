package api

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"nagorik/handoff"
)

// form is the editor's form over a version, with a text.
func (w *workshop) form(base int64, text string) url.Values {
	return url.Values{"base": {strconv.FormatInt(base, 10)}, "file": {"flows.yaml"}, "text": {text}, "flow": {"waste"}}
}

func TestDraftIsKeptVerbatimAndPublished(t *testing.T) {
	w := newWorkshop(t)
	anna, kamal := w.enter("anna@example.org"), w.enter("kamal@example.org")
	says(t, w.look(english(draftPath), anna), "What you write is kept as your draft", "holding_months:", "Diagram of the service")
	changed := w.changed("      value: 500\n", "      value: 700 # dearer\n")
	kept := w.post(draftPath, anna, w.form(1, strings.ReplaceAll(changed, "\n", "\r\n")))
	wantWay(t, kept, draftPath+"?done=saved&file=flows.yaml&flow=waste")
	says(t, w.look(english(draftPath), anna), "This is your draft", "700 # dearer")
	if r := w.look(draftPath, kamal); strings.Contains(r.Body.String(), "700 # dearer") {
		t.Error("a colleague sees the draft")
	}
	says(t, w.look(english(draftPath+"/publish"), anna), "Setting licence_least", "<ins>700</ins>", "Nobody is in the middle")
	missing := w.post(english(draftPath+"/publish"), anna, url.Values{"base": {"1"}})
	wantPage(t, missing, http.StatusUnprocessableEntity, "Say in a line what you changed.")
	wantPage(t, w.post(english(draftPath+"/publish"), anna, url.Values{"base": {"1"}, "note": {strings.Repeat("x", 501)}}), http.StatusUnprocessableEntity, "at most 500")
	wantWay(t, w.post(draftPath+"/publish", anna, url.Values{"base": {"1"}, "note": {"dearer"}}), flowsPath+"?done=flows_published")
	latest, err := w.desk.LatestCatalog(t.Context())
	if err != nil || latest.Version != 2 || latest.Files[0].Text != changed || latest.Note != "dearer" || latest.Author != "Anna" {
		t.Errorf("version %d, note %q, by %q, %v", latest.Version, latest.Note, latest.Author, err)
	}
	if w.began == nil || w.began.Version() != 2 {
		t.Errorf("new dialogues begin in %v", w.began)
	}
	if _, err := w.desk.CatalogDraft(t.Context(), handoff.Viewer{AgentID: w.agent("anna@example.org")}); err == nil {
		t.Error("the draft is still there")
	}
}

func TestDraftWithFaultsIsToldAndRefused(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	broken := w.form(1, w.changed("next: ask_ward", "next: ask_wart"))
	told := jsonOf(t, w.post(draftPath+"/check", anna, broken))
	faults, _ := told["faults"].([]any)
	if len(faults) == 0 || told["diagram"] != nil {
		t.Fatalf("told %v", told)
	}
	found := false
	for _, f := range faults {
		fault, _ := f.(map[string]any)
		message, _ := fault["message"].(string)
		line, _ := fault["line"].(float64)
		found = found || strings.Contains(message, "ask_wart") && fault["warning"] == false && strings.Contains(strings.Split(broken.Get("text"), "\n")[int(line)-1], "ask_wart")
	}
	if !found {
		t.Errorf("nobody says where it is: %v", faults)
	}
	broken.Set("then", "publish")
	wantWay(t, w.post(draftPath, anna, broken), draftPath+"/publish")
	review := w.look(english(draftPath+"/publish"), anna)
	says(t, review, "cannot be published", "ask_wart")
	if strings.Contains(review.Body.String(), `name="note"`) {
		t.Error("it can be published")
	}
	wantPage(t, w.post(english(draftPath+"/publish"), anna, url.Values{"base": {"1"}, "note": {"n"}}), http.StatusUnprocessableEntity, "cannot be published")
	if n, err := w.desk.LatestVersion(t.Context()); err != nil || n != 1 {
		t.Errorf("version %d, %v", n, err)
	}
}

func TestDiagramDescribesTheChosenService(t *testing.T) {
	w := newWorkshop(t)
	form := w.form(1, w.text)
	form.Set("flow", "drainage")
	told := jsonOf(t, w.post(english(draftPath+"/check"), w.enter("anna@example.org"), form))
	d, _ := told["diagram"].(map[string]any)
	states, _ := d["states"].([]any)
	first, _ := states[0].(map[string]any)
	line, _ := first["line"].(float64)
	if d["title"] != "Drainage" || first["name"] != "ask_trouble" || first["what"] != "asks" || strings.TrimSpace(strings.Split(w.text, "\n")[int(line)-1]) != "ask_trouble:" {
		t.Errorf("%v", first)
	}
	moves, _ := d["moves"].([]any)
	named := false
	for _, m := range moves {
		move, _ := m.(map[string]any)
		named = named || move["from"] == "ask_trouble" && move["event"] == "Open manhole" && move["to"] == "keep_away"
	}
	if !named {
		t.Errorf("no way is named by its answer: %v", moves)
	}
}

func TestTheSecondToPublishIsShownBoth(t *testing.T) {
	w := newWorkshop(t)
	anna, kamal := w.enter("anna@example.org"), w.enter("kamal@example.org")
	w.post(draftPath, anna, w.form(1, w.changed("      value: 500\n", "      value: 700\n")))
	w.post(draftPath, kamal, w.form(1, w.changed("      value: 25000\n", "      value: 30000\n")))
	publish := url.Values{"base": {"1"}, "note": {"n"}}
	wantWay(t, w.post(draftPath+"/publish", anna, publish), flowsPath+"?done=flows_published")
	for _, told := range []string{"Anna published version 2 meanwhile", "licence_least", "licence_most"} {
		wantPage(t, w.post(english(draftPath+"/publish"), kamal, publish), http.StatusConflict, told)
		says(t, w.look(english(draftPath), kamal), told)
	}
	if r := w.post(draftPath+"/rebase", kamal, url.Values{"over": {"1"}}); r.Code != http.StatusConflict {
		t.Errorf("over a version that he has not seen: %d", r.Code)
	}
	wantWay(t, w.post(draftPath+"/rebase", kamal, url.Values{"over": {"2"}}), draftPath+"?done=saved")
	says(t, w.look(english(draftPath+"/publish"), kamal), "<del>700</del>", "<ins>30000</ins>")
	publish.Set("base", "2")
	wantWay(t, w.post(draftPath+"/publish", kamal, publish), flowsPath+"?done=flows_published")
}

func TestWhatWasWrittenIsNotLost(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	form := w.form(1, w.changed("      value: 500\n", "      value: 700\n"))
	w.ship(w.text, handoff.SourceCommand, "", "meanwhile")
	if r := w.post(draftPath, anna, form); r.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", r.Code, r.Body)
	}
	says(t, w.look(english(draftPath), anna), "value: 700", "By command published version 2 meanwhile")
	wantWay(t, w.post(draftPath+"/drop", anna, nil), draftPath+"?done=draft_dropped")
	if r := w.look(draftPath, anna); strings.Contains(r.Body.String(), "value: 700\n") {
		t.Error("the draft is still there")
	}
	for name, change := range map[string]func(url.Values){
		"no version": func(f url.Values) { f.Del("base") }, "no such file": func(f url.Values) { f.Set("file", "other.yaml") },
		"not a text": func(f url.Values) { f.Set("text", "x: \x00") },
	} {
		f := w.form(2, w.text)
		change(f)
		if r := w.post(draftPath, anna, f); r.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
}

func TestImpactCountsWhoIsInside(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	for range 3 {
		f := w.file("রহিম", "drainage", 12)
		w.exec(`UPDATE conversations SET checkpoint = '{"catalog":1,"flow":"drainage","state":"keep_away"}' WHERE id = $1`, f.conversation)
	}
	w.post(draftPath, anna, w.form(1, strings.ReplaceAll(w.text, "keep_away", "stay_away")))
	says(t, w.look(english(draftPath+"/publish"), anna), "People in the middle of a service: 3", "keep_away", "not in the new one")
}

// agent is somebody's id.
func (w *workshop) agent(email string) (id [16]byte) {
	w.t.Helper()
	if err := w.pool.QueryRow(w.t.Context(), `SELECT id FROM agents WHERE email = $1`, email).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return id
}
