package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/spending"
)

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
