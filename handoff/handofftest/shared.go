package handofftest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"nagorik/handoff/handofftest/redisserver"
	"nagorik/handoff/postgres"
)

// startPatience bounds the start of a server and the making of a database.
const startPatience = 2 * time.Minute

// servers are what the tests of one binary share. There is one set per process by nature, made when a test first asks.
type servers struct {
	mu       sync.Mutex
	cluster  *postgres.Cluster
	admin    string // an address of the shared server, with the right to create databases
	template string
	err      error // of the first try; every test that asks gets it

	redisMu sync.Mutex
	redis   *redisserver.Server
	pool    *redisPool
	poolErr error
}

// shared is stopped by Main.
var shared servers //nolint:gochecknoglobals // see servers

// Main runs a package's tests and stops what they shared. A package's TestMain calls it; without it, or after a panic, the
// servers end with the process all the same, but their folders stay until the next run.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a TestMain that has something of its own to do before the process exits with the code returned.
func Run(m *testing.M) int {
	code := m.Run()
	if err := shared.stop(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "stop the servers of the tests:", err)
		code = max(code, 1)
	}
	return code
}

// stop ends the servers that were started.
func (s *servers) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	var errs []error
	if s.cluster != nil {
		errs = append(errs, s.cluster.Stop(ctx))
	}
	if s.pool != nil {
		errs = append(errs, s.pool.close())
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Stop(ctx))
	}
	return errors.Join(errs...)
}

// database returns the shared server's address and the name of the template with the schema.
func (s *servers) database(ctx context.Context) (admin, template string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin == "" && s.err == nil {
		s.admin, s.template, s.err = s.open(ctx)
	}
	return s.admin, s.template, s.err
}

// open starts or finds the server, and makes the template there.
func (s *servers) open(ctx context.Context) (admin, template string, err error) {
	admin = os.Getenv("TEST_DATABASE_URL")
	if admin == "" {
		// Tests survive crashes of processes, not of machines, so the disk need not be waited for.
		if s.cluster, err = postgres.InMemory(ctx, "max_connections=300"); err != nil {
			return "", "", err
		}
		admin = s.cluster.DSN()
	}
	if template, err = makeTemplate(ctx, admin); err != nil {
		return "", "", err
	}
	return admin, template, nil
}
