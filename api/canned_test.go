package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestCannedRepliesAreKeptBySupervisors(t *testing.T) {
	o := newTalkDesk(t)
	o.person("mina@example.org", "Mina", handoff.RoleSupervisor, nil, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	mina, anna := o.enter("mina@example.org"), o.enter("anna@example.org")
	form := func(title, bn, en string) url.Values {
		return url.Values{"title": {title}, "team": {""}, "bn": {bn}, "en": {en}, "lang": {"en"}}
	}
	wantPage(t, o.look(cannedPath+"?lang=en", mina), http.StatusOK, "There are no canned replies yet")
	wantPage(t, o.post(cannedPath, mina, form("", "ক", "x")), http.StatusUnprocessableEntity, "1 to 80 characters")
	wantPage(t, o.post(cannedPath, mina, form("A", "ক {phone}", "x")), http.StatusUnprocessableEntity, "can stand in braces")
	wantPage(t, o.post(cannedPath, mina, form("A", "ক", strings.Repeat("x", handoff.MaxCannedText+1))), http.StatusUnprocessableEntity, "1 to 2,000")
	wantWay(t, o.post(cannedPath, mina, form("<b>Soon", "{name}, শিগগির।", "{name}, soon.")), cannedPath+"?done=canned_add")
	page := o.look(cannedPath+"?lang=en", mina)
	wantPage(t, page, http.StatusOK, "&lt;b&gt;Soon")
	one := regexp.MustCompile(cannedPath + `/[0-9a-f-]{36}`).FindString(page.Body.String())
	wantPage(t, o.look(one+"?lang=en", mina), http.StatusOK, "{name}, soon.</textarea>")
	wantPage(t, o.post(one, mina, form("Soon", "ক", "")), http.StatusUnprocessableEntity, "1 to 2,000")
	wantWay(t, o.post(one, mina, form("Soon", "শিগগির।", "Soon.")), cannedPath+"?done=canned_change")
	for _, path := range []string{cannedPath, one} {
		wantPage(t, o.look(path, anna), http.StatusForbidden, "<h1>")
	}
	for _, path := range []string{cannedPath, one, one + "/delete"} {
		wantPage(t, o.post(path, anna, form("B", "ক", "x")), http.StatusForbidden, "<h1>")
	}
	wantWay(t, o.post(one+"/delete", mina, nil), cannedPath+"?done=canned_delete")
	wantPage(t, o.post(one+"/delete", mina, nil), http.StatusNotFound, "<h1>")
	wantPage(t, o.look(one, mina), http.StatusNotFound, "<h1>")
	var log string
	if err := o.pool.QueryRow(t.Context(), `SELECT string_agg(what, ' ' ORDER BY id) FROM audit_log WHERE what LIKE 'reply.%'`).Scan(&log); err != nil || log != "reply.add reply.change reply.delete" {
		t.Errorf("the log says %q, %v", log, err)
	}
}

func TestCannedReplyIsPutIntoTheReplyBox(t *testing.T) {
	o := newTalkDesk(t)
	mina := o.person("mina@example.org", "Mina", handoff.RoleSupervisor, nil, nil)
	o.person("anna@example.org", "আনিকা", handoff.RoleAgent, []string{"drainage"}, nil)
	for _, r := range []handoff.CannedReply{
		{Title: "All", Bangla: "{name}, অভিযোগ {case}, ওয়ার্ড {ward}: {service}। – {agent}", English: "{name}, case {case}, ward {ward}: {service}. – {agent}"},
		{Title: "Waste only", Team: "waste", Bangla: "বর্জ্য", English: "waste"},
	} {
		if err := o.desk.SaveCanned(t.Context(), mina.Viewer(), r); err != nil {
			t.Fatal(err)
		}
	}
	f := o.file("রহিম <b>", "drainage", 12)
	cookie, path := o.enter("anna@example.org"), talkPath(f)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?done=talk_take")
	page := o.look(path+"?lang=en", cookie)
	if strings.Contains(page.Body.String(), "Waste only") {
		t.Error("another team's is offered")
	}
	list, err := o.desk.CannedReplies(t.Context(), mina.Viewer())
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	all, waste := list[0].ID.String(), list[1].ID.String()
	wantPage(t, page, http.StatusOK, all)
	wantWay(t, o.post(path+"/canned", cookie, url.Values{"canned": {all}, "text": {"typed before"}}), path+"?done=talk_canned")
	wantPage(t, o.look(path, cookie), http.StatusOK, "typed before\nরহিম &lt;b&gt;, অভিযোগ ১০০০১, ওয়ার্ড ১২: ")
	wantPage(t, o.look(path, cookie), http.StatusOK, "– আনিকা</textarea>")
	wantPage(t, o.post(path+"/canned", cookie, url.Values{"canned": {waste}}), http.StatusNotFound, "<h1>")
	wantPage(t, o.post(path+"/canned", cookie, url.Values{"canned": {"moon"}}), http.StatusBadRequest, "<h1>")
	o.exec(`UPDATE contacts SET name = '' WHERE id = $1`, f.contact)
	o.exec(`UPDATE conversations SET language = 'en' WHERE id = $1`, f.conversation)
	wantWay(t, o.post(path+"/canned", cookie, url.Values{"canned": {all}}), path+"?done=talk_canned")
	wantPage(t, o.look(path, cookie), http.StatusOK, "{name}, case 10001, ward 12: ")
	wantPage(t, o.post(path+"/reply", cookie, url.Values{"text": {"{name}, case 1"}, "lang": {"en"}}), http.StatusUnprocessableEntity, "Not filled in yet: {name}")

	w := o.do(call{path: "/api/v1/replies", token: o.hire("t@example.org", handoff.RoleAgent, []string{"drainage"}, nil)})
	if w.Code != http.StatusOK || strings.Count(w.Body.String(), `"title":`) != 1 || !strings.Contains(w.Body.String(), `"title":"All"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
