package handoff

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
	"nagorik/handoff/maybe"
)

// Bounds of a search for a contact.
const (
	maxQueryWords  = 8 // words of a name that count
	minNamePart    = 3 // letters of a word that are looked for inside of words
	minPhoneDigits = 3 // fewer digits of a phone number find too many people
)

// Ref names a contact or an agent inside another record.
type Ref struct {
	ID   uuid.UUID
	Name string
}

// Identity is a person's address on one channel.
type Identity struct {
	Channel string
	Address string
	Name    string // as the provider gave it
	Muted   bool   // wants no unasked messages
}

// Contact is a person who wrote to the city.
type Contact struct {
	ID         uuid.UUID
	Name       string
	Phone      string // E.164; empty when not known
	Email      string
	Ward       int // 0 when not known
	Language   string
	Identities []Identity
	CreatedAt  time.Time
	UpdatedAt  time.Time
	LastAt     *time.Time // when anything was last said on any channel; nil: nothing was
	ErasedAt   *time.Time // when the personal data was erased; nil: it was not
}

// ContactFilter narrows a list of contacts. Query is a name in Bangla or Latin
// script, a phone number in any form or a part of one, an e-mail address, the
// number of a case, or the number of a holding or a licence that was given
// earlier.
type ContactFilter struct {
	PageOf
	Query string
}

// Contacts lists the contacts that the viewer may see, the newest first.
func (d *Desk) Contacts(ctx context.Context, v Viewer, f ContactFilter) (Page[Contact], error) {
	var none Page[Contact]
	limit, err := f.limit()
	if err != nil {
		return none, err
	}
	q, err := query(f.Query)
	if err != nil {
		return none, err
	}
	rows, err := d.findContacts(ctx, v, q, f.PageOf, limit+1)
	if err != nil {
		return none, err
	}
	rows, next := cut(rows, limit, func(r contactRow) string { return r.ID.String() })
	items, err := d.contactsOf(ctx, rows)
	return Page[Contact]{Items: items, Next: next}, err
}

// findContacts reads the newest contacts whom q means, at most so many; all of
// them when it is empty.
func (d *Desk) findContacts(ctx context.Context, v Viewer, q string, p PageOf, most int) (rows []contactRow, err error) {
	if q == "" {
		db, err := p.afterID(v.contacts("contacts").apply(d.db.WithContext(ctx)), "contacts.id")
		if err != nil {
			return nil, err
		}
		if err := db.Order("contacts.id DESC").Limit(most).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("list contacts: %w", err)
		}
		return rows, nil
	}
	ways := waysTo(q)
	if len(ways) == 0 {
		return nil, nil
	}
	if rows, err = d.glance(ctx, v, ways, p, most); err != nil || len(rows) == most {
		return rows, err
	}
	ids, whole, err := d.candidates(ctx, ways)
	switch {
	case err != nil:
		return nil, err
	case whole:
		return d.pick(ctx, v, ids, p, most)
	default:
		return d.walk(ctx, v, ways, p, most)
	}
}

// whoIs narrows a query over contacts to those whom q means.
func whoIs(db *gorm.DB, q string) *gorm.DB {
	if q == "" {
		return db
	}
	return byWays(db, waysTo(q))
}

// isNumber reports whether q is a phone number or the number of a case: digits
// in either script, and the marks people set between them.
func isNumber(q string) bool {
	digits := 0
	for _, r := range bangla.Digits(q) {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			return false
		}
	}
	return digits > 0
}

// byPhone finds people by their phone alone.
func byPhone(db *gorm.DB, q string) *gorm.DB { return byWays(db, phoneWays(q)) }

func onlyDigits(q string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, bangla.Digits(q))
}

// contactsOf makes contacts of their rows, with all identities.
func (d *Desk) contactsOf(ctx context.Context, rows []contactRow) ([]Contact, error) {
	items := make([]Contact, len(rows))
	ids := make([]uuid.UUID, len(rows))
	place := make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], place[r.ID] = r.ID, i
		items[i] = Contact{
			ID: r.ID, Name: r.Name, Phone: r.Phone, Email: r.Email, Ward: maybe.Zero(r.Ward), Language: r.Language,
			Identities: []Identity{}, CreatedAt: d.local(r.CreatedAt), UpdatedAt: d.local(r.UpdatedAt), ErasedAt: d.localOrNil(r.ErasedAt),
		}
	}
	if len(ids) == 0 {
		return items, nil
	}
	var identities []identityRow
	if err := d.db.WithContext(ctx).Where("contact_id IN ? AND erased_at IS NULL", ids).Order("id").Find(&identities).Error; err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	for _, r := range identities {
		c := &items[place[r.ContactID]]
		c.Identities = append(c.Identities, Identity{Channel: r.Channel, Address: r.Address, Name: r.Name, Muted: r.Muted})
	}
	return items, d.lastSaid(ctx, ids, func(id uuid.UUID, at time.Time) { items[place[id]].LastAt = &at })
}

// lastSaid tells when something was last said with each contact.
func (d *Desk) lastSaid(ctx context.Context, contacts []uuid.UUID, tell func(uuid.UUID, time.Time)) error {
	var rows []struct {
		ContactID uuid.UUID `gorm:"column:contact_id"`
		LastAt    time.Time `gorm:"column:last_at"`
	}
	err := d.db.WithContext(ctx).Raw(`SELECT contact_id, max(last_at) AS last_at FROM conversations WHERE contact_id IN ? GROUP BY contact_id`, contacts).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read when contacts were last heard: %w", err)
	}
	for _, r := range rows {
		tell(r.ContactID, d.local(r.LastAt))
	}
	return nil
}
