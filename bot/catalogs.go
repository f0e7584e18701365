package bot

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"nagorik/flows"
)

// Catalogs holds the catalogue versions this process has met. New dialogues
// begin in the current one; a session stays on the version it began in.
type Catalogs struct {
	load    func(ctx context.Context, version int64) (*flows.Catalog, error)
	current atomic.Pointer[flows.Catalog]

	mu  sync.Mutex
	old map[int64]*flows.Catalog
}

// NewCatalogs returns a Catalogs that begins with the given one. Load reads a
// version this process does not know, and tells staff of one it cannot read:
// it is asked once.
func NewCatalogs(current *flows.Catalog, load func(ctx context.Context, version int64) (*flows.Catalog, error)) *Catalogs {
	c := &Catalogs{load: load, old: map[int64]*flows.Catalog{}}
	c.Publish(current)
	return c
}

// Current is the catalogue new dialogues begin in.
func (c *Catalogs) Current() *flows.Catalog { return c.current.Load() }

// Publish makes a catalogue the current one.
func (c *Catalogs) Publish(next *flows.Catalog) {
	next.Learn() // before the first message that needs it
	c.mu.Lock()
	defer c.mu.Unlock()
	c.old[next.Version()] = next
	c.current.Store(next)
}

// Version returns the catalogue of a session. A version that cannot be read
// any more falls back to the one that is current then: a dialogue can go on in
// another version, and nobody is left without an answer. Its error means that
// the database is away.
func (c *Catalogs) Version(ctx context.Context, version int64) (*flows.Catalog, error) {
	current := c.Current()
	if version == 0 || version == current.Version() {
		return current, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.old[version]; known != nil {
		return known, nil
	}
	found, err := c.load(ctx, version)
	if err != nil && (away(err) || ctx.Err() != nil) {
		return nil, fmt.Errorf("load catalogue version %d: %w", version, err)
	}
	if err != nil {
		found = current
	}
	c.old[version] = found
	return found, nil
}
