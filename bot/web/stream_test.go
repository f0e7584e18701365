package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nagorik/bot/sse"
)

// page is a browser with the stream open: what it was sent so far.
type page struct {
	mu     sync.Mutex
	header http.Header
	status int
	sent   strings.Builder
	cancel context.CancelFunc
	ended  chan struct{}
}

func (p *page) Header() http.Header { return p.header }
func (p *page) WriteHeader(s int)   { p.status = s }
func (p *page) Flush()              {}
func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent.Write(b)
}

// take returns what was sent since the last take.
func (p *page) take() string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sent.String()
	p.sent.Reset()
	return s
}

// poke tells that there is something new.
func (c *city) poke(t *testing.T, address string) {
	t.Helper()
	if err := c.hint(t.Context(), address); err != nil {
		t.Fatal(err)
	}
}

func (p *page) hasEnded() bool {
	synctest.Wait()
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// openStream opens the stream of a session; query and header are optional.
func openStream(w *Web, s session, query string, header ...string) *page {
	ctx, cancel := context.WithCancel(context.Background())
	r := httptest.NewRequest(http.MethodGet, "/channels/web/stream?"+query, nil).WithContext(ctx)
	r.AddCookie(&http.Cookie{Name: "nagorik", Value: s.value})
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	p := &page{header: http.Header{}, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		w.Stream(p, r)
	}()
	return p
}

// events are the texts of the lines in what was sent, and the last cursor.
func events(t *testing.T, sent string) (texts []string, cursor string) {
	t.Helper()
	for _, row := range strings.Split(sent, "\n") {
		if id, ok := strings.CutPrefix(row, "id: "); ok {
			cursor = id
		}
		if data, ok := strings.CutPrefix(row, "data: "); ok {
			var line Shown
			if err := json.Unmarshal([]byte(data), &line); err != nil {
				t.Fatalf("%q: %v", data, err)
			}
			texts = append(texts, line.Text)
		}
	}
	return texts, cursor
}

func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity()
		opt := c.options()
		opt.Now = time.Now
		w := newWeb(t, opt)
		s := w.newSession()
		c.write(s.address, Line{Direction: "out", Text: "one"})
		p := openStream(w, s, "")
		texts, cursor := events(t, p.take())
		if len(texts) != 1 || texts[0] != "one" || p.header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
			t.Fatalf("at first %q, header %v", texts, p.header)
		}
		c.write(s.address, Line{Direction: "out", Text: "two\nid: 9"})
		c.poke(t, s.address)
		if texts, _ = events(t, p.take()); len(texts) != 1 || texts[0] != "two\nid: 9" {
			t.Errorf("after a hint %q", texts)
		}
		p.cancel()
		if !p.hasEnded() {
			t.Fatal("the stream outlives its page")
		}
		c.write(s.address, Line{Direction: "out", Text: "three"})
		p = openStream(w, s, "after=000001", "Last-Event-ID", "000002")
		if texts, _ = events(t, p.take()); len(texts) != 1 || texts[0] != "three" {
			t.Errorf("behind the last event: %q", texts)
		}
		p.cancel()
		p = openStream(w, s, "after="+cursor)
		if texts, _ = events(t, p.take()); len(texts) != 2 {
			t.Errorf("behind the first: %q", texts)
		}
		p.cancel()
		p.hasEnded()
	})
}

func TestStreamBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity()
		opt := c.options()
		opt.Now = time.Now
		done := make(chan struct{})
		opt.Done = done
		w := newWeb(t, opt)
		s := w.newSession()
		p := openStream(w, s, "")
		p.take()
		<-time.After(sse.Heartbeat)
		if sent := p.take(); sent != ": \n\n" {
			t.Errorf("after %s: %q", sse.Heartbeat, sent)
		}
		c.write(s.address, Line{Direction: "out", Text: "its hint was lost"})
		<-time.After(sse.Heartbeat * recheck)
		if texts, _ := events(t, p.take()); len(texts) != 1 {
			t.Errorf("without a hint %q", texts)
		}
		close(done)
		if !p.hasEnded() {
			t.Error("the stream outlives the program")
		}
	})
}

func TestStreamCatchesUpInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity()
		opt := c.options()
		opt.Now = time.Now
		w := newWeb(t, opt)
		s := w.newSession()
		for range historyLimit*2 + 7 {
			c.write(s.address, Line{Direction: "out", Text: "x"})
		}
		p := openStream(w, s, "after=000000")
		if texts, cursor := events(t, p.take()); len(texts) != historyLimit*2+7 || cursor != "000207" {
			t.Errorf("%d lines up to %s", len(texts), cursor)
		}
		p.cancel()
		p.hasEnded()
	})
}

func TestStreamRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity()
		opt := c.options()
		opt.Now = time.Now
		w := newWeb(t, opt)
		s := w.newSession()
		if p := openStream(w, session{value: "nobody"}, ""); !p.hasEnded() || p.status != http.StatusUnauthorized {
			t.Errorf("without a session: %d", p.status)
		}
		var open []*page
		for range streamsPerAddress {
			open = append(open, openStream(w, s, ""))
		}
		synctest.Wait()
		if p := openStream(w, s, ""); !p.hasEnded() || p.status != http.StatusTooManyRequests {
			t.Errorf("one too many: %d", p.status)
		}
		open[0].cancel()
		if !open[0].hasEnded() {
			t.Fatal("still open")
		}
		p := openStream(w, s, "")
		if p.hasEnded() {
			t.Error("a free place is refused")
		}
		for _, p := range append(open, p) {
			p.cancel()
		}
		synctest.Wait()
		if n := w.streams.Taken(); n != 0 {
			t.Errorf("places left: %d", n)
		}
	})
}

func TestStreamAsJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity()
		opt := c.options()
		opt.Now = time.Now
		w := newWeb(t, opt)
		s := w.newSession()
		ask := func(query string) *page { return openStream(w, s, query, "Accept", "application/json") }
		read := func(p *page) (n int) {
			var answer struct{ Lines []Shown }
			if body := p.take(); json.Unmarshal([]byte(body), &answer) != nil {
				t.Fatalf("answer %q", body)
			}
			return len(answer.Lines)
		}
		if p := ask("wait=0"); read(p) != 0 || !p.hasEnded() {
			t.Error("nothing new must be an empty list, at once")
		}
		c.write(s.address, Line{Direction: "out", Text: "one"})
		if p := ask("wait=0"); read(p) != 1 {
			t.Error("the line is missing")
		}
		p := ask("wait=20&after=000001")
		if p.hasEnded() {
			t.Fatal("did not wait")
		}
		c.write(s.address, Line{Direction: "out", Text: "two"})
		c.poke(t, s.address)
		if read(p) != 1 {
			t.Error("the awaited line is missing")
		}
		p = ask("wait=9999&after=000002")
		<-time.After(waitLimit)
		if !p.hasEnded() || read(p) != 0 {
			t.Error("waits longer than it may")
		}
		c.history = errors.New("no database")
		if p := ask("wait=0"); !p.hasEnded() || p.status != http.StatusServiceUnavailable {
			t.Errorf("without a database: %d", p.status)
		}
	})
}

func TestCursor(t *testing.T) {
	for value, want := range map[string]string{
		"0190-12": "0190-12", "": "", "a\x00b": "", "ক": "", "a b": "", strings.Repeat("1", cursorLimit+1): "",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header["Last-Event-Id"] = []string{value}
		if got := cursor(r); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}
