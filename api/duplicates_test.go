package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestDuplicatesAreJoinedByPrograms(t *testing.T) {
	o := hopper(t)
	agent := o.hire("five@example.org", handoff.RoleAgent, nil, []int{5})
	one, two, waste, hidden := o.file("রহিম", "drainage", 5), o.file("Karim", "drainage", 5), o.file("Selina", "waste", 5), o.file("Jamal", "drainage", 9)
	on := func(f filed, verb string) string { return fmt.Sprintf("/api/v1/cases/%d/%s", f.number, verb) }
	post := func(token, path, body string) (int, map[string]any) {
		w := o.do(call{method: http.MethodPost, path: path, token: token, body: strings.NewReader(body)})
		return w.Code, jsonOf(t, w)
	}
	w := o.do(call{path: on(one, "duplicates"), token: agent})
	items, _ := jsonOf(t, w)["items"].([]any)
	if len(items) != 1 { // the others are another service, and out of sight
		t.Fatalf("offered: %s", w.Body)
	}
	like, _ := items[0].(map[string]any)
	k, _ := like["case"].(map[string]any)
	if k["number"] != float64(two.number) || like["metres"] != float64(0) {
		t.Errorf("offered: %v", like)
	}
	wantFault(t, o.do(call{path: on(hidden, "duplicates"), token: agent}), http.StatusNotFound, "not_found", "")
	for body, status := range map[string]int{
		`{}`: http.StatusBadRequest, fmt.Sprintf(`{"of":%d}`, one.number): http.StatusBadRequest, fmt.Sprintf(`{"of":%d}`, waste.number): http.StatusBadRequest,
		fmt.Sprintf(`{"of":%d}`, hidden.number): http.StatusBadRequest, `{"of":"x"}`: http.StatusBadRequest,
	} {
		if got, _ := post(agent, on(one, "duplicate"), body); got != status {
			t.Errorf("%s: %d", body, got)
		}
	}
	status, got := post(agent, on(one, "duplicate"), fmt.Sprintf(`{"of":%d}`, two.number))
	if status != http.StatusOK || got["status"] != "duplicate" || got["duplicate_of"] != float64(two.number) {
		t.Fatalf("%d %v", status, got)
	}
	main := o.get(fmt.Sprintf("/api/v1/cases/%d", two.number))
	if fmt.Sprint(main["duplicates"]) != fmt.Sprintf("[%d]", one.number) || !strings.Contains(fmt.Sprint(main["followers"]), one.contact.String()) {
		t.Errorf("main case: %v %v", main["duplicates"], main["followers"])
	}
	if status, _ := post(agent, on(one, "separate"), ""); status != http.StatusForbidden {
		t.Errorf("an agent separates: %d", status)
	}
	if status, got := post(o.token, on(one, "separate"), ""); status != http.StatusOK || got["status"] != "reopened" || got["duplicate_of"] != nil {
		t.Errorf("%d %v", status, got)
	}
	if status, _ := post(o.token, on(one, "separate"), ""); status != http.StatusConflict {
		t.Errorf("separated twice: %d", status)
	}
}

func TestDuplicatesAreJoinedFromTheCasesPage(t *testing.T) {
	o := hopper(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	one, two := o.file("রহিম উদ্দিন", "drainage", 5), o.file("Karim Sheikh", "drainage", 5)
	cookie := o.enter("anna@example.org")
	path := func(f filed) string { return fmt.Sprintf("%s/%d", casesPath, f.number) }
	for _, text := range []string{"May be the same matter", "0 m away", fmt.Sprintf(`name="of" value="%d"`, two.number)} {
		wantPage(t, o.look(path(one)+"?lang=en", cookie), http.StatusOK, text)
	}
	for _, bad := range []string{"", "x", "99999", fmt.Sprint(one.number)} {
		wantPage(t, o.post(path(one)+"/duplicate", cookie, url.Values{"of": {bad}, "lang": {"en"}}), http.StatusUnprocessableEntity, "Write the number of another case")
	}
	wantWay(t, o.post(path(one)+"/duplicate", cookie, url.Values{"of": {"১০০০২"}}), path(one)+"?done=case_duplicate")
	w := o.look(path(two)+"?lang=en", cookie)
	for _, text := range []string{"Reported again as", "Followed by", "রহিম উদ্দিন", "/console/contacts/" + one.contact.String(), fmt.Sprintf("Case %d", one.number), "Joined to it"} {
		wantPage(t, w, http.StatusOK, text)
	}
	w = o.look(path(one)+"?lang=en", cookie)
	for _, text := range []string{"Main case", path(two), "Karim Sheikh", "Found to be a duplicate"} {
		wantPage(t, w, http.StatusOK, text)
	}
	if body := w.Body.String(); strings.Contains(body, path(one)+"/separate") || strings.Contains(body, "May be the same matter") {
		t.Error("an agent is offered to separate it, or to join it once more")
	}
	if w := o.post(path(one)+"/separate", cookie, nil); w.Code != http.StatusForbidden {
		t.Errorf("an agent separates: %d", w.Code)
	}
	boss := o.enter("boss2@example.org")
	wantWay(t, o.post(path(one)+"/separate", boss, nil), path(one)+"?done=case_separate")
	if body := o.look(path(two)+"?lang=en", boss).Body.String(); strings.Contains(body, "Followed by") || !strings.Contains(body, "Separated") {
		t.Error("the main case still has followers, or does not say what happened")
	}
}
