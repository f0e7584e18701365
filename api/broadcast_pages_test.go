package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

func TestSupervisorWritesABroadcast(t *testing.T) {
	o := newCounter(t)
	p := newPress(o)
	p.neighbours(7, 30)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	agent, boss := o.enter("anna@example.org"), o.enter("boss2@example.org")
	for _, path := range []string{"", "/new", "/" + handoff.NewID().String()} {
		wantPage(t, o.look(broadcastsPath+path, agent), http.StatusForbidden, "<h1>")
	}
	wantPage(t, o.post(broadcastsPath+"/new", agent, fogging()), http.StatusForbidden, "<h1>")
	says(t, o.look(english(guidePath), boss), "For supervisors: broadcasts")
	if strings.Contains(o.look(english(guidePath), agent).Body.String(), broadcastsPath) {
		t.Error("the guide tells an agent of what he may not do")
	}
	says(t, o.look(english(broadcastsPath), boss), "Nothing has been sent to many yet", "/console/broadcasts/new")
	says(t, o.look(english(broadcastsPath+"/new"), boss), `name="ward" value="7"`, `data-ward="7"`, "City news", `name="by" value="mail"`, "0 letters, 0 SMS")

	form := fogging()
	form.Set("do", "count")
	form.Del("title") // is not needed to count
	says(t, o.post(english(broadcastsPath+"/new"), boss, form), "30 of 32 people are told.", "50 segments, ৳ 12.50", "unreachable", "opted out", "has left the topic", "no address known", `value="7" checked`, `class="picked"`)
	form.Set("do", "preview")
	says(t, o.post(english(broadcastsPath+"/new"), boss, form), `class="bubble bot"`, "Fogging tomorrow at 7.", `<span class="count" aria-hidden="true">2</span>`, "মশার ওষুধ", "জানালা বন্ধ রাখুন।", "City", `value="7" checked`)
	if n := o.count(`SELECT count(*) FROM broadcasts`); n != 0 {
		t.Errorf("looking at it has kept %d", n)
	}

	length := o.post(english(broadcastsPath+"/length?of=sms"), boss, url.Values{"sms_bn": {strings.Repeat("আ", 71)}})
	if length.Code != http.StatusOK || length.Body.String() != "71 letters, 2 SMS" {
		t.Errorf("%d %s", length.Code, length.Body)
	}
	if w := o.post(english(broadcastsPath+"/length?of=title"), boss, nil); w.Code == http.StatusOK {
		t.Errorf("the length of what is no text: %s", w.Body)
	}
	for says, change := range map[string][2]string{
		"Give it a title":          {"title", " "},
		"The title is too long":    {"title", strings.Repeat("ক", 70)},
		"This topic is not there":  {"topic", "football"},
		"Too long: at most 10 SMS": {"sms_en", strings.Repeat("a", 2000)},
		"Too long: at most 2,000":  {"messenger_bn", strings.Repeat("ক", 2001)},
		"at most 66 Bangla or 200": {"subject_bn", strings.Repeat("ক", 70)},
		"Write a number up to":     {"pace_sms", "many"},
		"not there any more. Look": {"service", "football"},
		"was chosen is not there":  {"ward", "x"},
		"at most 20,000 letters":   {"mail_bn", strings.Repeat("ক", 20001)},
		`id="pace_mail-fault"`:     {"pace_mail", "৯০০০০"},
		`value="৯০০০০"`:            {"pace_mail", "৯০০০০"},
		`aria-invalid="true"`:      {"title", ""},
		"কাল সকাল ৭টায় ফগিং হবে।\nজানালা": {"title", ""},
	} {
		bad := fogging()
		bad.Set(change[0], change[1])
		wantPage(t, o.post(english(broadcastsPath+"/new"), boss, bad), http.StatusUnprocessableEntity, says)
	}
	kept := o.post(broadcastsPath+"/new", boss, fogging())
	path, done, _ := strings.Cut(kept.Header().Get("Location"), "?")
	if kept.Code != http.StatusSeeOther || done != "done=broadcast_kept" {
		t.Fatalf("%d to %s: %s", kept.Code, path, kept.Body)
	}
	says(t, o.look(english(path), boss), "draft", "30 of 32 people", "Send now", "Wards: 7", "Nothing is sent from 21:00 to 08:00", "Throw away")
	says(t, o.look(english(path+"/edit"), boss), `value="কালকের ফগিং"`, `value="7" checked`)
	changed := fogging()
	changed.Set("title", "Fogging on Friday")
	changed.Set("pace_sms", "৬০")
	wantWay(t, o.post(path+"/edit", boss, changed), path+"?done=broadcast_kept")
	says(t, o.look(english(path+"/edit"), boss), "Fogging on Friday", `value="60"`)
	says(t, o.look(english(broadcastsPath), boss), "Fogging on Friday", "draft", "Health and mosquito control")
	says(t, o.look(english(auditPath), boss), "Broadcast written", "Broadcast changed")
}

func TestSupervisorSendsABroadcast(t *testing.T) {
	o := newCounter(t)
	p := newPress(o)
	p.neighbours(7, 3)
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	boss := o.enter("boss2@example.org")
	lacking := fogging()
	lacking.Del("sms_bn")
	bad, _ := p.written(boss, lacking)
	wantPage(t, o.post(english(bad+"/send"), boss, url.Values{"when": {"now"}}), http.StatusUnprocessableEntity, `id="sms_bn-fault"`)
	path, id := p.written(boss, fogging())

	wantPage(t, o.post(english(path+"/test"), boss, url.Values{"way": {"sms"}, "speaks": {"bn"}, "phone": {"12"}}), http.StatusUnprocessableEntity, "This is no mobile number")
	wantWay(t, o.post(path+"/test", boss, url.Values{"way": {"sms"}, "speaks": {"en"}, "phone": {"01712345678"}}), path+"?done=broadcast_tried")
	says(t, o.look(english(path+"?done=broadcast_tried"), boss), "Sent to you.", "SMS · English", "Boss")
	o.exec(`INSERT INTO broadcast_tests (id, broadcast_id, agent_id, way, language, status, at) SELECT gen_random_uuid(), broadcast_id, agent_id, way, language, status, at FROM broadcast_tests, generate_series(1, 29)`)
	wantPage(t, o.post(english(path+"/test"), boss, url.Values{"way": {"sms"}, "speaks": {"en"}, "phone": {"01712345678"}}), http.StatusUnprocessableEntity, "30 tests in a day")

	for says, form := range map[string]url.Values{
		"Choose a date and a time":    {"when": {"later"}, "at": {"soon"}},
		"This time has gone by":       {"when": {"later"}, "at": {"2026-11-22T10:00"}},
		"more than a year away":       {"when": {"later"}, "at": {"2029-11-22T10:00"}},
		"Write why it cannot wait":    {"when": {"now"}, "urgent": {"yes"}, "sure": {"yes"}, "reason": {" "}},
		"Tick that people may be":     {"when": {"now"}, "urgent": {"yes"}, "reason": {"cyclone"}},
		`id="reason-fault"`:           {"when": {"now"}, "urgent": {"yes"}, "sure": {"yes"}, "reason": {strings.Repeat("x", 501)}},
		`value="2026-11-22T10:00"`:    {"when": {"later"}, "at": {"2026-11-22T10:00"}},
		`>cyclone</textarea>`:         {"when": {"now"}, "urgent": {"yes"}, "reason": {"cyclone"}},
		`name="urgent" value="yes" c`: {"when": {"now"}, "urgent": {"yes"}, "reason": {"cyclone"}},
	} {
		wantPage(t, o.post(english(path+"/send"), boss, form), http.StatusUnprocessableEntity, says)
	}
	later := url.Values{"when": {"later"}, "at": {"2026-11-23T22:15"}}
	wantWay(t, o.post(path+"/send", boss, later), path+"?done=broadcast_scheduled")
	says(t, o.look(english(path), boss), "It goes out today 22:15.", "Quiet hours hold it until tomorrow 08:00", "Take back", "3 of 5 people")
	wantPage(t, o.look(english(path+"/edit"), boss), http.StatusConflict, "<h1>")
	wantWay(t, o.post(path+"/take-back", boss, nil), path+"?done=broadcast_taken_back")
	wantWay(t, o.post(path+"/send", boss, later), path+"?done=broadcast_scheduled")
	wantPage(t, o.post(english(path+"/override"), boss, url.Values{"reason": {"cyclone"}}), http.StatusUnprocessableEntity, "Tick that people")
	wantWay(t, o.post(path+"/override", boss, url.Values{"reason": {"cyclone"}, "sure": {"yes"}}), path+"?done=broadcast_override")
	says(t, o.look(english(auditPath), boss), "Broadcast sent in quiet hours", "cyclone")
	wantWay(t, o.post(path+"/take-back", boss, nil), path+"?done=broadcast_taken_back")
	wantWay(t, o.post(path+"/send", boss, url.Values{"when": {"now"}}), path+"?done=broadcast_sent")
	if b, err := p.Broadcast(t.Context(), id); err != nil || b.Emergency != "" || b.State != broadcasts.StateSending {
		t.Errorf("%+v, %v", b, err)
	}

	p.tells(id, 2)
	says(t, o.look(english(path), boss), "4 of 5", `max="5" value="4"`, `hx-trigger="every 2s`, "Pause")
	wantWay(t, o.post(path+"/pause", boss, nil), path+"?done=broadcast_paused")
	progress := func(was string) *http.Response {
		return o.do(call{path: path + "/progress?was=" + was, header: map[string]string{"Cookie": boss, "HX-Request": "true"}}).Result()
	}
	if again, same := progress("sending"), progress("paused"); again.Header.Get("HX-Redirect") != path || same.Header.Get("HX-Redirect") != "" || same.StatusCode != http.StatusOK {
		t.Errorf("another state: %v; the same: %v", again.Header, same.Header)
	}
	wantWay(t, o.look(path+"/progress?was=sending", boss), path)
	wantWay(t, o.post(path+"/resume", boss, nil), path+"?done=broadcast_resumed")
	p.tells(id, 1)
	if done, err := p.Finish(t.Context(), id); err != nil || !done {
		t.Fatal(done, err)
	}
	says(t, o.look(english(path), boss), "1 of 5 people were told", "may have arrived, so it is not sent again", "cut off while it was sent", "has left the topic", "Copy into a new draft", "?format=csv")
	says(t, o.look(english(broadcastsPath), boss), "5 of 5", "1 reached · 2 failed or unknown")
	file := o.look(english(path+"/export?format=csv"), boss)
	if lines := strings.Split(strings.TrimSpace(file.Body.String()), "\n"); file.Code != http.StatusOK || len(lines) < 6 || !strings.Contains(lines[0], "SMS parts") || !strings.Contains(file.Body.String(), "unknown") {
		t.Errorf("%d %s", file.Code, file.Body)
	}
	says(t, o.look(english(auditPath), boss), "Broadcast finished", "Broadcast resumed", `href="`+path+`"`, "being sent")
	wantPage(t, o.post(path+"/cancel", boss, nil), http.StatusConflict, "<h1>")
	twin := o.post(path+"/copy", boss, nil).Header().Get("Location")
	says(t, o.look(english(twin), boss), "Copied into a new draft", `value="কালকের ফগিং"`)
	o.exec(`UPDATE broadcasts SET topic = 'football' WHERE id = $1`, id)
	wantPage(t, o.post(english(path+"/copy"), boss, nil), http.StatusUnprocessableEntity, "This topic is not there any more")
	drop := strings.TrimSuffix(twin, "/edit?done=broadcast_copied")
	wantWay(t, o.post(drop+"/cancel", boss, nil), drop+"?done=broadcast_cancelled")
	says(t, o.look(english(drop), boss), "cancelled")
}

// texting is an SMS channel that keeps what it is given.
type texting struct {
	bot.Channel
	said chan bot.Outgoing
}

func (texting) Name() string                        { return "sms" }
func (texting) Face() flows.Face                    { return flows.Face{Name: "sms", Short: true} }
func (texting) Fit(m flows.Message) []flows.Message { return []flows.Message{m} }

func (c texting) Send(_ context.Context, out bot.Outgoing) (bot.Sent, error) {
	c.said <- out
	return bot.Sent{ProviderID: out.ID}, nil
}

func TestTheBotSendsWhatThePagesSay(t *testing.T) {
	o := newCounter(t)
	p := newPress(o)
	p.neighbours(7, 3)
	sms := texting{said: make(chan bot.Outgoing, 9)}
	o.server.opt.Broadcaster = callBot(o, sms)
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	boss := o.enter("boss2@example.org")
	path, id := p.written(boss, fogging())
	says(t, o.look(english(path), boss), "3 of 5 people", "5 segments", "What an SMS costs is not set")
	wantPage(t, o.post(english(path+"/test"), boss, url.Values{"way": {"sms"}, "speaks": {"bn"}, "phone": {"12"}}), http.StatusUnprocessableEntity, "This is no mobile number")
	wantPage(t, o.post(english(path+"/test"), boss, url.Values{"way": {"fax"}, "speaks": {"bn"}, "phone": {"01712345678"}}), http.StatusUnprocessableEntity, "nothing to send by this way")
	wantWay(t, o.post(path+"/test", boss, url.Values{"way": {"sms"}, "speaks": {"en"}, "phone": {"০১৭১২৩৪৫৬৭৮"}}), path+"?done=broadcast_tried")
	if out := <-sms.said; out.Address != "+8801712345678" || out.Text != "Fogging tomorrow at 7." {
		t.Errorf("the test: %+v", out)
	}
	wantWay(t, o.post(path+"/send", boss, url.Values{"when": {"now"}}), path+"?done=broadcast_sent")
	for range 3 {
		if out := <-sms.said; !strings.HasPrefix(out.Address, "+88017007") {
			t.Errorf("%+v", out)
		}
	}
	over := func() bool {
		b, err := p.Broadcast(t.Context(), id)
		return err == nil && b.State == broadcasts.StateDone
	}
	for until := time.Now().Add(30 * time.Second); !over(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it is not over")
		}
		o.server.opt.Broadcaster.StirBroadcasts()
	}
	says(t, o.look(english(path), boss), "3 of 5 people were told")
}

func TestBroadcastsAreListedPageByPage(t *testing.T) {
	o := newCounter(t)
	p := newPress(o)
	boss := o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	cookie := o.enter("boss2@example.org")
	for i := range broadcastsShown + 1 {
		if _, err := p.Create(t.Context(), boss.Viewer(), broadcasts.Draft{Title: fmt.Sprintf("number %02d.", i)}); err != nil {
			t.Fatal(err)
		}
	}
	first := o.look(english(broadcastsPath), cookie)
	says(t, first, "number 20.", "number 01.", `rel="next"`)
	if strings.Contains(first.Body.String(), "number 00.") {
		t.Error("the first page holds all")
	}
	list, err := p.List(t.Context(), uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	says(t, o.look(english(broadcastsPath+"?next="+list[broadcastsShown-1].ID.String()), cookie), "number 00.")
	wantPage(t, o.look(broadcastsPath+"?next=x", cookie), http.StatusNotFound, "<h1>")
}

func TestWithoutBroadcastsThereAreNoPages(t *testing.T) {
	o := newCounter(t)
	o.person("boss2@example.org", "Boss", handoff.RoleSupervisor, nil, nil)
	boss := o.enter("boss2@example.org")
	for _, path := range []string{"", "/new", "/" + handoff.NewID().String()} {
		wantPage(t, o.look(broadcastsPath+path, boss), http.StatusNotFound, "<h1>")
	}
}
