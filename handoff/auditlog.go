package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// maxSubject bounds what the audit log is searched for, in bytes.
const maxSubject = 300

// AuditFilter says which lines of the audit log are wanted. What is not given
// does not narrow the list.
type AuditFilter struct {
	Agent   uuid.UUID // who did it
	What    string    // "case.assign"; with a dot at the end all of its kind: "case."
	Subject string    // case number, id of a conversation or an account, network
	From    time.Time // from then on
	Before  time.Time // up to then, not including it
	Page    PageOf
}

// auditedRow is a line with the name of who did it.
type auditedRow struct {
	Line auditRow `gorm:"embedded"`
	Name *string  `gorm:"column:agent_name"`
}

// AuditLog lists what staff changed, the newest first. An account's e-mail
// address as Subject stands for the account.
func (d *Desk) AuditLog(ctx context.Context, f AuditFilter) (Page[Audited], error) {
	limit, err := f.Page.limit()
	if err != nil {
		return Page[Audited]{}, err
	}
	q, err := d.audited(ctx, f)
	if err != nil {
		return Page[Audited]{}, err
	}
	if q, err = f.Page.afterID(q, "audit_log.id"); err != nil {
		return Page[Audited]{}, err
	}
	var rows []auditedRow
	err = q.Order("audit_log.id DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return Page[Audited]{}, fmt.Errorf("list the audit log: %w", err)
	}
	page := Page[Audited]{}
	rows, page.Next = cut(rows, limit, func(r auditedRow) string { return r.Line.ID.String() })
	for _, r := range rows {
		a := Audited{
			ID: r.Line.ID, At: d.local(r.Line.At), What: r.Line.What, Subject: r.Line.Subject,
			Before: json.RawMessage(r.Line.Before), After: json.RawMessage(r.Line.After),
		}
		if r.Line.AgentID != nil && r.Name != nil {
			a.Agent = &Ref{ID: *r.Line.AgentID, Name: *r.Name}
		}
		page.Items = append(page.Items, a)
	}
	return page, nil
}

// audited is the query of a filter.
func (d *Desk) audited(ctx context.Context, f AuditFilter) (*gorm.DB, error) {
	subject := strings.TrimSpace(f.Subject)
	if len(subject) > maxSubject {
		return nil, invalid("subject", "must have at most %d characters", maxSubject)
	}
	q := d.db.WithContext(ctx).Table("audit_log").Select("audit_log.*, agents.name AS agent_name").Joins("LEFT JOIN agents ON agents.id = audit_log.agent_id")
	if f.Agent != uuid.Nil {
		q = q.Where("audit_log.agent_id = ?", f.Agent)
	}
	if kind, all := strings.CutSuffix(f.What, "."); all {
		q = q.Where("audit_log.what LIKE ?", strings.TrimPrefix(contains(kind+"."), "%"))
	} else if f.What != "" {
		q = q.Where("audit_log.what = ?", f.What)
	}
	if strings.Contains(subject, "@") {
		q = q.Where("audit_log.subject IN (SELECT id::text FROM agents WHERE lower(email) = ?)", strings.ToLower(subject))
	} else if subject != "" {
		q = q.Where("audit_log.subject = ?", subject)
	}
	if !f.From.IsZero() {
		q = q.Where("audit_log.at >= ?", f.From)
	}
	if !f.Before.IsZero() {
		q = q.Where("audit_log.at < ?", f.Before)
	}
	return q, nil
}
