package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"nagorik/handoff/postgres/child"
)

// Bounds of the server's process.
const (
	readyWithin  = 60 * time.Second
	readyPause   = 20 * time.Millisecond
	stopPatience = 20 * time.Second
	outputKept   = 16 << 10 // bytes of its log that an error shows
)

// server is the service as a process of its own.
type server struct {
	process *child.Process
	addr    string
	dir     string
	log     *tail
}

// startServer runs `program serve` on the given stores, its replies going to
// the sink, and returns when it is ready.
func startServer(ctx context.Context, program, database, redis, graph string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "nagorik-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	s := &server{addr: addr, dir: dir, log: &tail{}}
	cmd := exec.Command(program, "serve")
	cmd.Dir = dir
	cmd.Env = append(inherited(),
		"ADDR="+addr, "PUBLIC_URL=http://"+addr, "DATABASE_URL="+database, "REDIS_URL="+redis, "DATA_DIR="+dir,
		"SECRET_KEY="+rand.Text()+rand.Text(), "LOG_LEVEL=warn", "MESSENGER_PAGE_ID="+pageID, "MESSENGER_PAGE_TOKEN="+pageToken,
		"MESSENGER_APP_SECRET="+appSecret, "MESSENGER_VERIFY_TOKEN="+verifyToken, "MESSENGER_API_URL="+graph)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if s.process, err = child.Start(cmd, syscall.SIGKILL); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// inherited are the settings of this machine that are not ours.
func inherited() []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LANG", "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GODEBUG", "GORACE"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// ready asks until the server says that it is.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		if s.answers(ctx) {
			return nil
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("the server ended at its start: %w\n%s", s.process.Err(), s.log)
		case <-time.After(readyPause):
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w\n%s", ctx.Err(), s.log)
		}
	}
}

func (s *server) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

// resident is the memory the process holds, in bytes.
func (s *server) resident() (int64, error) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.process.PID()) + "/status")
	if err != nil {
		return 0, fmt.Errorf("read the server's memory: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("read the server's memory: no VmRSS")
}

// stop ends the server in order and removes its folder.
func (s *server) stop() error {
	err := s.process.Stop(context.Background(), child.Step{Signal: syscall.SIGTERM, Patience: stopPatience}, child.Step{Signal: syscall.SIGKILL})
	return errors.Join(err, os.RemoveAll(s.dir))
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write keeps p.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - outputKept; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(p), nil
}

// String is what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
