package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// idleRetry is how long a conversation that was found idle is left alone, so
// that one process at a time deals with it.
const idleRetry = time.Minute

// Idle is a conversation whose time has come: the person is reminded, the
// session expires, or a takeover ends.
type Idle struct {
	Key Key
	Due time.Time
}

// IdleConversations takes over conversations that have been silent for long
// enough, at most limit of them. Those whose time was put off meanwhile are
// looked at again then.
func (d *Desk) IdleConversations(ctx context.Context, limit int) ([]Idle, error) {
	now := d.now()
	rows, err := d.pool.Query(ctx, `WITH woken AS (
			SELECT id FROM conversations WHERE wake_at <= $1 ORDER BY wake_at LIMIT $2 FOR UPDATE SKIP LOCKED
		), put_off AS (
			UPDATE conversations c SET wake_at = CASE WHEN c.closed_at IS NOT NULL THEN NULL WHEN c.due_at > $1 THEN c.due_at ELSE $3 END
			FROM woken w WHERE w.id = c.id RETURNING c.identity_id, c.due_at, c.closed_at
		)
		SELECT i.channel, i.address, p.due_at FROM put_off p JOIN identities i ON i.id = p.identity_id
		WHERE p.closed_at IS NULL AND p.due_at <= $1`, now, limit, now.Add(idleRetry))
	if err != nil {
		return nil, fmt.Errorf("find idle conversations: %w", err)
	}
	var found []Idle
	var i Idle
	_, err = pgx.ForEachRow(rows, []any{&i.Key.Channel, &i.Key.Address, &i.Due}, func() error {
		found = append(found, i)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find idle conversations: %w", err)
	}
	return found, nil
}
