package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// effects turns what the flow asks for into records.
func (l *lane) effects(t *handoff.Turn, out *flows.Turn) error {
	for _, effect := range out.Effects {
		switch e := effect.(type) {
		case flows.OpenCase:
			if err := l.openCase(t, e); err != nil {
				return err
			}
		case flows.ReopenCase:
			t.Reopen = append(t.Reopen, e)
			t.Attach = append(t.Attach, handoff.Attachment{Case: e.Number, Photos: photoIDs(e.Photos)})
		case flows.Confirm:
			t.Confirm = append(t.Confirm, e.Number)
		case flows.Join:
			t.Join = append(t.Join, e)
			t.Attach = append(t.Attach, handoff.Attachment{Case: e.Case, Photos: photoIDs(e.Photos)})
			if e.Ward > 0 {
				t.Ward = e.Ward
			}
		case flows.AttachPhotos:
			t.Attach = append(t.Attach, handoff.Attachment{Case: e.Case, Photos: photoIDs(e.Photos)})
		case flows.Handoff:
			t.Now.Owner, t.Team, t.Reason, t.Urgent = flows.OwnerQueue, e.Team, string(e.Reason), e.Urgent
			t.Now.Closed, t.Promised = false, e.Promised
		case flows.Reclaim:
			t.Now.Owner = flows.OwnerBot
		case flows.Alert:
			t.Alarm, t.Urgent = handoff.AlarmDanger, true
		case flows.SendCode:
			t.Codes = append(t.Codes, e)
		case flows.TriedCode:
			t.Tried = append(t.Tried, e)
			t.In.Text = withoutDigits(t.In.Text)
		case flows.Remember:
			t.Remember = append(t.Remember, e)
		case flows.SetLanguage:
			t.Language, t.SetsLanguage = e.Language, true
		case flows.Told:
			t.Told = append(t.Told, e.Cases...)
		case flows.AskRating:
			t.AsksRating = true
		case flows.Rate:
			t.Score = e.Score
		case flows.Subscribe:
			t.Topics = append(t.Topics, e)
		case flows.Mute:
			on := e.On
			t.Mute, t.Now.Muted = &on, on
		default:
			return fmt.Errorf("%w: unknown effect %T", errStep, effect)
		}
	}
	return nil
}

func (l *lane) openCase(t *handoff.Turn, c flows.OpenCase) error {
	answers := make(map[string]flows.Value, len(c.Answers))
	for _, a := range c.Answers {
		answers[a.Slot] = a.Value
	}
	raw, err := json.Marshal(answers)
	if err != nil {
		return errors.Join(errStep, fmt.Errorf("keep the answers of case %d: %w", c.Number, err))
	}
	l.caseOpened()
	t.Cases = append(t.Cases, handoff.NewCase{OpenCase: c, Answers: raw})
	t.Attach = append(t.Attach, handoff.Attachment{Case: c.Number, Photos: photoIDs(c.Photos)})
	if c.Ward > 0 {
		t.Ward = c.Ward
	}
	return nil
}

// photoIDs reads the ids a session holds. One that is none cannot be ours.
func photoIDs(texts []string) []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(texts))
	for _, s := range texts {
		if id, err := uuid.Parse(s); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// ReplyDetail is what a message of the bot carries besides its text, as it is
// kept with the record.
type ReplyDetail struct {
	Choices []flows.Choice `json:"choices,omitempty"`
	Wants   flows.SlotType `json:"wants,omitempty"`
	Photo   string         `json:"photo,omitempty"` // id of the photo that staff send

	Template *Template `json:"template,omitempty"`
}

// say adds messages to the turn, each cut to what its channel takes in one
// call.
func (l *lane) say(t *handoff.Turn, it *item, messages []flows.Message) {
	channel := l.bot.channels[it.event.Channel]
	now := l.bot.now()
	delayed := false
	for _, m := range messages {
		parts := []flows.Message{m}
		if channel != nil {
			parts = channel.Fit(m)
		}
		for _, part := range parts {
			r := handoff.Reply{ID: handoff.NewID(), Kind: part.Kind, Text: part.Text}
			if len(part.Choices) > 0 || part.Wants != "" {
				r.Detail, _ = json.Marshal(ReplyDetail{Choices: part.Choices, Wants: part.Wants}) // strings always marshal
			}
			if part.Delay > 0 {
				r.SendAfter, delayed = now.Add(part.Delay), true
			}
			t.Out = append(t.Out, r)
		}
	}
	t.Now.AckDue = delayed || t.Was.AckDue && !t.DropAcks && !t.Opens
	t.Now.Reply.N = min(t.Now.Reply.N+len(t.Out), repliesPerHour)
}

// outcome is the turn in one word, for the metrics.
func (w *work) outcome() string {
	switch w.plan {
	case planKeep:
		return "kept"
	case planSlowDown:
		return "slowed"
	case planTakeover:
		return "takeover"
	case planRelease, planResume:
		return "released"
	case planMove:
		return "moved"
	default:
		return "stepped"
	}
}

// appendHints adds what listeners should look at after a turn.
func appendHints(hints []Hint, now time.Time, t *handoff.Turn) []Hint {
	h := Hint{
		ID: now.UnixMicro(), Event: HintMessage, Conversation: t.Now.Conversation.String(),
		Channel: t.Key.Channel, Address: t.Key.Address, Owner: t.Now.Owner, Team: t.Team, Ward: t.Ward,
	}
	hints = append(hints, h)
	if t.Opens || t.Now.Owner != t.Was.Owner || t.Now.Closed != t.Was.Closed {
		h.Event = HintConversation
		if t.Now.Owner != t.Was.Owner {
			h.Was = t.Was.Owner
		}
		hints = append(hints, h)
		h.Was = ""
	}
	for i := range t.Cases {
		h.Event, h.Case = HintCase, t.Cases[i].Number
		hints = append(hints, h)
	}
	for i := range t.Reopen {
		h.Event, h.Case = HintCase, t.Reopen[i].Number
		hints = append(hints, h)
	}
	for i := range t.Join {
		h.Event, h.Case = HintCase, t.Join[i].Case
		hints = append(hints, h)
	}
	if t.Alarm != "" {
		h.Event, h.Case = HintAlarm, 0
		hints = append(hints, h)
	}
	return hints
}

// receiptOf is an event that only changes what is on record.
func receiptOf(e *Event) handoff.Receipt {
	r := handoff.Receipt{
		Key: handoff.Key{Channel: e.Channel, Address: e.Address}, ProviderIDs: e.ProviderIDs,
		Watermark: e.Watermark, Status: e.Status, Fault: e.Note, Text: kept(e),
	}
	if e.Cost != nil {
		r.Stated = &spending.Stated{Each: e.Cost.Each, Whole: e.Cost.Whole}
	}
	switch e.Kind {
	case EventEdit:
		r.Kind, r.ProviderIDs = handoff.Edited, []string{e.Target}
	case EventDelete:
		r.Kind, r.ProviderIDs = handoff.Deleted, []string{e.Target}
	case EventEcho:
		r.Status, r.ProviderIDs = "sent", []string{e.ProviderID}
		r.Message, _ = uuid.Parse(e.MessageID) // not one of ours: the nil id matches nothing
		if r.Message == uuid.Nil {
			r.ProviderIDs = nil
		}
	default:
		r.Message, _ = uuid.Parse(e.MessageID)
	}
	return r
}
