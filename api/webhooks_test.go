package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"nagorik/bot"
	"nagorik/flows"
)

// fakeChannel answers Receive as the test says and keeps the calls.
type fakeChannel struct {
	bot.Channel
	receive func(bot.Call) (bot.Delivery, error)

	mu    sync.Mutex
	calls []bot.Call
}

func (*fakeChannel) Name() string     { return "fake" }
func (*fakeChannel) Face() flows.Face { return flows.Face{Name: "fake"} }

func (f *fakeChannel) Receive(_ context.Context, call bot.Call) (bot.Delivery, error) {
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	if f.receive == nil {
		return bot.Delivery{}, nil
	}
	return f.receive(call)
}

func (f *fakeChannel) last() bot.Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.calls) == 0 {
		return bot.Call{}
	}
	return f.calls[len(f.calls)-1]
}

// tally is a Meter that remembers.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (m *tally) add(key string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.n == nil {
		m.n = map[string]int{}
	}
	m.n[key] += n
}

func (m *tally) Webhook(channel, outcome string)           { m.add(channel+" "+outcome, 1) }
func (m *tally) Skipped(channel, reason string, count int) { m.add(channel+" skipped "+reason, count) }

// hook is a server with one channel.
type hook struct {
	*office
	channel *fakeChannel
	meter   *tally
	kept    []bot.Event
	refuse  error
	ctx     context.Context
}

func newHook(t *testing.T, maxBody int64) *hook {
	t.Helper()
	h := &hook{channel: &fakeChannel{}, meter: &tally{}}
	h.office = bare(t, func(opt *Options) {
		opt.Meter = h.meter
		opt.Mounts = []Mount{{Methods: []string{http.MethodGet, http.MethodPost}, Path: "/channels/fake", Channel: h.channel, MaxBody: maxBody}}
		opt.Receive = func(ctx context.Context, events []bot.Event) error {
			h.ctx = ctx
			if h.refuse != nil {
				return h.refuse
			}
			h.kept = append(h.kept, events...)
			return ctx.Err()
		}
	})
	return h
}

func (h *hook) post(body string) *httptest.ResponseRecorder {
	return h.do(call{method: http.MethodPost, path: "/channels/fake", body: strings.NewReader(body)})
}

func (h *hook) wantTally(t *testing.T, want map[string]int) {
	t.Helper()
	if !maps.Equal(h.meter.n, want) {
		t.Errorf("counted %v, want %v", h.meter.n, want)
	}
}

func TestWebhookKeepsEventsBeforeItAnswers(t *testing.T) {
	h := newHook(t, 0)
	h.channel.receive = func(c bot.Call) (bot.Delivery, error) {
		return bot.Delivery{
			Events:  []bot.Event{{Kind: bot.EventMessage, Text: string(c.Body)}},
			Skipped: map[string]int{"feed": 2},
		}, nil
	}
	w := h.post("raw \x00\xff bytes")
	if w.Code != http.StatusOK || w.Body.Len() != 0 || len(h.kept) != 1 || h.kept[0].Text != "raw \x00\xff bytes" {
		t.Errorf("%d %q %v", w.Code, w.Body, h.kept)
	}
	h.wantTally(t, map[string]int{"fake ok": 1, "fake skipped feed": 2})
}

func TestWebhookAnswersWhatTheChannelSays(t *testing.T) {
	h := newHook(t, 0)
	h.channel.receive = func(c bot.Call) (bot.Delivery, error) {
		header := http.Header{"Set-Cookie": {"a=1", "b=2"}}
		return bot.Delivery{Answer: bot.Answer{Status: http.StatusAccepted, Type: "text/plain", Header: header, Body: []byte(c.Method + c.URL.Query().Get("hub.challenge"))}}, nil
	}
	w := h.do(call{path: "/channels/fake?hub.challenge=1158201444"})
	if w.Code != http.StatusAccepted || w.Body.String() != "GET1158201444" || w.Header().Get("Content-Type") != "text/plain" || len(w.Header().Values("Set-Cookie")) != 2 {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error("a browser may guess what a challenge is")
	}
}

func TestWebhookRefusals(t *testing.T) {
	event := bot.Delivery{Events: []bot.Event{{Kind: bot.EventMessage}}}
	for name, c := range map[string]struct {
		receive func(bot.Call) (bot.Delivery, error)
		refuse  error
		status  int
		outcome string
	}{
		"wrong signature":  {func(bot.Call) (bot.Delivery, error) { return bot.Delivery{}, fmt.Errorf("x: %w", bot.ErrSignature) }, nil, http.StatusForbidden, "refused"},
		"nothing can keep": {func(bot.Call) (bot.Delivery, error) { return event, nil }, errors.New("disk is full"), http.StatusServiceUnavailable, "unavailable"},
		"another error":    {func(bot.Call) (bot.Delivery, error) { return event, errors.New("odd") }, nil, http.StatusOK, "fault"},
		"a panic":          {func(bot.Call) (bot.Delivery, error) { panic("odd") }, nil, http.StatusOK, "fault"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t, 0)
			h.channel.receive, h.refuse = c.receive, c.refuse
			w := h.post("{}")
			if w.Code != c.status {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if len(h.kept) > 0 {
				t.Errorf("kept %v", h.kept)
			}
			if (w.Header().Get("Retry-After") != "") != (c.status == http.StatusServiceUnavailable) {
				t.Errorf("Retry-After: %q", w.Header().Get("Retry-After"))
			}
			h.wantTally(t, map[string]int{"fake " + c.outcome: 1})
		})
	}
}

func TestWebhookBodyIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		max    int64
		size   int
		chunks bool
		status int
	}{
		"exactly 4 MiB":            {0, 4 << 20, false, http.StatusOK},
		"exactly 4 MiB in chunks":  {0, 4 << 20, true, http.StatusOK},
		"one more":                 {0, 4<<20 + 1, false, http.StatusRequestEntityTooLarge},
		"one more in chunks":       {0, 4<<20 + 1, true, http.StatusRequestEntityTooLarge},
		"wider for an upload":      {8 << 20, 8 << 20, false, http.StatusOK},
		"beyond the wider one":     {8 << 20, 8<<20 + 1, false, http.StatusRequestEntityTooLarge},
		"nothing at all":           {0, 0, false, http.StatusOK},
		"nothing at all in chunks": {0, 0, true, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHook(t, c.max)
			var body io.Reader = bytes.NewReader(make([]byte, c.size))
			if c.chunks {
				body = io.MultiReader(body) // its length is not known
			}
			w := h.do(call{method: http.MethodPost, path: "/channels/fake", body: body})
			if w.Code != c.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if c.status == http.StatusOK && len(h.channel.last().Body) != c.size {
				t.Errorf("%d bytes arrived", len(h.channel.last().Body))
			}
			if c.status != http.StatusOK {
				wantFault(t, w, c.status, "too_large", "")
				h.wantTally(t, map[string]int{"fake too_big": 1})
			}
		})
	}
}

func TestWebhookBodyCutShort(t *testing.T) {
	h := newHook(t, 0)
	w := h.do(call{method: http.MethodPost, path: "/channels/fake", body: io.MultiReader(strings.NewReader("{"), brokenBody{})})
	wantFault(t, w, http.StatusBadRequest, "bad_request", "")
	h.wantTally(t, map[string]int{"fake broken": 1})
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestHangingUpDoesNotReachTheLanes(t *testing.T) {
	h := newHook(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	h.channel.receive = func(bot.Call) (bot.Delivery, error) {
		cancel() // the provider hangs up while we work
		return bot.Delivery{Events: []bot.Event{{Kind: bot.EventMessage}}}, nil
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/channels/fake", strings.NewReader("{}"))
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	if w.Code != http.StatusOK || len(h.kept) != 1 || h.ctx.Err() != nil {
		t.Errorf("%d, kept %d, %v", w.Code, len(h.kept), h.ctx.Err())
	}
}

func TestMethodsThatAreNotMounted(t *testing.T) {
	h := newHook(t, 0)
	wantFault(t, h.do(call{method: http.MethodPut, path: "/channels/fake"}), http.StatusMethodNotAllowed, "method_not_allowed", "")
	wantFault(t, h.do(call{method: http.MethodPost, path: "/channels/other"}), http.StatusNotFound, "not_found", "")
	if got := len(h.channel.calls); got != 0 {
		t.Errorf("%d calls reached the channel", got)
	}
}

func TestNothingPersonalIsLogged(t *testing.T) {
	h := newHook(t, 0)
	h.channel.receive = func(bot.Call) (bot.Delivery, error) { return bot.Delivery{}, bot.ErrSignature }
	h.do(call{method: http.MethodPost, path: "/channels/fake?phone=01712345678", body: strings.NewReader("secret text")})
	h.do(call{path: "/console/sign-in-nowhere/SECRET"})
	for _, secret := range []string{"01712345678", "secret text", "SECRET"} {
		if strings.Contains(h.logs.String(), secret) {
			t.Errorf("%q is logged: %s", secret, h.logs)
		}
	}
}

func TestMountedRoutesAreSigned(t *testing.T) {
	h := newHook(t, 0)
	at := slices.IndexFunc(h.server.routes, func(r Route) bool { return r.Path == "/channels/fake" })
	if at < 0 || h.server.routes[at].Needs != Signed {
		t.Error("a channel's route does not say that it is signed")
	}
}
