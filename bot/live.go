package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/flows"
	"nagorik/handoff"
)

// hintsChannel is the Redis channel that live events travel by.
const hintsChannel = "nagorik:hints"

// hintBuffer is how many hints wait for a slow listener before it is told to
// fetch afresh.
const hintBuffer = 256

// resubscribe is the wait between attempts to listen to Redis again.
const resubscribe = time.Second

// HintEvent says what sort of thing changed.
type HintEvent string

// The events of hints.
const (
	HintMessage      HintEvent = "message"      // something was said, or what was said came further
	HintConversation HintEvent = "conversation" // it opened or ended, or has another owner
	HintNote         HintEvent = "note"         // one of the staff wrote a note for colleagues
	HintCase         HintEvent = "case"
	HintPresence     HintEvent = "presence"  // somebody of the staff came or went
	HintAlarm        HintEvent = "alarm"     // one was raised or cleared
	HintBroadcast    HintEvent = "broadcast" // one came further
)

// Hint says that something changed. It carries no text: whoever cares reads
// the record.
type Hint struct {
	ID           int64       `json:"id"` // rises with time, microseconds since 1970
	Event        HintEvent   `json:"event"`
	Conversation string      `json:"conversation,omitempty"`
	Channel      string      `json:"channel,omitempty"`
	Address      string      `json:"address,omitempty"`
	Case         int64       `json:"case,omitempty"`
	Owner        flows.Owner `json:"owner,omitempty"`
	Was          flows.Owner `json:"was,omitempty"` // the owner before, when it has another one
	Team         string      `json:"team,omitempty"`
	Ward         int         `json:"ward,omitempty"`
	Broadcast    string      `json:"broadcast,omitempty"`
}

// Live spreads hints to the listeners of this process, wherever they were
// published.
type Live struct {
	redis redis.UniversalClient
	log   *slog.Logger

	mu    sync.Mutex
	byKey map[handoff.Key]map[chan struct{}]bool
	all   map[chan Hint]bool
	last  int64 // the highest id that was spread
}

// NewLive returns a Live over the given Redis. Run makes it listen.
func NewLive(client redis.UniversalClient, log *slog.Logger) *Live {
	return &Live{redis: client, log: log, byKey: map[handoff.Key]map[chan struct{}]bool{}, all: map[chan Hint]bool{}}
}

// Publish spreads hints to every process.
func (l *Live) Publish(ctx context.Context, hints ...Hint) error {
	raw, err := json.Marshal(hints)
	if err != nil {
		return err
	}
	if err := l.redis.Publish(ctx, hintsChannel, raw).Err(); err != nil {
		// Without Redis at least the listeners of this process hear of it.
		l.spread(hints)
		return err
	}
	return nil
}

// Listen returns a channel that is poked whenever something changes for one
// address. Pokes are merged; cancel ends it.
func (l *Live) Listen(key handoff.Key) (poke <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byKey[key] == nil {
		l.byKey[key] = map[chan struct{}]bool{}
	}
	l.byKey[key][ch] = true
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.byKey[key], ch)
		if len(l.byKey[key]) == 0 {
			delete(l.byKey, key)
		}
	}
}

// ListenAll returns every hint. A listener too slow to keep up finds the
// channel closed and must fetch afresh; cancel ends it.
func (l *Live) ListenAll() (hints <-chan Hint, cancel func()) {
	ch := make(chan Hint, hintBuffer)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[ch] = true
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.drop(ch)
	}
}

// Last is the highest id of the hints that were spread, 0 when there were none:
// whoever has fetched since then has missed nothing.
func (l *Live) Last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *Live) drop(ch chan Hint) {
	if l.all[ch] {
		delete(l.all, ch)
		close(ch)
	}
}

// Run listens until the context ends. After Redis was away, every listener is
// poked, since hints were missed.
func (l *Live) Run(ctx context.Context) {
	for ctx.Err() == nil {
		l.listen(ctx)
		l.missed()
		select {
		case <-ctx.Done():
		case <-time.After(resubscribe):
		}
	}
}

func (l *Live) listen(ctx context.Context) {
	sub := l.redis.Subscribe(ctx, hintsChannel)
	defer sub.Close()
	// A receive that waits does not see its context end; a closed one does.
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer stop()
	if _, err := sub.Receive(ctx); err != nil {
		return
	}
	l.missed()
	for {
		msg, err := sub.ReceiveMessage(ctx)
		if err != nil {
			return
		}
		var hints []Hint
		if err := json.Unmarshal([]byte(msg.Payload), &hints); err != nil {
			l.log.Warn("a live hint could not be read", "error", err)
			continue
		}
		l.spread(hints)
	}
}

func (l *Live) spread(hints []Hint) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range hints {
		l.last = max(l.last, hints[i].ID)
		for ch := range l.byKey[handoff.Key{Channel: hints[i].Channel, Address: hints[i].Address}] {
			poke(ch)
		}
		for ch := range l.all {
			select {
			case ch <- hints[i]:
			default:
				l.drop(ch)
			}
		}
	}
}

// missed tells everybody to look for themselves.
func (l *Live) missed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, listeners := range l.byKey {
		for ch := range listeners {
			poke(ch)
		}
	}
	for ch := range l.all {
		l.drop(ch)
	}
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
