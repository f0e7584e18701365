package handoff

import (
	"context"
	"fmt"
)

// AfterPhotos are the files, by their SHA-256, of the newest photos of a case
// that staff have taken after the work, at most so many.
func (d *Desk) AfterPhotos(ctx context.Context, number int64, most int) ([]string, error) {
	var files []string
	err := d.db.WithContext(ctx).Raw(`SELECT sha256 FROM photos WHERE case_number = ? AND after AND status = 'kept' AND sha256 IS NOT NULL ORDER BY id DESC LIMIT ?`, number, most).Scan(&files).Error
	if err != nil {
		return nil, fmt.Errorf("look for photos of case %d: %w", number, err)
	}
	return files, nil
}
