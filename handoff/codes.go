package handoff

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// Bounds of codes that prove a telephone. A code is guessed with a chance of
// codeTries in a million, and nobody is sent many.
const (
	CodeLives       = 10 * time.Minute
	codeTries       = 5
	codesPerPhone   = 3 // in codesWithin, whoever asked for them
	codesPerContact = 5
	codesPerAgent   = 60 // that one of the staff sends
	codesWithin     = 24 * time.Hour
	codesMany       = 1_000_000
)

// codeUse parts this key from others made of the same SECRET_KEY.
const codeUse = "nagorik: codes that prove a telephone"

// errNoCodes says that a Desk was made without a secret.
var errNoCodes = errors.New("there is no SECRET_KEY to make codes under")

// codes makes the codes that SMS bring. None is kept anywhere: a code is an
// HMAC-SHA256 of its row's id and telephone, so that neither a copy of the
// database nor a log has one. The zero codes makes none.
type codes struct{ key []byte }

func newCodes(secret []byte) (codes, error) {
	if len(secret) == 0 {
		return codes{}, nil
	}
	key, err := hkdf.Key(sha256.New, secret, nil, codeUse, sha256.Size)
	if err != nil {
		return codes{}, fmt.Errorf("derive the key of codes: %w", err)
	}
	return codes{key}, nil
}

// code is the six digits of a row.
func (c codes) code(id uuid.UUID, phone string) string {
	mac := hmac.New(sha256.New, c.key)
	mac.Write(id[:])
	mac.Write([]byte(phone))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac.Sum(nil))%codesMany)
}

// right compares in constant time.
func (c codes) right(id uuid.UUID, phone, given string) bool {
	return len(c.key) > 0 && hmac.Equal([]byte(c.code(id, phone)), []byte(given))
}

type codeRow struct {
	ID          uuid.UUID  `gorm:"column:id;primaryKey"`
	ContactID   uuid.UUID  `gorm:"column:contact_id"`
	IdentityID  *uuid.UUID `gorm:"column:identity_id"`
	AgentID     *uuid.UUID `gorm:"column:agent_id"`
	Phone       string     `gorm:"column:phone"`
	Language    string     `gorm:"column:language"`
	Status      string     `gorm:"column:status"`
	At          time.Time  `gorm:"column:at"`
	ExpiresAt   time.Time  `gorm:"column:expires_at"`
	Tries       int        `gorm:"column:tries"`
	AttemptedAt *time.Time `gorm:"column:attempted_at"`
	TryAfter    time.Time  `gorm:"column:try_after"`
	Error       *string    `gorm:"column:error"`
	ProvedAt    *time.Time `gorm:"column:proved_at"`
	LinkedAt    *time.Time `gorm:"column:linked_at"`
}

// TableName is the table of codes that prove telephones.
func (codeRow) TableName() string { return "phone_codes" }

// waitedFor holds for the code that is waited for: the last one of who asked,
// while it lives and a try is left.
const waitedFor = `proved_at IS NULL AND status <> 'failed' AND expires_at > ? AND tries < ?`

// channelSMS is the channel whose addresses a code proves.
const channelSMS = "sms"

// queueProof looks up for the i-th ask whether a telephone can be proven, or
// was.
func (l *lookUp) queueProof(q *pgx.Batch, i int, phone string) {
	found := &flows.ProofFound{Phone: phone}
	l.found[i].Proof = found
	if len(l.codes.key) == 0 {
		return
	}
	since := l.now.Add(-codesWithin)
	q.Queue(`SELECT EXISTS (SELECT 1 FROM identities WHERE channel = $1 AND address = $2 AND contact_id = $3),
			NOT EXISTS (SELECT 1 FROM identities WHERE channel = $1 AND address = $2 AND muted)
			AND (SELECT count(*) FROM phone_codes WHERE phone = $2 AND at > $4) < $5 AND (SELECT count(*) FROM phone_codes WHERE contact_id = $3 AND at > $4) < $6`,
		channelSMS, phone, l.asks[i].Contact, since, codesPerPhone, codesPerContact).QueryRow(func(row pgx.Row) error {
		return row.Scan(&found.Known, &found.Open)
	})
}

// queueCode looks up for the i-th ask whether a code is the one that was sent.
func (l *lookUp) queueCode(q *pgx.Batch, i int, want flows.Lookup) {
	found := &flows.CodeFound{}
	l.found[i].Code = found
	q.Queue(`SELECT id, phone, tries FROM phone_codes WHERE id = (SELECT id FROM phone_codes WHERE identity_id = $1 AND at > $4 ORDER BY at DESC, id DESC LIMIT 1)
			AND proved_at IS NULL AND status <> 'failed' AND expires_at > $2 AND tries < $3 AND register = $5 AND register_key = $6`,
		l.asks[i].Identity, l.now, codeTries, l.now.Add(-codesWithin), want.Register, want.Key).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var phone string
		var tries int
		_, err := pgx.ForEachRow(rows, []any{&id, &phone, &tries}, func() error {
			*found = flows.CodeFound{ID: id.String(), Phone: phone, Right: l.codes.right(id, phone, want.Code), Left: codeTries - tries - 1}
			return nil
		})
		return err
	})
}

// queueCodes plans the codes that turns send, within the bounds, and counts the
// tries. Codes to one telephone are counted one after the other.
func queueCodes(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, c := range t.Codes {
			q.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, c.Phone)
			q.Queue(`INSERT INTO phone_codes (id, contact_id, identity_id, phone, language, status, at, expires_at, try_after, register, register_key)
				SELECT $1, $2, $3, $4::text, $5, 'planned', $6::timestamptz, $7, $6, $10::text, $11::text WHERE (SELECT count(*) FROM phone_codes WHERE phone = $4 AND at > $8) < $9
					AND ($10 = '' OR (SELECT count(*) FROM phone_codes WHERE register <> '' AND register = $10 AND register_key = $11 AND at > $8) < $12)`,
				NewID(), t.Now.Contact, t.Now.Identity, c.Phone, t.Language, b.now, b.now.Add(CodeLives), b.now.Add(-codesWithin), codesPerPhone, c.Register, c.Key, codesPerRow)
		}
		for _, c := range t.Tried {
			q.Queue(`UPDATE phone_codes SET tries = tries + 1, proved_at = CASE WHEN $2 THEN $3::timestamptz END WHERE id = $1::text::uuid AND identity_id = $4 AND proved_at IS NULL`,
				c.ID, c.Right, b.now, t.Now.Identity)
		}
	}
}
