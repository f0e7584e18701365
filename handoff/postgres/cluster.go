package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"nagorik/handoff/postgres/child"
)

const (
	// reviveFirst and reviveMost bound the wait before a server that ended by itself is started again.
	reviveFirst = time.Second
	reviveMost  = 30 * time.Second
)

// Options say where a cluster lives.
type Options struct {
	// DataDir is the service's DATA_DIR; it is made when it is not there. The cluster is in its folder "postgres".
	DataDir string
	// Log is told in a line what a person should know. Nil means silence.
	Log *slog.Logger

	system    string    // instead of systemDir, for tests
	releases  []Release // instead of what is installed, for tests
	initFlags []string  // more flags for initdb, for tests
	hasty     bool      // do not wait for another process to let go
}

// Cluster is a PostgreSQL server that runs as long as this process.
type Cluster struct {
	place    place
	account  account
	release  Release
	log      *slog.Logger
	locks    []*os.File
	settings []string // "name=value" for the server, beyond our own
	password string
	discard  bool // remove the place at Stop
	joined   bool // the server is another process's

	turn sync.Mutex    // one Resume or Halt at a time
	halt chan struct{} // closed when the server is meant to end; nil while there is none
	kept chan struct{} // closed when keep has returned

	mu      sync.Mutex // what follows changes when keep starts the server again
	server  *child.Process
	sockets string
}

// Start makes DATA_DIR's cluster if there is none, starts its server and returns when it takes connections; ctx bounds that
// time only. The first start takes about a second, later ones less than a tenth. A server that ends by itself is started
// again. Errors are one line that says what to do: [ErrNotInstalled], [ErrInUse], a cluster of another major version, one
// that its user cannot reach.
func Start(ctx context.Context, opt Options) (*Cluster, error) {
	c, err := prepare(ctx, opt)
	if err != nil {
		return nil, err
	}
	if err := c.Resume(ctx); err != nil {
		return nil, errors.Join(err, c.unlock())
	}
	return c, nil
}

// Join is Start for a command beside a running service: when another process has the cluster, the result is connected to
// that one's server, and its Stop leaves the server alone.
func Join(ctx context.Context, opt Options) (*Cluster, error) {
	opt.hasty = true
	c, err := Start(ctx, opt)
	if !errors.Is(err, ErrInUse) {
		return c, err
	}
	return opt.running(err)
}

// running is a cluster whose server is another process's; inUse is the error that said so.
func (o Options) running(inUse error) (*Cluster, error) {
	dataDir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find DATA_DIR: %w", err)
	}
	p, err := pointed(dataDir)
	if err != nil {
		return nil, err
	}
	if p == "" {
		p = place(filepath.Join(dataDir, "postgres"))
	}
	c := &Cluster{place: p, joined: true}
	if c.sockets, err = p.notedSockets(); err != nil {
		return nil, errors.Join(inUse, err)
	}
	if c.password, err = p.readPassword(); err != nil {
		return nil, errors.Join(inUse, err)
	}
	return c, nil
}

// prepare does all of a start but the server: finds the place, locks it and makes the cluster.
func prepare(ctx context.Context, opt Options) (*Cluster, error) {
	all := opt.releases
	if all == nil {
		all = releases()
	}
	if len(all) == 0 {
		return nil, notInstalled()
	}
	c := &Cluster{log: opt.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if err := c.claim(ctx, opt); err != nil {
		return nil, errors.Join(err, c.unlock())
	}
	if err := c.furnish(ctx, all, opt.initFlags...); err != nil {
		return nil, errors.Join(err, c.unlock())
	}
	return c, nil
}

// claim settles and locks the place. DATA_DIR has a lock of its own: two first starts must not settle twice.
func (c *Cluster) claim(ctx context.Context, opt Options) error {
	dataDir, err := filepath.Abs(opt.DataDir)
	if err != nil {
		return fmt.Errorf("find DATA_DIR: %w", err)
	}
	if err := os.MkdirAll(dataDir, passableMode()); err != nil {
		return fmt.Errorf("make DATA_DIR: %w", err)
	}
	patience := lockPatience
	if opt.hasty {
		patience = 0
	}
	if err := c.lock(ctx, filepath.Join(dataDir, lockName), patience); err != nil {
		return err
	}
	system := opt.system
	if system == "" {
		system = systemDir
	}
	if c.place, c.account, err = settle(ctx, dataDir, system, c.log); err != nil {
		return err
	}
	return c.lock(ctx, c.place.lock(), patience)
}

// furnish chooses the programs and makes the cluster if there is none.
func (c *Cluster) furnish(ctx context.Context, all []Release, initFlags ...string) error {
	major, err := c.place.major()
	if err != nil {
		return err
	}
	if c.release, err = releaseFor(major, all, c.place.cluster()); err != nil {
		return err
	}
	if major == 0 {
		if err := c.create(ctx, initFlags...); err != nil {
			return err
		}
	}
	c.password, err = c.place.readPassword()
	return err
}

// DSN is the address of the cluster's database, for pgx and for PostgreSQL's own programs: a postgres:// URL with the socket's
// folder and the password. It stays the same when the server starts again.
func (c *Cluster) DSN() string {
	return c.dsn(database)
}

// Release is the set of programs the cluster runs from.
func (c *Cluster) Release() Release { return c.release }

// Resume starts the server of a cluster that was halted.
func (c *Cluster) Resume(ctx context.Context) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.halt != nil || c.joined {
		return nil
	}
	server, err := c.launch(ctx)
	if err != nil {
		return err
	}
	c.halt, c.kept = make(chan struct{}), make(chan struct{})
	go c.keep(server, c.halt, c.kept)
	return nil
}

// Halt stops the server and keeps its files and our hold on them, as for a test of a database that is away for a while. When
// ctx ends first the server is stopped at once and recovers at the next start.
func (c *Cluster) Halt(ctx context.Context) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.halt == nil {
		return nil
	}
	close(c.halt)
	<-c.kept
	c.halt = nil
	c.mu.Lock()
	server := c.server
	c.mu.Unlock()
	return end(ctx, server)
}

// Stop halts the server and lets go of the cluster. It may be called twice.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.joined {
		return nil
	}
	err := c.Halt(ctx)
	c.place.closeSockets()
	if c.discard {
		err = errors.Join(err, os.RemoveAll(string(c.place)))
	}
	return errors.Join(err, c.unlock())
}

// keep starts the server again when it ends without having been told to: somebody killed it, or the machine ran out of
// memory. The time between two tries grows.
func (c *Cluster) keep(server *child.Process, halt <-chan struct{}, kept chan<- struct{}) {
	defer close(kept)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-halt:
			cancel()
		case <-ctx.Done():
		}
	}()
	for server != nil {
		select {
		case <-halt:
			return
		case <-server.Done():
		}
		c.log.Error("the database server ended by itself and is started again", "error", server.Err())
		server = c.revive(ctx)
	}
}

// revive tries until a server runs, and returns nil when ctx ends first.
func (c *Cluster) revive(ctx context.Context) *child.Process {
	for wait := reviveFirst; pause(ctx, wait); wait = min(2*wait, reviveMost) {
		server, err := c.launch(ctx)
		if err == nil {
			return server
		}
		c.log.Error("start the database server again", "error", err)
	}
	return nil
}

// lock takes one of the cluster's locks.
func (c *Cluster) lock(ctx context.Context, path string, patience time.Duration) error {
	f, err := lockFile(ctx, path, patience)
	if err != nil {
		return err
	}
	c.locks = append(c.locks, f)
	return nil
}

// unlock lets go of all locks.
func (c *Cluster) unlock() error {
	var errs []error
	for _, f := range c.locks {
		errs = append(errs, f.Close())
	}
	c.locks = nil
	return errors.Join(errs...)
}
