package bot

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

// Bounds of broadcasts.
const (
	newsSenders   = 16                     // calls to providers at once that do not go through the outbox
	newsRetry     = time.Minute            // before somebody is tried once more who was surely not told
	newsHold      = 30 * time.Second       // how long a channel that refuses us altogether is left alone
	newsLook      = time.Second            // how often it is looked whether one was paused meanwhile
	newsSoon      = 100 * time.Millisecond // between rounds of which none need wait
	newsRestLeast = time.Minute            // how long quiet hours are left alone at least
)

// newsroom is what the bot keeps of broadcasts.
type newsroom struct {
	store *broadcasts.Store
	link  func(recipient int64) string
	next  *time.Timer // pokes when somebody may be told again

	mu   sync.Mutex
	seen map[uuid.UUID]broadcasts.Counts // as watchers were told of last
}

func newNewsroom(opt *Options, wake chan struct{}) *newsroom {
	n := &newsroom{store: opt.Broadcasts, link: opt.UnsubscribeLink, seen: map[uuid.UUID]broadcasts.Counts{}}
	n.next = time.AfterFunc(time.Hour, func() { poke(wake) })
	return n
}

// StirBroadcasts looks at once for what is to be sent.
func (b *Bot) StirBroadcasts() { poke(b.pokes.broadcasts) }

// BroadcastsRest says whether it is quiet time now, and until when.
func (b *Bot) BroadcastsRest() (until time.Time, quiet bool) {
	return b.catalogs.Current().Quiet().Until(b.now())
}

// PlanBroadcast says how a broadcast would reach its audience now.
func (b *Bot) PlanBroadcast(ctx context.Context, id uuid.UUID) (broadcasts.Plan, error) {
	return b.news.store.Plan(ctx, id, b.newsSetting(ctx))
}

// PlanDraft says so of one that is not kept yet.
func (b *Bot) PlanDraft(ctx context.Context, d broadcasts.Draft) (broadcasts.Plan, error) {
	return b.news.store.PlanDraft(ctx, d, b.newsSetting(ctx))
}

// newsSetting is what the channels are like now.
func (b *Bot) newsSetting(ctx context.Context) broadcasts.Setting {
	set := broadcasts.Setting{
		On: map[broadcasts.Family]bool{}, Gateway: func(via string) string { return via },
		Fit: b.newsParts, Template: templateDetail, Spent: b.overBudget(ctx, channelOfSMS, spending.Broadcast) != nil,
	}
	if b.spending != nil {
		prices, err := b.spending.Prices(ctx)
		if set.Price = prices.Of; err != nil {
			set.Price = nil
			b.log.Warn("what SMS cost cannot be read", "error", err)
		}
	}
	on := b.switchedOn()
	for _, f := range broadcasts.Families() {
		set.On[f] = on[string(f)]
	}
	if w, ok := b.channels[string(flows.WayMessenger)].(Windowed); ok {
		set.Window, _ = w.Windows()
	}
	if g, ok := b.channels[string(flows.WaySMS)].(Gatewayed); ok {
		set.Gateway = g.Gateway
	}
	return set
}

// newsParts is a text as a family's channel takes it.
func (b *Bot) newsParts(f broadcasts.Family, text string) []string {
	var parts []string
	for _, r := range b.fitted(string(f), text, handoff.KindBroadcast) {
		parts = append(parts, r.Text)
	}
	return parts
}

func templateDetail(name, lang, text string) []byte {
	detail, _ := json.Marshal(ReplyDetail{Template: &Template{Name: name, Lang: lang, Values: []string{text}}}) // strings always marshal
	return detail
}

// sendBroadcasts is one round over all broadcasts whose time has come.
func (b *Bot) sendBroadcasts(ctx context.Context) error {
	store := b.news.store
	if store == nil {
		return nil
	}
	_, err := store.Lapse(ctx, notices.ReasonCut)
	faults := []error{err}
	begin, sending, err := store.Due(ctx)
	faults = append(faults, err)
	for _, id := range begin {
		begun, err := store.Begin(ctx, id, b.newsSetting(ctx))
		if faults = append(faults, err); begun {
			sending = append(sending, id)
			b.hintBroadcast(id)
		}
	}
	wait := newsRestLeast
	for _, id := range sending {
		w, err := b.sendBroadcast(ctx, id)
		if faults = append(faults, err); err == nil {
			wait = min(wait, w)
		}
	}
	if len(sending) > 0 {
		b.news.next.Reset(max(newsSoon, wait))
	}
	return errors.Join(faults...)
}

// sendBroadcast takes one as far as it goes now, and says when to go on.
func (b *Bot) sendBroadcast(ctx context.Context, id uuid.UUID) (wait time.Duration, err error) {
	defer func() { b.watchBroadcast(ctx, id) }()
	store, set := b.news.store, b.newsSetting(ctx)
	one, err := store.Broadcast(ctx, id)
	if err != nil {
		return 0, err
	}
	if until, quiet := b.BroadcastsRest(); quiet && one.Emergency == "" {
		return until.Sub(b.now()), store.Withdraw(ctx, id)
	}
	if err := store.Overdue(ctx, id); err != nil {
		return 0, err
	}
	again, err := store.Sort(ctx, id, set)
	if err != nil {
		return 0, err
	}
	wait = newsEvery
	for _, f := range broadcasts.Families() {
		c, err := store.Claim(ctx, id, f, set)
		if err != nil {
			return 0, err
		}
		if c.Queued > 0 {
			b.outbox.poke()
		}
		if err := b.sendStraight(ctx, &one, f, c.Straight); err != nil {
			return 0, err
		}
		if !c.None {
			wait = min(wait, c.Wait)
		}
	}
	if again > 0 {
		wait = 0
	}
	_, err = store.Finish(ctx, id)
	return wait, err
}

// watchBroadcast tells watchers when one came further.
func (b *Bot) watchBroadcast(ctx context.Context, id uuid.UUID) {
	counts, err := b.news.store.Progress(ctx, id)
	if err != nil {
		b.log.Debug("the progress of a broadcast was not read", "error", err)
		return
	}
	b.news.mu.Lock()
	moved := b.news.seen[id] != counts
	if b.news.seen[id] = counts; counts.Over() == counts.Total {
		delete(b.news.seen, id)
	}
	b.news.mu.Unlock()
	if moved {
		b.hintBroadcast(id)
	}
}

func (b *Bot) hintBroadcast(id uuid.UUID) {
	b.hint(Hint{Event: HintBroadcast, Broadcast: id.String()})
}

// Gatewayed is a channel that has several gateways.
type Gatewayed interface {
	// Gateway is the one that is used for somebody who last wrote by via; empty
	// for nobody.
	Gateway(via string) string
}
