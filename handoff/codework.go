package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"nagorik/handoff/maybe"
	"nagorik/handoff/spending"
)

// codeLease is how long the sending of a code may take; after that nobody knows
// what became of it, and it is not sent again.
const codeLease = time.Minute

// CodeStatus is what became of a code's SMS.
type CodeStatus string

// What becomes of a code's SMS.
const (
	CodePlanned CodeStatus = "planned" // also: surely not sent, tried again
	CodeSent    CodeStatus = "sent"
	CodeFailed  CodeStatus = "failed"
	CodeUnknown CodeStatus = "unknown" // may have arrived: never sent again
)

// CodeToSend is a code whose SMS the caller, and nobody else, sends now.
type CodeToSend struct {
	ID       uuid.UUID
	Phone    string
	Language string
	Code     string
	Attempt  int
	Row      bool // it goes to the telephone in a register's row
}

// ClaimCodes takes over codes that are to be sent, at most so many. What
// another process has claimed and not settled in codeLease is unknown, and what
// could not be sent while it lived has failed.
func (d *Desk) ClaimCodes(ctx context.Context, most int) ([]CodeToSend, error) {
	now := d.now()
	q := &pgx.Batch{}
	q.Queue(`UPDATE phone_codes SET status = 'unknown', error = 'the sender stopped before it heard an answer' WHERE status = 'sending' AND attempted_at < $1`, now.Add(-codeLease))
	q.Queue(`UPDATE phone_codes SET status = 'failed', error = COALESCE(error, 'it was too old to be sent') WHERE status = 'planned' AND expires_at <= $1`, now)
	var claimed []CodeToSend
	q.Queue(`UPDATE phone_codes p SET status = 'sending', attempted_at = $1 FROM (
			SELECT id FROM phone_codes WHERE status = 'planned' AND try_after <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
		) due WHERE due.id = p.id RETURNING p.id, p.phone, p.language, p.register <> ''`, now, most).Query(func(rows pgx.Rows) error {
		var c CodeToSend
		_, err := pgx.ForEachRow(rows, []any{&c.ID, &c.Phone, &c.Language, &c.Row}, func() error {
			c.Code = d.codes.code(c.ID, c.Phone)
			claimed = append(claimed, c)
			return nil
		})
		return err
	})
	if err := d.pool.SendBatch(ctx, q).Close(); err != nil {
		return nil, fmt.Errorf("claim codes: %w", err)
	}
	return claimed, nil
}

// CodeSettled records what became of a code that ClaimCodes gave out. One that
// is planned again is tried after a while; why says what went wrong, handed what
// is paid for it.
func (d *Desk) CodeSettled(ctx context.Context, id uuid.UUID, s CodeStatus, after time.Duration, why string, handed ...spending.Handover) error {
	now, q := d.now(), &pgx.Batch{}
	spending.Queue(q, now, handed)
	q.Queue(`UPDATE phone_codes SET status = $2, try_after = $3, error = $4 WHERE id = $1 AND status = 'sending'`,
		id, string(s), now.Add(after), maybe.Null(keepable(why)))
	if err := d.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("settle a code: %w", err)
	}
	return nil
}

// ProvenCodes lists codes that citizens gave rightly and whose telephones are
// not linked yet.
func (d *Desk) ProvenCodes(ctx context.Context, most int) ([]uuid.UUID, error) {
	rows, err := d.pool.Query(ctx, `SELECT id FROM phone_codes WHERE proved_at IS NOT NULL AND linked_at IS NULL AND register = '' ORDER BY id LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("list proven telephones: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list proven telephones: %w", err)
	}
	return ids, nil
}

// LinkProven makes a telephone that was proven one of the contact's addresses,
// and the contact whose it was the same. Done already, it does nothing.
func (d *Desk) LinkProven(ctx context.Context, code uuid.UUID) error {
	err := d.joining(ctx, func(tx *gorm.DB) error {
		row, err := first[codeRow](tx.Where("id = ? AND proved_at IS NOT NULL AND linked_at IS NULL AND register = ''", code), "code")
		if err != nil {
			return err
		}
		_, err = d.linkPhone(tx, row, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("link a proven telephone: %w", err)
	}
	return nil
}

// linkPhone does what follows from a right code, and says which contact goes on.
func (d *Desk) linkPhone(tx *gorm.DB, c codeRow, by *uuid.UUID) (uuid.UUID, error) {
	contact := c.ContactID
	row := identityRow{ID: NewID(), ContactID: contact, Channel: channelSMS, Address: c.Phone, CreatedAt: d.now()}
	var holder identityRow
	made := tx.Exec(`INSERT INTO identities (id, contact_id, channel, address, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		row.ID, row.ContactID, row.Channel, row.Address, row.CreatedAt)
	if made.Error != nil {
		return contact, made.Error
	}
	holder, err := first[identityRow](tx.Where("channel = ? AND address = ?", channelSMS, c.Phone), "identity")
	if err != nil {
		return contact, err
	}
	switch {
	case made.RowsAffected == 1:
		err = d.audit(tx, maybe.Zero(by), "contact.link", contact.String(), nil, map[string]uuid.UUID{"identity": row.ID})
	case holder.ContactID != contact:
		contact, err = d.merge(tx, contact, holder.ContactID, c.Phone, by)
	}
	if err != nil {
		return contact, err
	}
	now := d.now()
	if err := tx.Exec(`UPDATE contacts SET phone = ?, updated_at = ? WHERE id = ? AND phone = ''`, c.Phone, now, contact).Error; err != nil {
		return contact, err
	}
	return contact, tx.Exec(`UPDATE phone_codes SET linked_at = ?, proved_at = COALESCE(proved_at, ?) WHERE id = ?`, now, now, c.ID).Error
}
