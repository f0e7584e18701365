package handoff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RetentionKind is a kind of record that can be kept for a time and no longer.
type RetentionKind string

// The kinds. What is counted stays in any case: that there was a conversation
// or a case, its number, service, ward, status and dates.
const (
	RetainWords  RetentionKind = "words"  // texts of conversations that have ended, and notes on them
	RetainPhotos RetentionKind = "photos" // photos that belong to no open case
	RetainPeople RetentionKind = "people" // all about somebody of whom nothing was heard, without an open case
	RetainFaults RetentionKind = "faults" // what came and could not be recorded
	RetainAudit  RetentionKind = "audit"  // what staff did; a year at least
)

// RetentionKinds lists all kinds, in the order in which they are carried out.
func RetentionKinds() []RetentionKind {
	return []RetentionKind{RetainWords, RetainPhotos, RetainPeople, RetainFaults, RetainAudit}
}

// Bounds of retention.
const (
	MaxRetention      = 240 // months
	leastAudit        = 12  // months; the database refuses to forget sooner
	retainedAtOnce    = 200 // of a kind in one transaction
	retentionRounds   = 500 // transactions in one call
	retentionCounting = 1000
)

// Retention is for how long a kind is kept, in months, and how much is older.
type Retention struct {
	Kind   RetentionKind
	Months int // 0: for ever
	Due    int // what would go now; retentionCounting and more are not counted
	More   bool
}

// expired are the ids of what is older than @before, by kind: the oldest first.
var expired = map[RetentionKind]string{
	RetainWords: `SELECT id FROM conversations WHERE closed_at < @before AND words_gone_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.conversation_id = conversations.id AND k.status IN @open) ORDER BY closed_at`,
	RetainPhotos: `SELECT id FROM photos WHERE at < @before
		AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.number = photos.case_number AND (k.status IN @open OR k.updated_at >= @before)) ORDER BY at`,
	RetainPeople: `SELECT id FROM contacts WHERE updated_at < @before AND created_at < @before AND erased_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.contact_id = contacts.id AND (c.last_at >= @before OR c.closed_at IS NULL))
		AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.contact_id = contacts.id AND (k.status IN @open OR k.updated_at >= @before))
		AND NOT EXISTS (SELECT 1 FROM case_followers f JOIN cases k ON k.number = f.case_number WHERE f.contact_id = contacts.id AND k.status IN @open) ORDER BY id`,
	RetainFaults: `SELECT id FROM dead_turns WHERE at < @before ORDER BY at`,
	RetainAudit:  `SELECT id FROM audit_log WHERE at < @before ORDER BY at`,
}

type retentionRow struct {
	Kind      RetentionKind `gorm:"column:kind;primaryKey"`
	Months    int           `gorm:"column:months"`
	ChangedAt time.Time     `gorm:"column:changed_at"`
}

// TableName is the table of for how long what is kept.
func (retentionRow) TableName() string { return "retention" }

// Retentions says of every kind for how long it is kept and how much of it is
// older than that.
func (d *Desk) Retentions(ctx context.Context) ([]Retention, error) {
	months, err := d.months(d.db.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	var list []Retention
	for _, kind := range RetentionKinds() {
		r := Retention{Kind: kind, Months: months[kind]}
		if r.Months > 0 {
			sql := "SELECT count(*) FROM (" + expired[kind] + fmt.Sprintf(" LIMIT %d) x", retentionCounting)
			if err := d.db.WithContext(ctx).Raw(sql, d.expiry(r.Months)).Scan(&r.Due).Error; err != nil {
				return nil, fmt.Errorf("count what is kept too long: %w", err)
			}
			r.More = r.Due == retentionCounting
		}
		list = append(list, r)
	}
	return list, nil
}

func (d *Desk) months(db *gorm.DB) (map[RetentionKind]int, error) {
	var rows []retentionRow
	if err := db.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read for how long what is kept: %w", err)
	}
	months := map[RetentionKind]int{}
	for _, r := range rows {
		months[r.Kind] = r.Months
	}
	return months, nil
}

// expiry are the values of the statements of expired.
func (d *Desk) expiry(months int) map[string]any {
	return map[string]any{"before": d.now().AddDate(0, -months, -1), "open": openNames()} // a day more, so that no calendar makes it less
}

// Retain changes for how long kinds are kept, in months; 0 is for ever. The
// audit log keeps what was changed. Its errors are FieldErrors.
func (d *Desk) Retain(ctx context.Context, v Viewer, months map[RetentionKind]int) error {
	for kind, n := range months {
		switch {
		case !slices.Contains(RetentionKinds(), kind):
			return invalid(string(kind), "is no kind of record")
		case n < 0 || n > MaxRetention:
			return invalid(string(kind), "must be 0 to %d months", MaxRetention)
		case kind == RetainAudit && n > 0 && n < leastAudit:
			return invalid(string(kind), "must be %d months at least", leastAudit)
		}
	}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		before, err := d.months(tx.Clauses(clause.Locking{Strength: "UPDATE"}))
		if err != nil {
			return err
		}
		was, is := map[string]int{}, map[string]int{}
		for kind, n := range months {
			if before[kind] == n {
				continue
			}
			was[string(kind)], is[string(kind)] = before[kind], n
			row := retentionRow{Kind: kind, Months: n, ChangedAt: d.now()}
			if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
				return err
			}
		}
		if len(is) == 0 {
			return nil
		}
		return d.audit(tx, v.AgentID, "retention.change", "", was, is)
	})
	if err != nil {
		return fmt.Errorf("change for how long what is kept: %w", err)
	}
	return nil
}

// forgotten is what the audit log says of what was kept long enough.
type forgotten struct {
	Kind  RetentionKind `json:"kind"`
	Count int           `json:"count"`
}

// Forget carries out what Retentions says, a part at a time, until nothing is
// left or the context ends. Each part is one transaction, so that it can be cut
// off at any moment, and parts of several processes do not meet.
func (d *Desk) Forget(ctx context.Context) error {
	months, err := d.months(d.db.WithContext(ctx))
	if err != nil {
		return err
	}
	var faults error
	for _, kind := range RetentionKinds() {
		if months[kind] == 0 {
			continue
		}
		for range retentionRounds {
			n, err := d.forgetSome(ctx, kind, months[kind])
			if err != nil {
				faults = errors.Join(faults, fmt.Errorf("forget %s: %w", kind, err))
			}
			if err != nil || n < retainedAtOnce {
				break
			}
		}
	}
	return faults
}

func (d *Desk) forgetSome(ctx context.Context, kind RetentionKind, months int) (n int, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var ids []uuid.UUID
		sql := expired[kind] + fmt.Sprintf(" LIMIT %d FOR UPDATE SKIP LOCKED", retainedAtOnce)
		if err := tx.Raw(sql, d.expiry(months)).Scan(&ids).Error; err != nil || len(ids) == 0 {
			return err
		}
		n = len(ids)
		if err := d.forgetThese(tx, kind, ids); err != nil {
			return err
		}
		return d.auditSystem(tx, "retention.forget", "", forgotten{kind, n})
	})
	return n, err
}

// forgetThese takes out what a kind says of these rows, which are locked.
func (d *Desk) forgetThese(tx *gorm.DB, kind RetentionKind, ids []uuid.UUID) error {
	values := map[string]any{"ids": ids, "now": d.now()}
	switch kind {
	case RetainWords:
		return oneByOne(tx, values,
			`UPDATE messages SET text = '', detail = NULL, error = NULL WHERE conversation_id IN @ids`,
			`UPDATE conversation_notes SET text = '' WHERE conversation_id IN @ids`,
			`DELETE FROM drafts WHERE conversation_id IN @ids`,
			`UPDATE conversations SET words_gone_at = @now, checkpoint = '{}' WHERE id IN @ids`)
	case RetainPhotos:
		return oneByOne(tx, values, `WITH gone AS (DELETE FROM photos WHERE id IN @ids RETURNING sha256)
			INSERT INTO photo_removals (sha256, at) SELECT DISTINCT sha256, CAST(@now AS timestamptz) FROM gone WHERE sha256 IS NOT NULL ON CONFLICT DO NOTHING`)
	case RetainPeople:
		for _, id := range ids {
			var e Erased
			if err := e.find(tx, id); err != nil {
				return err
			}
			if err := d.erase(tx, id, &e); err != nil {
				return err
			}
		}
		return nil
	case RetainFaults:
		return oneByOne(tx, values, `DELETE FROM dead_turns WHERE id IN @ids`)
	case RetainAudit:
		return oneByOne(tx, values, `SELECT set_config('nagorik.forgets', 'retention', true)`,
			`DELETE FROM audit_log WHERE id IN @ids`, `SELECT set_config('nagorik.forgets', '', true)`)
	default:
		return fmt.Errorf("%w: no kind of record is called %q", ErrInvalid, kind)
	}
}

// oneByOne does statements one after the other.
func oneByOne(tx *gorm.DB, values map[string]any, statements ...string) error {
	for _, sql := range statements {
		of := []any{values}
		if !strings.Contains(sql, "@") {
			of = nil
		}
		if err := tx.Exec(sql, of...).Error; err != nil {
			return err
		}
	}
	return nil
}
