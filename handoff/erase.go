package handoff

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// EraseWord is what is typed to confirm the erasure of somebody without a name.
const EraseWord = "erase"

// Erased is what an erasure has reached, as the audit log keeps it.
type Erased struct {
	Messages      int64 `json:"messages"`
	Photos        int64 `json:"photos"`
	Conversations int64 `json:"conversations"`
	Cases         int64 `json:"cases"`

	Keys []Key       `json:"-"` // the addresses, whose live sessions must go too
	Were []uuid.UUID `json:"-"` // the conversations
}

// EraseContact takes a person's data out of the whole record: who they are, what
// they wrote, answered and sent, and what staff wrote about them. That there were
// conversations and cases, with their numbers, services, wards, statuses and
// dates, stays, so that nothing is counted otherwise afterwards. A conversation
// that goes on ends. typed confirms it: the contact's name, or EraseWord where
// there is none. Files of photos that nobody else has sent go as PhotoRemovals
// says. Its errors are ErrNotFound for a contact the viewer does not see, a
// FieldError for another name, and ErrConflict when it was done before.
func (d *Desk) EraseContact(ctx context.Context, v Viewer, id uuid.UUID, typed string) (Erased, error) {
	var e Erased
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		lock := tx.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "contacts"}})
		row, err := first[contactRow](v.contacts("contacts").apply(lock).Where("contacts.id = ?", id), "contact")
		switch {
		case err != nil:
			return err
		case row.ErasedAt != nil:
			return fmt.Errorf("it was erased before: %w", ErrConflict)
		case !confirms(row.Name, typed):
			return invalid("confirm", "is not the name of this contact (%q where there is none)", EraseWord)
		}
		if err := e.find(tx, id); err != nil {
			return err
		}
		if err := d.erase(tx, id, &e); err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "contact.erase", id.String(), nil, e)
	})
	if err != nil {
		return Erased{}, fmt.Errorf("erase contact %s: %w", id, err)
	}
	return e, nil
}

// confirms reports whether what was typed is the name, however it is spaced and
// whatever its case.
func confirms(name, typed string) bool {
	plain := func(s string) string { return strings.Join(strings.Fields(bangla.Clean(s)), " ") }
	if plain(name) == "" {
		name = EraseWord
	}
	return strings.EqualFold(plain(name), plain(typed))
}

// find locks the conversations, in the order in which turns lock them, and the
// addresses.
func (e *Erased) find(tx *gorm.DB, id uuid.UUID) error {
	err := tx.Raw(`SELECT id FROM conversations WHERE contact_id = ? ORDER BY id FOR UPDATE`, id).Scan(&e.Were).Error
	if err != nil {
		return err
	}
	return tx.Raw(`SELECT channel, address FROM identities WHERE contact_id = ? ORDER BY id FOR UPDATE`, id).Scan(&e.Keys).Error
}

// erase empties or deletes the rows of every table, and counts them.
func (d *Desk) erase(tx *gorm.DB, id uuid.UUID, e *Erased) error {
	if err := tx.Exec(`SELECT set_config('nagorik.forgets', 'erasure', true)`).Error; err != nil {
		return err
	}
	values := map[string]any{"contact": id, "now": d.now()}
	if err := tx.Exec(droppedByErasure, values).Error; err != nil {
		return fmt.Errorf("count what is left half-way: %w", err)
	}
	counts := map[string]*int64{"messages": &e.Messages, "photos": &e.Photos, "conversations": &e.Conversations, "cases": &e.Cases}
	for _, p := range personalTables() {
		if p.Keeps {
			continue
		}
		sql := `UPDATE ` + p.Table + ` SET ` + p.Set + ` WHERE ` + p.Of
		if p.Set == "" {
			sql = `DELETE FROM ` + p.Table + ` WHERE ` + p.Of
		}
		if p.Table == "photos" {
			sql = `WITH gone AS (` + sql + ` RETURNING sha256), files AS (INSERT INTO photo_removals (sha256, at)
				SELECT DISTINCT sha256, CAST(@now AS timestamptz) FROM gone WHERE sha256 IS NOT NULL ON CONFLICT DO NOTHING) SELECT count(*) FROM gone`
			if err := tx.Raw(sql, values).Scan(&e.Photos).Error; err != nil {
				return fmt.Errorf("photos: %w", err)
			}
			continue
		}
		done := tx.Exec(sql, values)
		if done.Error != nil {
			return fmt.Errorf("%s: %w", p.Table, done.Error)
		}
		if n := counts[p.Table]; n != nil {
			*n = done.RowsAffected
		}
	}
	return tx.Exec(`SELECT set_config('nagorik.forgets', '', true)`).Error
}
