package gateway

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"nagorik/bot"
)

// Times and bounds of replies that are the answer to a call.
const (
	usualReply   = 4 * time.Second        // an answer waits so long for a reply
	longestReply = 20 * time.Second       // and no longer than so, whatever the profile says
	gather       = 400 * time.Millisecond // after one message the next of the same turn may follow
	abandoned    = 30 * time.Second       // a call that is not answered by then never will be
	maxWaiting   = 1000                   // calls that wait at once
	maxReply     = 800                    // UTF-16 units of a reply where the profile does not say
)

// waiting are the calls whose answer will be the reply to the person. It is
// filled when a call comes in, since the reply may be sent before the answer
// is asked for.
type waiting struct {
	mu    sync.Mutex
	calls map[string][]*held // by address, oldest first
	count int
}

// held is one call. Texts are handed to it only while somebody makes its
// answer, so that none is taken for a call that is answered otherwise.
type held struct {
	address string
	since   time.Time
	most    int // UTF-16 units
	started chan struct{}
	done    chan struct{}
	came    chan struct{} // one text more, or it is full

	mu     sync.Mutex
	texts  []string
	units  int
	closed bool
}

// hold notes a call; nil when too many wait already.
func (w *waiting) hold(address string, most int, now time.Time) *held {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count >= maxWaiting {
		w.prune(now)
	}
	if w.count >= maxWaiting {
		return nil
	}
	if w.calls == nil {
		w.calls = map[string][]*held{}
	}
	h := &held{
		address: address, since: now, most: most,
		started: make(chan struct{}), done: make(chan struct{}), came: make(chan struct{}, 1),
	}
	w.calls[address] = append(w.calls[address], h)
	w.count++
	return h
}

// prune forgets calls whose answer was never asked for; the lock is held.
func (w *waiting) prune(now time.Time) {
	for address, list := range w.calls {
		kept := slices.DeleteFunc(list, func(h *held) bool { return h.lost(now) })
		w.count -= len(list) - len(kept)
		if len(kept) == 0 {
			delete(w.calls, address)
			continue
		}
		w.calls[address] = kept
	}
}

// lost says whether a call has been forgotten by whoever serves it.
func (h *held) lost(now time.Time) bool {
	select {
	case <-h.started:
		return false
	default:
		return now.Sub(h.since) > abandoned
	}
}

// drop forgets a call that has been answered.
func (w *waiting) drop(h *held) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.calls[h.address]
	kept := slices.DeleteFunc(list, func(other *held) bool { return other == h })
	w.count -= len(list) - len(kept)
	if len(kept) == 0 {
		delete(w.calls, h.address)
		return
	}
	w.calls[h.address] = kept
}

// oldest is the call of an address that waits longest, of those behind one;
// nil for none.
func (w *waiting) oldest(address string, behind *held, now time.Time) *held {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.calls[address]
	if i := slices.Index(list, behind); i >= 0 {
		list = list[i+1:]
	}
	for _, h := range list {
		if !h.lost(now) {
			return h
		}
	}
	return nil
}

// hand gives a text to a call of that address. It is false when none waits,
// or none has room.
func (w *waiting) hand(ctx context.Context, address, text string, now time.Time) bool {
	wait := time.NewTimer(usualReply)
	defer wait.Stop()
	for h := w.oldest(address, nil, now); h != nil; h = w.oldest(address, h, now) {
		select {
		case <-h.started:
		case <-h.done:
		case <-wait.C:
			return false
		case <-ctx.Done():
			return false
		}
		if h.take(text) {
			return true
		}
	}
	return false
}

// take adds a text to the answer. One that does not fit closes it: later
// ones must not overtake.
func (h *held) take(text string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	units := len(utf16.Encode([]rune(text)))
	if len(h.texts) > 0 {
		units++ // the line end between
	}
	fits := h.units+units <= h.most
	if fits {
		h.texts = append(h.texts, text)
		h.units += units
	} else {
		h.closed = true
	}
	select {
	case h.came <- struct{}{}:
	default:
	}
	return fits
}

// full says whether nothing more can be added.
func (h *held) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// collect waits for the reply and returns it: what came, in lines.
func (h *held) collect(ctx context.Context, within time.Duration) string {
	close(h.started)
	end := time.NewTimer(within)
	defer end.Stop()
	quiet := time.NewTimer(within)
	defer quiet.Stop()
	for open := true; open; {
		select {
		case <-h.came:
			open = !h.full()
			quiet.Reset(gather)
		case <-quiet.C:
			open = false
		case <-end.C:
			open = false
		case <-ctx.Done():
			open = false
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	return strings.Join(h.texts, "\n")
}

// late makes the answer of a call: the reply, or what is said without one.
func (g *Gateway) late(h *held) func(context.Context) bot.Answer {
	var once sync.Once
	return func(ctx context.Context) bot.Answer {
		reply := ""
		once.Do(func() {
			reply = h.collect(ctx, g.p.receive.within)
			close(h.done)
			g.waiting.drop(h)
		})
		return g.p.receive.answer.render(reply)
	}
}

// render is the HTTP answer with a reply in it, or none.
func (a *answer) render(reply string) bot.Answer {
	or := reply
	if or == "" {
		or = "OK"
	}
	body := a.body.fill(vars{"reply": a.escape(reply), "reply_or_ok": a.escape(or)}, false)
	return bot.Answer{Status: a.status, Type: a.kind, Body: []byte(body)}
}
