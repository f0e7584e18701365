// Suite runs the whole test suite: it starts a throw-away PostgreSQL and Redis, runs go test with the race detector against
// them, prints what failed and each package's closing line, and ends what it started, also on Ctrl-C. A test that was
// skipped fails the suite: whatever needs a program has it here.
//
// Usage, from the project's root (make test): suite [go test arguments]. Without arguments it tests ./...
// TEST_DATABASE_URL and TEST_REDIS_URL name servers to use instead.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"nagorik/handoff/handofftest/redisserver"
	"nagorik/handoff/postgres"
	"nagorik/handoff/postgres/child"
)

const (
	// timeLimit is go test's own, for each package.
	timeLimit = "14m"
	// atOnce is how many packages are tested at the same time.
	atOnce = "2"
	// stopPatience is how long go test may take to end after Ctrl-C, and a server at the end.
	stopPatience = 20 * time.Second
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		fmt.Println("FAIL")
		os.Exit(1) //nolint:gocritic // nothing is left to cancel
	}
}

// run is the suite between its servers' start and end.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	env, stop, err := servers(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return err
	}
	results := newResults(out)
	status, err := goTest(ctx, args, env, results)
	if err != nil {
		return err
	}
	return results.verdict(status)
}

// servers starts those that the environment does not name, and returns what to add to it and how to stop them.
func servers(ctx context.Context) (env []string, stop func() error, err error) {
	var stops []func(context.Context) error
	stop = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
		defer cancel()
		var errs []error
		for _, s := range stops {
			errs = append(errs, s(ctx))
		}
		return errors.Join(errs...)
	}
	if os.Getenv("TEST_DATABASE_URL") == "" {
		// The tests kill processes, not machines: the disk need not be waited for.
		c, err := postgres.InMemory(ctx, "max_connections=400")
		if err != nil {
			return nil, stop, fmt.Errorf("start PostgreSQL for the tests: %w", err)
		}
		stops = append(stops, c.Stop)
		env = append(env, "TEST_DATABASE_URL="+c.DSN())
	}
	if os.Getenv("TEST_REDIS_URL") == "" {
		s, err := redisserver.Start(ctx)
		if err != nil {
			return nil, stop, fmt.Errorf("start Redis for the tests: %w", err)
		}
		stops = append(stops, s.Stop)
		env = append(env, "TEST_REDIS_URL="+s.URL())
	}
	return env, stop, nil
}

// goTest runs go test and feeds its events to results; the status is how it ended.
func goTest(ctx context.Context, args, env []string, results *results) (status, err error) {
	if len(args) == 0 {
		args = []string{"./..."}
	}
	all := append([]string{"test", "-json", "-race", "-p", atOnce, "-timeout", timeLimit}, args...)
	cmd := exec.Command("go", all...)
	cmd.Env = append(append(os.Environ(), "NAGORIK_TEST_ALL=1"), env...)
	cmd.Stdout, cmd.Stderr = results, os.Stderr
	p, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.Done():
		return p.Err(), nil
	case <-ctx.Done():
	}
	// The whole group is told: go itself and the tests it runs.
	if err := syscall.Kill(-p.PID(), syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return nil, fmt.Errorf("interrupt the tests: %w", err)
	}
	err = p.Stop(context.Background(), child.Step{Signal: syscall.SIGINT, Patience: stopPatience}, child.Step{Signal: syscall.SIGKILL})
	return nil, errors.Join(errors.New("the tests were interrupted"), err)
}
