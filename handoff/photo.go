package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/handoff/maybe"
)

// Photo is a picture that came with a message. SHA256 names it in the store
// of photos and is empty until it was fetched.
type Photo struct {
	ID     uuid.UUID
	Status string // "pending", "kept" or "failed"
	SHA256 string
	Type   string // media type of the original
	Width  int    // pixels, upright; 0 when not known
	Height int
	At     time.Time // by the provider's clock
	After  bool      // one of the staff took it when the matter was settled
}

func (d *Desk) photoOf(r photoRow) Photo {
	return Photo{
		ID: r.ID, Status: r.Status, SHA256: maybe.Zero(r.SHA256), Type: maybe.Zero(r.Type),
		Width: maybe.Zero(r.Width), Height: maybe.Zero(r.Height), At: d.local(r.At), After: r.After,
	}
}

// Photo reads one photo. The viewer must be allowed to see the conversation it
// was sent in or the case it belongs to; otherwise it is ErrNotFound.
func (d *Desk) Photo(ctx context.Context, v Viewer, id uuid.UUID) (Photo, error) {
	talk, matter := v.conversations("sent"), v.cases("filed")
	db := d.db.WithContext(ctx).Where("photos.id = ?", id).Where(
		"(EXISTS (SELECT 1 FROM conversations sent WHERE sent.id = photos.conversation_id AND "+talk.sql+
			") OR EXISTS (SELECT 1 FROM cases filed WHERE filed.number = photos.case_number AND "+matter.sql+"))",
		append(talk.vars, matter.vars...)...)
	row, err := first[photoRow](db, "photo")
	if err != nil {
		return Photo{}, err
	}
	return d.photoOf(row), nil
}

// keepSent records the photos that staff send with messages.
func (d *Desk) keepSent(tx *gorm.DB, c *deskRow, by *uuid.UUID, said []Reply) error {
	for _, r := range said {
		if r.Photo == nil || by == nil {
			continue
		}
		err := tx.Exec(`INSERT INTO photos (id, conversation_id, message_id, channel, source, status, sha256, at, agent_id) VALUES (?, ?, ?, ?, '', 'kept', ?, ?, ?)`,
			r.Photo.ID, c.ID, r.ID, c.Channel, r.Photo.SHA256, d.now(), by).Error
		if err != nil {
			return fmt.Errorf("record a photo: %w", err)
		}
	}
	return nil
}

// SentPhoto is the SHA-256 of a photo that staff have sent to a citizen, for
// whoever has a link to it. Any other photo is ErrNotFound.
func (d *Desk) SentPhoto(ctx context.Context, id uuid.UUID) (string, error) {
	row, err := first[photoRow](d.db.WithContext(ctx).Where("id = ? AND agent_id IS NOT NULL AND message_id IS NOT NULL AND status = 'kept'", id), "photo")
	return maybe.Zero(row.SHA256), err
}

// photosOfMessages reads photos by the message they came with, in order.
func (d *Desk) photosOfMessages(ctx context.Context, messages []uuid.UUID) (map[uuid.UUID][]Photo, error) {
	found := map[uuid.UUID][]Photo{}
	if len(messages) == 0 {
		return found, nil
	}
	var rows []photoRow
	if err := d.db.WithContext(ctx).Where("message_id IN ?", messages).Order("at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read photos of messages: %w", err)
	}
	for _, r := range rows {
		found[r.MessageID] = append(found[r.MessageID], d.photoOf(r))
	}
	return found, nil
}

// photosOfCases reads photos by the case they belong to, in order.
func (d *Desk) photosOfCases(ctx context.Context, numbers []int64) (map[int64][]Photo, error) {
	found := map[int64][]Photo{}
	if len(numbers) == 0 {
		return found, nil
	}
	var rows []photoRow
	if err := d.db.WithContext(ctx).Where("case_number IN ?", numbers).Order("at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read photos of cases: %w", err)
	}
	for _, r := range rows {
		n := maybe.Zero(r.CaseNumber)
		found[n] = append(found[n], d.photoOf(r))
	}
	return found, nil
}
