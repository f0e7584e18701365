package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/sms"
	"nagorik/flows/gsm"
)

// harness plays an aggregator: JSON both ways.
type harness struct {
	t       *testing.T
	channel *sms.SMS
	fake    *bottest.Gateway
}

// fake starts a stand-in gateway.
func fake(t testing.TB, usual func(bottest.GatewayCall) bottest.GatewayAnswer) *bottest.Gateway {
	t.Helper()
	g, err := bottest.NewGateway(usual)
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

// suiteProfile is an aggregator with all that one can have.
const suiteProfile = `
profiles:
  city:
    number: "26969"
    send:
      url: "%s/send"
      json: {key: "{{secret.key}}", to: "{{to|no_plus}}", from: "{{from}}", text: "{{text}}", ref: "{{ref}}", callback: "{{dlr_url}}"}
      ok: {json: [[status, in, [ok]]]}
      provider_id: id
      error_code: code
      error_text: error
      auth_codes: [AUTH]
      retry_codes: [BUSY]
    receive: {items: messages}
    dlr: {}
`

func newHarness(t *testing.T) *harness {
	h := &harness{t: t}
	h.fake = fake(t, func(c bottest.GatewayCall) bottest.GatewayAnswer {
		var m struct{ Key, To, Text, Ref string }
		if json.Unmarshal(c.Body, &m) != nil || m.Key != "the-key" || m.To == "" || m.Text == "" || m.Ref == "" {
			return bottest.GatewayAnswer{Status: http.StatusBadRequest, Body: `{"status":"failed","code":"BODY"}`}
		}
		return bottest.GatewayAnswer{Status: http.StatusOK, Body: `{"status":"ok","id":"` + m.Ref + `"}`}
	})
	g := one(t, fmt.Sprintf(suiteProfile, h.fake.URL()), settings{"SMS_CITY_KEY": "the-key", "SMS_CITY_TOKEN": testToken})
	channel, err := sms.New(sms.Options{Links: []sms.Link{g}, Now: h.Now})
	if err != nil {
		t.Fatal(err)
	}
	h.channel = channel
	return h
}

func TestSuite(t *testing.T) { bottest.Suite(t, newHarness(t)) }

func (h *harness) Channel() bot.Channel { return h.channel }
func (h *harness) Now() time.Time       { return testTime }
func (h *harness) Address(n int) string { return fmt.Sprintf("+88017%08d", n) }

func (h *harness) Raw(body []byte) bot.Call {
	return post("/channels/sms/city", "application/json", body)
}

func (h *harness) Calls(said ...bottest.Said) []bot.Call {
	var body struct {
		Messages []map[string]string `json:"messages"`
	}
	for _, s := range said {
		if s.Start || s.Tap != nil || s.Photos > 0 || s.Pin != nil {
			return nil
		}
		body.Messages = append(body.Messages, map[string]string{
			"from": s.Address[1:], "to": "26969", "text": s.Text, "id": s.ID, "time": s.At.Format(time.RFC3339Nano),
		})
	}
	b, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	return []bot.Call{h.Raw(b)}
}

func (h *harness) Received(address string) []bottest.Received {
	var got []bottest.Received
	for _, c := range h.fake.Calls() {
		var m struct{ To, From, Text, Callback string }
		if err := json.Unmarshal(c.Body, &m); err != nil {
			h.t.Errorf("body %q: %v", c.Body, err)
		}
		if m.From != "26969" || !strings.HasPrefix(m.Callback, testPublic+"/channels/sms/city/status?id=") {
			h.t.Errorf("call %+v", m)
		}
		if "+"+m.To == address {
			got = append(got, bottest.Received{Text: m.Text})
		}
	}
	return got
}

func (h *harness) Forged(call bot.Call) []bot.Call {
	with := func(query string) bot.Call {
		c := call
		u := url.URL{Path: call.URL.Path, RawQuery: query}
		c.URL = &u
		return c
	}
	inBody := with("")
	inBody.Body = append([]byte(`{"token":"`+testToken+`",`), call.Body[1:]...)
	header := with("")
	header.Header = http.Header{"Token": {testToken}}
	return []bot.Call{with(""), with("token="), with("token=x" + testToken), with("token=" + testToken[1:]), with("TOKEN=" + testToken), with("token=x&token=" + testToken), inBody, header}
}

func (h *harness) Break(outcome bot.SendOutcome) bool {
	h.fake.Next(map[bot.SendOutcome]bottest.GatewayAnswer{
		bot.SendRetry:   {Status: 200, Body: `{"status":"failed","code":"BUSY"}`},
		bot.SendReject:  {Status: 200, Body: `{"status":"failed","code":"NUMBER"}`},
		bot.SendPause:   {Status: 200, Body: `{"status":"failed","code":"AUTH"}`},
		bot.SendUnknown: {Drop: true},
	}[outcome])
	return true
}

func (h *harness) Spell(text string) string { return gsm.Plain(strings.ReplaceAll(text, "\x00", "")) }
