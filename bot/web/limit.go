package web

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How much one person and one network may send. Mobile carriers put thousands
// of phones behind one IPv4 address, so the bound per network is wide.
const (
	sessionPerSecond = 1.0
	sessionBurst     = 20
	networkPerSecond = 20.0
	networkBurst     = 200
	// New sessions from one network: a page opened for the first time.
	freshPerSecond = 2.0
	freshBurst     = 100
	// Streams opened and questions for news.
	readPerSecond        = 1.0
	readBurst            = 40
	networkReadPerSecond = 100.0
	networkReadBurst     = 1000

	limiterKeys = 20_000 // how many sessions and networks are remembered
)

// Limiter bounds how often each of many keys may do something. It remembers a
// fixed number of keys; the one unused for longest is forgotten first.
type Limiter struct {
	limit rate.Limit
	burst int
	size  int

	mu    sync.Mutex
	keys  map[string]bucket
	order *list.List // of keys, most recently used first
}

type bucket struct {
	tokens *rate.Limiter
	place  *list.Element
}

// NewLimiter allows each key burst at once and perSecond in the long run, for
// at most size keys.
func NewLimiter(perSecond float64, burst, size int) *Limiter {
	return &Limiter{
		limit: rate.Limit(perSecond), burst: burst, size: size,
		keys: make(map[string]bucket), order: list.New(),
	}
}

// Allow takes one turn of key at the time now, if there is one left.
func (l *Limiter) Allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.keys[key]
	if ok {
		l.order.MoveToFront(b.place)
	} else {
		b = bucket{rate.NewLimiter(l.limit, l.burst), l.order.PushFront(key)}
		l.keys[key] = b
	}
	for l.order.Len() > l.size {
		last, _ := l.order.Remove(l.order.Back()).(string)
		delete(l.keys, last)
	}
	return b.tokens.AllowN(now, 1)
}

// Network is the part of an address that one subscriber has: an IPv4 address,
// or the first 64 bits of an IPv6 one.
func Network(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.Addr().String()
		}
	}
	return a.String()
}

// limits are the bounds on what is sent to the chat and asked of it.
type limits struct{ session, network, fresh, reader, readers *Limiter }

func newLimits() limits {
	return limits{
		session: NewLimiter(sessionPerSecond, sessionBurst, limiterKeys),
		network: NewLimiter(networkPerSecond, networkBurst, limiterKeys),
		fresh:   NewLimiter(freshPerSecond, freshBurst, limiterKeys),
		reader:  NewLimiter(readPerSecond, readBurst, limiterKeys),
		readers: NewLimiter(networkReadPerSecond, networkReadBurst, limiterKeys),
	}
}

// read takes one turn of an address and its network to ask for news.
func (l limits) read(address, network string, now time.Time) bool {
	return l.readers.Allow(network, now) && l.reader.Allow(address, now)
}

// allow takes one turn of a session and its network.
func (l limits) allow(s session, fresh bool, remote netip.Addr, now time.Time) bool {
	network := Network(remote)
	if !l.network.Allow(network, now) {
		return false
	}
	if fresh {
		return l.fresh.Allow(network, now)
	}
	return l.session.Allow(s.address, now)
}
