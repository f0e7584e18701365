package photos

import (
	"bytes"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRemovedPhotosAreGone(t *testing.T) {
	s := newStore(t)
	photo := jpegOf(t, image.NewGray(image.Rect(0, 0, 40, 30)), nil)
	p, err := s.Keep(bytes.NewReader(photo))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(p.SHA256, time.Now()); !errors.Is(err, ErrFresh) || !s.Has(p.SHA256) {
		t.Errorf("one that was kept just now: %v", err)
	}
	later := time.Now().Add(SettledAfter + time.Minute)
	base, _ := s.base(p.SHA256)
	old := time.Now().Add(-2 * SettledAfter)
	if err := os.Chtimes(base+noteSuffix, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(bytes.NewReader(photo)); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(p.SHA256, time.Now()); !errors.Is(err, ErrFresh) {
		t.Errorf("one that was sent again just now: %v", err)
	}
	for range 2 { // what is gone is gone
		if err := s.Remove(p.SHA256, later); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(base + "*"); len(left) > 0 || s.Has(p.SHA256) {
		t.Errorf("left behind: %v", left)
	}
	if err := s.Remove("../../etc/passwd", later); err != nil {
		t.Error(err)
	}
	if p, err := s.Keep(bytes.NewReader(photo)); err != nil || !s.Has(p.SHA256) {
		t.Errorf("kept anew: %v", err)
	}
}
