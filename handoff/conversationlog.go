package handoff

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// The lines of a conversation's log.
const (
	LogQueued   = "queued"
	LogTaken    = "taken"
	LogPassed   = "passed"
	LogReleased = "released"
	LogCalled   = "called" // the citizen came or telephoned, and one of the staff wrote
)

type conversationLogRow struct {
	ID             uuid.UUID  `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID  `gorm:"column:conversation_id"`
	At             time.Time  `gorm:"column:at"`
	What           string     `gorm:"column:what"`
	AgentID        *uuid.UUID `gorm:"column:agent_id"`
	ToAgent        *uuid.UUID `gorm:"column:to_agent"`
	Team           string     `gorm:"column:team"`
	Reason         string     `gorm:"column:reason"`
	QueuedAt       *time.Time `gorm:"column:queued_at"`
}

// TableName is the table of how conversations came to people.
func (conversationLogRow) TableName() string { return "conversation_log" }

func (d *Desk) logDesk(tx *gorm.DB, v Viewer, c *deskRow, what string, to *uuid.UUID) error {
	return tx.Create(&conversationLogRow{
		ID: NewID(), ConversationID: c.ID, At: d.now(), What: what, AgentID: agentOrNull(v), ToAgent: to, Team: c.Team, Reason: c.Reason, QueuedAt: c.waited,
	}).Error
}
