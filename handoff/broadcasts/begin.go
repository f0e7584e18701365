package broadcasts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
	"nagorik/handoff/notices"
)

// workedMost bounds how many broadcasts are under way at once.
const workedMost = 20

// Due are the ids of scheduled broadcasts whose time has come, and of those that
// are being sent, the oldest first.
func (s *Store) Due(ctx context.Context) (begin, sending []uuid.UUID, err error) {
	rows, err := s.pool.Query(ctx, `SELECT id, state FROM broadcasts WHERE state = 'sending' OR state = 'scheduled' AND due_at <= $1
		ORDER BY state DESC, due_at LIMIT $2`, s.now(), workedMost)
	if err != nil {
		return nil, nil, fmt.Errorf("look for broadcasts: %w", err)
	}
	var id uuid.UUID
	var state State
	_, err = pgx.ForEachRow(rows, []any{&id, &state}, func() error {
		if state == StateScheduled {
			begin = append(begin, id)
		} else {
			sending = append(sending, id)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look for broadcasts: %w", err)
	}
	return begin, sending, nil
}

// beginSQL writes everybody of an audience down: who is to be told waits for
// the turn of a channel; who is not has the reason of every way.
const beginSQL = `, put AS (
		INSERT INTO broadcast_recipients (broadcast_id, person, contact_id, channel, status, reason, at)
		SELECT @id, contact_id, contact_id, CASE WHEN way = '' OR nth > 1 THEN '' ELSE channel END, CASE WHEN way = '' OR nth > 1 THEN 'skipped' ELSE 'waiting' END,
			CASE WHEN nth > 1 THEN '` + ReasonTwice + `' WHEN way = '' THEN why ELSE '' END, @now
		FROM once ORDER BY contact_id ON CONFLICT DO NOTHING RETURNING id, person, status
	), hops AS (
		INSERT INTO broadcast_hops (recipient_id, n, way, channel, address, language, status, reason, at)
		SELECT p.id, w.n, w.way, w.channel, '', o.language, 'skipped', w.reason, @now FROM put p JOIN once o ON o.contact_id = p.person
		CROSS JOIN LATERAL (VALUES (0, 'messenger', 'messenger', o.messenger), (1, 'template', 'messenger', o.template), (2, 'sms', 'sms', o.sms), (3, 'mail', 'mail', o.mail)) w (n, way, channel, reason)
		WHERE p.status = 'skipped' AND o.way = '' AND w.reason <> ''
	)
	SELECT count(*) FROM put`

// Begin writes down everybody whom a scheduled broadcast is for, once, and sets
// it going. It is false when somebody else was faster, or took it back.
func (s *Store) Begin(ctx context.Context, id uuid.UUID, set Setting) (begun bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		b, err := one(ctx, tx, `WHERE b.id = $1 AND b.state = 'scheduled' FOR UPDATE OF b SKIP LOCKED`, id)
		if err != nil {
			return err
		}
		args := s.args(b.Draft, set)
		args["id"] = id
		rows, err := large(ctx, tx, forAudience, `WITH `+audienceSQL(b.Audience)+reachSQL+beginSQL, args)
		if err != nil {
			return err
		}
		people, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[int])
		if err != nil {
			return err
		}
		for _, f := range Families() {
			if _, err := tx.Exec(ctx, `INSERT INTO broadcast_paces (broadcast_id, channel, next_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, f, s.now()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE broadcasts SET state = 'sending', begun_at = $2 WHERE id = $1`, id, s.now()); err != nil {
			return err
		}
		begun = true
		return s.audit(ctx, tx, uuid.Nil, "broadcast.begin", id, nil, noted{State: StateSending, People: people})
	})
	if errors.Is(err, handoff.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("begin a broadcast: %w", err)
	}
	return begun, nil
}

// Finish ends a broadcast of which nobody waits and nothing is on its way. It
// is false while there is.
func (s *Store) Finish(ctx context.Context, id uuid.UUID) (done bool, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE broadcasts SET state = 'done', ended_at = $2, changed_at = $2 WHERE id = $1 AND state = 'sending'
			AND NOT EXISTS (SELECT 1 FROM broadcast_recipients r WHERE r.broadcast_id = $1 AND r.status = 'waiting')
			AND NOT EXISTS (SELECT 1 FROM broadcast_recipients r WHERE r.broadcast_id = $1 AND r.status = 'sending')`, id, s.now())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		done = true
		return s.audit(ctx, tx, uuid.Nil, "broadcast.done", id, nil, noted{State: StateDone})
	})
	if err != nil {
		return false, fmt.Errorf("end a broadcast: %w", err)
	}
	return done, nil
}

// withdrawSQL takes messages out of the outbox that nobody has begun to send,
// with the parts behind them.
const withdrawSQL = `WITH held AS (
		SELECT m.id, m.conversation_id, m.at FROM broadcast_recipients r JOIN broadcast_hops h ON h.recipient_id = r.id JOIN messages m ON m.id = h.message_id
		WHERE r.broadcast_id = $1 AND r.status = 'sending' AND h.status = 'queued' AND m.at <= $2 AND m.status = 'queued' ORDER BY m.id FOR UPDATE OF m SKIP LOCKED
	), parts AS (
		UPDATE messages p SET status = 'cancelled' FROM held d WHERE p.conversation_id = d.conversation_id AND p.at = d.at AND p.kind = 'broadcast' AND p.status = 'queued' AND p.id <> d.id
	)
	UPDATE messages SET status = 'cancelled' WHERE id IN (SELECT id FROM held) RETURNING id`

// Withdraw takes back what the outbox has not begun with: its people wait again.
func (s *Store) Withdraw(ctx context.Context, id uuid.UUID) error {
	return s.takeBack(ctx, id, s.now(), `UPDATE broadcast_hops SET status = 'planned', reason = '', message_id = NULL, at = $2 WHERE message_id = ANY($1)`)
}

// patience is how long a message may wait for its channel before another way
// is tried.
const patience = 5 * time.Minute

// Overdue takes back what has waited too long for its channel, which then is no
// way for these people any more.
func (s *Store) Overdue(ctx context.Context, id uuid.UUID) error {
	return s.takeBack(ctx, id, s.now().Add(-patience),
		`UPDATE broadcast_hops SET status = 'failed', reason = '`+notices.ReasonPaused+`', at = $2 WHERE message_id = ANY($1)`,
		`UPDATE broadcast_recipients SET status = 'waiting', channel = '', at = $2 WHERE id IN (SELECT recipient_id FROM broadcast_hops WHERE message_id = ANY($1))`)
}

func (s *Store) takeBack(ctx context.Context, id uuid.UUID, before time.Time, then ...string) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, withdrawSQL, id, before)
		if err != nil {
			return err
		}
		held, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil || len(held) == 0 {
			return err
		}
		for _, sql := range then {
			if _, err := tx.Exec(ctx, sql, held, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take messages of a broadcast back: %w", err)
	}
	return nil
}

// skipRest ends what waits of a broadcast that was cancelled.
func (s *Store) skipRest(ctx context.Context, id uuid.UUID) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE broadcast_hops h SET status = 'skipped', reason = $2, at = $3 FROM broadcast_recipients r
			WHERE r.broadcast_id = $1 AND r.status = 'waiting' AND h.recipient_id = r.id AND h.status = 'planned'`, id, ReasonEnded, s.now())
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE broadcast_recipients SET status = 'skipped', reason = $2, at = $3 WHERE broadcast_id = $1 AND status = 'waiting'`, id, ReasonEnded, s.now())
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("skip the rest of a broadcast: %w", err)
	}
	return nil
}
