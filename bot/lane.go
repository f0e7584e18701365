package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// Bounds of a lane.
const (
	batchMost    = 256             // turns committed at once
	commitWithin = 2 * time.Second // after which the events go to the spool
	staleRounds  = 6               // how often a turn is stepped again because its conversation had moved on
)

// item is one event on its way through a lane.
type item struct {
	event    *Event
	received time.Time
	replay   *replayed   // what it came from the spool with, never to go back; nil: it is fresh
	mistrust bool        // what Redis holds of its conversation is not believed
	resume   *resume     // what an agent wants; nil unless the event is eventResume
	move     *relocation // where a supervisor puts somebody; nil unless the event is eventMove
	dead     uuid.UUID   // the dead turn that is tried again; zero: none
	buried   bool        // it is kept as a dead turn; read once done has told
	done     chan error  // told once, when the event is safe or cannot be kept

	work work
}

func newItem(e *Event, received time.Time) *item {
	e.tidy()
	return &item{event: e, received: received, done: make(chan error, 1)}
}

func (it *item) key() handoff.Key {
	return handoff.Key{Channel: it.event.Channel, Address: it.event.Address}
}

// lane works on the events of its addresses, one batch at a time. While a
// batch commits, the next one gathers: that is all there is to group commit.
type lane struct {
	bot   *Bot
	spare int64 // a case number that is ours and not used yet; 0: none

	mu      sync.Mutex
	some    *sync.Cond
	waiting []*item
	stopped bool
	ended   chan struct{}
}

func newLane(b *Bot) *lane {
	l := &lane{bot: b, ended: make(chan struct{})}
	l.some = sync.NewCond(&l.mu)
	return l
}

func (l *lane) start() { go l.run() }

// put adds an item. After the lane has stopped nothing is taken any more.
func (l *lane) put(it *item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		it.done <- ErrStopped
		return
	}
	l.waiting = append(l.waiting, it)
	l.some.Signal()
}

// stop lets the lane finish what it holds, and waits for that.
func (l *lane) stop() {
	l.mu.Lock()
	l.stopped = true
	l.some.Signal()
	l.mu.Unlock()
	<-l.ended
}

func (l *lane) run() {
	defer close(l.ended)
	for {
		batch := l.gather()
		if len(batch) == 0 {
			return
		}
		l.bot.metrics.LaneDepth.Observe(float64(len(batch)))
		l.process(batch)
	}
}

// gather takes what is waiting now, at most one event of a conversation. The
// rest keep their order. It returns nothing when the lane has stopped.
func (l *lane) gather() []*item {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 {
		if l.stopped {
			return nil
		}
		l.some.Wait()
	}
	taken := make([]*item, 0, min(len(l.waiting), batchMost))
	rest := l.waiting[:0]
	seen := make(map[handoff.Key]bool, cap(taken))
	for _, it := range l.waiting {
		if len(taken) == batchMost || seen[it.key()] {
			rest = append(rest, it)
			continue
		}
		if it.event.Kind != EventReceipt {
			seen[it.key()] = true
		}
		taken = append(taken, it)
	}
	clear(l.waiting[len(rest):])
	l.waiting = rest
	return taken
}

// process makes one batch safe and tells those who wait for it.
func (l *lane) process(batch []*item) {
	if batch = l.behindSpool(passStuck(batch)); len(batch) == 0 {
		return
	}
	err := l.record(batch)
	switch {
	case err == nil:
		tell(batch, nil)
	case away(err):
		l.bot.log.Warn("the database is away; events go to the spool", "events", len(batch), "error", err)
		l.setAside(batch, err)
	default:
		l.bot.metrics.Retried.Inc()
		l.bot.log.Warn("a batch could not be recorded; its turns are tried one by one", "events", len(batch), "error", err)
		l.oneByOne(batch)
	}
}

// passStuck turns back replayed events when one that came with them failed:
// they come again behind it.
func passStuck(batch []*item) []*item {
	return slices.DeleteFunc(batch, func(it *item) bool {
		stuck := it.replay != nil && it.replay.stuck.Load()
		if stuck {
			it.done <- errStuck
		}
		return stuck
	})
}

// behindSpool sends new events to the end of the spool while it holds older
// ones, and returns the others.
func (l *lane) behindSpool(batch []*item) []*item {
	if l.bot.spool.Empty() {
		return batch
	}
	old, fresh := part(batch)
	if len(fresh) == 0 {
		return batch
	}
	kept, err := l.bot.toSpool(fresh, true)
	if err == nil && !kept {
		return batch
	}
	tell(fresh, err)
	return old
}

// setAside keeps a batch on disk that the database would not take.
func (l *lane) setAside(batch []*item, cause error) {
	old, fresh := part(batch)
	for _, it := range old {
		if it.replay != nil {
			it.replay.stuck.Store(true)
		}
	}
	tell(old, cause)
	if len(fresh) > 0 {
		_, err := l.bot.toSpool(fresh, false)
		tell(fresh, err)
	}
}

// part parts a batch into what must not go into the spool, because it comes
// from there or is found again anyway, and what may.
func part(batch []*item) (old, fresh []*item) {
	for _, it := range batch {
		if it.replay != nil || it.event.Kind.ours() {
			old = append(old, it)
		} else {
			fresh = append(fresh, it)
		}
	}
	return old, fresh
}

// oneByOne commits each turn alone, from what the database knows of it. One
// that fails alone is kept raw, so that it does not come again and again, and
// its neighbours are safe.
func (l *lane) oneByOne(batch []*item) {
	for i, it := range batch {
		it.mistrust = true
		err := l.record(batch[i : i+1])
		if err != nil && !away(err) {
			err = l.bury(it, err)
		}
		if err != nil {
			l.setAside(batch[i:], err)
			return
		}
		tell(batch[i:i+1], nil)
	}
}

// bury keeps a turn that cannot be recorded for the administrator.
func (l *lane) bury(it *item, cause error) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
	defer cancel()
	it.buried = true
	if it.dead != uuid.Nil {
		return l.bot.desk.DeadTurnAgain(ctx, it.dead, cause)
	}
	raw, err := json.Marshal(it.event)
	if err != nil {
		raw = []byte(fmt.Sprintf("%q", err.Error()))
	}
	l.bot.metrics.Dead.Inc()
	l.bot.log.Error("a turn could not be recorded and is kept in dead_turns", "channel", it.event.Channel, "error", cause)
	return l.bot.desk.DeadTurn(ctx, it.key(), raw, cause)
}

func tell(items []*item, err error) {
	for _, it := range items {
		it.done <- err
	}
}

// away says whether an error means that the database cannot be reached now,
// rather than that it refuses what it was given. Whether the commit happened
// is open then; doing it again is safe.
func away(err error) bool {
	return !errors.Is(err, errStep) && (handoff.Away(err) || errors.Is(err, context.Canceled))
}
