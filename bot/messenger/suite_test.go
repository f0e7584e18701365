package messenger_test

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/messenger"
	"nagorik/flows"
)

// harness plays Meta: webhooks signed with the app secret, a fake Graph API.
type harness struct {
	t     *testing.T
	m     *messenger.Messenger
	graph *bottest.Graph
	now   time.Time
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	h := &harness{t: t, now: fixtureTime}
	h.graph = newGraph(t, bottest.GraphOptions{Now: h.Now, Known: true})
	opt := options()
	opt.Now, opt.APIURL = h.Now, h.graph.URL()
	h.m = newMessenger(t, opt)
	return h
}

// newGraph is a fake Graph API that knows the tests' token and secret.
func newGraph(t testing.TB, opt bottest.GraphOptions) *bottest.Graph {
	t.Helper()
	opt.PageID, opt.AppID, opt.Token, opt.AppSecret = fixturePage, fixtureApp, "page-token", fixtureSecret
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

func TestSuite(t *testing.T) { bottest.Suite(t, newHarness(t)) }

func (h *harness) Channel() bot.Channel { return h.m }
func (h *harness) Now() time.Time       { return h.now }
func (h *harness) Address(n int) string { return strconv.Itoa(6100000000000000 + n) }

func (h *harness) Raw(body []byte) bot.Call {
	header := http.Header{}
	header.Set("X-Hub-Signature-256", bottest.SignMeta(fixtureSecret, body))
	return bot.Call{Method: http.MethodPost, Header: header, Body: body}
}

func (h *harness) Calls(said ...bottest.Said) []bot.Call {
	items := make([]bottest.Item, len(said))
	for i, s := range said {
		h.graph.Heard(s.Address, s.At)
		from := bottest.From{Page: fixturePage, PSID: s.Address, MID: s.ID, At: s.At}
		switch {
		case s.Tap != nil:
			items[i] = from.QuickReply(*s.Tap)
		case s.Photos > 0:
			urls := make([]string, s.Photos)
			for n := range urls {
				urls[n] = "https://scontent.xx.fbcdn.net/" + strconv.Itoa(n) + ".jpg"
			}
			items[i] = from.Photos(urls...)
		case s.Pin != nil:
			items[i] = from.Pin(s.Pin.Lat, s.Pin.Lon)
		case s.Start:
			items[i] = from.Postback(flows.Choice{Title: "Get Started", Payload: messenger.GetStarted}, s.Ref)
		default:
			items[i] = from.Text(s.Text)
		}
	}
	return []bot.Call{h.Raw(bottest.Webhook(fixturePage, h.now, items...))}
}

func (h *harness) Received(address string) []bottest.Received {
	var got []bottest.Received
	for _, s := range h.graph.SendsTo(address) {
		if !strings.HasPrefix(s.Metadata, "nagorik:") {
			h.t.Errorf("metadata %q", s.Metadata)
		}
		got = append(got, bottest.Received{Text: s.Text, Choices: s.Choices})
	}
	if refused := h.graph.Refused(); len(refused) > 0 {
		h.t.Errorf("the Graph API refused %v", refused)
	}
	return got
}

func (h *harness) Forged(call bot.Call) []bot.Call {
	unsigned, sha1, other, changed, short, method := call, call, call, call, call, call
	unsigned.Header = http.Header{}
	sha1.Header = http.Header{"X-Hub-Signature": {"sha1=2c914123b0d406bf2b4d52ee65181d8c40920900"}}
	other.Header = http.Header{"X-Hub-Signature-256": {bottest.SignMeta("another secret", call.Body)}}
	short.Header = http.Header{"X-Hub-Signature-256": {call.Header.Get("X-Hub-Signature-256")[:40]}}
	changed.Body = append(bytes.Clone(call.Body), ' ')
	method.Method = http.MethodPut
	return []bot.Call{unsigned, sha1, other, changed, short, method}
}

func (h *harness) Break(outcome bot.SendOutcome) bool {
	name := map[bot.SendOutcome]string{
		bot.SendRetry: "err_rate_613", bot.SendReject: "err_no_matching_user_100_2018001", bot.SendPause: "err_token_expired_190_463",
	}[outcome]
	if name == "" {
		h.graph.Drop(1)
		return true
	}
	if err := h.graph.Fail(name, 1); err != nil {
		h.t.Fatal(err)
	}
	return true
}
