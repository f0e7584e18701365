package handoff

import (
	"context"

	"github.com/google/uuid"
)

// checkpointRow is where the dialogue of a conversation stands.
type checkpointRow struct {
	Checkpoint string `gorm:"column:checkpoint"`
}

// TableName is the table of conversations.
func (checkpointRow) TableName() string { return "conversations" }

// Checkpoint reads where the dialogue of a conversation stands, as JSON of the
// flows' session. One the viewer may not see is ErrNotFound.
func (d *Desk) Checkpoint(ctx context.Context, v Viewer, id uuid.UUID) ([]byte, error) {
	db := v.conversations("conversations").apply(d.db.WithContext(ctx)).Select("checkpoint::text AS checkpoint").Where("id = ?", id)
	row, err := first[checkpointRow](db, "conversation")
	return []byte(row.Checkpoint), err
}
