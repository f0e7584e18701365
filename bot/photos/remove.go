package photos

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// SettledAfter is how long ago a photo must have been kept for the last time to be removed: whoever has just sent the same
// one is not on record with it yet.
const SettledAfter = 15 * time.Minute

// ErrFresh says that a photo was kept a moment ago and cannot be removed yet.
var ErrFresh = errors.New("photo was kept a moment ago")

// Remove deletes a photo and its copies. One that is not there is removed already. Its error is ErrFresh when somebody has
// sent it within SettledAfter before now.
func (s *Store) Remove(sha string, now time.Time) error {
	base, err := s.base(sha)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	stat, err := os.Stat(base + noteSuffix)
	if err == nil && stat.ModTime().After(now.Add(-SettledAfter)) {
		return ErrFresh
	}
	// The note goes first: without it nothing is found any more.
	for _, path := range []string{base + noteSuffix, base + copySuffix(View), base + copySuffix(Thumb), base} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove photo: %w", err)
		}
	}
	if err := syncFolder(filepath.Dir(base)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove photo: %w", err)
	}
	return nil
}

// again says that a photo was kept once more just now.
func (s *Store) again(sha string) error {
	base, err := s.base(sha)
	if err != nil {
		return err
	}
	now := time.Now()
	return os.Chtimes(base+noteSuffix, now, now)
}
