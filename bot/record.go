package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// lookupRounds bounds how often a turn is stepped: once for each kind of
// look-up there is, and once with all of them answered.
const lookupRounds = 7

// work is what a lane knows of an item while its batch is being recorded.
type work struct {
	was     handoff.Standing
	session flows.Session
	raw     []byte // the session as it was, JSON
	next    []byte // the session as it will be
	found   flows.Found
	turn    *handoff.Turn
	plan    plan
	kept    string      // why it is not answered, with planKeep
	message uuid.UUID   // of the incoming message
	photos  []uuid.UUID // of the photos that came with it
}

// errStep marks a turn whose step failed: it is kept in dead_turns.
var errStep = errors.New("step failed")

// record makes a batch durable: load, step, commit, save.
func (l *lane) record(batch []*item) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
	defer cancel()
	began := l.bot.now()
	turns, receipts, err := l.sort(batch)
	if err != nil {
		return err
	}
	touched, err := l.bot.desk.Receipts(ctx, receipts)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(receipts, func(r handoff.Receipt) bool { return r.Kind == handoff.Deleted }) {
		poke(l.bot.pokes.removals)
	}
	l.bot.hint(said(touched)...)
	if len(turns) == 0 {
		return nil
	}
	if err := l.load(ctx, turns); err != nil {
		return err
	}
	for range staleRounds {
		stale, err := l.commit(ctx, turns)
		if err != nil {
			return err
		}
		if len(stale) == 0 {
			l.bot.metrics.Commit.Observe(l.bot.now().Sub(began).Seconds())
			return nil
		}
		l.bot.metrics.Stale.Add(float64(len(stale)))
		turns = stale
		if err := l.reload(ctx, turns); err != nil {
			return err
		}
	}
	return fmt.Errorf("record turns: conversations moved on %d times over", staleRounds)
}

// sort parts events that make a turn from those that only change what is on
// record.
func (l *lane) sort(batch []*item) (turns []*item, receipts []handoff.Receipt, err error) {
	for _, it := range batch {
		switch it.event.Kind {
		case EventMessage, EventStart, eventIdle, eventResume, eventMove:
			turns = append(turns, it)
		case EventEcho:
			if it.event.MessageID == "" {
				turns = append(turns, it)
				continue
			}
			receipts = append(receipts, receiptOf(it.event))
		case EventReceipt, EventEdit, EventDelete:
			receipts = append(receipts, receiptOf(it.event))
			if it.event.Muted {
				receipts = append(receipts, handoff.Receipt{Key: it.key(), Kind: handoff.Refused})
			}
		case EventNotice:
			ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
			err = l.bot.raise(ctx, handoff.AlarmProvider, it.event.Channel, it.event.Note)
			cancel()
			if err != nil {
				return nil, nil, err
			}
		default:
			l.bot.log.Warn("an event of an unknown kind was dropped", "kind", string(it.event.Kind))
		}
	}
	return turns, receipts, nil
}

// load finds where the conversations stand: in Redis, else in the database.
// Silence is acted upon by the record alone, which is where it was noticed.
func (l *lane) load(ctx context.Context, turns []*item) error {
	keys := make([]handoff.Key, len(turns))
	for i, it := range turns {
		keys[i] = it.key()
	}
	live, err := l.bot.sessions.Load(ctx, keys)
	if err != nil {
		l.bot.metrics.RedisFaults.Inc()
		l.bot.log.Warn("sessions come from the database", "error", err)
	}
	var missing []*item
	for i, it := range turns {
		if live[i] == nil || it.mistrust || it.event.Kind.ours() || !it.stands(live[i].Standing, live[i].Session) {
			missing = append(missing, it)
		}
	}
	l.bot.metrics.SessionMisses.Add(float64(len(missing)))
	return l.reload(ctx, missing)
}

// reload reads where conversations stand from the database.
func (l *lane) reload(ctx context.Context, turns []*item) error {
	if len(turns) == 0 {
		return nil
	}
	keys := make([]handoff.Key, len(turns))
	for i, it := range turns {
		keys[i] = it.key()
	}
	found, err := l.bot.desk.Load(ctx, keys)
	if err != nil {
		return err
	}
	for i, it := range turns {
		budget := it.work.was.Reply
		if !it.stands(found[i].Standing, found[i].Session) {
			l.bot.log.Warn("a checkpoint could not be read; its dialogue begins anew", "channel", keys[i].Channel)
			it.stands(found[i].Standing, nil)
		}
		if known := it.work.was.Reply; known.Hour == budget.Hour && known.N < budget.N {
			it.work.was.Reply = budget
		}
	}
	return nil
}

// stands takes over where the conversation stands. It is false when the
// session cannot be read.
func (it *item) stands(was handoff.Standing, session []byte) bool {
	s := flows.Session{}
	if len(session) > 0 && string(session) != "{}" {
		var err error
		if s, err = flows.DecodeSession(session); err != nil {
			return false
		}
	} else {
		session = []byte("{}")
	}
	it.work.was, it.work.session, it.work.raw = was, s, session
	return true
}

// commit steps the turns, records them in one transaction and sees to what
// follows. It returns those whose conversation has moved on.
func (l *lane) commit(ctx context.Context, turns []*item) (stale []*item, err error) {
	live, err := l.stepAll(ctx, turns)
	if err != nil {
		return nil, err
	}
	if len(live) == 0 {
		return nil, nil
	}
	records := make([]*handoff.Turn, len(live))
	for i, it := range live {
		records[i] = it.work.turn
	}
	results, err := l.bot.desk.Commit(ctx, records)
	if err != nil {
		return nil, err
	}
	return l.settle(ctx, live, results), nil
}

// settle hands over replies, keeps sessions and publishes hints.
func (l *lane) settle(ctx context.Context, live []*item, results []handoff.Result) (stale []*item) {
	keep := make([]saved, 0, len(live))
	hints := make([]Hint, 0, len(live))
	now := l.bot.now()
	for i, it := range live {
		t := it.work.turn
		switch results[i].Outcome {
		case handoff.Stale:
			stale = append(stale, it)
			continue
		case handoff.Repeated:
			l.bot.metrics.Turns.WithLabelValues(it.event.Channel, "repeated").Inc()
			continue
		case handoff.Committed:
		}
		l.bot.metrics.Turns.WithLabelValues(it.event.Channel, it.work.outcome()).Inc()
		keep = append(keep, saved{key: t.Key, held: held{Standing: t.Now, Session: it.work.next}})
		hints = appendHints(hints, now, t)
		l.bot.outbox.committed(t, results[i].Leased)
		l.bot.pokes.after(t)
	}
	away := l.bot.sessions.Away()
	err := l.bot.sessions.Save(ctx, keep, hints)
	if away || err != nil {
		l.bot.live.spread(hints) // to this process at least
	}
	if err != nil {
		l.bot.metrics.RedisFaults.Inc()
		l.bot.log.Warn("sessions were not saved; the database has them", "error", err)
	}
	return stale
}

// stepAll steps every turn, answering lookups for the whole batch at once.
// Turns that come to nothing are left out.
func (l *lane) stepAll(ctx context.Context, turns []*item) ([]*item, error) {
	live := make([]*item, 0, len(turns))
	for _, it := range turns {
		if l.prepare(it) {
			live = append(live, it)
		}
	}
	pending := live
	for range lookupRounds {
		var asking []*item
		var asks []handoff.Ask
		var found []*flows.Found
		for _, it := range pending {
			wants, err := l.step(ctx, it)
			if err != nil {
				return nil, err
			}
			if len(wants) > 0 {
				asking, found = append(asking, it), append(found, &it.work.found)
				asks = append(asks, handoff.Ask{Contact: it.work.was.Contact, Identity: it.work.was.Identity, Wants: wants})
			}
		}
		if len(asking) == 0 {
			return live, nil
		}
		if err := l.bot.desk.LookUp(ctx, asks, found); err != nil {
			return nil, err
		}
		for _, it := range asking {
			l.recallPhone(it)
		}
		pending = asking
	}
	return nil, fmt.Errorf("%w: more than %d rounds of lookups", errStep, lookupRounds)
}
