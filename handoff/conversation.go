package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// maxMessages is how many messages of a conversation are read at once.
const maxMessages = 1000

// Message is a line of a conversation.
type Message struct {
	ID        uuid.UUID
	Seq       int64  // its place in the conversation
	Direction string // "in" or "out"
	Author    string // "contact", "bot" or "agent"
	Agent     *Ref   // the author when it was one of the staff and is known
	Channel   string
	Kind      string
	Text      string
	Choices   []flows.Choice // what the bot offered
	Photos    []Photo
	Location  *Point // the pin that was sent
	Other     string // "sticker", "audio", "video", "file" …: kept as a word only
	Late      bool   // came after what was written later, and moved nothing
	Status    string
	At        time.Time
	Error     string // why it was not sent
}

// Point is a place on the map in degrees, WGS 84.
type Point struct {
	Lat float64
	Lon float64
}

// messageDetail is what a message's detail column may hold.
type messageDetail struct {
	Choices []flows.Choice `json:"choices"`
	Lat     *float64       `json:"lat"`
	Lon     *float64       `json:"lon"`
	Other   string         `json:"other"`
	Late    bool           `json:"late"`
}

// pin is the place that was sent, if one was.
func (m messageDetail) pin() *Point {
	if m.Lat == nil || m.Lon == nil {
		return nil
	}
	return &Point{Lat: *m.Lat, Lon: *m.Lon}
}

// ConversationRecord is a conversation with its messages, oldest first. Next
// asks for the messages after these.
type ConversationRecord struct {
	Conversation
	Messages []Message
	Notes    []TalkNote // that stand between these messages
	Next     string
}

// Conversation reads one conversation and at most 1,000 of its messages, those
// after the cursor. One the viewer may not see is ErrNotFound.
func (d *Desk) Conversation(ctx context.Context, v Viewer, id uuid.UUID, page PageOf) (ConversationRecord, error) {
	var none ConversationRecord
	after, limit, err := page.messages()
	if err != nil {
		return none, err
	}
	db := d.db.WithContext(ctx)
	row, err := first[conversationRow](v.conversations("conversations").apply(db).Where("id = ?", id), "conversation")
	if err != nil {
		return none, err
	}
	conversations, err := d.conversationsOf(ctx, []conversationRow{row})
	if err != nil {
		return none, fmt.Errorf("read conversation: %w", err)
	}
	var rows []messageRow
	if err := messagesAfter(db, id, after).Limit(limit + 1).Find(&rows).Error; err != nil {
		return none, fmt.Errorf("read messages: %w", err)
	}
	rows, next := cut(rows, limit, func(r messageRow) string { return strconv.FormatInt(r.Seq, 10) })
	messages, err := d.messagesOf(ctx, rows)
	if err != nil {
		return none, fmt.Errorf("read messages: %w", err)
	}
	var upTo int64
	if next != "" {
		upTo = rows[len(rows)-1].Seq
	}
	notes, err := d.talkNotes(ctx, id, after, upTo)
	if err != nil {
		return none, err
	}
	return ConversationRecord{Conversation: conversations[0], Messages: messages, Notes: notes, Next: next}, nil
}

// messages reads the cursor and the limit of a page of messages.
func (p PageOf) messages() (after int64, limit int, err error) {
	if after, err = p.number(); err != nil {
		return 0, 0, err
	}
	if p.Limit < 0 || p.Limit > maxMessages {
		return 0, 0, invalid("limit", "must be a number from 1 to %d", maxMessages)
	}
	if p.Limit == 0 {
		return after, maxMessages, nil
	}
	return after, p.Limit, nil
}

func messagesAfter(db *gorm.DB, conversation uuid.UUID, seq int64) *gorm.DB {
	return db.Where("conversation_id = ? AND seq > ?", conversation, seq).Order("seq")
}

// messagesOf makes messages of their rows, with photos and names.
func (d *Desk) messagesOf(ctx context.Context, rows []messageRow) ([]Message, error) {
	ids, staff := make([]uuid.UUID, len(rows)), make([]uuid.UUID, 0, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		if r.AgentID != nil {
			staff = append(staff, *r.AgentID)
		}
	}
	agents, err := d.agentNames(ctx, staff)
	if err != nil {
		return nil, err
	}
	photos, err := d.photosOfMessages(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]Message, len(rows))
	for i, r := range rows {
		var detail messageDetail
		// What an older release wrote differently is left out, not fatal.
		_ = json.Unmarshal(r.Detail, &detail)
		items[i] = Message{
			ID: r.ID, Seq: r.Seq, Direction: r.Direction, Author: r.Author, Agent: refOf(r.AgentID, agents), Channel: r.Channel, Kind: r.Kind,
			Text: r.Text, Choices: detail.Choices, Photos: photos[r.ID], Location: detail.pin(), Other: detail.Other, Late: detail.Late,
			Status: r.Status, At: d.local(r.At), Error: maybe.Zero(r.Error),
		}
	}
	return items, nil
}
