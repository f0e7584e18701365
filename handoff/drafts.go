package handoff

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// maxDraft is how long a draft may be, in characters: somewhat longer than a
// reply, so that one that must still be shortened is kept as well.
const maxDraft = 2 * maxReply

type replyDraftRow struct {
	AgentID        uuid.UUID `gorm:"column:agent_id;primaryKey"`
	ConversationID uuid.UUID `gorm:"column:conversation_id;primaryKey"`
	Text           string    `gorm:"column:text"`
	At             time.Time `gorm:"column:at"`
}

// TableName is the table of what staff have begun to write.
func (replyDraftRow) TableName() string { return "drafts" }

// SaveDraft keeps what the viewer has begun to write in a conversation that he
// sees, instead of what was kept before; blank text keeps nothing. What was sent
// with the key of the form in the meantime is no draft any more.
func (d *Desk) SaveDraft(ctx context.Context, v Viewer, id uuid.UUID, w Written) error {
	text := bangla.Clean(w.Text)
	if utf8.RuneCountInString(text) > maxDraft {
		return invalid("text", "must have at most %d characters", maxDraft)
	}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// The lock makes it wait for a reply that is being recorded.
		seen := v.conversations("conversations").apply(tx.Clauses(clause.Locking{Strength: "SHARE", Table: clause.Table{Name: "conversations"}}))
		if _, err := first[deskRow](seen.Where("conversations.id = ?", id), "conversation"); err != nil {
			return err
		}
		if w.Key != "" {
			var n int64
			if err := tx.Model(&messageRow{}).Where("conversation_id = ? AND client_key = ?", id, keepable(w.Key)).Count(&n).Error; err != nil || n > 0 {
				return err
			}
		}
		if strings.TrimSpace(text) == "" {
			return dropDraft(tx, v, id)
		}
		row := replyDraftRow{AgentID: v.AgentID, ConversationID: id, Text: text, At: d.now()}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
	if err != nil {
		return fmt.Errorf("keep a draft in conversation %s: %w", id, err)
	}
	return nil
}

// Draft is what the viewer has begun to write in a conversation; empty when
// nothing is kept.
func (d *Desk) Draft(ctx context.Context, v Viewer, id uuid.UUID) (string, error) {
	var rows []replyDraftRow
	err := d.db.WithContext(ctx).Where("agent_id = ? AND conversation_id = ?", v.AgentID, id).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Text, nil
}

// dropDraft forgets what the viewer had begun to write.
func dropDraft(tx *gorm.DB, v Viewer, id uuid.UUID) error {
	return tx.Where("agent_id = ? AND conversation_id = ?", v.AgentID, id).Delete(&replyDraftRow{}).Error
}
