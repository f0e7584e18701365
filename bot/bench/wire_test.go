package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/messenger"
	"nagorik/flows"
)

func channel(t *testing.T, api string) *messenger.Messenger {
	t.Helper()
	m, err := messenger.New(messenger.Options{PageID: pageID, PageToken: pageToken, AppSecret: appSecret, VerifyToken: verifyToken, APIURL: api})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The load's webhooks are what the channel takes for Meta's.
func TestWebhook(t *testing.T) {
	at := time.UnixMilli(time.Now().UnixMilli()).UTC()
	for name, words := range map[string]Words{
		"text":  {Text: "বাড়ি \"১২\" \\ 🏫\nরোড/৭"},
		"a tap": {Tapped: true, Choice: flows.Choice{Title: "পানি জমে আছে", Payload: "drainage/ask_trouble=water"}},
	} {
		t.Run(name, func(t *testing.T) {
			call := newWriter("127.0.0.1:1").build(7001, 42, "run", at, &words)
			req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(call)))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				t.Fatal(err)
			}
			got, err := channel(t, "").Receive(t.Context(), bot.Call{Method: req.Method, URL: req.URL, Header: req.Header, Body: body})
			if err != nil || len(got.Events) != 1 {
				t.Fatalf("%d events, %v, skipped %v", len(got.Events), err, got.Skipped)
			}
			e := got.Events[0]
			text := words.Text + words.Choice.Title
			if e.Kind != bot.EventMessage || e.Address != "7001" || e.ProviderID != "m_run42" || !e.At.Equal(at) || e.Text != text ||
				e.Tapped != words.Tapped || e.Payload != words.Choice.Payload {
				t.Errorf("came as %+v", e)
			}
		})
	}
}

// The sink reads what the channel sends, and its answers are taken as success.
func TestSink(t *testing.T) {
	type got struct {
		psid    uint64
		text    string
		choices []flows.Choice
	}
	arrived := make(chan got, 1)
	s, err := newSink("run", func(psid uint64, at time.Time, text string, choices []flows.Choice) {
		arrived <- got{psid, text, choices}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	m := channel(t, s.url())
	ids := map[string]bool{}
	for _, want := range []got{
		{7001, "ঠিক কোথায়? \"রোড\" \\ লিখুন।\n🏫", nil},
		{7002, "কী সমস্যা?", []flows.Choice{{Title: "পানি \"জমে\"", Payload: "drainage/ask_trouble=water"}, {Title: "Slab", Payload: "drainage/ask_trouble=slab"}}},
	} {
		sent, err := m.Send(t.Context(), bot.Outgoing{ID: "x", Address: "700" + string(rune('0'+want.psid%10)), Text: want.text, Choices: want.choices, Heard: time.Now(), Attempt: 1})
		if err != nil {
			t.Fatal(err)
		}
		ids[sent.ProviderID] = true
		if g := <-arrived; g.psid != want.psid || g.text != want.text || !slices.Equal(g.choices, want.choices) {
			t.Errorf("arrived as %+v, want %+v", g, want)
		}
	}
	if len(ids) != 2 {
		t.Errorf("message ids %v are not different", ids)
	}
	if err := m.Typing(t.Context(), "7001"); err != nil {
		t.Errorf("typing: %v", err)
	}
}

func TestServerSettings(t *testing.T) {
	t.Setenv("MESSENGER_APP_ID", "1")
	t.Setenv("GOGC", "50")
	if env := inherited(); slices.ContainsFunc(env, func(s string) bool { return strings.HasPrefix(s, "MESSENGER") }) || !slices.Contains(env, "GOGC=50") {
		t.Errorf("a server of the bench gets %v", env)
	}
}

// A citizen writes again only after a reply, and makes room for another after
// four dialogues.
func TestCrowd(t *testing.T) {
	c := newCrowd(3, 1)
	r := c.measure(time.Now().Add(-time.Minute), nil)
	seen := map[uint64]int{}
	for range gathering * 10 {
		psid, words := c.take(time.Now())
		if words.Text == "" {
			t.Fatal("nothing to say")
		}
		seen[psid]++
		c.reply(psid, time.Now(), "নম্বর ১০০০১।", nil)
		c.reply(psid, time.Now(), "নম্বর ১০০০১।", nil)
	}
	for psid, n := range seen {
		if n > dialoguesEach {
			t.Fatalf("%d wrote %d times", psid, n)
		}
	}
	if c.waiting() != 0 || c.cases != gathering*10 || len(r.took) != gathering*10 || r.surplus != gathering*10 || len(c.active) != gathering {
		t.Errorf("%d wait, %d cases, %d replies, %d surplus, %d active", c.waiting(), c.cases, len(r.took), r.surplus, len(c.active))
	}
	if _, ok := seen[psidBase+3]; !ok {
		t.Error("those on record do not come")
	}
	c.take(time.Now())
	if lost := c.abandon(); lost != 1 {
		t.Errorf("%d messages without a reply", lost)
	}
}

func TestRecorder(t *testing.T) {
	from := time.Now()
	r := &recorder{from: from}
	r.add(from.Add(-time.Second), from)
	for i := range 100 {
		due := from.Add(time.Duration(i) * 10 * time.Millisecond)
		r.add(due, due.Add(time.Duration(100-i)*time.Millisecond))
	}
	if len(r.took) != 100 || r.quantile(0.5) != 51*time.Millisecond || r.quantile(0.99) != 100*time.Millisecond {
		t.Errorf("%d kept, p50 %s, p99 %s", len(r.took), r.quantile(0.5), r.quantile(0.99))
	}
	if rate := r.rate(); rate < 95 || rate > 105 {
		t.Errorf("rate %f", rate)
	}
	if empty := (&recorder{}); empty.quantile(0.5) != 0 || empty.rate() != 0 {
		t.Error("nothing measured is not zero")
	}
}

func TestLine(t *testing.T) {
	f := &Figures{Yardstick: 7300.4, Top: 4900.2, P50: 1500 * time.Microsecond, P99: 12345 * time.Microsecond, MemoryAtEnd: 64 << 20}
	const want = "turns_s=4900 pgbench_tps=7300 ratio=0.67 p50_ms=1.50 p99_ms=12.35 rss_mb=64.0"
	if got := f.Line(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBadOptions(t *testing.T) {
	for _, opt := range []Options{{}, {Seconds: -1}, {Seconds: 1, Messages: 5}, {Seconds: 1, Contacts: -1}} {
		if _, err := Run(context.Background(), opt); err == nil {
			t.Errorf("%+v was taken", opt)
		}
	}
}

func FuzzSink(f *testing.F) {
	f.Add([]byte(`{"recipient":{"id":"7001"},"messaging_type":"RESPONSE","message":{"text":"a\"b","quick_replies":[{"content_type":"text","title":"t","payload":"p"}],"metadata":"m"}}`))
	f.Add([]byte(`{"recipient":{"id":"`))
	f.Add([]byte(`"recipient":{"id":"1" "message":{"text":"\`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := &sink{run: "r", reply: func(uint64, time.Time, string, []flows.Choice) {}}
		answer := s.answer(nil, "POST /v26.0/me/messages HTTP/1.1", body, time.Now())
		resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		got, err := io.ReadAll(resp.Body)
		if err != nil || !json.Valid(got) {
			t.Errorf("answered %q, %v", got, err)
		}
	})
}
