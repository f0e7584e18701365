package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// FailedPhoto is a photo that could not be fetched from its provider and is
// not tried any more by itself.
type FailedPhoto struct {
	ID           uuid.UUID
	At           time.Time // when the person sent it
	Channel      string
	Conversation *uuid.UUID
	Case         int64 // 0: none
	Tries        int
	Fault        string // why it failed the last time
}

type failedPhotoRow struct {
	ID             uuid.UUID  `gorm:"column:id;primaryKey"`
	At             time.Time  `gorm:"column:at"`
	Channel        string     `gorm:"column:channel"`
	ConversationID *uuid.UUID `gorm:"column:conversation_id"`
	CaseNumber     *int64     `gorm:"column:case_number"`
	Attempts       int        `gorm:"column:attempts"`
	Error          string     `gorm:"column:error"`
}

// TableName is the table of photos.
func (failedPhotoRow) TableName() string { return "photos" }

// failedPhotos are photos that were given up and whose address is still known.
const failedPhotos = "status = 'failed' AND source <> ''"

// FailedPhotos lists the photos that could not be fetched, the newest first.
func (d *Desk) FailedPhotos(ctx context.Context, p PageOf) (Page[FailedPhoto], error) {
	var none Page[FailedPhoto]
	limit, err := p.limit()
	if err != nil {
		return none, err
	}
	db, err := p.afterID(d.db.WithContext(ctx), "id")
	if err != nil {
		return none, err
	}
	var rows []failedPhotoRow
	err = db.Select("id, at, channel, conversation_id, case_number, attempts, COALESCE(error, '') AS error").Where(failedPhotos).Order("id DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return none, fmt.Errorf("list failed photos: %w", err)
	}
	rows, next := cut(rows, limit, func(r failedPhotoRow) string { return r.ID.String() })
	items := make([]FailedPhoto, len(rows))
	for i, r := range rows {
		items[i] = FailedPhoto{ID: r.ID, At: d.local(r.At), Channel: r.Channel, Conversation: r.ConversationID, Tries: r.Attempts, Fault: r.Error}
		if r.CaseNumber != nil {
			items[i].Case = *r.CaseNumber
		}
	}
	return Page[FailedPhoto]{Items: items, Next: next}, nil
}

// RetryPhoto has a photo that was given up fetched once more, which the audit
// log keeps. ErrNotFound when there is no such photo.
func (d *Desk) RetryPhoto(ctx context.Context, v Viewer, id uuid.UUID) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		row, err := first[failedPhotoRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id, channel, attempts").Where(failedPhotos).Where("id = ?", id), "photo")
		if err != nil {
			return err
		}
		err = tx.Model(&failedPhotoRow{}).Where("id = ?", id).Updates(map[string]any{"status": "pending", "attempts": 0, "try_after": d.now(), "error": nil}).Error
		if err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "trouble.photo", id.String(), nil, troubled{row.Channel, row.Attempts})
	})
	if err != nil {
		return fmt.Errorf("fetch a photo once more: %w", err)
	}
	return nil
}

// Trouble counts what waits for the administrator: turns that could not be
// recorded and photos that could not be fetched.
func (d *Desk) Trouble(ctx context.Context) (n int, err error) {
	err = d.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM dead_turns) + (SELECT count(*) FROM photos WHERE `+failedPhotos+`)`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the trouble: %w", err)
	}
	return n, nil
}
