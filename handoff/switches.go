package handoff

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Switch is something that the city's administrators turn on; off until then.
type Switch string

// PublicCounts shows everybody how many reports there are, by ward and by
// service.
const PublicCounts Switch = "public_counts"

// Switches lists all of them.
func Switches() []Switch { return []Switch{PublicCounts} }

type switchRow struct {
	Name    Switch    `gorm:"column:name;primaryKey"`
	OnSince time.Time `gorm:"column:on_since"`
}

// TableName is the table of what is switched on.
func (switchRow) TableName() string { return "switches" }

// SwitchedOn says since when a switch is on; the zero time when it is off.
func (d *Desk) SwitchedOn(ctx context.Context, name Switch) (time.Time, error) {
	var rows []switchRow
	if err := d.db.WithContext(ctx).Where("name = ?", name).Limit(1).Find(&rows).Error; err != nil {
		return time.Time{}, fmt.Errorf("read switch %s: %w", name, err)
	}
	if len(rows) == 0 {
		return time.Time{}, nil
	}
	return d.local(rows[0].OnSince), nil
}

// Turn turns a switch on or off. The audit log keeps it.
func (d *Desk) Turn(ctx context.Context, v Viewer, name Switch, on bool) error {
	if !slices.Contains(Switches(), name) {
		return invalid("name", "is no switch")
	}
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var done *gorm.DB
		if on {
			done = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&switchRow{name, d.now()})
		} else {
			done = tx.Where("name = ?", name).Delete(&switchRow{})
		}
		if done.Error != nil || done.RowsAffected == 0 { // it was so already
			return done.Error
		}
		return d.audit(tx, v.AgentID, "switch.turn", string(name), map[string]bool{"on": !on}, map[string]bool{"on": on})
	})
	if err != nil {
		return fmt.Errorf("turn switch %s: %w", name, err)
	}
	return nil
}
