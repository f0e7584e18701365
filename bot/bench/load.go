package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How the load reaches the server.
const (
	connections  = 128 // webhooks that may be on their way at once
	queued       = 1 << 16
	saturating   = 256 // messages without a reply at once, to find the top
	drainWithin  = 15 * time.Second
	drainPause   = 5 * time.Millisecond
	loneGap      = 10 * time.Millisecond
	webhookLimit = 10 * time.Second // Meta gives up then
)

// message is one message on its way.
type message struct {
	psid  uint64
	words Words
	mid   uint64
}

// load sends the crowd's messages to the server.
type load struct {
	addr  string
	run   string
	crowd *crowd
	jobs  chan message
	mids  uint64
	conns sync.WaitGroup

	refused atomic.Int64 // webhooks not answered 200, or not at all
}

// newLoad opens the connections to the server at addr.
func newLoad(addr, run string, c *crowd) *load {
	l := &load{addr: addr, run: run, crowd: c, jobs: make(chan message, queued)}
	for range connections {
		l.conns.Go(l.work)
	}
	return l
}

// close lets go of the connections once what is queued has been sent.
func (l *load) close() {
	close(l.jobs)
	l.conns.Wait()
}

// work sends one message after the other over one connection, which is opened
// anew after a fault.
func (l *load) work() {
	w := newWriter(l.addr)
	var c *connection
	for m := range l.jobs {
		if c == nil {
			var err error
			if c, err = dial(l.addr); err != nil {
				l.refused.Add(1)
				continue
			}
		}
		ok, err := c.post(w.build(m.psid, m.mid, l.run, time.Now(), &m.words))
		if err != nil {
			c.conn.Close()
			c = nil
		}
		if !ok {
			l.refused.Add(1)
		}
	}
	if c != nil {
		c.conn.Close()
	}
}

// connection is a kept-alive connection to the server.
type connection struct {
	conn net.Conn
	r    *bufio.Reader
}

func dial(addr string) (*connection, error) {
	c, err := net.DialTimeout("tcp", addr, webhookLimit)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	return &connection{conn: c, r: bufio.NewReaderSize(c, 4<<10)}, nil
}

// post makes one call and says whether it was answered 200.
func (c *connection) post(call []byte) (ok bool, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(webhookLimit)); err != nil {
		return false, fmt.Errorf("post a webhook: %w", err)
	}
	if _, err := c.conn.Write(call); err != nil {
		return false, fmt.Errorf("post a webhook: %w", err)
	}
	first, length, err := readHead(c.r)
	if err != nil {
		return false, err
	}
	if _, err := io.CopyN(io.Discard, c.r, int64(length)); err != nil {
		return false, fmt.Errorf("read an answer: %w", err)
	}
	return strings.HasPrefix(first, "HTTP/1.1 200 "), nil
}

// issue sends the next citizen's message, due at a time.
func (l *load) issue(due time.Time) {
	psid, words := l.crowd.take(due)
	l.mids++
	l.jobs <- message{psid: psid, words: words, mid: l.mids}
}

// open sends at a steady rate per second for a time, whatever comes back.
func (l *load) open(ctx context.Context, rate float64, lasting time.Duration) (*recorder, error) {
	start := time.Now()
	r := l.crowd.measure(start, nil)
	gap := time.Duration(float64(time.Second) / rate)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := 0; ; {
		now := time.Now()
		due := start.Add(time.Duration(n) * gap)
		for ; !due.After(now) && due.Sub(start) < lasting; n++ {
			l.issue(due)
			due = due.Add(gap)
		}
		if due.Sub(start) >= lasting {
			return r, l.drain(ctx)
		}
		timer.Reset(time.Until(due))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
}

// saturate keeps a fixed number of messages without a reply for a time.
func (l *load) saturate(ctx context.Context, most int, lasting time.Duration) (*recorder, error) {
	freed := make(chan struct{}, most)
	start := time.Now()
	r := l.crowd.measure(start, freed)
	for range most {
		l.issue(time.Now())
	}
	end := time.NewTimer(lasting)
	defer end.Stop()
	for {
		select {
		case <-freed:
			l.issue(time.Now())
		case <-end.C:
			return r, l.drain(ctx)
		case <-ctx.Done():
			return r, ctx.Err()
		}
	}
}

// lone sends one message at a time, each a moment after the reply to the one
// before it.
func (l *load) lone(ctx context.Context, lasting time.Duration) (*recorder, error) {
	freed := make(chan struct{}, 1)
	start := time.Now()
	r := l.crowd.measure(start, freed)
	gap := time.NewTimer(0)
	defer gap.Stop()
	for time.Since(start) < lasting {
		select {
		case <-gap.C:
		case <-ctx.Done():
			return r, ctx.Err()
		}
		l.issue(time.Now())
		select {
		case <-freed:
		case <-time.After(drainWithin):
			return r, fmt.Errorf("a lone message had no reply in %s", drainWithin)
		case <-ctx.Done():
			return r, ctx.Err()
		}
		gap.Reset(loneGap)
	}
	return r, l.drain(ctx)
}

// drain waits until every message has its reply. What has none in time is an
// error: nothing may be lost.
func (l *load) drain(ctx context.Context) error {
	deadline := time.Now().Add(drainWithin)
	tick := time.NewTicker(drainPause)
	defer tick.Stop()
	for l.crowd.waiting() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d messages had no reply in %s; %d webhooks were not answered 200", l.crowd.abandon(), drainWithin, l.refused.Load())
		}
	}
	return nil
}
