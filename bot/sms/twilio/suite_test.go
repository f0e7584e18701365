package twilio

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/sms"
	"nagorik/flows/gsm"
)

const (
	token  = "a token"
	hook   = "https://city.example/channels/twilio"
	sender = "+8809612000000"
)

// harness speaks for Twilio and its people.
type harness struct {
	t       *testing.T
	twilio  *bottest.Twilio
	channel *sms.SMS
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	fake := bottest.NewTwilio(account, token)
	t.Cleanup(fake.Close)
	link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: "https://city.example", APIURL: fake.URL(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	channel, err := sms.New(sms.Options{Links: []sms.Link{link}})
	if err != nil {
		t.Fatal(err)
	}
	return &harness{t: t, twilio: fake, channel: channel}
}

func (h *harness) Channel() bot.Channel     { return h.channel }
func (h *harness) Now() time.Time           { return time.Now() }
func (h *harness) Address(n int) string     { return fmt.Sprintf("+88017%08d", n) }
func (h *harness) Spell(text string) string { return gsm.Plain(text) }

func (h *harness) Calls(said ...bottest.Said) []bot.Call {
	var calls []bot.Call
	for _, s := range said {
		if s.Tap != nil || s.Pin != nil || s.Start {
			continue // there is no such thing by SMS
		}
		fields := url.Values{
			"AccountSid": {account}, "MessageSid": {"SM" + s.ID}, "From": {s.Address}, "To": {sender}, "Body": {s.Text},
			"NumMedia": {strconv.Itoa(s.Photos)}, "SmsStatus": {"received"},
		}
		for i := range s.Photos {
			fields.Set("MediaUrl"+strconv.Itoa(i), "https://api.twilio.com/media/"+s.ID+strconv.Itoa(i))
			fields.Set("MediaContentType"+strconv.Itoa(i), "image/jpeg")
		}
		calls = append(calls, h.form(fields))
	}
	return calls
}

func (h *harness) form(fields url.Values) bot.Call {
	return h.call([]byte(fields.Encode()), bottest.SignTwilio(token, hook, fields))
}

func (h *harness) call(body []byte, signature string) bot.Call {
	return bot.Call{
		Method: http.MethodPost, URL: &url.URL{Path: "/channels/twilio"}, Body: body,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {signature}},
	}
}

func (h *harness) Raw(body []byte) bot.Call {
	fields := url.Values{}
	for _, f := range readForm(string(body)) {
		fields.Add(f.name, f.value)
	}
	return h.call(body, bottest.SignTwilio(token, hook, fields))
}

func (h *harness) Received(address string) []bottest.Received {
	var got []bottest.Received
	for _, s := range h.twilio.Sent(address) {
		got = append(got, bottest.Received{Text: s.Body})
	}
	return got
}

func (h *harness) Forged(call bot.Call) []bot.Call {
	unsigned, other, changed, method := call, call, call, call
	unsigned.Header = http.Header{"Content-Type": call.Header["Content-Type"]}
	other.Header = http.Header{"Content-Type": call.Header["Content-Type"], "X-Twilio-Signature": {bottest.SignTwilio("another", hook, nil)}}
	changed.Body = append(bytes.Clone(call.Body), "&x=y"...)
	method.Method = http.MethodPut
	return []bot.Call{unsigned, other, changed, method}
}

func (h *harness) Break(outcome bot.SendOutcome) bool {
	switch outcome {
	case bot.SendRetry:
		h.twilio.Fail(http.StatusTooManyRequests, 20429)
	case bot.SendReject:
		h.twilio.Fail(http.StatusBadRequest, 21614)
	case bot.SendPause:
		h.twilio.Fail(http.StatusUnauthorized, 20003)
	case bot.SendUnknown:
		h.twilio.Drop(true)
	}
	return true
}

func TestSuite(t *testing.T) { bottest.Suite(t, newHarness(t)) }
