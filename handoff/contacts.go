package handoff

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
)

// Bounds of a search for a contact.
const (
	maxQueryWords  = 8 // words of a name that count
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
	db := v.contacts("contacts").apply(d.db.WithContext(ctx))
	db = whoIs(db, q)
	if db, err = f.afterID(db, "contacts.id"); err != nil {
		return none, err
	}
	var rows []contactRow
	if err := db.Order("contacts.id DESC").Limit(limit + 1).Find(&rows).Error; err != nil {
		return none, fmt.Errorf("list contacts: %w", err)
	}
	rows, next := cut(rows, limit, func(r contactRow) string { return r.ID.String() })
	items, err := d.contactsOf(ctx, rows)
	return Page[Contact]{Items: items, Next: next}, err
}

// whoIs narrows a query over contacts to those whom q means.
func whoIs(db *gorm.DB, q string) *gorm.DB {
	switch {
	case q == "":
		return db
	case strings.Contains(q, "@"):
		return db.Where("contacts.email <> '' AND lower(contacts.email) LIKE ?", contains(strings.ToLower(q)))
	case isNumber(q):
		return byNumber(db, q)
	default:
		return byNameOrGiven(db, q)
	}
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

// byNumber finds people by their phone, by a case they filed and by a number
// they gave earlier.
func byNumber(db *gorm.DB, q string) *gorm.DB {
	ways, vars := phoneWays(q)
	given, values := givenWays(q)
	ways, vars = append(ways, given...), append(vars, values...)
	if number, err := strconv.ParseInt(onlyDigits(q), 10, 64); err == nil {
		ways, vars = append(ways, "SELECT contact_id FROM cases WHERE number = ?"), append(vars, number)
	}
	return byWays(db, ways, vars)
}

// byPhone finds people by their phone alone.
func byPhone(db *gorm.DB, q string) *gorm.DB {
	ways, vars := phoneWays(q)
	return byWays(db, ways, vars)
}

// phoneWays are the queries that find people by a phone number or a part of
// one: their own, or the address they write from.
func phoneWays(q string) (ways []string, vars []any) {
	digits := strings.TrimLeft(onlyDigits(q), "0")
	if phone, ok := bangla.Phone(q); ok {
		ways = append(ways, "SELECT id FROM contacts WHERE phone = ? AND phone <> ''", "SELECT contact_id FROM identities WHERE address = ? AND address LIKE '+%'")
		vars = append(vars, phone, phone)
	} else if len(digits) >= minPhoneDigits {
		part := contains(digits)
		ways = append(ways, "SELECT id FROM contacts WHERE phone <> '' AND phone LIKE ?", "SELECT contact_id FROM identities WHERE address LIKE '+%' AND address LIKE ?")
		vars = append(vars, part, part)
	}
	return ways, vars
}

// byWays narrows a query over contacts to what any of the ways finds.
func byWays(db *gorm.DB, ways []string, vars []any) *gorm.DB {
	if len(ways) == 0 {
		return db.Where("FALSE")
	}
	return db.Where("contacts.id IN ("+strings.Join(ways, " UNION ")+")", vars...)
}

func onlyDigits(q string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, bangla.Digits(q))
}

// byName finds people all of whose words are in the name, by letters or by
// sound. One-letter sounds would find everybody and do not count.
func byName(db *gorm.DB, q string) *gorm.DB {
	words := strings.Fields(bangla.Fold(q))
	for _, w := range words[:min(len(words), maxQueryWords)] {
		sound := soundOf(w)
		if len(sound) < 2 {
			db = db.Where("contacts.name_folded LIKE ?", contains(w))
			continue
		}
		db = db.Where("(contacts.name_folded LIKE ? OR contacts.name_folded LIKE ?)", contains(w), contains(sound))
	}
	return db
}

// contactsOf makes contacts of their rows, with all identities.
func (d *Desk) contactsOf(ctx context.Context, rows []contactRow) ([]Contact, error) {
	items := make([]Contact, len(rows))
	ids := make([]uuid.UUID, len(rows))
	place := make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], place[r.ID] = r.ID, i
		items[i] = Contact{
			ID: r.ID, Name: r.Name, Phone: r.Phone, Email: r.Email, Ward: orZero(r.Ward), Language: r.Language,
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

func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
