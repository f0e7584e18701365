package handoff

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
)

// Bounds of placing cases by their photos.
const (
	placedWithin = 24 * time.Hour // after a case was opened
	placedAtOnce = 100
)

// PhotoSpot is where a photo of a case without a ward was taken.
type PhotoSpot struct {
	Case     int64
	Lat, Lon float64
}

// PhotoSpots are where photos of young cases were taken whose citizens do not
// know the ward: one for each case, its first photo that says.
func (d *Desk) PhotoSpots(ctx context.Context) ([]PhotoSpot, error) {
	var spots []PhotoSpot
	err := d.db.WithContext(ctx).Raw(`SELECT DISTINCT ON (c.number) c.number AS case, p.lat, p.lon FROM cases c JOIN photos p ON p.case_number = c.number
		WHERE c.ward IS NULL AND c.ward_by = ? AND c.opened_at > ? AND p.lat IS NOT NULL AND p.lon IS NOT NULL AND NOT p.after
		ORDER BY c.number, p.at, p.id LIMIT ?`, string(flows.WardNotKnown), d.now().Add(-placedWithin), placedAtOnce).Scan(&spots).Error
	if err != nil {
		return nil, fmt.Errorf("look for cases that a photo can place: %w", err)
	}
	return spots, nil
}

// PlaceByPhoto gives a case the ward that its photo was taken in, unless it has
// one by now, and reports whether it did. The desk is asked to check it.
func (d *Desk) PlaceByPhoto(ctx context.Context, number int64, ward int) (placed bool, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		k, err := first[caseRow](tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("number = ?", number), "case")
		if err != nil {
			return err
		}
		if k.Ward != nil || k.WardBy != string(flows.WardNotKnown) {
			return nil
		}
		now := d.now()
		err = tx.Model(&caseRow{}).Where("number = ?", number).Updates(map[string]any{"ward": ward, "ward_by": string(flows.WardByPhoto), "updated_at": now}).Error
		if err != nil {
			return err
		}
		placed = true
		return tx.Exec(`INSERT INTO case_timeline (id, case_number, at, kind, text) VALUES (?, ?, ?, ?, ?)`, NewID(), number, now, HappenedWard, strconv.Itoa(ward)).Error
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, fmt.Errorf("place case %d by its photo: %w", number, err)
	}
	return placed, nil
}
