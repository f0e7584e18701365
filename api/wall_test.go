package api

import (
	entities "html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"nagorik/flows/place"
	"nagorik/handoff"
)

// fetches is the wall as its page fetches it anew.
func (o *office) fetches(path, cookie string) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.do(call{path: path, header: map[string]string{"Cookie": cookie, "HX-Request": "true"}})
}

func TestEveryFigureOfTheWallOpensWhatItCounts(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Wards = place.Sample()
	o.fillYear(150)
	o.number += 10_000 // after those of the year
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	anna := o.enter("anna@example.org")
	for i := range 4 {
		o.clock.Forward(7 * time.Minute)
		o.file("Karim", "drainage", i+1)
	}
	o.exec(`UPDATE conversations SET owner = 'bot', queued_at = NULL WHERE id = (SELECT id FROM conversations WHERE owner = 'queue' LIMIT 1)`)
	o.exec(`INSERT INTO case_timeline (id, case_number, at, kind) SELECT $1::uuid, max(number), $2, 'resolved' FROM cases`, handoff.NewID(), o.clock.Now())
	body := o.look(wallPath+"?lang=en", anna).Body.String()
	figures := opens.FindAllStringSubmatch(body, -1)
	if len(figures) < 20 {
		t.Fatalf("only %d figures open something: %s", len(figures), body)
	}
	counted := 0
	for _, f := range figures {
		says, _ := strconv.Atoi(f[2])
		if got := o.countedRows(t, entities.UnescapeString(f[1]), anna); got != says {
			t.Errorf("%s says %d and opens %d", f[1], says, got)
		}
		counted += says
	}
	if counted == 0 || !regexp.MustCompile(`resolved=2026-11-23">1<`).MatchString(body) || !strings.Contains(body, `owner=queue">3<`) {
		t.Errorf("the figures count nothing: %v", figures)
	}
}

func TestAWallWhoseSessionHasEndedSaysSo(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	anna := o.enter("anna@example.org")
	made := regexp.MustCompile(`made=([0-9a-f]+)`).FindStringSubmatch(o.look(wallPath+"?lang=en", anna).Body.String())[1]
	if w := o.fetches(wallPath+"?made="+made, anna); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "wall-now") || w.Header().Get("HX-Refresh") != "" {
		t.Errorf("as it goes on: %d %v", w.Code, w.Header())
	}
	if w := o.fetches(wallPath+"?made=0123", anna); w.Header().Get("HX-Refresh") != "true" {
		t.Error("a page of an older release is not loaded anew")
	}
	o.post("/console/sign-out", anna, nil)
	w := o.fetches(wallPath+"?lang=en", anna)
	wantPage(t, w, http.StatusOK, "The sign-in at this screen has ended")
	if strings.Contains(w.Body.String(), "wall-now") || !strings.Contains(w.Body.String(), signInPath+"?next="+wallPath) {
		t.Error("figures are still shown, or nothing says where to sign in")
	}
	if w := o.look(wallPath, anna); w.Code != http.StatusSeeOther {
		t.Errorf("opened anew: %d", w.Code)
	}
}

func TestAScreenShowsTheWallByALinkOfItsOwn(t *testing.T) {
	o := newCounter(t)
	o.file("Karim", "drainage", 3)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	anna := o.enter("anna@example.org")
	if w := o.look(wallLinksPath, o.enter("kamal@example.org")); w.Code != http.StatusForbidden {
		t.Errorf("an agent: %d", w.Code)
	}
	english := url.Values{"lang": {"en"}}
	wantPage(t, o.post(wallLinksPath, anna, english), http.StatusUnprocessableEntity, "Write where the screen hangs")
	english.Set("name", "Entrance hall")
	made := o.post(wallLinksPath, anna, english)
	wantPage(t, made, http.StatusOK, "Open this address once")
	link := regexp.MustCompile(`https://city\.example(/console/wall/open/ngk_[0-9A-Za-z]+)`).FindStringSubmatch(made.Body.String())
	if link == nil {
		t.Fatal(made.Body)
	}
	page := o.look(wallLinksPath+"?lang=en", anna)
	wantPage(t, page, http.StatusOK, "not yet")
	if strings.Contains(page.Body.String(), "ngk_") {
		t.Error("the link is shown again")
	}
	var open int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM wall_links WHERE encode(token_hash, 'escape') LIKE '%ngk\_%'`).Scan(&open); err != nil || open > 0 {
		t.Errorf("%d tokens lie in the clear, %v", open, err)
	}
	opened := o.look(link[1]+"?lang=en", "")
	wantWay(t, opened, screenPath)
	var screen []string
	for _, c := range opened.Result().Cookies() {
		if c.Name == screenCookie && (!c.HttpOnly || !c.Secure || c.Path != wallPath) {
			t.Errorf("the cookie is %v", c)
		}
		screen = append(screen, c.Name+"="+c.Value)
	}
	cookie := strings.Join(screen, "; ")
	shown := o.look(screenPath, cookie)
	wantPage(t, shown, http.StatusOK, "opened today")
	if body := shown.Body.String(); strings.Contains(body, "<a ") || strings.Contains(body, "ngk_") || strings.Contains(body, "<form") {
		t.Errorf("the screen leads somewhere: %s", body)
	}
	wantPage(t, o.look(wallLinksPath+"?lang=en", anna), http.StatusOK, "Entrance hall")
	if strings.Contains(o.look(wallLinksPath+"?lang=en", anna).Body.String(), "not yet") {
		t.Error("nobody sees when the screen was last shown")
	}
	for _, path := range []string{wallPath, dashboardPath, casesPath, inboxPath, contactsPath, "/console/stream", wallLinksPath, figuresPath + "?format=xlsx"} {
		if w := o.look(path, cookie); w.Code != http.StatusSeeOther {
			t.Errorf("a screen opens %s: %d", path, w.Code)
		}
	}
	if w := o.do(call{path: "/api/v1/cases", token: strings.TrimPrefix(link[1], screenOpen)}); w.Code != http.StatusUnauthorized {
		t.Errorf("a screen's token at the API: %d", w.Code)
	}
	end := regexp.MustCompile(`/console/wall/links/[0-9a-f-]+/end`).FindString(page.Body.String())
	wantWay(t, o.post(end, anna, nil), wallLinksPath+"?done=wall_ended")
	ended := o.fetches(screenPath, cookie)
	wantPage(t, ended, http.StatusOK, "The link of this screen has ended")
	if strings.Contains(ended.Body.String(), "wall-now") {
		t.Error("figures are still shown")
	}
	wantPage(t, o.look(screenPath, cookie), http.StatusUnauthorized, "The link of this screen has ended")
	wantPage(t, o.look(link[1]+"?lang=en", ""), http.StatusUnauthorized, "has ended")
	if w := o.post(end, anna, nil); w.Code != http.StatusNotFound {
		t.Errorf("ended twice: %d", w.Code)
	}
	wantPage(t, o.look(wallLinksPath+"?lang=en", anna), http.StatusOK, "Ended links")
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "wall."})
	if err != nil || len(log.Items) != 2 || log.Items[0].Subject != "Entrance hall" {
		t.Errorf("in the log: %+v, %v", log.Items, err)
	}
}

func TestANameLeadsStraightToThePerson(t *testing.T) {
	o := newCounter(t)
	karim := o.file("রহিম উদ্দিন", "drainage", 3)
	o.file("Salma Begum", "drainage", 3)
	o.file("Salma Akter", "drainage", 4)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	anna := o.enter("anna@example.org")
	wantPage(t, o.look(wallPath+"?lang=en", anna), http.StatusOK, `name="straight"`)
	wantWay(t, o.look(contactsPath+"?straight=yes&q="+url.QueryEscape("Rahim"), anna), contactsPath+"/"+karim.contact.String())
	wantPage(t, o.look(contactsPath+"?lang=en&straight=yes&q=Salma", anna), http.StatusOK, "Salma Akter")
}
