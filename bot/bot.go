package bot

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"nagorik/bot/background"
	"nagorik/bot/photos"
	"nagorik/bot/spool"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

// laneCount is how many lanes commit at once. Few are best: two committers
// took 50,600 turns/s on two cores, more were slower (design.md §3).
const laneCount = 2

// Errors of Accept.
var (
	ErrFull    = errors.New("neither the database nor the spool can keep it")
	ErrStopped = errors.New("the bot has stopped")
)

// Options are what a Bot needs.
type Options struct {
	Desk     *handoff.Desk
	Pool     *pgxpool.Pool // of the desk, for the background work
	Redis    redis.UniversalClient
	Catalogs *Catalogs
	Channels []Channel
	Photos   *photos.Store
	Spool    *spool.Spool
	// Abandoned returns spools that processes which are gone have left behind,
	// locked and not empty; they are replayed and closed. May be nil.
	Abandoned func() []*spool.Spool
	Log       *slog.Logger
	Metrics   *Metrics
	Now       func() time.Time // time.Now when nil
	Notices   *notices.Ledger  // what citizens are told unasked; nil: nobody is
	Spending  *spending.Ledger // what SMS cost; nil: there is no bound
	Mailer    Mailer           // nil: no mail goes out
	// Broadcasts is the record of news that offices send; nil: none are sent.
	Broadcasts *broadcasts.Store
	// UnsubscribeLink is where a recipient of a broadcast leaves its topic by
	// mail; nil: mail has no such link.
	UnsubscribeLink func(recipient int64) string
	// AlarmLetter writes to staff about an alarm; nil: alarms are not mailed.
	AlarmLetter func(handoff.AlarmLetter) (subject, text string)
	// RateOf bounds the sends per second on a channel; nil, or 0, for no bound
	// but the provider's own word.
	RateOf func(channel string) float64
	// PhotoLink is where a photo that staff send is found; nil: none are sent.
	PhotoLink func(id uuid.UUID) string
}

// Bot runs the conversations: it takes events from channels, steps their
// flows, records the turns and sends what they say.
type Bot struct {
	desk      *handoff.Desk
	sessions  *Sessions
	live      *Live
	catalogs  *Catalogs
	channels  map[string]Channel
	photos    *photos.Store
	photoLink func(uuid.UUID) string
	spool     *spool.Spool
	left      func() []*spool.Spool
	log       *slog.Logger
	metrics   *Metrics
	now       func() time.Time
	seed      maphash.Seed
	lanes     []*lane
	numbers   *caseNumbers
	outbox    *outbox
	notices   *notices.Ledger
	spending  *spending.Ledger
	mailer    Mailer
	news      *newsroom
	// What alarms are told with; see alarms.go.
	alarmLetter func(handoff.AlarmLetter) (subject, text string)
	host        string
	spooling    spoolWatch
	fetchers    map[string]*photos.Fetcher

	stop       context.CancelFunc
	running    sync.WaitGroup
	pokes      pokes
	background *background.Work
}

// New returns a Bot. Start sets it going. Its error names a channel whose
// photo hosts cannot be read, or background work that is not whole.
func New(opt Options) (*Bot, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	b := &Bot{
		desk: opt.Desk, sessions: NewSessions(opt.Redis, opt.Now), live: NewLive(opt.Redis, opt.Log),
		catalogs: opt.Catalogs, channels: map[string]Channel{}, photos: opt.Photos, photoLink: opt.PhotoLink, spool: opt.Spool, left: opt.Abandoned,
		log: opt.Log, metrics: opt.Metrics, now: opt.Now, seed: maphash.MakeSeed(),
		notices: opt.Notices, spending: opt.Spending, mailer: opt.Mailer, alarmLetter: opt.AlarmLetter, host: hostName(),
		fetchers: map[string]*photos.Fetcher{}, pokes: newPokes(), numbers: &caseNumbers{desk: opt.Desk},
	}
	b.news = newNewsroom(&opt, b.pokes.broadcasts)
	for _, c := range opt.Channels {
		b.channels[c.Name()] = c
		if source, ok := c.(MediaSource); ok {
			f, err := photos.NewFetcher(photos.FetchOptions{Hosts: source.MediaHosts(), Header: source.MediaHeader()})
			if err != nil {
				return nil, fmt.Errorf("channel %s: %w", c.Name(), err)
			}
			b.fetchers[c.Name()] = f
		}
	}
	for range laneCount {
		b.lanes = append(b.lanes, newLane(b))
	}
	b.outbox = newOutbox(b, opt.RateOf)
	var err error
	b.background, err = background.New(background.Options{Pool: opt.Pool, Log: opt.Log, Tasks: b.tasks(), Jobs: []background.Job{background.JobOf(b.mailAlarm)}, Fault: func(task string) {
		b.metrics.JobFaults.WithLabelValues(task).Inc()
	}})
	return b, err
}

// Background is the background work, for the administrator to look at.
func (b *Bot) Background() *background.Work { return b.background }

// Live is the hub of live events.
func (b *Bot) Live() *Live { return b.live }

// hintWithin bounds the publishing of hints beside the turns.
const hintWithin = time.Second

// hint spreads hints of what happened beside the turns. A lost one costs a
// screen one refresh.
func (b *Bot) hint(hints ...Hint) {
	if len(hints) == 0 {
		return
	}
	for i := range hints {
		hints[i].ID = b.now().UnixMicro()
	}
	if b.sessions.Away() {
		b.live.spread(hints)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), hintWithin)
	defer cancel()
	if err := b.live.Publish(ctx, hints...); err != nil {
		b.log.Debug("hints were not published", "error", err)
	}
}

// said are hints that something in these conversations came further.
func said(conversations []uuid.UUID) []Hint {
	hints := make([]Hint, len(conversations))
	for i, id := range conversations {
		hints[i] = Hint{Event: HintMessage, Conversation: id.String()}
	}
	return hints
}

// Start sets lanes, senders and background work going. They run until Stop.
func (b *Bot) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	b.running.Go(func() { b.live.Run(ctx) })
	b.outbox.start(ctx, &b.running)
	b.running.Go(func() { b.background.Run(ctx) })
	b.running.Go(func() { b.drainSpool(ctx) })
	for _, l := range b.lanes {
		l.start()
	}
}

// Stop finishes what was accepted: lanes are emptied, replies that are on
// their way are recorded. It waits until then or until the context ends; what
// is not finished is found again at the next start.
func (b *Bot) Stop(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		for _, l := range b.lanes {
			l.stop()
		}
		b.outbox.finish(ctx)
		b.stop()
		b.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the bot: %w", ctx.Err())
	}
}

// lane returns the lane an address always takes in this process.
func (b *Bot) lane(channel, address string) *lane {
	var h maphash.Hash
	h.SetSeed(b.seed)
	_, _ = h.WriteString(channel)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(address)
	return b.lanes[h.Sum64()%uint64(len(b.lanes))]
}

// Accept takes events and returns when all of them are safe: committed, or in
// the spool. ErrFull means that at least one of them is not. The events are the
// bot's from then on.
func (b *Bot) Accept(ctx context.Context, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	now := b.now()
	waits := make([]*item, 0, len(events))
	for i := range events {
		waits = append(waits, newItem(&events[i], now))
	}
	for _, it := range waits {
		b.lane(it.event.Channel, it.event.Address).put(it)
	}
	return await(ctx, waits)
}
