package handoff

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// How guessing is slowed down. What counts is attempts that did not succeed;
// one is forgiven for every forgiveAfter without any.
const (
	accountTries = 5  // until an account must wait
	networkTries = 20 // until a network must wait: many people may share one
	firstWait    = 30 * time.Second
	longestWait  = 15 * time.Minute
	forgiveAfter = 10 * time.Minute
)

// ErrRefused says that what was given to sign in with is not right, and not
// what of it.
var ErrRefused = errors.New("that is not right")

// LockedError says that nobody may try again before a time: there were too
// many attempts at an account or from a network.
type LockedError struct{ Until time.Time }

// Error names the time.
func (e *LockedError) Error() string {
	return "too many attempts, locked until " + e.Until.Format(time.RFC3339)
}

// attempted is what is tried: an account, whether there is one or not, or a
// network.
type attempted struct {
	kind  string // "account", "network"
	name  string
	tries int
}

func accountTried(email string) attempted   { return attempted{"account", email, accountTries} }
func networkTried(network string) attempted { return attempted{"network", network, networkTries} }

// key hides what was typed: some people type their password for their name.
func (a attempted) key() []byte { return digest(a.kind + ":" + a.name) }

type attemptRow struct {
	Key         []byte     `gorm:"column:key;primaryKey"`
	Failures    int        `gorm:"column:failures"`
	LastAt      time.Time  `gorm:"column:last_at"`
	LockedUntil *time.Time `gorm:"column:locked_until"`
}

// TableName is the table of attempts to sign in.
func (attemptRow) TableName() string { return "sign_in_attempts" }

// attempt counts an attempt before it is made, so that many at once cannot
// slip past the bound; what succeeds is taken back. It is a LockedError while
// one of them must wait.
func (d *Desk) attempt(tx *gorm.DB, all ...attempted) error {
	for _, a := range all {
		row, err := d.attemptsOf(tx, a)
		if err != nil {
			return err
		}
		now := d.now()
		if row.LockedUntil != nil && now.Before(*row.LockedUntil) {
			return &LockedError{Until: d.local(*row.LockedUntil)}
		}
		row.Failures = row.standing(now) + 1
		row.LastAt, row.LockedUntil = now, nil
		if wait := waitAfter(row.Failures, a.tries); wait > 0 {
			until := now.Add(wait)
			row.LockedUntil = &until
		}
		if err := tx.Save(&row).Error; err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
	}
	return nil
}

// attemptsOf locks the count of an account or a network.
func (d *Desk) attemptsOf(tx *gorm.DB, a attempted) (attemptRow, error) {
	fresh := attemptRow{Key: a.key(), LastAt: d.now()}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
		return attemptRow{}, fmt.Errorf("count an attempt: %w", err)
	}
	return first[attemptRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("key = ?", a.key()), "attempts")
}

// standing is how many failures are not forgiven yet.
func (r attemptRow) standing(now time.Time) int {
	return max(0, r.Failures-int(now.Sub(r.LastAt)/forgiveAfter))
}

// waitAfter grows with every failure from the last free one on.
func waitAfter(failures, tries int) time.Duration {
	over := failures - tries
	switch {
	case over < 0:
		return 0
	case over > 10: // beyond the longest wait in any case
		return longestWait
	default:
		return min(firstWait<<over, longestWait)
	}
}

// succeeded takes an attempt back: an account begins anew, a network is given
// one back, as others may be guessing from it.
func (d *Desk) succeeded(tx *gorm.DB, a attempted) error {
	row, err := d.attemptsOf(tx, a)
	if err != nil {
		return err
	}
	row.Failures, row.LockedUntil = max(0, row.Failures-1), nil
	if a.kind == "account" {
		row.Failures = 0
	}
	if err := tx.Save(&row).Error; err != nil {
		return fmt.Errorf("take an attempt back: %w", err)
	}
	return nil
}

// auditLocks puts the locks that a failed attempt began on record. agent is
// the account's id; empty when there is no such account.
func (d *Desk) auditLocks(tx *gorm.DB, agent string, all ...attempted) error {
	for _, a := range all {
		row, err := d.attemptsOf(tx, a)
		if err != nil {
			return err
		}
		subject := a.name
		if a.kind == "account" {
			subject = agent
		}
		if row.LockedUntil == nil || subject == "" {
			continue
		}
		after := map[string]any{"failures": row.Failures, "locked_until": d.local(*row.LockedUntil)}
		if err := d.auditSystem(tx, a.kind+".lock", subject, after); err != nil {
			return err
		}
	}
	return nil
}
