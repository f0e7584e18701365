package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Bounds of what is listed; the newest are.
const (
	maxAlarms      = 500
	maxEndedAlarms = 50
	endedShown     = 7 * 24 * time.Hour
)

// Kinds of alarms. Those about a person have a conversation; the subject of the
// others is what is at fault.
const (
	AlarmDanger   = "danger"   // somebody wrote words of danger; ends by hand
	AlarmPromise  = "promise"  // a promised answer has not come; ends with the answer
	AlarmChannel  = "channel"  // a channel, or one of its links, refuses what we send
	AlarmProvider = "provider" // a provider has told of a change or a fault; ends by hand
	AlarmSilence  = "silence"  // nothing comes in by a channel that is busy otherwise
	AlarmOutbox   = "outbox"   // what is to be sent waits too long
	AlarmSpool    = "spool"    // a process keeps what comes on disk: the database is away for it
	AlarmWork     = "work"     // background work has failed for some time
	AlarmDead     = "dead"     // what came could not be recorded
	AlarmFigures  = "figures"  // figures of reports were not what the rows say, and were mended; ends by hand
	AlarmNear     = "near"     // most of what SMS may cost in the month is spent
	AlarmBudget   = "budget"   // all of it is
	AlarmBalance  = "balance"  // little money is left at a gateway
)

// AlarmKinds lists all kinds.
func AlarmKinds() []string {
	return []string{AlarmDanger, AlarmPromise, AlarmChannel, AlarmProvider, AlarmSilence, AlarmOutbox, AlarmSpool, AlarmWork, AlarmDead, AlarmNear, AlarmBudget, AlarmBalance, AlarmFigures}
}

// EndsByHand reports whether alarms of a kind stay until somebody of the staff
// ends them: nothing shows that their cause is over.
func EndsByHand(kind string) bool {
	return kind == AlarmDanger || kind == AlarmProvider || kind == AlarmFigures
}

// Alarm is a red alert about a person, or a fault that staff should know of.
type Alarm struct {
	ID           uuid.UUID
	Kind         string
	Subject      string     // what it is about: a channel, a conversation
	Conversation *uuid.UUID // nil when it is about none
	Text         string
	RaisedAt     time.Time
	ClearedAt    *time.Time // nil: it is open
}

// Alarms lists the open alarms, the newest first. Alarms about a conversation
// are for those who may see it; all others are for everybody on the staff.
func (d *Desk) Alarms(ctx context.Context, v Viewer) ([]Alarm, error) {
	return d.alarms(ctx, v, func(db *gorm.DB) *gorm.DB { return db.Where("cleared_at IS NULL").Order("id DESC").Limit(maxAlarms) })
}

// EndedAlarms lists alarms of the last week that are over, the last ended
// first.
func (d *Desk) EndedAlarms(ctx context.Context, v Viewer) ([]Alarm, error) {
	return d.alarms(ctx, v, func(db *gorm.DB) *gorm.DB {
		return db.Where("cleared_at > ?", d.now().Add(-endedShown)).Order("cleared_at DESC, id DESC").Limit(maxEndedAlarms)
	})
}

func (d *Desk) alarms(ctx context.Context, v Viewer, which func(*gorm.DB) *gorm.DB) ([]Alarm, error) {
	var rows []alarmRow
	if err := which(d.seenAlarms(d.db.WithContext(ctx), v)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	list := make([]Alarm, len(rows))
	for i, r := range rows {
		list[i] = Alarm{ID: r.ID, Kind: r.Kind, Subject: r.Subject, Conversation: r.ConversationID, Text: r.Text, RaisedAt: d.local(r.RaisedAt)}
		if r.ClearedAt != nil {
			at := d.local(*r.ClearedAt)
			list[i].ClearedAt = &at
		}
	}
	return list, nil
}

// seenAlarms narrows a query to the alarms that a viewer may see.
func (d *Desk) seenAlarms(db *gorm.DB, v Viewer) *gorm.DB {
	if !v.Role.Known() {
		return db.Where("FALSE")
	}
	of := v.conversations("about")
	return db.Where("(conversation_id IS NULL OR EXISTS (SELECT 1 FROM conversations about WHERE about.id = alarms.conversation_id AND "+of.sql+"))", of.vars...)
}

// OpenAlarms counts the alarms that Alarms lists.
func (d *Desk) OpenAlarms(ctx context.Context, v Viewer) (int, error) {
	var n int64
	if err := d.seenAlarms(d.db.WithContext(ctx).Model(&alarmRow{}), v).Where("cleared_at IS NULL").Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count alarms: %w", err)
	}
	return int(n), nil
}

// EndAlarm ends an alarm by hand, which the audit log keeps. ErrNotFound when
// there is none that the viewer may see, ErrConflict when it is over or ends by
// itself.
func (d *Desk) EndAlarm(ctx context.Context, v Viewer, id uuid.UUID) error {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var row alarmRow
		if err := d.seenAlarms(tx.Clauses(clause.Locking{Strength: "UPDATE"}), v).First(&row, "id = ?", id).Error; err != nil {
			return notFound(err, "find the alarm")
		}
		if row.ClearedAt != nil || !EndsByHand(row.Kind) {
			return ErrConflict
		}
		now := d.now()
		if err := tx.Model(&row).Update("cleared_at", now).Error; err != nil {
			return err
		}
		return d.audit(tx, v.AgentID, "alarm.end", id.String(), nil, map[string]any{"kind": row.Kind})
	})
	if err != nil {
		return fmt.Errorf("end an alarm: %w", err)
	}
	return nil
}

// RaiseAlarm tells staff of a fault, once: while an alarm of the same kind and
// subject is open, another changes nothing. It reports whether this one is new.
func (d *Desk) RaiseAlarm(ctx context.Context, kind, subject, text string) (raised bool, err error) {
	tag, err := d.pool.Exec(ctx, `INSERT INTO alarms (id, kind, subject, text, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		NewID(), kind, subject, keepable(text), d.now())
	if err != nil {
		return false, fmt.Errorf("raise an alarm: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// ClearAlarm ends an alarm when its cause is over, and reports whether there
// was one.
func (d *Desk) ClearAlarm(ctx context.Context, kind, subject string) (cleared bool, err error) {
	tag, err := d.pool.Exec(ctx, `UPDATE alarms SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL`, kind, subject, d.now())
	if err != nil {
		return false, fmt.Errorf("clear an alarm: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
