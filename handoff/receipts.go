package handoff

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// Receipt is a provider's later word on messages of ours, or on one a person
// sent: it changes what is on record and starts no turn.
type Receipt struct {
	Key         Key
	Kind        ReceiptKind
	Message     uuid.UUID // of our own message, when the provider gave it back
	ProviderIDs []string
	Watermark   time.Time // all of ours up to this time; zero: only those named
	Status      string    // "sent", "delivered", "read" or "failed"
	Fault       string
	Text        string           // the new text of an edited message
	Stated      *spending.Stated // what the provider says that it cost; nil: nothing
}

// ReceiptKind tells the kinds of receipt apart.
type ReceiptKind int

// The kinds of receipt.
const (
	Progress ReceiptKind = iota // a message of ours came further
	Edited                      // a person changed a message of theirs
	Deleted                     // a person took a message back: its content is forgotten, photos and all
	Refused                     // the provider refuses because the person has told it STOP
)

// statusRank orders statuses: a receipt only ever moves a message forward. What
// has arrived cannot fail any more, whatever a late receipt says.
const statusRank = `array_position(ARRAY['queued','sending','unknown','sent','failed','delivered','read'], %s)`

// Receipts records receipts, all or none. Those that say nothing new change
// nothing, so they may be recorded again. It returns the conversations in which
// the desk should look: where a person changed what they had written, where a
// message failed, or where one of the staff's came further.
func (d *Desk) Receipts(ctx context.Context, receipts []Receipt) (touched []uuid.UUID, err error) {
	// The order in which a sender records its results: see queueResults. Those of
	// one address keep theirs.
	receipts = slices.Clone(receipts)
	slices.SortStableFunc(receipts, func(x, y Receipt) int { return bytes.Compare(x.Message[:], y.Message[:]) })
	q := &pgx.Batch{}
	note := func(rows pgx.Rows) error {
		var id uuid.UUID
		var shown bool
		_, err := pgx.ForEachRow(rows, []any{&id, &shown}, func() error {
			if shown && !slices.Contains(touched, id) {
				touched = append(touched, id)
			}
			return nil
		})
		return err
	}
	for i := range receipts {
		r := &receipts[i]
		switch r.Kind {
		case Progress:
			r.queueProgress(q, d.now(), note)
			r.queueStated(q)
		case Edited:
			q.Queue(`UPDATE messages SET text = $3, detail = jsonb_set(COALESCE(detail, '{}'), '{before}', to_jsonb(text))
				WHERE channel = $1 AND provider_id = ANY($2) AND direction = 'in' AND text <> $3 RETURNING conversation_id, true`, r.Key.Channel, r.ProviderIDs, keepable(r.Text)).Query(note)
		case Deleted:
			q.Queue(`WITH unsent AS (UPDATE messages SET text = '', detail = NULL, kind = 'deleted'
					WHERE channel = $1 AND provider_id = ANY($2) AND direction = 'in' RETURNING id, conversation_id),
				gone AS (DELETE FROM photos p USING unsent u WHERE p.message_id = u.id RETURNING p.sha256),
				files AS (INSERT INTO photo_removals (sha256, at) SELECT DISTINCT sha256, $3::timestamptz FROM gone WHERE sha256 IS NOT NULL ON CONFLICT DO NOTHING)
				SELECT conversation_id, true FROM unsent`, r.Key.Channel, r.ProviderIDs, d.now()).Query(note)
		case Refused:
			r.queueRefused(q)
		default:
			return nil, fmt.Errorf("record receipts: unknown kind %d", r.Kind)
		}
	}
	if q.Len() == 0 {
		return nil, nil
	}
	if err := d.turns.SendBatch(ctx, q).Close(); err != nil {
		return nil, fmt.Errorf("record receipts: %w", err)
	}
	return touched, nil
}

// progressShown returns where a message came further, and whether the desk
// should look.
const progressShown = ` RETURNING m.conversation_id, m.author = 'agent' OR m.status = 'failed'`

func (r *Receipt) queueProgress(q *pgx.Batch, now time.Time, note func(pgx.Rows) error) {
	forward := fmt.Sprintf(statusRank+` < `+statusRank, "m.status", "$2")
	const fault = `CASE WHEN $2 = 'failed' THEN COALESCE($4, m.error) ELSE $4 END` // of what has arrived after all no fault is left
	if r.Message != uuid.Nil {
		var provider *string
		if len(r.ProviderIDs) > 0 {
			provider = &r.ProviderIDs[0]
		}
		q.Queue(`UPDATE messages m SET status = CASE WHEN `+forward+` THEN $2 ELSE m.status END, error = CASE WHEN `+forward+` THEN `+fault+` ELSE m.error END,
				provider_id = CASE WHEN m.provider_id IS NULL AND NOT EXISTS (SELECT 1 FROM messages x WHERE x.channel = m.channel AND x.provider_id = $3) THEN $3 ELSE m.provider_id END
			WHERE m.id = $1 AND m.direction = 'out' AND (m.provider_id IS NULL OR `+forward+`)`+progressShown, r.Message, r.Status, provider, maybe.Null(keepable(r.Fault))).Query(note)
		return
	}
	if len(r.ProviderIDs) > 0 {
		q.Queue(`UPDATE broadcast_hops m SET status = CASE $2 WHEN 'read' THEN 'delivered' ELSE $2 END, reason = left(COALESCE($4, ''), 500), at = $5
			WHERE m.channel = $1 AND m.provider_id = ANY($3) AND `+forward, r.Key.Channel, r.Status, r.ProviderIDs, maybe.Null(keepable(r.Fault)), now)
		q.Queue(`UPDATE notice_hops m SET status = CASE $2 WHEN 'read' THEN 'delivered' ELSE $2 END, reason = COALESCE($4, ''), at = $5
			WHERE m.channel = $1 AND m.provider_id = ANY($3) AND `+forward, r.Key.Channel, r.Status, r.ProviderIDs, maybe.Null(keepable(r.Fault)), now)
		q.Queue(`UPDATE messages m SET status = $2, error = `+fault+`
			WHERE m.channel = $1 AND m.provider_id = ANY($3) AND m.direction = 'out' AND `+forward+progressShown, r.Key.Channel, r.Status, r.ProviderIDs, maybe.Null(keepable(r.Fault))).Query(note)
	}
	if !r.Watermark.IsZero() {
		q.Queue(`UPDATE messages m SET status = $2 FROM conversations c, identities i
			WHERE i.channel = $1 AND i.address = $3 AND c.identity_id = i.id AND m.conversation_id = c.id AND c.last_at > $4::timestamptz - interval '7 days'
				AND m.direction = 'out' AND m.at <= $4 AND m.status IN ('sent', 'delivered') AND `+forward+progressShown,
			r.Key.Channel, r.Status, r.Key.Address, r.Watermark).Query(note)
	}
}

// queueStated corrects what a message cost by the provider's word. One that
// comes before our own result is on record is lost: the price stays ours.
func (r *Receipt) queueStated(q *pgx.Batch) {
	if r.Stated == nil {
		return
	}
	for _, id := range r.ProviderIDs {
		spending.QueueStated(q, id, uuid.Nil, *r.Stated)
	}
	if len(r.ProviderIDs) == 0 && r.Message != uuid.Nil {
		spending.QueueStated(q, "", r.Message, *r.Stated)
	}
}

// queueRefused notes that a person wants no messages. The version rises, so
// that a session which was read before is read anew.
func (r *Receipt) queueRefused(q *pgx.Batch) {
	q.Queue(`WITH stopped AS (UPDATE identities SET muted = true WHERE channel = $1 AND address = $2 AND NOT muted RETURNING id)
		UPDATE conversations c SET version = c.version + 1 FROM stopped s WHERE c.identity_id = s.id AND c.closed_at IS NULL`, r.Key.Channel, r.Key.Address)
}
