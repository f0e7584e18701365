package messenger_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/flows"
)

func signedCall(secret string, body []byte) bot.Call {
	return bot.Call{Method: http.MethodPost, Header: http.Header{"X-Hub-Signature-256": {bottest.SignMeta(secret, body)}}, Body: body}
}

// receive reads a signed body.
func receive(t testing.TB, body string) bot.Delivery {
	t.Helper()
	d, err := newMessenger(t, options()).Receive(t.Context(), signedCall(fixtureSecret, []byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestVerification(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		want  string // the challenge, empty for a refusal
	}{
		"number":          {"hub.mode=subscribe&hub.verify_token=verify-word&hub.challenge=1158201444", "1158201444"},
		"letters":         {"hub.mode=subscribe&hub.verify_token=verify-word&hub.challenge=CHALLENGE_ACCEPTED", "CHALLENGE_ACCEPTED"},
		"looks like HTML": {"hub.mode=subscribe&hub.verify_token=verify-word&hub.challenge=%3Cb%3E", "<b>"},
		"wrong word":      {"hub.mode=subscribe&hub.verify_token=other&hub.challenge=1", ""},
		"no word":         {"hub.mode=subscribe&hub.challenge=1", ""},
		"wrong mode":      {"hub.mode=unsubscribe&hub.verify_token=verify-word&hub.challenge=1", ""},
		"no mode":         {"hub.verify_token=verify-word&hub.challenge=1", ""},
		"huge challenge":  {"hub.mode=subscribe&hub.verify_token=verify-word&hub.challenge=" + strings.Repeat("1", 2000), ""},
		"nothing":         {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			call := bot.Call{Method: http.MethodGet, URL: &url.URL{Path: "/channels/messenger", RawQuery: c.query}}
			d, err := newMessenger(t, options()).Receive(t.Context(), call)
			if c.want == "" {
				if !errors.Is(err, bot.ErrSignature) || len(d.Answer.Body) > 0 {
					t.Errorf("answer %q, %v", d.Answer.Body, err)
				}
				return
			}
			if err != nil || d.Answer.Status != 200 || string(d.Answer.Body) != c.want || !strings.HasPrefix(d.Answer.Type, "text/plain") || d.Answer.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("answer %+v, %v", d.Answer, err)
			}
		})
	}
}

func TestSecretsRotate(t *testing.T) {
	opt := options()
	opt.AppSecret = "new-secret, " + fixtureSecret
	m := newMessenger(t, opt)
	body := readFile(t, "testdata/webhooks/text_en.json")
	for secret, ok := range map[string]bool{"new-secret": true, fixtureSecret: true, "": false, "old": false} {
		if _, err := m.Receive(t.Context(), signedCall(secret, body)); (err == nil) != ok {
			t.Errorf("secret %q: %v", secret, err)
		}
	}
}

// TestWithoutAppID: then only our metadata tells our echoes from others'.
func TestEchoes(t *testing.T) {
	from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: "m_1", At: fixtureTime}
	for name, c := range map[string]struct {
		appID, app, metadata string
		kind                 bot.EventKind
		messageID            string
	}{
		"ours":                        {fixtureApp, fixtureApp, "nagorik:0190-a", bot.EventEcho, "0190-a"},
		"ours, app id not set":        {"", fixtureApp, "nagorik:0190-a", bot.EventEcho, "0190-a"},
		"ours, app id not sent":       {fixtureApp, "", "nagorik:0190-a", bot.EventEcho, "0190-a"},
		"our app, no metadata":        {fixtureApp, fixtureApp, "", bot.EventReceipt, ""},
		"our app, another's metadata": {fixtureApp, fixtureApp, "out:42", bot.EventReceipt, ""},
		"app id not set, no metadata": {"", fixtureApp, "", bot.EventEcho, ""},
		"another app":                 {fixtureApp, "999", "", bot.EventEcho, ""},
		"page inbox":                  {fixtureApp, "263902037430900", "", bot.EventEcho, ""},
		"hostile metadata":            {fixtureApp, "999", "nagorik:'; drop--\x00", bot.EventEcho, ""},
		"metadata without id":         {fixtureApp, "999", "nagorik:", bot.EventEcho, ""},
	} {
		t.Run(name, func(t *testing.T) {
			opt := options()
			opt.AppID = c.appID
			body := bottest.Webhook(fixturePage, fixtureTime, from.Echo(c.app, c.metadata, "কাজ চলছে"))
			d, err := newMessenger(t, opt).Receive(t.Context(), signedCall(fixtureSecret, body))
			if err != nil {
				t.Fatal(err)
			}
			if e := only(t, d, c.kind); e.MessageID != c.messageID || e.Address != fixturePSID {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestNeighboursSurvive: whatever stands in the middle of a batch, the first
// and the last are read.
func TestNeighboursSurvive(t *testing.T) {
	from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: "m_first", At: fixtureTime}
	first := string(from.Text("first"))
	from.MID, from.At = "m_last", fixtureTime.Add(time.Millisecond)
	last := string(from.Text("last"))
	head := `{"sender":{"id":"61"},"recipient":{"id":"` + fixturePage + `"},"timestamp":1795406400123,`
	for name, middle := range map[string]string{
		"null": "null", "number": "7", "array": "[[]]", "string": `"x"`, "empty": "{}",
		"broken syntax":     `{"sender" 1, "message":}`,
		"half sound":        head + `"message":{"mid":"m","text":"x"} 7}`,
		"nesting bomb":      head + `"message":{"mid":"m","text":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}}`,
		"numbers for all":   `{"sender":1,"recipient":2,"timestamp":{},"message":3}`,
		"null text":         head + `"message":{"mid":"m","text":null}}`,
		"null attachments":  head + `"message":{"mid":"m","attachments":[null,1,"x",{}]}}`,
		"odd quick reply":   head + `"message":{"mid":"m","quick_reply":[]}}`,
		"odd postback":      head + `"postback":[]}`,
		"odd delivery":      head + `"delivery":{"watermark":"x","mids":{}}}`,
		"odd edit":          head + `"message_edit":{"text":7}}`,
		"pin off the Earth": head + `"message":{"attachments":[{"type":"location","payload":{"coordinates":{"lat":1e999,"long":-1e999}}}]}}`,
		"duplicate key":     head + `"message":null,"message":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := receive(t, `{"object":"page","entry":[{"id":"`+fixturePage+`","messaging":[`+first+","+middle+","+last+`]}]}`)
			texts := make(map[string]bool)
			for _, e := range d.Events {
				texts[e.Text] = true
			}
			if !texts["first"] || !texts["last"] {
				t.Errorf("events %+v, skipped %v", d.Events, d.Skipped)
			}
			if len(d.Events) > 2 && d.Events[1].Other != "unsupported" || len(d.Events) == 2 && len(d.Skipped) != 1 {
				t.Errorf("events %+v, skipped %v", d.Events, d.Skipped)
			}
		})
	}
}

func TestTaps(t *testing.T) {
	from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: "m_1", At: fixtureTime}
	for name, c := range map[string]struct {
		choice flows.Choice
		tapped bool
	}{
		"choice":              {flows.Choice{Title: "হ্যাঁ", Payload: "yes"}, true},
		"title is payload":    {flows.Choice{Title: "menu", Payload: "menu"}, true},
		"number is payload":   {flows.Choice{Title: "12", Payload: "12"}, true},
		"own phone":           {flows.Choice{Title: "+8801712345678", Payload: "+8801712345678"}, false},
		"own phone, local":    {flows.Choice{Title: "01712 345678", Payload: "01712 345678"}, false},
		"own e-mail":          {flows.Choice{Title: "a@b.example", Payload: "a@b.example"}, false},
		"phone as title only": {flows.Choice{Title: "+8801712345678", Payload: "contact/keep"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := receive(t, string(bottest.Webhook(fixturePage, fixtureTime, from.QuickReply(c.choice))))
			e := only(t, d, bot.EventMessage)
			if e.Tapped != c.tapped || e.Text != c.choice.Title || c.tapped != (e.Payload == c.choice.Payload) {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestStickers(t *testing.T) {
	item := func(attachments string) string {
		return `{"object":"page","entry":[{"id":"` + fixturePage + `","messaging":[{"sender":{"id":"61"},"recipient":{"id":"` + fixturePage +
			`"},"timestamp":1795406400123,"message":{"mid":"m_s","attachments":[` + attachments + `]}}]}]}`
	}
	for name, c := range map[string]struct{ attachments, text string }{
		"like":            {`{"type":"sticker","payload":{"sticker_id":"369239343222814"}}`, "👍"},
		"like as number":  {`{"type":"sticker","payload":{"sticker_id":369239383222810}}`, "👍"},
		"another":         {`{"type":"sticker","payload":{"url":"https://x.fbcdn.net/s.png","sticker_id":17}}`, ""},
		"without id":      {`{"type":"sticker","payload":{"url":"https://x.fbcdn.net/s.png"}}`, ""},
		"image before it": {`{"type":"image","payload":{"url":"https://x.fbcdn.net/s.png"}},{"type":"sticker","payload":{"sticker_id":17}}`, ""},
		"image after it":  {`{"type":"sticker","payload":{"sticker_id":17}},{"type":"image","payload":{"url":"https://x.fbcdn.net/s.png"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := only(t, receive(t, item(c.attachments)), bot.EventMessage)
			if e.Other != "sticker" || e.Text != c.text || len(e.Media) != 0 {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestOddIDs(t *testing.T) {
	long := "m_" + strings.Repeat("x", 5000)
	for name, mid := range map[string]string{"too long": long, "with NUL": "m_\x00", "with blank": "m_ 1", "not UTF-8": "m_\xff"} {
		from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: mid, At: fixtureTime}
		e := only(t, receive(t, string(bottest.Webhook(fixturePage, fixtureTime, from.Text("x")))), bot.EventMessage)
		if len(e.ProviderID) > 512 || strings.ContainsAny(e.ProviderID, "\x00 ") || !utf8.ValidString(e.ProviderID) || e.ProviderID == "" {
			t.Errorf("%s: %q", name, e.ProviderID)
		}
	}
	for _, psid := range []string{"", "a b", "x\x01", strings.Repeat("6", 100), "৬১"} {
		from := bottest.From{Page: fixturePage, PSID: psid, MID: "m_1", At: fixtureTime}
		if d := receive(t, string(bottest.Webhook(fixturePage, fixtureTime, from.Text("x")))); len(d.Events) != 0 || d.Skipped["no_sender"] != 1 {
			t.Errorf("psid %.20q: %+v", psid, d)
		}
	}
}

// TestBounds: no event grows with the body it came in.
func TestBounds(t *testing.T) {
	from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: "m_1", At: fixtureTime}
	many := make([]string, 2000)
	for i := range many {
		many[i] = "https://scontent.xx.fbcdn.net/" + strconv.Itoa(i)
	}
	long := strings.Repeat("ক", 30_000)
	for name, c := range map[string]struct {
		item bottest.Item
		size func(bot.Event) int
		want int
	}{
		"photos":  {from.Photos(many...), func(e bot.Event) int { return len(e.Media) }, 30},
		"mids":    {from.Delivered(many...), func(e bot.Event) int { return len(e.ProviderIDs) }, 1000},
		"text":    {from.Text(long), func(e bot.Event) int { return utf8.RuneCountInString(e.Text) }, 20_000},
		"payload": {from.QuickReply(flows.Choice{Title: "x", Payload: long}), func(e bot.Event) int { return utf8.RuneCountInString(e.Payload) }, 1000},
		"title":   {from.Postback(flows.Choice{Title: long, Payload: "x"}, ""), func(e bot.Event) int { return utf8.RuneCountInString(e.Text) }, 200},
		"ref":     {from.Postback(flows.Choice{Title: "x", Payload: "x"}, long), func(e bot.Event) int { return utf8.RuneCountInString(e.Ref) }, 250},
	} {
		d := receive(t, string(bottest.Webhook(fixturePage, fixtureTime, c.item)))
		if len(d.Events) != 1 || c.size(d.Events[0]) != c.want {
			t.Errorf("%s: %d, want %d", name, c.size(d.Events[0]), c.want)
		}
	}
}

// TestFutureIsPulledBack: an event from far ahead would make all later ones late.
func TestFutureIsPulledBack(t *testing.T) {
	now := options().Now()
	from := bottest.From{Page: fixturePage, PSID: fixturePSID, MID: "m_1", At: now.AddDate(500, 0, 0)}
	if e := receive(t, string(bottest.Webhook(fixturePage, now, from.Text("x")))).Events[0]; !e.At.Equal(now) {
		t.Errorf("at %v", e.At)
	}
}

// FuzzReceive: signed bytes are never an error and never panic, and what
// comes out of them can be kept.
func FuzzReceive(f *testing.F) {
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		if b, err := os.ReadFile(path); err == nil && len(b) < 5000 {
			f.Add(b)
		}
	}
	m := newMessenger(f, options())
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := m.Receive(t.Context(), signedCall(fixtureSecret, body))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range d.Events {
			for _, s := range []string{e.Text, e.Payload, e.Ref, e.ProviderID, e.Address, e.MessageID, e.Target, e.Note, e.ReplyTo} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("event %d holds %q", i, s)
				}
			}
			if e.ProviderID == "" || e.At.IsZero() || e.Kind == "" || i > 0 && e.At.Before(d.Events[i-1].At) && e.At.Before(options().Now()) {
				t.Fatalf("event %d: %+v", i, e)
			}
		}
	})
}

func BenchmarkReceive(b *testing.B) {
	m := newMessenger(b, options())
	for _, name := range []string{"text_bn_emoji.json", "quick_reply_text.json", "huge_batch_1000_entries.json"} {
		call := fixtureCall(b, name)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Receive(b.Context(), call); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
