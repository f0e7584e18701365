package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// alarms raises one about a conversation, two about channels, and one that is
// over.
func (o *office) alarms(conversation uuid.UUID) (danger uuid.UUID) {
	o.t.Helper()
	danger = handoff.NewID()
	o.exec(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES ($1, 'danger', $2, $3, $4)`, danger, conversation.String(), conversation, o.clock.Now())
	for _, a := range [][3]string{{handoff.AlarmChannel, "sms greenweb", "balance is used up (code 1006)"}, {handoff.AlarmSilence, "messenger", ""}, {handoff.AlarmWork, "tell_notices", "the mail server cannot be reached"}} {
		if _, err := o.desk.RaiseAlarm(o.t.Context(), a[0], a[1], a[2]); err != nil {
			o.t.Fatal(err)
		}
	}
	if _, err := o.desk.ClearAlarm(o.t.Context(), handoff.AlarmSilence, "messenger"); err != nil {
		o.t.Fatal(err)
	}
	return danger
}

func TestAlarmsAreListedAndEnded(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, []string{"drainage"}, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	danger := o.alarms(o.file("রহিম", "drainage", 12).conversation)
	anna, waste := o.enter("anna@example.org"), o.enter("waste@example.org")
	page := o.look(alarmsPath+"?lang=en", anna)
	for _, text := range []string{"Somebody wrote of danger", "SMS greenweb: messages do not go out", "balance is used up", "Background work fails: Telling of cases", "Over in the last seven days", "Messenger: nothing comes in"} {
		wantPage(t, page, http.StatusOK, text)
	}
	wantPage(t, o.look(casesPath+"?lang=en", anna), http.StatusOK, `3<span class="unseen"> open</span>`)
	if body := o.look(alarmsPath+"?lang=en", waste).Body.String(); strings.Contains(body, "danger") || !strings.Contains(body, "SMS greenweb") {
		t.Errorf("another team sees:\n%s", body)
	}
	end := alarmsPath + "/" + danger.String() + "/end"
	if w := o.post(end, waste, nil); w.Code != http.StatusNotFound {
		t.Errorf("another team ends it: %d", w.Code)
	}
	wantWay(t, o.post(end, anna, nil), alarmsPath+"?done=alarm")
	if w := o.post(end, anna, nil); w.Code != http.StatusConflict {
		t.Errorf("ended twice: %d", w.Code)
	}
	wantPage(t, o.look(alarmsPath+"/open?lang=en", anna), http.StatusOK, `2<span class="unseen"> open</span>`)
	list := o.do(call{path: "/api/v1/alarms", token: o.token})
	s := o.spec()
	for _, fault := range s.check(s.at("paths", "/api/v1/alarms", "get", "responses", "200", "content", "application/json", "schema"), any(jsonOf(t, list)), "answer") {
		t.Error(fault)
	}
}

func TestWhoReadsAlarmsByMailSaysSo(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("chief@example.org", "Chief", handoff.RoleAdministrator, nil, nil)
	if body := o.look(accountPath+"?lang=en", o.enter("anna@example.org")).Body.String(); strings.Contains(body, "Write to me when") {
		t.Error("an agent is offered what goes to others")
	}
	chief := o.enter("chief@example.org")
	ticked := func() bool {
		return strings.Contains(o.look(accountPath+"?lang=en", chief).Body.String(), `name="mail" value="on" checked`)
	}
	if !ticked() {
		t.Error("it is off from the start")
	}
	for _, wanted := range []bool{false, true} {
		form := url.Values{}
		if wanted {
			form.Set("mail", "on")
		}
		wantWay(t, o.post(accountPath+"/alarms", chief, form), accountPath+"?done=saved")
		if ticked() != wanted {
			t.Errorf("asked for %v", wanted)
		}
	}
}

func TestEveryAlarmHasWords(t *testing.T) {
	letter, err := AlarmLetters("https://city.example/")
	if err != nil {
		t.Fatal(err)
	}
	conversation := handoff.NewID()
	for _, lang := range languages {
		words := bare(t, nil).server.console.words[lang]
		for _, kind := range handoff.AlarmKinds() {
			name, text := alarmWords(words, handoff.Alarm{Kind: kind, Subject: "messenger"})
			if name == "" || text == "" || strings.Contains(name+text, "{") {
				t.Errorf("%s in %s: %q, %q", kind, lang, name, text)
			}
			subject, body := letter(handoff.AlarmLetter{Alarm: handoff.Alarm{Kind: kind, Subject: "messenger", Text: "code 190", Conversation: &conversation, RaisedAt: time.Date(2026, 11, 23, 9, 30, 0, 0, handoff.Dhaka())}, Lang: lang})
			for _, part := range []string{name, text, "code 190", "https://city.example/console/conversations/" + conversation.String(), "https://city.example/console/alarms"} {
				if !strings.Contains(body, part) {
					t.Errorf("the mail about %s in %s lacks %q:\n%s", kind, lang, part, body)
				}
			}
			if !strings.Contains(subject, name) {
				t.Errorf("subject %q", subject)
			}
		}
	}
}

func TestEveryTaskHasAName(t *testing.T) {
	o := newCounter(t)
	b := callBot(o)
	for _, lang := range languages {
		for _, task := range b.Background().Names() {
			if o.server.console.words[lang]["task_"+task] == "" {
				t.Errorf("%s has no name in %s", task, lang)
			}
		}
	}
}
