package handoff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// The parts of a contact that are kept in step with what it told.
const (
	partName  = "name"
	partEmail = "email"
)

// contactParts say which answers a part of a contact is taken from.
var contactParts = map[string]func(slot, kind string) bool{
	partName:  func(slot, _ string) bool { return slot == partName },
	partEmail: func(slot, _ string) bool { return slot == partEmail },
	slotPhone: func(_, kind string) bool { return kind == string(flows.SlotPhone) },
	slotWard:  func(_, kind string) bool { return kind == string(flows.SlotWard) },
}

// told is a remembered answer as a snapshot has it.
type told struct {
	ContactID  uuid.UUID       `json:"contact_id"`
	Slot       string          `json:"slot"`
	Type       string          `json:"type"`
	Value      json.RawMessage `json:"value"`
	At         time.Time       `json:"at"`
	IdentityID *uuid.UUID      `json:"identity_id"`
}

// of is the same answer as another contact's.
func (t told) of(contact uuid.UUID) told { t.ContactID = contact; return t }

func (t told) same(other told) bool {
	return t.Type == other.Type && t.At.Equal(other.At) && bytes.Equal(t.Value, other.Value)
}

// contactSnap is a contact's own row as a snapshot has it.
type contactSnap struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	NameFolded string    `json:"name_folded"`
	Phone      string    `json:"phone"`
	Email      string    `json:"email"`
	Ward       *int      `json:"ward"`
	Language   string    `json:"language"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// partAnswers gives each contact what it had told, and what was told since by
// an address of its own.
func (d *Desk) partAnswers(tx *gorm.DB, m *mergeRow, now contactRow, current rawJSON, theirs []uuid.UUID) error {
	var snaps [4]snap
	var rows [4]contactSnap
	for i, raw := range []rawJSON{m.Kept, m.Gone, m.Merged, current} {
		var err error
		if snaps[i], rows[i], err = readSnap(raw); err != nil {
			return err
		}
	}
	before, gone, merged := bySlot(snaps[0]), bySlot(snaps[1]), bySlot(snaps[2])
	went := map[string]bool{} // parts of the contact that were told since by an address that goes
	for _, t := range snaps[3].Remembered {
		was, old := merged[t.Slot]
		switch {
		case old && was.same(t): // stands as it was joined
			continue
		case t.IdentityID != nil && slices.Contains(theirs, *t.IdentityID):
			gone[t.Slot] = t.of(m.GoneID)
			for part, is := range contactParts {
				went[part] = went[part] || is(t.Slot, t.Type)
			}
		default:
			before[t.Slot] = t
		}
	}
	if err := writeTold(tx, m.ContactID, before); err != nil {
		return err
	}
	if err := writeTold(tx, m.GoneID, gone); err != nil {
		return err
	}
	return partColumns(tx, now, rows[0], rows[1], rows[2], went)
}

// partColumns makes the columns of both contacts what they were, but for what
// was told since.
func partColumns(tx *gorm.DB, now contactRow, before, gone, merged contactSnap, went map[string]bool) error {
	back := contactRow{ID: gone.ID, Name: gone.Name, NameFolded: gone.NameFolded, Phone: gone.Phone, Email: gone.Email, Ward: gone.Ward, Language: gone.Language, UpdatedAt: gone.UpdatedAt}
	if went[partName] {
		back.Name, back.NameFolded = now.Name, now.NameFolded
	}
	if went[partName] || now.Name == merged.Name {
		now.Name, now.NameFolded = before.Name, before.NameFolded
	}
	if went[slotPhone] {
		back.Phone = now.Phone
	}
	if went[slotPhone] || now.Phone == merged.Phone {
		now.Phone = before.Phone
	}
	if went[partEmail] {
		back.Email = now.Email
	}
	if went[partEmail] || now.Email == merged.Email {
		now.Email = before.Email
	}
	if went[slotWard] {
		back.Ward = now.Ward
	}
	if went[slotWard] || maybe.Zero(now.Ward) == maybe.Zero(merged.Ward) {
		now.Ward = before.Ward
	}
	if now.Language == merged.Language {
		now.Language = before.Language
	}
	if now.UpdatedAt.Equal(merged.UpdatedAt) {
		now.UpdatedAt = before.UpdatedAt
	}
	if err := saveContact(tx, now); err != nil {
		return err
	}
	return saveContact(tx, back)
}

func bySlot(s snap) map[string]told {
	m := make(map[string]told, len(s.Remembered))
	for _, t := range s.Remembered {
		m[t.Slot] = t
	}
	return m
}

// writeTold makes answers all that a contact has told.
func writeTold(tx *gorm.DB, contact uuid.UUID, answers map[string]told) error {
	if err := tx.Exec(`DELETE FROM remembered WHERE contact_id = ?`, contact).Error; err != nil {
		return fmt.Errorf("replace what a contact told: %w", err)
	}
	for _, t := range answers {
		err := tx.Exec(`INSERT INTO remembered (contact_id, slot, type, value, at, identity_id) VALUES (?, ?, ?, ?::jsonb, ?, ?)`,
			contact, t.Slot, t.Type, string(t.Value), t.At, t.IdentityID).Error
		if err != nil {
			return fmt.Errorf("replace what a contact told: %w", err)
		}
	}
	return nil
}
