package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

// hopper is an office whose desk hears that cases moved.
func hopper(t *testing.T) *office {
	t.Helper()
	o := newCounter(t)
	o.server.opt.Talk = deskTalk{desk: o.desk}
	return o
}

func TestSeveralCasesAreAssignedAtOnce(t *testing.T) {
	o := hopper(t)
	token := o.hire("waste@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	one, two, settled, unseen := o.file("রহিম", "waste", 12), o.file("Karim", "waste", 3), o.file("Selina", "waste", 5), o.file("Jamal", "drainage", 5)
	o.exec(`UPDATE cases SET status = 'closed' WHERE number = $1`, settled.number)
	assign := func(body string) (int, map[string]any) {
		w := o.do(call{method: http.MethodPost, path: "/api/v1/cases/assign", token: token, body: strings.NewReader(body)})
		return w.Code, jsonOf(t, w)
	}
	for _, bad := range []string{
		`{"numbers":[],"agent":"waste@example.org"}`, fmt.Sprintf(`{"numbers":[%d]}`, one.number), fmt.Sprintf(`{"numbers":[%d],"agent":"nobody"}`, one.number),
		`{"numbers":[` + seq(handoff.MaxAssigned+1) + `],"team":"waste"}`,
	} {
		if status, _ := assign(bad); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
	status, got := assign(fmt.Sprintf(`{"numbers":[%d,%d,%d,%d,%d],"agent":"waste@example.org"}`, two.number, one.number, two.number, settled.number, unseen.number))
	b, _ := json.Marshal(got)
	var said assignedAnswer
	if err := json.Unmarshal(b, &said); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, b, err)
	}
	if fmt.Sprint(said.Assigned) != fmt.Sprint([]int64{one.number, two.number}) || len(said.Refused) != 2 ||
		said.Refused[0].Number != settled.number || said.Refused[0].Code != "conflict" || said.Refused[1].Number != unseen.number || said.Refused[1].Code != "not_found" {
		t.Errorf("answered %s", b)
	}
	var audited, others int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE subject IN ($1, $2)), count(*) FILTER (WHERE subject NOT IN ($1, $2)) FROM audit_log WHERE what = 'case.assign'`,
		fmt.Sprint(one.number), fmt.Sprint(two.number)).Scan(&audited, &others); err != nil || audited != 2 || others != 0 {
		t.Errorf("%d lines of the audit log and %d of others: %v", audited, others, err)
	}
}

// seq is n numbers with commas between.
func seq(n int) string {
	numbers := make([]string, n)
	for i := range numbers {
		numbers[i] = fmt.Sprint(20000 + i)
	}
	return strings.Join(numbers, ",")
}

func TestChosenCasesAreAssignedFromTheList(t *testing.T) {
	o := hopper(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, []string{"waste"}, nil)
	one, two, settled, unseen := o.file("রহিম", "waste", 12), o.file("Karim", "waste", 3), o.file("Selina", "waste", 5), o.file("Jamal", "drainage", 5)
	cookie := o.enter("anna@example.org")
	chosen := func(form url.Values, cases ...filed) url.Values {
		for _, f := range cases {
			form.Add("number", fmt.Sprint(f.number))
		}
		form.Set("lang", "en")
		return form
	}
	path := casesPath + "/assign?team=waste&order=newest"
	wantPage(t, o.look(casesPath+"?team=waste&order=newest&lang=en", cookie), http.StatusOK, `action="/console/cases/assign?order=newest&amp;team=waste"`)
	wantPage(t, o.post(path, cookie, chosen(url.Values{"to_team": {"waste"}})), http.StatusUnprocessableEntity, "Tick at least one case.")
	wantPage(t, o.post(path, cookie, chosen(url.Values{"number": {"x"}, "to_team": {"waste"}})), http.StatusUnprocessableEntity, "Tick at least one case.")
	for _, form := range []url.Values{{}, {"to_agent": {"x"}}, {"to_agent": {handoff.NewID().String()}}} {
		w := o.post(path, cookie, chosen(form, one))
		wantPage(t, w, http.StatusUnprocessableEntity, "Choose somebody or a department.")
		wantPage(t, w, http.StatusUnprocessableEntity, fmt.Sprintf(`value="%d" checked`, one.number))
	}
	wantWay(t, o.post(path, cookie, chosen(url.Values{"to_agent": {anna.ID.String()}}, one)), casesPath+"?done=cases_assign&order=newest&team=waste")
	wantPage(t, o.look(casesPath+"?done=cases_assign&lang=en", cookie), http.StatusOK, "The chosen cases are assigned.")
	o.exec(`UPDATE cases SET status = 'closed' WHERE number = $1`, settled.number)
	w := o.post(path, cookie, chosen(url.Values{"to_agent": {anna.ID.String()}}, two, settled, unseen))
	for _, text := range []string{
		"Assigned: 1. Not assigned: 2.", fmt.Sprintf("%d: it is settled.", settled.number), fmt.Sprintf("%d: there is no such case", unseen.number),
	} {
		wantPage(t, w, http.StatusConflict, text)
	}
	for _, f := range []filed{one, two} {
		if k, err := o.desk.Case(t.Context(), anna.Viewer(), f.number); err != nil || k.Agent == nil || k.Agent.ID != anna.ID || k.Status != handoff.CaseAssigned {
			t.Errorf("%d: %+v %v", f.number, k.Agent, err)
		}
	}
}
