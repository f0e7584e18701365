package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/flows/place"
	"nagorik/handoff"
)

func TestSupervisorCorrectsAWardAndTeachesIt(t *testing.T) {
	o := newCounter(t)
	taught := 0
	o.server.opt.Wards = place.Sample()
	o.server.opt.Taught = func(context.Context) error { taught++; return nil }
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("minister@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE cases SET ward = NULL, ward_by = 'unknown', place = 'কালু মিয়ার দোকান' WHERE number = $1`, f.number)
	path := fmt.Sprintf("%s/%d", casesPath, f.number)

	agent := o.enter("anna@example.org")
	w := o.look(path+"?lang=en", agent)
	wantPage(t, w, http.StatusOK, `<span class="pill loose bad">the citizen does not know: please set it</span>`)
	if strings.Contains(w.Body.String(), path+"/ward") {
		t.Error("an agent is offered to correct the ward")
	}
	wantPage(t, o.post(path+"/ward", agent, url.Values{"ward": {"7"}}), http.StatusForbidden, "<h1>")
	wantPage(t, o.look(wardsPath, agent), http.StatusForbidden, "<h1>")

	boss := o.enter("minister@example.org")
	wantPage(t, o.look(wardsPath+"?lang=en", boss), http.StatusOK, "Nothing is remembered yet")
	wantPage(t, o.look(path+"?lang=en", boss), http.StatusOK, `value="কালু মিয়ার দোকান"`)
	for says, form := range map[string]url.Values{
		"Choose a ward of the city":   {"ward": {"13"}},
		"Choose a ward of the city.":  {"ward": {""}},
		"at most five words":          {"ward": {"7"}, "teach": {"yes"}, "alias": {"12"}},
		"Write at least three letter": {"ward": {"7"}, "teach": {"yes"}, "alias": {" "}},
	} {
		form.Set("lang", "en")
		wantPage(t, o.post(path+"/ward", boss, form), http.StatusUnprocessableEntity, says)
	}
	wantWay(t, o.post(path+"/ward", boss, url.Values{"ward": {"৭"}, "teach": {"yes"}, "alias": {"কালু মিয়ার দোকান"}, "ward_note": {"phoned"}}), path+"?done=case_ward")
	if taught != 1 {
		t.Errorf("taken up %d times, want once", taught)
	}
	wantPage(t, o.look(path+"?lang=en", boss), http.StatusOK, "set by the desk")
	page := o.look(wardsPath+"?lang=en", boss)
	wantPage(t, page, http.StatusOK, "কালু মিয়ার দোকান")
	wantPage(t, page, http.StatusOK, "Dighirpar")
	_, rest, _ := strings.Cut(page.Body.String(), `action="`+wardsPath+`/names/`)
	id, _, _ := strings.Cut(rest, "/")
	wantWay(t, o.post(wardsPath+"/names/"+id+"/forget", boss, nil), wardsPath+"?done=ward_forget")
	wantPage(t, o.post(wardsPath+"/names/x/forget", boss, nil), http.StatusNotFound, "<h1>")
	wantPage(t, o.look(wardsPath+"?lang=en&done=ward_forget", boss), http.StatusOK, "Forgotten.")
	if taught != 2 {
		t.Errorf("forgetting was taken up %d times", taught-1)
	}
}
