package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"nagorik/flows"
)

// Sight is how a conversation or a case stands, for whoever may see it.
type Sight struct {
	Conversation uuid.UUID   `gorm:"column:conversation"`
	Channel      string      `gorm:"column:channel"`
	Owner        flows.Owner `gorm:"column:owner"` // of a conversation
	Team         string      `gorm:"column:team"`
	Ward         int         `gorm:"column:ward"` // 0 when not known
	Seen         bool        `gorm:"column:seen"` // false: the viewer saw it while it waited, and sees it no more
}

// SightConversations returns those of the conversations that the viewer may
// see, and those that he could see as long as they were in the queue.
func (d *Desk) SightConversations(ctx context.Context, v Viewer, ids []uuid.UUID) (map[uuid.UUID]Sight, error) {
	found := make(map[uuid.UUID]Sight, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	now, waiting := v.conversations("c"), v.conversations("waiting")
	sql := `SELECT c.id AS conversation, c.channel, c.owner, c.team, COALESCE(c.ward, 0) AS ward, ` + now.sql + ` AS seen
		FROM conversations c CROSS JOIN LATERAL (SELECT c.id, c.team, c.ward, c.agent_id, c.called_by, 'queue' AS owner) waiting
		WHERE c.id IN ? AND (` + now.sql + ` OR ` + waiting.sql + `)`
	values := append(append([]any(nil), now.vars...), ids)
	values = append(append(values, now.vars...), waiting.vars...)
	var rows []Sight
	if err := d.db.WithContext(ctx).Raw(sql, values...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("see how conversations stand: %w", err)
	}
	for _, r := range rows {
		found[r.Conversation] = r
	}
	return found, nil
}

// SightCases returns those of the cases that the viewer may see.
func (d *Desk) SightCases(ctx context.Context, v Viewer, numbers []int64) (map[int64]Sight, error) {
	found := make(map[int64]Sight, len(numbers))
	if len(numbers) == 0 {
		return found, nil
	}
	now := v.cases("c")
	var rows []struct {
		Number int64 `gorm:"column:number"`
		Sight  `gorm:"embedded"`
	}
	err := d.db.WithContext(ctx).Raw(`SELECT c.number, c.conversation_id AS conversation, c.channel, c.team, COALESCE(c.ward, 0) AS ward, true AS seen
		FROM cases c WHERE c.number IN ? AND `+now.sql, append([]any{numbers}, now.vars...)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("see how cases stand: %w", err)
	}
	for _, r := range rows {
		found[r.Number] = r.Sight
	}
	return found, nil
}
