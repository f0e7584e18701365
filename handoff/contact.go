package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff/maybe"
)

// maxRecord bounds each list of a contact's record; the newest are in it.
const maxRecord = 500

// ContactRecord is all that is kept about a contact, as far as the viewer may
// see it: lists are newest first.
type ContactRecord struct {
	Contact
	Remembered    []Told
	Conversations []Conversation
	Cases         []Case
	Notes         []Note
	Staff         []Dealing
	DealtWith     map[uuid.UUID][]Dealing // who dealt with each conversation, the first first
}

// Told is an answer that a contact gave once and is not asked for again.
type Told struct {
	Slot  string
	Type  string
	Value json.RawMessage
	At    time.Time
}

// Note is what somebody of the staff wrote down about a contact.
type Note struct {
	ID   uuid.UUID
	Case int64 // 0 when it is about the contact alone
	By   Ref
	Text string
	At   time.Time
}

// Dealing says who of the staff dealt with a contact, when for the first and
// for the last time, and how often they did something.
type Dealing struct {
	Agent   Ref
	FirstAt time.Time
	LastAt  time.Time
	Times   int
}

// Contact reads the whole record of one contact. A contact the viewer may not
// see is ErrNotFound, like one that does not exist.
func (d *Desk) Contact(ctx context.Context, v Viewer, id uuid.UUID) (ContactRecord, error) {
	var record ContactRecord
	row, err := first[contactRow](v.contacts("contacts").apply(d.db.WithContext(ctx)).Where("contacts.id = ?", id), "contact")
	if err != nil {
		return record, err
	}
	contacts, err := d.contactsOf(ctx, []contactRow{row})
	if err != nil {
		return record, err
	}
	record.Contact = contacts[0]
	for _, read := range []func(context.Context, Viewer, *ContactRecord) error{
		d.readRemembered, d.readConversations, d.readCases, d.readNotes, d.readDealings, d.readDealtWith,
	} {
		if err := read(ctx, v, &record); err != nil {
			return ContactRecord{}, fmt.Errorf("read contact: %w", err)
		}
	}
	return record, nil
}

func (d *Desk) readRemembered(ctx context.Context, _ Viewer, r *ContactRecord) error {
	var rows []rememberedRow
	if err := d.db.WithContext(ctx).Where("contact_id = ?", r.ID).Order("slot").Limit(maxRecord).Find(&rows).Error; err != nil {
		return fmt.Errorf("remembered answers: %w", err)
	}
	r.Remembered = make([]Told, len(rows))
	for i, row := range rows {
		r.Remembered[i] = Told{Slot: row.Slot, Type: row.Type, Value: json.RawMessage(row.Value), At: d.local(row.At)}
	}
	return nil
}

func (d *Desk) readConversations(ctx context.Context, v Viewer, r *ContactRecord) error {
	var rows []conversationRow
	db := v.conversations("conversations").apply(d.db.WithContext(ctx)).Where("contact_id = ?", r.ID)
	if err := db.Order("id DESC").Limit(maxRecord).Find(&rows).Error; err != nil {
		return fmt.Errorf("conversations: %w", err)
	}
	var err error
	r.Conversations, err = d.conversationsOf(ctx, rows)
	return err
}

func (d *Desk) readCases(ctx context.Context, v Viewer, r *ContactRecord) error {
	var rows []caseRow
	db := v.cases("cases").apply(d.db.WithContext(ctx)).Where("contact_id = ?", r.ID)
	if err := db.Order("number DESC").Limit(maxRecord).Find(&rows).Error; err != nil {
		return fmt.Errorf("cases: %w", err)
	}
	var err error
	r.Cases, err = d.casesOf(ctx, rows)
	return err
}

// readNotes leaves out notes about cases that the viewer may not see.
func (d *Desk) readNotes(ctx context.Context, v Viewer, r *ContactRecord) error {
	var rows []noteRow
	of := v.cases("about")
	db := d.db.WithContext(ctx).Where("contact_id = ?", r.ID).
		Where("(case_number IS NULL OR EXISTS (SELECT 1 FROM cases about WHERE about.number = notes.case_number AND "+of.sql+"))", of.vars...)
	if err := db.Order("id DESC").Limit(maxRecord).Find(&rows).Error; err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AgentID
	}
	agents, err := d.agentNames(ctx, ids)
	if err != nil {
		return err
	}
	r.Notes = make([]Note, len(rows))
	for i, row := range rows {
		r.Notes[i] = Note{ID: row.ID, Case: maybe.Zero(row.CaseNumber), By: Ref{row.AgentID, agents[row.AgentID]}, Text: row.Text, At: d.local(row.At)}
	}
	return nil
}

// readDealings gathers who of the staff wrote to the contact, owned one of the
// conversations, did something to a case or wrote a note.
func (d *Desk) readDealings(ctx context.Context, _ Viewer, r *ContactRecord) error {
	const dealt = `SELECT a.id, a.name, min(done.at) AS first_at, max(done.at) AS last_at, count(*) AS times FROM (
			SELECT m.agent_id, m.at FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE c.contact_id = @contact
			UNION ALL SELECT c.agent_id, c.last_at FROM conversations c WHERE c.contact_id = @contact
			UNION ALL SELECT l.agent_id, l.at FROM conversations c JOIN conversation_log l ON l.conversation_id = c.id WHERE c.contact_id = @contact
			UNION ALL SELECT t.agent_id, t.at FROM cases k JOIN case_timeline t ON t.case_number = k.number WHERE k.contact_id = @contact
			UNION ALL SELECT n.agent_id, n.at FROM notes n WHERE n.contact_id = @contact
		) done JOIN agents a ON a.id = done.agent_id GROUP BY a.id, a.name ORDER BY last_at DESC, a.id LIMIT @most`
	var rows []struct {
		ID      uuid.UUID `gorm:"column:id"`
		Name    string    `gorm:"column:name"`
		FirstAt time.Time `gorm:"column:first_at"`
		LastAt  time.Time `gorm:"column:last_at"`
		Times   int       `gorm:"column:times"`
	}
	err := d.db.WithContext(ctx).Raw(dealt, map[string]any{"contact": r.ID, "most": maxRecord}).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("who dealt with them: %w", err)
	}
	r.Staff = make([]Dealing, len(rows))
	for i, row := range rows {
		r.Staff[i] = Dealing{Agent: Ref{row.ID, row.Name}, FirstAt: d.local(row.FirstAt), LastAt: d.local(row.LastAt), Times: row.Times}
	}
	return nil
}
