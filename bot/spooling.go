package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"nagorik/bot/spool"
	"nagorik/handoff"
)

// spooled is an event as it lies in the spool, sealed.
type spooled struct {
	Received time.Time `json:"received"`
	Event    *Event    `json:"event"`
}

// toSpool keeps items on disk, in order. With behind it does so only while
// the spool holds older ones, and reports whether it did.
func (b *Bot) toSpool(items []*item, behind bool) (kept bool, err error) {
	records := make([][]byte, len(items))
	for i, it := range items {
		if records[i], err = json.Marshal(spooled{Received: it.received, Event: it.event}); err == nil {
			records[i], err = b.desk.SealEvent(records[i])
		}
		if err != nil {
			return false, fmt.Errorf("spool an event: %w", err)
		}
	}
	if behind {
		kept, err = b.spool.AppendBehind(records...)
	} else {
		kept, err = true, b.spool.Append(records...)
	}
	if err != nil {
		b.log.Error("events could not be kept", "count", len(items), "error", err)
		return false, fmt.Errorf("%w: %w", ErrFull, err)
	}
	if kept {
		b.metrics.Spooled.Add(float64(len(items)))
	}
	return kept, nil
}

// spoolPause is the wait between attempts to replay the spool.
const spoolPause = 500 * time.Millisecond

// drainSpool replays the spool whenever it holds something.
func (b *Bot) drainSpool(ctx context.Context) {
	for {
		if err := b.drain(ctx, b.spool); err != nil && ctx.Err() == nil {
			b.log.Warn("the spool cannot be replayed yet", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(spoolPause):
		}
	}
}

func (b *Bot) drain(ctx context.Context, s *spool.Spool) error {
	if s.Empty() {
		return nil
	}
	return s.DrainBatches(ctx, batchMost, func(records [][]byte) error { return b.replay(ctx, records) })
}

// adoptSpools replays what processes that are gone have left behind.
func (b *Bot) adoptSpools(ctx context.Context) error {
	if b.left == nil {
		return nil
	}
	var faults error
	for _, s := range b.left() {
		b.log.Info("replaying the spool of a process that is gone", "events", s.Len())
		faults = errors.Join(faults, b.drain(ctx, s), s.Close())
	}
	return faults
}

// replayed are spooled events that go through the lanes together. When one
// cannot be recorded yet, those behind it must not overtake it.
type replayed struct{ stuck atomic.Bool }

// errStuck says that an event was not tried because one before it failed.
var errStuck = errors.New("an earlier event is still in the spool")

// replay takes spooled events through their lanes, in order for each address.
func (b *Bot) replay(ctx context.Context, records [][]byte) error {
	together := &replayed{}
	items := make([]*item, 0, len(records))
	for _, record := range records {
		s, err := b.fromSpool(record)
		if err != nil {
			if err := b.desk.DeadTurn(ctx, handoff.Key{}, record, fmt.Errorf("read a spooled event: %w", err)); err != nil {
				return err
			}
			continue
		}
		it := newItem(s.Event, s.Received)
		it.replay = together
		items = append(items, it)
	}
	for _, it := range items {
		b.lane(it.event.Channel, it.event.Address).put(it)
	}
	return await(ctx, items)
}

// fromSpool reads a record of the spool. Those of earlier versions are not
// sealed.
func (b *Bot) fromSpool(record []byte) (s spooled, err error) {
	opened, err := b.desk.OpenEvent(record)
	if err == nil {
		err = json.Unmarshal(opened, &s)
	}
	if err == nil && s.Event == nil {
		err = errors.New("there is none")
	}
	return s, err
}

// await waits until all items are safe, or are known not to be.
func await(ctx context.Context, items []*item) error {
	var failed error
	for _, it := range items {
		select {
		case err := <-it.done:
			if failed == nil {
				failed = err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return failed
}
