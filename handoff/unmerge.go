package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
)

// maxMerges bounds the list of merges of one contact.
const maxMerges = 50

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

// Merge is a contact that became one with another after proof.
type Merge struct {
	ID     uuid.UUID
	Gone   Ref  // who is no more, by the name of then
	By     *Ref // nil: the citizen typed the code
	At     time.Time
	Newest bool // the one that can be undone: newer ones must be undone first
}

// Merges lists what has become one with a contact that the viewer sees and was
// not undone, the newest first.
func (d *Desk) Merges(ctx context.Context, v Viewer, contact uuid.UUID) ([]Merge, error) {
	db := d.db.WithContext(ctx)
	if _, err := first[contactRow](v.contacts("contacts").apply(db).Where("contacts.id = ?", contact), "contact"); err != nil {
		return nil, err
	}
	var rows []mergeRow
	if err := db.Where("contact_id = ? AND undone_at IS NULL", contact).Order("id DESC").Limit(maxMerges).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list merges: %w", err)
	}
	var ids []uuid.UUID
	for _, r := range rows {
		if r.AgentID != nil {
			ids = append(ids, *r.AgentID)
		}
	}
	names, err := d.agentNames(ctx, ids)
	if err != nil {
		return nil, err
	}
	merges := make([]Merge, len(rows))
	for i, r := range rows {
		_, gone, err := r.gone()
		if err != nil {
			return nil, err
		}
		merges[i] = Merge{ID: r.ID, Gone: Ref{r.GoneID, gone.Name}, At: d.local(r.At), Newest: i == 0}
		if r.AgentID != nil {
			merges[i].By = &Ref{*r.AgentID, names[*r.AgentID]}
		}
	}
	return merges, nil
}

// MergedInto is the contact that one has become, for whoever still knows the
// id of before. It is ErrNotFound for one that is or never was.
func (d *Desk) MergedInto(ctx context.Context, v Viewer, gone uuid.UUID) (uuid.UUID, error) {
	db := d.db.WithContext(ctx)
	row, err := first[contactRow](v.contacts("contacts").apply(db).
		Where("contacts.id = (SELECT m.contact_id FROM contact_merges m WHERE m.gone_id = ? AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1)", gone), "contact")
	return row.ID, err
}

func (r *mergeRow) gone() (s snap, c contactSnap, err error) { return readSnap(r.Gone) }

func readSnap(raw rawJSON) (s snap, c contactSnap, err error) {
	if err = json.Unmarshal(raw, &s); err == nil {
		err = json.Unmarshal(s.Contact, &c)
	}
	if err != nil {
		err = fmt.Errorf("read what a contact was before a merge: %w", err)
	}
	return s, c, err
}

// Unmerge makes two contacts again of one: each has what it had, and what has
// come since goes with the address that it came by; what staff wrote since stays
// with the contact. Only supervisors do; merges are undone newest first, any
// other is ErrConflict.
func (d *Desk) Unmerge(ctx context.Context, v Viewer, contact, merge uuid.UUID) (restored uuid.UUID, err error) {
	if v.Role != RoleSupervisor && v.Role != RoleAdministrator {
		return uuid.Nil, fmt.Errorf("undo a merge: %w", ErrNotFound)
	}
	err = d.joining(ctx, func(tx *gorm.DB) error {
		m, err := first[mergeRow](tx.Where("id = ? AND contact_id = ?", merge, contact), "merge")
		if err != nil {
			return err
		}
		var newer int64
		if err := tx.Model(&mergeRow{}).Where("contact_id = ? AND undone_at IS NULL AND id > ?", contact, merge).Count(&newer).Error; err != nil {
			return err
		}
		if m.UndoneAt != nil || newer > 0 {
			return fmt.Errorf("it is undone, or a newer merge must be undone first: %w", ErrConflict)
		}
		restored = m.GoneID
		if err := d.part(tx, &m); err != nil {
			return err
		}
		done := map[string]any{"undone_at": d.now(), "undone_by": agentOrNull(v)}
		if err := tx.Model(&mergeRow{}).Where("id = ?", m.ID).Updates(done).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "contact.unmerge", contact.String(), mergedContacts{m.ID, m.GoneID}, nil)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("undo merge %s: %w", merge, err)
	}
	return restored, nil
}

// part gives the rows back and makes both contacts what they were.
func (d *Desk) part(tx *gorm.DB, m *mergeRow) error {
	if err := d.holdTalks(tx, m.ContactID); err != nil {
		return err
	}
	now, err := first[contactRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", m.ContactID), "contact")
	if err != nil {
		return err
	}
	current, err := snapshot(tx, m.ContactID)
	if err != nil {
		return err
	}
	if err := restoreContact(tx, m.Gone); err != nil {
		return err
	}
	if err := giveBackRows(tx, m); err != nil {
		return err
	}
	var theirs []uuid.UUID
	if err := tx.Raw(`SELECT id FROM identities WHERE contact_id = ?`, m.GoneID).Scan(&theirs).Error; err != nil {
		return fmt.Errorf("read identities: %w", err)
	}
	return d.partAnswers(tx, m, now, current, theirs)
}

// restoreContact puts a contact's own row back, with the columns it had.
func restoreContact(tx *gorm.DB, raw rawJSON) error {
	s, _, err := readSnap(raw)
	if err != nil {
		return err
	}
	var columns []string
	err = tx.Raw(`SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'contacts' AND jsonb_exists(?::jsonb, column_name)`,
		string(s.Contact)).Scan(&columns).Error
	if err != nil {
		return fmt.Errorf("list the columns of contacts: %w", err)
	}
	for i, c := range columns {
		columns[i] = fmt.Sprintf("%q", c)
	}
	list := strings.Join(columns, ", ")
	err = tx.Exec(`INSERT INTO contacts (`+list+`) SELECT `+list+` FROM jsonb_populate_record(NULL::contacts, ?::jsonb)`, string(s.Contact)).Error
	if err != nil {
		return fmt.Errorf("put a contact back: %w", err)
	}
	return nil
}

func giveBackRows(tx *gorm.DB, m *mergeRow) error {
	tables, err := contactTables(tx)
	if err != nil {
		return err
	}
	var moved map[string][]string
	if err := json.Unmarshal(m.Moved, &moved); err != nil {
		return fmt.Errorf("read what a merge moved: %w", err)
	}
	for _, t := range tables {
		if err := t.giveBack(tx, m, moved[t.Name]); err != nil {
			return err
		}
	}
	return nil
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
	if went[slotWard] || orZero(now.Ward) == orZero(merged.Ward) {
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
