package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"nagorik/bot/background"
	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff"
)

// Bounds of the work beside the turns.
const (
	idleMost     = 200 // idle conversations per round
	photosMost   = 4   // photos fetched at once by this process
	profilesMost = 5   // names asked for per round: the provider counts these calls
	foldRounds   = 100 // folds in a row
	forgetWithin = 20 * time.Minute
	countWithin  = 30 * time.Minute // a record from before there were figures is counted in one go
	queueMost    = 200              // conversations that a round over the queue changes
)

// keptSource begins the source of a photo that is on disk already.
const keptSource = "kept:"

// How often each task looks for itself what a poke may have missed.
const (
	sweepEvery    = time.Second
	photosEvery   = 3 * time.Second
	profilesEvery = 15 * time.Second
	idleEvery     = 5 * time.Second
	foldEvery     = 10 * time.Second
	checkEvery    = time.Hour
	scopesEvery   = time.Minute
	movesEvery    = 30 * time.Second
	adoptEvery    = 30 * time.Second
	codesEvery    = 2 * time.Second
	queueEvery    = 5 * time.Second
	noticesEvery  = 5 * time.Second
	delaysEvery   = time.Minute
	newsEvery     = 2 * time.Second
	newsWithin    = 5 * time.Minute
	removeEvery   = time.Minute
	placeEvery    = 10 * time.Second
	forgetEvery   = 6 * time.Hour
	spendingEvery = 30 * time.Second
	balancesEvery = 10 * time.Minute
)

// tasks are what is done beside the turns.
func (b *Bot) tasks() []background.Task {
	return []background.Task{
		{Name: "send_replies", Every: sweepEvery, Poked: b.pokes.outbox, Here: true, Do: b.outbox.sweepOnce},
		{Name: "adopt_spools", Every: adoptEvery, Here: true, Do: b.adoptSpools},
		{Name: "fetch_photos", Every: photosEvery, Poked: b.pokes.photos, Do: b.fetchPhotos},
		{Name: "ask_names", Every: profilesEvery, Poked: b.pokes.profiles, Do: b.askNames},
		{Name: "wake_idle", Every: idleEvery, Do: b.wakeIdle},
		{Name: "assign", Every: queueEvery, Poked: b.pokes.queue, Do: b.assignWaiting},
		{Name: "keep_promises", Every: queueEvery, Do: b.keepPromises},
		{Name: "take_back", Every: queueEvery, Do: b.requeue},
		{Name: "send_codes", Every: codesEvery, Poked: b.pokes.codes, Do: b.sendCodes},
		{Name: "link_proven", Every: codesEvery, Poked: b.pokes.proven, Do: b.linkProven},
		{Name: "tell_notices", Every: noticesEvery, Poked: b.pokes.notices, Do: b.tellNotices},
		{Name: "send_broadcasts", Every: newsEvery, Within: newsWithin, Poked: b.pokes.broadcasts, Do: b.sendBroadcasts},
		{Name: "find_late_cases", Every: delaysEvery, Do: b.noteDelays},
		{Name: "move_people", Every: movesEvery, Poked: b.pokes.moves, Do: b.moveSessions},
		{Name: "place_by_photos", Every: placeEvery, Do: b.placeByPhotos},
		{Name: "fold_passages", Every: foldEvery, Do: b.foldPassages},
		{Name: "fold_figures", Every: foldEvery, Within: countWithin, Do: b.foldFigures},
		{Name: "count_scopes", Every: scopesEvery, Within: countWithin, Do: b.countScopes},
		{Name: "check_figures", Every: checkEvery, Do: b.checkFigures},
		{Name: "watch_spool", Every: spoolEvery, Here: true, Do: b.watchSpool},
		{Name: "watch_backlog", Every: watchEvery, Do: b.watchBacklog},
		{Name: "watch_silence", Every: silenceEvery, Do: b.watchSilence},
		{Name: "write_alarms", Every: watchEvery, Do: b.takeAlarmMails},
		{Name: "watch_spending", Every: spendingEvery, Do: b.watchSpending},
		{Name: "ask_balances", Every: balancesEvery, Do: b.askBalances},
		{Name: "forget", Every: forgetEvery, Within: forgetWithin, Do: b.desk.Forget},
		{Name: "remove_photos", Every: removeEvery, Poked: b.pokes.removals, Do: b.removePhotos},
	}
}

// pokes wake tasks at once instead of at their next tick.
type pokes struct {
	outbox     chan struct{}
	photos     chan struct{}
	profiles   chan struct{}
	queue      chan struct{}
	codes      chan struct{}
	proven     chan struct{}
	notices    chan struct{}
	broadcasts chan struct{}
	removals   chan struct{}
	moves      chan struct{}
}

func newPokes() pokes {
	return pokes{
		outbox: make(chan struct{}, 1), photos: make(chan struct{}, 1), profiles: make(chan struct{}, 1), queue: make(chan struct{}, 1),
		notices: make(chan struct{}, 1), codes: make(chan struct{}, 1), proven: make(chan struct{}, 1), removals: make(chan struct{}, 1),
		moves: make(chan struct{}, 1), broadcasts: make(chan struct{}, 1),
	}
}

// after wakes the tasks that a committed turn has given work.
func (p pokes) after(t *handoff.Turn) {
	if len(t.Photos) > 0 {
		poke(p.photos)
	}
	if t.Profile {
		poke(p.profiles)
	}
	if len(t.Codes) > 0 {
		poke(p.codes)
	}
	if len(t.Tried) > 0 {
		poke(p.proven)
	}
	if t.Now.Owner == flows.OwnerQueue && t.Was.Owner != flows.OwnerQueue {
		poke(p.queue)
	}
	for i := range t.Out {
		if wait := t.Out[i].SendAfter; !wait.IsZero() {
			time.AfterFunc(time.Until(wait), func() { poke(p.outbox) })
		}
	}
}

// wakeIdle gives idle conversations their reminder, their end, or back to the
// bot. What people have written may still lie in the spool: then they are not
// idle.
func (b *Bot) wakeIdle(ctx context.Context) error {
	if !b.spool.Empty() {
		return nil
	}
	idle, err := b.desk.IdleConversations(ctx, idleMost)
	if err != nil {
		return err
	}
	events := make([]Event, 0, len(idle))
	for _, i := range idle {
		events = append(events, Event{Kind: eventIdle, Channel: i.Key.Channel, Address: i.Key.Address, At: i.Due})
	}
	return b.Accept(ctx, events)
}

func (b *Bot) foldPassages(ctx context.Context) error {
	for _, fold := range []func(context.Context) (int, error){b.desk.FoldPassages, b.desk.FoldPhrases} {
		n := handoff.FoldedAtOnce
		for round := 0; round < foldRounds && n == handoff.FoldedAtOnce; round++ {
			var err error
			if n, err = fold(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// askNames asks the provider for the names of newcomers. It never holds up a
// reply, and a provider that will not tell is asked once.
func (b *Bot) askNames(ctx context.Context) error {
	names := b.channelsThat(func(c Channel) bool { _, ok := c.(Profiler); return ok })
	if len(names) == 0 {
		return nil
	}
	keys, err := b.desk.LeaseProfiles(ctx, names, profilesMost)
	if err != nil {
		return err
	}
	for _, key := range keys {
		channel, ok := b.channels[key.Channel].(Profiler)
		if !ok {
			continue
		}
		name, err := channel.Profile(ctx, key.Address)
		var fault *SendError
		if errors.As(err, &fault) && fault.Outcome != SendReject {
			continue // asked again when the lease has lapsed
		}
		if err := b.desk.Profiled(ctx, key, strings.TrimSpace(name)); err != nil {
			return err
		}
	}
	if len(keys) == profilesMost {
		time.AfterFunc(time.Second, func() { poke(b.pokes.profiles) })
	}
	return nil
}

func (b *Bot) channelsThat(fit func(Channel) bool) []string {
	var names []string
	for name, c := range b.channels {
		if fit(c) {
			names = append(names, name)
		}
	}
	return names
}

// fetchPhotos brings photos from providers to disk.
func (b *Bot) fetchPhotos(ctx context.Context) error {
	names := b.channelsThat(func(Channel) bool { return true })
	pending, err := b.desk.LeasePhotos(ctx, names, photosMost)
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	faults := make([]error, len(pending))
	for i, p := range pending {
		wait.Go(func() { faults[i] = b.fetchPhoto(ctx, p) })
	}
	wait.Wait()
	if len(pending) == photosMost {
		poke(b.pokes.photos)
	}
	return errors.Join(faults...)
}

func (b *Bot) fetchPhoto(ctx context.Context, p handoff.PendingPhoto) error {
	got, err := b.bringPhoto(ctx, p)
	if err != nil {
		forGood := photos.Refused(err) || errors.Is(err, photos.ErrHost) || errors.Is(err, photos.ErrGone) || errors.Is(err, photos.ErrNotFound)
		givenUp, failed := b.desk.PhotoFailed(ctx, p, forGood, err.Error())
		if givenUp {
			b.metrics.Photos.WithLabelValues("failed").Inc()
			b.hint(said([]uuid.UUID{p.Conversation})...)
		}
		return failed
	}
	b.metrics.Photos.WithLabelValues("kept").Inc()
	err = b.desk.PhotoKept(ctx, p.ID, handoff.KeptPhoto{
		SHA256: got.SHA256, Type: got.Type, Width: got.Width, Height: got.Height, Size: got.Size, Lat: got.Lat, Lon: got.Lon, TakenAt: got.TakenAt,
	})
	if err == nil {
		b.hint(said([]uuid.UUID{p.Conversation})...)
	}
	return err
}

func (b *Bot) bringPhoto(ctx context.Context, p handoff.PendingPhoto) (photos.Photo, error) {
	if sha, kept := strings.CutPrefix(p.Source, keptSource); kept {
		return b.photos.Photo(sha)
	}
	fetcher := b.fetchers[p.Channel]
	if fetcher == nil {
		return photos.Photo{}, fmt.Errorf("%w: channel %s fetches none", photos.ErrHost, p.Channel)
	}
	return fetcher.Fetch(ctx, p.Source, b.photos)
}

// placeByPhotos gives cases whose citizens do not know the ward the one that
// their photo was taken in. A spot outside the city places nothing.
func (b *Bot) placeByPhotos(ctx context.Context) error {
	spots, err := b.desk.PhotoSpots(ctx)
	for _, s := range spots {
		ward, ok := b.catalogs.Current().WardAt(s.Lat, s.Lon)
		if !ok {
			continue
		}
		placed, fault := b.desk.PlaceByPhoto(ctx, s.Case, ward)
		if placed {
			b.hint(Hint{Event: HintCase, Case: s.Case, Ward: ward})
		}
		err = errors.Join(err, fault)
	}
	return err
}
