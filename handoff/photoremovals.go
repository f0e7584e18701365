package handoff

import (
	"context"
	"fmt"
)

// PhotoRemovals lists photos, by SHA-256, whose files are of no more use, at
// most limit: whoever sent them was erased, took them back, or sent them long
// ago, and no other photo on record has the same file. What is wanted again is
// forgotten here.
func (d *Desk) PhotoRemovals(ctx context.Context, limit int) (files []string, err error) {
	err = d.db.WithContext(ctx).Exec(`DELETE FROM photo_removals r WHERE EXISTS (SELECT 1 FROM photos p WHERE p.sha256 = r.sha256)`).Error
	if err == nil {
		err = d.db.WithContext(ctx).Raw(`SELECT sha256 FROM photo_removals ORDER BY at, sha256 LIMIT ?`, limit).Scan(&files).Error
	}
	if err != nil {
		return nil, fmt.Errorf("list photos to remove: %w", err)
	}
	return files, nil
}

// PhotoRemoved says that the file of a photo is gone.
func (d *Desk) PhotoRemoved(ctx context.Context, sha256 string) error {
	if err := d.db.WithContext(ctx).Exec(`DELETE FROM photo_removals WHERE sha256 = ?`, sha256).Error; err != nil {
		return fmt.Errorf("record the removal of a photo: %w", err)
	}
	return nil
}
