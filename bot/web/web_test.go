package web

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no URL":     func(o *Options) { o.PublicURL = "" },
		"odd scheme": func(o *Options) { o.PublicURL = "ftp://city.example" },
		"short key":  func(o *Options) { o.Key = []byte("short") },
		"no history": func(o *Options) { o.History = nil },
	} {
		opt := newCity().options()
		change(&opt)
		if _, err := New(opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSession(t *testing.T) {
	w := newWeb(t, newCity().options())
	s := w.newSession()
	if got, ok := w.readSession(s.value); !ok || got != s {
		t.Fatalf("read %+v, want %+v", got, s)
	}
	raw, err := base64.RawURLEncoding.DecodeString(s.value)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.address, hex.EncodeToString(raw[:4])) || !isAddress(s.address) {
		t.Errorf("address %q of token %x", s.address, raw)
	}
	for i := range raw {
		forged := append([]byte(nil), raw...)
		forged[i] ^= 1
		if _, ok := w.readSession(base64.RawURLEncoding.EncodeToString(forged)); ok {
			t.Errorf("byte %d may be changed", i)
		}
	}
	for _, value := range []string{"", "x", s.value + "A", s.value[1:], s.address} {
		if _, ok := w.readSession(value); ok {
			t.Errorf("%q is a session", value)
		}
	}
	opt := newCity().options()
	opt.Key = []byte("another key of 32 bytes 01234567")
	if _, ok := newWeb(t, opt).readSession(s.value); ok {
		t.Error("another city's session is ours")
	}
}

func TestVisit(t *testing.T) {
	w := newWeb(t, newCity().options())
	first := httptest.NewRecorder()
	address := w.Visit(first, httptest.NewRequest(http.MethodGet, "/", nil))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(first.Result().Cookies()[0])
	if again := w.Visit(httptest.NewRecorder(), r); again != address {
		t.Errorf("second visit is %q, first %q", again, address)
	}
	if got, ok := w.Address(r); !ok || got != address {
		t.Errorf("address %q, %v", got, ok)
	}
}

func TestSendErrors(t *testing.T) {
	c := newCity()
	w := newWeb(t, c.options())
	_, err := w.Send(t.Context(), bot.Outgoing{Address: "01711000000"})
	var e *bot.SendError
	if !errors.As(err, &e) || e.Outcome != bot.SendReject {
		t.Errorf("a stranger's address: %v", err)
	}
}

func TestLines(t *testing.T) {
	c := newCity()
	w := newWeb(t, c.options())
	address := w.newSession().address
	kept, err := c.keep(t.Context(), []byte("photo"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(address, Line{Direction: "in", Author: "contact", ProviderID: address + ":c1", Photos: []KeptPhoto{{SHA256: kept.SHA256, Width: 4, Height: 3}, {SHA256: "../../etc/passwd"}}})
	c.write(address, Line{Direction: "out", Author: "bot", Text: "কোথায়?", Wants: flows.SlotLocation, Choices: []flows.Choice{{Title: "বাদ", Payload: "skip"}}})
	lines, err := w.Lines(t.Context(), address, "")
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if in := lines[0]; !in.In || in.Client != "c1" || len(in.Photos) != 1 || in.Photos[0].Width != 4 {
		t.Errorf("in: %+v", in)
	}
	if out := lines[1]; out.In || out.Wants != "location" || len(out.Choices) != 1 || out.Client != "" {
		t.Errorf("out: %+v", out)
	}
	rest, err := w.Lines(t.Context(), address, lines[0].Seq)
	if err != nil || len(rest) != 1 || rest[0].ID != lines[1].ID {
		t.Errorf("behind the first: %+v, %v", rest, err)
	}
}

func TestPhoto(t *testing.T) {
	c := newCity()
	w := newWeb(t, c.options())
	mine, other := w.newSession(), w.newSession()
	kept, err := c.keep(t.Context(), []byte("photo"))
	if err != nil {
		t.Fatal(err)
	}
	link := w.photo(mine.address, KeptPhoto{SHA256: kept.SHA256})
	gone := w.photo(mine.address, KeptPhoto{SHA256: strings.Repeat("0", 64)})
	tests := []struct {
		name, url, cookie string
		status            int
		body              string
	}{
		{"mine", link.URL, mine.value, 200, "photo"},
		{"mine, small", link.Thumb, mine.value, 200, "small photo"},
		{"another's", link.URL, other.value, 404, ""},
		{"no session", link.URL, "", 404, ""},
		{"no key", photoPath + kept.SHA256, mine.value, 404, ""},
		{"a path", photoPath + "..%2f..%2fkey?key=x", mine.value, 404, ""},
		{"not kept", gone.URL, mine.value, 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tt.url, nil)
			r.AddCookie(&http.Cookie{Name: "nagorik", Value: tt.cookie})
			rec := httptest.NewRecorder()
			w.Photo(rec, r)
			if rec.Code != tt.status || (tt.status == 200 && rec.Body.String() != tt.body) {
				t.Errorf("%d %q", rec.Code, rec.Body)
			}
			if tt.status == 200 && (rec.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(rec.Header().Get("Cache-Control"), "private")) {
				t.Errorf("header %v", rec.Header())
			}
		})
	}
}

func TestLimiter(t *testing.T) {
	l := NewLimiter(1, 2, 3)
	for i, want := range []bool{true, true, false} {
		if got := l.Allow("a", testTime); got != want {
			t.Errorf("turn %d: %v", i, got)
		}
	}
	if !l.Allow("a", testTime.Add(time.Second)) {
		t.Error("nothing after a second")
	}
	for i := range 100 {
		l.Allow(fmt.Sprint("key ", i), testTime)
	}
	if len(l.keys) != 3 || l.order.Len() != 3 {
		t.Errorf("%d keys are remembered, want 3", len(l.keys))
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"103.4.145.7": "103.4.145.7", "::ffff:103.4.145.7": "103.4.145.7",
		"2400:c600:1:2:3:4:5:6": "2400:c600:1:2::", "fe80::1%eth0": "fe80::",
	} {
		if got := Network(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	if Network(netip.Addr{}) == "" {
		t.Error("an unknown caller has no key")
	}
}
