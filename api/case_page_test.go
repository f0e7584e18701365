package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

func TestCaseIsShownWhole(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("রহিম উদ্দিন", "drainage", 12)
	o.exec(`UPDATE cases SET answers = '{"trouble":["manhole"],"phone":"+8801712345678","ward":12,"detail":null,"old":"<b>kept"}' WHERE number = $1`, f.number)
	o.server.routes = append(o.server.routes, Route{Method: http.MethodGet, Path: "/console/photos/:id", Needs: CaseRead})
	cookie := o.enter("anna@example.org")
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	w := o.look(path+"?lang=en", cookie)
	for _, text := range []string{
		fmt.Sprintf("Case %d", f.number), "রহিম উদ্দিন", "Open manhole", `<a href="tel:&#43;8801712345678" translate="no">01712345678</a>`, "&lt;b&gt;kept", "not said",
		"23.75000, 90.39000", "Road 7", "Web chat", `<img src="/console/photos/` + f.photo.String() + `?size=thumb" alt="Photo 1"`, "the citizen", "Nobody yet", "in 2 days",
	} {
		wantPage(t, w, http.StatusOK, text)
	}
	for _, text := range []string{"খোলা ম্যানহোল", "নম্বর ১০০০১", "আর ২ দিন"} {
		wantPage(t, o.look(path+"?lang=bn", cookie), http.StatusOK, text)
	}
	for _, bad := range []string{"0", "-1", "x", "99999999999999999999", "10002"} {
		wantPage(t, o.look(casesPath+"/"+bad, cookie), http.StatusNotFound, "<h1>")
	}
}

func TestCaseIsWorkedOnFromItsPage(t *testing.T) {
	o := newCounter(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "park", 12) // whose cases are resolved without a photo
	cookie := o.enter("anna@example.org")
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	for _, step := range []struct {
		verb   string
		form   url.Values
		status int
		says   string // of a page; empty: it leads back
		after  handoff.CaseStatus
	}{
		{"start", nil, http.StatusConflict, "meanwhile the case is", handoff.CaseNew},
		{"assign", url.Values{"agent": {""}, "team": {""}, "assign_note": {"kept"}}, http.StatusUnprocessableEntity, "Choose somebody", handoff.CaseNew},
		{"assign", url.Values{"agent": {"x"}, "assign_note": {"kept"}}, http.StatusUnprocessableEntity, "Choose somebody", handoff.CaseNew},
		{"assign", url.Values{"agent": {anna.ID.String()}, "team": {"drainage"}, "assign_note": {"with the pump"}}, 0, "", handoff.CaseAssigned},
		{"start", nil, 0, "", handoff.CaseInProgress},
		{"wait", url.Values{"wait_note": {"for a pipe"}}, 0, "", handoff.CaseWaiting},
		{"note", url.Values{"note_note": {" "}}, http.StatusUnprocessableEntity, "Write something", handoff.CaseWaiting},
		{"note", url.Values{"note_note": {"phoned him"}}, 0, "", handoff.CaseWaiting},
		{"resolve", url.Values{"resolve_note": {""}}, http.StatusUnprocessableEntity, "Write something", handoff.CaseWaiting},
		{"resolve", url.Values{"resolve_note": {strings.Repeat("ক", 2001)}}, http.StatusUnprocessableEntity, "At most 2,000", handoff.CaseWaiting},
		{"resolve", url.Values{"resolve_note": {"cleaned"}}, 0, "", handoff.CaseResolved},
		{"reject", url.Values{"reject_note": {"typed <i> by hand"}}, http.StatusConflict, "typed &lt;i&gt; by hand", handoff.CaseResolved},
		{"reopen", url.Values{"reopen_note": {"blocked again"}}, 0, "", handoff.CaseReopened},
		{"refer", url.Values{"to": {""}, "refer_note": {"kept too"}}, http.StatusUnprocessableEntity, "kept too", handoff.CaseReopened},
		{"refer", url.Values{"to": {"WASA"}, "refer_note": {""}}, 0, "", handoff.CaseReferred},
		{"close", nil, http.StatusConflict, "meanwhile the case is", handoff.CaseReferred},
	} {
		form := url.Values{"lang": {"en"}}
		for name, values := range step.form {
			form[name] = values
		}
		w := o.post(path+"/"+step.verb, cookie, form)
		if step.says == "" {
			wantWay(t, w, path+"?done=case_"+step.verb)
		} else {
			wantPage(t, w, step.status, step.says)
		}
		k, err := o.desk.Case(t.Context(), handoff.Viewer{Role: handoff.RoleSupervisor}, f.number)
		if err != nil || k.Status != step.after {
			t.Fatalf("%s: %s %v", step.verb, k.Status, err)
		}
		o.clock.Forward(time.Minute)
	}
	w := o.look(path+"?lang=en&done=case_refer", cookie)
	for _, text := range []string{"with the pump", "for a pipe", "phoned him", "cleaned", "blocked again", "WASA", "today 09:3", `role="status">Referred.`} {
		wantPage(t, w, http.StatusOK, text)
	}
	if strings.Contains(w.Body.String(), `action="`+path+`/reopen"`) || !strings.Contains(w.Body.String(), `action="`+path+`/note"`) {
		t.Error("what is offered is not what can be done")
	}
}

func TestOnlyWhatIsAllowedIsOffered(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie := o.enter("anna@example.org")
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	for status, want := range map[handoff.CaseStatus]string{
		handoff.CaseNew: "assign duplicate refer reject note", handoff.CaseAssigned: "start assign duplicate refer reject note", handoff.CaseInProgress: "resolve assign wait ask duplicate refer reject note",
		handoff.CaseWaiting: "start resolve assign duplicate refer reject note", handoff.CaseResolved: "close reopen note", handoff.CaseClosed: "note", handoff.CaseDuplicate: "note",
	} {
		o.exec(`UPDATE cases SET status = $2 WHERE number = $1`, f.number, string(status))
		body := o.look(path, cookie).Body.String()
		var offered []string
		for _, part := range strings.Split(body, `action="`+path+`/`)[1:] {
			verb, _, _ := strings.Cut(part, `"`)
			offered = append(offered, verb)
		}
		if got := strings.Join(offered, " "); got != want {
			t.Errorf("%s: %s, want %s", status, got, want)
		}
	}
}

func TestCaseOutsideTheScopeIsNotThere(t *testing.T) {
	o := newCounter(t)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie := o.enter("waste@example.org")
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	wantPage(t, o.look(path, cookie), http.StatusNotFound, "<h1>")
	for _, k := range deedKinds() {
		want := http.StatusNotFound
		if !allows(handoff.RoleAgent, k.needed()) {
			want = http.StatusForbidden
		}
		wantPage(t, o.post(path+"/"+k.verb, cookie, url.Values{noteName(k.verb): {"x"}, "to": {"x"}, "of": {"1"}, "team": {"waste"}}), want, "<h1>")
	}
	if got := o.listed(casesPath+"?status=all", cookie); len(got) != 0 {
		t.Errorf("listed: %v", got)
	}
	wantPage(t, o.look(casesPath+"?lang=en", cookie), http.StatusOK, "You see a part of the record")
	// Giving a case away ends in the list.
	mine := o.file("Karim", "waste", 3)
	w := o.post(fmt.Sprintf("%s/%d/assign", casesPath, mine.number), cookie, url.Values{"team": {"drainage"}})
	wantWay(t, w, casesPath+"?done=case_passed")
}
