package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

// happened puts some counts and phrases on record.
func (w *workshop) happened() {
	w.t.Helper()
	for _, sql := range []string{
		`INSERT INTO passages (day, version, channel, language, flow, from_state, to_state, way, n) VALUES
			('2026-11-20', 1, 'web', 'bn', 'drainage', '', 'ask_trouble', 'on', 120), ('2026-11-20', 1, 'web', 'bn', 'drainage', 'ask_trouble', 'ask_ward', 'on', 100),
			('2026-11-20', 1, 'web', 'bn', 'drainage', 'ask_trouble', '', 'dropped', 15), ('2026-11-21', 1, 'web', 'bn', 'drainage', 'ask_trouble', '', 'missed', 9),
			('2026-11-21', 1, 'sms', 'en', 'drainage', 'was_there', '', 'on', 2), ('2026-11-21', 1, 'sms', 'en', 'drainage', '', 'was_there', 'carried', 2),
			('2026-10-02', 1, 'web', 'bn', 'drainage', '', 'ask_trouble', 'on', 7)`,
		`INSERT INTO passage_deltas (day, version, channel, language, flow, from_state, to_state, way, n)
			VALUES ('2026-11-21', '{1,1}', '{web,web}', '{bn,bn}', '{drainage,""}', '{ask_ward,""}', '{ask_place,""}', '{on,missed}', '{80,4}')`,
		`INSERT INTO missed_phrase_deltas (at, folded, shown, flow, state, language)
			VALUES ('2026-11-22 10:00+06', '{মশক নিধন,মশক নিধন,xyz #}', '{মশক নিধন,মশক নিধন!,xyz #}', '{"","",drainage}', '{"","",ask_ward}', '{bn,bn,en}')`,
	} {
		if _, err := w.pool.Exec(w.t.Context(), sql); err != nil {
			w.t.Fatal(err)
		}
	}
	if n, err := w.desk.FoldPhrases(w.t.Context()); err != nil || n != 1 {
		w.t.Fatal(n, err)
	}
}

// row is the line of a table that a word stands in.
func rowOf(page, word string) string {
	_, rest, _ := strings.Cut(page, word)
	line, _, _ := strings.Cut(rest, "</tr>")
	return line
}

func TestFiguresOfAService(t *testing.T) {
	w := newWorkshop(t)
	w.happened()
	anna := w.enter("anna@example.org")
	all := w.look(english(flowFiguresPath), anna).Body.String()
	for _, want := range []string{">120<", ">15 <", ">9<"} {
		if !strings.Contains(rowOf(all, "flow=drainage"), want) {
			t.Errorf("the list lacks %s: %s", want, rowOf(all, "flow=drainage"))
		}
	}
	if !strings.Contains(all, "at the menu that were not understood: 4") {
		t.Error("nobody says what was missed at the menu")
	}
	one := w.look(english(flowFiguresPath+"?flow=drainage"), anna).Body.String()
	for state, want := range map[string][]string{
		"ask_trouble": {">120<", ">100<", ">15 <", "13%", ">9<"}, "ask_ward": {">100<", ">80<"}, "ask_place": {">80<"}, "was_there": {"not in this version", ">2<"},
	} {
		for _, figure := range want {
			if got := rowOf(one, `id="state-`+state+`"`); !strings.Contains(got, figure) {
				t.Errorf("%s lacks %s: %s", state, figure, got)
			}
		}
	}
	if !strings.Contains(one, "→ 120 · ✕ 15 · ? 9") || !strings.Contains(one, "&#34;people&#34;:100") {
		t.Error("the diagram has no figures")
	}
	for query, want := range map[string]string{
		"from=2026-10-01&to=2026-10-31": ">7<", "channel=sms": ">0<", "language=en": ">0<", "version=1": ">120<", "from=2026-11-21": ">0<",
	} {
		page := w.look(english(flowFiguresPath+"?flow=drainage&"+query), anna).Body.String()
		if got := rowOf(page, `id="state-ask_trouble"`); !strings.Contains(got, `data-label="Came">`+strings.Trim(want, "><")+"<") {
			t.Errorf("%s: %s", query, got)
		}
	}
	wantPage(t, w.look(english(flowFiguresPath+"?from=2026-11-21&to=2026-11-01"), anna), http.StatusUnprocessableEntity, "2026-11-21")
}

func TestPhrasesBecomeTriggers(t *testing.T) {
	w := newWorkshop(t)
	w.happened()
	anna := w.enter("anna@example.org")
	says(t, w.look(english(phrasesPath), anna), "মশক নিধন!", "2×", "At the menu", "xyz #", `value="xyz"`)
	if page := w.look(phrasesPath+"?flow=-", anna).Body.String(); strings.Contains(page, "xyz") {
		t.Error("the filter shows what was said elsewhere")
	}
	id := func(folded string) string {
		var n string
		if err := w.pool.QueryRow(t.Context(), `SELECT id::text FROM missed_phrases WHERE folded = $1`, folded).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return phrasesPath + "/" + n
	}
	first, second := id("মশক নিধন"), id("xyz #")
	wantPage(t, w.post(english(first), anna, url.Values{"then": {"add"}, "words": {"মশক নিধন"}}), http.StatusUnprocessableEntity, "Choose the service")
	wantPage(t, w.post(english(first), anna, url.Values{"then": {"add"}, "service": {"waste"}}), http.StatusUnprocessableEntity, "Write the words")
	add := url.Values{"then": {"add"}, "service": {"fogging"}, "words": {"  মশক   নিধন "}, "back": {phrasesPath + "?flow=-"}}
	wantWay(t, w.post(first, anna, add), phrasesPath+"?done=trigger_added&flow=-")
	draft, err := w.desk.CatalogDraft(t.Context(), handoff.Viewer{AgentID: w.agent("anna@example.org")})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Replace(draft.Files[0].Text, `"মশক নিধন", `, "", 1); got != w.text || draft.Files[0].Text == w.text {
		t.Error("more than the words was written, or nothing")
	}
	says(t, w.look(english(draftPath+"/publish"), anna), "মশক নিধন")
	wantPage(t, w.post(english(second), anna, add), http.StatusUnprocessableEntity, "cannot be added here")
	wantWay(t, w.post(second, anna, url.Values{"then": {"ignore"}, "back": {"https://elsewhere.example"}}), phrasesPath+"?done=phrase_ignored")
	if page := w.look(english(phrasesPath), anna).Body.String(); !strings.Contains(page, "Nothing here") {
		t.Error("what is settled is still on the list")
	}
	says(t, w.look(english(phrasesPath+"?settled=yes"), anna), "xyz #", "Put back")
	wantWay(t, w.post(second, anna, url.Values{"then": {"restore"}}), phrasesPath+"?done=phrase_restored")
	says(t, w.look(english(phrasesPath), anna), "xyz #")
	for _, sql := range []string{`UPDATE missed_phrases SET last_at = last_at - interval '91 days'`} {
		if _, err := w.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.desk.FoldPhrases(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM missed_phrases`); n != 0 {
		t.Errorf("%d phrases are kept for ever", n)
	}
}

func TestTextsAreTranslatedIntoTheDraft(t *testing.T) {
	w := newWorkshop(t)
	third := w.ship(strings.Replace(w.changed("    en: That number is not valid. Type an 11-digit mobile number.\n", ""), "    title: {bn: রাস্তা, en: Road}", "    title: {bn: রাস্তা}", 1), handoff.SourceCommand, "", "")
	anna := w.enter("anna@example.org")
	says(t, w.look(english(textsPath), anna), "99%", "2 missing", "English", "বাংলা")
	missing := w.look(english(textsPath+"?missing=yes"), anna).Body.String()
	if strings.Count(missing, `name="text"`) != 2 || !strings.Contains(missing, "Text bad_phone") {
		t.Errorf("%d texts are shown as missing", strings.Count(missing, `name="text"`))
	}
	says(t, w.look(english(textsPath+"?part=road"), anna), "Service “রাস্তা”")
	form := url.Values{
		"file": {"flows.yaml", "flows.yaml"}, "name": {"texts/bad_phone", "flows/road/title"}, "code": {"en", "en"}, "was": {"", ""}, "text": {"Type 11 digits: \"01…\"", ""},
	}
	wantWay(t, w.post(textsPath+"?missing=yes", anna, form), textsPath+"?done=texts_kept&missing=yes")
	draft, err := w.desk.CatalogDraft(t.Context(), handoff.Viewer{AgentID: w.agent("anna@example.org")})
	if err != nil || draft.Base != third {
		t.Fatal(draft.Base, err)
	}
	if !strings.Contains(draft.Files[0].Text, "\n    en: \"Type 11 digits: \\\"01…\\\"\"\n") {
		t.Error("the text is not where it belongs")
	}
	if page := w.look(english(textsPath+"?missing=yes"), anna).Body.String(); strings.Count(page, `name="text"`) != 1 {
		t.Error("it is still missing")
	}
	if r := w.post(textsPath, anna, form); r.Code != http.StatusConflict {
		t.Errorf("an old form writes over what is there: %d", r.Code)
	}
	wantWay(t, w.post(textsPath, anna, url.Values{"file": {"flows.yaml"}, "name": {"flows/road/title"}, "code": {"en"}, "was": {""}, "text": {" "}}), textsPath+"?done=texts_same")
	long := url.Values{"file": {"flows.yaml"}, "name": {"flows/road/title"}, "code": {"en"}, "was": {""}, "text": {strings.Repeat("x", 4001)}}
	wantPage(t, w.post(english(textsPath), anna, long), http.StatusUnprocessableEntity, "at most 4,000")
	if r := w.post(textsPath, anna, url.Values{"text": {"x"}}); r.Code != http.StatusBadRequest {
		t.Errorf("half a form: %d", r.Code)
	}
}
