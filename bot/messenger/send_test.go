package messenger_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/messenger"
	"nagorik/flows"
)

// fixed answers every call alike and keeps the last one.
type fixed struct {
	status int
	header http.Header
	body   []byte
	calls  int
	path   string
	auth   string
	last   []byte
}

func (f *fixed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.calls++
	f.path, f.auth = r.URL.String(), r.Header.Get("Authorization")
	f.last, _ = io.ReadAll(r.Body)
	for k, v := range f.header {
		w.Header()[k] = v
	}
	w.WriteHeader(f.status)
	w.Write(f.body) //nolint:errcheck // the client may have gone
}

// against is a channel whose Graph API is a handler.
func against(t *testing.T, h http.Handler) *messenger.Messenger {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	opt := options()
	opt.APIURL = s.URL + "/"
	return newMessenger(t, opt)
}

func outgoing() bot.Outgoing {
	return bot.Outgoing{ID: "0190c8e2-7d3a", Address: fixturePSID, Text: "আপনার অভিযোগ নম্বর ১০২৩৪", Heard: fixtureTime, Attempt: 1}
}

func sendFailure(t *testing.T, err error) *bot.SendError {
	t.Helper()
	var e *bot.SendError
	if !errors.As(err, &e) {
		t.Fatalf("error is %T: %v", err, err)
	}
	return e
}

// TestGraphErrors holds every error of the fixtures against what it means.
func TestGraphErrors(t *testing.T) {
	want := map[string]bot.SendError{
		"err_bad_param_100_text_too_long":   {Outcome: bot.SendReject, Code: "100"},
		"err_cannot_receive_10_2018108":     {Outcome: bot.SendReject, Code: "10/2018108"},
		"err_deprecated_tag_100":            {Outcome: bot.SendReject, Code: "100"},
		"err_dev_mode_200_2018028":          {Outcome: bot.SendPause, Code: "200/2018028"},
		"err_fetch_url_failed_100_2018008":  {Outcome: bot.SendReject, Code: "100/2018008"},
		"err_html_502":                      {Outcome: bot.SendUnknown, Code: "HTTP 502"},
		"err_no_matching_user_100_2018001":  {Outcome: bot.SendReject, Code: "100/2018001"},
		"err_other_app_controls_2018300":    {Outcome: bot.SendRetry, Code: "100/2018300", After: 10 * time.Minute},
		"err_outside_window_10_2018278":     {Outcome: bot.SendReject, Code: "10/2018278", Closed: true},
		"err_page_restricted_10_1893063":    {Outcome: bot.SendPause, Code: "10/1893063"},
		"err_profile_no_permission_2018247": {Outcome: bot.SendReject, Code: "100/2018247"},
		"err_profile_unavailable_2018218":   {Outcome: bot.SendReject, Code: "100/2018218"},
		"err_rate_613":                      {Outcome: bot.SendRetry, Code: "613"},
		"err_rate_app_4":                    {Outcome: bot.SendRetry, Code: "4"},
		"err_temporary_1200":                {Outcome: bot.SendRetry, Code: "1200"},
		"err_thread_not_owner_100_2534037":  {Outcome: bot.SendReject, Code: "100/2534037"},
		"err_token_expired_190_463":         {Outcome: bot.SendPause, Code: "190/463"},
		"err_token_invalid_190_460":         {Outcome: bot.SendPause, Code: "190/460"},
		"err_unavailable_200_1545041":       {Outcome: bot.SendReject, Code: "200/1545041"},
		"err_unavailable_551_1545041":       {Outcome: bot.SendReject, Code: "551/1545041"},
		"err_unexpected_2":                  {Outcome: bot.SendRetry, Code: "2"},
	}
	files, err := filepath.Glob("testdata/graph/err_*")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files for %d expectations, %v", len(files), len(want), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		t.Run(name, func(t *testing.T) {
			status, body := graphAnswer(t, path)
			_, err := against(t, &fixed{status: status, body: body}).Send(t.Context(), outgoing())
			got, want := sendFailure(t, err), want[name]
			if got.Outcome != want.Outcome || got.Code != want.Code || got.After != want.After || got.Closed != want.Closed || got.Muted {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got.Text == "" || strings.Contains(got.Text, fixturePSID) {
				t.Errorf("says %q", got.Text)
			}
		})
	}
}

// graphAnswer reads an error fixture: JSON with its status inside, or HTML
// with the status in its name.
func graphAnswer(t *testing.T, path string) (int, []byte) {
	t.Helper()
	if strings.HasSuffix(path, ".html") {
		return http.StatusBadGateway, readFile(t, path)
	}
	var f struct {
		Status int             `json:"_http_status"`
		Body   json.RawMessage `json:"body"`
	}
	readJSON(t, path, &f)
	return f.Status, f.Body
}

func TestOtherAnswers(t *testing.T) {
	graph := func(code, subcode int, more string) string {
		return fmt.Sprintf(`{"error":{"message":"x","code":%d,"error_subcode":%d%s}}`, code, subcode, more)
	}
	for name, c := range map[string]struct {
		status  int
		body    string
		header  http.Header
		outcome bot.SendOutcome
		after   time.Duration
	}{
		"unknown error":          {500, graph(1, 0, ""), nil, bot.SendUnknown, 0},
		"new code, transient":    {500, graph(99999, 0, `,"is_transient":true`), nil, bot.SendRetry, 0},
		"new code, server":       {500, graph(99999, 0, ""), nil, bot.SendUnknown, 0},
		"new code, bad request":  {400, graph(99999, 0, ""), nil, bot.SendReject, 0},
		"new subcode of 190":     {401, graph(190, 999, ""), nil, bot.SendPause, 0},
		"code as string":         {401, `{"error":{"code":"190","error_subcode":"463"}}`, nil, bot.SendPause, 0},
		"instagram's window":     {400, graph(10, 2534022, ""), nil, bot.SendReject, 0},
		"abuse of tags":          {400, graph(613, 2018338, ""), nil, bot.SendRetry, time.Hour},
		"retry after":            {429, graph(80006, 0, ""), http.Header{"Retry-After": {"30"}}, bot.SendRetry, 30 * time.Second},
		"usage header":           {400, graph(613, 0, ""), http.Header{"X-Business-Use-Case-Usage": {`{"104":[{"type":"messenger","estimated_time_to_regain_access":5}]}`}}, bot.SendRetry, 5 * time.Minute},
		"usage header nonsense":  {400, graph(613, 0, ""), http.Header{"X-Business-Use-Case-Usage": {`{"104":`}, "Retry-After": {"-1"}}, bot.SendRetry, 0},
		"endless wait":           {429, graph(4, 0, ""), http.Header{"Retry-After": {"99999999"}}, bot.SendRetry, 24 * time.Hour},
		"429 without body":       {429, "", http.Header{"Retry-After": {"7"}}, bot.SendRetry, 7 * time.Second},
		"success with error":     {200, graph(190, 0, ""), nil, bot.SendPause, 0},
		"success without id":     {200, `{"recipient_id":"1"}`, nil, bot.SendUnknown, 0},
		"success with HTML":      {200, "<html>", nil, bot.SendUnknown, 0},
		"success with nothing":   {200, "", nil, bot.SendUnknown, 0},
		"redirect":               {302, "", http.Header{"Location": {"/elsewhere"}}, bot.SendPause, 0},
		"wrong address":          {404, "not found", nil, bot.SendPause, 0},
		"proxy wants a password": {407, "", nil, bot.SendRetry, 0},
		"gateway timed out":      {504, "", nil, bot.SendUnknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixed{status: c.status, body: []byte(c.body), header: c.header}
			_, err := against(t, f).Send(t.Context(), outgoing())
			if e := sendFailure(t, err); e.Outcome != c.outcome || e.After != c.after || e.Text == "" {
				t.Errorf("got %+v, want %s after %v", e, c.outcome, c.after)
			}
			if f.calls != 1 {
				t.Errorf("%d calls", f.calls)
			}
		})
	}
}

func TestSendBody(t *testing.T) {
	many := make([]flows.Choice, 13)
	for i := range many {
		many[i] = flows.Choice{Title: "ধরন " + strconv.Itoa(i+1), Payload: "v1:cat:" + strconv.Itoa(i+1)}
	}
	for name, c := range map[string]struct {
		change func(*bot.Outgoing)
		like   string // the fixture it must equal, but for metadata
	}{
		"text":          {func(o *bot.Outgoing) { o.Text = "আপনার অভিযোগ নম্বর DH-2026-000123" }, "req_text.json"},
		"quick replies": {func(o *bot.Outgoing) { o.Text, o.Choices = "কোন ধরনের সমস্যা?", many }, "req_quick_replies_13.json"},
		"phone":         {func(o *bot.Outgoing) { o.Text, o.Wants = "আপনার ফোন নম্বর?", flows.SlotPhone }, "req_quick_reply_phone.json"},
		"no room for it": {func(o *bot.Outgoing) {
			o.Text, o.Choices, o.Wants = "কোন ধরনের সমস্যা?", many, flows.SlotPhone
		}, "req_quick_replies_13.json"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixed{status: 200, body: readFile(t, "testdata/graph/res_send_ok.json")}
			out := outgoing()
			c.change(&out)
			sent, err := against(t, f).Send(t.Context(), out)
			if err != nil || sent.ProviderID != "m_AG5Hz2U-fixture" {
				t.Fatalf("sent %+v, %v", sent, err)
			}
			var got, want map[string]any
			readJSON(t, "testdata/graph/"+c.like, &want)
			if err := json.Unmarshal(f.last, &got); err != nil {
				t.Fatalf("%v in %s", err, f.last)
			}
			if m, ok := want["message"].(map[string]any); ok {
				m["metadata"] = "nagorik:" + out.ID
			}
			if a, b := canonical(t, got), canonical(t, want); a != b {
				t.Errorf("sent %s\nwant %s", a, b)
			}
			if f.auth != "Bearer page-token" || !strings.HasPrefix(f.path, "/v26.0/me/messages?appsecret_proof=") || strings.Contains(f.path, "page-token") {
				t.Errorf("called %s with %q", f.path, f.auth)
			}
		})
	}
}

func canonical(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWindows(t *testing.T) {
	now := options().Now()
	for name, c := range map[string]struct {
		heard  time.Time
		human  bool
		kind   string // messaging_type, empty: no call is made
		closed bool
	}{
		"bot, now":             {now, false, "RESPONSE", false},
		"bot, almost a day":    {now.Add(-24*time.Hour + time.Second), false, "RESPONSE", false},
		"bot, a day":           {now.Add(-24 * time.Hour), false, "", true},
		"person, now":          {now, true, "RESPONSE", false},
		"person, a day":        {now.Add(-24 * time.Hour), true, "MESSAGE_TAG", false},
		"person, almost seven": {now.Add(-7*24*time.Hour + time.Second), true, "MESSAGE_TAG", false},
		"person, seven days":   {now.Add(-7 * 24 * time.Hour), true, "", true},
		"nobody knows":         {time.Time{}, false, "RESPONSE", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixed{status: 200, body: []byte(`{"recipient_id":"1","message_id":"m_1"}`)}
			out := outgoing()
			out.Heard, out.Human = c.heard, c.human
			_, err := against(t, f).Send(t.Context(), out)
			if c.closed {
				if e := sendFailure(t, err); !e.Closed || e.Outcome != bot.SendReject || f.calls != 0 {
					t.Errorf("%+v after %d calls", e, f.calls)
				}
				return
			}
			var body struct {
				Type string `json:"messaging_type"`
				Tag  string `json:"tag"`
			}
			if err != nil || json.Unmarshal(f.last, &body) != nil || body.Type != c.kind || (body.Tag == "HUMAN_AGENT") != (c.kind == "MESSAGE_TAG") {
				t.Errorf("%v, sent %+v", err, body)
			}
		})
	}
}

func TestRefusedWithoutCall(t *testing.T) {
	for name, change := range map[string]func(*bot.Outgoing){
		"no address":      func(o *bot.Outgoing) { o.Address = "" },
		"odd address":     func(o *bot.Outgoing) { o.Address = "../me" },
		"no text":         func(o *bot.Outgoing) { o.Text = " \n" },
		"text over 2,000": func(o *bot.Outgoing) { o.Text = strings.Repeat("ক", 2001) },
	} {
		t.Run(name, func(t *testing.T) {
			f := &fixed{status: 200}
			out := outgoing()
			change(&out)
			_, err := against(t, f).Send(t.Context(), out)
			if e := sendFailure(t, err); e.Outcome != bot.SendReject || f.calls != 0 {
				t.Errorf("%+v after %d calls", e, f.calls)
			}
		})
	}
}

// TestBrokenConnections: before a connection is there nothing was sent,
// afterwards nobody knows.
func TestBrokenConnections(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	silent := make(chan struct{})
	hung := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-silent }))
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Write([]byte(`{"message_id":`)) //nolint:errcheck // it is cut anyway
	}))
	t.Cleanup(func() { close(silent); hung.Close(); cut.Close() })
	lookup := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "graph", IsNotFound: true}
	}}}
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		want   bot.SendOutcome
	}{
		"refused":        {"http://" + closed.Addr().String(), nil, bot.SendRetry},
		"no such host":   {"http://localhost", lookup, bot.SendRetry},
		"plain for TLS":  {strings.Replace(cut.URL, "http:", "https:", 1), nil, bot.SendRetry},
		"never answers":  {hung.URL, &http.Client{Timeout: 50 * time.Millisecond}, bot.SendUnknown},
		"cut in between": {cut.URL, nil, bot.SendUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			opt := options()
			opt.APIURL, opt.Client = c.url, c.client
			_, err := newMessenger(t, opt).Send(t.Context(), outgoing())
			if e := sendFailure(t, err); e.Outcome != c.want {
				t.Errorf("%v: %s, want %s", e.Err, e.Outcome, c.want)
			}
			for _, secret := range []string{"page-token", "appsecret_proof", fixtureSecret, fixturePSID} {
				if strings.Contains(fmt.Sprintf("%v %+v", err, sendFailure(t, err).Err), secret) {
					t.Errorf("%q is told in %v", secret, err)
				}
			}
		})
	}
}

// TestConnectionsAreKept: a thousand sends do not open a thousand connections.
func TestConnectionsAreKept(t *testing.T) {
	opened := 0
	s := httptest.NewUnstartedServer(&fixed{status: 200, body: []byte(`{"message_id":"m_1"}`)})
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened++
		}
	}
	s.Start()
	opt := options()
	opt.APIURL = s.URL
	m := newMessenger(t, opt)
	for range 100 {
		if _, err := m.Send(t.Context(), outgoing()); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	if opened != 1 {
		t.Errorf("%d connections for 100 sends", opened)
	}
}

// TestUnknownIsSettledByEcho: the answer is lost, the echo names the message.
func TestUnknownIsSettledByEcho(t *testing.T) {
	type called struct {
		events []bot.Event
		err    error
	}
	brought := make(chan called, 1)
	var m *messenger.Messenger
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		d, err := m.Receive(r.Context(), bot.Call{Method: r.Method, URL: r.URL, Header: r.Header, Body: body})
		brought <- called{d.Events, err}
	}))
	defer hook.Close()
	g := newGraph(t, bottest.GraphOptions{Webhook: hook.URL, Now: options().Now})
	opt := options()
	opt.APIURL = g.URL()
	m = newMessenger(t, opt)
	g.Drop(1)
	out := outgoing()
	_, err := m.Send(t.Context(), out)
	if e := sendFailure(t, err); e.Outcome != bot.SendUnknown {
		t.Fatal(err)
	}
	got := <-brought
	if got.err != nil || len(got.events) != 1 || got.events[0].Kind != bot.EventEcho || got.events[0].MessageID != out.ID ||
		got.events[0].ProviderID != g.Sends()[0].MessageID || got.events[0].Text != out.Text {
		t.Errorf("%+v", got)
	}
}

func TestProfile(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want string
		fail bot.SendOutcome
	}{
		"name":          {"res_profile_ok.json", "রহিমা খাতুন", ""},
		"nothing told":  {"res_profile_empty.json", "", ""},
		"phone only":    {"err_profile_unavailable_2018218.json", "", ""},
		"no permission": {"err_profile_no_permission_2018247.json", "", ""},
		"token":         {"err_token_expired_190_463.json", "", bot.SendPause},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := 200, readFile(t, "testdata/graph/"+c.file)
			if strings.HasPrefix(c.file, "err_") {
				status, body = graphAnswer(t, "testdata/graph/"+c.file)
			}
			f := &fixed{status: status, body: body}
			got, err := against(t, f).Profile(t.Context(), fixturePSID)
			if c.fail != "" {
				if e := sendFailure(t, err); e.Outcome != c.fail {
					t.Errorf("%+v", e)
				}
				return
			}
			if got != c.want || err != nil || !strings.HasPrefix(f.path, "/v26.0/"+fixturePSID+"?fields=first_name,last_name&") {
				t.Errorf("name %q from %s, %v", got, f.path, err)
			}
		})
	}
	if _, err := newMessenger(t, options()).Profile(t.Context(), "../me"); sendFailure(t, err).Outcome != bot.SendReject {
		t.Error(err)
	}
}

func TestTypingAndSetup(t *testing.T) {
	g := newGraph(t, bottest.GraphOptions{})
	opt := options()
	opt.APIURL = g.URL()
	opt.Greetings = []messenger.Greeting{{Locale: "default", Text: "স্বাগতম"}}
	opt.Menu = []flows.Choice{{Title: "নতুন অভিযোগ", Payload: "v1:menu:new"}, {Title: "অভিযোগের অবস্থা", Payload: "v1:menu:track"}}
	m := newMessenger(t, opt)
	if err := m.Typing(t.Context(), fixturePSID); err != nil || g.Actions()["typing_on"] != 1 {
		t.Errorf("%v, actions %v", err, g.Actions())
	}
	if err := m.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	readJSON(t, "testdata/graph/req_messenger_profile.json", &want)
	delete(want, "ice_breakers")
	if err := json.Unmarshal(g.Setup(), &got); err != nil || canonical(t, got) != canonical(t, want) {
		t.Errorf("%v: set %s\nwant %s", err, g.Setup(), canonical(t, want))
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*messenger.Options)
		says   string
	}{
		"no page":         {func(o *messenger.Options) { o.PageID = "" }, "page id"},
		"no token":        {func(o *messenger.Options) { o.PageToken = " " }, "page token"},
		"odd token":       {func(o *messenger.Options) { o.PageToken = "a\nb" }, "page token"},
		"no secret":       {func(o *messenger.Options) { o.AppSecret = "" }, "app secret"},
		"only commas":     {func(o *messenger.Options) { o.AppSecret = " , " }, "app secret"},
		"no verify token": {func(o *messenger.Options) { o.VerifyToken = "" }, "verify token"},
		"bad URL":         {func(o *messenger.Options) { o.APIURL = "graph" }, "API URL"},
		"http elsewhere":  {func(o *messenger.Options) { o.APIURL = "http://graph.example" }, "https"},
		"URL with query":  {func(o *messenger.Options) { o.APIURL = "https://graph.example/?x=1" }, "API URL"},
	} {
		t.Run(name, func(t *testing.T) {
			opt := options()
			c.change(&opt)
			if _, err := messenger.New(opt); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestErrorFixturesAreShared: the fake Graph API answers with the same bytes.
func TestErrorFixturesAreShared(t *testing.T) {
	names := bottest.GraphErrors()
	for _, name := range names {
		ext := ".json"
		if strings.Contains(name, "html") {
			ext = ".html"
		}
		ours, err := os.ReadFile("testdata/graph/" + name + ext)
		theirs, err2 := os.ReadFile("../bottest/graph/" + name + ext)
		if err != nil || err2 != nil || string(ours) != string(theirs) {
			t.Errorf("%s differs: %v, %v", name, err, err2)
		}
	}
	if files, _ := filepath.Glob("testdata/graph/err_*"); len(files) != len(names) {
		t.Errorf("%d errors here, %d there", len(files), len(names))
	}
}
