package handoff

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
)

// ErrManyCodes says that a telephone, a contact or one of the staff has had
// enough codes.
var ErrManyCodes = errors.New("there were too many codes in 24 hours, try again tomorrow")

// SentCode is a code that one of the staff has sent for a contact and that is
// waited for.
type SentCode struct {
	Phone     string
	Status    CodeStatus
	ExpiresAt time.Time
	Left      int // tries
}

// SendCode plans a code by SMS to a telephone that the contact says is theirs.
// Its errors are FieldError for what is no telephone, or one that is the
// contact's already or wants no messages, ErrNotFound for a contact the viewer
// does not see, and ErrManyCodes after too many codes in a day.
func (d *Desk) SendCode(ctx context.Context, v Viewer, contact uuid.UUID, phone string) (SentCode, error) {
	number, ok := bangla.Phone(strings.TrimSpace(phone))
	switch {
	case !ok:
		return SentCode{}, invalid("phone", "is not a mobile number, such as 01712345678")
	case len(d.codes.key) == 0:
		return SentCode{}, errNoCodes
	}
	now := d.now()
	row := codeRow{ID: NewID(), ContactID: contact, AgentID: agentOrNull(v), Phone: number, Status: string(CodePlanned), At: now, ExpiresAt: now.Add(CodeLives), TryAfter: now}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := besideMerges(tx); err != nil {
			return err
		}
		c, err := first[contactRow](v.contacts("contacts").apply(tx.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "contacts"}})).Where("contacts.id = ?", contact), "contact")
		if err != nil {
			return err
		}
		row.Language = c.Language
		if err := d.mayBeSent(tx, row); err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "contact.code", contact.String(), nil, map[string]uuid.UUID{"code": row.ID})
	})
	if err != nil {
		return SentCode{}, fmt.Errorf("send a code for contact %s: %w", contact, err)
	}
	return sentCode(row), nil
}

// mayBeSent holds a code against the bounds, with the telephone's codes held.
func (d *Desk) mayBeSent(tx *gorm.DB, row codeRow) error {
	if err := tx.Exec(`SELECT pg_advisory_xact_lock(hashtextextended(?, 0))`, row.Phone).Error; err != nil {
		return err
	}
	var holders []identityRow
	if err := tx.Where("channel = ? AND address = ?", channelSMS, row.Phone).Find(&holders).Error; err != nil {
		return err
	}
	for _, h := range holders {
		switch {
		case h.ContactID == row.ContactID:
			return invalid("phone", "is proven to be this contact's already")
		case h.Muted:
			return invalid("phone", "wants no messages: it has sent STOP")
		}
	}
	since := row.At.Add(-codesWithin)
	for _, bound := range []struct {
		column string
		value  any
		most   int64
	}{{"phone", row.Phone, codesPerPhone}, {"contact_id", row.ContactID, codesPerContact}, {"agent_id", row.AgentID, codesPerAgent}} {
		var n int64
		if err := tx.Model(&codeRow{}).Where(bound.column+" = ? AND at > ?", bound.value, since).Count(&n).Error; err != nil {
			return err
		}
		if n >= bound.most {
			return ErrManyCodes
		}
	}
	return nil
}

func sentCode(row codeRow) SentCode {
	return SentCode{Phone: row.Phone, Status: CodeStatus(row.Status), ExpiresAt: row.ExpiresAt, Left: codeTries - row.Tries}
}

// byStaff narrows a query to the code that staff wait for with a contact.
func (d *Desk) byStaff(db *gorm.DB, contact uuid.UUID) *gorm.DB {
	return db.Where("id = (SELECT id FROM phone_codes WHERE contact_id = ? AND identity_id IS NULL ORDER BY at DESC, id DESC LIMIT 1)", contact).
		Where(waitedFor, d.now(), codeTries)
}

// CodeOf is the code that staff have sent for a contact and that is waited for;
// ErrNotFound when there is none.
func (d *Desk) CodeOf(ctx context.Context, v Viewer, contact uuid.UUID) (SentCode, error) {
	db := d.db.WithContext(ctx)
	if _, err := first[contactRow](v.contacts("contacts").apply(db).Where("contacts.id = ?", contact), "contact"); err != nil {
		return SentCode{}, err
	}
	row, err := first[codeRow](d.byStaff(db, contact), "code")
	if err != nil {
		return SentCode{}, err
	}
	return sentCode(row), nil
}

// MergeByCode takes the code that the citizen has read back. A right one makes
// the telephone the contact's and whoever it was of before the same contact;
// the one that goes on is returned. A wrong one is a FieldError and counts,
// whatever becomes of the call; one that is waited for no more is ErrConflict.
func (d *Desk) MergeByCode(ctx context.Context, v Viewer, contact uuid.UUID, code string) (kept uuid.UUID, err error) {
	given := strings.NewReplacer(" ", "", "-", "").Replace(bangla.Digits(strings.TrimSpace(code)))
	wrong := 0
	err = d.joining(ctx, func(tx *gorm.DB) error {
		wrong = 0
		if _, err := first[contactRow](v.contacts("contacts").apply(tx).Where("contacts.id = ?", contact), "contact"); err != nil {
			return err
		}
		row, err := first[codeRow](d.byStaff(tx.Clauses(clause.Locking{Strength: "UPDATE"}), contact), "code")
		if err != nil {
			return fmt.Errorf("no code is waited for, send another: %w", ErrConflict)
		}
		if err := tx.Exec(`UPDATE phone_codes SET tries = tries + 1 WHERE id = ?`, row.ID).Error; err != nil {
			return err
		}
		if !d.codes.right(row.ID, row.Phone, given) {
			wrong = codeTries - row.Tries
			return nil // the try is kept
		}
		kept, err = d.linkPhone(tx, row, agentOrNull(v))
		return err
	})
	switch {
	case err != nil:
		return uuid.Nil, fmt.Errorf("merge contact %s: %w", contact, err)
	case wrong > 0:
		return uuid.Nil, invalid("code", "is not the code that was sent; tries left: %d", wrong-1)
	default:
		return kept, nil
	}
}
