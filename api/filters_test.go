package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestFiltersAreSavedSharedAndDeleted(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	o.person("boss@example.net", "Boss", handoff.RoleSupervisor, nil, nil)
	anna, kamal, boss := o.enter("anna@example.org"), o.enter("kamal@example.org"), o.enter("boss@example.net")
	save := func(cookie, list, name, query string, more ...string) string {
		form := url.Values{"list": {list}, "name": {name}, "query": {query}}
		if len(more) > 0 {
			form.Set("shared", more[0])
		}
		w := o.post(filtersPath, cookie, form)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", name, w.Code, w.Body)
		}
		return w.Header().Get("Location")
	}
	const narrowed = "status=open&ward=12"
	if to := save(anna, "cases", " My  ward ", narrowed+"&next=abc&done=saved"); to != casesPath+"?done=filter_saved&status=open&ward=12" {
		t.Errorf("back to %s", to)
	}
	page := o.look(casesPath+"?lang=en&"+narrowed, anna)
	wantPage(t, page, http.StatusOK, `<a href="/console/cases?status=open&amp;ward=12" aria-current="true">My ward</a>`)
	wantPage(t, o.look(casesPath+"?lang=en", anna), http.StatusOK, "My ward")
	for who, cookie := range map[string]string{"kamal": kamal, "boss": boss} {
		if strings.Contains(o.look(casesPath+"?lang=en", cookie).Body.String(), "My ward") {
			t.Errorf("%s is offered what is another's", who)
		}
	}
	if to := save(kamal, "cases", "For all", narrowed, "yes"); !strings.Contains(to, "fault=filter") {
		t.Errorf("an agent shares: %s", to)
	}
	for _, bad := range []string{"", strings.Repeat("x", 61)} {
		if to := save(anna, "cases", bad, narrowed); !strings.Contains(to, "fault=filter") {
			t.Errorf("named %q: %s", bad, to)
		}
	}
	wantPage(t, o.look(casesPath+"?lang=en&fault=filter&"+narrowed, anna), http.StatusOK, "Give it a name")
	if w := o.post(filtersPath, anna, url.Values{"list": {"elsewhere"}, "name": {"x"}, "query": {narrowed}}); w.Code != http.StatusBadRequest {
		t.Errorf("another list: %d", w.Code)
	}
	save(boss, "conversations", "Messenger", "channel=messenger", "yes")
	save(boss, "inbox", "SMS first", "channel=sms", "yes")
	for path, name := range map[string]string{talksPath: "Messenger", inboxPath: "SMS first"} {
		wantPage(t, o.look(path+"?lang=en", kamal), http.StatusOK, name+` <span class="soft">Boss</span>`)
	}
	list, err := o.desk.SavedFilters(t.Context(), handoff.Viewer{Role: handoff.RoleAgent}, "inbox")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	drop := filtersPath + "/" + list[0].ID.String() + "/drop"
	if w := o.post(drop, kamal, nil); w.Code != http.StatusNotFound {
		t.Errorf("an agent deletes another's: %d", w.Code)
	}
	wantWay(t, o.post(drop, boss, nil), inboxPath+"?done=filter_dropped")
}

func TestFiltersForPrograms(t *testing.T) {
	o := newCounter(t)
	post := func(path, body string) map[string]any {
		w := o.do(call{method: http.MethodPost, path: path, token: o.token, body: strings.NewReader(body)})
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return jsonOf(t, w)
	}
	saved := post("/api/v1/filters", `{"list": "cases", "name": "Ward 12", "query": "ward=12", "shared": true}`)
	again := post("/api/v1/filters", `{"list": "cases", "name": "Ward 12", "query": "ward=12&status=open"}`)
	if saved["id"] != again["id"] {
		t.Errorf("the same name is there twice: %v, %v", saved, again)
	}
	list := o.get("/api/v1/filters?list=cases")
	s := o.spec()
	for _, fault := range s.check(s.at("paths", "/api/v1/filters", "get", "responses", "200", "content", "application/json", "schema"), any(list), "answer") {
		t.Error(fault)
	}
	if items, ok := list["items"].([]any); !ok || len(items) != 1 {
		t.Errorf("%v", list)
	}
	id, _ := saved["id"].(string)
	post("/api/v1/filters/"+id+"/delete", "{}")
	for n := range 31 {
		w := o.do(call{method: http.MethodPost, path: "/api/v1/filters", token: o.token, body: strings.NewReader(`{"list": "inbox", "name": "n` + strings.Repeat("x", n) + `", "query": "team=roads"}`)})
		if want := http.StatusOK; n == 30 && w.Code == want || n < 30 && w.Code != want {
			t.Errorf("filter %d: %d %s", n+1, w.Code, w.Body)
		}
	}
}
