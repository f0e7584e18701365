package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPublishingAsksWherePeopleGo(t *testing.T) {
	w := newWorkshop(t)
	anna := w.enter("anna@example.org")
	inside := w.file("Jamal", "drainage", 5).conversation
	if _, err := w.pool.Exec(t.Context(), `UPDATE conversations SET checkpoint = '{"catalog":1,"flow":"drainage","state":"ask_place","language":"bn"}' WHERE id = $1`, inside); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("next: ask_place", "next: ask_spot", "      ask_place:", "      ask_spot:").Replace(w.text)
	w.post(draftPath, anna, w.form(1, text))
	says(t, w.look(english(draftPath+"/publish"), anna),
		"People whose step is gone", "Drainage, step ask_place: 1 waiting", `name="move.drainage.ask_place"`, `value="to:ask_spot"`, "Stay in their version", "not in the new one")
	if page := w.look(draftPath+"/publish", anna).Body.String(); strings.Contains(page, `value="to:ask_sure"`) || strings.Contains(page, `value="to:worth_a_call"`) {
		t.Error("people can be put where nobody can stand")
	}
	publish := url.Values{"base": {"1"}, "note": {"renamed"}}
	for _, wrong := range []string{"to:ask_place", "to:ask_sure", "to:nowhere", "elsewhere"} {
		publish.Set("move.drainage.ask_place", wrong)
		wantPage(t, w.post(english(draftPath+"/publish"), anna, publish), http.StatusUnprocessableEntity, "Choose again where people go")
	}
	publish.Set("move.drainage.ask_place", "")
	publish.Set("move.drainage.ask_ward", "menu")
	wantPage(t, w.post(english(draftPath+"/publish"), anna, publish), http.StatusUnprocessableEntity, "Choose again where people go")
	publish.Del("move.drainage.ask_ward")
	publish.Set("move.drainage.ask_place", "to:ask_spot")
	publish.Set("note", "")
	wantPage(t, w.post(english(draftPath+"/publish"), anna, publish), http.StatusUnprocessableEntity, `value="to:ask_spot" selected`)
	publish.Set("note", "renamed")
	wantWay(t, w.post(draftPath+"/publish", anna, publish), flowsPath+"?done=flows_published")
	if n := w.count(`SELECT count(*) FROM session_moves WHERE conversation_id = $1 AND version = 2 AND flow = 'drainage' AND state = 'ask_place' AND to_state = 'ask_spot'`, inside); n != 1 {
		t.Error("nobody will be moved")
	}
	says(t, w.look(english("/console/audit"), anna), "People moved", "drainage.ask_place → ask_spot: 1")
}
