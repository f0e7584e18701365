package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// maxAlarms is how many open alarms are listed; the newest are.
const maxAlarms = 500

// AlarmPromise is the kind of an alarm about a citizen who was promised an
// answer and had none. It is about a conversation, and ends with the answer.
const AlarmPromise = "promise"

// Alarm is a red alert about a person, or a fault that staff should know of.
type Alarm struct {
	ID           uuid.UUID
	Kind         string
	Subject      string     // what it is about: a channel, a conversation
	Conversation *uuid.UUID // nil when it is about none
	Text         string
	RaisedAt     time.Time
}

// Alarms lists the open alarms, the newest first. Alarms about a conversation
// are for those who may see it; all others are for everybody on the staff.
func (d *Desk) Alarms(ctx context.Context, v Viewer) ([]Alarm, error) {
	of := v.conversations("about")
	db := d.db.WithContext(ctx).Where("cleared_at IS NULL")
	if !v.Role.Known() {
		db = db.Where("FALSE")
	}
	db = db.Where("(conversation_id IS NULL OR EXISTS (SELECT 1 FROM conversations about WHERE about.id = alarms.conversation_id AND "+of.sql+"))", of.vars...)
	var rows []alarmRow
	if err := db.Order("id DESC").Limit(maxAlarms).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	list := make([]Alarm, len(rows))
	for i, r := range rows {
		list[i] = Alarm{ID: r.ID, Kind: r.Kind, Subject: r.Subject, Conversation: r.ConversationID, Text: r.Text, RaisedAt: d.local(r.RaisedAt)}
	}
	return list, nil
}

// RaiseAlarm tells staff of a fault, once: while an alarm of the same kind and
// subject is open, another changes nothing.
func (d *Desk) RaiseAlarm(ctx context.Context, kind, subject, text string) error {
	_, err := d.pool.Exec(ctx, `INSERT INTO alarms (id, kind, subject, text, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		NewID(), kind, subject, keepable(text), d.now())
	if err != nil {
		return fmt.Errorf("raise an alarm: %w", err)
	}
	return nil
}

// ClearAlarm ends an alarm when its cause is over.
func (d *Desk) ClearAlarm(ctx context.Context, kind, subject string) error {
	_, err := d.pool.Exec(ctx, `UPDATE alarms SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL`, kind, subject, d.now())
	if err != nil {
		return fmt.Errorf("clear an alarm: %w", err)
	}
	return nil
}
