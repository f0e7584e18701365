package handoff

import (
	"context"
	"fmt"
	"time"
)

// Backlog is the work that waits.
type Backlog struct {
	Unsent        int
	OldestUnsent  time.Duration // since the oldest message that may go out was written
	DeadTurns     int
	PendingPhotos int
}

// Backlog counts what waits, for metrics and screens.
func (d *Desk) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	var oldest *time.Time
	now := d.now()
	err := d.pool.QueryRow(ctx, `SELECT
			(SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')),
			(SELECT min(at) FROM messages WHERE status IN ('queued', 'sending') AND (send_after IS NULL OR send_after <= $1)),
			(SELECT count(*) FROM dead_turns),
			(SELECT count(*) FROM photos WHERE status = 'pending')`, now).Scan(&b.Unsent, &oldest, &b.DeadTurns, &b.PendingPhotos)
	if err != nil {
		return Backlog{}, fmt.Errorf("count what waits: %w", err)
	}
	if oldest != nil {
		b.OldestUnsent = max(0, now.Sub(*oldest))
	}
	return b, nil
}
