package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/postgres/child"
)

const (
	// clusterName marks our servers' command lines.
	clusterName = "cluster_name=nagorik"
	// readyPatience is how long a server may take to answer: after a crash it first reads its log again.
	readyPatience = 5 * time.Minute
	// readyPause is the time between two tries to connect to a server that is starting.
	readyPause = 10 * time.Millisecond
	// stopPatience is how long a fast shutdown may take before the server is stopped at once; it then recovers at the
	// next start.
	stopPatience = 30 * time.Second
	// leftoverPatience is how long a start is tried again while processes of a killed server still hold its memory.
	leftoverPatience = 30 * time.Second
	leftoverPause    = 200 * time.Millisecond
)

// errLeftover is a start that failed for something that passes by itself.
var errLeftover = errors.New("processes of an earlier server have not ended yet")

// launch starts the server process and returns when it answers and has our database.
func (c *Cluster) launch(ctx context.Context) (*child.Process, error) {
	if err := c.awaitOld(ctx); err != nil {
		return nil, err
	}
	sockets, err := c.listenIn()
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(leftoverPatience); ; {
		p, err := c.run(ctx, sockets)
		if !errors.Is(err, errLeftover) || time.Now().After(deadline) || !pause(ctx, leftoverPause) {
			return p, err
		}
	}
}

// listenIn is the folder for the socket: for a server that starts again the one it had, so that its address stays.
func (c *Cluster) listenIn() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if fi, err := os.Stat(c.sockets); err == nil && fi.IsDir() {
		return c.sockets, nil
	}
	sockets, err := c.place.openSockets(c.account)
	if err == nil {
		c.sockets = sockets
	}
	return sockets, err
}

// run is one try of launch.
func (c *Cluster) run(ctx context.Context, sockets string) (*child.Process, error) {
	out := &serverLog{log: c.log}
	cmd := c.account.command(string(c.place), c.release.Path("postgres"), c.serverArgs(sockets)...)
	cmd.Stdout, cmd.Stderr = out, out
	p, err := child.Start(cmd, syscall.SIGINT)
	if err != nil {
		return nil, fmt.Errorf("start the database server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	if err := c.awaitReady(ctx, p, out); err != nil {
		return nil, errors.Join(err, end(ctx, p))
	}
	c.mu.Lock()
	c.server = p
	c.mu.Unlock()
	return p, nil
}

// serverArgs set where the server listens and what it is called; and terse errors, since the long form quotes rows.
func (c *Cluster) serverArgs(sockets string) []string {
	args := []string{
		"-D", c.place.cluster(), "-c", clusterName,
		"-c", "listen_addresses=", "-c", "port=5432",
		"-c", "unix_socket_directories=" + quoteList(sockets), "-c", "unix_socket_permissions=0700",
		"-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "log_error_verbosity=terse",
	}
	for _, setting := range c.settings {
		args = append(args, "-c", setting)
	}
	return args
}

// quoteList quotes one path for a setting that is a list.
func quoteList(path string) string { return `"` + strings.ReplaceAll(path, `"`, `""`) + `"` }

// awaitReady tries to connect until the server answers, ends, or ctx is done.
func (c *Cluster) awaitReady(ctx context.Context, p *child.Process, out *serverLog) error {
	for {
		err := c.makeDatabase(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.Done():
			return stillborn(p, out)
		case <-time.After(readyPause):
		case <-ctx.Done():
			return fmt.Errorf("wait for the database server: %w (%w)", ctx.Err(), err)
		}
	}
}

// stillborn is the error of a server that ended before it answered.
func stillborn(p *child.Process, out *serverLog) error {
	why := out.fatal()
	if strings.Contains(why, "shared memory block") || strings.Contains(why, "lock file") {
		return fmt.Errorf("%w: %s", errLeftover, why)
	}
	return fmt.Errorf("the database server does not start: %s (%w)", why, p.Err())
}

// makeDatabase connects and makes our database if it is not there; success means that the server is ready.
func (c *Cluster) makeDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.dsn("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the database server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&there); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}

// dsn is the address of a database in the cluster, complete, so that no PG* variable of the environment fills a gap.
func (c *Cluster) dsn(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	q := url.Values{"host": {c.sockets}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(owner, c.password), Path: "/" + name, RawQuery: q.Encode()}
	return u.String()
}

// end stops a server: in order, then at once, then by force.
func end(ctx context.Context, p *child.Process) error {
	return p.Stop(ctx,
		child.Step{Signal: syscall.SIGINT, Patience: stopPatience},
		child.Step{Signal: syscall.SIGQUIT, Patience: stopPatience},
		child.Step{Signal: syscall.SIGKILL})
}
