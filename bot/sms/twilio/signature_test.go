package twilio

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"nagorik/bot"
	"nagorik/bot/bottest"
)

// TestVector is the example in Twilio's own library.
func TestVector(t *testing.T) {
	const address = "https://example.com/myapp.php?foo=1&bar=2"
	fields := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"}, "From": {"+14158675310"}, "To": {"+18005551212"},
	}
	const want = "L/OH5YylLD5NRKLltdqwSvS0BnU="
	if got := bottest.SignTwilio("12345", address, fields); got != want {
		t.Errorf("the tests sign %s", got)
	}
	if d, err := linkAt(t, address, "12345").Receive(t.Context(), callOf(t, address, []byte(fields.Encode()), want)); err != nil || len(d.Events) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestAddresses: what Twilio signed, and by what we are called.
func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		public, overrides, signed, called string
		want                              bool
	}{
		"as it is":                    {"https://a.example", "", "https://a.example/channels/twilio", "/channels/twilio", true},
		"slash at the end":            {"https://a.example/", "", "https://a.example/channels/twilio", "/channels/twilio", true},
		"port unsaid":                 {"https://a.example", "", "https://a.example:443/channels/twilio", "/channels/twilio", true},
		"port said":                   {"https://a.example:443", "", "https://a.example/channels/twilio", "/channels/twilio", true},
		"port of http":                {"http://a.example", "", "http://a.example:80/channels/twilio", "/channels/twilio", true},
		"own port":                    {"https://a.example:8443", "", "https://a.example:8443/channels/twilio", "/channels/twilio", true},
		"own port left out":           {"https://a.example:8443", "", "https://a.example/channels/twilio", "/channels/twilio", true},
		"another port":                {"https://a.example", "", "https://a.example:8443/channels/twilio", "/channels/twilio", false},
		"http for https":              {"https://a.example", "", "http://a.example/channels/twilio", "/channels/twilio", false},
		"another host":                {"https://a.example", "", "https://b.example/channels/twilio", "/channels/twilio", false},
		"another path":                {"https://a.example", "", "https://a.example/channels/twilio/", "/channels/twilio", false},
		"query":                       {"https://a.example", "", "https://a.example/channels/twilio/status?id=1&x=%20+'", "/channels/twilio/status?id=1&x=%20+'", true},
		"another query":               {"https://a.example", "", "https://a.example/channels/twilio/status?id=1", "/channels/twilio/status?id=2", false},
		"escaped path":                {"https://a.example", "", "https://a.example/channels%2Ftwilio", "/channels%2Ftwilio", true},
		"prefix taken off":            {"https://a.example/bot", "", "https://a.example/bot/channels/twilio", "/channels/twilio", true},
		"prefix unsigned":             {"https://a.example/bot", "", "https://a.example/channels/twilio", "/channels/twilio", false},
		"overrides left out":          {"https://a.example", "rc=3&rp=all", "https://a.example/channels/twilio", "/channels/twilio", true},
		"overrides signed":            {"https://a.example", "rc=3&rp=all", "https://a.example/channels/twilio#rc=3&rp=all", "/channels/twilio", true},
		"overrides with their #":      {"https://a.example", "#rc=3&rp=all", "https://a.example/channels/twilio#rc=3&rp=all", "/channels/twilio", true},
		"overrides signed, not known": {"https://a.example", "", "https://a.example/channels/twilio#rc=3&rp=all", "/channels/twilio", false},
		"IPv6":                        {"https://[2001:db8::1]", "", "https://[2001:db8::1]:443/channels/twilio", "/channels/twilio", true},
	} {
		t.Run(name, func(t *testing.T) {
			link, err := New(Options{AccountSID: account, AuthToken: token, From: sender, PublicURL: c.public, Fragment: c.overrides})
			if err != nil {
				t.Fatal(err)
			}
			at, err := url.Parse(c.called)
			if err != nil {
				t.Fatal(err)
			}
			at.Host = "inside:8080"
			fields := url.Values{"From": {number}, "Body": {"x"}}
			call := bot.Call{Method: http.MethodPost, URL: at, Header: http.Header{}, Body: []byte(fields.Encode())}
			call.Header.Set("X-Twilio-Signature", bottest.SignTwilio(token, c.signed, fields))
			_, err = link.Receive(t.Context(), call)
			if c.want != (err == nil) || err != nil && !errors.Is(err, bot.ErrSignature) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestSignatures: calls in other forms than a sound body of fields.
func TestSignatures(t *testing.T) {
	const address = hook
	sum := sha256.Sum256([]byte(`{"a":1}`))
	summed := address + "?bodySHA256=" + hex.EncodeToString(sum[:])
	get := url.Values{"From": {number}, "Body": {"by GET"}}
	fields := url.Values{"From": {number}, "Body": {"x"}}
	for name, c := range map[string]struct {
		method, address, body, signature string
		want                             string // the text that comes, "skipped", or "refused"
	}{
		"GET":                  {"GET", address + "?" + get.Encode(), "", bottest.SignTwilio(token, address+"?"+get.Encode(), nil), "by GET"},
		"GET, signed as POST":  {"GET", address + "?" + get.Encode(), "", bottest.SignTwilio(token, address, get), "refused"},
		"PUT":                  {"PUT", address, fields.Encode(), bottest.SignTwilio(token, address, fields), "refused"},
		"JSON by its sum":      {"POST", summed, `{"a":1}`, bottest.SignTwilio(token, summed, nil), "skipped"},
		"JSON changed":         {"POST", summed, `{"a":2}`, bottest.SignTwilio(token, summed, nil), "refused"},
		"sum is none":          {"POST", address + "?bodySHA256=zz", `{"a":1}`, bottest.SignTwilio(token, address+"?bodySHA256=zz", nil), "refused"},
		"repeated names":       {"POST", address, "Body=b&Body=a&Body=b&From=%2B8801712345678", bottest.SignTwilio(token, address, url.Values{"Body": {"b", "a"}, "From": {number}}), "b"},
		"a broken escape":      {"POST", address, "Body=50%ZZ+%+%4&From=%2B8801712345678", bottest.SignTwilio(token, address, url.Values{"Body": {"50%ZZ % %4"}, "From": {number}}), "50%ZZ % %4"},
		"no UTF-8":             {"POST", address, "Body=a%ff&From=%2B8801712345678", bottest.SignTwilio(token, address, url.Values{"Body": {"a\xff"}, "From": {number}}), "a\uFFFD"},
		"semicolon, no equals": {"POST", address, "Body=a;b&x&&From=%2B8801712345678", bottest.SignTwilio(token, address, url.Values{"Body": {"a;b"}, "x": {""}, "From": {number}}), "a;b"},
		"unsigned":             {"POST", address, fields.Encode(), "", "refused"},
		"no base64":            {"POST", address, fields.Encode(), "!!!", "refused"},
		"short":                {"POST", address, fields.Encode(), base64.StdEncoding.EncodeToString([]byte("short")), "refused"},
		"another token":        {"POST", address, fields.Encode(), bottest.SignTwilio("other", address, fields), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			call := callOf(t, c.address, []byte(c.body), c.signature)
			call.Method = c.method
			d, err := linkAt(t, c.address, token).Receive(t.Context(), call)
			got := "skipped"
			switch {
			case errors.Is(err, bot.ErrSignature):
				got = "refused"
			case err != nil:
				t.Fatal(err)
			case len(d.Events) == 1:
				got = d.Events[0].Text
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
