package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// LeaseFor is how long a notice that is being worked on is left alone by
// others; longer than a call to a provider takes.
const LeaseFor = time.Minute

// maxReason bounds the reason that is kept of a hop, in bytes.
const maxReason = 500

// maxIdentities bounds how many addresses of a person are looked at.
const maxIdentities = 50

// Ledger is the record of notices. It is safe for many goroutines, and several
// processes may share one database.
type Ledger struct {
	pool *pgxpool.Pool
	now  func() time.Time
}

// NewLedger returns a Ledger over a migrated database; now is time.Now when nil.
func NewLedger(pool *pgxpool.Pool, now func() time.Time) *Ledger {
	if now == nil {
		now = time.Now
	}
	return &Ledger{pool: pool, now: now}
}

// Notice is something to tell one person.
type Notice struct {
	ID    uuid.UUID
	Facts flows.NoticeFacts
	Reach Reach // On, Template and when each identity Closes are for the caller to fill in
	Hops  []Hop // none: it has not been planned yet
}

// Lease takes over notices that are due and that nobody works on, at most limit
// of them, the longest due first.
func (l *Ledger) Lease(ctx context.Context, limit int) (due []Notice, err error) {
	now := l.now()
	rows, err := l.pool.Query(ctx, `WITH due AS (
			SELECT id FROM notices WHERE next_at <= $1 ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
		), leased AS (
			UPDATE notices n SET next_at = $3 FROM due WHERE n.id = due.id
			RETURNING n.id, n.case_number, n.contact_id, n.event, n.note, n.at
		)
		SELECT n.id, n.event, n.note, n.at, k.number, k.flow, k.status, k.team, c.id, c.phone, c.email, c.language
		FROM leased n JOIN cases k ON k.number = n.case_number JOIN contacts c ON c.id = n.contact_id ORDER BY n.id`,
		now, limit, now.Add(LeaseFor))
	if err != nil {
		return nil, fmt.Errorf("lease notices: %w", err)
	}
	var contacts []uuid.UUID
	var n Notice
	var contact uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{
		&n.ID, &n.Facts.Event, &n.Facts.Note, &n.Facts.At, &n.Facts.Number, &n.Facts.Flow, &n.Facts.Status, &n.Facts.Team,
		&contact, &n.Reach.Phone, &n.Reach.Email, &n.Reach.Language,
	}, func() error {
		due, contacts = append(due, n), append(contacts, contact)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lease notices: %w", err)
	}
	ids := make([]uuid.UUID, len(due))
	for i := range due {
		ids[i] = due[i].ID
	}
	plans, err := l.hops(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range due {
		if due[i].Hops = plans[due[i].ID]; len(due[i].Hops) > 0 {
			continue // how to reach the person was looked up for the plan
		}
		if due[i].Reach.Identities, err = l.identities(ctx, contacts[i]); err != nil {
			return nil, err
		}
	}
	return due, nil
}

func (l *Ledger) identities(ctx context.Context, contact uuid.UUID) (list []Identity, err error) {
	rows, err := l.pool.Query(ctx, `SELECT i.id, i.channel, i.address, i.muted, COALESCE(c.last_in_at, i.created_at)
		FROM identities i LEFT JOIN LATERAL (SELECT max(last_in_at) AS last_in_at FROM conversations c WHERE c.identity_id = i.id) c ON true
		WHERE i.contact_id = $1 ORDER BY i.id DESC LIMIT $2`, contact, maxIdentities)
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	var i Identity
	_, err = pgx.ForEachRow(rows, []any{&i.ID, &i.Channel, &i.Address, &i.Muted, &i.Heard}, func() error {
		list = append(list, i)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read addresses: %w", err)
	}
	return list, nil
}

// hops reads the plans of notices. What goes through the outbox is told by its
// message.
func (l *Ledger) hops(ctx context.Context, notices []uuid.UUID) (map[uuid.UUID][]Hop, error) {
	rows, err := l.pool.Query(ctx, `SELECT h.notice_id, h.way, h.beside, h.channel, h.address, h.identity_id, h.message_id, h.provider_id, h.at,
			CASE WHEN h.status <> 'queued' THEN h.status WHEN m.status IN ('sent', 'delivered', 'failed', 'unknown') THEN m.status
				WHEN m.status = 'read' THEN 'delivered' WHEN m.status = 'cancelled' THEN 'failed' ELSE 'queued' END,
			CASE WHEN h.status = 'queued' AND m.error IS NOT NULL THEN m.error ELSE h.reason END, h.status = 'queued' AND m.id IS NULL
		FROM notice_hops h LEFT JOIN messages m ON m.id = h.message_id WHERE h.notice_id = ANY($1) ORDER BY h.notice_id, h.n`, notices)
	if err != nil {
		return nil, fmt.Errorf("read the plans of notices: %w", err)
	}
	plans := make(map[uuid.UUID][]Hop, len(notices))
	var h Hop
	var notice uuid.UUID
	var identity, message *uuid.UUID
	var provider *string
	_, err = pgx.ForEachRow(rows, []any{&notice, &h.Way, &h.Beside, &h.Channel, &h.Address, &identity, &message, &provider, &h.At, &h.Status, &h.Reason, &h.Unput}, func() error {
		h.Identity, h.Message, h.ProviderID = maybe.Zero(identity), maybe.Zero(message), maybe.Zero(provider)
		plans[notice] = append(plans[notice], h)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the plans of notices: %w", err)
	}
	return plans, nil
}

// Keep writes down the plan of a notice that had none.
func (l *Ledger) Keep(ctx context.Context, notice uuid.UUID, hops []Hop) error {
	q := &pgx.Batch{}
	q.Queue("begin")
	for i, h := range hops {
		q.Queue(`INSERT INTO notice_hops (notice_id, n, way, beside, channel, address, identity_id, status, reason, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			notice, i, h.Way, h.Beside, h.Channel, h.Address, maybe.Null(h.Identity), h.Status, h.Reason, h.At)
	}
	q.Queue("commit")
	if err := l.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("keep the plan of a notice: %w", err)
	}
	return nil
}

// Mark writes down what has become of a hop, and what is paid for it.
func (l *Ledger) Mark(ctx context.Context, notice uuid.UUID, n int, h Hop) error {
	now, q := l.now(), &pgx.Batch{}
	spending.Queue(q, now, h.Handovers)
	q.Queue(`UPDATE notice_hops SET status = $3, reason = $4, message_id = COALESCE($5, message_id), provider_id = COALESCE($6, provider_id), at = $7
		WHERE notice_id = $1 AND n = $2`, notice, n, h.Status, cut(h.Reason), maybe.Null(h.Message), maybe.Null(h.ProviderID), now)
	if err := l.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("record a way of a notice: %w", err)
	}
	return nil
}

// Later looks at a notice again after a while.
func (l *Ledger) Later(ctx context.Context, notice uuid.UUID, wait time.Duration) error {
	_, err := l.pool.Exec(ctx, `UPDATE notices SET next_at = $2 WHERE id = $1 AND next_at IS NOT NULL`, notice, l.now().Add(wait))
	if err != nil {
		return fmt.Errorf("put a notice off: %w", err)
	}
	return nil
}

// Settle ends a notice. Ways that were not needed say so. Whoever was told
// how the case stands now is not told again on coming back.
func (l *Ledger) Settle(ctx context.Context, notice uuid.UUID, outcome Outcome) error {
	q := &pgx.Batch{}
	q.Queue("begin")
	q.Queue(`UPDATE notice_hops SET status = 'skipped', reason = $2, at = $3 WHERE notice_id = $1 AND status = 'planned'`, notice, ReasonReached, l.now())
	q.Queue(`UPDATE notices SET next_at = NULL, outcome = $2 WHERE id = $1`, notice, outcome)
	if outcome == Told {
		q.Queue(`UPDATE cases c SET told = m.status FROM notices n JOIN cases m ON m.number = n.case_number
			WHERE n.id = $1 AND m.updated_at <= n.at AND c.contact_id = n.contact_id AND (c.number = m.number OR c.duplicate_of = m.number)`, notice)
	}
	q.Queue("commit")
	if err := l.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("settle a notice: %w", err)
	}
	return nil
}

// Withdraw takes a message of the outbox back that has not begun to be sent. It
// is false when it is too late.
func (l *Ledger) Withdraw(ctx context.Context, message uuid.UUID) (bool, error) {
	var id uuid.UUID
	err := l.pool.QueryRow(ctx, `UPDATE messages SET status = 'cancelled' WHERE id = $1 AND status = 'queued' RETURNING id`, message).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("withdraw a message: %w", err)
	}
	return true, nil
}

// cut bounds a reason, at a whole letter.
func cut(s string) string {
	for i := range s {
		if i > maxReason {
			return s[:i]
		}
	}
	return s
}
