package handoff

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Audited is a line of the audit log: a change that somebody of the staff made.
type Audited struct {
	ID      uuid.UUID
	At      time.Time
	Agent   *Ref // nil: a command on the machine
	What    string
	Subject string
	Before  json.RawMessage // what stood there before; null when it is new
	After   json.RawMessage
}

type auditRow struct {
	ID      uuid.UUID  `gorm:"column:id;primaryKey"`
	At      time.Time  `gorm:"column:at"`
	AgentID *uuid.UUID `gorm:"column:agent_id"`
	What    string     `gorm:"column:what"`
	Subject string     `gorm:"column:subject"`
	Before  rawJSON    `gorm:"column:before"`
	After   rawJSON    `gorm:"column:after"`
}

// TableName is the table of changes that staff made.
func (auditRow) TableName() string { return "audit_log" }

// audit adds a change to the log, in the transaction that makes it. before and
// after are shown as JSON; nil is nothing.
func (d *Desk) audit(tx *gorm.DB, by uuid.UUID, what, subject string, before, after any) error {
	row := auditRow{ID: NewID(), At: d.now(), What: what, Subject: subject}
	if by != uuid.Nil {
		row.AgentID = &by
	}
	var err error
	if row.Before, err = jsonOrNull(before); err == nil {
		row.After, err = jsonOrNull(after)
	}
	if err == nil {
		err = tx.Create(&row).Error
	}
	if err != nil {
		return fmt.Errorf("audit %s: %w", what, err)
	}
	return nil
}

// auditSystem adds what the program itself did.
func (d *Desk) auditSystem(tx *gorm.DB, what, subject string, after any) error {
	return d.audit(tx, uuid.Nil, what, subject, nil, after)
}

func jsonOrNull(v any) (rawJSON, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	return rawJSON(b), err
}
