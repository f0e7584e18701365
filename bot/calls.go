package bot

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

// CallStand is where a call stands: the question that is asked now, and what was
// said to the last answer.
type CallStand struct {
	handoff.Call
	Stand handoff.Stand
	Now   flows.Standing
	Said  string // the question as the bot has said it
}

// OpenCall puts a contact by telephone or at the counter on record and begins
// its service, if it has one. Its errors are those of handoff's OpenCall, and
// Accept's.
func (b *Bot) OpenCall(ctx context.Context, v handoff.Viewer, n handoff.NewCall) (handoff.Call, error) {
	if n.Flow != "" {
		if _, ok := b.catalogs.Current().Flow(n.Flow); !ok {
			return handoff.Call{}, &handoff.FieldError{Field: "flow", Message: "there is no such service"}
		}
	}
	c, err := b.desk.OpenCall(ctx, v, n)
	if err != nil {
		return handoff.Call{}, err
	}
	if c.Over {
		b.hint(Hint{Event: HintConversation, Conversation: c.Conversation.String(), Channel: c.Key.Channel, Address: c.Key.Address, Owner: c.Owner, Ward: c.Ward})
		return c, nil
	}
	return c, b.hear(ctx, c, Event{Kind: EventMessage, ProviderID: "begin", Tapped: true, Payload: flows.MenuPayload(n.Flow), Text: n.Flow})
}

// AnswerCall takes what the citizen answers, as the agent whose call it is wrote
// it; the event says what, its ProviderID which form it was. A call that is
// over, at the desk or somebody else's is handoff.ErrConflict.
func (b *Bot) AnswerCall(ctx context.Context, v handoff.Viewer, id uuid.UUID, e Event) error {
	c, _, err := b.desk.Call(ctx, v, id)
	if err != nil {
		return err
	}
	if c.Over || c.By != v.AgentID || c.Owner != flows.OwnerBot {
		return fmt.Errorf("call %s: it is over, or not yours: %w", id, handoff.ErrConflict)
	}
	return b.hear(ctx, c, e)
}

func (b *Bot) hear(ctx context.Context, c handoff.Call, e Event) error {
	e.Channel, e.Address, e.At, e.Lang = c.Key.Channel, c.Key.Address, b.now(), c.Language
	e.ProviderID = c.Conversation.String() + ":" + e.ProviderID
	return b.Accept(ctx, []Event{e})
}

// CallStand says where a call that the viewer sees stands. lang is the language
// of the question; empty: as the citizen speaks.
func (b *Bot) CallStand(ctx context.Context, v handoff.Viewer, id uuid.UUID, lang string) (CallStand, error) {
	c, stand, err := b.desk.Call(ctx, v, id)
	if err != nil {
		return CallStand{}, err
	}
	session, err := flows.DecodeSession(stand.Session)
	if err != nil {
		return CallStand{}, fmt.Errorf("call %s: %w", id, err)
	}
	catalog, err := b.catalogs.Version(ctx, session.Catalog)
	if err != nil {
		return CallStand{}, fmt.Errorf("call %s: %w", id, err)
	}
	face := b.faceOf(c.Key.Channel)
	return CallStand{Call: c, Stand: stand, Now: catalog.Standing(session, face, lang), Said: catalog.Standing(session, face, "").Prompt.Text}, nil
}

// EndCall ends a call where it stands. Its errors are those of handoff's EndCall.
func (b *Bot) EndCall(ctx context.Context, v handoff.Viewer, id uuid.UUID, note string) error {
	if err := b.desk.EndCall(ctx, v, id, note); err != nil {
		return err
	}
	b.hint(Hint{Event: HintConversation, Conversation: id.String(), Owner: flows.OwnerBot})
	return nil
}
