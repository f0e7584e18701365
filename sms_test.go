package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nagorik/bot/bottest"
	"nagorik/flows/gsm"
	"nagorik/handoff/handofftest"
)

// The SMS settings of these tests, and who writes.
const (
	smsAccount = "AC00000000000000000000000000000001"
	smsToken   = "hush-twilio"
	smsGate    = "hush-gate-0123456789"
	smsCity    = "https://city.example"
	smsSender  = "+8809612000000"
	smsCitizen = "+8801712345678"
)

// texter is a citizen with a telephone, at both links of the city.
type texter struct {
	*running
	twilio  *bottest.Twilio
	gateway *bottest.Gateway
	n       int
}

// startTexting starts a service with Twilio and a gateway, both stand-ins.
func startTexting(t *testing.T) (*texter, command) {
	t.Helper()
	twilio := bottest.NewTwilio(smsAccount, smsToken)
	t.Cleanup(twilio.Close)
	gateway, err := bottest.NewGateway(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	dir := reachable(t)
	profiles := filepath.Join(dir, "gateways.yaml")
	err = os.WriteFile(profiles, []byte(`profiles:
  city:
    send:
      method: POST
      url: `+gateway.URL()+`/send
      content_type: json
      body: {to: "{{to|no_plus}}", text: "{{text}}", key: "{{secret.key}}"}
      ok: {http: [200], json: [[status, in, [ok]]]}
    receive:
      token_param: token
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	c := command{dir: dir, settings: []string{
		"DATABASE_URL=" + handofftest.DSN(t), "PUBLIC_URL=" + smsCity, "TWILIO_ACCOUNT_SID=" + smsAccount, "TWILIO_AUTH_TOKEN=" + smsToken,
		"TWILIO_FROM=" + smsSender, "TWILIO_API_URL=" + twilio.URL(), "SMS_GATEWAYS=" + profiles, "SMS_CITY_KEY=hush-key", "SMS_CITY_TOKEN=" + smsGate,
	}}
	return &texter{running: c.serve(t), twilio: twilio, gateway: gateway}, c
}

// text sends a message to the city's number at Twilio.
func (x *texter) text(body string) {
	x.t.Helper()
	x.n++
	x.callTwilio("/channels/twilio", url.Values{
		"AccountSid": {smsAccount}, "MessageSid": {fmt.Sprintf("SM%032d", x.n)}, "From": {smsCitizen}, "To": {smsSender}, "Body": {body}, "NumMedia": {"0"},
	})
}

func (x *texter) callTwilio(path string, fields url.Values) {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.url+path, strings.NewReader(fields.Encode()))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", bottest.SignTwilio(smsToken, smsCity+path, fields))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		x.t.Fatalf("%s answers %d", path, resp.StatusCode)
	}
}

// await waits until a word was sent to the citizen, and returns the message.
func (x *texter) await(what string, sent func() []string) string {
	x.t.Helper()
	for end := time.Now().Add(outsidePatience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		for _, text := range sent() {
			if strings.Contains(text, gsm.Plain(what)) {
				return text
			}
		}
	}
	x.t.Fatalf("%q was never sent: %q", what, sent())
	return ""
}

func (x *texter) byTwilio() []string {
	var texts []string
	for _, s := range x.twilio.Sent(smsCitizen) {
		texts = append(texts, s.Body)
	}
	return texts
}

func (x *texter) byGateway() []string {
	var texts []string
	for _, c := range x.gateway.Calls() {
		texts = append(texts, string(c.Body))
	}
	return texts
}

// TestBySMS is a citizen who reports a drain in Bangla by SMS at Twilio, asks
// for its status by a gateway, and has enough of messages.
func TestBySMS(t *testing.T) {
	t.Parallel()
	x, c := startTexting(t)
	for _, step := range [][2]string{
		{"ড্রেন", "ড্রেনের কী সমস্যা?"}, {"২", "ওয়ার্ড নম্বর"}, {"৫", "ঠিক কোথায়?"}, {"স্কুল রোড", "জমা দেব?"}, {"১", "নম্বর ১০০০১"},
	} {
		x.text(step[0])
		x.await(step[1], x.byTwilio)
	}
	if first := x.byTwilio()[0]; !strings.Contains(first, "বট") {
		t.Errorf("the first message does not say that a bot speaks: %q", first)
	}
	x.await("তথ্য শুধু সেবার কাজে লাগবে", x.byTwilio)

	token := staffOf(t, c)
	k := caseOf(x.running, token, 10001)
	if k.Flow != "drainage" || k.Ward != 5 || k.Answers["trouble"] != "blocked" {
		t.Errorf("the case is %+v", k)
	}
	last := x.twilio.Sent(smsCitizen)
	callback, err := url.Parse(last[len(last)-1].Callback)
	if err != nil {
		t.Fatal(err)
	}
	x.callTwilio(callback.RequestURI(), url.Values{"AccountSid": {smsAccount}, "MessageSid": {last[len(last)-1].SID}, "MessageStatus": {"delivered"}, "To": {smsCitizen}})

	if status, _ := x.call("/channels/sms/city?from=01712345678&text=x&token=wrong", ""); status != http.StatusForbidden {
		t.Errorf("a wrong token is answered %d", status)
	}
	query := "/channels/sms/city?" + url.Values{"from": {"01712345678"}, "text": {"অবস্থা"}, "id": {"77"}, "token": {smsGate}}.Encode()
	for range 2 { // the gateway repeats itself
		if status, body := x.call(query, ""); status != http.StatusOK {
			t.Fatalf("the gateway is answered %d %s", status, body)
		}
	}
	x.await("১০০০১", x.byGateway)

	said := len(x.byTwilio())
	x.text("STOP")
	x.text("মেনু")
	x.onePerson(token)
	if got := len(x.byTwilio()); got != said {
		t.Errorf("%d messages after STOP: %q", got-said, x.byTwilio()[said:])
	}
	if n := len(x.byGateway()); n != 1 {
		t.Errorf("%d answers to one message of the gateway", n)
	}
	if log := x.log.String(); strings.Contains(log, "1712345678") || strings.Contains(log, "hush") || strings.Contains(log, "স্কুল") {
		t.Errorf("the log holds a number, a secret or a text:\n%s", log)
	}
}

// onePerson holds that both links brought one person, who is muted now, and
// that the last message of the report was delivered.
func (x *texter) onePerson(token string) {
	x.t.Helper()
	var found struct {
		Items []struct {
			ID, Phone  string
			Identities []struct {
				Channel, Address string
				Muted            bool
			}
		}
	}
	_, body := x.call("/api/v1/contacts?q="+url.QueryEscape("০১৭১২-৩৪৫৬৭৮"), token)
	if err := json.Unmarshal([]byte(body), &found); err != nil || len(found.Items) != 1 {
		x.t.Fatalf("contacts: %s, %v", body, err)
	}
	who := found.Items[0]
	if who.Phone != smsCitizen || len(who.Identities) != 1 || who.Identities[0].Channel != "sms" || who.Identities[0].Address != smsCitizen || !who.Identities[0].Muted {
		x.t.Errorf("the contact is %+v", who)
	}
	_, record := x.call("/api/v1/conversations?limit=10", token)
	if !strings.Contains(record, `"channel":"sms"`) {
		x.t.Errorf("conversations: %s", record)
	}
	var list struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(record), &list); err != nil {
		x.t.Fatal(err)
	}
	delivered := false
	for _, c := range list.Items {
		_, thread := x.call("/api/v1/conversations/"+c.ID, token)
		delivered = delivered || strings.Contains(thread, `"status":"delivered"`) && strings.Contains(thread, "নম্বর ১০০০১")
	}
	if !delivered {
		x.t.Error("no message of ours is recorded as delivered")
	}
}
