package handoff

import (
	"context"
	"fmt"
)

// RaiseAlarm tells staff of a fault, once: while an alarm of the same kind and
// subject is open, another changes nothing.
func (d *Desk) RaiseAlarm(ctx context.Context, kind, subject, text string) error {
	_, err := d.pool.Exec(ctx, `INSERT INTO alarms (id, kind, subject, text, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		NewID(), kind, subject, text, d.now())
	if err != nil {
		return fmt.Errorf("raise an alarm: %w", err)
	}
	return nil
}

// ClearAlarm ends an alarm when its cause is over.
func (d *Desk) ClearAlarm(ctx context.Context, kind, subject string) error {
	_, err := d.pool.Exec(ctx, `UPDATE alarms SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL`, kind, subject, d.now())
	if err != nil {
		return fmt.Errorf("clear an alarm: %w", err)
	}
	return nil
}
