package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// fateRow is what became of a message.
type fateRow struct {
	ID             uuid.UUID `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID `gorm:"column:conversation_id"`
	Author         string    `gorm:"column:author"`
	Status         string    `gorm:"column:status"`
}

// TableName is the table of messages.
func (fateRow) TableName() string { return "messages" }

// retriedReply is the audit log's word for a reply that is sent once more.
type retriedReply struct {
	Sent string `json:"sent"`
}

// Retriable reports whether somebody of the staff may send the message once
// more: a person's reply that failed, or of which nobody knows whether it
// arrived.
func (m Message) Retriable() bool {
	return m.Direction == "out" && m.Author == "agent" && (m.Status == "failed" || m.Status == "unknown")
}

// Retry queues a person's reply once more that failed, or of which nobody knows
// whether it arrived. Whoever has the conversation may, and a supervisor. Any
// other message, and one that is being sent already, is ErrConflict; one that is
// not in the conversation ErrNotFound.
func (d *Desk) Retry(ctx context.Context, v Viewer, id, message uuid.UUID) (Held, error) {
	return d.atDesk(ctx, v, id, "", func(tx *gorm.DB, c *deskRow) error {
		m, err := first[fateRow](tx.Where("id = ? AND conversation_id = ? AND direction = 'out'", message, c.ID), "message")
		switch {
		case err != nil:
			return err
		case !c.of(v) && v.Role == RoleAgent:
			return fmt.Errorf("it is not yours: %w", ErrConflict)
		case m.Author != "agent":
			return fmt.Errorf("only a person's reply can be sent again: %w", ErrConflict)
		}
		now := d.now()
		// Receipts may move it at the same time: what they have settled stays.
		q := tx.Exec(`UPDATE messages SET status = 'queued', error = NULL, provider_id = NULL, send_after = NULL, retried_at = ?,
				doubts = CASE status WHEN 'failed' THEN 0 ELSE doubts END
			WHERE id = ? AND status IN ('failed', 'unknown')`, now, m.ID)
		if q.Error != nil {
			return q.Error
		}
		if q.RowsAffected == 0 {
			return fmt.Errorf("a reply that is %s cannot be sent again: %w", m.Status, ErrConflict)
		}
		if c.OutboxUntil == nil {
			c.OutboxUntil = &now
		}
		return d.audit(tx, v.AgentID, "conversation.retry", c.ID.String(), retriedReply{m.Status}, retriedReply{"queued"})
	})
}
