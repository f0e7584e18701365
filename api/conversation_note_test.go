package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestNoteIsForColleaguesAlone(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna Begum", handoff.RoleAgent, nil, nil)
	kamal := o.person("kamal@example.org", "Kamal Hossain", handoff.RoleAgent, []string{"drainage"}, nil)
	o.person("rina@example.org", "Rina", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	o.file("Karim", "drainage", 12)
	anna, second, path := o.enter("anna@example.org"), o.enter("kamal@example.org"), talkPath(f)
	en := func(note, mention string) url.Values {
		return url.Values{"note": {note}, "mention": {mention}, "lang": {"en"}}
	}
	wantPage(t, o.post(path+"/note", anna, en("  ", "")), http.StatusUnprocessableEntity, "Write something")
	wantPage(t, o.post(path+"/note", anna, en(strings.Repeat("ক", maxNoteShown+1), "")), http.StatusUnprocessableEntity, "at most 2,000")
	wantPage(t, o.post(path+"/note", anna, en("look <b>here @Rina", "")), http.StatusUnprocessableEntity, "does not see this conversation")
	wantPage(t, o.post(path+"/note", anna, en("here", "moon")), http.StatusUnprocessableEntity, "does not see this conversation")
	if strings.Contains(o.look(path, anna).Body.String(), "@Rina") {
		t.Error("a refused note is kept")
	}
	wantWay(t, o.post(path+"/note", anna, en("@kamal, <b>please look; not me@kamal", "")), path+"?done=talk_note")
	wantPage(t, o.look(mentionsPath+"?lang=en", second), http.StatusOK, "@kamal, &lt;b&gt;please look")
	wantPage(t, o.look(inboxPath, second), http.StatusOK, "১<span class=\"unseen\">")
	wantPage(t, o.look(mentionsPath+"?lang=en", anna), http.StatusOK, "Nobody has mentioned you")
	if body := o.look(mentionsPath+"/unread", anna).Body.String(); strings.TrimSpace(body) != "" {
		t.Errorf("who was not named is told %q", body)
	}
	wantPage(t, o.look(path+"?lang=en", second), http.StatusOK, "Internal note")
	if body := o.look(mentionsPath+"/unread", second).Body.String(); strings.TrimSpace(body) != "" {
		t.Errorf("after opening it there is still %q", body)
	}
	wantWay(t, o.post(path+"/note", anna, en("once more", kamal.ID.String())), path+"?done=talk_note")
	wantPage(t, o.look(path, anna), http.StatusOK, "@Kamal Hossain once more")
	said, err := o.desk.History(t.Context(), handoff.Key{Channel: "web", Address: o.addressOf(f)}, "", 100)
	if err != nil || len(said) == 0 {
		t.Fatalf("%v, %v", said, err)
	}
	for _, line := range said {
		if strings.Contains(line.Text, "please look") {
			t.Error("the citizen reads it")
		}
	}
	o.exec(`UPDATE agents SET teams = '{waste}' WHERE id = $1`, kamal.ID)
	if body := o.look(mentionsPath, second).Body.String(); strings.Contains(body, "once more") || strings.Contains(body, `>১<`) {
		t.Error("he reads of what he sees no more")
	}
}

// addressOf is where a citizen writes from.
func (o *office) addressOf(f filed) (address string) {
	o.t.Helper()
	err := o.pool.QueryRow(o.t.Context(), `SELECT address FROM identities i JOIN conversations c ON c.identity_id = i.id WHERE c.id = $1`, f.conversation).Scan(&address)
	if err != nil {
		o.t.Fatal(err)
	}
	return address
}

func TestNoteByProgram(t *testing.T) {
	o := newTalkDesk(t)
	token := o.hire("kamal@example.org", handoff.RoleAgent, nil, nil)
	waste := o.hire("waste@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	path := "/api/v1/conversations/" + f.conversation.String()
	note := func(token, body string) call {
		return call{method: http.MethodPost, path: path + "/note", token: token, body: strings.NewReader(body)}
	}
	wantFault(t, o.do(note(waste, `{"text":"x"}`)), http.StatusNotFound, "not_found", "")
	wantFault(t, o.do(note(o.token, `{"text":" "}`)), http.StatusBadRequest, "invalid", "text")
	wantFault(t, o.do(note(o.token, `{"text":"@waste@example.org"}`)), http.StatusBadRequest, "invalid", "mention")
	if w := o.do(note(o.token, `{"text":"see @kamal@example.org."}`)); w.Code != http.StatusOK || jsonOf(t, w)["id"] != f.conversation.String() {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	record := o.do(call{path: path, token: o.token}).Body.String()
	if !strings.Contains(record, `"text":"see @kamal@example.org.","mentioned":[{"id":`) {
		t.Errorf("on record: %s", record)
	}
	list := o.do(call{path: "/api/v1/mentions", token: token})
	if items, _ := jsonOf(t, list)["items"].([]any); len(items) != 1 || !strings.Contains(list.Body.String(), `"read_at":null`) {
		t.Errorf("mentions: %s", list.Body)
	}
	var n int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE what = 'conversation.note' AND subject = $1`, f.conversation.String()).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d lines in the log, %v", n, err)
	}
}
