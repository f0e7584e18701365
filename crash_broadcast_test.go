package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

const (
	newsPeople   = 10_000
	newsPace     = 60_000         // a minute: as fast as it goes
	newsKillAt   = newsPeople / 3 // recipients told when the process is killed
	newsEndsIn   = 90 * time.Second
	newsLookEach = 50 * time.Millisecond
)

// TestCrashInABroadcast kills the service in the middle of a broadcast of
// 10,000: nobody is told twice, nobody is forgotten, and whoever was not surely
// told is listed as unknown. The Graph API sends no echo that could settle it.
func TestCrashInABroadcast(t *testing.T) {
	program := shipped(t)
	ctx, cancel := context.WithTimeout(t.Context(), crashBound)
	defer cancel()
	w := newWorld(ctx, t, program, 1, 1, silent)
	pool, err := pgxpool.New(ctx, w.cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	catalog, _, err := loadCatalog(place.Sample(), []flows.File{{Name: builtInName, Text: builtIn}})
	if err != nil {
		t.Fatal(err)
	}
	n := &newsOf{t: t, ctx: ctx, pool: pool, store: broadcasts.New(pool, func() *flows.Catalog { return catalog }, nil)}
	id := n.schedule()
	n.await(fmt.Sprintf("%d of them told", newsKillAt), func(c broadcasts.Counts) bool { return c.Sent >= newsKillAt })
	w.kill(0)
	n.await("the end", func(c broadcasts.Counts) bool { return c.Total == newsPeople && c.Over() == c.Total })
	n.verify(w, id)
}

// newsOf is a broadcast to everybody, as the database has it.
type newsOf struct {
	t     *testing.T
	ctx   context.Context
	pool  *pgxpool.Pool
	store *broadcasts.Store
	about broadcasts.Broadcast
}

// schedule writes people down who wrote on Messenger a moment ago, and a
// broadcast that goes out at once, at any hour of the day.
func (n *newsOf) schedule() (id string) {
	n.t.Helper()
	boss := handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleSupervisor}
	for _, sql := range []string{
		`INSERT INTO contacts (id, created_at, updated_at) SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, now(), now() FROM generate_series(1, $1::integer) i`,
		`INSERT INTO identities (id, contact_id, channel, address, created_at) SELECT id, id, 'messenger', '7' || lpad(right(id::text, 12), 15, '0'), now() FROM contacts WHERE $1::integer > 0`,
		`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at, closed_at)
			SELECT id, id, id, 'messenger', 1, 'bot', '{}', now(), now(), now(), now() FROM contacts WHERE $1::integer > 0`,
	} {
		if _, err := n.pool.Exec(n.ctx, sql, newsPeople); err != nil {
			n.t.Fatal(err)
		}
	}
	_, err := n.pool.Exec(n.ctx, `INSERT INTO agents (id, email, name, role, created_at) VALUES ($1, 'boss@city.example', 'Boss', 'supervisor', now())`, boss.AgentID)
	if err != nil {
		n.t.Fatal(err)
	}
	made, err := n.store.Create(n.ctx, boss, broadcasts.Draft{
		Title: "Storm", Topic: "news", Words: broadcasts.Words{Messenger: map[string]string{"bn": "আজ রাতে ঝড় হতে পারে।"}},
		PerMinute: map[broadcasts.Family]int{broadcasts.FamilyMessenger: newsPace}, Emergency: "A storm is coming",
	})
	if err == nil {
		err = n.store.Schedule(n.ctx, boss, made, time.Time{})
	}
	if err == nil {
		n.about, err = n.store.Broadcast(n.ctx, made)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	return made.String()
}

// await looks at the progress until it is as it should be.
func (n *newsOf) await(what string, is func(broadcasts.Counts) bool) {
	n.t.Helper()
	tick := time.NewTicker(newsLookEach)
	defer tick.Stop()
	for end := time.Now().Add(newsEndsIn); ; <-tick.C {
		c, err := n.store.Progress(n.ctx, n.about.ID)
		if err != nil {
			n.t.Fatal(err)
		}
		if is(c) {
			return
		}
		if time.Now().After(end) {
			n.t.Fatalf("waited %s in vain for %s: %+v", newsEndsIn, what, c)
		}
	}
}

// verify holds the ledger against what the Graph API took.
func (n *newsOf) verify(w *world, id string) {
	n.t.Helper()
	took := map[string]int{}
	w.mu.Lock()
	for _, s := range w.sends {
		took[s.Address]++
	}
	w.mu.Unlock()
	rows, err := n.pool.Query(n.ctx, `SELECT i.address, r.status FROM broadcast_recipients r JOIN identities i ON i.contact_id = r.contact_id WHERE r.broadcast_id = $1`, id)
	if err != nil {
		n.t.Fatal(err)
	}
	listed, unknown := 0, 0
	for rows.Next() {
		var address, status string
		if err := rows.Scan(&address, &status); err != nil {
			n.t.Fatal(err)
		}
		listed++
		switch times := took[address]; {
		case times > 1:
			n.t.Errorf("%s was told %d times", address, times)
		case status == "unknown":
			unknown++
		case status != "sent" && status != "delivered":
			n.t.Errorf("%s is listed as %s", address, status)
		case times == 0:
			n.t.Errorf("%s is listed as %s and was never told", address, status)
		}
	}
	if err := rows.Err(); err != nil || listed != newsPeople {
		n.t.Errorf("%d of %d are listed, %v", listed, newsPeople, err)
	}
	n.t.Logf("told %d, unknown %d", len(took), unknown)
}
