package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestRetentionIsTheAdministrators(t *testing.T) {
	o := newCounter(t)
	o.person("chief@example.org", "Chief", handoff.RoleAdministrator, nil, nil)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.exec(`INSERT INTO dead_turns (id, at, channel, address, event, error) VALUES (gen_random_uuid(), $1, 'web', '', '{}', 'x')`, o.clock.Now().AddDate(-1, 0, 0))
	chief := o.enter("chief@example.org")
	if w := o.look(retentionPath, o.enter("anna@example.org")); w.Code != http.StatusForbidden {
		t.Errorf("a supervisor: %d", w.Code)
	}
	wantPage(t, o.look(retentionPath+"?lang=en", chief), http.StatusOK, "for ever")
	form := url.Values{"words": {"24"}, "photos": {"36"}, "people": {"0"}, "faults": {"3"}, "audit": {"6"}, "lang": {"en"}}
	wantPage(t, o.post(retentionPath, chief, form), http.StatusUnprocessableEntity, "cannot be so short")
	form.Set("audit", "12")
	wantWay(t, o.post(retentionPath, chief, form), retentionPath+"?done=saved")
	page := o.look(retentionPath+"?lang=en", chief)
	for _, text := range []string{`<option value="24" selected>2 years</option>`, `<option value="3" selected>3 months</option>`, "1 of them are older"} {
		wantPage(t, page, http.StatusOK, text)
	}
	wantPage(t, o.post(retentionPath, chief, url.Values{"lang": {"en"}, "words": {"x"}}), http.StatusUnprocessableEntity, "no number of months")
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	change := call{method: http.MethodPost, path: "/api/v1/retention", token: admin, body: strings.NewReader(`{"months": {"words": 30}}`)}
	w := o.do(change)
	s := o.spec()
	for _, fault := range s.check(s.at("paths", "/api/v1/retention", "post", "responses", "200", "content", "application/json", "schema"), any(jsonOf(t, w)), "answer") {
		t.Error(fault)
	}
	if !strings.Contains(w.Body.String(), `"kind":"words","months":30`) || !strings.Contains(w.Body.String(), `"kind":"photos","months":36`) {
		t.Errorf("%s", w.Body)
	}
	wantPage(t, o.look(retentionPath+"?lang=en", chief), http.StatusOK, `<option value="30" selected>30 months</option>`)
	if log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "retention.change"}); err != nil || len(log.Items) != 2 {
		t.Errorf("in the log: %+v, %v", log, err)
	}
}
