package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// maxMerges bounds the list of merges of one contact.
const maxMerges = 50

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
