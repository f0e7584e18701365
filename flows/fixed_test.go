package flows

import (
	"strings"
	"testing"
	"time"
)

// wasAsked is where somebody stands whom a notice has asked about case 10001.
func wasAsked(s Session) Session {
	s.AskFixed(10001)
	return s
}

func resolvedCase(at time.Time) Found {
	return Found{
		Remembered: map[string]Value{}, Mine: []CaseFound{},
		Cases: map[int64]*CaseFound{10001: {Number: 10001, Flow: "drainage", Status: statusResolved, UpdatedAt: at.Add(-time.Hour), Mine: true}},
	}
}

func confirms(out Turn) bool {
	for _, e := range out.Effects {
		if c, ok := e.(Confirm); ok && c.Number == 10001 {
			return true
		}
	}
	return false
}

func TestAResolvedNoticeAsksWhereItCanBeAnswered(t *testing.T) {
	c := shipped(t)
	facts := NoticeFacts{Event: NoticeResolved, Flow: "drainage", Number: 10001, Note: "পরিষ্কার করা হয়েছে", At: time.Now()}
	elsewhere, _ := c.Notice(facts, "bn", Face{})
	if elsewhere.Asks || len(elsewhere.Choices) > 0 || !strings.HasSuffix(elsewhere.Text, "কাজ হয়নি") {
		t.Errorf("by mail: %+v", elsewhere)
	}
	facts.Answerable = true
	short, _ := c.Notice(facts, "bn", Face{Name: "sms", Short: true})
	if !short.Asks || len(short.Choices) > 0 || !strings.HasSuffix(short.Text, "১ ঠিক হয়েছে ২ হয়নি") {
		t.Errorf("by SMS: %+v", short)
	}
	page, _ := c.Notice(facts, "en", Face{Name: "messenger", Buttons: true})
	if !page.Asks || len(page.Choices) != 2 || page.Choices[1].Payload != "fixed/10001=no" || !strings.HasSuffix(page.Text, "Is it fixed?") {
		t.Errorf("on Messenger: %+v", page)
	}
	facts.Event = NoticeReopened
	if other, _ := c.Notice(facts, "bn", Face{}); other.Asks || strings.Contains(other.Text, "হয়নি") {
		t.Errorf("of another event: %+v", other)
	}
}

func TestWhetherItIsFixedIsAnswered(t *testing.T) {
	c := shipped(t)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("", 6*3600))
	in := func(text string) Input {
		return Input{Kind: InputText, Text: text, At: at, Face: Face{Name: "sms", Short: true}, Found: resolvedCase(at)}
	}
	tap := func(payload string) Input {
		return Input{Kind: InputChoice, Payload: payload, At: at, Face: Face{Name: "messenger", Buttons: true}, Found: resolvedCase(at)}
	}
	rest := Session{Language: "bn"}
	for _, yes := range []string{"১", "1", "ঠিক হয়েছে", "হ্যাঁ", "ji hoise", "yes"} {
		out := c.Step(wasAsked(rest), in(yes))
		if !confirms(out) || len(out.Messages) != 1 || out.Session.Fixed != 0 || out.Session.Flow != "" {
			t.Errorf("%q: %+v", yes, out)
		}
	}
	for _, no := range []string{"২", "2", "হয়নি", "না", "hoy nai", "no"} {
		out := c.Step(wasAsked(rest), in(no))
		if confirms(out) || out.Session.Flow != "not_fixed" || out.Session.State != "ask_left" || out.Session.Fixed != 0 {
			t.Errorf("%q leads to %s/%s: %+v", no, out.Session.Flow, out.Session.State, out.Messages)
		}
	}
	if out := c.Step(rest, tap("fixed/10001=no")); out.Session.State != "ask_left" {
		t.Errorf("a button that is tapped later leads to %s/%s", out.Session.Flow, out.Session.State)
	}
	if out := c.Step(rest, tap("fixed/10001=yes")); !confirms(out) {
		t.Error("a button that is tapped later confirms nothing")
	}
	for _, payload := range []string{"fixed/0=yes", "fixed/x=yes", "fixed/10001=", "fixed/10001=maybe", "fixed/=no"} {
		if out := c.Step(wasAsked(rest), tap(payload)); confirms(out) || out.Session.Flow == "not_fixed" {
			t.Errorf("%q: %+v", payload, out)
		}
	}
	if out := c.Step(rest, in("১")); confirms(out) {
		t.Error("nobody asked")
	}
	out := c.Step(wasAsked(rest), in("রাস্তার বাতি জ্বলে না"))
	if out.Session.Fixed != 0 || out.Session.Flow != "electricity" {
		t.Errorf("another matter leads to %s with %d", out.Session.Flow, out.Session.Fixed)
	}
	agent := in("১")
	agent.Owner = OwnerAgent
	if out := c.Step(wasAsked(rest), agent); confirms(out) || len(out.Messages) > 0 {
		t.Error("the bot speaks while a person answers")
	}
}

// In the middle of a dialogue the newest question is meant, and the dialogue
// goes on.
func TestWhetherItIsFixedInTheMiddleOfADialogue(t *testing.T) {
	c := shipped(t)
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("", 6*3600))
	in := Input{Kind: InputText, Text: "ড্রেন", At: at, Face: Face{Name: "sms", Short: true}, Found: resolvedCase(at)}
	began := c.Step(Session{Language: "bn"}, in).Session
	if began.Flow != "drainage" {
		t.Fatalf("%+v", began)
	}
	in.Text = "১"
	yes := c.Step(wasAsked(began), in)
	if !confirms(yes) || yes.Session.State != began.State || len(yes.Session.Answers) != len(began.Answers) || len(yes.Messages) == 0 || !strings.Contains(yes.Messages[0].Text, "ধন্যবাদ") {
		t.Errorf("yes: %+v", yes)
	}
	in.Text = "২"
	if no := c.Step(wasAsked(began), in); no.Session.Flow != "not_fixed" {
		t.Errorf("no leads to %s", no.Session.Flow)
	}
	in.Text = "১"
	if next := c.Step(yes.Session, in); confirms(next) || next.Session.State == began.State {
		t.Errorf("the next number is not the dialogue's answer: %+v", next.Session)
	}
}
