package handoff

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// Due is a message that somebody has leased and must send now, or whose
// earlier attempt had an unknown outcome.
type Due struct {
	ID           uuid.UUID
	Conversation uuid.UUID
	Key          Key
	Author       string
	Kind         string
	Text         string
	Detail       []byte
	Attempts     int       // this one included
	Doubts       int       // how many before may have reached the person
	Via          string    // the link the person last wrote by
	Heard        time.Time // when the person last wrote
	Muted        bool
	Insisted     bool // somebody of the staff sends it once more
}

// SendResult is what became of one attempt.
type SendResult struct {
	ID         uuid.UUID
	Attempt    int    // as it was leased; 0 when not known
	Status     string // "sent", "queued" (try again), "failed" or "unknown"
	ProviderID string
	Error      string
	SendAfter  time.Time         // with "queued": not before
	Untried    bool              // no call was made: the attempt does not count
	Doubtful   bool              // the message may have reached the person
	Handover   spending.Handover // what is paid for it; without segments nothing is
}

// Handed is a conversation whose sender is done with it for now, or wants to
// go on with the next reply.
type Handed struct {
	Conversation uuid.UUID
	Results      []SendResult
	Until        time.Time // zero: look again at once if anything is left
	Next         uuid.UUID // the sender keeps its lease and sends this one, if it still may; nil: it is done
}

// After is what a sender does after handing back.
type After struct {
	More  []uuid.UUID        // conversations that have more to send at once: replies recorded while the earlier ones were on their way
	Begun map[uuid.UUID]bool // the next replies that are recorded as being sent; the others were cancelled
}

// LeaseDue takes over conversations that have something to send and no sender,
// at most limit of them, and returns the oldest unsent message of each,
// recorded as being sent: one at a time, so that at most one has an unknown
// outcome and repeating it cannot overtake a newer one. A message that was
// being sent when its sender disappeared is returned again once, after LeaseFor
// has given its echo time to arrive; a second disappearance makes it unknown.
func (d *Desk) LeaseDue(ctx context.Context, channels []string, limit int) ([]Due, error) {
	now := d.now()
	rows, err := d.turns.Query(ctx, leaseDue, now, limit, now.Add(LeaseFor), channels)
	if err != nil {
		return nil, fmt.Errorf("lease replies: %w", err)
	}
	var due []Due
	var m Due
	var detail *string
	_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.Conversation, &m.Key.Channel, &m.Key.Address, &m.Author, &m.Kind, &m.Text, &detail, &m.Attempts, &m.Doubts, &m.Via, &m.Heard, &m.Muted, &m.Insisted}, func() error {
		m.Detail = nil
		if detail != nil {
			m.Detail = []byte(*detail)
		}
		due = append(due, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lease replies: %w", err)
	}
	return due, nil
}

// HandBack records the results of a round of sending and gives the
// conversations back, or begins with their next replies.
func (d *Desk) HandBack(ctx context.Context, round []Handed) (After, error) {
	after, err := d.handBackOnce(ctx, round)
	if err != nil && !Away(err) {
		after, err = d.handBackEach(ctx, round)
	}
	if err != nil {
		return After{}, fmt.Errorf("record what was sent: %w", err)
	}
	return after, nil
}

// handBackEach records each conversation by itself: one that the record
// refuses must not stop the outbox. What it refuses is a provider's id, given
// out twice or longer than an index takes, so that one is left out.
func (d *Desk) handBackEach(ctx context.Context, round []Handed) (After, error) {
	all := After{Begun: map[uuid.UUID]bool{}}
	for i := range round {
		after, err := d.handBackOnce(ctx, round[i:i+1])
		if err != nil && !Away(err) {
			after, err = d.handBackOnce(ctx, []Handed{withoutProviderIDs(round[i])})
		}
		if err != nil {
			return After{}, err
		}
		all.More = append(all.More, after.More...)
		maps.Copy(all.Begun, after.Begun)
	}
	return all, nil
}

func withoutProviderIDs(h Handed) Handed {
	h.Results = slices.Clone(h.Results)
	for i := range h.Results {
		h.Results[i].ProviderID, h.Results[i].Handover.ProviderID = "", ""
	}
	return h
}

func (d *Desk) handBackOnce(ctx context.Context, round []Handed) (after After, err error) {
	err = d.turns.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		after, err = d.handBack(ctx, c.Conn(), round)
		if err != nil && !c.Conn().IsClosed() {
			undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_, _ = c.Exec(undo, "rollback")
		}
		return err
	})
	return after, err
}

// handBack locks the conversations first and looks for what is left in a
// statement of its own afterwards: only then does it see the replies of turns
// that committed while it waited for the lock. What is still being sent when
// our results are on record belongs to a sender that took over because ours was
// too slow: its lease stays as it is.
func (d *Desk) handBack(ctx context.Context, c *pgx.Conn, round []Handed) (After, error) {
	now := d.now()
	after := After{Begun: map[uuid.UUID]bool{}}
	given, until, next := make(ids, len(round)), make([]*time.Time, len(round)), make([]*uuid.UUID, len(round))
	q := &pgx.Batch{}
	q.Queue("begin")
	for i, h := range round {
		given[i], until[i] = h.Conversation, timeOrNull(h.Until)
		if h.Next != uuid.Nil {
			next[i] = &round[i].Next
		}
	}
	q.Queue(`SELECT 1 FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE`, given)
	queueResults(q, round, now)
	queueNext(q, next, now, after.Begun)
	q.Queue(handBack, given, until, now, next).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var again bool
		_, err := pgx.ForEachRow(rows, []any{&id, &again}, func() error {
			if again {
				after.More = append(after.More, id)
			}
			return nil
		})
		return err
	})
	q.Queue("commit")
	return after, c.SendBatch(ctx, q).Close()
}

// queueNext begins with the replies that senders go on with, unless they were
// cancelled in the meantime or somebody else has taken over.
func queueNext(q *pgx.Batch, next []*uuid.UUID, now time.Time, begun map[uuid.UUID]bool) {
	var wanted ids
	for _, id := range next {
		if id != nil {
			wanted = append(wanted, *id)
		}
	}
	if len(wanted) == 0 {
		return
	}
	q.Queue(beginNext, wanted, now).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&id}, func() error { begun[id] = true; return nil })
		return err
	})
}

// queueResults records the results, in the order that Receipts keeps to as
// well, so that the two never wait for each other. A receipt that came before
// our own result has moved the message further; it stays there. Of an attempt
// that somebody else has repeated since, only that it was sent counts. What was
// handed over is paid for in any case.
func queueResults(q *pgx.Batch, round []Handed, now time.Time) {
	var results []SendResult
	for _, h := range round {
		results = append(results, h.Results...)
	}
	slices.SortFunc(results, func(x, y SendResult) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	var id ids
	var attempt []int64
	var status []string
	var provider, fault []*string
	var after []*time.Time
	var untried, doubtful []bool
	var handovers []spending.Handover
	for _, r := range results {
		if r.Handover.Segments > 0 {
			handovers = append(handovers, r.Handover)
		}
		attempt, untried = append(attempt, int64(r.Attempt)), append(untried, r.Untried)
		id, status = append(id, r.ID), append(status, r.Status)
		provider, fault = append(provider, maybe.Null(keepable(r.ProviderID))), append(fault, maybe.Null(keepable(r.Error)))
		after, doubtful = append(after, timeOrNull(r.SendAfter)), append(doubtful, r.Doubtful)
	}
	if len(id) == 0 {
		return
	}
	q.Queue(recordResults,
		id, status, provider, fault, after, untried, attempt, doubtful)
	spending.Queue(q, now, handovers)
}
