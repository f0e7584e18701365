package api

import (
	unescape "html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// holds is the script that a page of a trial carries.
func holds(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	found := regexp.MustCompile(`name="script" value="([^"]*)"`).FindStringSubmatch(w.Body.String())
	if found == nil {
		t.Fatalf("no script in %d %.300s", w.Code, w.Body)
	}
	return unescape.UnescapeString(found[1])
}

// tries says something to the draft, after what a page holds.
func (w *workshop) tries(cookie string, before *httptest.ResponseRecorder, pairs ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	form := url.Values{}
	if before != nil {
		form.Set("script", holds(w.t, before))
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return w.post(english(tryPath), cookie, form)
}

func TestDraftIsTriedWithoutScript(t *testing.T) {
	w := newWorkshop(t)
	w.exec(`INSERT INTO sms_prices VALUES ('city', '2026-01-01', 50000, 25000, now()), ('other', '2026-01-01', 40000, 20000, now())`)
	anna := w.enter("anna@example.org")
	w.post(draftPath, anna, w.form(1, w.changed("en: What is wrong with the drain?", "en: What ails the drain?")))
	wantWay(t, w.post(draftPath, anna, url.Values{"base": {"1"}, "file": {"flows.yaml"}, "text": {w.changed("en: What is wrong with the drain?", "en: What ails the drain?")}, "flow": {"drainage"}, "then": {"try"}}), tryPath+"?flow=drainage")
	says(t, w.look(english(tryPath+"?flow=drainage"), anna), `name="tap" value="drainage/ask_trouble=blocked|`)
	sms := w.tries(anna, nil, "do", "begin", "channel", "sms", "language", "en", "from", "drainage")
	says(t, sms, "What ails the drain?", "1 Standing water", "Characters", "SMS 1, ৳0.50")
	sms = w.tries(anna, sms, "do", "say", "say", "2")
	says(t, sms, "Type your ward number", "number 2", "ask_trouble → ask_ward", "All answers so far: SMS 3, ৳1.50")
	sms = w.tries(anna, sms, "do", "say", "say", "agent")
	says(t, sms, "It would be passed to people", "the queue")
	says(t, w.tries(anna, sms, "do", "undo"), "the bot", "ask_ward")
	bangla := w.tries(anna, sms, "do", "show", "channel", "messenger", "language", "bn", "from", "drainage")
	says(t, bangla, "ড্রেনের কী সমস্যা?", "ওয়ার্ড নম্বর")
	if strings.Contains(bangla.Body.String(), "Characters") {
		t.Error("Messenger has a price")
	}
	for _, table := range []string{"messages", "conversations", "cases"} {
		if n := w.count("SELECT count(*) FROM " + table); n != 0 {
			t.Errorf("%d %s were recorded", n, table)
		}
	}
}

func TestATrialHasPhotosPinsAndSilence(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	page := w.tries(anna, nil, "do", "begin", "channel", "messenger", "language", "en", "from", "drainage")
	page = w.tries(anna, page, "tap", "drainage/ask_trouble=blocked|Blocked drain")
	says(t, page, "Blocked drain", "ask_ward")
	says(t, w.tries(anna, page, "do", "photo"), "A photo")
	says(t, w.tries(anna, page, "do", "pin", "pin", "21.1795, 90.5677"), "A pin: 21.17950, 90.56770", "ward")
	says(t, w.tries(anna, page, "do", "pin", "pin", "north"), "Write the pin like this")
	says(t, w.tries(anna, page, "do", "pin", "pin", "91, 0"), "Write the pin like this")
	says(t, w.tries(anna, page, "do", "wait"), "(says nothing for a while)")
	says(t, w.tries(anna, page, "do", "say", "say", " "), "Write something first.")
}

func TestATrialBeginsInTheMiddle(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	page := w.tries(anna, nil, "do", "begin", "channel", "sms", "language", "en", "from", "drainage")
	page = w.tries(anna, page, "do", "begin", "channel", "sms", "language", "en", "from", "drainage", "at", "file", "answer.trouble", "blocked", "answer.ward", "11", "answer.place", "School Road")
	says(t, page, "Case 10001 would be opened", "Drainage Department", "begun here")
	page = w.tries(anna, page, "do", "begin", "channel", "sms", "language", "en", "from", "drainage", "at", "ask_place", "answer.ward", "Timbuktu")
	says(t, page, "“Timbuktu” is no answer to Ward", `value="Timbuktu"`)
	gone := w.form(1, w.text)
	gone.Set("script", `{"channel":"sms","lang":"en","flow":"drainage","state":"ask_spot","begun":1795406400}`)
	gone.Set("do", "say")
	gone.Set("say", "x")
	says(t, w.post(english(tryPath), anna, gone), "not in the draft any more")
}

func TestATrialFollowsWhatIsWritten(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	page := w.tries(anna, nil, "do", "begin", "channel", "sms", "language", "en", "from", "drainage")
	form := w.form(1, w.changed("en: What is wrong with the drain?", "en: What ails the drain?"))
	form.Set("script", holds(t, page))
	form.Set("do", "say")
	form.Set("say", "1")
	says(t, w.post(english(tryPath), anna, form), "What ails the drain?", "number 1")
	form.Set("text", "flows: [")
	broken := w.post(english(tryPath), anna, form)
	says(t, broken, "The draft has faults")
	if !strings.Contains(holds(t, broken), `"text":"1"`) {
		t.Error("what was said is lost")
	}
	part := w.do(call{path: tryPath, header: map[string]string{"Cookie": anna, "HX-Request": "true"}})
	if strings.Contains(part.Body.String(), "<html") || !strings.Contains(part.Body.String(), "trial-thread") {
		t.Errorf("%.200s", part.Body)
	}
}

func TestATrialIsBounded(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	full := `{"channel":"sms","begun":1,"lines":[` + strings.Repeat(`{"kind":"text","text":"x"},`, 199) + `{"kind":"text","text":"x"}]}`
	says(t, w.post(english(tryPath), anna, url.Values{"script": {full}, "do": {"say"}, "say": {"y"}}), "too much for one conversation")
	for name, script := range map[string]string{
		"no JSON": `{`, "no channel": `{"channel":"pigeon"}`, "no such line": `{"channel":"sms","lines":[{"kind":"resume"},{"kind":"resume"}]}`,
	} {
		if r := w.post(tryPath, anna, url.Values{"script": {script}, "do": {"say"}, "say": {"y"}}); r.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, r.Code)
		}
	}
	for range maxSound + 2 {
		form := w.form(1, w.text+strings.Repeat("\n", len(w.server.drafts.list)+1))
		form.Set("do", "begin")
		form.Set("channel", "sms")
		w.post(tryPath, anna, form)
	}
	if n := len(w.server.drafts.list); n > maxSound {
		t.Errorf("%d catalogues are kept", n)
	}
}
