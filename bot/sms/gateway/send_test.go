package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/sms"
	"nagorik/flows/gsm"
)

// sender is a gateway with one profile over a stand-in.
func sender(t *testing.T, send string, usual func(bottest.GatewayCall) bottest.GatewayAnswer) (*Gateway, *bottest.Gateway) {
	t.Helper()
	f := fake(t, usual)
	return one(t, "profiles:\n  city:\n    send:\n      url: "+f.URL()+"/send\n"+send, settings{"SMS_CITY_KEY": "the-secret-key", "SMS_CITY_USER": "user-name"}), f
}

const plainSend = `
      form: {key: "{{secret.key}}", to: "{{to}}", text: "{{text}}", ref: "{{ref20}}"}
      ok: {json: [[status, in, [ok]]]}
      error_code: code
      error_text: error
`

func outcomeOf(t *testing.T, err error) *bot.SendError {
	t.Helper()
	var e *bot.SendError
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	return e
}

func message1(text string) bot.Outgoing {
	return bot.Outgoing{ID: ownMessage, Address: somebody, Text: text, Attempt: 1}
}

func TestAnswersHaveOutcomes(t *testing.T) {
	g, f := sender(t, plainSend+`
      auth_when: {http: [418]}
      retry: [{http: [409]}, {regex: "(?i)try later"}]
      reject: {http: [410]}
      auth_codes: [A]
      retry_codes: [R]
      reject_codes: [X]
`, nil)
	for _, c := range []struct {
		answer bottest.GatewayAnswer
		want   bot.SendOutcome
		code   string
	}{
		{bottest.GatewayAnswer{Status: 200, Body: `{"status":"ok"}`}, "", ""},
		{bottest.GatewayAnswer{Status: 418, Body: `{}`}, bot.SendPause, "HTTP 418"},
		{bottest.GatewayAnswer{Status: 409, Body: `{"code":"X"}`}, bot.SendRetry, "X"},
		{bottest.GatewayAnswer{Status: 200, Body: "Please try LATER"}, bot.SendRetry, "HTTP 200"},
		{bottest.GatewayAnswer{Status: 410}, bot.SendReject, "HTTP 410"},
		{bottest.GatewayAnswer{Status: 200, Body: `{"code":"A"}`}, bot.SendPause, "A"},
		{bottest.GatewayAnswer{Status: 500, Body: `{"code":"R"}`}, bot.SendRetry, "R"},
		{bottest.GatewayAnswer{Status: 500, Body: `{"code":"X"}`}, bot.SendReject, "X"},
		{bottest.GatewayAnswer{Status: 200, Body: `{"code":"never heard of"}`}, bot.SendReject, "never heard of"},
		{bottest.GatewayAnswer{Status: 200, Body: `{"code":17}`}, bot.SendReject, "17"},
		{bottest.GatewayAnswer{Status: 401}, bot.SendPause, "HTTP 401"},
		{bottest.GatewayAnswer{Status: 403, Body: `{"code":"new"}`}, bot.SendPause, "new"},
		{bottest.GatewayAnswer{Status: 302, Header: map[string]string{"Location": "/elsewhere"}}, bot.SendPause, "HTTP 302"},
		{bottest.GatewayAnswer{Status: 429, Header: map[string]string{"Retry-After": "30"}}, bot.SendRetry, "HTTP 429"},
		{bottest.GatewayAnswer{Status: 504}, bot.SendUnknown, "HTTP 504"},
		{bottest.GatewayAnswer{Status: 502, Body: "<html>"}, bot.SendRetry, "HTTP 502"},
		{bottest.GatewayAnswer{Status: 200, Body: "what?"}, bot.SendRetry, "HTTP 200"},
		{bottest.GatewayAnswer{Status: 200}, bot.SendRetry, "HTTP 200"},
		{bottest.GatewayAnswer{Drop: true}, bot.SendUnknown, ""},
		{bottest.GatewayAnswer{Status: 200, Body: strings.Repeat("x", maxAnswer+1)}, bot.SendUnknown, ""},
	} {
		f.Next(c.answer)
		_, err := g.Send(t.Context(), message1("x"))
		e := outcomeOf(t, err)
		if e == nil {
			e = &bot.SendError{}
		}
		if e.Outcome != c.want || e.Code != c.code || e.Once != (c.want == bot.SendUnknown) {
			t.Errorf("%d %.40s: %+v", c.answer.Status, c.answer.Body, e)
		}
		if wait := c.answer.Status == 429; (e.After == 30*time.Second) != wait {
			t.Errorf("%d: after %v", c.answer.Status, e.After)
		}
	}
	for _, c := range f.Calls() {
		if c.Path == "/elsewhere" {
			t.Error("a redirect was followed")
		}
	}
}

func TestNothingPrivateInErrors(t *testing.T) {
	g, f := sender(t, plainSend, nil)
	f.Next(bottest.GatewayAnswer{Status: 200, Body: `{"code":"C8801712345678","error":"key the-secret-key of 01712-345678 or ০১৭১২৩৪৫৬৭৮ may not say আমার কথা ` + strings.Repeat("x", 500) + `"}`})
	_, err := g.Send(t.Context(), message1("আমার কথা"))
	e := outcomeOf(t, err)
	if e == nil || e.Outcome != bot.SendReject || e.Code != "C…" || !strings.HasPrefix(e.Text, "the SMS gateway refuses this message: key … of … or … may not say …") || len(e.Text) > 400 {
		t.Errorf("%+v", e)
	}
}

func TestGatewayThatIsAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	g := one(t, "profiles: {city: {send: {method: GET, url: 'http://"+address+"/?secret={{secret.key}}&to={{to}}', query: {text: '{{text}}'}}}}", settings{"SMS_CITY_KEY": "the-secret-key"})
	_, err = g.Send(t.Context(), message1("private words"))
	e := outcomeOf(t, err)
	if e == nil || e.Outcome != bot.SendRetry || e.Once {
		t.Fatalf("%+v", e)
	}
	for _, private := range []string{"the-secret-key", "8801712345678", "private"} {
		if strings.Contains(fmt.Sprint(e, e.Err), private) {
			t.Errorf("%q is in %v, %v", private, e, e.Err)
		}
	}
}

// TestTimeouts: the gateway reads the request and says nothing until the test
// is over.
func TestTimeouts(t *testing.T) {
	for profile, once := range map[string]bool{"": true, "      dedup_ref: true\n": false} {
		over := make(chan struct{})
		g, _ := sender(t, plainSend+profile+"      timeout: 20ms\n", func(bottest.GatewayCall) bottest.GatewayAnswer {
			<-over
			return bottest.GatewayAnswer{Status: 200}
		})
		_, err := g.Send(t.Context(), message1("x"))
		close(over)
		if e := outcomeOf(t, err); e == nil || e.Outcome != bot.SendUnknown || e.Once != once || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%q: %+v", profile, e)
		}
	}
}

func TestDoubtIsNotSentAgain(t *testing.T) {
	g, f := sender(t, plainSend, nil)
	again := message1("x")
	again.Attempt, again.Doubts = 2, 1
	_, err := g.Send(t.Context(), again)
	if e := outcomeOf(t, err); e == nil || e.Outcome != bot.SendUnknown || !e.Once || len(f.Calls()) != 0 {
		t.Errorf("%+v after %d calls", e, len(f.Calls()))
	}
	g, f = sender(t, plainSend+"      dedup_ref: true\n", nil)
	for _, m := range []bot.Outgoing{message1("x"), again} {
		if _, err := g.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	calls := f.Calls()
	if len(calls) != 2 || calls[0].Form.Get("ref") != calls[1].Form.Get("ref") || len(calls[0].Form.Get("ref")) != 20 {
		t.Errorf("%+v", calls)
	}
}

func TestRate(t *testing.T) {
	g, f := sender(t, plainSend+"      tps: 0.001\n      timeout: 50ms\n", nil)
	if _, err := g.Send(t.Context(), message1("one")); err != nil {
		t.Fatal(err)
	}
	_, err := g.Send(t.Context(), message1("two"))
	if e := outcomeOf(t, err); e == nil || e.Outcome != bot.SendRetry || len(f.Calls()) != 1 {
		t.Errorf("%+v after %d calls", e, len(f.Calls()))
	}
}

func TestSplitting(t *testing.T) {
	form := `
      form: {to: "{{to}}", text: "{{text}}", part: "{{part}}/{{parts}}", ref: "{{ref}}"}
      ok: {json: [[status, in, [ok]]]}
      split: we
`
	text := strings.Repeat("ড্রেনের পানি রাস্তায়। ", 10)
	g, f := sender(t, form, nil)
	if _, err := g.Send(t.Context(), message1(text)); err != nil {
		t.Fatal(err)
	}
	calls := f.Calls()
	got := ""
	for i, c := range calls {
		part := c.Form.Get("text")
		got += part
		if n := gsm.Segments(part).Segments; n != 1 {
			t.Errorf("part %d has %d segments", i, n)
		}
		if want := fmt.Sprintf("%d/%d", i+1, len(calls)); c.Form.Get("part") != want || c.Form.Get("ref") != fmt.Sprintf("%s-%d", ownMessage, i+1) {
			t.Errorf("%v, want %s", c.Form, want)
		}
	}
	if len(calls) < 3 || got != text {
		t.Errorf("%d parts: %q", len(calls), got)
	}
	for profile, want := range map[string]bot.SendOutcome{form: bot.SendUnknown, form + "      dedup_ref: true\n": bot.SendRetry} {
		g, f = sender(t, profile, nil)
		f.Next(bottest.GatewayAnswer{Status: 200, Body: `{"status":"ok"}`}, bottest.GatewayAnswer{Status: 503})
		_, err := g.Send(t.Context(), message1(text))
		if e := outcomeOf(t, err); e == nil || e.Outcome != want || e.Once != (want == bot.SendUnknown) || len(f.Calls()) != 2 {
			t.Errorf("half sent: %+v", e)
		}
	}
	for _, text := range []string{strings.Repeat("a", 500), strings.Repeat("€[", 200), strings.Repeat("a", 300) + strings.Repeat("€", 100)} {
		for _, part := range segments(text) {
			if n := gsm.Segments(part).Segments; n != 1 {
				t.Errorf("a part of %.5s… has %d segments", text, n)
			}
		}
	}
}

// breakers are texts that try to leave their place.
var breakers = []string{
	`"},"to":"+8801999999999","x":{"y":"`, `\"`, `</text><to>+8801999999999</to><text>`, "<!DOCTYPE x>&e;", "]]>", "&to=%2B8801999999999", "\r\nX-Evil: 1\r\n\r\n",
	"{{secret.key}}", "{{to}}", "%00%0a", "+ %2B", "a\u2028\u2029b", "😟 “কথা”", "a\tb\nc", "#frag?x=1", "@evil.example/", "..//../",
}

func TestTextsStayInTheirPlace(t *testing.T) {
	for kind, body := range map[string]string{
		"query": `      query: {to: "{{to}}", text: "{{text}}"}`,
		"form":  `      form: {to: "{{to}}", text: "{{text}}"}`,
		"json":  `      json: {to: "{{to}}", text: "{{text}}", deep: [{a: "{{text}}"}], n: 7}`,
		"xml":   `      xml: {sms: {"@of": "{{text}}", to: "{{to}}", text: "{{text}}"}}`,
		"path":  `      headers: {X-Text: "{{text}}"}`,
	} {
		g, f := sender(t, body, nil)
		if kind == "path" {
			g = one(t, "profiles: {city: {send: {url: '"+f.URL()+"/a/{{text}}/b?q={{text}}', headers: {X-Text: '{{text}}'}}}}", settings{})
		}
		for i, text := range breakers {
			if _, err := g.Send(t.Context(), message1(text)); err != nil {
				t.Fatalf("%s %q: %v", kind, text, err)
			}
			stays(t, kind, text, &f.Calls()[i])
		}
	}
}

func stays(t *testing.T, kind, text string, c *bottest.GatewayCall) {
	t.Helper()
	var to, got, more string
	switch kind {
	case "query":
		to, got, more = c.Query.Get("to"), c.Query.Get("text"), strings.Repeat("!", len(c.Query)-2)
	case "form":
		to, got, more = c.Form.Get("to"), c.Form.Get("text"), strings.Repeat("!", len(c.Form)-2)
	case "json":
		var m struct {
			To, Text string
			N        int
			Deep     []map[string]string
		}
		d := json.NewDecoder(bytes.NewReader(c.Body))
		d.DisallowUnknownFields()
		if err := d.Decode(&m); err != nil || m.Deep[0]["a"] != text || m.N != 7 {
			t.Errorf("json of %q: %s", text, c.Body)
		}
		to, got = m.To, m.Text
	case "xml":
		var m struct {
			Of   string   `xml:"of,attr"`
			To   []string `xml:"to"`
			Text []string `xml:"text"`
		}
		if err := xml.Unmarshal(c.Body, &m); err != nil || len(m.To) != 1 || len(m.Text) != 1 {
			t.Fatalf("xml of %q: %v %s", text, err, c.Body)
		}
		to, got = m.To[0], m.Text[0]
	case "path":
		to, got = somebody, c.Query.Get("q")
		if want := strings.Join(strings.Fields(text), ""); strings.Join(strings.Fields(c.Header.Get("X-Text")), "") != want || c.Header.Get("X-Evil") != "" {
			t.Errorf("header of %q: %v", text, c.Header)
		}
		if c.Path != "/a/"+text+"/b" {
			t.Errorf("path of %q: %q", text, c.Path)
		}
	}
	if to != somebody || got != text || more != "" {
		t.Errorf("%s of %q: to %s, text %q, more %s", kind, text, to, got, more)
	}
}

func TestFilters(t *testing.T) {
	v := vars{"to": somebody, "text": "মশা \"x\"", "encoding": "ucs2", "us": "+14155550123", "n": "17"}
	for text, want := range map[string]string{
		"{{to}}": somebody, "{{to|e164}}": somebody, "{{to|no_plus}}": "8801712345678", "{{to|880}}": "8801712345678", "{{to|national}}": "01712345678",
		"{{us|national}}": "14155550123", "{{to|urlquery}}": "%2B8801712345678", "{{text|hex_ucs2}}": "09AE09B609BE00200022007800" + "22",
		"{{encoding|upper}}": "UCS2", "{{text|json}}": `"মশা \"x\""`, "{{encoding|map:gsm7=TEXT,ucs2=UNICODE}}": "UNICODE",
		"{{us|map:a=b}}": "+14155550123", "a{{n}}b{{ n | no_plus | upper }}c": "a17b17c",
	} {
		g := &builder{reader: &reader{}, p: &profile{}, missing: map[string]bool{}}
		got := g.template(scalar(text), "x", []string{"to", "text", "encoding", "us", "n"}).fill(v, false)
		if got != want || len(g.faults) > 0 {
			t.Errorf("%s is %q, want %q (%v)", text, got, want, g.faults)
		}
	}
}

func TestNumbersInJSON(t *testing.T) {
	g := one(t, `{"profiles": {"city": {"send": {"url": "https://g.example/", "json": {"a": "{{to|no_plus}}", "b": "{{to|no_plus|number}}", "c": "{{text|number}}", "d": 1.5, "e": true, "f": null, "g": "7", "h": [], "i": {}}}}}}`, settings{})
	body, _ := g.p.send.encode(vars{"to": somebody, "text": `true,"x":1`}, false)
	if want := `{"a":"8801712345678","b":8801712345678,"c":"true,\"x\":1","d":1.5,"e":true,"g":"7","h":[],"i":{}}`; string(body) != want {
		t.Errorf("%s", body)
	}
}

func TestAuthorisation(t *testing.T) {
	for auth, want := range map[string]string{
		"none": "",
		"{basic: {user: '{{secret.user}}', password: '{{secret.key}}'}}": "Basic dXNlci1uYW1lOnRoZS1zZWNyZXQta2V5",
		"{bearer: '{{secret.key}}'}":                                     "Bearer the-secret-key",
		"{header: {name: Authorization, value: 'App {{secret.key}}'}}":   "App the-secret-key",
	} {
		g, f := sender(t, "      json: {text: '{{text}}'}\n      auth: "+auth+"\n", nil)
		if _, err := g.Send(t.Context(), message1("x")); err != nil {
			t.Fatal(err)
		}
		if got := f.Calls()[0].Header.Get("Authorization"); got != want {
			t.Errorf("%s: %q", auth, got)
		}
		dry, ok := g.Dry(somebody, "x")
		if text := dry.String(); !ok || strings.Contains(text, "secret-key") || strings.Contains(text, "dXNlci") || (want != "") != strings.Contains(text, hidden) {
			t.Errorf("dry: %s", text)
		}
	}
}

func TestDryShowsTheRequest(t *testing.T) {
	g := inbound(t)["kannel"]
	dry, ok := g.Dry(somebody, "মশা & x")
	const want = "GET http://127.0.0.1:13013/cgi-bin/sendsms?username=hidden&password=hidden&from=26969&to=8801712345678&text=%E0%A6%AE%E0%A6%B6%E0%A6%BE+%26+x&coding=2&charset=UTF-8&dlr-mask=31&dlr-url=https%3A%2F%2Fcity.example%2Fchannels%2Fsms%2Fkannel%2Fstatus%3Fid%3D00000000-0000-7000-8000-000000000000%26token%3Dhidden%26type%3D%25d\nUser-Agent: nagorik\n"
	if !ok || dry.String() != want {
		t.Errorf("%s", dry)
	}
	if _, ok := g.Dry("GP-INFO", "x"); ok {
		t.Error("a name can be written to")
	}
}

func TestAddresses(t *testing.T) {
	g, f := sender(t, plainSend, nil)
	for _, address := range []string{"", "GP-INFO", "8801712345678", "other:tel:abc", "city:tel:abc", "+880171234567", "+8801712345678\r\n"} {
		out := message1("x")
		out.Address = address
		_, err := g.Send(t.Context(), out)
		if e := outcomeOf(t, err); e == nil || e.Outcome != bot.SendReject || e.Code != sms.CodeNoWay {
			t.Errorf("%q: %v", address, err)
		}
	}
	if len(f.Calls()) > 0 {
		t.Errorf("called %v", f.Calls())
	}
	masked := one(t, "profiles: {bd: {extends: bdapps, send: {url: '"+f.URL()+"'}}}", settings{"SMS_BD_APP_ID": "A", "SMS_BD_PASSWORD": "P", "SMS_BD_TOKEN": testToken})
	f.Next(bottest.GatewayAnswer{Status: 200, Body: `{"statusCode":"S1000"}`})
	out := message1("x")
	out.Address = "bd:tel:B%3C4pbg"
	if _, err := masked.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	var body struct{ DestinationAddresses []string }
	if err := json.Unmarshal(f.Calls()[0].Body, &body); err != nil || len(body.DestinationAddresses) != 1 || body.DestinationAddresses[0] != "tel:B%3C4pbg" {
		t.Errorf("%v %+v", err, body)
	}
}

// TestKeptConnectionsRepeatNothing: a GET is not repeated when the gateway
// closes the connection it was written to.
func TestKeptConnectionsRepeatNothing(t *testing.T) {
	f := fake(t, nil)
	g := one(t, "profiles: {city: {send: {method: GET, url: '"+f.URL()+"', query: {text: '{{text}}'}}}}", settings{})
	if _, err := g.Send(t.Context(), message1("one")); err != nil {
		t.Fatal(err)
	}
	f.Next(bottest.GatewayAnswer{Drop: true})
	_, err := g.Send(t.Context(), message1("two"))
	if e := outcomeOf(t, err); e == nil || e.Outcome != bot.SendUnknown || len(f.Calls()) != 2 {
		t.Errorf("%v after %d calls", err, len(f.Calls()))
	}
}

func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	g, f := sender(t, plainSend, nil)
	transport, ok := g.client.Transport.(*http.Transport)
	if !ok || transport.Proxy != nil {
		t.Error("a proxy would be used")
	}
	if _, err := g.Send(t.Context(), message1("x")); err != nil || len(f.Calls()) != 1 {
		t.Error(err)
	}
}

func TestRef20(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-z]{20}$`)
	seen := map[string]string{}
	for i := range 5000 {
		id := fmt.Sprintf("0197c0de-1111-7222-8333-%012d", i%4000)
		ref := ref20(id)
		if before, known := seen[ref]; !form.MatchString(ref) || known && before != id || known != (i >= 4000) {
			t.Fatalf("%s of %s, before of %s", ref, id, before)
		}
		seen[ref] = id
	}
}
