package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

// maxCallSteps bounds the questions of one call.
const maxCallSteps = 60

// callBody is a contact by telephone or at the counter that a program puts on
// record.
type callBody struct {
	Contact  string `json:"contact,omitempty" jsonschema:"format=uuid" jsonschema_description:"who it is; empty: somebody new"`
	Name     string `json:"name,omitempty" jsonschema_description:"of somebody new"`
	Phone    string `json:"phone,omitempty" jsonschema_description:"in any form"`
	Ward     int    `json:"ward,omitempty"`
	Language string `json:"language,omitempty" jsonschema:"enum=bn,enum=en"`
	New      bool   `json:"new,omitempty" jsonschema_description:"somebody new although others have that phone"`

	Channel string                     `json:"channel" jsonschema:"enum=phone,enum=counter"`
	Flow    string                     `json:"flow,omitempty" jsonschema_description:"the service it is about; empty: the note says what it was about"`
	Answers map[string]json.RawMessage `json:"answers,omitempty" jsonschema_description:"by slot, as the citizen gave them: text, a number, true, the id of a choice or a list of them"`
	Join    int64                      `json:"join,omitempty" jsonschema_description:"the case of somebody else's that is meant, when that one is open and nearby; else a case is opened"`
	Note    string                     `json:"note,omitempty" jsonschema_description:"at most 2,000 characters"`
}

// callAnswer is what came of it.
type callAnswer struct {
	Conversation string   `json:"conversation" jsonschema:"format=uuid"`
	Contact      string   `json:"contact" jsonschema:"format=uuid"`
	Case         *int64   `json:"case" jsonschema:"nullable" jsonschema_description:"number of the case that was opened or joined"`
	Said         []string `json:"said" jsonschema_description:"what is to be read out"`
	Owner        string   `json:"owner" jsonschema:"enum=bot,enum=queue,enum=agent" jsonschema_description:"queue: the service has passed it to people"`
}

func callRoutes() []Route {
	return []Route{{
		Method: http.MethodPost, Path: "/api/v1/calls", Needs: ConversationWork, handle: (*Server).recordCall, Body: callBody{}, Answer: callAnswer{},
		Summary: "Put a contact by telephone or at the counter on record and run its service with the answers given; remembered ones need not be",
	}}
}

// recordCall runs a whole call. One that lacks an answer is ended where it
// stands; the error names the slot.
func (s *Server) recordCall(c echo.Context) error {
	body, err := bodyOf[callBody](c)
	if err != nil {
		return err
	}
	ctx, who := c.Request().Context(), viewer(c)
	n, err := s.callOf(ctx, who, body)
	if err != nil {
		return err
	}
	call, err := s.opt.Calls.OpenCall(ctx, who, n)
	if err != nil {
		return err
	}
	r := callRun{calls: s.opt.Calls, who: who, id: call.Conversation, answers: body.Answers, join: body.Join}
	st, err := r.run(ctx)
	if err != nil {
		return err
	}
	a := callAnswer{Conversation: call.Conversation.String(), Contact: call.Contact.ID.String(), Case: maybe.Null(st.Now.Filed), Said: []string{}, Owner: string(st.Owner)}
	if body.Flow != "" {
		a.Said = each(st.Stand.Replies, func(r handoff.StandReply) string { return r.Text })
	}
	return answer(c, a)
}

// callOf checks a body before anything is written.
func (s *Server) callOf(ctx context.Context, who handoff.Viewer, b callBody) (handoff.NewCall, error) {
	n := handoff.NewCall{Channel: b.Channel, Flow: b.Flow, Note: b.Note, Caller: handoff.Caller{Name: b.Name, Phone: b.Phone, Ward: b.Ward, Language: b.Language}}
	if b.Contact != "" {
		id, err := uuid.Parse(b.Contact)
		if err != nil {
			return n, badField("contact", "there is no such contact")
		}
		n.Contact = id
	} else if !b.New {
		known, err := s.opt.Desk.WithPhone(ctx, who, b.Phone)
		if err != nil {
			return n, err
		}
		if len(known) > 0 {
			return n, &problem{status: http.StatusConflict, code: "known", field: "phone", message: "contact " + known[0].ID.String() + " has that phone: name the contact, or say new"}
		}
	}
	f, _ := s.flow(b.Flow)
	for slot := range b.Answers {
		if !slices.ContainsFunc(f.Slots, func(o flows.SlotOutline) bool { return o.Name == slot }) {
			return n, badField("answers."+cutWord(slot), "is no question of this service")
		}
	}
	return n, nil
}

// callRun answers a service's questions by what a program has sent.
type callRun struct {
	calls   Calls
	who     handoff.Viewer
	id      uuid.UUID
	answers map[string]json.RawMessage
	join    int64
	used    map[string]bool
}

// run answers questions until the service has come to its end.
func (r *callRun) run(ctx context.Context) (bot.CallStand, error) {
	r.used = map[string]bool{}
	for step := range maxCallSteps {
		st, err := r.calls.CallStand(ctx, r.who, r.id, "")
		if err != nil || st.Over || st.Owner != flows.OwnerBot {
			return st, err
		}
		if st.Now.Flow == "" {
			return st, r.calls.EndCall(ctx, r.who, r.id, "")
		}
		e, fault := r.answer(&st.Now)
		if fault != nil {
			if err := r.calls.EndCall(ctx, r.who, r.id, ""); err != nil {
				return st, err
			}
			return st, fault
		}
		e.Kind, e.ProviderID = bot.EventMessage, strconv.Itoa(step)
		if err := r.calls.AnswerCall(ctx, r.who, r.id, e); err != nil {
			return st, err
		}
	}
	return bot.CallStand{}, fmt.Errorf("call %s asks more than %d questions", r.id, maxCallSteps)
}

// answer is the answer to the question that stands. What is not given is
// skipped where that is possible; a summary is confirmed.
func (r *callRun) answer(now *flows.Standing) (bot.Event, error) {
	raw, given := r.answers[now.Slot]
	switch {
	case now.Join != 0 && now.Join != r.join:
		return tapOf(now, "no")
	case now.Join != 0:
		return tapOf(now, "yes")
	case given && !r.used[now.Slot]:
		r.used[now.Slot] = true
		return oneAnswer(now, raw)
	case given:
		return bot.Event{}, badField("answers."+now.Slot, "does not answer: %s", now.Prompt.Text)
	case now.Own || now.Type == flows.SlotConfirm:
		return tapOf(now, "yes")
	case now.Optional || now.Type == flows.SlotPhoto:
		return tapOf(now, "!skip")
	}
	return missing(now)
}

func missing(now *flows.Standing) (bot.Event, error) {
	return bot.Event{}, badField("answers."+now.Slot, "is missing: %s", now.Prompt.Text)
}

// tapOf taps the choice of that value.
func tapOf(now *flows.Standing, value string) (bot.Event, error) {
	for _, c := range now.Prompt.Choices {
		if _, of, _ := strings.Cut(c.Payload, "="); of == value {
			return bot.Event{Tapped: true, Payload: c.Payload, Text: c.Title}, nil
		}
	}
	return missing(now)
}

// oneAnswer is one given answer as a citizen would give it.
func oneAnswer(now *flows.Standing, raw json.RawMessage) (bot.Event, error) {
	var words []string
	var one any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&one); err != nil {
		return bot.Event{}, badField("answers."+now.Slot, "cannot be read")
	}
	list, several := one.([]any)
	if !several {
		list = []any{one}
	}
	for _, w := range list {
		switch w := w.(type) {
		case string:
			words = append(words, w)
		case json.Number:
			words = append(words, w.String())
		case bool:
			words = append(words, map[bool]string{true: "yes", false: "no"}[w])
		default:
			return bot.Event{}, badField("answers."+now.Slot, "must be text, a number, true, or a list of choices")
		}
	}
	if now.Type != flows.SlotChoice && now.Type != flows.SlotConfirm {
		return bot.Event{Text: strings.Join(words, " ")}, nil
	}
	return choose(now, words)
}

// choose taps the choices by their ids.
func choose(now *flows.Standing, ids []string) (bot.Event, error) {
	var payloads, titles []string
	for _, id := range ids {
		e, err := tapOf(now, id)
		if err != nil {
			return e, badField("answers."+now.Slot, "has no such choice: %s", cutWord(id))
		}
		payloads, titles = append(payloads, e.Payload), append(titles, e.Text)
	}
	if !now.Several {
		if len(payloads) != 1 {
			return bot.Event{}, badField("answers."+now.Slot, "takes one choice")
		}
		return bot.Event{Tapped: true, Payload: payloads[0], Text: titles[0]}, nil
	}
	return bot.Event{Tapped: true, Payload: flows.PicksPayload(payloads), Text: strings.Join(titles, ", ")}, nil
}
