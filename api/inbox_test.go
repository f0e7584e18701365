package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestInboxShowsWhoWaits(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	first, second := o.file("Rahim", "drainage", 12), o.file("Karim", "waste", 3)
	o.exec(`UPDATE conversations SET urgent = true, promised_at = now() - interval '1 year', channel = 'sms' WHERE id = $1`, second.conversation)
	cookie := o.enter("anna@example.org")
	w := o.look(inboxPath+"?lang=en", cookie)
	for _, text := range []string{"Asked for a person", "Urgent", "Promise missed", "You have no conversation now", "Off duty"} {
		wantPage(t, w, http.StatusOK, text)
	}
	body := w.Body.String()
	if strings.Index(body, "Karim") > strings.Index(body, "Rahim") || strings.Contains(body, "With colleagues") {
		t.Error("the urgent one is not first, or an agent sees everybody's")
	}
	wantPage(t, o.look(inboxPath+"?lang=bn", cookie), http.StatusOK, "জরুরি")
	for query, who := range map[string]string{"?channel=sms": "Karim", "?team=drainage": "Rahim"} {
		body := o.look(inboxPath+query, cookie).Body.String()
		if strings.Contains(body, "Karim") != (who == "Karim") || strings.Contains(body, "Rahim") != (who == "Rahim") {
			t.Errorf("%s: not %s alone", query, who)
		}
	}
	anna := o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	if _, err := o.desk.Take(t.Context(), anna.Viewer(), first.conversation, nil); err != nil {
		t.Fatal(err)
	}
	wantPage(t, o.look(inboxPath+"?lang=en", o.enter("boss2@example.org")), http.StatusOK, "With colleagues")
	if strings.Contains(o.look(inboxPath, cookie).Body.String(), "Rahim") {
		t.Error("what a colleague has is still listed")
	}
}

func TestEmptyInboxSaysWhy(t *testing.T) {
	o := newCounter(t)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	o.file("Rahim", "drainage", 12)
	w := o.look(inboxPath+"?lang=en", o.enter("waste@example.org"))
	wantPage(t, w, http.StatusOK, "You see a part of the record")
	if strings.Contains(w.Body.String(), "Rahim") {
		t.Error("out of scope, and listed")
	}
}

func TestDutyMustBeSaid(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	wantPage(t, o.post("/console/duty", o.enter("anna@example.org"), url.Values{"on": {"maybe"}}), http.StatusBadRequest, "<h1>")
}
