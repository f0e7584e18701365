package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"nagorik/bot"
)

// FuzzReceive: whatever comes, no panic, no error but that of a signature,
// and events that can be kept.
func FuzzReceive(f *testing.F) {
	files, err := filepath.Glob("testdata/inbound/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body := readFile(f, "inbound/"+filepath.Base(file))
		f.Add("POST", "application/json", string(body), "")
		f.Add("POST", "text/xml", string(body), "")
		f.Add("GET", "", "", string(body))
	}
	all := inbound(f)
	f.Fuzz(func(t *testing.T, method, kind, body, query string) {
		for _, g := range all {
			receive, status := g.Paths()
			for _, path := range []string{receive, status} {
				call := get(path, "token="+testToken+"&"+query)
				call.Method, call.Body = method, []byte(body)
				call.Header.Set("Content-Type", kind)
				fits(t, g, call)
			}
		}
	})
}

func fits(t *testing.T, g *Gateway, call bot.Call) {
	d, err := g.Receive(t.Context(), call)
	if err != nil && !errors.Is(err, bot.ErrSignature) {
		t.Fatalf("%v", err)
	}
	for _, e := range d.Events {
		if !utf8.ValidString(e.Text+e.Address+e.ProviderID+e.Note) || strings.ContainsRune(e.Text+e.Address+e.ProviderID+e.Note, 0) {
			t.Fatalf("%+v", e)
		}
		if e.Kind == bot.EventMessage && (e.Address == "" || e.ProviderID == "" || e.At.IsZero() || e.At.After(testTime)) {
			t.Fatalf("%+v", e)
		}
		if e.Kind == bot.EventReceipt && e.MessageID == "" && len(e.ProviderIDs) != 1 {
			t.Fatalf("%+v", e)
		}
	}
}

// FuzzText: no text leaves its place in any kind of body.
func FuzzText(f *testing.F) {
	for _, text := range breakers {
		f.Add(text)
	}
	g := one(f, `
profiles:
  city:
    send:
      url: "https://gw.example/{{text}}/x?y={{text}}"
      json: {a: "{{text}}", b: [{c: "<{{text|json}}>"}]}
      headers: {X-Text: "{{text}}"}
`, settings{})
	x := one(f, `profiles: {city: {send: {url: "https://gw.example/", xml: {m: {"@a": "{{text}}", b: "{{text}}"}}}}}`, settings{})
	form := one(f, `profiles: {city: {send: {url: "https://gw.example/", form: {a: "{{text}}", b: "{{text}}"}}}}`, settings{})
	f.Fuzz(func(t *testing.T, text string) {
		v := vars{"text": text}
		valid := strings.ToValidUTF8(text, "\uFFFD")
		c := g.p.send.request(v, false)
		u, err := url.Parse(c.url)
		if err != nil || u.Host != "gw.example" || len(u.Query()) != 1 || u.Query().Get("y") != text || u.Fragment != "" || strings.Count(u.EscapedPath(), "/") != 2 {
			t.Fatalf("url %q: %v", c.url, err)
		}
		var body struct {
			A string
			B []map[string]string
		}
		if err := json.Unmarshal(c.body, &body); err != nil || len(body.B) != 1 || strings.ToValidUTF8(body.A, "\uFFFD") != body.A {
			t.Fatalf("json %q: %v", c.body, err)
		}
		if utf8.ValidString(text) && (body.A != valid || body.B[0]["c"] != "<"+jsonText(text)+">") {
			t.Fatalf("json %q of %q", c.body, text)
		}
		if h := c.header.Get("X-Text"); strings.ContainsAny(h, "\r\n\x00") {
			t.Fatalf("header %q", h)
		}
		b, _ := x.p.send.encode(v, false)
		d, ok := parseXML(b)
		if !ok {
			t.Fatalf("xml %q", b)
		}
		if got, _ := d.items("//b"); len(got) != 1 {
			t.Fatalf("xml %q", b)
		}
		b, _ = form.p.send.encode(v, false)
		if pairs := parseForm(string(b)); len(pairs) != 2 || pairs[0].value != text || pairs[1].value != text {
			t.Fatalf("form %q", b)
		}
	})
}

// FuzzRules: no answer makes the rules panic, and each has an outcome and
// words that show nothing private.
func FuzzRules(f *testing.F) {
	var all map[string]pairs
	readJSON(f, "outbound/providers.json", &all)
	for _, p := range all {
		for _, r := range p.Responses {
			f.Add(r.HTTP, string(r.Body), 0)
		}
	}
	f.Add(200, "<a><b>x</b></a>", 1)
	var gateways []*Gateway
	for _, name := range BuiltIn() {
		gateways = append(gateways, one(f, "profiles: {mine: {extends: "+name+"}}", settingsOf(everything, name)))
	}
	f.Fuzz(func(t *testing.T, status int, body string, doubts int) {
		for _, g := range gateways {
			if !g.Sends() {
				continue
			}
			e := g.p.judge(&response{status: status, header: http.Header{}, body: []byte(body), text: "a private text"}, doubts)
			if e == nil {
				continue
			}
			switch e.Outcome {
			case bot.SendPause, bot.SendReject, bot.SendRetry, bot.SendUnknown:
			default:
				t.Fatalf("outcome %q", e.Outcome)
			}
			if said := e.Error(); !utf8.ValidString(said) || len(said) > 2000 || strings.Contains(said, "8801712345678") || strings.Contains(said, testToken) {
				t.Fatalf("says %q", said)
			}
		}
	})
}

// FuzzLoad: a file of profiles, however odd, is read or refused.
func FuzzLoad(f *testing.F) {
	f.Add(string(readFile(f, "gateway_profiles.json")))
	f.Add(string(builtIn))
	f.Add(inboundProfiles)
	f.Add(sendOnly)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Load([]byte(text), everything, testPublic, Options{})
		if err != nil && len(list) > 0 {
			t.Fatal("both")
		}
		for _, g := range list {
			if _, ok := g.Dry(somebody, "x"); ok != g.Sends() {
				t.Fatalf("%s: dry %v", g.Name(), ok)
			}
		}
	})
}
