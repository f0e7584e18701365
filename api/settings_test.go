package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestAnAdministratorTurnsPublicCountsOn(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.person("chief@example.org", "Chief", handoff.RoleAdministrator, nil, nil)
	chief, anna := o.enter("chief@example.org"), o.enter("anna@example.org")
	if w := o.look(settingsPath, anna); w.Code != http.StatusForbidden {
		t.Errorf("a supervisor: %d", w.Code)
	}
	wantPage(t, o.look(settingsPath+"?lang=en", chief), http.StatusOK, "Show these figures to everybody")
	wantWay(t, o.post(settingsPath, chief, url.Values{"public_counts": {"on"}}), settingsPath+"?done=saved")
	wantPage(t, o.look(settingsPath+"?lang=en", chief), http.StatusOK, "checked")
	admin := o.hire("root@example.org", handoff.RoleAdministrator, nil, nil)
	if got := jsonOf(t, o.do(call{path: "/api/v1/settings", token: admin})); got["public_counts"] != true {
		t.Errorf("programs read %v", got)
	}
	off := call{method: http.MethodPost, path: "/api/v1/settings", token: admin, body: strings.NewReader(`{"public_counts": false}`)}
	if got := jsonOf(t, o.do(off)); got["public_counts"] != false {
		t.Errorf("programs turn it off: %v", got)
	}
	wantPage(t, o.look("/console/audit?lang=en&what=switch.", chief), http.StatusOK, "Something was turned on or off")
}
