package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/bot/bottest"
	"nagorik/handoff/handofftest"
	"nagorik/handoff/postgres"
	"nagorik/handoff/postgres/child"
)

const (
	crashPage   = "104000000000001"
	crashToken  = "crash-page-token"
	crashSecret = "crash-app-secret"
	crashLog    = 200 << 10 // bytes of a process's log that are kept
	// answerDelay makes a call to the Graph API as long as a real one, so that
	// kills find some on their way.
	answerDelay = 50 * time.Millisecond
	// lookUnderway is the time between two looks for a webhook on its way.
	lookUnderway = 500 * time.Microsecond
)

// world is the service with all that is around it.
type world struct {
	t         *testing.T
	ctx       context.Context
	giveUp    context.CancelFunc // ends ctx
	cluster   *postgres.Cluster
	redisURL  string
	graph     *bottest.Graph
	processes []*service
	program   string
	balancer  *httptest.Server

	underway atomic.Int64 // webhooks that a process has and has not answered

	mu     sync.Mutex
	rng    *rand.Rand
	people map[string]*person
	sends  []bottest.GraphSend
}

// silent is a Graph API that tells nothing of what it took.
const silent = time.Duration(-1)

// newWorld starts the stores, the Graph API, a load balancer and as many
// processes, and returns when they are ready. The Graph API echoes what it
// took after a while.
func newWorld(ctx context.Context, t *testing.T, program string, processes int, seed uint64, echo time.Duration) *world {
	t.Helper()
	ctx, giveUp := context.WithCancel(ctx)
	t.Cleanup(giveUp)
	w := &world{
		t: t, ctx: ctx, giveUp: giveUp, program: program, rng: rand.New(rand.NewPCG(seed, 7)), people: map[string]*person{},
		cluster: handofftest.Cluster(t), redisURL: handofftest.OwnRedis(t),
	}
	w.balancer = httptest.NewServer(http.HandlerFunc(w.balance))
	t.Cleanup(w.balancer.Close)
	opt := bottest.GraphOptions{PageID: crashPage, Token: crashToken, AppSecret: crashSecret, AnswerDelay: answerDelay, OnSend: w.arrived, Seed: seed}
	if echo != silent {
		opt.Webhook, opt.EchoDelay, opt.EchoSpread, opt.Receipts = w.balancer.URL+"/channels/messenger", echo, 100*time.Millisecond, true
	}
	var err error
	w.graph, err = bottest.NewGraph(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.graph.Close() })
	for range processes {
		s := &service{world: w, dir: t.TempDir(), addr: freeAddr(t), log: &logTail{}}
		w.processes = append(w.processes, s)
		s.start()
	}
	t.Cleanup(func() {
		for i, s := range w.processes {
			s.stop()
			if t.Failed() {
				t.Logf("log of process %d:\n%s", i, s.log)
			}
		}
	})
	for _, s := range w.processes {
		s.awaitReady()
	}
	return w
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// pause waits; it is false when the test's time is up.
func (w *world) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-w.ctx.Done():
		return false
	}
}

// balance passes a webhook to one of the processes at random, as a load
// balancer that has not noticed yet that one is gone.
func (w *world) balance(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	w.mu.Lock()
	target := w.processes[w.rng.IntN(len(w.processes))]
	w.mu.Unlock()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+target.addr+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	req.Header = r.Header.Clone()
	w.underway.Add(1)
	resp, err := http.DefaultTransport.RoundTrip(req)
	w.underway.Add(-1)
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	resp.Body.Close()
	rw.WriteHeader(resp.StatusCode)
}

// arrived keeps what the Graph API took and hands it to its person.
func (w *world) arrived(s bottest.GraphSend) {
	w.mu.Lock()
	w.sends = append(w.sends, s)
	p := w.people[s.Address]
	w.mu.Unlock()
	if p != nil {
		p.inbox <- s
	}
}

// kill ends a process in the middle of a webhook, as soon as there is one, and
// starts it again at once.
func (w *world) kill(victim int) {
	for end := time.Now().Add(time.Second); w.underway.Load() == 0 && time.Now().Before(end); {
		w.pause(lookUnderway)
	}
	s := w.processes[victim%len(w.processes)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.process.Stop(context.Background(), child.Step{Signal: syscall.SIGKILL}); err != nil {
		w.t.Errorf("kill: %v", err)
	}
	s.run()
}

// flush empties Redis.
func (w *world) flush() {
	opt, err := redis.ParseURL(w.redisURL)
	if err != nil {
		w.t.Errorf("read the address of Redis: %v", err)
		return
	}
	client := redis.NewClient(opt)
	defer client.Close()
	if err := client.FlushAll(w.ctx).Err(); err != nil {
		w.t.Errorf("flush Redis: %v", err)
	}
}

// databaseAway stops PostgreSQL for a while.
func (w *world) databaseAway() {
	if err := w.cluster.Halt(w.ctx); err != nil {
		w.t.Errorf("halt PostgreSQL: %v", err)
	}
	w.pause(databaseAway)
	if err := w.cluster.Resume(context.WithoutCancel(w.ctx)); err != nil {
		w.t.Errorf("resume PostgreSQL: %v", err)
	}
}

// settle waits until every echo has come through.
func (w *world) settle() {
	w.t.Helper()
	lost, err := w.graph.Settle(w.ctx)
	if err != nil || lost > 0 {
		w.t.Errorf("echoes: %d were given up, %v", lost, err)
	}
}

// service is one process of the service, restarted at the same address with
// the same folder.
type service struct {
	world *world
	dir   string
	addr  string
	log   *logTail

	mu      sync.Mutex
	process *child.Process
}

func (s *service) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.run()
}

// run starts the process; the lock is held.
func (s *service) run() {
	cmd := exec.Command(s.world.program, "serve")
	cmd.Dir = s.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "ADDR=" + s.addr, "PUBLIC_URL=http://" + s.addr,
		"DATABASE_URL=" + s.world.cluster.DSN(), "REDIS_URL=" + s.world.redisURL, "DATA_DIR=" + s.dir,
		"SECRET_KEY=" + strings.Repeat("crash test ", 4), "MESSENGER_PAGE_ID=" + crashPage, "MESSENGER_PAGE_TOKEN=" + crashToken,
		"MESSENGER_APP_SECRET=" + crashSecret, "MESSENGER_VERIFY_TOKEN=verify", "MESSENGER_API_URL=" + s.world.graph.URL(),
	}
	cmd.Stdout, cmd.Stderr = s.log, s.log
	p, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		s.world.t.Errorf("start the service: %v", err)
		return
	}
	s.process = p
}

func (s *service) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	err := s.process.Stop(context.Background(), child.Step{Signal: syscall.SIGTERM, Patience: 20 * time.Second}, child.Step{Signal: syscall.SIGKILL})
	if err != nil {
		s.world.t.Errorf("stop the service: %v", err)
	}
	if err := s.process.Err(); err != nil {
		s.world.t.Errorf("the service did not stop in order: %v", err)
	}
}

func (s *service) awaitReady() {
	for s.world.pause(20 * time.Millisecond) {
		resp, err := http.Get("http://" + s.addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-s.process.Done():
			s.world.t.Fatalf("the service ended at its start: %v\n%s", s.process.Err(), s.log)
		default:
		}
	}
	s.world.t.Fatalf("the service is not ready\n%s", s.log)
}

// logTail keeps the end of a process's log.
type logTail struct {
	mu   sync.Mutex
	kept []byte
}

// Write keeps p.
func (l *logTail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, p...)
	if extra := len(l.kept) - crashLog; extra > 0 {
		l.kept = append(l.kept[:0], l.kept[extra:]...)
	}
	return len(p), nil
}

func (l *logTail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.kept)
}
