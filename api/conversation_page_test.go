package api

import (
	"context"
	htmltext "html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// deskTalk does the verbs by the desk's own rules, without a bot to tell.
type deskTalk struct{ desk *handoff.Desk }

func (d deskTalk) Take(ctx context.Context, v handoff.Viewer, id uuid.UUID, _ string) error {
	_, err := d.desk.Take(ctx, v, id, nil)
	return err
}

func (d deskTalk) Reply(ctx context.Context, v handoff.Viewer, id uuid.UUID, w handoff.Written) error {
	_, err := d.desk.Reply(ctx, v, id, w, func(_ handoff.Held, text string) []handoff.Reply {
		r := handoff.Reply{ID: handoff.NewID(), Kind: flows.Receipt, Text: text}
		if w.Photo != "" {
			r.Photo = &handoff.NewPhoto{ID: handoff.NewID(), SHA256: w.Photo}
		}
		return []handoff.Reply{r}
	})
	return err
}

func (d deskTalk) Retry(ctx context.Context, v handoff.Viewer, id, message uuid.UUID) error {
	_, err := d.desk.Retry(ctx, v, id, message)
	return err
}

func (d deskTalk) Note(ctx context.Context, v handoff.Viewer, id uuid.UUID, n handoff.NoteOnTalk) error {
	return d.desk.NoteTalk(ctx, v, id, n)
}

func (d deskTalk) Release(ctx context.Context, v handoff.Viewer, id uuid.UUID, _ bot.ReleaseTo) error {
	_, err := d.desk.Owned(ctx, v, id)
	return err
}

func (d deskTalk) Pass(ctx context.Context, v handoff.Viewer, id uuid.UUID, to handoff.Assignment) error {
	_, err := d.desk.Pass(ctx, v, id, to, handoff.Standing{}.Heard, nil)
	return err
}

func (d deskTalk) GoOnDuty(ctx context.Context, v handoff.Viewer, s handoff.Stated) (handoff.Present, error) {
	return d.desk.GoOnDuty(ctx, v, s)
}

func (d deskTalk) GoOffDuty(ctx context.Context, v handoff.Viewer) (handoff.Present, error) {
	return d.desk.GoOffDuty(ctx, v)
}

func (deskTalk) CaseMoved(context.Context, handoff.Case) {}

// newTalkDesk is a counter whose conversations can be worked on.
func newTalkDesk(t *testing.T) *office {
	t.Helper()
	o := newCounter(t)
	o.server.opt.Talk = deskTalk{o.desk}
	o.server.opt.Calls = callBot(o)
	return o
}

func talkPath(f filed) string { return talksPath + "/" + f.conversation.String() }

func TestConversationIsShownWithTheRecord(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("রহিম", "drainage", 12)
	o.exec(`UPDATE contacts SET phone = '+8801712345678' WHERE id = $1`, f.contact)
	o.exec(`UPDATE conversations SET checkpoint = '{"Catalog":7,"Flow":"drainage","State":"x","Answers":[{"Slot":"old","Value":"<b>kept"}]}' WHERE id = $1`, f.conversation)
	o.exec(`UPDATE messages SET status = 'failed', error = 'no such page' WHERE conversation_id = $1 AND direction = 'out'`, f.conversation)
	cookie := o.enter("anna@example.org")
	w := o.look(talkPath(f)+"?lang=en", cookie)
	for _, text := range []string{
		"ড্রেন উপচে পড়ছে", "23.75000, 90.39000", "sticker", "কোথায়?", "এখানে", "Failed", "no such page", "Asked for a person", "01712345678",
		"/console/cases/10001", "/console/contacts/" + f.contact.String(), "&lt;b&gt;kept",
	} {
		wantPage(t, w, http.StatusOK, text)
	}
	wantPage(t, o.look(talkPath(f)+"?lang=bn", cookie), http.StatusOK, "মানুষের সঙ্গে কথা বলতে চেয়েছেন")
	o.exec(`UPDATE conversations SET channel = 'messenger', last_in_at = $2 WHERE id = $1`, f.conversation, o.clock.Now())
	wantPage(t, o.look(talkPath(f)+"?lang=en", cookie), http.StatusOK, "24 hours left to reply")
}

// releases notes where conversations are given back to.
type releases struct {
	deskTalk
	to *[]bot.ReleaseTo
}

func (r releases) Release(_ context.Context, _ handoff.Viewer, _ uuid.UUID, to bot.ReleaseTo) error {
	*r.to = append(*r.to, to)
	return nil
}

func TestSatisfactionIsAskedForAndShown(t *testing.T) {
	o := newTalkDesk(t)
	var released []bot.ReleaseTo
	o.server.opt.Talk = releases{deskTalk{o.desk}, &released}
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	anna, path := o.enter("anna@example.org"), talkPath(f)
	wantWay(t, o.post(path+"/take", anna, nil), path+"?done=talk_take")
	box := `name="rate" value="yes" checked`
	wantPage(t, o.look(path+"?lang=en", anna), http.StatusOK, box)
	for _, form := range []url.Values{{"to": {"end"}, "rate": {"yes"}}, {"to": {"end"}}, {"to": {"menu"}, "rate": {"yes"}}} {
		wantWay(t, o.post(path+"/release", anna, form), inboxPath+"?done=talk_release")
	}
	if want := []bot.ReleaseTo{bot.ReleaseRate, bot.ReleaseEnd, bot.ReleaseMenu}; !slices.Equal(released, want) {
		t.Errorf("released to %v, want %v", released, want)
	}
	o.exec(`UPDATE conversations SET rating_asked_at = opened_at, rating = 4, rated_at = opened_at WHERE id = $1`, f.conversation)
	for _, page := range []string{path, contactsPath + "/" + f.contact.String()} {
		wantPage(t, o.look(page+"?lang=en", anna), http.StatusOK, "4 of 5")
		wantPage(t, o.look(page+"?lang=bn", anna), http.StatusOK, "৫-এ ৪")
	}
	o.exec(`UPDATE conversations SET channel = 'phone' WHERE id = $1`, f.conversation)
	if w := o.look(path+"?lang=en", anna); strings.Contains(w.Body.String(), box) {
		t.Error("whoever telephoned would be asked")
	}
}

func TestConversationIsWorkedOnFromItsPage(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	kamal := o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	anna, second := o.enter("anna@example.org"), o.enter("kamal@example.org")
	path := talkPath(f)
	en := func(more ...string) url.Values {
		form := url.Values{"lang": {"en"}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	wantWay(t, o.post(path+"/take", anna, en()), path+"?done=talk_take")
	wantPage(t, o.post(path+"/take", second, en()), http.StatusConflict, "Anna was first")
	wantPage(t, o.post(path+"/reply", second, en("text", "typed <i> in vain")), http.StatusConflict, "typed &lt;i&gt; in vain")
	wantPage(t, o.post(path+"/reply", anna, en("text", " ")), http.StatusUnprocessableEntity, "Write something")
	wantPage(t, o.post(path+"/reply", anna, en("text", strings.Repeat("ক", maxReplyShown+1))), http.StatusUnprocessableEntity, "At most 4,000")
	for range 2 { // pressed twice
		wantWay(t, o.post(path+"/reply", anna, en("text", "We come tomorrow.", "key", "k1")), path+"?done=talk_reply")
	}
	if n := strings.Count(o.look(path, anna).Body.String(), "We come tomorrow."); n != 1 {
		t.Errorf("said %d times", n)
	}
	wantPage(t, o.post(path+"/release", second, en("to", "menu")), http.StatusConflict, "Anna was first")
	wantPage(t, o.post(path+"/release", anna, en("to", "moon")), http.StatusBadRequest, "<h1>")
	wantWay(t, o.post(path+"/release", anna, en("to", "menu")), inboxPath+"?done=talk_release")
	wantPage(t, o.post(path+"/pass", anna, en()), http.StatusUnprocessableEntity, "Choose somebody")
	wantWay(t, o.post(path+"/pass", anna, en("agent", kamal.ID.String())), inboxPath+"?done=talk_pass")
	wantPage(t, o.look(path+"?lang=en", second), http.StatusOK, path+"/reply")
}

func TestLostReplyIsSentAgainFromThePage(t *testing.T) {
	o := newTalkDesk(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie, second, path := o.enter("anna@example.org"), o.enter("kamal@example.org"), talkPath(f)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?done=talk_take")
	wantWay(t, o.post(path+"/reply", cookie, url.Values{"text": {"We come."}}), path+"?done=talk_reply")
	o.exec(`UPDATE messages SET status = 'unknown', error = 'send: unknown (7): it <b>broke' WHERE author = 'agent' AND conversation_id = $1`, f.conversation)
	record, err := o.desk.Conversation(t.Context(), anna.Viewer(), f.conversation, handoff.PageOf{})
	if err != nil {
		t.Fatal(err)
	}
	message := record.Messages[len(record.Messages)-1].ID.String()
	retry := path + "/messages/" + message + "/retry"
	for _, text := range []string{"may have it already", "it &lt;b&gt;broke (7)", retry} {
		wantPage(t, o.look(path+"?lang=en", cookie), http.StatusOK, text)
	}
	if strings.Contains(o.look(path, second).Body.String(), retry) {
		t.Error("it is offered to somebody else")
	}
	wantPage(t, o.post(retry, second, url.Values{"lang": {"en"}}), http.StatusConflict, "Anna was first")
	wantPage(t, o.post(path+"/messages/moon/retry", cookie, nil), http.StatusNotFound, "<h1>")
	wantWay(t, o.post(retry, cookie, nil), path+"?done=talk_retry")
	wantPage(t, o.post(retry, cookie, nil), http.StatusConflict, "<h1>")
	api := "/api/v1/conversations/" + f.conversation.String() + "/messages/" + message + "/retry"
	wantFault(t, o.do(call{method: http.MethodPost, path: api, token: o.token}), http.StatusConflict, "conflict", "")
	o.exec(`UPDATE messages SET status = 'failed' WHERE id = $1`, message)
	if w := o.do(call{method: http.MethodPost, path: api, token: o.token}); w.Code != http.StatusOK || jsonOf(t, w)["owner"] != "agent" {
		t.Errorf("a supervisor's program: %d %s", w.Code, w.Body)
	}
	o.exec(`UPDATE messages SET status = 'failed', error = 'send: reject closed (10/2018278): too late', at = $2 WHERE id = $1`, message, o.clock.Now())
	w := o.look(path+"?lang=en", cookie)
	wantPage(t, w, http.StatusOK, "at most 7 days. Telephone")
	if strings.Contains(w.Body.String(), retry) {
		t.Error("what came too late can be sent again")
	}
	wantPage(t, o.look(path+"?lang=bn", cookie), http.StatusOK, "বড়জোর ৭ দিন")
	o.exec(`UPDATE conversations SET last_in_at = $2 WHERE id = $1`, f.conversation, o.clock.Now().Add(time.Minute))
	wantPage(t, o.look(path, cookie), http.StatusOK, retry)
	o.exec(`UPDATE messages SET status = 'failed', error = 'send: reject closed: too late' WHERE conversation_id = $1 AND author = 'bot'`, f.conversation)
	wantPage(t, o.look(path+"?lang=en", cookie), http.StatusOK, "until the 7th day")
}

func TestDraftIsOnThePageAgain(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie, second, path := o.enter("anna@example.org"), o.enter("kamal@example.org"), talkPath(f)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?done=talk_take")
	if w := o.post(path+"/draft", cookie, url.Values{"text": {"half a <b>sentence"}}); w.Code != http.StatusNoContent {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	wantPage(t, o.look(path, cookie), http.StatusOK, "half a &lt;b&gt;sentence</textarea>")
	long := strings.Repeat("ক", maxReplyShown+1) // comes back, and is kept without script
	wantPage(t, o.post(path+"/reply", cookie, url.Values{"text": {long}}), http.StatusUnprocessableEntity, long)
	wantPage(t, o.look(path, cookie), http.StatusOK, long+"</textarea>")
	if strings.Contains(o.look(path, second).Body.String(), long) {
		t.Error("a colleague sees it")
	}
	wantWay(t, o.post(path+"/reply", cookie, url.Values{"text": {"said"}}), path+"?done=talk_reply")
	if strings.Contains(o.look(path, cookie).Body.String(), long) {
		t.Error("it stays after sending")
	}
}

func TestTakingFromTheBotAsksFirst(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	o.exec(`UPDATE conversations SET owner = 'bot', queued_at = NULL, checkpoint = '{"Flow":"drainage","State":"trouble"}' WHERE id = $1`, f.conversation)
	cookie, path := o.enter("anna@example.org"), talkPath(f)
	wantWay(t, o.post(path+"/take", cookie, nil), path+"?confirm=take")
	wantPage(t, o.look(path+"?confirm=take&lang=en", cookie), http.StatusOK, "The bot is in the middle of")
	wantWay(t, o.post(path+"/take", cookie, url.Values{"sure": {"yes"}}), path+"?done=talk_take")
}

func TestConversationOutsideTheScopeIsNotThere(t *testing.T) {
	o := newTalkDesk(t)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie := o.enter("waste@example.org")
	wantPage(t, o.look(talkPath(f), cookie), http.StatusNotFound, "<h1>")
	for _, verb := range []string{"take", "reply", "release", "pass", "draft", "messages/" + f.photo.String() + "/retry"} {
		form := url.Values{"text": {"x"}, "to": {"menu"}, "team": {"waste"}, "sure": {"yes"}}
		wantPage(t, o.post(talkPath(f)+"/"+verb, cookie, form), http.StatusNotFound, "<h1>")
	}
}

func TestDutyIsSwitched(t *testing.T) {
	o := newTalkDesk(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	cookie := o.enter("anna@example.org")
	wantWay(t, o.post("/console/duty", cookie, url.Values{"on": {"yes"}}), inboxPath+"?done=duty_yes")
	wantPage(t, o.look(inboxPath+"?lang=en", cookie), http.StatusOK, "Go off duty")
	wantWay(t, o.post("/console/duty", cookie, url.Values{"on": {"no"}}), inboxPath+"?done=duty_no")
}

// Whoever looks at a conversation is told when it changes hands, and the forms
// around the thread come along.
func TestTheThreadTellsThatItHasChangedHands(t *testing.T) {
	o := newStation(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	kamal := o.person("kamal@example.org", "Kamal", handoff.RoleAgent, nil, nil)
	f := o.file("রহিম", "drainage", 12)
	cookie := o.enter("anna@example.org")
	page := o.look(talkPath(f)+"?lang=en", cookie).Body.String()
	_, rest, _ := strings.Cut(page, `id="thread"`)
	_, rest, _ = strings.Cut(rest, `hx-get="`)
	here, _, _ := strings.Cut(rest, `"`)
	_, rest, _ = strings.Cut(rest, `id="held" name="held" value="`)
	held, _, _ := strings.Cut(rest, `"`)
	part := func() string {
		return o.do(call{path: withQuery(htmltext.UnescapeString(here), queryHeld, held), header: map[string]string{"Cookie": cookie, "HX-Request": "true", "Accept-Language": "en"}}).Body.String()
	}
	if got := part(); strings.Contains(got, "alert") || strings.Contains(got, "data-follows") {
		t.Errorf("nothing has changed:\n%s", got)
	}
	o.exec(`UPDATE conversations SET owner = 'agent', agent_id = $2 WHERE id = $1`, f.conversation, kamal.ID)
	if got := part(); !strings.Contains(got, `role="alert"`) || !strings.Contains(got, "Kamal") || strings.Contains(got, talkPath(f)+`/take"`) || !strings.Contains(got, `value="`+kamal.ID.String()+`"`) {
		t.Errorf("another has it:\n%s", got)
	}
	o.exec(`UPDATE conversations SET owner = 'bot', agent_id = NULL WHERE id = $1`, f.conversation)
	if got := part(); !strings.Contains(got, talkPath(f)+`/take"`) {
		t.Errorf("it can be taken from the bot:\n%s", got)
	}
}
