// Package redisserver runs a throw-away Redis for tests and for the bench: on a free port of the loopback, with nothing on
// disk, ended with the process that started it.
package redisserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/handoff/postgres/child"
)

const (
	// Databases is how many numbered databases a server has.
	Databases = 64
	// tries bounds how often a start is repeated when somebody else took the free port first.
	tries = 5
	// readyPatience is how long a server may take to answer.
	readyPatience = 10 * time.Second
	readyPause    = 5 * time.Millisecond
	stopPatience  = 5 * time.Second
)

// ErrNotInstalled is the error of a machine without Redis; it says which command installs it.
var ErrNotInstalled = errors.New("no redis-server on this machine: install it with: apt-get install redis-server")

// Server is a running Redis.
type Server struct {
	process *child.Process
	port    int
	dir     string
}

// Start runs redis-server and returns when it answers.
func Start(ctx context.Context) (*Server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrNotInstalled
	}
	dir, err := os.MkdirTemp("", "nagorik-redis-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for Redis: %w", err)
	}
	for range tries {
		var s *Server
		if s, err = start(ctx, program, dir); err == nil {
			return s, nil
		}
	}
	return nil, errors.Join(err, os.Remove(dir))
}

// start is one try on one free port.
func start(ctx context.Context, program, dir string) (*Server, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir,
		"--save", "", "--appendonly", "no", "--databases", strconv.Itoa(Databases), "--daemonize", "no")
	process, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	s := &Server{process: process, port: port, dir: dir}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, s.end(ctx))
	}
	return s, nil
}

// freePort asks the kernel for a port nobody listens on just now.
func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return addr.Port, nil
}

// awaitReady asks until the server answers. The process id in the answer tells it from a stranger on the same port.
func (s *Server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	client := redis.NewClient(&redis.Options{Addr: s.addr(), MaxRetries: -1, ContextTimeoutEnabled: true})
	defer client.Close()
	for {
		answer, err := client.InfoMap(ctx, "server").Result()
		if err == nil {
			if got := answer["Server"]["process_id"]; got != strconv.Itoa(s.process.PID()) {
				return fmt.Errorf("port %d was taken by process %s", s.port, got)
			}
			return nil
		}
		select {
		case <-s.process.Done():
			return fmt.Errorf("redis ended at its start: %w", s.process.Err())
		case <-time.After(readyPause):
		case <-ctx.Done():
			return fmt.Errorf("wait for Redis: %w (%w)", ctx.Err(), err)
		}
	}
}

func (s *Server) addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL is the address of the server, without a database's number.
func (s *Server) URL() string { return "redis://" + s.addr() }

// Stop ends the server; all it held is gone.
func (s *Server) Stop(ctx context.Context) error {
	return errors.Join(s.end(ctx), os.RemoveAll(s.dir))
}

func (s *Server) end(ctx context.Context) error {
	return s.process.Stop(ctx, child.Step{Signal: syscall.SIGTERM, Patience: stopPatience}, child.Step{Signal: syscall.SIGKILL})
}
