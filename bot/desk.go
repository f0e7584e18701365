package bot

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// The desk's verbs on running conversations: the record is changed by the
// rules of a turn, and whoever watches hears of it.

// ReleaseTo says where a conversation goes on when an agent gives it back.
type ReleaseTo string

// Where a conversation can go on.
const (
	ReleaseResume ReleaseTo = "resume" // where its dialogue stopped
	ReleaseMenu   ReleaseTo = "menu"
	ReleaseEnd    ReleaseTo = "end"
)

// Known reports whether to is one of the places.
func (to ReleaseTo) Known() bool {
	return to == ReleaseResume || to == ReleaseMenu || to == ReleaseEnd
}

// releaseTries is how often a release begins again because the citizen wrote
// in the meantime.
const releaseTries = 5

// resume is what an agent wants who gives a conversation back.
type resume struct {
	agent        uuid.UUID
	conversation uuid.UUID
	version      int64
	to           ReleaseTo
	stale        bool // it has moved on since
}

// Take gives a conversation to an agent and tells the citizen who has joined.
// Its errors are those of handoff's Take.
func (b *Bot) Take(ctx context.Context, v handoff.Viewer, id uuid.UUID, agentName string) error {
	standing, err := b.desk.Addressed(ctx, v, id)
	if err != nil {
		return err
	}
	held, err := b.desk.Take(ctx, v, id, b.joined(standing, agentName))
	if err != nil {
		return err
	}
	b.moved(standing.Owner, held)
	return nil
}

// Reply sends what an agent writes. Its errors are those of handoff's Reply,
// ErrWindow and ErrNobodyReads.
func (b *Bot) Reply(ctx context.Context, v handoff.Viewer, id uuid.UUID, w handoff.Written) error {
	if err := b.reachable(ctx, v, id); err != nil {
		return fmt.Errorf("reply in conversation %s: %w", id, err)
	}
	held, err := b.desk.Reply(ctx, v, id, w, func(h handoff.Held, text string) []handoff.Reply {
		return b.fitted(h.Key.Channel, text, flows.Receipt)
	})
	if err != nil {
		return err
	}
	b.moved(held.Owner, held)
	return nil
}

// Retry sends an agent's reply once more. Its errors are those of handoff's
// Retry.
func (b *Bot) Retry(ctx context.Context, v handoff.Viewer, id, message uuid.UUID) error {
	held, err := b.desk.Retry(ctx, v, id, message)
	if err != nil {
		return err
	}
	b.moved(held.Owner, held)
	return nil
}

// Pass gives a conversation to another agent or to a team's queue, and tells
// the citizen that somebody else will answer.
func (b *Bot) Pass(ctx context.Context, v handoff.Viewer, id uuid.UUID, to handoff.Assignment) error {
	standing, err := b.desk.Addressed(ctx, v, id)
	if err != nil {
		return err
	}
	held, err := b.desk.Pass(ctx, v, id, to, b.catalogs.Current().Promise(b.now()), b.waitsAgain(standing))
	if err != nil {
		return err
	}
	b.moved(standing.Owner, held)
	poke(b.pokes.queue)
	return nil
}

// Release gives an agent's conversation back to the bot, which says where it
// goes on. One that is not the agent's is handoff.ErrConflict.
func (b *Bot) Release(ctx context.Context, v handoff.Viewer, id uuid.UUID, to ReleaseTo) error {
	if !to.Known() {
		return &handoff.FieldError{Field: "to", Message: "must be resume, menu or end"}
	}
	for range releaseTries {
		held, err := b.desk.Owned(ctx, v, id)
		if err != nil {
			return err
		}
		it := newItem(&Event{Kind: eventResume, Channel: held.Key.Channel, Address: held.Key.Address, At: b.now()}, b.now())
		it.resume = &resume{agent: v.AgentID, conversation: id, version: held.Version, to: to}
		b.lane(held.Key.Channel, held.Key.Address).put(it)
		if err := await(ctx, []*item{it}); err != nil {
			return fmt.Errorf("release conversation %s: %w", id, err)
		}
		if !it.resume.stale {
			return nil
		}
	}
	return fmt.Errorf("release conversation %s: it moved on %d times over: %w", id, releaseTries, handoff.ErrConflict)
}

// prepareResume is false when the conversation is not what the agent saw.
func (l *lane) prepareResume(it *item) bool {
	w, r := &it.work, it.resume
	r.stale = w.was.Conversation != r.conversation || w.was.Version != r.version || w.was.Owner != flows.OwnerAgent || w.was.Closed
	w.plan = planResume
	return !r.stale
}

// CaseMoved tells those who watch that somebody worked on a case.
func (b *Bot) CaseMoved(_ context.Context, c handoff.Case) {
	b.hint(Hint{Event: HintCase, Conversation: c.Conversation.String(), Case: c.Number, Team: c.Team, Ward: c.Ward})
	poke(b.pokes.notices)
}

// fitted is a text as its channel takes it, ready to be queued.
func (b *Bot) fitted(channel, text string, kind flows.MessageKind) []handoff.Reply {
	parts := []flows.Message{{Text: text, Kind: kind}}
	if c := b.channels[channel]; c != nil {
		parts = c.Fit(parts[0])
	}
	said := make([]handoff.Reply, 0, len(parts))
	for _, p := range parts {
		if p.Text != "" {
			said = append(said, handoff.Reply{ID: handoff.NewID(), Kind: kind, Text: p.Text})
		}
	}
	return said
}

func (b *Bot) faceOf(channel string) flows.Face {
	if c := b.channels[channel]; c != nil {
		return c.Face()
	}
	return flows.Face{Name: channel}
}

// moved tells everybody who watches, and sends what was queued.
func (b *Bot) moved(was flows.Owner, h handoff.Held) {
	b.outbox.poke()
	hint := Hint{
		Event: HintMessage, Conversation: h.Conversation.String(), Channel: h.Key.Channel, Address: h.Key.Address,
		Owner: h.Owner, Team: h.Team, Ward: h.Ward,
	}
	hints := []Hint{hint}
	if was != h.Owner {
		hint.Event, hint.Was = HintConversation, was
		hints = append(hints, hint)
	}
	b.hint(hints...)
}
