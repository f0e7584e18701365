package counts

import (
	"context"
	"sync"
	"time"

	"nagorik/handoff"
)

const (
	switchFresh = 2 * time.Second // for so long it is not asked again whether figures are shown
	countAgain  = 5 * time.Second // after counting has failed
)

// Board is the figures of the day, counted once for all who look. It is not to
// be copied.
type Board struct {
	Desk  *handoff.Desk
	Names func() Names
	Now   func() time.Time

	switched sync.Mutex
	on       bool
	asked    time.Time // when it was asked last whether figures are shown

	counting sync.Mutex
	sheet    Sheet
	known    bool
	fault    error // of the last count
	failed   time.Time
}

// Shown reports whether the city shows figures.
func (b *Board) Shown(ctx context.Context) (bool, error) {
	b.switched.Lock()
	defer b.switched.Unlock()
	now := b.Now()
	if !b.asked.IsZero() && fresh(b.asked, now, switchFresh) {
		return b.on, nil
	}
	since, err := b.Desk.SwitchedOn(ctx, handoff.PublicCounts)
	if err != nil {
		return false, err
	}
	b.on, b.asked = !since.IsZero(), now
	return b.on, nil
}

func fresh(at, now time.Time, within time.Duration) bool {
	age := now.Sub(at)
	return age >= 0 && age < within
}

// Sheet is the figures; false when the city shows none. They are those of
// whole days and are counted when somebody first looks on a day: who looks
// again within it learns nothing of what has happened in between.
func (b *Board) Sheet(ctx context.Context) (Sheet, bool, error) {
	if on, err := b.Shown(ctx); err != nil || !on {
		return Sheet{}, false, err
	}
	b.counting.Lock()
	defer b.counting.Unlock()
	now := b.Now()
	if b.known && b.sheet.To.Equal(yesterday(now)) {
		return b.sheet, true, nil
	}
	if b.fault != nil && fresh(b.failed, now, countAgain) {
		return Sheet{}, true, b.fault
	}
	// It is counted for all who wait, also when the first of them goes away.
	sheet, err := Read(context.WithoutCancel(ctx), b.Desk, now, b.Names())
	if b.fault = err; err != nil {
		b.failed = now
		return Sheet{}, true, err
	}
	b.sheet, b.known = sheet, true
	return sheet, true, nil
}
