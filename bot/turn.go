package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// Bounds of a turn.
const (
	oldestStepped = 24 * time.Hour // an event older than this on arrival is kept, not answered
	closeAfter    = 24 * time.Hour
	takeoverEnds  = 24 * time.Hour // without a word from the person who took over in the provider's inbox
	dueTakeover   = "takeover"
)

// eventIdle is made here, not by a channel: a conversation has been silent
// until its due time.
const eventIdle EventKind = "idle"

// eventResume is made here too: an agent gives a conversation back.
const eventResume EventKind = "resume"

// ours reports whether a kind of event is made here: nobody has written, and it
// never goes into the spool.
func (k EventKind) ours() bool { return k == eventIdle || k == eventResume || k == eventMove }

// plan is what is done with an item once it is known where its conversation
// stands.
type plan int

const (
	planStep     plan = iota // the flow answers
	planKeep                 // recorded, not answered: late, standby, or the budget of replies is used up
	planSlowDown             // the one time the person is told to wait
	planTakeover             // a person of the staff wrote in the provider's own inbox
	planRelease              // a takeover has ended by silence
	planResume               // an agent has given the conversation back to the bot
	planMove                 // a supervisor moves the person to a newer version
)

// Why a message was kept and not answered, as it stands in its detail.
const (
	keptLate    = "late"    // older than what was answered last, or than oldestStepped
	keptStandby = "standby" // another program had the thread
	keptSilent  = "silent"  // the budget of replies was used up
)

// prepare decides what to do with an item. It is false when there is nothing
// to do at all.
func (l *lane) prepare(it *item) bool {
	e, w := it.event, &it.work
	w.found = flows.Found{}
	if w.message == uuid.Nil {
		w.message = handoff.NewID()
		for range e.Media {
			w.photos = append(w.photos, handoff.NewID())
		}
	}
	at := it.at()
	switch {
	case e.Kind == eventResume:
		return l.prepareResume(it)
	case e.Kind == eventMove:
		return l.prepareMove(it)
	case e.Kind == eventIdle:
		if w.was.Closed || w.was.Due.IsZero() || w.was.Due.After(l.bot.now()) {
			return false
		}
		switch w.was.DueWith {
		case dueTakeover:
			w.plan = planRelease
		case string(flows.InputRemind), string(flows.InputExpire):
			w.plan = planStep
		default:
			return false // of a newer version, which sees to it
		}
	case e.Kind == EventEcho:
		w.plan = planTakeover
	case e.Standby:
		w.plan, w.kept = planKeep, keptStandby
	case it.received.Sub(at) > oldestStepped, len(e.Media) == 0 && at.Before(w.was.Heard):
		w.plan, w.kept = planKeep, keptLate
	default:
		if w.plan = l.budget(it); w.plan == planKeep {
			w.kept = keptSilent
		}
	}
	return true
}

// at is when the event happened by the provider's clock, never in the future.
func (it *item) at() time.Time {
	if it.event.At.IsZero() || it.event.At.After(it.received) {
		return it.received
	}
	return it.event.At
}

// step makes the item's turn. It returns what the flow wants to know first. A
// panic is an error of this turn alone.
func (l *lane) step(ctx context.Context, it *item) (wants []flows.Lookup, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", errStep, p, debug.Stack())
		}
	}()
	w := &it.work
	switch w.plan {
	case planStep, planResume:
		return l.stepFlow(ctx, it)
	case planMove:
		return l.stepMove(it)
	case planSlowDown:
		if wants, obeyed, err := l.obey(ctx, it); obeyed || err != nil || len(wants) > 0 {
			return wants, err
		}
		w.turn = l.unstepped(it)
		text := l.bot.catalogs.Current().Text("slow_down", w.session.Language, l.face(it), nil)
		l.say(w.turn, it, []flows.Message{{Text: text, Kind: flows.Prompt}})
		w.turn.Now.Reply.N = repliesPerHour + 1
	case planKeep:
		if w.kept == keptSilent {
			if wants, obeyed, err := l.obey(ctx, it); obeyed || err != nil || len(wants) > 0 {
				return wants, err
			}
		}
		w.turn = l.unstepped(it)
	case planTakeover:
		w.turn = l.takeover(it)
	case planRelease:
		w.turn = l.unstepped(it)
		w.turn.Now.Owner, w.turn.Now.DueWith = flows.OwnerBot, string(flows.InputExpire)
		w.turn.Now.Due = l.bot.now().Add(closeAfter)
	default:
		return nil, fmt.Errorf("%w: unknown plan %d", errStep, w.plan)
	}
	return nil, nil
}

func (l *lane) face(it *item) flows.Face {
	if c := l.bot.channels[it.event.Channel]; c != nil {
		return c.Face()
	}
	return flows.Face{Name: it.event.Channel}
}

// stepFlow steps the session through its catalogue and turns what follows
// into a record.
func (l *lane) stepFlow(ctx context.Context, it *item) ([]flows.Lookup, error) {
	w := &it.work
	catalog, err := l.bot.catalogs.Version(ctx, w.session.Catalog)
	if err != nil {
		return nil, err
	}
	number, err := l.caseNumber(ctx)
	if err != nil {
		return nil, err
	}
	session := w.session
	if session.Language == "" && it.event.Lang != "" && slices.Contains(catalog.Languages(), it.event.Lang) {
		session.Language = it.event.Lang
	}
	out := catalog.Step(session, l.input(it, number))
	if len(out.Lookups) > 0 {
		return out.Lookups, nil
	}
	return nil, l.recordStep(it, catalog, &out)
}

// input is the event as the flow sees it.
func (l *lane) input(it *item, number int64) flows.Input {
	e, w := it.event, &it.work
	in := flows.Input{
		Text: e.Text, Payload: e.Payload, Ref: e.Ref, At: it.at(), Face: l.face(it),
		Owner: w.was.Owner, First: w.was.Identity == uuid.Nil, Muted: w.was.Muted, Carrier: e.Carrier, Case: number, Found: w.found,
		Returns: w.was.Identity != uuid.Nil && (w.was.Conversation == uuid.Nil || w.was.Closed),
		Codes:   l.bot.provesPhones() && l.phone(it) == "", SMS: l.bot.provesPhones(),
	}
	if in.Owner == "" || w.was.Closed {
		in.Owner = flows.OwnerBot
	}
	switch {
	case e.Kind == eventResume:
		in.Kind, in.Owner, in.At, in.Payload = flows.InputResume, flows.OwnerBot, l.bot.now(), string(it.resume.to)
	case e.Kind == eventIdle:
		in.Kind, in.At = flows.InputKind(w.was.DueWith), l.bot.now()
	case e.Kind == EventStart:
		in.Kind = flows.InputStart
	case len(w.photos) > 0:
		in.Kind = flows.InputPhotos
		for _, id := range w.photos {
			in.Photos = append(in.Photos, id.String())
		}
		in.Shots = e.shots()
	case e.Location != nil:
		in.Kind, in.Lat, in.Lon = flows.InputLocation, e.Location.Lat, e.Location.Lon
	case e.Tapped:
		in.Kind = flows.InputChoice
	case e.Other != "":
		in.Kind, in.Payload = flows.InputOther, e.Other
	default:
		in.Kind = flows.InputText
	}
	return in
}

// shots are where the photos of an event were taken, of those that say.
func (e *Event) shots() (list []flows.Shot) {
	for _, m := range e.Media {
		if m.Shot != nil {
			list = append(list, *m.Shot)
		}
	}
	return list
}

// recordStep makes the record of a stepped turn.
func (l *lane) recordStep(it *item, catalog *flows.Catalog, out *flows.Turn) error {
	w := &it.work
	belongs := w.was.Closed && ofThePast(out.Effects)
	t := l.base(it, belongs)
	t.Flow, t.State, t.Language = out.Session.Flow, out.Session.State, out.Session.Language
	if t.Flow == "" && len(out.Moves) > 0 {
		t.Flow = out.Moves[len(out.Moves)-1].Flow
	}
	if out.End && it.event.Kind == eventIdle {
		t.State = w.session.State // where silence has ended it
	}
	if f, ok := catalog.Flow(t.Flow); ok {
		t.Kind = f.Kind
	}
	if v, ok := out.Session.Answer("ward"); ok && v.Shape == flows.NumShape {
		t.Ward = int(v.Number)
	}
	t.Now.Heard = later(w.was.Heard, it.at())
	if it.event.Kind.ours() {
		t.Now.Heard = w.was.Heard
	}
	if it.resume != nil {
		t.Now.Owner, t.Released = flows.OwnerBot, it.resume.agent
	}
	t.Now.Closed = out.End || belongs
	if err := l.effects(t, out); err != nil {
		return err
	}
	l.passages(t, it, catalog, out)
	t.DropAcks = w.was.AckDue && len(out.Messages) > 0
	l.say(t, it, out.Messages)
	l.wake(t, out)
	w.next = out.Session.AppendJSON(nil)
	t.Checkpoint = w.next
	w.turn = t
	return nil
}

// ofThePast reports that a turn belongs to a conversation that is over: photos
// for its case, or how satisfied the person was.
func ofThePast(effects []flows.Effect) bool {
	return slices.ContainsFunc(effects, func(e flows.Effect) bool {
		switch e.(type) {
		case flows.AttachPhotos, flows.Rate:
			return true
		default:
			return false
		}
	})
}

// wake sets when the silence that may follow is acted upon.
func (l *lane) wake(t *handoff.Turn, out *flows.Turn) {
	t.Now.Due, t.Now.DueWith = time.Time{}, ""
	switch {
	case t.Now.Closed || t.Now.Owner == flows.OwnerQueue:
	case t.Now.Owner == flows.OwnerAgent:
		t.Now.Due, t.Now.DueWith = t.Was.Due, t.Was.DueWith
	case out.Wake > 0 && !l.bot.attended(t.Key.Channel): // nobody is there to be reminded
		t.Now.Due, t.Now.DueWith = l.bot.now().Add(out.Wake), string(out.WakeWith)
	default:
		t.Now.Due, t.Now.DueWith = l.bot.now().Add(closeAfter), string(flows.InputExpire)
	}
}

// slotPhone is the slot that a proven number answers.
const slotPhone = "phone"

// phone is the number that the channel itself proves, empty for none.
func (l *lane) phone(it *item) string {
	if c, ok := l.bot.channels[it.event.Channel].(Phoned); ok {
		return c.Phone(it.event.Address)
	}
	return ""
}

// recallPhone adds a proven number to what a newcomer's first turn remembers.
func (l *lane) recallPhone(it *item) {
	known := it.work.found.Remembered
	if known == nil || it.work.was.Identity != uuid.Nil {
		return
	}
	if phone := l.phone(it); phone != "" {
		known[slotPhone] = flows.TextValue(phone)
	}
}

// base is the beginning of every turn's record: what came, and in which
// conversation. A conversation that is over is followed by a new one, unless
// the turn still belongs to it.
func (l *lane) base(it *item, belongs bool) *handoff.Turn {
	e, w := it.event, &it.work
	t := &handoff.Turn{Key: it.key(), Was: w.was, Now: w.was, Name: bangla.Clean(e.Name), Checkpoint: w.raw, Language: w.session.Language}
	if w.was.Identity == uuid.Nil {
		t.Newcomer = true
		t.Now.Identity, t.Now.Contact = handoff.NewID(), handoff.NewID()
		_, t.Profile = l.bot.channels[e.Channel].(Profiler)
		t.Profile = t.Profile && t.Name == ""
		if phone := l.phone(it); phone != "" {
			t.Remember = append(t.Remember, flows.Remember{Slot: slotPhone, Type: flows.SlotPhone, Value: flows.TextValue(phone)})
		}
	}
	if e.Via != "" {
		t.Now.Via = e.Via
	}
	if w.was.Conversation == uuid.Nil || w.was.Closed && !belongs {
		t.Opens = true
		t.Was.Owner = flows.OwnerBot
		t.Now.Conversation, t.Now.Version, t.Now.Owner, t.Now.Closed, t.Now.AckDue = handoff.NewID(), 0, flows.OwnerBot, false, false
	}
	t.Now.Version++
	w.next = w.raw
	if !e.Kind.ours() {
		t.In = l.incoming(it)
		for i, m := range e.Media[:len(w.photos)] {
			p := handoff.NewPhoto{ID: w.photos[i], Source: m.URL}
			if m.SHA256 != "" {
				p.Source = keptSource + m.SHA256
			}
			t.Photos = append(t.Photos, p)
		}
	}
	return t
}

// unstepped is the record of something that is kept and moves no flow.
func (l *lane) unstepped(it *item) *handoff.Turn {
	w := &it.work
	t := l.base(it, w.was.Conversation != uuid.Nil)
	if it.event.Kind != eventIdle {
		t.Now.Heard = later(w.was.Heard, it.at())
	}
	t.State = w.session.State
	if t.Opens {
		t.Now.Due, t.Now.DueWith = l.bot.now().Add(closeAfter), string(flows.InputExpire)
	}
	return t
}

// takeover is the record of a person of the staff writing in the provider's
// own inbox: from now on the bot is silent.
func (l *lane) takeover(it *item) *handoff.Turn {
	t := l.base(it, false)
	t.Now.Heard = it.work.was.Heard
	t.State = it.work.session.State
	t.Now.Owner = flows.OwnerAgent
	if t.Was.Owner != flows.OwnerAgent {
		t.Reason = string(flows.ReasonInbox)
	}
	t.DropPrompt, t.Answered = true, true
	t.Now.Due, t.Now.DueWith = l.bot.now().Add(takeoverEnds), dueTakeover
	return t
}

// incoming is the record of what came.
func (l *lane) incoming(it *item) *handoff.Incoming {
	e := it.event
	in := &handoff.Incoming{
		ID: it.work.message, ProviderID: e.ProviderID, Twin: e.Twin, TwinSince: e.TwinSince, Author: "contact", Kind: kindOf(e, len(it.work.photos)), Text: kept(e), At: it.at(),
	}
	if e.Kind == EventEcho {
		in.Author = "agent"
	}
	detail := map[string]any{}
	if e.Payload != "" {
		detail["payload"] = bangla.Clean(e.Payload)
	}
	if e.Location != nil {
		detail["lat"], detail["lon"] = e.Location.Lat, e.Location.Lon
	}
	for name, value := range map[string]string{"ref": e.Ref, "reply_to": e.ReplyTo, "other": e.Other} {
		if value != "" {
			detail[name] = bangla.Clean(value)
		}
	}
	if it.work.plan == planKeep {
		detail[it.work.kept] = true
	}
	if len(detail) > 0 {
		in.Detail, _ = json.Marshal(detail) // strings, numbers and booleans always marshal
	}
	return in
}

// kept is the text of an event as it is recorded: identity numbers, PINs and codes that a citizen typed are masked. What
// staff wrote stays as it is.
func kept(e *Event) string {
	if e.Kind == EventEcho {
		return e.Text
	}
	return bangla.Mask(e.Text)
}

func kindOf(e *Event, photos int) string {
	switch {
	case e.Kind == EventStart:
		return "start"
	case photos > 0:
		return "photo"
	case e.Location != nil:
		return "location"
	case e.Tapped:
		return "choice"
	case e.Other != "":
		return e.Other
	default:
		return "text"
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
