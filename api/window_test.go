package api

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"
	"time"

	"nagorik/bot/messenger"
	"nagorik/handoff"
)

// TestReplyWindow: after seven days a reply to Messenger is refused before it is
// written down, on the page and to programs, and until then the page says until
// when.
func TestReplyWindow(t *testing.T) {
	o := newCounter(t)
	channel, err := messenger.New(messenger.Options{
		PageID: "1", PageToken: "t", AppSecret: "s", VerifyToken: "v", APIURL: "http://127.0.0.1:1", Now: o.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.server.opt.Talk = callBot(o, channel)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	cookie := o.enter("anna@example.org")
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE conversations SET channel = 'messenger' WHERE id = $1`, f.conversation)
	o.exec(`UPDATE identities SET channel = 'messenger', address = '6100' WHERE contact_id = $1`, f.contact)
	path := talkPath(f)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?done=talk_take")
	heard := o.clock.Now()
	at := func(d time.Duration) {
		o.exec(`UPDATE conversations SET last_in_at = $2 WHERE id = $1`, f.conversation, heard.Add(-d))
	}
	program := func() (status int, code string) {
		w := o.do(call{method: http.MethodPost, path: "/api/v1/conversations/" + f.conversation.String() + "/reply", token: o.token, body: bytes.NewReader([]byte(`{"text":"x"}`))})
		fault, _ := jsonOf(t, w)["error"].(map[string]any)
		code, _ = fault["code"].(string)
		return w.Code, code
	}
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	for _, c := range []struct {
		after time.Duration
		pill  string
		open  bool
	}{
		{day - time.Second, "left to reply", true},
		{day + time.Second, "by a person’s own reply", true},
		{week - time.Second, "by a person’s own reply", true},
		{week, "takes no more answers", false},
		{week + time.Second, "takes no more answers", false},
	} {
		at(c.after)
		said := o.count(`SELECT count(*) FROM messages WHERE author = 'agent'`)
		w := o.look(path+"?lang=en", cookie)
		wantPage(t, w, http.StatusOK, c.pill)
		form := bytes.Contains(w.Body.Bytes(), []byte(path+"/reply"))
		w = o.post(path+"/reply", cookie, url.Values{"text": {"We come tomorrow."}, "lang": {"en"}})
		if form != c.open || (w.Code == http.StatusSeeOther) != c.open || (o.count(`SELECT count(*) FROM messages WHERE author = 'agent'`) > said) != c.open {
			t.Errorf("after %s: form %v, answered %d %s", c.after, form, w.Code, w.Body)
		}
		if c.open {
			continue
		}
		wantPage(t, w, http.StatusConflict, "Telephone, or send an SMS")
		wantPage(t, w, http.StatusConflict, "We come tomorrow.") // what was typed is not lost
		if status, code := program(); status != http.StatusConflict || code != "window_closed" {
			t.Errorf("a program is told %d %s", status, code)
		}
	}
}
