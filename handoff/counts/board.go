package counts

import (
	"context"
	"sync"
	"time"

	"nagorik/handoff"
)

// switchFresh is for how long it is not asked again whether figures are shown.
const switchFresh = 2 * time.Second

// Board is the figures of the day, counted once for all who look. It is not to
// be copied.
type Board struct {
	Desk  *handoff.Desk
	Names func() Names
	Now   func() time.Time

	mu    sync.Mutex
	on    bool
	asked time.Time // when it was asked last whether figures are shown
	sheet Sheet
	known bool
}

// Shown reports whether the city shows figures.
func (b *Board) Shown(ctx context.Context) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shown(ctx)
}

func (b *Board) shown(ctx context.Context) (bool, error) {
	now := b.Now()
	if age := now.Sub(b.asked); !b.asked.IsZero() && age >= 0 && age < switchFresh {
		return b.on, nil
	}
	since, err := b.Desk.SwitchedOn(ctx, handoff.PublicCounts)
	if err != nil {
		return false, err
	}
	b.on, b.asked = !since.IsZero(), now
	return b.on, nil
}

// Sheet is the figures; false when the city shows none. They are those of
// whole days and are counted when somebody first looks on a day: who looks
// again within it learns nothing of what has happened in between.
func (b *Board) Sheet(ctx context.Context) (Sheet, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if on, err := b.shown(ctx); err != nil || !on {
		return Sheet{}, false, err
	}
	if now := b.Now(); !b.known || !b.sheet.To.Equal(yesterday(now)) {
		sheet, err := Read(ctx, b.Desk, now, b.Names())
		if err != nil {
			return Sheet{}, true, err
		}
		b.sheet, b.known = sheet, true
	}
	return b.sheet, true, nil
}
