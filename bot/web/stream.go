package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nagorik/bot/sse"
)

const (
	recheck     = 3                // heartbeats until the records are read without a hint
	waitLimit   = 25 * time.Second // how long a page without streams may wait for news
	cursorLimit = 100
	catchUp     = 20 // reads of historyLimit lines after one hint
)

// How many streams may be open. Whoever is refused reads by asking again.
const (
	streamsPerAddress = 6
	streamsPerNetwork = 500
	streamsInAll      = 20_000
)

// Stream serves GET /channels/web/stream: what is said from now on, as
// server-sent events, each with its cursor as id. Last-Event-ID (or after=)
// begins behind that cursor. With Accept: application/json it answers once,
// with the lines behind after= and at most wait= seconds later.
func (w *Web) Stream(rw http.ResponseWriter, r *http.Request) {
	address, ok := w.Address(r)
	if !ok {
		refuseStream(rw, fault{http.StatusUnauthorized, "no_session", "open the page or write first"})
		return
	}
	network := Network(w.opt.Remote(r))
	release, ok := w.place(address, network)
	if !ok {
		refuseStream(rw, fault{http.StatusTooManyRequests, "slow_down", "too many open streams"})
		return
	}
	defer release()
	hints, cancel := w.opt.Subscribe(address)
	defer cancel()
	l := listener{web: w, rw: rw, address: address, hints: hints, cursor: cursor(r)}
	if strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		l.answer(r)
		return
	}
	l.serve(r.Context())
}

// place takes a place for one more stream, if there is one.
func (w *Web) place(address, network string) (release func(), ok bool) {
	if !w.limits.read(address, network, w.opt.Now()) {
		return nil, false
	}
	return w.streams.Take(sse.Claim{Key: "address " + address, Most: streamsPerAddress}, sse.Claim{Key: "network " + network, Most: streamsPerNetwork})
}

// cursor is where the page wants to go on. What cannot be one of ours begins
// afresh.
func cursor(r *http.Request) string {
	c := r.Header.Get("Last-Event-ID")
	if c == "" {
		c = r.URL.Query().Get("after")
	}
	odd := strings.IndexFunc(c, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0
	if odd || len(c) > cursorLimit {
		return ""
	}
	return c
}

func refuseStream(rw http.ResponseWriter, f fault) {
	a := refuse(false, way{}, f).Answer
	for name, values := range a.Header {
		rw.Header()[name] = values
	}
	rw.Header().Set("Content-Type", a.Type)
	rw.WriteHeader(a.Status)
	rw.Write(a.Body) //nolint:errcheck // the caller has gone
}

// listener is one open page.
type listener struct {
	web     *Web
	rw      http.ResponseWriter
	out     *sse.Stream // with serve
	address string
	hints   <-chan struct{}
	cursor  string
}

// serve sends what is new after every hint, until the page is closed, the
// program stops or nothing can be read or written any more. A page that was
// cut off comes back with its cursor.
func (l *listener) serve(ctx context.Context) {
	var err error
	if l.out, err = sse.Open(l.rw); err != nil || l.news(ctx) != nil {
		return
	}
	beat := time.NewTicker(sse.Heartbeat)
	defer beat.Stop()
	for beats := 1; ; {
		select {
		case <-ctx.Done():
			return
		case <-l.web.opt.Done:
			return
		case <-l.hints:
			err = l.news(ctx)
		case <-beat.C:
			if err = l.out.Beat(); err == nil && beats%recheck == 0 {
				err = l.news(ctx)
			}
			beats++
		}
		if err != nil {
			return
		}
	}
}

// news sends every line behind the cursor.
func (l *listener) news(ctx context.Context) error {
	for range catchUp {
		lines, err := l.web.Lines(ctx, l.address, l.cursor)
		if err != nil {
			return err
		}
		if err := l.send(lines); err != nil {
			return err
		}
		if len(lines) < historyLimit {
			return nil
		}
	}
	return nil
}

func (l *listener) send(lines []Shown) error {
	if len(lines) == 0 {
		return nil
	}
	events := make([]sse.Event, len(lines))
	for i, line := range lines {
		data, err := line.encode()
		if err != nil {
			return err
		}
		events[i] = sse.Event{ID: line.Seq, Data: data}
	}
	if err := l.out.Send(events...); err != nil {
		return fmt.Errorf("tell a web chat: %w", err)
	}
	l.cursor = lines[len(lines)-1].Seq
	return nil
}

// answer is the way for a page without streams: once, as JSON.
func (l *listener) answer(r *http.Request) {
	lines, err := l.web.Lines(r.Context(), l.address, l.cursor)
	if wait := waitTime(r); err == nil && len(lines) == 0 && wait > 0 {
		lines, err = l.await(r.Context(), wait)
	}
	if err != nil {
		refuseStream(l.rw, fault{http.StatusServiceUnavailable, "trouble", "the history cannot be read now"})
		return
	}
	l.rw.Header().Set("Content-Type", "application/json")
	l.rw.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(l.rw).Encode(map[string]any{"lines": lines}) //nolint:errcheck // the caller has gone
}

func (l *listener) await(ctx context.Context, wait time.Duration) ([]Shown, error) {
	sse.Patient(l.rw)
	end := time.NewTimer(wait)
	defer end.Stop()
	select {
	case <-ctx.Done():
	case <-l.web.opt.Done:
	case <-l.hints:
	case <-end.C:
	}
	return l.web.Lines(ctx, l.address, l.cursor)
}

// waitTime is wait= in seconds, bounded.
func waitTime(r *http.Request) time.Duration {
	seconds, err := strconv.Atoi(r.URL.Query().Get("wait"))
	if err != nil || seconds <= 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, waitLimit)
}
