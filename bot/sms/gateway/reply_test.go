package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nagorik/bot"
	"nagorik/bot/sms"
)

// pull is a gateway that only answers within calls.
func pull(t *testing.T) *Gateway {
	t.Helper()
	list, err := Load([]byte("profiles: {pull: {extends: reply_in_answer}, or: {extends: generic_push_pull_get}}"), everything, testPublic, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// asks is a call of somebody whose reply is waited for.
func asks(t *testing.T, g *Gateway, number, text string) func(context.Context) bot.Answer {
	t.Helper()
	d, err := g.Receive(t.Context(), get("/channels/sms/"+g.Name(), "token="+testToken+"&from="+number+"&text="+text))
	if err != nil || len(d.Events) != 1 || d.Late == nil || d.Answer.Status != 200 {
		t.Fatalf("%v %+v", err, d)
	}
	return d.Late
}

// answered runs Late and says how long it took.
func answered(late func(context.Context) bot.Answer) (body string, took time.Duration) {
	start := time.Now()
	a := late(context.Background())
	return string(a.Body), time.Since(start)
}

func say(g *Gateway, number, text string) error {
	_, err := g.Send(context.Background(), bot.Outgoing{ID: ownMessage, Address: "+88" + number, Text: text, Attempt: 1})
	return err
}

const asker = "01712345678"

func TestReplyIsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		late := asks(t, g, asker, "menu")
		faults := make(chan error, 2)
		go func() { // the turn's messages, one after another
			time.Sleep(time.Second) //nolint:forbidigo // the bubble's clock
			faults <- say(g, asker, "মেনু")
			time.Sleep(300 * time.Millisecond) //nolint:forbidigo // the bubble's clock
			faults <- say(g, asker, "1 পানি")
		}()
		body, took := answered(late)
		if body != "মেনু\n1 পানি" || took != 1700*time.Millisecond {
			t.Errorf("%q after %v", body, took)
		}
		for range 2 {
			if err := <-faults; err != nil {
				t.Error(err)
			}
		}
		if g.waiting.count != 0 || len(g.waiting.calls) != 0 {
			t.Errorf("%d calls still wait", g.waiting.count)
		}
	})
}

// TestReplyBeforeTheAnswer: the outbox may send before anybody makes the
// answer; the text is taken only then.
func TestReplyBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		late := asks(t, g, asker, "menu")
		sent := make(chan error, 1)
		go func() { sent <- say(g, asker, "one") }()
		synctest.Wait()
		select {
		case err := <-sent:
			t.Fatalf("sent to nobody: %v", err)
		default:
		}
		if body, took := answered(late); body != "one" || took != gather {
			t.Errorf("%q after %v", body, took)
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

func TestNoReplyInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		late := asks(t, g, asker, "x")
		if body, took := answered(late); body != "" || took != 4*time.Second {
			t.Errorf("%q after %v", body, took)
		}
		noWay(t, say(g, asker, "too late"))
		noWay(t, say(g, "01812345678", "never asked"))
	})
}

func noWay(t *testing.T, err error) {
	t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.SendReject || e.Code != sms.CodeNoWay {
		t.Errorf("%v", err)
	}
}

func TestCallerHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		late := asks(t, g, asker, "x")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		start := time.Now()
		if a := late(ctx); len(a.Body) > 0 || time.Since(start) != 0 {
			t.Errorf("%+v after %v", a, time.Since(start))
		}
		noWay(t, say(g, asker, "x"))
	})
}

// TestCallThatIsNeverAnswered: the events were not kept, so nobody asks for
// the answer.
func TestCallThatIsNeverAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		asks(t, g, asker, "x")
		start := time.Now()
		noWay(t, say(g, asker, "x"))
		if took := time.Since(start); took != usualReply {
			t.Errorf("waited %v", took)
		}
		time.Sleep(abandoned) //nolint:forbidigo // the bubble's clock
		start = time.Now()
		noWay(t, say(g, asker, "x"))
		if took := time.Since(start); took != 0 {
			t.Errorf("waited %v for a call that is gone", took)
		}
	})
}

func TestReplyThatDoesNotFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		if g.MaxText() != 160 {
			t.Errorf("takes %d", g.MaxText())
		}
		late := asks(t, g, asker, "x")
		faults := make(chan error, 3)
		go func() {
			faults <- say(g, asker, strings.Repeat("ক", 100))
			faults <- say(g, asker, strings.Repeat("খ", 60)) // 161 with the line end
			faults <- say(g, asker, "গ")                     // would fit, but must not overtake
		}()
		if body, took := answered(late); body != strings.Repeat("ক", 100) || took > gather {
			t.Errorf("%q after %v", body, took)
		}
		if err := <-faults; err != nil {
			t.Error(err)
		}
		noWay(t, <-faults)
		noWay(t, <-faults)
	})
}

func TestTwoCallsOfOnePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		first, second := asks(t, g, asker, "1"), asks(t, g, asker, "2")
		bodies := make(chan string, 2)
		for _, late := range []func(context.Context) bot.Answer{first, second} {
			go func() {
				body, _ := answered(late)
				bodies <- body
			}()
		}
		if err := say(g, asker, "one"); err != nil {
			t.Error(err)
		}
		if body := <-bodies; body != "one" {
			t.Errorf("%q", body)
		}
		if err := say(g, asker, "two"); err != nil {
			t.Error(err)
		}
		if body := <-bodies; body != "two" {
			t.Errorf("%q", body)
		}
	})
}

func TestManyCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		var all sync.WaitGroup
		for i := range maxWaiting {
			number := fmt.Sprintf("017%08d", i)
			late := asks(t, g, number, "x")
			all.Go(func() {
				if body, _ := answered(late); body != number {
					t.Errorf("%s got %q", number, body)
				}
			})
			all.Go(func() {
				if err := say(g, number, number); err != nil {
					t.Errorf("%s: %v", number, err)
				}
			})
		}
		d, err := g.Receive(t.Context(), get("/channels/sms/pull", "token="+testToken+"&from=01812345678&text=x"))
		if err != nil || len(d.Events) != 1 || d.Late != nil || d.Answer.Status != 200 {
			t.Errorf("one too many: %v %+v", err, d)
		}
		all.Wait()
		if g.waiting.count != 0 {
			t.Errorf("%d wait still", g.waiting.count)
		}
		asks(t, g, asker, "x") // there is room again
	})
}

func TestForgottenCallsMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := pull(t)
		for i := range maxWaiting {
			asks(t, g, fmt.Sprintf("017%08d", i), "x")
		}
		time.Sleep(abandoned + time.Second) //nolint:forbidigo // the bubble's clock
		asks(t, g, asker, "x")
		if g.waiting.count != 1 {
			t.Errorf("%d wait", g.waiting.count)
		}
	})
}

// TestStopIsNotWaitedFor: the bot says nothing to what the carrier has done.
func TestStopIsNotWaitedFor(t *testing.T) {
	g := pull(t)
	d, err := g.Receive(t.Context(), get("/channels/sms/pull", "token="+testToken+"&from="+asker+"&text=STOP"))
	if err != nil || len(d.Events) != 1 || d.Late != nil || d.Answer.Status != 200 {
		t.Errorf("%v %+v", err, d)
	}
}

func TestAnswersAreEncoded(t *testing.T) {
	for kind, want := range map[string]string{
		"text/plain":       `<a> "b" & c` + "\nঘ",
		"application/json": `<a> \"b\" & c\nঘ`,
		"text/xml":         "&lt;a&gt; &#34;b&#34; &amp; c&#xA;ঘ",
	} {
		a := answer{kind: kind, body: template{{scope: variable, name: "reply"}}}
		if got := string(a.render("<a> \"b\" & c\nঘ").Body); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
	a := answer{body: template{{scope: variable, name: "reply_or_ok"}}}
	if got := string(a.render("").Body); got != "OK" {
		t.Errorf("%q", got)
	}
}

// TestReplyOrCall: a gateway that also sends calls its interface for what
// nobody waits for.
func TestReplyOrCall(t *testing.T) {
	f := fake(t, nil)
	g := one(t, `
profiles:
  both:
    send: {url: "`+f.URL()+`", form: {to: "{{to}}", text: "{{text}}"}}
    receive: {response: {body: "{{reply_or_ok}}"}}
`, settings{"SMS_BOTH_TOKEN": testToken})
	late := asks(t, g, asker, "x")
	sent := make(chan error, 1)
	go func() { sent <- say(g, asker, "in the answer") }()
	if body, _ := answered(late); body != "in the answer" {
		t.Errorf("%q", body)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if err := say(g, asker, "by itself"); err != nil {
		t.Error(err)
	}
	calls := f.Calls()
	if len(calls) != 1 || calls[0].Form.Get("text") != "by itself" {
		t.Errorf("%+v", calls)
	}
	if !g.Sends() || g.MaxText() != 0 {
		t.Errorf("sends %v, %d", g.Sends(), g.MaxText())
	}
}
