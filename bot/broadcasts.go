package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/flows/bangla"
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

// sendStraight tells people at numbers and mail addresses, many at once. What
// it cannot begin in time, or after the broadcast was paused, waits again.
func (b *Bot) sendStraight(ctx context.Context, one *broadcasts.Broadcast, f broadcasts.Family, list []broadcasts.Ready) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var faults []error
	var left []broadcasts.Ready
	places := make(chan struct{}, newsSenders)
	goes := b.goesOn(ctx, one.ID)
	for i, r := range list {
		if places <- struct{}{}; !goes() {
			left = list[i:]
			break
		}
		all.Go(func() {
			defer func() { <-places }()
			err := b.sendTo(ctx, one, f, r)
			mu.Lock()
			defer mu.Unlock()
			faults = append(faults, err)
		})
	}
	all.Wait()
	if len(left) > 0 {
		faults = append(faults, b.news.store.Unbegun(context.WithoutCancel(ctx), left))
	}
	return errors.Join(faults...)
}

// goesOn says whether another call may begin: the broadcast is still being
// sent, and it is not too late.
func (b *Bot) goesOn(ctx context.Context, id uuid.UUID) func() bool {
	began := time.Now()
	looked, going := began, true
	return func() bool {
		if ctx.Err() != nil || time.Since(began) > broadcasts.StraightFor {
			return false
		}
		if time.Since(looked) > newsLook {
			one, err := b.news.store.Broadcast(ctx, id)
			looked, going = time.Now(), err == nil && one.State == broadcasts.StateSending
		}
		return going
	}
}

// sendTo tells one person straight and writes down what became of it.
func (b *Bot) sendTo(ctx context.Context, one *broadcasts.Broadcast, f broadcasts.Family, r broadcasts.Ready) error {
	ctx = context.WithoutCancel(ctx)
	first := b.catalogs.Current().Languages()[0]
	var provider string
	var paid []spending.Handover
	var err error
	if f == broadcasts.FamilyMail {
		err = b.mailNews(ctx, one, r.Language, r.Address, r.Recipient)
	} else {
		text, _ := one.Words.In(f, r.Language, first)
		provider, paid, err = b.textNews(ctx, one.ID, string(f), r.Address, text)
	}
	o, paused := newsOutcome(provider, err)
	o.Paid = paid
	if paused {
		err = b.news.store.Hold(ctx, one.ID, f, newsHold)
	} else {
		err = nil
	}
	return errors.Join(err, b.news.store.Sent(ctx, r, o))
}

// textNews sends a broadcast's text straight, unless the month's budget is used
// up.
func (b *Bot) textNews(ctx context.Context, id uuid.UUID, channel, address, text string) (provider string, paid []spending.Handover, err error) {
	if e := b.overBudget(ctx, channel, spending.Broadcast); e != nil {
		return "", nil, e
	}
	return b.textStraight(ctx, straightText{
		channel: channel, id: handoff.NewID(), address: address, text: text, kind: handoff.KindBroadcast, paidAs: spending.Broadcast, ref: id,
	})
}

// newsOutcome turns the error of a call into what is recorded; paused says that
// the channel takes nothing now.
func newsOutcome(provider string, err error) (o broadcasts.Outcome, paused bool) {
	o = broadcasts.Outcome{Status: broadcasts.StatusSent, Provider: provider}
	if err == nil {
		return o, false
	}
	var e *SendError
	if !errors.As(err, &e) {
		e = &SendError{Outcome: SendUnknown, Text: err.Error()}
	}
	o.Status, o.Reason = broadcasts.StatusFailed, e.Error()
	switch e.Outcome {
	case SendRetry, SendPause:
		o.Again = max(e.After, newsRetry)
		return o, e.Outcome == SendPause
	case SendReject:
	default:
		o.Status = broadcasts.StatusUnknown
	}
	return o, false
}

// mailNews sends a broadcast's mail; a recipient has a link to leave its topic.
func (b *Bot) mailNews(ctx context.Context, one *broadcasts.Broadcast, language, to string, recipient int64) error {
	catalog := b.catalogs.Current()
	first := catalog.Languages()[0]
	text, lang := one.Words.In(broadcasts.FamilyMail, language, first)
	subject := one.Words.Subject[lang]
	if subject == "" {
		subject = one.Words.Subject[first]
	}
	l := Letter{ID: handoff.NewID().String(), To: to, Subject: subject, Text: text, Lang: lang}
	if recipient != 0 && b.news.link != nil && one.Topic != "" {
		l.Unsubscribe = b.news.link(recipient)
		if footer := catalog.MailFooter(one.Topic, l.Unsubscribe, lang); footer != "" {
			l.Text += "\n\n" + footer
		}
	}
	return b.mailer.Send(ctx, l)
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

// TestBroadcast sends a broadcast to whoever asks: by SMS to the number typed,
// or by mail to the account's address. It is in no count of the broadcast.
func (b *Bot) TestBroadcast(ctx context.Context, v handoff.Viewer, id uuid.UUID, way flows.Way, language, phone string) (broadcasts.Test, error) {
	to, err := b.testAddress(ctx, v, way, phone)
	if err != nil {
		return broadcasts.Test{}, fmt.Errorf("test a broadcast: %w", err)
	}
	t, one, err := b.news.store.BeginTest(ctx, v, id, way, language)
	if err != nil {
		return t, err
	}
	ctx = context.WithoutCancel(ctx)
	var paid []spending.Handover
	if way == flows.WayMail {
		err = b.mailNews(ctx, &one, t.Language, to, 0)
	} else {
		text, _ := one.Words.In(broadcasts.Family(way), t.Language, t.Language)
		_, paid, err = b.textNews(ctx, id, string(way), to, text)
	}
	o, _ := newsOutcome("", err)
	t.Status, t.Reason = o.Status, o.Reason
	return t, b.news.store.EndTest(ctx, t, paid)
}

// testAddress is where a test goes. Its errors are FieldErrors.
func (b *Bot) testAddress(ctx context.Context, v handoff.Viewer, way flows.Way, phone string) (string, error) {
	switch {
	case !b.switchedOn()[string(way)] || way != flows.WaySMS && way != flows.WayMail:
		return "", &handoff.FieldError{Field: "way", Message: "must be sms or mail, and switched on in this city"}
	case way == flows.WayMail:
		agent, err := b.desk.AgentBy(ctx, v.AgentID.String())
		return agent.Email, err
	}
	number, ok := bangla.Phone(phone)
	if !ok {
		return "", &handoff.FieldError{Field: "phone", Message: "is not a mobile number, such as 01712345678"}
	}
	return number, nil
}
