package handoff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// deskRow is a conversation as the desk's verbs change it.
type deskRow struct {
	ID          uuid.UUID  `gorm:"column:id;primaryKey"`
	IdentityID  uuid.UUID  `gorm:"column:identity_id"`
	Channel     string     `gorm:"column:channel"`
	Owner       string     `gorm:"column:owner"`
	AgentID     *uuid.UUID `gorm:"column:agent_id"`
	Team        string     `gorm:"column:team"`
	Reason      string     `gorm:"column:reason"`
	QueuedAt    *time.Time `gorm:"column:queued_at"`
	PromisedAt  *time.Time `gorm:"column:promised_at"`
	MissedAt    *time.Time `gorm:"column:missed_at"`
	AgentAt     *time.Time `gorm:"column:agent_at"`
	Flow        string     `gorm:"column:flow"`
	Language    string     `gorm:"column:language"`
	Ward        *int       `gorm:"column:ward"`
	LastInAt    time.Time  `gorm:"column:last_in_at"`
	ClosedAt    *time.Time `gorm:"column:closed_at"`
	Version     int64      `gorm:"column:version"`
	OutboxUntil *time.Time `gorm:"column:outbox_until"`
	DueAt       *time.Time `gorm:"column:due_at"`
	DueWith     string     `gorm:"column:due_with"`
	WakeAt      *time.Time `gorm:"column:wake_at"`

	waited *time.Time // since when it had waited when it came to somebody
}

// TableName is the table of conversations.
func (deskRow) TableName() string { return "conversations" }

// Held is where the other end of a conversation is, for whoever speaks there.
type Held struct {
	Conversation uuid.UUID
	Key          Key
	Version      int64
	Language     string
	Owner        flows.Owner
	Team         string
	Ward         int       // 0 when not known
	Muted        bool      // the person has sent STOP
	Heard        time.Time // when the person last wrote
}

// Addressed reads where a conversation that the viewer sees is, and in which
// language.
func (d *Desk) Addressed(ctx context.Context, v Viewer, id uuid.UUID) (Held, error) {
	db := d.db.WithContext(ctx)
	row, err := first[deskRow](v.conversations("conversations").apply(db).Where("conversations.id = ?", id), "conversation")
	if err != nil {
		return Held{}, err
	}
	return d.held(db, &row)
}

// Owned reads where a conversation that is the viewer's stands. One that is
// not his is ErrConflict.
func (d *Desk) Owned(ctx context.Context, v Viewer, id uuid.UUID) (Held, error) {
	db := d.db.WithContext(ctx)
	row, err := first[deskRow](v.conversations("conversations").apply(db).Where("conversations.id = ?", id), "conversation")
	if err != nil {
		return Held{}, err
	}
	if !row.of(v) || row.ClosedAt != nil {
		return Held{}, fmt.Errorf("it is not yours: %w", ErrConflict)
	}
	return d.held(db, &row)
}

// of reports whether the conversation is the viewer's.
func (c *deskRow) of(v Viewer) bool {
	return c.Owner == string(flows.OwnerAgent) && c.AgentID != nil && *c.AgentID == v.AgentID
}

// errUnchanged ends a verb that has nothing left to do.
var errUnchanged = errors.New("nothing to change")

func orUnchanged(err error) error {
	if err != nil {
		return err
	}
	return errUnchanged
}

// atDesk changes a conversation that the viewer sees under its lock, by the
// same rules as a turn: what anybody read before is out of date afterwards. An
// empty what is not audited: the message itself is the record.
func (d *Desk) atDesk(ctx context.Context, v Viewer, id uuid.UUID, what string, change func(*gorm.DB, *deskRow) error) (held Held, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		seen := v.conversations("conversations").apply(tx.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "conversations"}}))
		row, err := first[deskRow](seen.Where("conversations.id = ?", id), "conversation")
		if err != nil {
			return err
		}
		if held, err = d.held(tx, &row); err != nil {
			return err
		}
		if row.ClosedAt != nil {
			return fmt.Errorf("it is over: %w", ErrConflict)
		}
		before := holding{row.Owner, row.AgentID, row.Team}
		row.Version++
		if err := change(tx, &row); err != nil {
			return err
		}
		if err := d.moveDesk(tx, &row); err != nil {
			return err
		}
		held.Version, held.Owner, held.Team = row.Version, flows.Owner(row.Owner), row.Team
		if what == "" {
			return nil
		}
		return d.audit(tx, v.AgentID, what, id.String(), before, holding{row.Owner, row.AgentID, row.Team})
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Held{}, fmt.Errorf("conversation %s: %w", id, err)
	}
	return held, nil
}

// holding is who has a conversation, as the audit log shows it.
type holding struct {
	Owner string     `json:"owner"`
	Agent *uuid.UUID `json:"agent,omitempty"`
	Team  string     `json:"team,omitempty"`
}

func (d *Desk) held(tx *gorm.DB, c *deskRow) (Held, error) {
	row, err := first[identityRow](tx.Where("id = ?", c.IdentityID), "identity")
	if err != nil {
		return Held{}, err
	}
	return Held{
		Conversation: c.ID, Key: Key{Channel: row.Channel, Address: row.Address}, Version: c.Version, Language: c.Language,
		Owner: flows.Owner(c.Owner), Team: c.Team, Ward: maybe.Zero(c.Ward), Muted: row.Muted, Heard: c.LastInAt,
	}, nil
}

func (d *Desk) moveDesk(tx *gorm.DB, c *deskRow) error {
	return tx.Model(&deskRow{}).Where("id = ?", c.ID).Updates(map[string]any{
		"version": c.Version, "owner": c.Owner, "agent_id": c.AgentID, "team": c.Team, "reason": c.Reason, "queued_at": c.QueuedAt, "last_at": d.now(),
		"promised_at": c.PromisedAt, "missed_at": c.MissedAt, "agent_at": c.AgentAt,
		"due_at": c.DueAt, "due_with": c.DueWith, "wake_at": c.WakeAt, "outbox_until": c.OutboxUntil,
	}).Error
}
