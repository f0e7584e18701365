package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// readDealtWith gathers who of the staff dealt with each conversation of a
// record, the first first.
func (d *Desk) readDealtWith(ctx context.Context, _ Viewer, r *ContactRecord) error {
	r.DealtWith = map[uuid.UUID][]Dealing{}
	ids := make([]uuid.UUID, len(r.Conversations))
	for i, c := range r.Conversations {
		ids[i] = c.ID
	}
	if len(ids) == 0 {
		return nil
	}
	const dealt = `SELECT done.conversation_id, a.id, a.name, min(done.at) AS first_at, max(done.at) AS last_at, count(*) AS times FROM (
			SELECT m.conversation_id, m.agent_id, m.at FROM messages m WHERE m.conversation_id IN @ids AND m.agent_id IS NOT NULL
			UNION ALL SELECT l.conversation_id, l.agent_id, l.at FROM conversation_log l WHERE l.conversation_id IN @ids AND l.agent_id IS NOT NULL
		) done JOIN agents a ON a.id = done.agent_id GROUP BY done.conversation_id, a.id, a.name ORDER BY first_at, a.id`
	var rows []struct {
		Conversation uuid.UUID `gorm:"column:conversation_id"`
		ID           uuid.UUID `gorm:"column:id"`
		Name         string    `gorm:"column:name"`
		FirstAt      time.Time `gorm:"column:first_at"`
		LastAt       time.Time `gorm:"column:last_at"`
		Times        int       `gorm:"column:times"`
	}
	if err := d.db.WithContext(ctx).Raw(dealt, map[string]any{"ids": ids}).Scan(&rows).Error; err != nil {
		return fmt.Errorf("who dealt with each conversation: %w", err)
	}
	for _, row := range rows {
		r.DealtWith[row.Conversation] = append(r.DealtWith[row.Conversation],
			Dealing{Agent: Ref{row.ID, row.Name}, FirstAt: d.local(row.FirstAt), LastAt: d.local(row.LastAt), Times: row.Times})
	}
	return nil
}
