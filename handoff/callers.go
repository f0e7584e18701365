package handoff

import (
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/flows/bangla"
)

// maxCaller is how long the name of somebody new may be, in characters.
const maxCaller = 100

// The slots that a caller's own details answer in every service.
const (
	slotPhone = "phone"
	slotWard  = "ward"
)

// Caller is who telephones or stands at the counter: somebody on record, or
// somebody new.
type Caller struct {
	Contact  uuid.UUID // nil: somebody new, of that name
	Name     string
	Phone    string // in any form; empty: not told
	Ward     int    // 0: not told
	Language string // empty: as the contact, or else the flows, speak
}

// checked is the caller with the phone as E.164.
func (c Caller) checked() (Caller, error) {
	c.Name = strings.Join(strings.Fields(bangla.Clean(c.Name)), " ")
	switch {
	case c.Contact == uuid.Nil && c.Name == "":
		return c, invalid("name", "say who it is: a contact, or the name of somebody new")
	case utf8.RuneCountInString(c.Name) > maxCaller:
		return c, invalid("name", "must have at most %d characters", maxCaller)
	case c.Ward < 0 || c.Ward > maxWard:
		return c, invalid("ward", "must be the number of a ward")
	}
	if typed := strings.TrimSpace(c.Phone); typed != "" {
		phone, ok := bangla.Phone(typed)
		if !ok {
			return c, invalid("phone", "is not a telephone number, such as 01712345678")
		}
		c.Phone = phone
	} else {
		c.Phone = ""
	}
	var err error
	c.Language, err = word("language", c.Language)
	return c, err
}

// caller finds the contact, or makes one. A phone is written down only where
// none is known.
func (d *Desk) caller(tx *gorm.DB, v Viewer, c *Caller) (contactRow, error) {
	now := d.now()
	var row contactRow
	if c.Contact != uuid.Nil {
		found, err := first[contactRow](v.contacts("contacts").apply(tx).Where("contacts.id = ?", c.Contact), "contact")
		if err != nil {
			return row, err
		}
		row = found
	} else {
		row = contactRow{ID: NewID(), Name: c.Name, NameFolded: FoldName(c.Name), CreatedAt: now, Language: c.Language}
	}
	if row.Phone == "" && c.Phone != "" {
		row.Phone = c.Phone
	} else {
		c.Phone = orElse(c.Phone, row.Phone)
	}
	if row.Ward == nil && c.Ward > 0 {
		row.Ward = &c.Ward
	}
	c.Language = orElse(c.Language, row.Language)
	row.UpdatedAt = now
	if err := tx.Save(&row).Error; err != nil {
		return row, err
	}
	return row, d.told(tx, row)
}

// told keeps a caller's phone and ward as answers that are not asked for again,
// unless there are such.
func (d *Desk) told(tx *gorm.DB, row contactRow) error {
	var told []rememberedRow
	add := func(slot string, kind flows.SlotType, v flows.Value) error {
		value, err := v.MarshalJSON()
		told = append(told, rememberedRow{ContactID: row.ID, Slot: slot, Type: string(kind), Value: value, At: d.now()})
		return err
	}
	if row.Phone != "" {
		if err := add(slotPhone, flows.SlotPhone, flows.TextValue(row.Phone)); err != nil {
			return err
		}
	}
	if row.Ward != nil {
		if err := add(slotWard, flows.SlotWard, flows.NumberValue(float64(*row.Ward))); err != nil {
			return err
		}
	}
	if len(told) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&told).Error
}

// addressOf is the identity by which a contact is known on the telephone or at
// the counter: the number that is telephoned from, or the contact itself. A
// number that another contact telephones from links nothing.
func (d *Desk) addressOf(tx *gorm.DB, channel, phone string, contact uuid.UUID) (identityRow, error) {
	addresses := []string{contact.String()}
	if channel == ChannelPhone && phone != "" {
		addresses = []string{phone, contact.String()}
	}
	for _, address := range addresses {
		row := identityRow{ID: NewID(), ContactID: contact, Channel: channel, Address: address, CreatedAt: d.now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return row, err
		}
		found, err := first[identityRow](tx.Where("channel = ? AND address = ?", channel, address), "identity")
		if err != nil || found.ContactID == contact {
			return found, err
		}
	}
	return identityRow{}, ErrConflict // its own id is another contact's: cannot be
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
