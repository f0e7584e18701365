package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// eventRefresh is the event that says: fetch afresh.
const eventRefresh = "refresh"

// eventAnswer is the data of an event of the stream. It says that something
// changed and where; what it is now, and what was said, is read from the lists.
type eventAnswer struct {
	ID           int64     `json:"id" jsonschema_description:"rises from event to event"`
	Event        string    `json:"event" jsonschema:"enum=message,enum=conversation,enum=note,enum=case,enum=presence,enum=alarm,enum=broadcast,enum=refresh"`
	Conversation string    `json:"conversation,omitempty" jsonschema:"format=uuid"`
	Case         int64     `json:"case,omitempty"`
	Broadcast    string    `json:"broadcast,omitempty" jsonschema:"format=uuid"`
	Channel      string    `json:"channel,omitempty"`
	Owner        string    `json:"owner,omitempty" jsonschema:"enum=bot,enum=queue,enum=agent" jsonschema_description:"of the conversation; a conversation without one left the queue and is not yours to see any more"`
	Team         string    `json:"team,omitempty"`
	Ward         int       `json:"ward,omitempty"`
	At           time.Time `json:"at"`
}

func (e eventAnswer) encode() ([]byte, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode an event: %w", err)
	}
	return data, nil
}

// sights knows how what the hints are about stands, as far as a viewer sees it.
type sights struct {
	conversations map[uuid.UUID]handoff.Sight
	cases         map[int64]handoff.Sight
}

// seen turns hints into the events that the viewer may see. Hints of the same
// event about the same thing become one.
func seen(ctx context.Context, desk *handoff.Desk, v handoff.Viewer, hints []bot.Hint) ([]eventAnswer, error) {
	var ids []uuid.UUID
	var numbers []int64
	for i := range hints {
		if hints[i].Case != 0 {
			numbers = append(numbers, hints[i].Case)
		} else if id, err := uuid.Parse(hints[i].Conversation); err == nil {
			ids = append(ids, id)
		}
	}
	var s sights
	var err error
	if s.conversations, err = desk.SightConversations(ctx, v, ids); err != nil {
		return nil, err
	}
	if s.cases, err = desk.SightCases(ctx, v, numbers); err != nil {
		return nil, err
	}
	return s.events(v, hints), nil
}

func (s sights) events(v handoff.Viewer, hints []bot.Hint) []eventAnswer {
	type subject struct {
		event, conversation, broadcast string
		number                         int64
	}
	told := map[subject]bool{}
	var events []eventAnswer
	for i := range hints {
		e, ok := s.event(v, &hints[i])
		about := subject{e.Event, e.Conversation, e.Broadcast, e.Case}
		if !ok || told[about] {
			continue
		}
		told[about] = true
		e.At = time.UnixMicro(hints[i].ID).In(handoff.Dhaka())
		events = append(events, e)
	}
	return events
}

// event is what a hint says to the viewer; false when it is nothing to him.
func (s sights) event(v handoff.Viewer, h *bot.Hint) (eventAnswer, bool) {
	e := eventAnswer{Event: string(h.Event), Channel: h.Channel}
	switch {
	case h.Case != 0:
		at, ok := s.cases[h.Case]
		e.Conversation, e.Case = at.Conversation.String(), h.Case
		e.stands(at)
		return e, ok
	case h.Conversation != "":
		id, err := uuid.Parse(h.Conversation)
		at, ok := s.conversations[id]
		e.Conversation = h.Conversation
		if err == nil && ok && at.Seen {
			e.stands(at)
			return e, true
		}
		// It was in everybody's queue and is somebody else's now.
		e.Channel = ""
		return e, err == nil && ok && h.Event == bot.HintConversation && h.Was == flows.OwnerQueue
	case h.Broadcast != "":
		e.Broadcast = h.Broadcast
		return e, allows(v.Role, BroadcastManage)
	default:
		return e, h.Event == bot.HintAlarm || h.Event == bot.HintPresence
	}
}

func (e *eventAnswer) stands(at handoff.Sight) {
	e.Channel, e.Owner, e.Team, e.Ward = at.Channel, string(at.Owner), at.Team, at.Ward
}
