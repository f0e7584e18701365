package api

import (
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

type conversationAnswer struct {
	ID       string      `json:"id" jsonschema:"format=uuid"`
	Contact  nameAnswer  `json:"contact"`
	Channel  string      `json:"channel"`
	Owner    string      `json:"owner" jsonschema:"enum=bot,enum=queue,enum=agent"`
	Agent    *nameAnswer `json:"agent" jsonschema:"nullable" jsonschema_description:"who has it"`
	Team     string      `json:"team"`
	Reason   string      `json:"reason" jsonschema_description:"why it came to the desk: asked, missed, flow, danger, inbox or off_duty"`
	Urgent   bool        `json:"urgent"`
	QueuedAt *time.Time  `json:"queued_at" jsonschema:"nullable" jsonschema_description:"since when it waits: urgent ones come first, then the oldest"`

	PromisedAt *time.Time `json:"promised_at" jsonschema:"nullable" jsonschema_description:"until when a person shall have answered; null: nothing is promised, or somebody has"`
	MissedAt   *time.Time `json:"missed_at" jsonschema:"nullable" jsonschema_description:"when the citizen was told that it takes longer"`

	Flow     string     `json:"flow" jsonschema_description:"the service it is or was about"`
	State    string     `json:"state"`
	Language string     `json:"language"`
	Ward     *int       `json:"ward" jsonschema:"nullable"`
	OpenedAt time.Time  `json:"opened_at"`
	LastInAt time.Time  `json:"last_in_at" jsonschema_description:"when the person last wrote"`
	LastAt   time.Time  `json:"last_at"`
	ClosedAt *time.Time `json:"closed_at" jsonschema:"nullable"`

	Rating  *int       `json:"rating" jsonschema:"nullable,minimum=1,maximum=5" jsonschema_description:"how satisfied the citizen was with the person who ended it; 5 is the best, null: not asked, or no answer"`
	RatedAt *time.Time `json:"rated_at" jsonschema:"nullable" jsonschema_description:"when that was answered"`
}

type conversationRecordAnswer struct {
	conversationAnswer
	Messages []messageAnswer  `json:"messages" jsonschema_description:"oldest first"`
	Notes    []talkNoteAnswer `json:"notes" jsonschema_description:"what the staff wrote for each other between these messages, oldest first; citizens never see it"`
	Next     *string          `json:"next" jsonschema:"nullable" jsonschema_description:"ask again with this as next for later messages; null at the end"`
}

type messageAnswer struct {
	ID          string             `json:"id" jsonschema:"format=uuid"`
	Direction   string             `json:"direction" jsonschema:"enum=in,enum=out"`
	Author      string             `json:"author" jsonschema:"enum=contact,enum=bot,enum=agent"`
	Agent       *nameAnswer        `json:"agent" jsonschema:"nullable"`
	Channel     string             `json:"channel"`
	Kind        string             `json:"kind"`
	Text        string             `json:"text"`
	Choices     []choiceAnswer     `json:"choices" jsonschema_description:"what the bot offered"`
	Attachments []attachmentAnswer `json:"attachments"`
	Late        bool               `json:"late" jsonschema_description:"came after what was written later, and moved nothing"`
	Status      string             `json:"status" jsonschema:"enum=queued,enum=sending,enum=sent,enum=delivered,enum=read,enum=failed,enum=unknown,enum=cancelled"`
	Error       string             `json:"error,omitempty" jsonschema_description:"why it was not sent"`
	At          time.Time          `json:"at"`
}

type choiceAnswer struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

// attachmentAnswer is what came with a message besides words: exactly one of
// photo and location is set, or neither for what is kept as a word only.
type attachmentAnswer struct {
	Type     string       `json:"type" jsonschema_description:"photo, location, or what could not be read: sticker, audio, video, file …"`
	Photo    *photoAnswer `json:"photo,omitempty"`
	Location *pointAnswer `json:"location,omitempty"`
}

func shapeConversation(c handoff.Conversation) conversationAnswer {
	return conversationAnswer{
		ID: c.ID.String(), Contact: shapeName(c.Contact), Channel: c.Channel, Owner: string(c.Owner), Agent: shapeAgent(c.Agent),
		Team: c.Team, Reason: c.Reason, Urgent: c.Urgent, QueuedAt: c.QueuedAt, PromisedAt: c.PromisedAt, MissedAt: c.MissedAt, Flow: c.Flow, State: c.State, Language: c.Language,
		Ward: maybe.Null(c.Ward), OpenedAt: c.OpenedAt, LastInAt: c.LastInAt, LastAt: c.LastAt, ClosedAt: c.ClosedAt, Rating: maybe.Null(c.Rating), RatedAt: c.RatedAt,
	}
}

func shapeMessage(m handoff.Message) messageAnswer {
	a := messageAnswer{
		ID: m.ID.String(), Direction: m.Direction, Author: m.Author, Agent: shapeAgent(m.Agent), Channel: m.Channel, Kind: m.Kind, Text: m.Text,
		Choices:     each(m.Choices, func(c flows.Choice) choiceAnswer { return choiceAnswer(c) }),
		Attachments: []attachmentAnswer{}, Late: m.Late, Status: m.Status, Error: m.Error, At: m.At,
	}
	for _, p := range m.Photos {
		photo := shapePhoto(p)
		a.Attachments = append(a.Attachments, attachmentAnswer{Type: "photo", Photo: &photo})
	}
	if m.Location != nil {
		a.Attachments = append(a.Attachments, attachmentAnswer{Type: "location", Location: shapePoint(m.Location)})
	}
	if m.Other != "" {
		a.Attachments = append(a.Attachments, attachmentAnswer{Type: m.Other})
	}
	return a
}

func (s *Server) listConversations(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	open, err := flag(c, "open")
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.Conversations(c.Request().Context(), viewer(c), handoff.ConversationFilter{
		PageOf: page, Owner: flows.Owner(c.QueryParam("owner")), Team: c.QueryParam("team"), Open: open,
	})
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, shapeConversation))
}

func (s *Server) showConversation(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	record, err := s.opt.Desk.Conversation(c.Request().Context(), viewer(c), id, page)
	if err != nil {
		return err
	}
	return answer(c, conversationRecordAnswer{
		conversationAnswer: shapeConversation(record.Conversation),
		Messages:           each(record.Messages, shapeMessage),
		Notes:              each(record.Notes, shapeTalkNote),
		Next:               maybe.Null(record.Next),
	})
}
