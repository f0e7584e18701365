package handoff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/handoff/maybe"
)

// mergeLock is the advisory lock under which contacts become one or two, one
// pair at a time. Whoever writes about a contact outside its conversations
// holds it shared.
const mergeLock = 0x6e61676d65726765

// mergeRounds bounds how often a merge is begun anew because the contact wrote
// just then.
const mergeRounds = 8

// foreignKey is PostgreSQL's code for a row that refers to one that is gone.
const foreignKey = "23503"

type mergeRow struct {
	ID        uuid.UUID  `gorm:"column:id;primaryKey"`
	ContactID uuid.UUID  `gorm:"column:contact_id"`
	GoneID    uuid.UUID  `gorm:"column:gone_id"`
	AgentID   *uuid.UUID `gorm:"column:agent_id"`
	At        time.Time  `gorm:"column:at"`
	Kept      rawJSON    `gorm:"column:kept"`
	Gone      rawJSON    `gorm:"column:gone"`
	Merged    rawJSON    `gorm:"column:merged"`
	Moved     rawJSON    `gorm:"column:moved"`
	UndoneAt  *time.Time `gorm:"column:undone_at"`
	UndoneBy  *uuid.UUID `gorm:"column:undone_by"`
}

// TableName is the table of contacts that became one.
func (mergeRow) TableName() string { return "contact_merges" }

// mergedContacts is the audit log's word for a merge and its undoing.
type mergedContacts struct {
	Merge uuid.UUID `json:"merge"`
	Gone  uuid.UUID `json:"gone"`
}

// orderMerges makes this transaction the only one that merges.
func orderMerges(tx *gorm.DB) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock(?)`, int64(mergeLock)).Error
}

// besideMerges keeps merges off until this transaction is over.
func besideMerges(tx *gorm.DB) error {
	return tx.Exec(`SELECT pg_advisory_xact_lock_shared(?)`, int64(mergeLock)).Error
}

// joining runs a merge or its undoing, anew when the contact wrote just then.
func (d *Desk) joining(ctx context.Context, run func(*gorm.DB) error) (err error) {
	for range mergeRounds {
		err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			if err := orderMerges(tx); err != nil {
				return err
			}
			return run(tx)
		})
		var fault *pgconn.PgError
		left := errors.Is(err, gorm.ErrForeignKeyViolated) || errors.As(err, &fault) && fault.Code == foreignKey
		if !left && !errors.Is(err, errRace) {
			return err
		}
	}
	return fmt.Errorf("the contact wrote each of %d times: %w", mergeRounds, err)
}

// merge makes one contact of two: the one that is known for longer goes on and
// is returned. phone is the telephone that was proven. The turns that run in their conversations are stepped again.
func (d *Desk) merge(tx *gorm.DB, one, other uuid.UUID, phone string, by *uuid.UUID) (kept uuid.UUID, err error) {
	if err := d.holdTalks(tx, one, other); err != nil {
		return uuid.Nil, err
	}
	var rows []contactRow
	err = tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id IN ?", []uuid.UUID{one, other}).Order("created_at, id").Find(&rows).Error
	if err != nil || len(rows) != 2 {
		return uuid.Nil, notFound(orElseError(err, gorm.ErrRecordNotFound), "contact")
	}
	kept, gone := rows[0].ID, rows[1].ID
	m := mergeRow{ID: NewID(), ContactID: kept, GoneID: gone, AgentID: by, At: d.now()}
	if m.Kept, err = snapshot(tx, kept); err != nil {
		return uuid.Nil, err
	}
	if m.Gone, err = snapshot(tx, gone); err != nil {
		return uuid.Nil, err
	}
	if m.Moved, err = moveRows(tx, gone, kept); err != nil {
		return uuid.Nil, err
	}
	if err := d.joinAnswers(tx, rows[0], rows[1], phone); err != nil {
		return uuid.Nil, err
	}
	if m.Merged, err = snapshot(tx, kept); err != nil {
		return uuid.Nil, err
	}
	if err := tx.Exec(`DELETE FROM contacts WHERE id = ?`, gone).Error; err != nil {
		return uuid.Nil, err
	}
	if err := tx.Create(&m).Error; err != nil {
		return uuid.Nil, err
	}
	return kept, d.audit(tx, maybe.Zero(by), "contact.merge", kept.String(), nil, mergedContacts{m.ID, gone})
}

func orElseError(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// holdTalks locks all conversations of the contacts in the order of their ids,
// as turns do, then their addresses, and moves the conversations' versions on.
// A conversation that was opened meanwhile is errRace.
func (d *Desk) holdTalks(tx *gorm.DB, contacts ...uuid.UUID) error {
	var held []uuid.UUID
	if err := tx.Raw(`SELECT id FROM conversations WHERE contact_id IN ? ORDER BY id FOR UPDATE`, contacts).Scan(&held).Error; err != nil {
		return fmt.Errorf("lock conversations: %w", err)
	}
	var addresses []uuid.UUID
	if err := tx.Raw(`SELECT id FROM identities WHERE contact_id IN ? ORDER BY id FOR UPDATE`, contacts).Scan(&addresses).Error; err != nil {
		return fmt.Errorf("lock identities: %w", err)
	}
	var now []uuid.UUID
	if err := tx.Raw(`UPDATE conversations SET version = version + 1 WHERE contact_id IN ? RETURNING id`, contacts).Scan(&now).Error; err != nil {
		return fmt.Errorf("move conversations on: %w", err)
	}
	if len(now) != len(held) {
		return errRace
	}
	return nil
}

// moveRows gives everything of one contact to the other but its own row and
// what it told, and says which rows those were.
func moveRows(tx *gorm.DB, from, to uuid.UUID) (rawJSON, error) {
	tables, err := contactTables(tx)
	if err != nil {
		return nil, err
	}
	moved := map[string][]string{}
	for _, t := range tables {
		keys, err := t.move(tx, from, to)
		if err != nil {
			return nil, err
		}
		if len(keys) > 0 {
			slices.Sort(keys)
			moved[t.Name] = keys
		}
	}
	return jsonOrNull(moved)
}

// joinAnswers keeps of what both told the newer, and what only one has said of
// himself; the proven telephone where there is none.
func (d *Desk) joinAnswers(tx *gorm.DB, kept, gone contactRow, phone string) error {
	var rows []rememberedRow
	if err := tx.Where("contact_id IN ?", []uuid.UUID{kept.ID, gone.ID}).Find(&rows).Error; err != nil {
		return fmt.Errorf("read what both told: %w", err)
	}
	newer := map[string]bool{} // parts of a contact of which gone told last
	for part, is := range contactParts {
		var at [2]time.Time
		for _, r := range rows {
			if is(r.Slot, r.Type) {
				who := 0
				if r.ContactID == gone.ID {
					who = 1
				}
				at[who] = laterOf(at[who], r.At)
			}
		}
		newer[part] = at[1].After(at[0])
	}
	err := tx.Exec(`INSERT INTO remembered (contact_id, slot, type, value, at, identity_id) SELECT ?, slot, type, value, at, identity_id FROM remembered WHERE contact_id = ?
		ON CONFLICT (contact_id, slot) DO UPDATE SET type = excluded.type, value = excluded.value, at = excluded.at, identity_id = excluded.identity_id
		WHERE remembered.at < excluded.at`, kept.ID, gone.ID).Error
	if err == nil {
		err = tx.Exec(`DELETE FROM remembered WHERE contact_id = ?`, gone.ID).Error
	}
	if err != nil {
		return fmt.Errorf("join what both told: %w", err)
	}
	if gone.Name != "" && (kept.Name == "" || newer[partName]) {
		kept.Name, kept.NameFolded = gone.Name, gone.NameFolded
	}
	if gone.Phone != "" && (kept.Phone == "" || newer[slotPhone]) {
		kept.Phone = gone.Phone
	}
	if gone.Email != "" && (kept.Email == "" || newer[partEmail]) {
		kept.Email = gone.Email
	}
	if gone.Ward != nil && (kept.Ward == nil || newer[slotWard]) {
		kept.Ward = gone.Ward
	}
	kept.Phone = orElse(kept.Phone, phone)
	kept.Language = orElse(kept.Language, gone.Language)
	kept.UpdatedAt = d.now()
	return saveContact(tx, kept)
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// saveContact writes the columns of a contact that people are searched and
// shown by.
func saveContact(tx *gorm.DB, c contactRow) error {
	err := tx.Model(&contactRow{}).Where("id = ?", c.ID).Updates(map[string]any{
		"name": c.Name, "name_folded": c.NameFolded, "phone": c.Phone, "email": c.Email, "ward": c.Ward, "language": c.Language, "updated_at": c.UpdatedAt,
	}).Error
	if err != nil {
		return fmt.Errorf("save a contact: %w", err)
	}
	return nil
}

// snap is what a contact is and told at one moment.
type snap struct {
	Contact    json.RawMessage `json:"contact"`
	Remembered []told          `json:"remembered"`
}

// snapshot is a snap as the database writes it.
func snapshot(tx *gorm.DB, contact uuid.UUID) (rawJSON, error) {
	var s rawJSON
	err := tx.Raw(`SELECT jsonb_build_object('contact', to_jsonb(c), 'remembered',
			COALESCE((SELECT jsonb_agg(to_jsonb(r) ORDER BY r.slot) FROM remembered r WHERE r.contact_id = c.id), '[]')) FROM contacts c WHERE c.id = ?`, contact).Row().Scan(&s)
	if err != nil {
		return nil, notFound(err, "contact")
	}
	return s, nil
}
