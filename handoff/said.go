package handoff

import (
	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/handoff/maybe"
)

// queuedRow is a message to be sent.
type queuedRow struct {
	Message   messageRow `gorm:"embedded"`
	ClientKey *string    `gorm:"column:client_key"`
}

// TableName is the table of messages.
func (queuedRow) TableName() string { return "messages" }

// queueSaid queues messages behind what the conversation still has to send. by
// is who of the staff wrote them; nil is the bot.
func (d *Desk) queueSaid(tx *gorm.DB, c *deskRow, by *uuid.UUID, said []Reply) error {
	if len(said) == 0 {
		return nil
	}
	now := d.now()
	author := "bot"
	if by != nil {
		author = "agent"
	}
	rows := make([]queuedRow, len(said))
	for i, r := range said {
		rows[i] = queuedRow{ClientKey: maybe.Null(r.ClientKey), Message: messageRow{
			ID: r.ID, ConversationID: c.ID, Seq: c.Version<<8 + int64(i+1), Direction: "out", Author: author, AgentID: by, Channel: c.Channel,
			Kind: string(r.Kind), Text: r.Text, Detail: rawJSON(r.Detail), Status: "queued", At: now,
		}}
	}
	if err := tx.Create(&rows).Error; err != nil {
		return err
	}
	if err := d.keepSent(tx, c, by, said); err != nil {
		return err
	}
	if c.OutboxUntil == nil {
		c.OutboxUntil = &now
	}
	return nil
}
