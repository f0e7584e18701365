package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"

	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

// Bounds of notices.
const (
	noticesMost   = 50               // worked on in one round
	delaysMost    = 200              // late cases noted in one round
	noticeLook    = 5 * time.Second  // how often a message of the outbox is looked at
	noticePatient = 2 * time.Minute  // how long a message may wait for its channel before the next way is tried
	noticeRetry   = 30 * time.Second // before a straight way is tried once more
	noticeTries   = 20 * time.Minute // how long a straight way is tried
	photosMailed  = 3                // in one mail
	photoMailed   = 2 << 20          // bytes of one
)

// Letter is one mail to one person.
type Letter struct {
	ID      string // unique
	Thread  string // the same for all that belong together, such as "case-10001"; empty for none
	To      string
	Subject string
	Text    string
	Lang    string
	Photos  [][]byte // JPEG, shown below the text
	// Unsubscribe is where one click leaves what the mail is about (RFC 8058);
	// empty: it is not of that sort.
	Unsubscribe string
}

// Mailer sends mail. Its errors are *SendError.
type Mailer interface {
	Send(ctx context.Context, l Letter) error
}

// tellNotices works on what citizens are to be told unasked.
func (b *Bot) tellNotices(ctx context.Context) error {
	if b.notices == nil {
		return nil
	}
	due, err := b.notices.Lease(ctx, noticesMost)
	if err != nil {
		return err
	}
	var faults []error
	for i := range due {
		if err := b.tellNotice(ctx, &due[i]); err != nil {
			faults = append(faults, fmt.Errorf("notice %s: %w", due[i].ID, err))
		}
	}
	if len(due) == noticesMost {
		poke(b.pokes.notices)
	}
	return errors.Join(faults...)
}

// noteDelays tells of cases that are past their due time.
func (b *Bot) noteDelays(ctx context.Context) error {
	n, err := b.desk.NoteDelays(ctx, delaysMost)
	if n > 0 {
		poke(b.pokes.notices)
	}
	return err
}

// tellNotice takes a notice as far as it goes now.
func (b *Bot) tellNotice(ctx context.Context, n *notices.Notice) error {
	catalog := b.catalogs.Current()
	if len(n.Hops) == 0 {
		words, ok := catalog.Notice(n.Facts, n.Reach.Language, flows.Face{})
		if !ok {
			return b.notices.Settle(ctx, n.ID, notices.Skipped)
		}
		n.Reach.On, n.Reach.Template = b.switchedOn(), words.Template != ""
		for i := range n.Reach.Identities {
			at := &n.Reach.Identities[i]
			at.Closes = b.Window(at.Channel, at.Heard).Anybody
		}
		order, also := catalog.NoticeWays()
		n.Hops = notices.Plan(n.Reach, order, also, b.now())
		if err := b.notices.Keep(ctx, n.ID, n.Hops); err != nil {
			return err
		}
	}
	for {
		i := notices.Next(n.Hops)
		if i < 0 {
			return b.notices.Settle(ctx, n.ID, notices.OutcomeOf(n.Hops))
		}
		wait, err := b.tellBy(ctx, n, i)
		if err != nil || wait > 0 {
			return errors.Join(err, b.notices.Later(ctx, n.ID, max(wait, time.Second)))
		}
	}
}

// switchedOn are the channels that are switched on.
func (b *Bot) switchedOn() map[string]bool {
	on := map[string]bool{string(flows.WayMail): b.mailer != nil}
	for name := range b.channels {
		on[name] = true
	}
	return on
}

// tellBy moves one way of a notice on. A wait means that it is looked at again
// then.
func (b *Bot) tellBy(ctx context.Context, n *notices.Notice, i int) (wait time.Duration, err error) {
	h := &n.Hops[i]
	switch h.Status {
	case notices.StatusQueued:
		return b.watch(ctx, n, i)
	case notices.StatusSending: // its process ended in the middle of the call
		h.Status, h.Reason = notices.StatusUnknown, notices.ReasonCut
		return 0, b.notices.Mark(ctx, n.ID, i, *h)
	case notices.StatusPlanned:
		if b.overBudget(ctx, h.Channel, spending.Notice) != nil {
			h.Status, h.Reason = notices.StatusSkipped, notices.ReasonBudget
			return 0, b.notices.Mark(ctx, n.ID, i, *h)
		}
		if h.Identity != uuid.Nil && h.Way != flows.WayMail {
			return b.queueNotice(ctx, n, i)
		}
		return b.sendNotice(ctx, n, i)
	default:
		return 0, fmt.Errorf("a way of a notice cannot be %q", h.Status)
	}
}

// queueNotice puts a notice into the person's conversation. The message's id is
// on record first, so that doing it again queues nothing twice.
func (b *Bot) queueNotice(ctx context.Context, n *notices.Notice, i int) (time.Duration, error) {
	h := &n.Hops[i]
	h.Message, h.Status = handoff.NewID(), notices.StatusQueued
	if err := b.notices.Mark(ctx, n.ID, i, *h); err != nil {
		return 0, err
	}
	return b.putNotice(ctx, n, i)
}

func (b *Bot) putNotice(ctx context.Context, n *notices.Notice, i int) (time.Duration, error) {
	h, facts, asks := &n.Hops[i], n.Facts, int64(0)
	facts.Answerable = h.Way != flows.WayTemplate
	if words, _ := b.catalogs.Current().Notice(facts, n.Reach.Language, flows.Face{}); words.Asks {
		asks = n.Facts.Number
	}
	held, err := b.desk.Tell(ctx, h.Identity, h.Message, asks, func(held handoff.Held) []handoff.Reply {
		words, _ := b.catalogs.Current().Notice(facts, cmp.Or(held.Language, n.Reach.Language), b.faceOf(held.Key.Channel))
		said := b.fitted(held.Key.Channel, words.Text, handoff.KindNotice)
		if last := len(said) - 1; last >= 0 && len(words.Choices) > 0 {
			said[last].Detail, _ = json.Marshal(ReplyDetail{Choices: words.Choices}) // strings always marshal
		}
		if h.Way == flows.WayTemplate && len(said) > 0 {
			said = said[:1]
			said[0].Detail, _ = json.Marshal(ReplyDetail{Template: &Template{Name: words.Template, Lang: words.Lang, Values: words.Values}}) // strings always marshal
		}
		return said
	})
	switch {
	case errors.Is(err, handoff.ErrNotFound):
		h.Status, h.Reason = notices.StatusFailed, notices.ReasonNoAddress
		return 0, b.notices.Mark(ctx, n.ID, i, *h)
	case err != nil:
		return 0, err
	}
	b.moved(held.Owner, held)
	return noticeLook, nil
}

// watch looks what has become of a message. One that waits too long for its
// channel is withdrawn, so that another way is tried.
func (b *Bot) watch(ctx context.Context, n *notices.Notice, i int) (time.Duration, error) {
	h := &n.Hops[i]
	switch {
	case h.Unput: // its process ended between the two
		return b.putNotice(ctx, n, i)
	case b.now().Sub(h.At) < noticePatient:
		return noticeLook, nil
	}
	withdrawn, err := b.notices.Withdraw(ctx, h.Message)
	if err != nil || !withdrawn {
		return noticeLook, err
	}
	h.Status, h.Reason = notices.StatusFailed, notices.ReasonPaused
	return 0, b.notices.Mark(ctx, n.ID, i, *h)
}

// sendNotice sends a notice straight to a number or a mail address.
func (b *Bot) sendNotice(ctx context.Context, n *notices.Notice, i int) (time.Duration, error) {
	h := &n.Hops[i]
	h.Status = notices.StatusSending
	if err := b.notices.Mark(ctx, n.ID, i, *h); err != nil {
		return 0, err
	}
	var err error
	if h.Way == flows.WayMail {
		err = b.mailNotice(ctx, n, h.Address)
	} else {
		h.ProviderID, err = b.textNotice(ctx, n, h)
	}
	if wait := b.judge(h, err); wait > 0 && b.now().Sub(n.Facts.At) < noticeTries {
		h.Status = notices.StatusPlanned
		return wait, b.notices.Mark(context.WithoutCancel(ctx), n.ID, i, *h)
	}
	return 0, b.notices.Mark(context.WithoutCancel(ctx), n.ID, i, *h)
}

// judge turns the error of a call into what is recorded. A wait means that it
// surely was not sent and may be tried again.
func (b *Bot) judge(h *notices.Hop, err error) (wait time.Duration) {
	if h.Status, h.Reason = notices.StatusSent, ""; err == nil {
		return 0
	}
	var e *SendError
	if !errors.As(err, &e) {
		e = &SendError{Outcome: SendUnknown, Text: err.Error()}
	}
	h.Reason = e.Error()
	switch e.Outcome {
	case SendRetry, SendPause:
		h.Status = notices.StatusFailed
		return max(e.After, noticeRetry)
	case SendReject:
		h.Status = notices.StatusFailed
	default:
		h.Status = notices.StatusUnknown
	}
	return 0
}

func (b *Bot) mailNotice(ctx context.Context, n *notices.Notice, to string) error {
	words, _ := b.catalogs.Current().Notice(n.Facts, n.Reach.Language, flows.Face{Name: string(flows.WayMail)})
	number := strconv.FormatInt(n.Facts.Number, 10)
	l := Letter{ID: n.ID.String(), Thread: "case-" + number, To: to, Subject: cmp.Or(words.Subject, "#"+number), Text: words.Text, Lang: words.Lang}
	if n.Facts.Event == flows.NoticeResolved {
		l.Photos = b.afterPhotos(ctx, n.Facts.Number)
	}
	return b.mailer.Send(ctx, l)
}

// afterPhotos are the photos of what was done. A mail is as good without them.
func (b *Bot) afterPhotos(ctx context.Context, number int64) [][]byte {
	files, err := b.desk.AfterPhotos(ctx, number, photosMailed)
	if err != nil {
		b.log.Warn("a mail goes without its photos", "error", err)
		return nil
	}
	var list [][]byte
	for _, sha := range files {
		file, _, _, err := b.photos.Open(sha, photos.View)
		if err != nil {
			b.log.Warn("a photo is not in its mail", "error", err)
			continue
		}
		photo, err := io.ReadAll(io.LimitReader(file, photoMailed+1))
		file.Close()
		if err == nil && len(photo) <= photoMailed {
			list = append(list, photo)
		}
	}
	return list
}

// textNotice sends an SMS to a number that has never written to us. What it
// says is not personal: a number typed by somebody proves nothing.
func (b *Bot) textNotice(ctx context.Context, n *notices.Notice, h *notices.Hop) (provider string, err error) {
	channel := b.channels[h.Channel]
	facts := n.Facts
	facts.Note = ""
	words, _ := b.catalogs.Current().Notice(facts, n.Reach.Language, channel.Face())
	sent, paid, err := b.textStraight(ctx, straightText{
		channel: h.Channel, id: n.ID, address: h.Address, text: words.Text, kind: handoff.KindNotice, paidAs: spending.Notice, ref: n.ID,
	})
	h.Handovers = append(h.Handovers, paid...)
	return sent, err
}

// straightText is a text to a number that need not have written to us.
type straightText struct {
	channel, address, text string
	id                     uuid.UUID // of its first message
	kind                   flows.MessageKind
	paidAs                 spending.Kind
	ref                    uuid.UUID // what it is paid for
}

// textStraight sends a text in as many messages as its channel wants. It
// returns the provider's id of the last and what was paid for.
func (b *Bot) textStraight(ctx context.Context, t straightText) (provider string, paid []spending.Handover, err error) {
	channel := b.channels[t.channel]
	for k, part := range channel.Fit(flows.Message{Text: t.text, Kind: t.kind}) {
		id := t.id.String()
		if k > 0 {
			id += "-" + strconv.Itoa(k)
		}
		within, cancel := context.WithTimeout(ctx, sendWithin)
		sent, err := channel.Send(within, Outgoing{ID: id, Address: t.address, Text: part.Text, Attempt: 1})
		cancel()
		paid = append(paid, paidOf(t.paidAs, t.ref, sent, err)...)
		if err != nil {
			return provider, paid, err
		}
		provider = sent.ProviderID
	}
	return provider, paid, nil
}
