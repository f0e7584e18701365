package handoff

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// LeaseFor is how long a sender may take over a conversation's replies before
// another one looks after them. It is longer than any provider call may last.
const LeaseFor = 12 * time.Second

// commitRounds bounds how often a batch is begun anew because a race was lost.
const commitRounds = 8

// errRace says that something the batch meant to create exists already.
var errRace = errors.New("lost a race")

// Commit records a batch of turns in one transaction, each wholly or not at
// all. The conversations are locked in id order; a turn whose conversation has
// moved on is Stale and one whose message is on record is Repeated, and
// neither writes anything. An error means that nothing is known to be written:
// after a lost connection the outcome is open, and committing again is safe.
func (d *Desk) Commit(ctx context.Context, turns []*Turn) ([]Result, error) {
	results := make([]Result, len(turns))
	live := make([]int, len(turns))
	for i := range turns {
		live[i] = i
	}
	for range commitRounds {
		if len(live) == 0 {
			return results, nil
		}
		b := newBatch(d, turns, live)
		err := d.turns.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return b.run(ctx, c.Conn()) })
		for i, r := range b.left {
			results[i] = r
		}
		if errors.Is(err, errRace) {
			live = slices.DeleteFunc(live, func(i int) bool { _, gone := b.left[i]; return gone })
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("commit %d turns: %w", len(live), err)
		}
		for _, i := range b.live {
			results[i] = Result{Outcome: Committed, Leased: b.leased[i]}
		}
		return results, nil
	}
	return nil, fmt.Errorf("commit turns: races were lost %d times over", commitRounds)
}

// batch is one attempt at committing turns.
type batch struct {
	desk   *Desk
	now    time.Time
	turns  []*Turn
	live   []int          // turns still in the batch
	left   map[int]Result // turns that left it
	idle   map[uuid.UUID]bool
	leased map[int]bool
}

// newBatch puts the turns in the order of their addresses, so that two
// processes that write the same new people and messages, as when a provider
// repeats its call, do not wait for each other in a circle.
func newBatch(d *Desk, turns []*Turn, live []int) *batch {
	live = slices.Clone(live)
	slices.SortFunc(live, func(x, y int) int {
		a, b := &turns[x].Key, &turns[y].Key
		return cmp.Or(strings.Compare(a.Channel, b.Channel), strings.Compare(a.Address, b.Address))
	})
	return &batch{
		desk: d, now: d.now(), turns: turns, live: live,
		left: map[int]Result{}, idle: map[uuid.UUID]bool{}, leased: map[int]bool{},
	}
}

// run does the attempt in two round trips, three when acknowledgements are
// superseded: lock and write what may exist already; all the rest with the
// commit.
func (b *batch) run(ctx context.Context, c *pgx.Conn) error {
	err := b.claim(ctx, c)
	if err == nil {
		err = b.supersede(ctx, c)
	}
	if err == nil {
		err = b.write(ctx, c)
	}
	if err != nil && !c.IsClosed() {
		// The transaction is of no more use, whatever became of the context.
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_, _ = c.Exec(undo, "rollback")
	}
	return err
}

// claim begins the transaction, locks the conversations in id order and writes
// what may exist already: incoming messages, new identities and conversations.
// Stale turns and repeats leave; when one has left rows behind, or a race was
// lost, the attempt ends and is begun anew.
func (b *batch) claim(ctx context.Context, c *pgx.Conn) error {
	known := make(ids, 0, len(b.live))
	for _, i := range b.live {
		if !b.turns[i].Opens {
			known = append(known, b.turns[i].Was.Conversation)
		}
	}
	slices.SortFunc(known, func(x, y uuid.UUID) int { return bytes.Compare(x[:], y[:]) })
	versions, written, contacts := make(map[uuid.UUID]int64, len(known)), map[uuid.UUID]bool{}, map[uuid.UUID]uuid.UUID{}
	q := &pgx.Batch{}
	q.Queue("begin")
	q.Queue(`SELECT id, version, outbox_until IS NULL FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE`, known).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var version int64
		var idle bool
		_, err := pgx.ForEachRow(rows, []any{&id, &version, &idle}, func() error {
			versions[id], b.idle[id] = version, idle
			return nil
		})
		return err
	})
	note := func(rows pgx.Rows) error {
		var id uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&id}, func() error { written[id] = true; return nil })
		return err
	}
	queueHolders(q, b, contacts)
	queueIncoming(q, b, note)
	queueIdentities(q, b, note)
	queueOpened(q, b, note)
	if err := c.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("lock conversations and record messages: %w", err)
	}
	return b.settleClaims(versions, written, contacts)
}

// settleClaims lets stale turns, repeats and losers go. When one of them has
// left rows of its own behind, the whole attempt is undone and begun anew
// without it.
func (b *batch) settleClaims(versions map[uuid.UUID]int64, written map[uuid.UUID]bool, contacts map[uuid.UUID]uuid.UUID) error {
	undo := false
	for _, i := range b.live {
		t := b.turns[i]
		version, found := versions[t.Was.Conversation]
		stale := !t.Opens && (!found || version != t.Was.Version) || t.opensKnown() && contacts[t.Now.Identity] != t.Now.Contact
		claimed := t.In != nil && written[t.In.ID]
		repeated := t.In != nil && !claimed
		lost := t.Newcomer && !written[t.Now.Identity] || t.Opens && !written[t.Now.Conversation]
		switch {
		case stale:
			b.left[i] = Result{Outcome: Stale}
			undo = undo || claimed || t.Opens
		case repeated:
			b.left[i] = Result{Outcome: Repeated}
			undo = undo || t.Opens
		case lost:
			b.left[i], undo = Result{Outcome: Stale}, true
		}
	}
	b.live = slices.DeleteFunc(b.live, func(i int) bool { _, gone := b.left[i]; return gone })
	if undo {
		return errRace
	}
	return nil
}

// supersede cancels delayed acknowledgements that this turn replaces, and
// prompts of the bot when a person took over.
func (b *batch) supersede(ctx context.Context, c *pgx.Conn) error {
	var acks, prompts, all []uuid.UUID
	for _, t := range b.each() {
		if t.Opens || !t.DropAcks && !t.DropPrompt {
			continue
		}
		all = append(all, t.Now.Conversation)
		if t.DropPrompt {
			prompts = append(prompts, t.Now.Conversation)
		} else {
			acks = append(acks, t.Now.Conversation)
		}
	}
	if len(all) == 0 {
		return nil
	}
	q := &pgx.Batch{}
	q.Queue(dropReplies, acks, prompts)
	q.Queue(withNothingUnsent, all)
	err := readBatch(ctx, c, q, func(res pgx.BatchResults) error {
		if _, err := res.Exec(); err != nil {
			return err
		}
		rows, err := res.Query()
		if err != nil {
			return err
		}
		var id uuid.UUID
		_, err = pgx.ForEachRow(rows, []any{&id}, func() error { b.idle[id] = true; return nil })
		return err
	})
	if err != nil {
		return fmt.Errorf("supersede replies: %w", err)
	}
	return nil
}

// write records everything else and commits.
func (b *batch) write(ctx context.Context, c *pgx.Conn) error {
	q := &pgx.Batch{}
	b.lease()
	for _, queue := range []func(*pgx.Batch, *batch){
		queueContacts, queueReplies, queueMoved, queueCases, queueReopened, queueConfirmed, queueJoined, queueTold, queueRatings, queuePhotos, queueAttachments,
		queueRemembered, queueCodes, queueContactChanges, queueLog, queueAlarms, queuePassages, queuePhrases, queueChanges,
	} {
		queue(q, b)
	}
	q.Queue("commit")
	err := readBatch(ctx, c, q, func(res pgx.BatchResults) error {
		for range q.Len() {
			if _, err := res.Exec(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record turns: %w", err)
	}
	return nil
}

// lease decides whose replies the committer may send: those of conversations
// that have nothing else unsent, and nothing that waits.
func (b *batch) lease() {
	for i, t := range b.each() {
		idle := t.Opens || b.idle[t.Now.Conversation]
		now := slices.ContainsFunc(t.Out, func(r Reply) bool { return r.SendAfter.IsZero() })
		b.leased[i] = idle && now
	}
}

// each yields the turns still in the batch with their places.
func (b *batch) each() func(yield func(int, *Turn) bool) {
	return func(yield func(int, *Turn) bool) {
		for _, i := range b.live {
			if !yield(i, b.turns[i]) {
				return
			}
		}
	}
}

// readBatch sends a pipeline and reads its results.
func readBatch(ctx context.Context, c *pgx.Conn, q *pgx.Batch, read func(pgx.BatchResults) error) error {
	res := c.SendBatch(ctx, q)
	err := read(res)
	if cerr := res.Close(); err == nil {
		err = cerr
	}
	return err
}
