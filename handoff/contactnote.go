package handoff

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// notedContact is the audit log's word for a note.
type notedContact struct {
	Note string `json:"note"`
}

// NoteContact writes down something about a contact. Its errors are
// ErrNotFound for one the viewer does not see and a FieldError for an empty or
// too long text.
func (d *Desk) NoteContact(ctx context.Context, v Viewer, id uuid.UUID, text string) error {
	text, err := noteOf("text", text, true)
	if err != nil {
		return err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := besideMerges(tx); err != nil {
			return err
		}
		if _, err := first[contactRow](v.contacts("contacts").apply(tx).Where("contacts.id = ?", id), "contact"); err != nil {
			return err
		}
		row := noteRow{ID: NewID(), ContactID: id, AgentID: v.AgentID, Text: text, At: d.now()}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "contact.note", id.String(), nil, notedContact{text})
	})
	if err != nil {
		return fmt.Errorf("note contact %s: %w", id, err)
	}
	return nil
}
