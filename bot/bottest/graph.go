package bottest

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"nagorik/flows"
)

// GraphOptions say how a Graph behaves from its beginning.
type GraphOptions struct {
	Addr      string // where to listen; empty: a free port of this machine
	PageID    string // the Page it speaks for in echoes
	AppID     string // digits; empty: echoes name no app
	Token     string // the only token it knows
	AppSecret string // signs webhooks; checks appsecret_proof where one is sent

	Webhook    string        // where echoes and receipts go; empty: nowhere
	EchoDelay  time.Duration // before an echo goes out
	EchoSpread time.Duration // added to it at random, which reorders echoes
	Receipts   bool          // a delivery receipt follows each echo

	AnswerDelay time.Duration // between taking a send and answering it
	Known       bool          // refuse people of whom nothing was heard
	Keep        int           // sends kept in memory; 0: all
	OnSend      func(GraphSend)
	Seed        uint64           // of everything random but message ids
	Now         func() time.Time // nil: time.Now
}

// GraphSend is one message that the Graph took.
type GraphSend struct {
	Seq       int64 // 1 for the first
	At        time.Time
	Address   string // PSID
	MessageID string // mid
	Metadata  string
	Text      string
	Choices   []flows.Choice
	Phone     bool   // offered the person's own phone number
	Type, Tag string // messaging_type and tag
}

// Graph is a stand-in for Meta's Graph API. It is safe for concurrent use.
type Graph struct {
	opt    GraphOptions
	url    string
	run    string // part of message ids, so that no two runs share any
	auth   string
	proof  string
	server *http.Server
	client *http.Client
	ctx    context.Context
	stop   context.CancelFunc
	echoes []chan post
	seed   maphash.Seed // of the lanes

	mu       sync.Mutex
	rng      *mathrand.Rand
	seq      int64
	sends    []GraphSend
	heard    map[string]time.Time
	faults   []fault
	chances  []chance
	refused  map[string]int
	actions  map[string]int
	profiles map[string]profile
	media    map[string]media
	setup    []byte
	started  bool          // the Page has a Get Started button
	pending  int           // posts to the webhook not done
	lost     int           // posts given up
	changed  chan struct{} // closed at the next change somebody waits for
}

// echoLanes are posts to the webhook at once; one person's stay in order.
const echoLanes = 8

// NewGraph starts a Graph on its own port.
func NewGraph(opt GraphOptions) (*Graph, error) {
	if opt.Addr == "" {
		opt.Addr = "127.0.0.1:0"
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	listener, err := net.Listen("tcp", opt.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for graph calls: %w", err)
	}
	g := &Graph{
		opt: opt, url: "http://" + listener.Addr().String(), run: strings.ToLower(rand.Text()[:8]),
		auth: "Bearer " + opt.Token, rng: mathrand.New(mathrand.NewPCG(opt.Seed, 1)),
		seed:   maphash.MakeSeed(),
		client: &http.Client{Timeout: webhookTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: echoLanes * 2}},
		heard:  make(map[string]time.Time), refused: make(map[string]int), actions: make(map[string]int),
		profiles: make(map[string]profile), media: make(map[string]media),
	}
	mac := hmac.New(sha256.New, []byte(opt.AppSecret))
	mac.Write([]byte(opt.Token))
	g.proof = hex.EncodeToString(mac.Sum(nil))
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.startEchoes()
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: webhookTimeout}
	go g.server.Serve(listener) //nolint:errcheck // it ends with Close
	return g, nil
}

// URL is the API's address, without version.
func (g *Graph) URL() string { return g.url }

// Host is the API's host and port, for lists of media hosts.
func (g *Graph) Host() string { return strings.TrimPrefix(g.url, "http://") }

// Close stops answering and echoing.
func (g *Graph) Close() error {
	g.stop()
	if err := g.server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close graph: %w", err)
	}
	g.client.CloseIdleConnections()
	return nil
}

// Heard opens the 24 hours in which a person may be written to. Deliver does
// it by itself; who posts webhooks some other way says it here.
func (g *Graph) Heard(psid string, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at.After(g.heard[psid]) {
		g.heard[psid] = at
	}
}

// Sends are the messages taken, oldest first; only the last if Keep is set.
func (g *Graph) Sends() []GraphSend {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]GraphSend(nil), g.sends...)
}

// SendsTo are the messages taken for one person.
func (g *Graph) SendsTo(psid string) []GraphSend {
	var to []GraphSend
	for _, s := range g.Sends() {
		if s.Address == psid {
			to = append(to, s)
		}
	}
	return to
}

// Count is how many messages were taken since the beginning.
func (g *Graph) Count() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.seq
}

// Refused counts what was not taken, by the error's name.
func (g *Graph) Refused() map[string]int {
	return g.copyCounts(func() map[string]int { return g.refused })
}

// Actions counts sender actions such as typing_on.
func (g *Graph) Actions() map[string]int {
	return g.copyCounts(func() map[string]int { return g.actions })
}

func (g *Graph) copyCounts(counts func() map[string]int) map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := make(map[string]int)
	for k, n := range counts() {
		c[k] = n
	}
	return c
}

// Wait returns the messages taken as soon as there are n since the beginning.
func (g *Graph) Wait(ctx context.Context, n int64) ([]GraphSend, error) {
	if err := g.until(ctx, func() bool { return g.seq >= n }); err != nil {
		return g.Sends(), fmt.Errorf("wait for %d sends, have %d: %w", n, g.Count(), err)
	}
	return g.Sends(), nil
}

// Settle returns when every echo and receipt so far has been posted, and how
// many were given up since the beginning.
func (g *Graph) Settle(ctx context.Context) (lost int, err error) {
	if err := g.until(ctx, func() bool { return g.pending == 0 }); err != nil {
		return 0, fmt.Errorf("wait for echoes: %w", err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lost, nil
}

// until waits for a condition that is asked under the lock.
func (g *Graph) until(ctx context.Context, done func() bool) error {
	for {
		g.mu.Lock()
		if done() {
			g.mu.Unlock()
			return nil
		}
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// change wakes who waits; the lock is held.
func (g *Graph) change() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}
