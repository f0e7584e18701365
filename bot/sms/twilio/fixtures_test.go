package twilio

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

const (
	account = "AC00000000000000000000000000000001"
	number  = "+8801712345678"
)

var now = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

// signatures are the fixtures' true ones.
type signatures struct {
	Token string `json:"auth_token"`
	Files map[string]struct {
		URL       string `json:"url"`
		Signature string `json:"X-Twilio-Signature"`
	} `json:"files"`
}

func readSignatures(t testing.TB) signatures {
	t.Helper()
	raw, err := os.ReadFile("testdata/signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var s signatures
	if err := json.Unmarshal(raw, &s); err != nil || len(s.Files) < 29 {
		t.Fatal(len(s.Files), err)
	}
	return s
}

// linkAt is a link that Twilio knows by the host of an address.
func linkAt(t testing.TB, address, token string) *Twilio {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	link, err := New(Options{AccountSID: account, AuthToken: token, From: "+8809612000000", PublicURL: u.Scheme + "://" + u.Host, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return link
}

func callOf(t testing.TB, address string, body []byte, signature string) bot.Call {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return bot.Call{
		Method: http.MethodPost, URL: &url.URL{Path: u.Path, RawQuery: u.RawQuery}, Body: body,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {signature}},
	}
}

// readFixture receives a fixture with its true signature.
func readFixture(t *testing.T, name string) (bot.Delivery, error) {
	t.Helper()
	s := readSignatures(t)
	f, ok := s.Files[name]
	if !ok {
		t.Fatalf("%s has no signature", name)
	}
	body, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	link := linkAt(t, f.URL, s.Token)
	call := callOf(t, f.URL, body, f.Signature)
	if strings.HasPrefix(name, "status_") {
		return link.Status().Receive(t.Context(), call)
	}
	return link.Receive(t.Context(), call)
}

func TestEveryFixtureIsSigned(t *testing.T) {
	for name := range readSignatures(t).Files {
		if _, err := readFixture(t, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// wanted is what a fixture should lead to; the zero value is nothing.
type wanted struct {
	address, text, other string
	photos               int
	carrier              flows.Carrier
	skipped              string
}

func TestMessagesOfFixtures(t *testing.T) {
	for name, want := range map[string]wanted{
		"inbound_sms_en.form":                {address: number},
		"inbound_sms_bn.form":                {address: number},
		"inbound_sms_empty_body.form":        {address: number},
		"inbound_sms_messaging_service.form": {address: number},
		"inbound_sms_long_concat.form":       {address: number},
		"inbound_sms_newlines.form":          {address: number},
		"inbound_new_unknown_params.form":    {address: number},
		"inbound_fallback_call.form":         {address: number, text: "hi"},
		"inbound_stop.form":                  {address: number, text: "STOP", carrier: flows.CarrierStop},
		"inbound_stop_no_optout_param.form":  {address: number, text: "stop", carrier: flows.CarrierStop},
		"inbound_start.form":                 {address: number, text: "START", carrier: flows.CarrierStart},
		"inbound_help.form":                  {address: number, text: "HELP", carrier: flows.CarrierHelp},
		"inbound_mms_two_images.form":        {address: "+14155550123", photos: 2},
		"inbound_mms_with_text.form":         {address: "+14155550123", photos: 1},
		"inbound_mms_nummedia_mismatch.form": {address: "+14155550123", text: "x", photos: 1},
		"inbound_duplicate_param.form":       {address: number, text: "dup"},
		"inbound_short_code_sender.form":     {skipped: "no_person"},
		"inbound_whatsapp_location.form":     {skipped: "no_person"},
		"bad_empty.form":                     {skipped: "no_person"},
		"bad_json_body.form":                 {skipped: "no_person"},
		"bad_no_messagesid.form":             {address: number, text: "x"},
		"bad_nummedia_nan.form":              {address: number, text: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readFixture(t, name)
			if err != nil {
				t.Fatal(err)
			}
			if d.Answer.Status != http.StatusOK || d.Answer.Type != "text/xml; charset=utf-8" || string(d.Answer.Body) != emptyTwiML {
				t.Errorf("answered %d %s %s", d.Answer.Status, d.Answer.Type, d.Answer.Body)
			}
			if want.skipped != "" {
				if len(d.Events) != 0 || d.Skipped[want.skipped] != 1 {
					t.Errorf("%d events, skipped %v", len(d.Events), d.Skipped)
				}
				return
			}
			checkMessage(t, d, want)
		})
	}
}

func checkMessage(t *testing.T, d bot.Delivery, want wanted) {
	t.Helper()
	if len(d.Events) != 1 {
		t.Fatalf("%d events, skipped %v", len(d.Events), d.Skipped)
	}
	e := d.Events[0]
	if e.Kind != bot.EventMessage || e.Channel != "sms" || e.Via != "twilio" || e.Address != want.address || e.ProviderID == "" || !e.At.Equal(now) {
		t.Errorf("event %+v", e)
	}
	if want.text != "" && e.Text != want.text || len(e.Media) != want.photos || e.Carrier != want.carrier || e.Other != want.other {
		t.Errorf("text %q, %d photos, carrier %q, other %q", e.Text, len(e.Media), e.Carrier, e.Other)
	}
	if strings.ContainsRune(e.Text, '\r') {
		t.Errorf("a carriage return is left in %q", e.Text)
	}
}

func TestStatusesOfFixtures(t *testing.T) {
	for name, want := range map[string]struct{ status, note string }{
		"status_queued.form":            {},
		"status_sent.form":              {status: "sent"},
		"status_delivered.form":         {status: "delivered"},
		"status_read_whatsapp.form":     {status: "read"},
		"status_undelivered_30003.form": {"failed", "30003: the phone is off or out of reach"},
		"status_undelivered_30005.form": {"failed", "30005: this number does not exist"},
		"status_undelivered_30006.form": {"failed", "30006: this is a landline"},
	} {
		d, err := readFixture(t, name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want.status == "" {
			if len(d.Events) != 0 {
				t.Errorf("%s brings %+v", name, d.Events)
			}
			continue
		}
		e := d.Events[0]
		if e.Kind != bot.EventReceipt || e.Status != want.status || e.Note != want.note || e.Address != number ||
			len(e.ProviderIDs) != 1 || e.ProviderIDs[0] != "twilio>SMffffffffffffffffffffffffffffffff" || e.Muted {
			t.Errorf("%s is %+v", name, e)
		}
	}
}

func TestSignatureHoldsTheWholeCall(t *testing.T) {
	s := readSignatures(t)
	f := s.Files["status_sent.form"]
	body, err := os.ReadFile("testdata/status_sent.form")
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*bot.Call){
		"nothing":        func(*bot.Call) {},
		"the body":       func(c *bot.Call) { c.Body = append(c.Body, "&x=1"...) },
		"the query":      func(c *bot.Call) { c.URL.RawQuery = "msg=43" },
		"the path":       func(c *bot.Call) { c.URL.Path += "/" },
		"the signature":  func(c *bot.Call) { c.Header.Set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=") },
		"no signature":   func(c *bot.Call) { c.Header.Del("X-Twilio-Signature") },
		"another method": func(c *bot.Call) { c.Method = http.MethodPut },
	} {
		call := callOf(t, f.URL, append([]byte(nil), body...), f.Signature)
		change(&call)
		_, err := linkAt(t, f.URL, s.Token).Status().Receive(t.Context(), call)
		if want := what != "nothing"; errors.Is(err, bot.ErrSignature) != want {
			t.Errorf("%s changed: %v", what, err)
		}
	}
	for token, want := range map[string]bool{"other," + s.Token: true, s.Token + ",other": true, "other": false} {
		_, err := linkAt(t, f.URL, token).Status().Receive(t.Context(), callOf(t, f.URL, body, f.Signature))
		if (err == nil) != want {
			t.Errorf("with the tokens %q: %v", token, err)
		}
	}
}
