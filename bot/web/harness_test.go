package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"nagorik/bot"
	"nagorik/bot/bottest"
)

var (
	testKey    = []byte("0123456789abcdef0123456789abcdef")
	testTime   = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	errPhoto   = errors.New("not a photo")
	errDisk    = errors.New("disk is full")
	testRemote = netip.MustParseAddr("103.4.145.7")
)

// city is the rest of the program, as far as the web chat sees it: the record
// of lines, the store of photos, the hints.
type city struct {
	mu      sync.Mutex
	lines   map[string][]Line
	hints   map[string][]chan struct{}
	photos  map[string][]byte
	publish error // of the next Publish
	history error // of every History
}

func newCity() *city {
	return &city{lines: map[string][]Line{}, hints: map[string][]chan struct{}{}, photos: map[string][]byte{}}
}

func (c *city) options() Options {
	return Options{
		PublicURL: "http://city.example", Key: testKey,
		Keep: c.keep, Refused: refused, Open: c.open,
		History: c.read, Publish: c.hint, Subscribe: c.subscribe,
		Done: make(chan struct{}), Now: func() time.Time { return testTime },
	}
}

func newWeb(t testing.TB, opt Options) *Web {
	t.Helper()
	w, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func refused(err error) (string, bool) { return "photo_unreadable", errors.Is(err, errPhoto) }

func (c *city) keep(_ context.Context, photo []byte) (bot.Media, error) {
	switch string(photo) {
	case "bad":
		return bot.Media{}, fmt.Errorf("look at it: %w", errPhoto)
	case "full":
		return bot.Media{}, errDisk
	}
	sum := sha256.Sum256(photo)
	name := hex.EncodeToString(sum[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	c.photos[name] = photo
	return bot.Media{SHA256: name}, nil
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func (c *city) open(sum string, thumb bool) (io.ReadSeekCloser, string, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	photo, ok := c.photos[sum]
	if !ok {
		return nil, "", time.Time{}, errPhoto
	}
	if thumb {
		photo = append([]byte("small "), photo...)
	}
	return memory{bytes.NewReader(photo)}, "image/jpeg", testTime, nil
}

func (c *city) read(_ context.Context, address, after string, limit int) ([]Line, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.history != nil {
		return nil, c.history
	}
	var found []Line
	for _, l := range c.lines[address] {
		if after == "" || l.Seq > after {
			found = append(found, l)
		}
	}
	if after == "" && len(found) > limit {
		found = found[len(found)-limit:]
	}
	return found[:min(limit, len(found))], nil
}

// write records a line and numbers it.
func (c *city) write(address string, l Line) Line {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.Seq = fmt.Sprintf("%06d", len(c.lines[address])+1)
	l.ID = "m" + l.Seq
	c.lines[address] = append(c.lines[address], l)
	return l
}

func (c *city) hint(_ context.Context, address string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.publish; err != nil {
		c.publish = nil
		return err
	}
	for _, h := range c.hints[address] {
		select {
		case h <- struct{}{}:
		default:
		}
	}
	return nil
}

func (c *city) subscribe(address string) (<-chan struct{}, func()) {
	h := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hints[address] = append(c.hints[address], h)
	return h, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.hints, address)
	}
}

// keptFirst writes a message into the record before it is sent, as the outbox
// finds it there.
type keptFirst struct {
	*Web
	city *city
}

func (k keptFirst) Send(ctx context.Context, out bot.Outgoing) (bot.Sent, error) {
	k.city.write(out.Address, Line{Direction: "out", Author: "bot", Text: out.Text, Choices: out.Choices, At: testTime})
	return k.Web.Send(ctx, out)
}

// harness lets the common suite speak as a browser would.
type harness struct {
	t        *testing.T
	city     *city
	web      *Web
	sessions map[int]session
	values   map[string]string // cookie by address
}

func (h *harness) Channel() bot.Channel { return keptFirst{h.web, h.city} }
func (h *harness) Now() time.Time       { return testTime }

func (h *harness) Address(n int) string {
	s, ok := h.sessions[n]
	if !ok {
		s = h.web.newSession()
		h.sessions[n], h.values[s.address] = s, s.value
	}
	return s.address
}

func (h *harness) Calls(said ...bottest.Said) []bot.Call {
	var calls []bot.Call
	for _, s := range said {
		contentType, body := h.body(s)
		calls = append(calls, h.call(h.values[s.Address], contentType, body))
	}
	return calls
}

func (h *harness) body(s bottest.Said) (contentType string, body []byte) {
	m := map[string]any{"id": s.ID}
	switch {
	case s.Photos > 0:
		return photoForm(h.t, s.ID, s.Photos)
	case s.Tap != nil:
		m["payload"], m["text"] = s.Tap.Payload, s.Tap.Title
	case s.Pin != nil:
		m["lat"], m["lon"] = s.Pin.Lat, s.Pin.Lon
	case s.Start:
		m["start"], m["ref"] = true, s.Ref
	default:
		m["text"] = s.Text
	}
	body, err := json.Marshal(m)
	if err != nil {
		h.t.Fatal(err)
	}
	return "application/json", body
}

func photoForm(t testing.TB, id string, n int) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if err := form.WriteField("id", id); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		part, err := form.CreateFormFile("photo", "drain.jpg")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(part, "photo %d", i)
	}
	form.Close()
	return form.FormDataContentType(), b.Bytes()
}

func (h *harness) call(value, contentType string, body []byte) bot.Call {
	c := post1(contentType, body)
	c.Header.Set("Cookie", "other=1; nagorik="+value)
	return c
}

// post1 is a POST of a page of ours without a session.
func post1(contentType string, body []byte) bot.Call {
	return bot.Call{
		Method: http.MethodPost, URL: &url.URL{Path: "/channels/web"}, Body: body, Remote: testRemote,
		Header: http.Header{"Content-Type": {contentType}, "Accept": {"application/json"}, "Origin": {"http://city.example"}},
	}
}

func (h *harness) Raw(body []byte) bot.Call {
	h.Address(-1)
	return h.call(h.sessions[-1].value, "application/json", body)
}

func (h *harness) Forged(call bot.Call) []bot.Call {
	var forged []bot.Call
	for name, value := range map[string]string{
		"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Authorization": "Bearer " + h.sessions[1].value + "x",
	} {
		f := call
		f.Header = call.Header.Clone()
		f.Header.Set(name, value)
		forged = append(forged, f)
	}
	return forged
}

func (h *harness) Received(address string) []bottest.Received {
	lines, err := h.web.Lines(h.t.Context(), address, "")
	if err != nil {
		h.t.Fatal(err)
	}
	var received []bottest.Received
	for _, l := range lines {
		if l = asSeen(h.t, l); !l.In {
			received = append(received, bottest.Received{Text: l.Text, Choices: l.Choices})
		}
	}
	return received
}

// asSeen is a line after its way to the page.
func asSeen(t *testing.T, l Shown) (seen Shown) {
	t.Helper()
	data, err := l.encode()
	if err == nil {
		err = json.Unmarshal(data, &seen)
	}
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func (h *harness) Break(outcome bot.SendOutcome) bool {
	if outcome != bot.SendRetry {
		return false
	}
	h.city.publish = errors.New("connection refused")
	return true
}

func TestSuite(t *testing.T) {
	c := newCity()
	bottest.Suite(t, &harness{t: t, city: c, web: newWeb(t, c.options()), sessions: map[int]session{}, values: map[string]string{}})
}
