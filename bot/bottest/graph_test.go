package bottest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"nagorik/bot/bottest"
	"nagorik/flows"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func newGraph(t testing.TB, opt bottest.GraphOptions) *bottest.Graph {
	t.Helper()
	if opt.Token == "" {
		opt.Token = "token"
	}
	opt.AppSecret, opt.PageID = "secret", "104"
	if opt.Now == nil {
		opt.Now = func() time.Time { return now }
	}
	g, err := bottest.NewGraph(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// answer is what a call was answered.
type answer struct {
	Status int
	Body   string
	Error  struct {
		Code    int `json:"code"`
		Subcode int `json:"error_subcode"`
	} `json:"error"`
	Recipient string `json:"recipient_id"`
	MessageID string `json:"message_id"`
}

func call(t testing.TB, method, url, token, body string) (answer, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{Status: resp.StatusCode, Body: string(b)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(b, &a); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
	}
	return a, nil
}

func send(t testing.TB, g *bottest.Graph, body string) answer {
	t.Helper()
	a, err := call(t, http.MethodPost, g.URL()+"/v26.0/me/messages", "token", body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func message(inside string) string {
	return `{"recipient":{"id":"61"},"messaging_type":"RESPONSE","message":{` + inside + `}}`
}

func replies(n int, title, payload string) string {
	one := `{"content_type":"text","title":"` + title + `","payload":"` + payload + `"}`
	return `"text":"?","quick_replies":[` + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]`
}

func buttons(n int, text, title string) string {
	one := `{"type":"postback","title":"` + title + `","payload":"p"}`
	return `"attachment":{"type":"template","payload":{"template_type":"button","text":"` + text + `","buttons":[` +
		strings.TrimSuffix(strings.Repeat(one+",", n), ",") + `]}}`
}

func TestGraphRules(t *testing.T) {
	tagged := func(kind, tag string) string {
		return `{"recipient":{"id":"61"},"messaging_type":"` + kind + `","tag":"` + tag + `","message":{"text":"x"}}`
	}
	for name, c := range map[string]struct {
		body          string
		code, subcode int // 0: taken
	}{
		"text":                 {message(`"text":"মশা"`), 0, 0},
		"text of 2,000":        {message(`"text":"` + strings.Repeat("ক", 2000) + `"`), 0, 0},
		"text of 2,001":        {message(`"text":"` + strings.Repeat("ক", 2001) + `"`), 100, 0},
		"empty text":           {message(`"text":""`), 100, 0},
		"13 quick replies":     {message(replies(13, "t", "p")), 0, 0},
		"14 quick replies":     {message(replies(14, "t", "p")), 100, 0},
		"no quick replies":     {message(replies(0, "t", "p")), 100, 0},
		"title of 20":          {message(replies(1, strings.Repeat("ক", 20), "p")), 0, 0},
		"title of 21":          {message(replies(1, strings.Repeat("ক", 21), "p")), 100, 0},
		"empty title":          {message(replies(1, "", "p")), 100, 0},
		"payload of 1,001":     {message(replies(1, "t", strings.Repeat("p", 1001))), 100, 0},
		"location quick reply": {message(`"text":"?","quick_replies":[{"content_type":"location"}]`), 100, 0},
		"phone quick reply":    {message(`"text":"?","quick_replies":[{"content_type":"user_phone_number"}]`), 0, 0},
		"metadata of 1,001":    {message(`"text":"x","metadata":"` + strings.Repeat("m", 1001) + `"`), 100, 0},
		"button template":      {message(buttons(3, "text", "title")), 0, 0},
		"four buttons":         {message(buttons(4, "text", "title")), 100, 0},
		"no button":            {message(buttons(0, "text", "title")), 100, 0},
		"button title of 21":   {message(buttons(1, "text", strings.Repeat("x", 21))), 100, 0},
		"button text of 641":   {message(buttons(1, strings.Repeat("x", 641), "title")), 100, 0},
		"text and attachment":  {message(`"text":"x",` + buttons(1, "text", "title")), 100, 0},
		"generic template":     {message(`"attachment":{"type":"template","payload":{"template_type":"generic","elements":[{"title":"a"}]}}`), 0, 0},
		"generic without any":  {message(`"attachment":{"type":"template","payload":{"template_type":"generic","elements":[]}}`), 100, 0},
		"image":                {message(`"attachment":{"type":"image","payload":{"url":"https://example.org/a.jpg"}}`), 0, 0},
		"update":               {tagged("UPDATE", ""), 0, 0},
		"human agent":          {tagged("MESSAGE_TAG", "HUMAN_AGENT"), 0, 0},
		"retired tag":          {tagged("MESSAGE_TAG", "CONFIRMED_EVENT_UPDATE"), 100, 0},
		"retired tag 2":        {tagged("MESSAGE_TAG", "ACCOUNT_UPDATE"), 100, 0},
		"no tag":               {tagged("MESSAGE_TAG", ""), 100, 0},
		"tag without type":     {tagged("RESPONSE", "HUMAN_AGENT"), 100, 0},
		"unknown type":         {tagged("SHOUT", ""), 100, 0},
		"utility without":      {tagged("UTILITY", ""), 100, 0},
		"utility":              {`{"recipient":{"id":"61"},"messaging_type":"UTILITY","message":{"template":{"name":"n"}}}`, 0, 0},
		"no recipient":         {`{"message":{"text":"x"}}`, 100, 0},
		"no message":           {`{"recipient":{"id":"61"}}`, 100, 0},
		"not JSON":             {`{"recipient":`, 100, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t, bottest.GraphOptions{})
			a := send(t, g, c.body)
			if a.Error.Code != c.code || a.Error.Subcode != c.subcode || (a.Status == http.StatusOK) != (c.code == 0) {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if taken := g.Count() == 1; taken != (c.code == 0) || taken != (a.MessageID != "") {
				t.Errorf("%d taken, answer %s", g.Count(), a.Body)
			}
		})
	}
}

func TestGraphWindow(t *testing.T) {
	response := message(`"text":"x"`)
	human := strings.Replace(response, `"RESPONSE"`, `"MESSAGE_TAG","tag":"HUMAN_AGENT"`, 1)
	for name, c := range map[string]struct {
		ago     time.Duration // since the person was heard; negative: never
		known   bool
		body    string
		subcode int
	}{
		"just now":          {0, true, response, 0},
		"under a day":       {24*time.Hour - time.Second, true, response, 0},
		"a day":             {24 * time.Hour, true, response, 2018278},
		"a day, human":      {24 * time.Hour, true, human, 0},
		"seven days, human": {7 * 24 * time.Hour, true, human, 2018278},
		"never, known only": {-1, true, response, 2018001},
		"never, anybody":    {-1, false, response, 0},
		"a day, utility":    {48 * time.Hour, true, `{"recipient":{"id":"61"},"messaging_type":"UTILITY","message":{"template":{"name":"n"}}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t, bottest.GraphOptions{Known: c.known})
			if c.ago >= 0 {
				g.Heard("61", now.Add(-c.ago))
				g.Heard("61", now.Add(-c.ago-time.Hour)) // an older word closes nothing
			}
			if a := send(t, g, c.body); a.Error.Subcode != c.subcode || (a.Status == 200) != (c.subcode == 0) {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
}

func TestGraphToken(t *testing.T) {
	g := newGraph(t, bottest.GraphOptions{})
	const proof = "f2fae0c4e8a6df6f" // not the right one
	for name, c := range map[string]struct {
		query, token string
		ok           bool
	}{
		"right":        {"", "token", true},
		"wrong":        {"", "other", false},
		"none":         {"", "", false},
		"in the query": {"?access_token=token", "", true},
		"wrong proof":  {"?appsecret_proof=" + proof, "token", false},
	} {
		a, err := call(t, http.MethodPost, g.URL()+"/v26.0/104/messages"+c.query, c.token, message(`"text":"x"`))
		if err != nil || (a.Status == 200) != c.ok || !c.ok && (a.Status != 401 || a.Error.Code != 190) {
			t.Errorf("%s: %d %s, %v", name, a.Status, a.Body, err)
		}
	}
}

func TestGraphFaults(t *testing.T) {
	for _, name := range bottest.GraphErrors() {
		t.Run(name, func(t *testing.T) {
			g := newGraph(t, bottest.GraphOptions{})
			if err := g.Fail(name, 1); err != nil {
				t.Fatal(err)
			}
			if a := send(t, g, message(`"text":"x"`)); a.Status < 400 || g.Count() != 0 || g.Refused()[name] != 1 {
				t.Errorf("%d %s, refused %v", a.Status, a.Body, g.Refused())
			}
			if a := send(t, g, message(`"text":"x"`)); a.Status != 200 || g.Count() != 1 {
				t.Errorf("still fails: %d %s", a.Status, a.Body)
			}
		})
	}
	g := newGraph(t, bottest.GraphOptions{})
	if err := g.Fail("err_of_no_such_name", 1); err == nil {
		t.Error("an unknown error is accepted")
	}
	g.Drop(1)
	if a, err := call(t, http.MethodPost, g.URL()+"/v26.0/me/messages", "token", message(`"text":"x"`)); err == nil || g.Count() != 1 {
		t.Errorf("dropped answer: %+v, %d taken", a, g.Count())
	}
}

// TestGraphRandomFaults: the same seed fails the same sends.
func TestGraphRandomFaults(t *testing.T) {
	pattern := func(seed uint64) string {
		g := newGraph(t, bottest.GraphOptions{Seed: seed})
		if err := g.FailRandomly("err_unexpected_2", 0.5); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for range 40 {
			b.WriteString(strconv.Itoa(send(t, g, message(`"text":"x"`)).Status / 100))
		}
		if err := g.FailRandomly("err_unexpected_2", 0); err != nil {
			t.Fatal(err)
		}
		if a := send(t, g, message(`"text":"x"`)); a.Status != 200 {
			t.Errorf("fails after the end: %d", a.Status)
		}
		return b.String()
	}
	one := pattern(1)
	if one != pattern(1) || one == pattern(2) || strings.Count(one, "2") < 5 || strings.Count(one, "5") < 5 {
		t.Errorf("pattern %s", one)
	}
}

// hook is a webhook that keeps what it is told and can refuse at first.
type hook struct {
	mu     sync.Mutex
	refuse int
	bodies []string
	bad    int // wrongly signed
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.Header.Get("X-Hub-Signature-256") != bottest.SignMeta("secret", body) {
		h.bad++
	}
	if h.refuse > 0 {
		h.refuse--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h.bodies = append(h.bodies, string(body))
}

func TestGraphEchoes(t *testing.T) {
	h := &hook{refuse: 2}
	s := httptest.NewServer(h)
	defer s.Close()
	g := newGraph(t, bottest.GraphOptions{Webhook: s.URL, AppID: "501", Receipts: true})
	a := send(t, g, message(`"text":"মশা","metadata":"nagorik:7"`))
	if lost, err := g.Settle(t.Context()); err != nil || lost != 0 {
		t.Fatal(lost, err)
	}
	if len(h.bodies) != 2 || h.bad != 0 {
		t.Fatalf("%q, %d badly signed", h.bodies, h.bad)
	}
	all := strings.Join(h.bodies, "\n")
	for _, part := range []string{`"is_echo":true`, `"app_id":501`, `"metadata":"nagorik:7"`, `"mid":"` + a.MessageID + `"`, `"text":"\u09ae\u09b6\u09be"`, `"mids":["` + a.MessageID + `"]`} {
		if !strings.Contains(all, part) {
			t.Errorf("%s is not in %s", part, all)
		}
	}
}

// TestGraphReordersEchoes: spread over time they arrive in another order.
func TestGraphReordersEchoes(t *testing.T) {
	h := &hook{}
	s := httptest.NewServer(h)
	defer s.Close()
	g := newGraph(t, bottest.GraphOptions{Webhook: s.URL, EchoSpread: 200 * time.Millisecond, Seed: 3})
	for i := range 20 {
		send(t, g, message(fmt.Sprintf(`"text":"x","metadata":"%02d"`, i)))
	}
	if lost, err := g.Settle(t.Context()); err != nil || lost != 0 || len(h.bodies) != 20 {
		t.Fatal(lost, err, len(h.bodies))
	}
	inOrder := true
	for i := range h.bodies {
		inOrder = inOrder && strings.Contains(h.bodies[i], fmt.Sprintf(`"metadata":"%02d"`, i))
	}
	if inOrder {
		t.Error("20 spread echoes kept their order")
	}
}

func TestGraphDelivers(t *testing.T) {
	h := &hook{}
	s := httptest.NewServer(h)
	defer s.Close()
	g := newGraph(t, bottest.GraphOptions{Webhook: s.URL, Known: true})
	from := bottest.From{Page: "104", PSID: "61", MID: "m_1", At: now}
	for _, item := range []bottest.Item{from.Read(), from.Delivered("m_0"), from.Echo("1", "", "x")} {
		if status, err := g.Deliver(t.Context(), bottest.Webhook("104", now, item)); status != 200 || err != nil {
			t.Fatal(status, err)
		}
	}
	if a := send(t, g, message(`"text":"x"`)); a.Error.Subcode != 2018001 {
		t.Errorf("receipts and echoes opened the window: %s", a.Body)
	}
	if status, err := g.Deliver(t.Context(), bottest.Webhook("104", now, from.Text("hi"))); status != 200 || err != nil {
		t.Fatal(status, err)
	}
	if a := send(t, g, message(`"text":"x"`)); a.Status != 200 || a.Recipient != "61" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestGraphRecords(t *testing.T) {
	var seen []int64
	g := newGraph(t, bottest.GraphOptions{Keep: 5, OnSend: func(s bottest.GraphSend) { seen = append(seen, s.Seq) }})
	for range 30 {
		send(t, g, message(replies(2, "t", "p")+`,"metadata":"m"`))
	}
	sends, err := g.Wait(t.Context(), 30)
	if err != nil || len(sends) < 5 || len(sends) > 10 || len(seen) != 30 {
		t.Fatalf("%d kept, %d seen, %v", len(sends), len(seen), err)
	}
	last := sends[len(sends)-1]
	if last.Seq != 30 || last.Address != "61" || last.Metadata != "m" || last.Type != "RESPONSE" || len(last.Choices) != 2 ||
		last.Choices[0] != (flows.Choice{Title: "t", Payload: "p"}) || !last.At.Equal(now) {
		t.Errorf("%+v", last)
	}
	for i := 1; i < len(sends); i++ {
		if sends[i].Seq != sends[i-1].Seq+1 {
			t.Errorf("%d after %d", sends[i].Seq, sends[i-1].Seq)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Wait(ctx, 31); !errors.Is(err, context.Canceled) {
		t.Errorf("wait for what never comes: %v", err)
	}
}

// TestGraphDelaysAnswers: a caller who gives up does not undo the send.
func TestGraphDelaysAnswers(t *testing.T) {
	g := newGraph(t, bottest.GraphOptions{AnswerDelay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL()+"/v26.0/me/messages?access_token=token", strings.NewReader(message(`"text":"x"`)))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		done <- err
	}()
	if _, err := g.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("answered all the same: %v", err)
	}
}

// TestGraphSetup: the menu needs a Get Started button, set with it or before.
func TestGraphSetup(t *testing.T) {
	g := newGraph(t, bottest.GraphOptions{})
	for _, step := range []struct {
		body   string
		status int
	}{
		{`{"persistent_menu":[]}`, 400},
		{`{"greeting":[]}`, 200},
		{`{"persistent_menu":[]}`, 400},
		{`{"get_started":{"payload":"x"}}`, 200},
		{`{"persistent_menu":[{}]}`, 200},
		{`{`, 400},
	} {
		a, err := call(t, http.MethodPost, g.URL()+"/v26.0/me/messenger_profile", "token", step.body)
		if err != nil || a.Status != step.status {
			t.Errorf("%s: %d %s, %v", step.body, a.Status, a.Body, err)
		}
	}
	if got := string(g.Setup()); got != `{"persistent_menu":[{}]}` {
		t.Errorf("set up %s", got)
	}
}

func TestGraphOtherCalls(t *testing.T) {
	g := newGraph(t, bottest.GraphOptions{})
	g.Name("61", "রহিমা", "খাতুন")
	photo := g.Media("1.jpg", "image/jpeg", []byte("\xff\xd8photo"))
	for name, c := range map[string]struct {
		method, url, body string
		status            int
		has               string
	}{
		"profile":           {"GET", g.URL() + "/v26.0/61?fields=first_name", "", 200, `"first_name":"\u09b0`},
		"unknown profile":   {"GET", g.URL() + "/v26.0/62", "", 200, `{}`},
		"photo":             {"GET", photo, "", 200, "photo"},
		"no photo":          {"GET", g.URL() + "/media/2.jpg", "", 404, ""},
		"typing":            {"POST", g.URL() + "/v26.0/me/messages", `{"recipient":{"id":"61"},"sender_action":"typing_on"}`, 200, `"recipient_id":"61"`},
		"unknown action":    {"POST", g.URL() + "/v26.0/me/messages", `{"recipient":{"id":"61"},"sender_action":"dance"}`, 400, "sender_action"},
		"action and text":   {"POST", g.URL() + "/v26.0/me/messages", `{"recipient":{"id":"61"},"sender_action":"typing_on","message":{"text":"x"}}`, 400, "alone"},
		"pass thread":       {"POST", g.URL() + "/v26.0/104/pass_thread_control", `{}`, 200, "success"},
		"something else":    {"DELETE", g.URL() + "/v26.0/me/messages", "", 400, "Unsupported"},
		"without a version": {"GET", g.URL() + "/61", "", 200, "first_name"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := call(t, c.method, c.url, "token", c.body)
			if err != nil || a.Status != c.status || !strings.Contains(a.Body, c.has) {
				t.Errorf("%d %s, %v", a.Status, a.Body, err)
			}
		})
	}
	if n := g.Actions()["typing_on"]; n != 1 {
		t.Errorf("%d times typing", n)
	}
}

// TestWebhookBodies: the builders write JSON that says what was meant.
func TestWebhookBodies(t *testing.T) {
	from := bottest.From{Page: "104", PSID: "61", MID: "m_1", At: now}
	text := "মশা 🦟 \"q\" \\ / \n\u200d"
	for name, item := range map[string]bottest.Item{
		"text": from.Text(text), "quick reply": from.QuickReply(flows.Choice{Title: text, Payload: text}), "photos": from.Photos("https://a/1", "https://a/2"),
		"sticker": from.Sticker(369239263222822), "pin": from.Pin(23.7, -90.3), "postback": from.Postback(flows.Choice{Title: text, Payload: "p"}, "ref"),
		"echo": from.Echo("501", text, text), "bare echo": from.Echo("", "", text), "delivered": from.Delivered("a", "b"), "read": from.Read(),
	} {
		var v map[string]any
		if err := json.Unmarshal(item, &v); err != nil {
			t.Errorf("%s: %v in %s", name, err, item)
		}
		for i := range item {
			if item[i] >= 0x80 {
				t.Errorf("%s: not ASCII as Meta sends it", name)
				break
			}
		}
		if m, _ := v["message"].(map[string]any); m["text"] != nil && m["text"] != text {
			t.Errorf("%s: text %q", name, m["text"])
		}
	}
	var body struct {
		Object string
		Entry  []struct {
			ID        string
			Time      int64
			Messaging []json.RawMessage
		}
	}
	b := bottest.Webhooks("104", now, []bottest.Item{from.Text("a"), from.Read()}, []bottest.Item{from.Text("b")})
	if err := json.Unmarshal(b, &body); err != nil || body.Object != "page" || len(body.Entry) != 2 || len(body.Entry[0].Messaging) != 2 || body.Entry[1].Time != now.UnixMilli() {
		t.Errorf("%v: %s", err, b)
	}
}

func TestSignMeta(t *testing.T) {
	// openssl dgst -sha256 -hmac secret <<< of "body" without line end
	if got := bottest.SignMeta("secret", []byte("body")); got != "sha256=dc46983557fea127b43af721467eb9b3fde2338fe3e14f51952aa8478c13d355" {
		t.Error(got)
	}
}

// BenchmarkGraph is how fast sends are taken over loopback.
func BenchmarkGraph(b *testing.B) {
	g := newGraph(b, bottest.GraphOptions{Keep: 1000})
	body := message(replies(3, "হ্যাঁ", "drainage/confirm=yes") + `,"metadata":"nagorik:0190c8e2-7d3a-7000-8000-000000000000"`)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, g.URL()+"/v26.0/me/messages", strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer token")
			resp, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body) //nolint:errcheck // only drained
			resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}
