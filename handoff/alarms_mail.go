package handoff

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Bounds of mail about alarms.
const (
	alarmSettles = time.Minute // a fault that is over by then is not worth a mail
	alarmsMailed = 20          // in one round
)

// AlarmMail says who is to be written to about which alarm.
type AlarmMail struct {
	Alarm uuid.UUID
	Agent uuid.UUID
}

// AlarmLetter is what a mail about an alarm is written from. It names no
// citizen.
type AlarmLetter struct {
	Alarm
	To   string // mail address
	Lang string
}

// unmailed takes open alarms that nobody was written to about, and those who
// are written to: promises go to supervisors and administrators, faults to
// administrators. A danger is at the desk at once; it is not mailed.
const unmailed = `
WITH due AS (
	SELECT id FROM alarms WHERE cleared_at IS NULL AND mailed_at IS NULL AND kind <> 'danger' AND raised_at <= $2
	ORDER BY raised_at LIMIT $3 FOR UPDATE SKIP LOCKED
), taken AS (
	UPDATE alarms SET mailed_at = $1 FROM due WHERE alarms.id = due.id RETURNING alarms.id, alarms.kind
)
SELECT taken.id, agents.id FROM taken JOIN agents ON agents.disabled_at IS NULL AND agents.alarm_mail
	AND (agents.role = 'administrator' OR agents.role = 'supervisor' AND taken.kind = 'promise')
ORDER BY 1, 2`

// TakeAlarmMails takes what is to be written about alarms, once, and hands it
// over in the same transaction.
func (d *Desk) TakeAlarmMails(ctx context.Context, hand func(tx pgx.Tx, mails []AlarmMail) error) error {
	err := pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
		now := d.now()
		rows, err := tx.Query(ctx, unmailed, now, now.Add(-alarmSettles), alarmsMailed)
		if err != nil {
			return err
		}
		mails, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AlarmMail])
		if err != nil || len(mails) == 0 {
			return err
		}
		return hand(tx, mails)
	})
	if err != nil {
		return fmt.Errorf("take mails about alarms: %w", err)
	}
	return nil
}

// AlarmLetter is a mail about an alarm, written anew. ErrNotFound when the
// alarm is over or nobody is to be written to any more.
func (d *Desk) AlarmLetter(ctx context.Context, m AlarmMail) (AlarmLetter, error) {
	var l AlarmLetter
	err := d.pool.QueryRow(ctx, `
		SELECT alarms.id, alarms.kind, alarms.subject, alarms.conversation_id, alarms.text, alarms.raised_at, agents.email, COALESCE(NULLIF(agents.language, ''), 'bn')
		FROM alarms, agents WHERE alarms.id = $1 AND alarms.cleared_at IS NULL AND agents.id = $2 AND agents.disabled_at IS NULL AND agents.alarm_mail`,
		m.Alarm, m.Agent).Scan(&l.ID, &l.Kind, &l.Subject, &l.Conversation, &l.Text, &l.RaisedAt, &l.To, &l.Lang)
	if errors.Is(err, pgx.ErrNoRows) {
		return AlarmLetter{}, fmt.Errorf("read an alarm: %w", ErrNotFound)
	}
	if err != nil {
		return AlarmLetter{}, fmt.Errorf("read an alarm: %w", err)
	}
	l.RaisedAt = d.local(l.RaisedAt)
	return l, nil
}

// AlarmReaders are the administrators who want mail about alarms: letters
// without an alarm.
func (d *Desk) AlarmReaders(ctx context.Context) ([]AlarmLetter, error) {
	rows, err := d.pool.Query(ctx, `SELECT email, COALESCE(NULLIF(language, ''), 'bn') FROM agents
		WHERE role = 'administrator' AND disabled_at IS NULL AND alarm_mail ORDER BY id LIMIT $1`, maxStaff)
	if err != nil {
		return nil, fmt.Errorf("list who reads alarms: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l AlarmLetter, err error) { return l, row.Scan(&l.To, &l.Lang) })
	if err != nil {
		return nil, fmt.Errorf("list who reads alarms: %w", err)
	}
	return list, nil
}

// MailAlarms says whether an agent wants mail about alarms.
func (d *Desk) MailAlarms(ctx context.Context, agent uuid.UUID, wanted bool) error {
	if err := d.db.WithContext(ctx).Model(&agentRow{}).Where("id = ?", agent).Update("alarm_mail", wanted).Error; err != nil {
		return fmt.Errorf("keep whether alarms are mailed: %w", err)
	}
	return nil
}
