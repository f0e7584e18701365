package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/bot/spool"
	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/handofftest"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

func TestMain(m *testing.M) { handofftest.Main(m) }

// patience bounds how long a test waits for something that should happen.
const patience = 20 * time.Second

// glance is how often it looks.
const glance = 5 * time.Millisecond

// paper is a channel that writes down what it is given to send.
type paper struct {
	mu    sync.Mutex
	sent  []bot.Outgoing
	fail  func(bot.Outgoing) error
	some  *sync.Cond
	panic string // Fit panics with it
	hosts []string
	parts int // Fit cuts every message into as many; 0 is one
}

func newPaper() *paper {
	p := &paper{}
	p.some = sync.NewCond(&p.mu)
	return p
}

func (p *paper) Name() string { return "paper" }

func (p *paper) Face() flows.Face {
	return flows.Face{Name: "messenger", Buttons: true, MaxChoices: 13, Photos: true, Location: true}
}

func (p *paper) Receive(context.Context, bot.Call) (bot.Delivery, error) { return bot.Delivery{}, nil }

func (p *paper) MediaHosts() []string { return p.hosts }

func (p *paper) MediaHeader() http.Header { return nil }

func (p *paper) Fit(m flows.Message) []flows.Message {
	if p.panic != "" {
		panic(p.panic)
	}
	return slices.Repeat([]flows.Message{m}, max(1, p.parts))
}

func (p *paper) Send(_ context.Context, out bot.Outgoing) (bot.Sent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(out); err != nil {
			return bot.Sent{}, err
		}
	}
	p.sent = append(p.sent, out)
	p.some.Broadcast()
	return bot.Sent{ProviderID: "sent-" + out.ID}, nil
}

// to is what was sent to an address, in order.
func (p *paper) to(address string) []bot.Outgoing {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []bot.Outgoing
	for _, out := range p.sent {
		if out.Address == address {
			list = append(list, out)
		}
	}
	return list
}

// await waits until n messages were sent to the address and returns the last.
func (p *paper) await(t testing.TB, address string, n int) bot.Outgoing {
	t.Helper()
	eventually(t, fmt.Sprintf("%d messages to %s", n, address), func() bool { return len(p.to(address)) >= n })
	return p.to(address)[n-1]
}

// eventually waits for something that happens on other goroutines.
func eventually(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(glance) {
		if happened() {
			return
		}
	}
	t.Fatalf("waited %s in vain for %s", patience, what)
}

// town is a running bot with all that belongs to it.
type town struct {
	*bot.Bot
	t     testing.TB
	paper *paper
	pool  *pgxpool.Pool
	desk  *handoff.Desk
	spent *spending.Ledger
	redis redis.UniversalClient
	flows *bot.Catalogs
	news  *broadcasts.Store
	queue *spool.Spool
	dir   string
	n     int
}

// settings of a town; empty ones are made.
type settings struct {
	link  func(uuid.UUID) string // to photos that staff send
	dsn   string
	redis redis.UniversalClient
	paper *paper
	// channel is what the bot is given for the paper, when that is more.
	channel bot.Channel
	now     func() time.Time
	lost    error // of a catalogue version that is not the current one
	// flows are replaced in the shipped catalogue: old, new, old, new …
	flows []string
	// more are channels beside the paper.
	more   []bot.Channel
	mailer bot.Mailer
	letter func(handoff.AlarmLetter) (subject, text string)
	// spooled are records that an earlier run has left in the spool.
	spooled [][]byte
}

// loaded are the catalogues of the tests, by what was changed: they never
// change, and each takes a while to learn.
var loaded = struct {
	sync.Mutex
	by map[string]*flows.Catalog
}{by: map[string]*flows.Catalog{}}

// catalog is the shipped one with texts replaced: old, new, old, new …
func catalog(t testing.TB, changes ...string) *flows.Catalog {
	t.Helper()
	loaded.Lock()
	defer loaded.Unlock()
	key := strings.Join(changes, "\x00")
	if loaded.by[key] == nil {
		loaded.by[key] = load(t, changes)
	}
	return loaded.by[key]
}

func load(t testing.TB, changes []string) *flows.Catalog {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(changes...).Replace(string(text))
	c, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: []byte(changed)})
	if c == nil {
		t.Fatal(faults)
	}
	return c
}

func redisFor(t testing.TB, actual bool) redis.UniversalClient {
	t.Helper()
	opt := &redis.Options{}
	if actual {
		var err error
		if opt, err = redis.ParseURL(handofftest.Redis(t)); err != nil {
			t.Fatal(err)
		}
	} else {
		opt.Addr = miniredis.RunT(t).Addr()
	}
	opt.ContextTimeoutEnabled = true
	client := redis.NewClient(opt)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func newTown(t testing.TB, s settings) *town {
	t.Helper()
	if s.dsn == "" {
		s.dsn = handofftest.DSN(t)
	}
	if s.redis == nil {
		s.redis = redisFor(t, false)
	}
	if s.paper == nil {
		s.paper = newPaper()
	}
	if s.channel == nil {
		s.channel = s.paper
	}
	w := &town{t: t, paper: s.paper, redis: s.redis, dir: t.TempDir()}
	var err error
	if w.pool, err = pgxpool.New(context.Background(), s.dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	if w.desk, err = handoff.New(handoff.Options{Pool: w.pool, Now: s.now, Secret: []byte("a key of the tests that nobody else has")}); err != nil {
		t.Fatal(err)
	}
	store, err := photos.NewStore(w.dir + "/photos")
	if err != nil {
		t.Fatal(err)
	}
	queue, err := spool.Open(w.dir+"/spool", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	w.queue = queue
	t.Cleanup(func() { _ = queue.Close() })
	if err := queue.Append(s.spooled...); err != nil {
		t.Fatal(err)
	}
	current := catalog(t, s.flows...)
	w.flows = bot.NewCatalogs(current, func(context.Context, int64) (*flows.Catalog, error) { return current, s.lost })
	w.news = broadcasts.New(w.pool, w.flows.Current, s.now)
	w.spent = spending.NewLedger(w.pool, s.now)
	w.Bot, err = bot.New(bot.Options{
		Desk: w.desk, Pool: w.pool, Redis: s.redis, Channels: append(s.more, s.channel), Notices: notices.NewLedger(w.pool, s.now), Spending: w.spent, Broadcasts: w.news, UnsubscribeLink: func(n int64) string { return fmt.Sprintf("https://city.example/unsubscribe/%d", n) }, Mailer: s.mailer, AlarmLetter: s.letter, Photos: store, Spool: queue,
		Catalogs: w.flows, PhotoLink: s.link,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: bot.NewMetrics(prometheus.NewRegistry()), Now: s.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := w.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return w
}

// accept takes an event in and fails the test when it is not safe.
func (w *town) accept(events ...bot.Event) {
	w.t.Helper()
	if err := w.Accept(context.Background(), events); err != nil {
		w.t.Fatalf("accept: %v", err)
	}
}

// text is a typed line of a person.
func (w *town) text(address, text string) bot.Event {
	w.n++
	return bot.Event{Kind: bot.EventMessage, Channel: "paper", Address: address, ProviderID: fmt.Sprintf("m_%s_%d", address, w.n), At: time.Now(), Text: text}
}

func (w *town) count(sql string, args ...any) (n int) {
	w.t.Helper()
	if err := w.pool.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// talk lets a person say lines one after the other, each after the answer to
// the one before, and returns the last answer.
func (w *town) talk(address string, lines ...string) bot.Outgoing {
	w.t.Helper()
	for _, line := range lines {
		had := len(w.paper.to(address))
		w.accept(w.text(address, line))
		w.paper.await(w.t, address, had+1)
		// A turn may say several things; the next line answers the last.
		eventually(w.t, "the turn's other replies", func() bool {
			return w.count(`SELECT count(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id JOIN identities i ON i.id = c.identity_id
				WHERE i.address = $1 AND m.status IN ('queued', 'sending') AND m.send_after IS NULL`, address) == 0
		})
	}
	said := w.paper.to(address)
	return said[len(said)-1]
}
