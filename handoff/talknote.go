package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Bounds of what staff write to each other about a conversation.
const (
	mostTalkNotes = 500 // notes of one conversation
	mostMentions  = 20  // colleagues that one note names
)

// TalkNote is what one of the staff wrote about a conversation, for colleagues.
// Citizens never see it.
type TalkNote struct {
	ID        uuid.UUID
	By        Ref
	Text      string
	Mentioned []Ref
	At        time.Time
	Seq       int64 // its place among the messages
}

// NoteOnTalk is a note to be written.
type NoteOnTalk struct {
	Text    string
	Mention uuid.UUID // a colleague chosen from a list; nil: only those whom the text names
}

type talkNoteRow struct {
	ID             uuid.UUID `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID `gorm:"column:conversation_id"`
	Seq            int64     `gorm:"column:seq"`
	AgentID        uuid.UUID `gorm:"column:agent_id"`
	Text           string    `gorm:"column:text"`
	At             time.Time `gorm:"column:at"`
}

// TableName is the table of notes on conversations.
func (talkNoteRow) TableName() string { return "conversation_notes" }

type mentionRow struct {
	NoteID  uuid.UUID  `gorm:"column:note_id;primaryKey"`
	AgentID uuid.UUID  `gorm:"column:agent_id;primaryKey"`
	ReadAt  *time.Time `gorm:"column:read_at"`
}

// TableName is the table of whom notes name.
func (mentionRow) TableName() string { return "mentions" }

// notedTalk is the audit log's word for a note.
type notedTalk struct {
	Note      string      `json:"note"`
	Mentioned []uuid.UUID `json:"agents,omitempty"`
}

// NoteTalk writes a note under a conversation that the viewer sees, over or
// not. Whoever the text names after an @, or who was chosen, finds it among his
// mentions. Its errors are ErrNotFound and a FieldError: of "text", and of
// "mention" for a colleague who does not see the conversation.
func (d *Desk) NoteTalk(ctx context.Context, v Viewer, id uuid.UUID, n NoteOnTalk) error {
	text, err := noteOf("text", n.Text, true)
	if err != nil {
		return err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		talk, err := first[deskRow](v.conversations("conversations").apply(tx).Where("conversations.id = ?", id), "conversation")
		if err != nil {
			return err
		}
		var written int64
		if err := tx.Model(&talkNoteRow{}).Where("conversation_id = ?", id).Count(&written).Error; err != nil {
			return err
		}
		if written >= mostTalkNotes {
			return invalid("text", "cannot be added: a conversation has at most %d notes", mostTalkNotes)
		}
		text, named, err := d.mentioned(tx, v, id, text, n.Mention)
		if err != nil {
			return err
		}
		row := talkNoteRow{ID: NewID(), ConversationID: id, Seq: talk.Version<<8 | 0xff, AgentID: v.AgentID, Text: text, At: d.now()}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if len(named) > 0 {
			rows := make([]mentionRow, len(named))
			for i, agent := range named {
				rows[i] = mentionRow{NoteID: row.ID, AgentID: agent}
			}
			if err := tx.Create(&rows).Error; err != nil {
				return err
			}
		}
		return d.audit(tx, v.AgentID, "conversation.note", id.String(), nil, notedTalk{text, named})
	})
	if err != nil {
		return fmt.Errorf("note conversation %s: %w", id, err)
	}
	return nil
}

// talkNotes reads the notes that stand among the messages after one place and
// up to another; 0 is the end.
func (d *Desk) talkNotes(ctx context.Context, id uuid.UUID, after, upTo int64) ([]TalkNote, error) {
	db := d.db.WithContext(ctx).Where("conversation_id = ? AND seq > ?", id, after)
	if upTo > 0 {
		db = db.Where("seq <= ?", upTo)
	}
	var rows []talkNoteRow
	if err := db.Order("seq, id").Limit(mostTalkNotes).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	return d.talkNotesOf(ctx, rows)
}

// talkNotesOf makes notes of their rows, with names.
func (d *Desk) talkNotesOf(ctx context.Context, rows []talkNoteRow) ([]TalkNote, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, staff := make([]uuid.UUID, len(rows)), make([]uuid.UUID, 0, len(rows))
	for i, r := range rows {
		ids[i], staff = r.ID, append(staff, r.AgentID)
	}
	var named []mentionRow
	if err := d.db.WithContext(ctx).Where("note_id IN ?", ids).Order("note_id, agent_id").Find(&named).Error; err != nil {
		return nil, fmt.Errorf("read whom notes name: %w", err)
	}
	for _, m := range named {
		staff = append(staff, m.AgentID)
	}
	names, err := d.agentNames(ctx, staff)
	if err != nil {
		return nil, err
	}
	of := map[uuid.UUID][]Ref{}
	for _, m := range named {
		of[m.NoteID] = append(of[m.NoteID], Ref{m.AgentID, names[m.AgentID]})
	}
	notes := make([]TalkNote, len(rows))
	for i, r := range rows {
		notes[i] = TalkNote{ID: r.ID, By: Ref{r.AgentID, names[r.AgentID]}, Text: r.Text, Mentioned: of[r.ID], At: d.local(r.At), Seq: r.Seq}
	}
	return notes, nil
}
