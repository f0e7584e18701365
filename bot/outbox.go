package bot

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// Bounds of the outbox.
const (
	sendersPerChannel = 64
	sendQueue         = 8192             // jobs that wait for a sender; what does not fit is found by the sweep
	sendWithin        = 8 * time.Second  // one call to a provider; shorter than handoff.LeaseFor
	typingMost        = 8                // shown at once
	typingWithin      = 3 * time.Second  // one such call
	sweepMost         = 256              // conversations taken over in one sweep
	recordMost        = 256              // rounds recorded in one transaction
	recordWithin      = 5 * time.Second  // recording results
	retryFirst        = time.Second      // the first wait before trying again; it doubles
	retryMost         = 5 * time.Minute  // and ends here
	attemptsMost      = 40               // about three hours of trying
	unknownWait       = 5 * time.Second  // for our own echo, before a reply of unknown outcome is sent once more
	unknownAttempts   = 2                // sends of a reply whose outcome stays unknown
	pauseFor          = 30 * time.Second // a channel whose token or permission is broken
)

// job is the replies of one leased conversation, in order.
type job struct {
	conversation uuid.UUID
	key          handoff.Key
	via          string
	heard        time.Time
	until        time.Time // when the lease ends
	replies      []outgoing
}

// outgoing is one reply of a job.
type outgoing struct {
	id       uuid.UUID
	text     string
	detail   []byte
	attempts int
	doubts   int
	human    bool
	notice   bool // of unknown outcome it is not sent again
	paidAs   spending.Kind
	saves    bool // it is the emergency line: no budget stops it
	insisted bool // a person sends it once more
}

// outbox sends what turns have recorded.
type outbox struct {
	bot     *Bot
	queues  map[string]*queue
	results chan handing
	sweep   chan struct{}
	typists chan struct{}  // bounds how many show typing at once
	pending sync.WaitGroup // jobs from lease to recorded result, and a sweep under way
	behind  atomic.Bool    // results could not be recorded, and are not all yet

	mu       sync.Mutex
	stopping bool // no sweep begins any more
}

// queue is the jobs of one channel.
type queue struct {
	channel Channel
	jobs    chan job
	limiter *rate.Limiter // nil: no bound
	paused  atomic.Int64  // until when, nanoseconds since 1970
}

func newOutbox(b *Bot, rateOf func(string) float64) *outbox {
	o := &outbox{bot: b, queues: map[string]*queue{}, results: make(chan handing, sendQueue), sweep: b.pokes.outbox, typists: make(chan struct{}, typingMost)}
	for name, c := range b.channels {
		q := &queue{channel: c, jobs: make(chan job, sendQueue)}
		if rateOf != nil {
			if perSecond := rateOf(name); perSecond > 0 {
				q.limiter = rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond/4)))
			}
		}
		o.queues[name] = q
	}
	return o
}

func (o *outbox) start(ctx context.Context, running *sync.WaitGroup) {
	for _, q := range o.queues {
		for range sendersPerChannel {
			running.Go(func() { o.send(ctx, q) })
		}
	}
	running.Go(func() { o.record(ctx) })
}

// finish waits until the replies on their way are sent and recorded. The lanes
// have stopped by then, and no sweep begins any more.
func (o *outbox) finish(ctx context.Context) {
	o.mu.Lock()
	o.stopping = true
	o.mu.Unlock()
	done := make(chan struct{})
	go func() { o.pending.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// committed takes over the replies of a turn that its commit has leased.
func (o *outbox) committed(t *handoff.Turn, leased bool) {
	if slices.ContainsFunc(t.Out, func(r handoff.Reply) bool { return !r.SendAfter.IsZero() }) {
		o.typing(t.Key)
	}
	if !leased {
		return
	}
	j := job{conversation: t.Now.Conversation, key: t.Key, via: t.Now.Via, heard: t.Now.Heard, until: o.bot.now().Add(handoff.LeaseFor)}
	for _, r := range t.Out {
		if r.SendAfter.IsZero() {
			j.replies = append(j.replies, outgoing{id: r.ID, text: r.Text, detail: r.Detail, attempts: 1, paidAs: spending.Bot, saves: r.Kind == flows.Emergency})
		}
	}
	o.put(j)
}

// typing shows the person that an answer is on its way, where it takes a
// moment. Nothing depends on it: when too many are under way it is left out.
func (o *outbox) typing(key handoff.Key) {
	q := o.queues[key.Channel]
	if q == nil {
		return
	}
	typist, ok := q.channel.(Typist)
	if !ok || q.paused.Load() != 0 {
		return
	}
	select {
	case o.typists <- struct{}{}:
	default:
		return
	}
	go func() {
		defer func() { <-o.typists }()
		ctx, cancel := context.WithTimeout(context.Background(), typingWithin)
		defer cancel()
		if err := typist.Typing(ctx, key.Address); err != nil {
			o.bot.log.Debug("typing was not shown", "channel", key.Channel, "error", err)
		}
	}()
}

// put queues a job. A full queue drops it: its lease lapses and the sweep
// finds it again.
func (o *outbox) put(j job) {
	q := o.queues[j.key.Channel]
	if q == nil {
		return
	}
	o.pending.Add(1)
	select {
	case q.jobs <- j:
	default:
		o.pending.Done()
		o.bot.metrics.OutboxDropped.Inc()
	}
}

// mayLease counts a sweep in, unless it must not begin: the outbox stops, or
// what was sent is not all on record, so that it would be leased again.
func (o *outbox) mayLease() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stopping || o.behind.Load() {
		return false
	}
	o.pending.Add(1)
	return true
}

// sweepOnce takes over conversations that have something to send and no
// sender: new ones whose sender disappeared, and those that waited.
func (o *outbox) sweepOnce(ctx context.Context) error {
	if !o.mayLease() {
		return nil
	}
	defer o.pending.Done()
	names := make([]string, 0, len(o.queues))
	now := o.bot.now().UnixNano()
	for name, q := range o.queues {
		if q.paused.Load() < now && len(q.jobs) < sendQueue/2 {
			names = append(names, name)
		}
	}
	due, err := o.bot.desk.LeaseDue(ctx, names, sweepMost)
	if err != nil {
		return err
	}
	until := o.bot.now().Add(handoff.LeaseFor)
	for i := range due {
		m := &due[i]
		o.put(job{conversation: m.Conversation, key: m.Key, via: m.Via, heard: m.Heard, until: until, replies: []outgoing{
			{
				id: m.ID, text: m.Text, detail: m.Detail, attempts: m.Attempts, doubts: m.Doubts,
				human: m.Author == "agent", insisted: m.Insisted, notice: m.Kind == string(handoff.KindNotice) || m.Kind == string(handoff.KindBroadcast), paidAs: paidAs(m), saves: m.Kind == string(flows.Emergency),
			},
		}})
	}
	if len(due) > 0 {
		o.poke()
	}
	return nil
}

func (o *outbox) poke() {
	select {
	case o.sweep <- struct{}{}:
	default:
	}
}

// send works on one job after the other.
func (o *outbox) send(ctx context.Context, q *queue) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-q.jobs:
			o.results <- o.deliver(ctx, q, &j)
		}
	}
}

// handing is a job's result on its way to the record, and what is left of it.
type handing struct {
	handed handoff.Handed
	left   job  // no replies: nothing
	human  bool // a person of the staff wrote the reply
}

// deliver sends the first reply of a job. One that has to wait makes all
// behind it wait; otherwise the next one is sent once this one is on record.
func (o *outbox) deliver(ctx context.Context, q *queue, j *job) handing {
	r := o.attempt(ctx, q, j, &j.replies[0])
	h := handing{handed: handoff.Handed{Conversation: j.conversation, Results: []handoff.SendResult{r}}, human: j.replies[0].human}
	switch {
	case r.Status == "queued":
		h.handed.Until = r.SendAfter
	case len(j.replies) > 1:
		h.left = *j
		h.left.replies, h.left.until = j.replies[1:], o.bot.now().Add(handoff.LeaseFor)
		h.handed.Until, h.handed.Next = h.left.until, h.left.replies[0].id
	}
	return h
}

// attempt makes one call to the provider and says what became of it.
func (o *outbox) attempt(ctx context.Context, q *queue, j *job, m *outgoing) handoff.SendResult {
	now := o.bot.now()
	if paused := q.paused.Load(); paused > now.UnixNano() {
		return handoff.SendResult{ID: m.id, Attempt: m.attempts, Status: "queued", SendAfter: time.Unix(0, paused), Untried: true}
	}
	if e := o.bot.overBudget(ctx, q.channel.Name(), m.paidAs); e != nil && !m.saves {
		return handoff.SendResult{ID: m.id, Attempt: m.attempts, Status: "failed", Error: e.Error(), Untried: true}
	}
	if now.Add(sendWithin).After(j.until) {
		return handoff.SendResult{ID: m.id, Attempt: m.attempts, Status: "queued", SendAfter: now, Untried: true}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
	defer cancel()
	if q.limiter != nil {
		if err := q.limiter.Wait(ctx); err != nil {
			return handoff.SendResult{ID: m.id, Attempt: m.attempts, Status: "queued", SendAfter: now.Add(backOff(1)), Untried: true}
		}
	}
	var detail ReplyDetail
	if len(m.detail) > 0 {
		_ = json.Unmarshal(m.detail, &detail) // our own record; what cannot be read is sent as plain text
	}
	sent, err := q.channel.Send(ctx, Outgoing{
		ID: m.id.String(), Via: j.via, Address: j.key.Address, Text: m.text, Choices: detail.Choices, Wants: detail.Wants, Template: detail.Template, Photo: o.bot.linked(detail),
		Human: m.human, Heard: j.heard, Attempt: m.attempts, Insist: m.insisted, Doubts: m.doubts,
	})
	o.bot.metrics.SendTime.WithLabelValues(q.channel.Name()).Observe(o.bot.now().Sub(now).Seconds())
	if err == nil {
		o.recovered(q)
		o.bot.metrics.Sends.WithLabelValues(q.channel.Name(), "sent").Inc()
		return handoff.SendResult{ID: m.id, Attempt: m.attempts, Status: "sent", ProviderID: sent.ProviderID, Handover: m.handover(sent.Paid, sent.ProviderID)}
	}
	return o.failed(q, j, m, err)
}

// failed turns a SendError into what is recorded and tried next.
func (o *outbox) failed(q *queue, j *job, m *outgoing, err error) handoff.SendResult {
	var e *SendError
	if !errors.As(err, &e) {
		e = &SendError{Outcome: SendUnknown, Text: err.Error()}
	}
	if e.Muted {
		o.refused(j.key)
	}
	o.bot.metrics.Sends.WithLabelValues(q.channel.Name(), string(e.Outcome)).Inc()
	now := o.bot.now()
	r := handoff.SendResult{ID: m.id, Attempt: m.attempts, Error: e.Error(), Handover: m.handover(e.Paid, "")}
	switch e.Outcome {
	case SendReject:
		r.Status = "failed"
	case SendPause:
		o.pause(q, e)
		r.Status, r.SendAfter = "queued", now.Add(pauseFor)
	case SendUnknown:
		r.Status, r.SendAfter, r.Doubtful = "queued", now.Add(unknownWait), true
		if e.Once || m.insisted || m.notice || m.doubts+1 >= unknownAttempts {
			r.Status, r.SendAfter = "unknown", time.Time{}
		}
	case SendRetry:
		r.Status, r.SendAfter = "queued", now.Add(max(e.After, backOff(m.attempts)))
		if m.attempts >= attemptsMost {
			r.Status, r.SendAfter = "failed", time.Time{}
		}
	default:
		r.Status = "unknown"
	}
	return r
}

// refused notes that the provider refuses to send because the person has told
// it STOP, which we may never have seen.
func (o *outbox) refused(key handoff.Key) {
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	if _, err := o.bot.desk.Receipts(ctx, []handoff.Receipt{{Key: key, Kind: handoff.Refused}}); err != nil {
		o.bot.log.Error("a STOP was not recorded", "channel", key.Channel, "error", err)
	}
}

// backOff is the wait before the next attempt: doubling, with jitter, so that
// many replies that failed together do not come again together.
func backOff(attempts int) time.Duration {
	wait := retryMost
	if attempts < 10 {
		wait = min(retryMost, retryFirst<<max(0, attempts-1))
	}
	return wait/2 + rand.N(wait/2)
}

// pause stops a channel for a while: its queue is kept and staff are told.
func (o *outbox) pause(q *queue, e *SendError) {
	was := q.paused.Swap(o.bot.now().Add(pauseFor).UnixNano())
	if was != 0 {
		return
	}
	o.bot.log.Error("a channel is paused", "channel", q.channel.Name(), "code", e.Code, "reason", e.Text)
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	if err := o.bot.raise(ctx, handoff.AlarmChannel, q.channel.Name(), e.Error()); err != nil {
		o.bot.log.Error("an alarm was not recorded", "error", err)
	}
}

// recovered ends a pause after the first message that went out.
func (o *outbox) recovered(q *queue) {
	if q.paused.Load() == 0 {
		return
	}
	q.paused.Store(0)
	o.bot.log.Info("a channel works again", "channel", q.channel.Name())
	ctx, cancel := context.WithTimeout(context.Background(), recordWithin)
	defer cancel()
	if err := o.bot.allClear(ctx, handoff.AlarmChannel, q.channel.Name()); err != nil {
		o.bot.log.Error("an alarm was not cleared", "error", err)
	}
}
