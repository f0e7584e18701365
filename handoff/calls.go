package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// The channels of what one of the staff writes for a citizen.
const (
	ChannelPhone   = "phone"
	ChannelCounter = "counter"
)

// written reports whether staff write for the citizen on a channel.
func written(channel string) bool { return channel == ChannelPhone || channel == ChannelCounter }

// KindNote is the kind of a message that is a note of the staff.
const KindNote = "note"

// callEnds is when a call that nobody goes on with is over.
const callEnds = 24 * time.Hour

// mostCalls bounds the list of calls that an agent has not ended.
const mostCalls = 20

// NewCall is a contact by telephone or at the counter that is to be put on
// record.
type NewCall struct {
	Caller
	Channel string // ChannelPhone or ChannelCounter
	Flow    string // the service it is about; empty: the note says what it was about
	Note    string
}

// Call is such a contact on record.
type Call struct {
	Conversation uuid.UUID
	Contact      Ref
	Key          Key
	By           uuid.UUID // who of the staff wrote
	Flow         string
	Language     string
	Version      int64
	Owner        flows.Owner
	Ward         int
	OpenedAt     time.Time
	Over         bool
}

// CallWaitsError says that an earlier call of the same number is still at the
// desk, so that this one belongs there.
type CallWaitsError struct{ Conversation uuid.UUID }

// Error says where the call belongs.
func (e *CallWaitsError) Error() string {
	return "an earlier call still waits at the desk: go on in conversation " + e.Conversation.String()
}

// Is makes it an ErrConflict.
func (*CallWaitsError) Is(target error) bool { return target == ErrConflict }

// calledRow is a conversation as a call begins one.
type calledRow struct {
	Conversation conversationRow `gorm:"embedded"`
	Version      int64           `gorm:"column:version"`
	Checkpoint   string          `gorm:"column:checkpoint"`
	CalledBy     *uuid.UUID      `gorm:"column:called_by"`
	HandedAt     time.Time       `gorm:"column:handed_at"`
	DueAt        *time.Time      `gorm:"column:due_at"`
	DueWith      string          `gorm:"column:due_with"`
	WakeAt       *time.Time      `gorm:"column:wake_at"`
}

// TableName is the table of conversations.
func (calledRow) TableName() string { return "conversations" }

// OpenCall puts a contact by telephone or at the counter on record, by the
// viewer. With a service its dialogue begins afterwards, in the conversation
// that this opens; without one the note is all, and the conversation is over.
// A call of the same number that nobody has ended is ended. Its errors are
// FieldError, ErrNotFound for a contact the viewer does not see, and
// CallWaitsError.
func (d *Desk) OpenCall(ctx context.Context, v Viewer, n NewCall) (Call, error) {
	if !written(n.Channel) {
		return Call{}, invalid("channel", "must be phone or counter")
	}
	var err error
	if n.Note, err = noteOf("note", n.Note, n.Flow == ""); err != nil {
		return Call{}, err
	}
	if n.Caller, err = n.checked(); err != nil {
		return Call{}, err
	}
	var call Call
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := besideMerges(tx); err != nil {
			return err
		}
		contact, err := d.caller(tx, v, &n.Caller)
		if err != nil {
			return err
		}
		identity, err := d.addressOf(tx, n.Channel, n.Phone, contact.ID)
		if err != nil {
			return err
		}
		if err := d.endEarlier(tx, identity.ID); err != nil {
			return err
		}
		row := d.calledRow(v, &n, contact, identity)
		call = Call{
			Conversation: row.Conversation.ID, Contact: Ref{contact.ID, contact.Name}, Key: Key{identity.Channel, identity.Address}, By: v.AgentID,
			Flow: n.Flow, Language: n.Language, Version: row.Version, Owner: flows.OwnerBot, Ward: maybe.Zero(contact.Ward), OpenedAt: row.Conversation.OpenedAt, Over: n.Flow == "",
		}
		return d.recordCall(tx, v, &n, row)
	})
	if err != nil {
		return Call{}, fmt.Errorf("open a call: %w", err)
	}
	return call, nil
}

func (d *Desk) calledRow(v Viewer, n *NewCall, contact contactRow, identity identityRow) *calledRow {
	now := d.now()
	row := &calledRow{
		Conversation: conversationRow{
			ID: NewID(), IdentityID: identity.ID, ContactID: contact.ID, Channel: n.Channel, Owner: string(flows.OwnerBot), Flow: n.Flow,
			Language: n.Language, Ward: contact.Ward, OpenedAt: now, LastInAt: now, LastAt: now,
		},
		Version: 1, Checkpoint: "{}", CalledBy: &v.AgentID, HandedAt: now,
	}
	if n.Flow == "" {
		row.Conversation.ClosedAt = &now
		return row
	}
	due := now.Add(callEnds)
	row.DueAt, row.DueWith, row.WakeAt = &due, string(flows.InputExpire), &due
	return row
}

// recordCall writes the conversation with all that is told of it at once.
func (d *Desk) recordCall(tx *gorm.DB, v Viewer, n *NewCall, row *calledRow) error {
	if err := tx.Create(row).Error; err != nil {
		return err
	}
	id := row.Conversation.ID
	if err := d.noteCall(tx, v, row.Conversation, row.Version, n.Note); err != nil {
		return err
	}
	log := conversationLogRow{ID: NewID(), ConversationID: id, At: d.now(), What: LogCalled, AgentID: agentOrNull(v)}
	if err := tx.Create(&log).Error; err != nil {
		return err
	}
	return d.audit(tx, v.AgentID, "conversation.call", id.String(), nil, map[string]string{"channel": n.Channel, "flow": n.Flow, "contact": row.Conversation.ContactID.String()})
}

// noteCall keeps what the agent wrote down as a line of the conversation.
func (d *Desk) noteCall(tx *gorm.DB, v Viewer, c conversationRow, version int64, note string) error {
	if note == "" {
		return nil
	}
	m := messageRow{
		ID: NewID(), ConversationID: c.ID, Seq: version << 8, Direction: "in", Author: "agent", AgentID: agentOrNull(v), Channel: c.Channel,
		Kind: KindNote, Text: note, Status: "delivered", At: d.now(),
	}
	return tx.Create(&m).Error
}

// endEarlier ends a call of the identity that nobody has ended. One that came
// to the desk stays.
func (d *Desk) endEarlier(tx *gorm.DB, identity uuid.UUID) error {
	var open []deskRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("identity_id = ? AND closed_at IS NULL", identity).Limit(1).Find(&open).Error
	if err != nil || len(open) == 0 {
		return err
	}
	if open[0].Owner != string(flows.OwnerBot) {
		return &CallWaitsError{open[0].ID}
	}
	return d.closeCall(tx, open[0].ID, open[0].Version)
}

func (d *Desk) closeCall(tx *gorm.DB, id uuid.UUID, version int64) error {
	return tx.Model(&deskRow{}).Where("id = ?", id).Updates(map[string]any{
		"closed_at": d.now(), "last_at": d.now(), "version": version + 1, "due_at": nil, "due_with": "", "wake_at": nil,
	}).Error
}

// EndCall ends a call of the viewer's where it stands, with what was agreed.
// One that is over or at the desk is ErrConflict.
func (d *Desk) EndCall(ctx context.Context, v Viewer, id uuid.UUID, note string) error {
	note, err := noteOf("note", note, false)
	if err != nil {
		return err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		db := v.conversations("conversations").apply(tx.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "conversations"}}))
		row, err := first[calledRow](db.Where("conversations.id = ? AND called_by IS NOT NULL", id), "call")
		if err != nil {
			return err
		}
		if row.Conversation.ClosedAt != nil || row.Conversation.Owner != string(flows.OwnerBot) || *row.CalledBy != v.AgentID {
			return fmt.Errorf("it is over, or not yours: %w", ErrConflict)
		}
		if err := d.noteCall(tx, v, row.Conversation, row.Version+1, note); err != nil {
			return err
		}
		return d.closeCall(tx, id, row.Version)
	})
	if err != nil {
		return fmt.Errorf("end call %s: %w", id, err)
	}
	return nil
}
