package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
)

func TestReceive(t *testing.T) {
	tests := []struct {
		name string
		body string
		want bot.Event // Channel, Address, ProviderID and At are checked for all
		code string    // of a refusal
	}{
		{name: "text", body: `{"id":"a1","text":" ড্রেন বন্ধ "}`, want: bot.Event{Kind: bot.EventMessage, Text: "ড্রেন বন্ধ"}},
		{name: "tap", body: `{"id":"a1","payload":"drainage/kind=blocked","text":"ড্রেন বন্ধ"}`, want: bot.Event{Kind: bot.EventMessage, Tapped: true, Payload: "drainage/kind=blocked", Text: "ড্রেন বন্ধ"}},
		{name: "tap of an empty payload", body: `{"id":"a1","payload":""}`, want: bot.Event{Kind: bot.EventMessage, Tapped: true}},
		{name: "payload null is none", body: `{"id":"a1","payload":null,"text":"hi"}`, want: bot.Event{Kind: bot.EventMessage, Text: "hi"}},
		{name: "pin", body: `{"id":"a1","lat":23.7806,"lon":90.4193}`, want: bot.Event{Kind: bot.EventMessage, Location: &bot.Location{Lat: 23.7806, Lon: 90.4193}}},
		{name: "pin as strings", body: `{"id":"a1","lat":"23.5","lon":"90.5"}`, want: bot.Event{Kind: bot.EventMessage, Location: &bot.Location{Lat: 23.5, Lon: 90.5}}},
		{name: "start", body: `{"id":"a1","start":true,"ref":"drainage","lang":"en-GB"}`, want: bot.Event{Kind: bot.EventStart, Ref: "drainage", Lang: "en"}},
		{name: "unknown fields", body: `{"id":"a1","text":"hi","more":[{}]}`, want: bot.Event{Kind: bot.EventMessage, Text: "hi"}},
		{name: "number as text", body: `{"id":"a1","text":15}`, want: bot.Event{Kind: bot.EventMessage, Text: "15"}},
		{name: "nothing", body: `{"id":"a1"}`, code: "empty"},
		{name: "blank", body: `{"id":"a1","text":" \u0000 "}`, code: "empty"},
		{name: "half a pin", body: `{"id":"a1","lat":23.7}`, code: "bad_location"},
		{name: "no such place", body: `{"id":"a1","lat":123.7,"lon":0}`, code: "bad_location"},
		{name: "not a number", body: `{"id":"a1","lat":"NaN","lon":"NaN"}`, code: "bad_location"},
		{name: "no JSON", body: `hello`, code: "unreadable"},
		{name: "a list", body: `[1]`, code: "unreadable"},
		{name: "null", body: `null`, code: "unreadable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWeb(t, newCity().options())
			s := w.newSession()
			call := post1("application/json", []byte(tt.body))
			call.Header.Set("Authorization", "Bearer "+s.value)
			d, err := w.Receive(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			if tt.code != "" {
				wantFault(t, d, http.StatusBadRequest, tt.code)
				return
			}
			if d.Answer.Status != http.StatusOK || len(d.Events) != 1 {
				t.Fatalf("answer %d %s, events %+v", d.Answer.Status, d.Answer.Body, d.Events)
			}
			tt.want.Channel, tt.want.Address, tt.want.ProviderID, tt.want.At = "web", s.address, s.address+":a1", testTime
			got, want := asJSON(t, d.Events[0]), asJSON(t, tt.want)
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func wantFault(t *testing.T, d bot.Delivery, status int, code string) {
	t.Helper()
	if d.Answer.Status != status || !strings.Contains(string(d.Answer.Body), `"code":"`+code+`"`) {
		t.Errorf("answer %d %s, want %d %s", d.Answer.Status, d.Answer.Body, status, code)
	}
	if len(d.Events) != 0 || d.Skipped[code] != 1 {
		t.Errorf("events %+v, skipped %v", d.Events, d.Skipped)
	}
}

func TestReceivePhotos(t *testing.T) {
	tests := []struct {
		name   string
		photos []string
		text   string
		status int
		code   string
	}{
		{name: "one", photos: []string{"a"}, status: 200},
		{name: "five with a caption", photos: []string{"a", "b", "c", "d", "e"}, text: "ড্রেন", status: 200},
		{name: "none chosen, but words", photos: []string{""}, text: "words", status: 200},
		{name: "none chosen, no words", photos: []string{""}, status: 400, code: "empty"},
		{name: "six", photos: []string{"a", "b", "c", "d", "e", "f"}, status: 422, code: "too_many_photos"},
		{name: "one of two is bad", photos: []string{"a", "bad"}, status: 422, code: "photo_unreadable"},
		{name: "the disk is full", photos: []string{"full"}, status: 503, code: "trouble"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWeb(t, newCity().options())
			var b strings.Builder
			b.WriteString("--x\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\np1\r\n")
			b.WriteString("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + tt.text + "\r\n")
			for _, p := range tt.photos {
				b.WriteString("--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\"\r\nContent-Type: image/jpeg\r\n\r\n" + p + "\r\n")
			}
			d, err := w.Receive(t.Context(), post1("multipart/form-data; boundary=x", []byte(b.String()+"--x--\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			if tt.code != "" {
				wantFault(t, d, tt.status, tt.code)
				return
			}
			kept := strings.Count(strings.Join(tt.photos, " "), "") / 2
			if tt.photos[0] == "" {
				kept = 0
			}
			if len(d.Events) != 1 || len(d.Events[0].Media) != kept || d.Events[0].Text != tt.text {
				t.Fatalf("answer %s, events %+v", d.Answer.Body, d.Events)
			}
			for i, m := range d.Events[0].Media {
				if !isSHA256(m.SHA256) || m.URL != "" {
					t.Errorf("media %d: %+v", i, m)
				}
			}
		})
	}
}

func TestReceiveForm(t *testing.T) {
	w := newWeb(t, newCity().options())
	post := func(form url.Values) bot.Answer {
		call := post1("application/x-www-form-urlencoded", []byte(form.Encode()))
		call.Header.Set("Accept", "text/html")
		d, err := w.Receive(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		return d.Answer
	}
	for name, tt := range map[string]struct {
		form url.Values
		to   string
	}{
		"words":   {url.Values{"id": {"1"}, "text": {"hello"}}, "/#latest"},
		"tap":     {url.Values{"id": {"1"}, "payload": {"menu"}, "text": {"Menu"}}, "/#latest"},
		"nothing": {url.Values{"id": {"1"}, "text": {""}}, "/?fault=empty#latest"},
		"broken":  {url.Values{"id": {"1"}, "lat": {"north"}}, "/?fault=bad_location#latest"},
	} {
		a := post(tt.form)
		if a.Status != http.StatusSeeOther || a.Header.Get("Location") != tt.to {
			t.Errorf("%s: %d to %q", name, a.Status, a.Header.Get("Location"))
		}
	}
}

func TestReceiveMakesSession(t *testing.T) {
	opt := newCity().options()
	opt.PublicURL = "https://city.example"
	w := newWeb(t, opt)
	call := post1("application/json", []byte(`{"id":"1","text":"hi"}`))
	call.Header.Set("Origin", "https://city.example")
	call.Header.Set("Cookie", "__Host-nagorik=AAAA")
	d, err := w.Receive(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	c, err := http.ParseSetCookie(d.Answer.Header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "__Host-nagorik" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge < 86400 {
		t.Errorf("cookie %+v", c)
	}
	s, ok := w.readSession(c.Value)
	if !ok || s.address != d.Events[0].Address {
		t.Errorf("the cookie is not of address %q", d.Events[0].Address)
	}
	call.Header.Set("Cookie", "__Host-nagorik="+c.Value)
	again, err := w.Receive(t.Context(), call)
	if err != nil || again.Events[0].ProviderID != d.Events[0].ProviderID || again.Answer.Header.Get("Set-Cookie") != "" {
		t.Errorf("second call: %+v, %v", again, err)
	}
}

func TestOrigin(t *testing.T) {
	tests := []struct {
		name         string
		origin, site string
		host         string
		ok           bool
	}{
		{name: "our page", origin: "http://city.example", ok: true},
		{name: "our page, newer browser", origin: "http://127.0.0.1:9", site: "same-origin", ok: true},
		{name: "a program", ok: true},
		{name: "another page", origin: "https://evil.example"},
		{name: "another page, newer browser", origin: "http://city.example", site: "cross-site"},
		{name: "a sister site", origin: "http://other.city.example", site: "same-site"},
		{name: "hidden origin", origin: "null"},
		{name: "opened by the machine's address", origin: "http://192.168.1.5:8080", host: "192.168.1.5:8080", ok: true},
		{name: "another port", origin: "http://192.168.1.5:8081", host: "192.168.1.5:8080"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWeb(t, newCity().options())
			call := post1("application/json", []byte(`{"id":"1","text":"hi"}`))
			call.URL.Host = tt.host
			call.Header.Del("Origin")
			for name, value := range map[string]string{"Origin": tt.origin, "Sec-Fetch-Site": tt.site} {
				if value != "" {
					call.Header.Set(name, value)
				}
			}
			_, err := w.Receive(t.Context(), call)
			if ok := err == nil; ok != tt.ok || (err != nil && !errors.Is(err, bot.ErrSignature)) {
				t.Errorf("error %v, want accepted %v", err, tt.ok)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	now := testTime
	opt := newCity().options()
	opt.Now = func() time.Time { return now }
	w := newWeb(t, opt)
	s := w.newSession()
	send := func() bot.Delivery {
		call := post1("application/json", []byte(`{"text":"hi"}`))
		call.Header.Set("Authorization", "Bearer "+s.value)
		d, err := w.Receive(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for i := range sessionBurst {
		if d := send(); d.Answer.Status != http.StatusOK {
			t.Fatalf("message %d: %d", i, d.Answer.Status)
		}
	}
	d := send()
	wantFault(t, d, http.StatusTooManyRequests, "slow_down")
	if d.Answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	now = now.Add(2 * time.Second)
	if d := send(); d.Answer.Status != http.StatusOK {
		t.Errorf("two seconds later: %d", d.Answer.Status)
	}
	fresh := 0
	for range freshBurst + 50 {
		d, err := w.Receive(t.Context(), post1("application/json", []byte(`{"text":"hi"}`)))
		if err != nil {
			t.Fatal(err)
		}
		if d.Answer.Status == http.StatusOK {
			fresh++
		} else if d.Answer.Header.Get("Set-Cookie") != "" {
			t.Fatal("a refused stranger got a session")
		}
	}
	if fresh != freshBurst {
		t.Errorf("%d new sessions at once, want %d", fresh, freshBurst)
	}
}

func TestReceiveOnlyPost(t *testing.T) {
	w := newWeb(t, newCity().options())
	call := post1("", nil)
	call.Method = http.MethodGet
	d, err := w.Receive(t.Context(), call)
	if err != nil || d.Answer.Status != http.StatusMethodNotAllowed {
		t.Errorf("%d, %v", d.Answer.Status, err)
	}
}

func TestOddIDs(t *testing.T) {
	long := strings.Repeat("x", idLimit+1)
	first, again, longer := clientID(long), clientID(long), clientID(long+"x")
	if first != again || first == longer || len(first) > idLimit {
		t.Error("long ids must stay apart and short")
	}
	if clientID("a:b\n") == "a:b\n" {
		t.Error("an odd id is kept as it is")
	}
	if one, other := clientID(""), clientID(""); one == other {
		t.Error("no id must not be one id")
	}
}

func FuzzReceive(f *testing.F) {
	for _, seed := range [][2]string{
		{"application/json", `{"id":"1","text":"ড্রেন","lang":"bn"}`},
		{"application/json", `{"id":"1","payload":"menu","text":"মেনু"}`},
		{"application/json", `{"lat":23.7,"lon":90.4,"start":1}`},
		{"application/json", `{"text":"\ud800\u0000"}`},
		{"application/x-www-form-urlencoded", "id=1&text=%e0%a6%a1&start=1&ref=x"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nJPEG\r\n--x--\r\n"},
		{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"text\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n--x"},
		{"", ""},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	w := newWeb(f, newCity().options())
	s := w.newSession()
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		w.limits = newLimits()
		call := post1(contentType, body)
		call.Header.Set("Authorization", "Bearer "+s.value)
		d, err := w.Receive(t.Context(), call)
		if err != nil {
			t.Fatalf("an authorised call is an error: %v", err)
		}
		if d.Answer.Status < 200 || d.Answer.Status >= 500 && !strings.Contains(string(body), "full") {
			t.Fatalf("status %d", d.Answer.Status)
		}
		for _, e := range d.Events {
			if e.Address != s.address || !strings.HasPrefix(e.ProviderID, s.address+":") || len(e.Media) > photosPerOne {
				t.Fatalf("event %+v", e)
			}
			for _, kept := range []string{e.Text, e.Payload, e.Ref} {
				if !utf8.ValidString(kept) || strings.ContainsRune(kept, 0) || len(kept) > textLimit {
					t.Fatalf("kept %q", kept)
				}
			}
		}
		if len(d.Events) == 0 && len(d.Skipped) == 0 {
			t.Fatal("neither an event nor a reason")
		}
	})
}
