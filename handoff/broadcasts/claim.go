package broadcasts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// Bounds of sending.
const (
	claimMost    = 500             // recipients in one transaction
	underWayMost = 1000            // of a broadcast that are not settled: more wait until these are
	slice        = 2 * time.Second // of a channel's pace that is handed out at once
	triesMost    = 10              // of a way that was surely not taken
)

// Claimed is what was handed over of a broadcast.
type Claimed struct {
	Straight []Ready       // to be sent by the caller, who reports each with Sent
	Queued   int           // went into the outbox
	Others   int           // looked at, and skipped or left to another channel
	Wait     time.Duration // until there may be more
	None     bool          // nobody waits for this channel
}

// Claim hands over a part of those who wait for a family's channel: each is
// planned anew. What goes through the outbox is queued there in the same
// transaction as it is written down; the rest is recorded as being sent and
// returned. Nobody is handed over while the broadcast is not being sent, or
// faster than its pace.
func (s *Store) Claim(ctx context.Context, id uuid.UUID, f Family, set Setting) (c Claimed, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		b, err := one(ctx, tx, `WHERE b.id = $1 FOR SHARE OF b`, id)
		if err != nil {
			return err
		}
		if b.State != StateSending {
			c.None = true
			return nil
		}
		if c.Wait, err = s.mayGo(ctx, tx, id, f); err != nil || c.Wait > 0 {
			return err
		}
		return s.claim(ctx, tx, &b, f, set, &c)
	})
	if err != nil {
		return Claimed{}, fmt.Errorf("claim recipients of a broadcast: %w", err)
	}
	return c, nil
}

// mayGo is how long a channel has to wait, with its pace locked.
func (s *Store) mayGo(ctx context.Context, tx pgx.Tx, id uuid.UUID, f Family) (wait time.Duration, err error) {
	var next time.Time
	var under int
	if err := tx.QueryRow(ctx, `SELECT next_at FROM broadcast_paces WHERE broadcast_id = $1 AND channel = $2 FOR UPDATE`, id, f).Scan(&next); err != nil {
		return 0, err
	}
	if wait = next.Sub(s.now()); wait > 0 {
		return wait, nil
	}
	err = tx.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM broadcast_recipients WHERE broadcast_id = $1 AND status = 'sending' LIMIT $2) x`, id, underWayMost).Scan(&under)
	if under >= underWayMost {
		return slice, err
	}
	return 0, err
}

// waitingSQL is the part of those who wait for a channel that comes next, with
// the ways that have failed for each. Whoever was told as somebody else, with
// whom he has become one since, is not among them.
const waitingSQL = `claimed AS MATERIALIZED (
		SELECT r.id, r.contact_id FROM broadcast_recipients r WHERE r.broadcast_id = @id AND r.channel = @channel AND r.status = 'waiting' AND (r.next_at IS NULL OR r.next_at <= @now) ORDER BY r.id LIMIT @most FOR UPDATE SKIP LOCKED
	), who AS MATERIALIZED (
		SELECT r.id AS recipient, c.id AS contact_id, COALESCE(NULLIF(c.language, ''), @first) AS language, c.phone, c.email,
			ARRAY(SELECT h.way FROM broadcast_hops h WHERE h.recipient_id = r.id AND h.status NOT IN ('planned', 'skipped')) AS tried
		FROM claimed r JOIN contacts c ON c.id = r.contact_id
	)`

// claimSQL says of each whether it is told now. One at whose address this
// broadcast was told before is not.
const claimSQL = `SELECT o.recipient, o.contact_id, o.language, o.way, o.address, o.messenger, o.template, o.sms, o.mail, o.why, cardinality(o.tried) > 0,
		o.nth > 1 OR EXISTS (SELECT 1 FROM broadcast_hops h JOIN broadcast_recipients r ON r.id = h.recipient_id
			WHERE h.channel = o.channel AND h.address = o.address AND h.address <> '' AND r.broadcast_id = @id AND r.id <> o.recipient AND h.status NOT IN ('planned', 'skipped', 'failed'))
		OR EXISTS (SELECT 1 FROM broadcast_recipients r WHERE r.contact_id = o.contact_id AND r.broadcast_id = @id AND r.id <> o.recipient
			AND (r.status IN ('sending', 'sent', 'delivered', 'unknown') OR r.status = 'waiting' AND r.id < o.recipient)),
		CASE WHEN o.way IN ('messenger', 'template') THEN o.m_id WHEN o.way = 'sms' THEN o.s_id END,
		CASE WHEN o.way IN ('messenger', 'template') THEN o.m_talk WHEN o.way = 'sms' THEN o.s_talk END, o.via
	FROM once o ORDER BY o.recipient`

// candidate is somebody who waits, as the database sees him now.
type candidate struct {
	Ready
	closed [4]string // why each of Ways is closed
	why    string
	tried  bool // a way has failed
	twice  bool // told already
}

func (s *Store) claim(ctx context.Context, tx pgx.Tx, b *Broadcast, f Family, set Setting, c *Claimed) error {
	pace := b.PerMinute[f]
	if pace == 0 {
		pace = Usual(f)
	}
	most := min(claimMost, max(1, int(int64(pace)*int64(slice)/int64(time.Minute))))
	list, err := s.candidates(ctx, tx, b, string(f), most, set)
	if err != nil {
		return err
	}
	if c.None = len(list) == 0; c.None {
		return nil
	}
	w := s.newWriting(b, set)
	for i := range list {
		w.take(&list[i], f)
	}
	c.Straight, c.Queued, c.Others = w.straight, w.queued, len(list)-len(w.straight)-w.queued
	if told := len(w.straight) + w.queued; told > 0 {
		c.Wait = time.Duration(told) * time.Minute / time.Duration(pace)
	}
	if _, err := tx.Exec(ctx, `UPDATE broadcast_paces SET next_at = $3 WHERE broadcast_id = $1 AND channel = $2`, b.ID, f, s.now().Add(c.Wait)); err != nil {
		return err
	}
	return w.put(ctx, tx)
}

func (s *Store) candidates(ctx context.Context, tx pgx.Tx, b *Broadcast, channel string, most int, set Setting) (list []candidate, err error) {
	args := s.args(b.Draft, set)
	args["id"], args["channel"], args["most"] = b.ID, channel, most
	rows, err := large(ctx, tx, ``, `WITH `+waitingSQL+reachSQL+claimSQL, args)
	if err != nil {
		return nil, err
	}
	var c candidate
	var identity, talk *uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{
		&c.Recipient, &c.Contact, &c.Language, &c.Way, &c.Address, &c.closed[0], &c.closed[1], &c.closed[2], &c.closed[3], &c.why, &c.tried, &c.twice, &identity, &talk, &c.Via,
	}, func() error {
		c.Identity, c.Conversation = maybe.Zero(identity), maybe.Zero(talk)
		list = append(list, c)
		return nil
	})
	return list, err
}

// Sort plans those again whose way has failed, at most so many of them: they
// wait for the channel of their next way, or have none left. It returns how
// many there were.
func (s *Store) Sort(ctx context.Context, id uuid.UUID, set Setting) (n int, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		b, err := one(ctx, tx, `WHERE b.id = $1 FOR SHARE OF b`, id)
		if err != nil || b.State != StateSending {
			return err
		}
		list, err := s.candidates(ctx, tx, &b, "", claimMost, set)
		if err != nil {
			return err
		}
		w := s.newWriting(&b, set)
		for i := range list {
			w.take(&list[i], "")
		}
		n = len(list)
		return w.put(ctx, tx)
	})
	if err != nil {
		return 0, fmt.Errorf("sort the recipients of a broadcast: %w", err)
	}
	return n, nil
}

// Outcome is what became of somebody who was told straight.
type Outcome struct {
	Status   Status // StatusSent, StatusFailed or StatusUnknown
	Provider string // its id for the message; empty: it gives none
	Reason   string
	Paid     []spending.Handover
	Again    time.Duration // with StatusFailed: surely not sent, and tried once more after this; 0: not
}

// Sent reports what became of somebody whom Claim has handed over.
func (s *Store) Sent(ctx context.Context, r Ready, o Outcome) error {
	q, now := &pgx.Batch{}, s.now()
	q.Queue(`UPDATE broadcast_hops h SET status = CASE WHEN $7 AND r.tries < $8 THEN 'planned' ELSE $3 END, provider_id = NULLIF($4, ''), reason = $5, at = $6
		FROM broadcast_recipients r WHERE r.id = h.recipient_id AND h.recipient_id = $1 AND h.way = $2 AND h.message_id IS NULL AND (h.status = 'sending' OR h.status = 'unknown' AND $3 = 'sent')`,
		r.Recipient, r.Way, o.Status, cut(clean(o.Provider)), cut(clean(o.Reason)), now, o.Again > 0, triesMost)
	q.Queue(`UPDATE broadcast_recipients SET next_at = $2 WHERE id = $1 AND status = 'waiting'`, r.Recipient, now.Add(o.Again))
	spending.Queue(q, now, o.Paid)
	if err := s.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("record a recipient of a broadcast: %w", err)
	}
	return nil
}

// Hold lets nobody go out by a channel for a while: it takes nothing now.
func (s *Store) Hold(ctx context.Context, id uuid.UUID, f Family, wait time.Duration) error {
	_, err := s.pool.Exec(ctx, `UPDATE broadcast_paces SET next_at = GREATEST(next_at, $3) WHERE broadcast_id = $1 AND channel = $2`, id, f, s.now().Add(wait))
	if err != nil {
		return fmt.Errorf("hold a broadcast back: %w", err)
	}
	return nil
}

// StraightFor is how long a caller may take to begin with what Claim returned;
// what it has not begun then it hands back with Unbegun.
const StraightFor = 30 * time.Second

// lapseAfter is when what is still being sent straight was cut off: longer than
// StraightFor and a call.
const lapseAfter = 2 * time.Minute

// Unbegun hands back what a caller has not begun to send: its people wait again.
func (s *Store) Unbegun(ctx context.Context, list []Ready) error {
	ids := make([]int64, len(list))
	for i, r := range list {
		ids[i] = r.Recipient
	}
	_, err := s.pool.Exec(ctx, `UPDATE broadcast_hops SET status = 'planned', at = $2 WHERE recipient_id = ANY($1) AND status = 'sending' AND message_id IS NULL`, ids, s.now())
	if err != nil {
		return fmt.Errorf("hand recipients of a broadcast back: %w", err)
	}
	return nil
}

// Lapse gives up what was being sent straight when its process ended: it may
// have arrived.
func (s *Store) Lapse(ctx context.Context, reason string) (n int64, err error) {
	tag, err := s.pool.Exec(ctx, `UPDATE broadcast_hops SET status = 'unknown', reason = $2, at = $3
		WHERE status = 'sending' AND message_id IS NULL AND at < $1`, s.now().Add(-lapseAfter), reason, s.now())
	if err != nil {
		return 0, fmt.Errorf("give up what was cut off: %w", err)
	}
	return tag.RowsAffected(), nil
}

// cut bounds a reason, at a whole letter.
func cut(s string) string {
	for i := range s {
		if i > MaxReason {
			return s[:i]
		}
	}
	return s
}
