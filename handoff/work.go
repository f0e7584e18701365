package handoff

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"nagorik/flows/bangla"
	"nagorik/handoff/maybe"
)

// maxNoteText is how long a note may be, in characters.
const maxNoteText = 2000

// What the timeline of a case says happened, besides "opened".
const (
	HappenedNote   = "note"
	HappenedPassed = "passed" // to another agent or team, without a change of status
)

// happenings are what the timeline calls each event.
var happenings = map[CaseEvent]string{
	CaseAssign: "assigned", CaseStart: "started", CaseWait: "waiting", CaseResolve: "resolved", CaseClose: "closed",
	CaseReject: "rejected", CaseRefer: "referred", CaseMatch: "matched", CaseReopen: "reopened",
}

// Assignment says who shall work on something: an agent, a team, or an agent
// of a team.
type Assignment struct {
	Agent uuid.UUID // nil: nobody in particular
	Team  string    // empty: the team stays
	Note  string    // of a case: for whoever gets it; the second line in the timeline
}

// AssignCase gives an open case to an agent or a team. Its errors are
// ErrNotFound for a case the viewer does not see, a FieldError for somebody
// there is not, and ErrConflict when the case is settled.
func (d *Desk) AssignCase(ctx context.Context, v Viewer, number int64, to Assignment) (Case, error) {
	team, err := word("team", strings.TrimSpace(to.Team))
	if err != nil {
		return Case{}, err
	}
	if team == "" && to.Agent == uuid.Nil {
		return Case{}, invalid("agent", "say which agent or which team")
	}
	note, err := noteOf("note", to.Note, false)
	if err != nil {
		return Case{}, err
	}
	return d.workOn(ctx, v, number, "case.assign", func(tx *gorm.DB, k *caseRow) (happened, error) {
		h := happened{kind: HappenedPassed, text: team}
		if !CaseStatus(k.Status).Open() {
			return h, fmt.Errorf("assign a case that is %s: %w", k.Status, ErrConflict)
		}
		if next, err := CaseStatus(k.Status).After(CaseAssign); err == nil {
			k.Status, h.kind = string(next), happenings[CaseAssign]
		}
		if team != "" {
			k.Team = team
		}
		k.AgentID = nil
		if to.Agent != uuid.Nil {
			agent, err := first[agentRow](tx.Where("id = ? AND disabled_at IS NULL", to.Agent), "agent")
			if err != nil {
				return h, invalid("agent", "there is no such agent")
			}
			k.AgentID, h.text = &agent.ID, strings.TrimSpace(team+" "+agent.Name)
		}
		if note != "" {
			h.text += "\n" + note
		}
		return h, nil
	})
}

// StartCase says that work on an assigned case goes on.
func (d *Desk) StartCase(ctx context.Context, v Viewer, number int64, note string) (Case, error) {
	return d.moveCase(ctx, v, number, CaseStart, note, false)
}

// WaitCase says that work waits: for material, for another office.
func (d *Desk) WaitCase(ctx context.Context, v Viewer, number int64, note string) (Case, error) {
	return d.moveCase(ctx, v, number, CaseWait, note, false)
}

// AskCitizen says that work waits for the citizen, who is told the question.
func (d *Desk) AskCitizen(ctx context.Context, v Viewer, number int64, question string) (Case, error) {
	question, err := noteOf("note", question, true)
	if err != nil {
		return Case{}, err
	}
	return d.workOn(ctx, v, number, "case.ask", func(_ *gorm.DB, k *caseRow) (happened, error) {
		next, err := CaseStatus(k.Status).After(CaseWait)
		k.Status = string(next)
		return happened{kind: happenings[CaseWait], text: question, ask: true}, err
	})
}

// CloseCase puts a resolved case away for good.
func (d *Desk) CloseCase(ctx context.Context, v Viewer, number int64, note string) (Case, error) {
	return d.moveCase(ctx, v, number, CaseClose, note, false)
}

// RejectCase says that the city will not do it, and why.
func (d *Desk) RejectCase(ctx context.Context, v Viewer, number int64, note string) (Case, error) {
	return d.moveCase(ctx, v, number, CaseReject, note, true)
}

// ReferCase passes the matter to an office that is not the city's.
func (d *Desk) ReferCase(ctx context.Context, v Viewer, number int64, to, note string) (Case, error) {
	to, err := noteOf("to", to, true)
	if err != nil {
		return Case{}, err
	}
	if note, err = noteOf("note", note, false); err != nil {
		return Case{}, err
	}
	return d.moveCase(ctx, v, number, CaseRefer, strings.TrimSuffix(to+": "+note, ": "), true)
}

// ReopenCase opens a resolved case again.
func (d *Desk) ReopenCase(ctx context.Context, v Viewer, number int64, note string) (Case, error) {
	return d.moveCase(ctx, v, number, CaseReopen, note, false)
}

// NoteCase adds a note of the staff to a case.
func (d *Desk) NoteCase(ctx context.Context, v Viewer, number int64, text string) (Case, error) {
	text, err := noteOf("text", text, true)
	if err != nil {
		return Case{}, err
	}
	return d.workOn(ctx, v, number, "case.note", func(tx *gorm.DB, k *caseRow) (happened, error) {
		row := noteRow{ID: NewID(), ContactID: k.ContactID, CaseNumber: &k.Number, AgentID: v.AgentID, Text: text, At: d.now()}
		return happened{kind: HappenedNote, text: text}, tx.Create(&row).Error
	})
}

// moveCase moves a case by an event, with a note that must be there or not.
func (d *Desk) moveCase(ctx context.Context, v Viewer, number int64, event CaseEvent, note string, must bool) (Case, error) {
	note, err := noteOf("note", note, must)
	if err != nil {
		return Case{}, err
	}
	return d.workOn(ctx, v, number, "case."+string(event), func(_ *gorm.DB, k *caseRow) (happened, error) {
		next, err := CaseStatus(k.Status).After(event)
		k.Status = string(next)
		return happened{kind: happenings[event], text: note}, err
	})
}

// noteOf checks what somebody wrote.
func noteOf(field, note string, must bool) (string, error) {
	note = strings.TrimSpace(bangla.Clean(note))
	if must && note == "" {
		return "", invalid(field, "must say something")
	}
	if utf8.RuneCountInString(note) > maxNoteText {
		return "", invalid(field, "must have at most %d characters", maxNoteText)
	}
	return note, nil
}

// happened is a line for the timeline.
type happened struct {
	kind, text string
	ask        bool // the text is a question to the citizen
}

// workOn changes a case that the viewer sees, with its timeline and the audit
// log, under the case's lock.
func (d *Desk) workOn(ctx context.Context, v Viewer, number int64, what string, change func(*gorm.DB, *caseRow) (happened, error)) (Case, error) {
	return d.workOnAfter(ctx, v, number, what, func(*gorm.DB) error { return nil }, change)
}

// workOnAfter is the same with something to be done before the case is locked.
func (d *Desk) workOnAfter(ctx context.Context, v Viewer, number int64, what string, before func(*gorm.DB) error,
	change func(*gorm.DB, *caseRow) (happened, error),
) (Case, error) {
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := before(tx); err != nil {
			return err
		}
		row, err := first[caseRow](v.cases("cases").apply(tx.Clauses(clause.Locking{Strength: "UPDATE"})).Where("cases.number = ?", number), "case")
		if err != nil {
			return err
		}
		stood := standOf(row)
		line, err := change(tx, &row)
		if err != nil {
			return err
		}
		return d.recordWork(tx, v, row, stood, what, line)
	})
	if err != nil {
		return Case{}, fmt.Errorf("%s %d: %w", what, number, err)
	}
	return d.Case(ctx, Viewer{Role: RoleSupervisor}, number)
}

// caseStand is where a case stands, as the audit log shows it before and after.
type caseStand struct {
	Status string     `json:"status"`
	Team   string     `json:"team,omitempty"`
	Agent  *uuid.UUID `json:"agent,omitempty"`
	Ward   int        `json:"ward,omitempty"`
	Same   *int64     `json:"duplicate_of,omitempty"`
	Note   string     `json:"note,omitempty"`
}

func standOf(r caseRow) caseStand {
	return caseStand{Status: r.Status, Team: r.Team, Agent: r.AgentID, Ward: maybe.Zero(r.Ward), Same: r.DuplicateOf}
}

func (d *Desk) recordWork(tx *gorm.DB, v Viewer, row caseRow, before caseStand, what string, line happened) error {
	now := d.now()
	err := tx.Model(&caseRow{}).Where("number = ?", row.Number).
		Updates(map[string]any{
			"status": row.Status, "team": row.Team, "agent_id": row.AgentID, "ward": row.Ward, "ward_by": row.WardBy,
			"duplicate_of": row.DuplicateOf, "repeats": row.Repeats, "updated_at": now,
		}).Error
	if err != nil {
		return err
	}
	if err := tx.Create(&timelineRow{ID: NewID(), CaseNumber: row.Number, At: now, Kind: line.kind, AgentID: agentOrNull(v), Text: line.text}).Error; err != nil {
		return err
	}
	if err := d.tellOf(tx, &row, line); err != nil {
		return err
	}
	after := standOf(row)
	after.Note = line.text
	return d.audit(tx, v.AgentID, what, strconv.FormatInt(row.Number, 10), before, after)
}

func agentOrNull(v Viewer) *uuid.UUID {
	if v.AgentID == uuid.Nil {
		return nil
	}
	return &v.AgentID
}
