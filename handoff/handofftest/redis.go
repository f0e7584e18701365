package handofftest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/handoff/handofftest/redisserver"
)

const (
	// leaseTime is how long a test keeps its numbered database if its process dies: longer than go test's time limit.
	leaseTime = 20 * time.Minute
	// leasePause is the time between two looks when all databases are taken.
	leasePause = 20 * time.Millisecond
	// ordinaryDatabases is what a Redis has that does not say how many.
	ordinaryDatabases = 16
)

// Redis is the address of an empty numbered database for this test alone, emptied when the test ends. The server is shared:
// such a test may use FLUSHDB, not FLUSHALL (for that there is [OwnRedis]), and subscribe only to channels with names of
// its own, since Redis does not keep channels apart by database.
func Redis(t testing.TB) string {
	t.Helper()
	needs(t, "Redis")
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	pool, err := shared.redisPool(ctx)
	check(t, err)
	n, err := pool.lease(ctx)
	check(t, err)
	t.Cleanup(func() {
		if err := pool.free(context.Background(), n); err != nil {
			t.Errorf("empty the test's Redis database: %v", err)
		}
	})
	return pool.url(n)
}

// OwnRedis is the address of a server of the test's own, stopped when the test ends.
func OwnRedis(t testing.TB) string {
	t.Helper()
	needs(t, "Redis")
	ctx, cancel := context.WithTimeout(context.Background(), startPatience)
	defer cancel()
	s, err := redisserver.Start(ctx)
	check(t, err)
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Errorf("stop the test's Redis: %v", err)
		}
	})
	return s.URL() + "/0"
}

// redisPool starts or finds the shared server.
func (s *servers) redisPool(ctx context.Context) (*redisPool, error) {
	s.redisMu.Lock()
	defer s.redisMu.Unlock()
	if s.pool == nil && s.poolErr == nil {
		s.pool, s.poolErr = s.openPool(ctx)
	}
	return s.pool, s.poolErr
}

func (s *servers) openPool(ctx context.Context) (*redisPool, error) {
	base := os.Getenv("TEST_REDIS_URL")
	if base == "" {
		var err error
		if s.redis, err = redisserver.Start(ctx); err != nil {
			return nil, err
		}
		base = s.redis.URL()
	}
	return newRedisPool(ctx, base)
}

// redisPool lends the numbered databases of one server to tests, also of several processes: database 0 holds one key for
// each that is taken.
type redisPool struct {
	options   redis.Options
	leases    *redis.Client
	databases int
	owner     string
}

func newRedisPool(ctx context.Context, base string) (*redisPool, error) {
	options, err := redis.ParseURL(base)
	if err != nil {
		return nil, fmt.Errorf("read TEST_REDIS_URL: %w", err)
	}
	options.DB = 0
	p := &redisPool{options: *options, leases: redis.NewClient(options), databases: ordinaryDatabases, owner: rand.Text()}
	if err := p.leases.Ping(ctx).Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the tests' Redis: %w", err), p.close())
	}
	// A server that does not let itself be asked has at least the ordinary number.
	if answer, err := p.leases.ConfigGet(ctx, "databases").Result(); err == nil {
		if n, err := strconv.Atoi(answer["databases"]); err == nil {
			p.databases = n
		}
	}
	return p, nil
}

// lease takes a database and empties it. When all are taken it waits for another test to end.
func (p *redisPool) lease(ctx context.Context) (int, error) {
	for {
		for n := 1; n < p.databases; n++ {
			won, err := p.leases.SetNX(ctx, leaseKey(n), p.owner, leaseTime).Result()
			if err != nil {
				return 0, fmt.Errorf("take a Redis database: %w", err)
			}
			if won {
				return n, p.flush(ctx, n)
			}
		}
		select {
		case <-time.After(leasePause):
		case <-ctx.Done():
			return 0, fmt.Errorf("take a Redis database: all %d are in use: %w", p.databases-1, ctx.Err())
		}
	}
}

// free empties a database and gives it back.
func (p *redisPool) free(ctx context.Context, n int) error {
	if err := p.flush(ctx, n); err != nil {
		return err
	}
	if err := p.leases.Del(ctx, leaseKey(n)).Err(); err != nil {
		return fmt.Errorf("give back a Redis database: %w", err)
	}
	return nil
}

func (p *redisPool) flush(ctx context.Context, n int) error {
	options := p.options
	options.DB = n
	client := redis.NewClient(&options)
	if err := client.FlushDB(ctx).Err(); err != nil {
		return errors.Join(fmt.Errorf("empty Redis database %d: %w", n, err), client.Close())
	}
	return client.Close()
}

// url is the address of one numbered database.
func (p *redisPool) url(n int) string {
	var login string
	if p.options.Password != "" {
		login = p.options.Username + ":" + p.options.Password + "@"
	}
	return "redis://" + login + p.options.Addr + "/" + strconv.Itoa(n)
}

func (p *redisPool) close() error { return p.leases.Close() }

func leaseKey(n int) string {
	return strings.Join([]string{"nagorik", "test", "lease", strconv.Itoa(n)}, ":")
}
