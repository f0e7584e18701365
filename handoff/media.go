package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// photoTries is how often a photo is fetched before it is shown as failed:
// with doubling waits from 2 s that is about four minutes.
const photoTries = 8

// photoLease is how long one fetch may take before another process tries.
const photoLease = 30 * time.Second

// PendingPhoto is a photo to be fetched.
type PendingPhoto struct {
	ID           uuid.UUID
	Conversation uuid.UUID
	Channel      string
	Source       string
	Attempts     int // this one included
}

// LeasePhotos takes over photos that wait to be fetched, at most limit.
func (d *Desk) LeasePhotos(ctx context.Context, channels []string, limit int) ([]PendingPhoto, error) {
	now := d.now()
	rows, err := d.pool.Query(ctx, `UPDATE photos p SET attempts = p.attempts + 1, try_after = $1 FROM (
			SELECT id FROM photos WHERE status = 'pending' AND try_after <= $2 AND channel = ANY($4) ORDER BY try_after LIMIT $3 FOR UPDATE SKIP LOCKED
		) due WHERE due.id = p.id RETURNING p.id, p.conversation_id, p.channel, p.source, p.attempts`, now.Add(photoLease), now, limit, channels)
	if err != nil {
		return nil, fmt.Errorf("lease photos: %w", err)
	}
	var found []PendingPhoto
	var p PendingPhoto
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Conversation, &p.Channel, &p.Source, &p.Attempts}, func() error {
		found = append(found, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lease photos: %w", err)
	}
	return found, nil
}

// KeptPhoto is what is known of a photo once it is on disk.
type KeptPhoto struct {
	SHA256        string
	Type          string
	Width, Height int   // pixels, upright
	Size          int64 // bytes of the original
	Lat, Lon      *float64
	TakenAt       *time.Time
}

// PhotoKept records that a photo is on disk. Its source is forgotten: the
// link was signed and is of no further use. The file of one that is on record
// no more goes again.
func (d *Desk) PhotoKept(ctx context.Context, id uuid.UUID, p KeptPhoto) error {
	_, err := d.pool.Exec(ctx, `WITH kept AS (UPDATE photos SET status = 'kept', source = '', sha256 = $2, type = $3, width = $4, height = $5, size = $6,
			lat = $7, lon = $8, taken_at = $9, error = NULL, try_after = NULL WHERE id = $1 RETURNING id)
		INSERT INTO photo_removals (sha256, at) SELECT $2, $10 WHERE NOT EXISTS (SELECT 1 FROM kept) ON CONFLICT DO NOTHING`,
		id, p.SHA256, p.Type, p.Width, p.Height, p.Size, p.Lat, p.Lon, p.TakenAt, d.now())
	if err != nil {
		return fmt.Errorf("record a photo: %w", err)
	}
	return nil
}

// PhotoFailed records a failed fetch: for good, or to be tried again after a
// doubling wait. It reports whether the photo is given up.
func (d *Desk) PhotoFailed(ctx context.Context, p PendingPhoto, forGood bool, reason string) (givenUp bool, err error) {
	givenUp = forGood || p.Attempts >= photoTries
	status, after := "failed", (*time.Time)(nil)
	if !givenUp {
		at := d.now().Add(time.Second << p.Attempts)
		status, after = "pending", &at
	}
	_, err = d.pool.Exec(ctx, `UPDATE photos SET status = $2, error = $3, try_after = $4 WHERE id = $1`, p.ID, status, keepable(reason), after)
	if err != nil {
		return false, fmt.Errorf("record a failed photo: %w", err)
	}
	return givenUp, nil
}

// profileLease is how long one process may take to ask for a name.
const profileLease = time.Minute

// LeaseProfiles takes over identities whose provider is still to be asked for
// the person's name, at most limit.
func (d *Desk) LeaseProfiles(ctx context.Context, channels []string, limit int) ([]Key, error) {
	now := d.now()
	rows, err := d.pool.Query(ctx, `UPDATE identities i SET profile_due = $1 FROM (
			SELECT id FROM identities WHERE profile_due <= $2 AND channel = ANY($4) ORDER BY profile_due LIMIT $3 FOR UPDATE SKIP LOCKED
		) due WHERE due.id = i.id RETURNING i.channel, i.address`, now.Add(profileLease), now, limit, channels)
	if err != nil {
		return nil, fmt.Errorf("lease profiles: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
	if err != nil {
		return nil, fmt.Errorf("lease profiles: %w", err)
	}
	return keys, nil
}

// Profiled records a person's name as the provider gave it (empty: it gave
// none) and asks no more. A name the person told us themselves is kept.
func (d *Desk) Profiled(ctx context.Context, key Key, name string) error {
	name = keepable(name)
	q := &pgx.Batch{}
	q.Queue(`UPDATE contacts c SET name = $3, name_folded = $4, updated_at = $5 FROM identities i
		WHERE i.channel = $1 AND i.address = $2 AND c.id = i.contact_id AND c.name = '' AND $3 <> ''`, key.Channel, key.Address, name, FoldName(name), d.now())
	q.Queue(`UPDATE identities SET name = $3, profile_due = NULL WHERE channel = $1 AND address = $2`, key.Channel, key.Address, name)
	if err := d.pool.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("record a name: %w", err)
	}
	return nil
}
