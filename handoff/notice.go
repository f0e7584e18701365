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
)

// KindNotice is the kind of a message that tells somebody of a case unasked.
// One whose outcome is unknown is never sent again.
const KindNotice flows.MessageKind = "notice"

type noticeRow struct {
	ID         uuid.UUID  `gorm:"column:id;primaryKey"`
	CaseNumber int64      `gorm:"column:case_number"`
	ContactID  uuid.UUID  `gorm:"column:contact_id"`
	Event      string     `gorm:"column:event"`
	Note       string     `gorm:"column:note"`
	At         time.Time  `gorm:"column:at"`
	NextAt     *time.Time `gorm:"column:next_at"`
}

// TableName is the table of what citizens are told unasked.
func (noticeRow) TableName() string { return "notices" }

// noticesAbout are the events that citizens are told of when the timeline of a
// case says this happened.
var noticesAbout = map[string]flows.NoticeEvent{
	happenings[CaseAssign]: flows.NoticeAssigned, happenings[CaseStart]: flows.NoticeStarted,
	happenings[CaseResolve]: flows.NoticeResolved, happenings[CaseReopen]: flows.NoticeReopened,
	happenings[CaseReject]: flows.NoticeRejected, happenings[CaseRefer]: flows.NoticeReferred,
}

// tellOf records that those who wait for a case are to be told what happened
// to it.
func (d *Desk) tellOf(tx *gorm.DB, k *caseRow, line happened) error {
	event, ok := noticesAbout[line.kind]
	switch {
	case line.ask:
		return d.notify(tx, k, flows.NoticeWaiting, line.text, []uuid.UUID{k.ContactID})
	case !ok:
		return nil
	case event == flows.NoticeResolved && (k.Kind == string(flows.Suggestion) || k.Kind == string(flows.Question)):
		event = flows.NoticeAnswered
	}
	note := line.text
	if event == flows.NoticeAssigned || event == flows.NoticeStarted {
		note = "" // for whoever works on it
	}
	return d.notifyAll(tx, k, event, note)
}

// notifyAll records a notice for the reporter of a case and for those who
// reported the same or joined it.
func (d *Desk) notifyAll(tx *gorm.DB, k *caseRow, event flows.NoticeEvent, note string) error {
	var followers []uuid.UUID
	err := tx.Raw(`SELECT contact_id FROM (
			SELECT contact_id FROM cases WHERE duplicate_of = @number
			UNION SELECT contact_id FROM case_followers WHERE case_number = @number
			UNION SELECT f.contact_id FROM cases c JOIN case_followers f ON f.case_number = c.number WHERE c.duplicate_of = @number
		) f WHERE contact_id <> @reporter ORDER BY contact_id`, map[string]any{"number": k.Number, "reporter": k.ContactID}).Scan(&followers).Error
	if err != nil {
		return err
	}
	return d.notify(tx, k, event, note, append(followers, k.ContactID))
}

func (d *Desk) notify(tx *gorm.DB, k *caseRow, event flows.NoticeEvent, note string, to []uuid.UUID) error {
	now := d.now()
	rows := make([]noticeRow, len(to))
	for i, contact := range to {
		rows[i] = noticeRow{ID: NewID(), CaseNumber: k.Number, ContactID: contact, Event: string(event), Note: note, At: now, NextAt: &now}
	}
	return tx.Create(&rows).Error
}

// NoteDelays records a notice for every open case that has passed its due time
// since the last call, at most limit of them, and how many there were.
func (d *Desk) NoteDelays(ctx context.Context, limit int) (n int, err error) {
	now := d.now()
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		var late []caseRow
		find := tx.Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).
			Where("due_at < ? AND delayed_at IS NULL AND status IN ?", now, openNames())
		if err := find.Order("due_at").Limit(limit).Find(&late).Error; err != nil {
			return err
		}
		for i := range late {
			if err := d.notifyAll(tx, &late[i], flows.NoticeDelayed, ""); err != nil {
				return err
			}
			if err := tx.Model(&caseRow{}).Where("number = ?", late[i].Number).UpdateColumn("delayed_at", now).Error; err != nil {
				return err
			}
		}
		n = len(late)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("look for late cases: %w", err)
	}
	return n, nil
}

// Tell queues a notice in the open conversation of an identity, or else in its
// latest. fit cuts it to what the channel takes. The first part has the id
// given; one that is on record already is not queued again. With asks, the
// number of a case, what is said ends in the question whether it is fixed.
// Somebody who has no conversation is ErrNotFound.
func (d *Desk) Tell(ctx context.Context, identity, id uuid.UUID, asks int64, fit func(Held) []Reply) (held Held, err error) {
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		locked := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("identity_id = ?", identity).Order("closed_at IS NOT NULL, id DESC")
		row, err := first[deskRow](locked, "conversation")
		if err != nil {
			return err
		}
		if held, err = d.held(tx, &row); err != nil {
			return err
		}
		var n int64
		if err := tx.Model(&messageRow{}).Where("id = ?", id).Count(&n).Error; err != nil || n > 0 {
			return orUnchanged(err)
		}
		row.Version++
		said := fit(held)
		for i := range said {
			said[i].Kind = KindNotice
		}
		if len(said) > 0 {
			said[0].ID = id
		}
		if err := d.queueSaid(tx, &row, nil, said); err != nil {
			return err
		}
		held.Version = row.Version
		if asks != 0 && len(said) > 0 {
			if err := askFixed(tx, row.ID, asks); err != nil {
				return err
			}
		}
		return tx.Model(&deskRow{}).Where("id = ?", row.ID).Updates(map[string]any{"version": row.Version, "outbox_until": row.OutboxUntil}).Error
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return Held{}, fmt.Errorf("tell somebody of a case: %w", err)
	}
	return held, nil
}

// askFixed notes where a dialogue stands that its person was asked whether a
// case is fixed.
func askFixed(tx *gorm.DB, conversation uuid.UUID, number int64) error {
	row, err := first[checkpointRow](tx.Select("checkpoint::text AS checkpoint").Where("id = ?", conversation), "conversation")
	if err != nil {
		return err
	}
	session, err := flows.DecodeSession([]byte(row.Checkpoint))
	if err != nil {
		return err
	}
	session.AskFixed(number)
	return tx.Model(&checkpointRow{}).Where("id = ?", conversation).Update("checkpoint", gorm.Expr("CAST(? AS jsonb)", string(session.AppendJSON(nil)))).Error
}
