package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows"
)

// maxWord bounds names given from outside: of a flow, a team.
const maxWord = 64

// Case is a filed matter.
type Case struct {
	Number       int64
	Flow         string
	Kind         flows.Kind
	Title        string
	Status       CaseStatus
	Team         string
	Agent        *Ref
	Ward         int // 0 when not known
	WardBy       flows.WardBy
	Place        string
	Location     *Point
	Contact      Ref
	Conversation uuid.UUID
	Channel      string
	Answers      json.RawMessage // {slot: value}
	Photos       []Photo
	OpenedAt     time.Time
	DueAt        *time.Time
	UpdatedAt    time.Time
	Timeline     []Happening // oldest first
	DuplicateOf  int64       // the main case of the same matter; 0: none
	Duplicates   []int64     // the cases whose main case this is
	Followers    []Follower  // who hears of it like the reporter
}

// Happening is something that was done to a case.
type Happening struct {
	At   time.Time
	Kind string
	By   *Ref // nil: the contact or the bot
	Text string
}

// CaseFilter narrows a list of cases; empty fields do not. From and To bound
// when it was opened, To not included. Query is a case number, a phone number,
// a person's name, or words of the title or the place.
type CaseFilter struct {
	PageOf
	Order  CaseOrder
	Status CaseStatus
	Open   *bool // true: only those somebody still has to do something about; false: only the others
	Flow   string
	Team   string
	Agent  uuid.UUID // who works on it
	Ward   int
	Kind   flows.Kind
	From   time.Time
	To     time.Time
	Query  string

	DueBefore time.Time // only open cases that are due before it
	Channel   string

	Figure     CaseFigure
	NoTeam     bool      // only those that are nobody's
	NoWard     bool      // only those whose ward is not known
	ResolvedOn time.Time // midnight of a day on which they were resolved
}

// Cases lists the cases that the viewer may see, in the order of the filter.
func (d *Desk) Cases(ctx context.Context, v Viewer, f CaseFilter) (Page[Case], error) {
	var none Page[Case]
	limit, err := f.limit()
	if err != nil {
		return none, err
	}
	db, err := f.narrow(v.cases("cases").apply(d.db.WithContext(ctx)))
	if err != nil {
		return none, err
	}
	if db, err = matters(db, f.Query); err != nil {
		return none, err
	}
	if db, err = f.sorted(db); err != nil {
		return none, err
	}
	var rows []caseRow
	if err := db.Limit(limit + 1).Find(&rows).Error; err != nil {
		return none, fmt.Errorf("list cases: %w", err)
	}
	rows, next := cut(rows, limit, f.placeOf)
	items, err := d.casesOf(ctx, rows)
	return Page[Case]{Items: items, Next: next}, err
}

// narrow adds all conditions but the search.
func (f CaseFilter) narrow(db *gorm.DB) (*gorm.DB, error) {
	if f.Status != "" {
		if !f.Status.Known() {
			return nil, invalid("status", "must be one of %s", strings.Join(names(caseStatuses...), ", "))
		}
		db = db.Where("cases.status = ?", f.Status)
	}
	db, err := f.named(db)
	if err != nil {
		return nil, err
	}
	if f.Kind != "" {
		switch f.Kind {
		case flows.Complaint, flows.Request, flows.Question, flows.Suggestion:
			db = db.Where("cases.kind = ?", f.Kind)
		default:
			return nil, invalid("kind", "must be complaint, request, question or suggestion")
		}
	}
	if f.Open != nil && *f.Open {
		db = db.Where("cases.status IN ?", openNames())
	} else if f.Open != nil {
		db = db.Where("cases.status NOT IN ?", openNames())
	}
	if !f.DueBefore.IsZero() {
		db = db.Where("cases.status IN ? AND cases.due_at < ?", openNames(), f.DueBefore)
	}
	if f.Agent != uuid.Nil {
		db = db.Where("cases.agent_id = ?", f.Agent)
	}
	if f.Ward != 0 {
		db = db.Where("cases.ward = ?", f.Ward)
	}
	if !f.From.IsZero() {
		db = db.Where("cases.opened_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		db = db.Where("cases.opened_at < ?", f.To)
	}
	return f.counted(db)
}

// named narrows by names that come from outside.
func (f CaseFilter) named(db *gorm.DB) (*gorm.DB, error) {
	if f.Flow != "" {
		flow, err := word("flow", f.Flow)
		if err != nil {
			return nil, err
		}
		db = db.Where("cases.flow = ?", flow)
	}
	if f.Team != "" {
		team, err := word("team", f.Team)
		if err != nil {
			return nil, err
		}
		db = db.Where("cases.team = ?", team)
	}
	if f.Channel != "" {
		channel, err := word("channel", f.Channel)
		if err != nil {
			return nil, err
		}
		db = db.Where("cases.channel = ?", channel)
	}
	return db, nil
}

// matters narrows a query over cases to those that a search means.
func matters(db *gorm.DB, typed string) (*gorm.DB, error) {
	q, err := query(typed)
	if err != nil || q == "" {
		return db, err
	}
	people := db.Session(&gorm.Session{NewDB: true}).Model(&contactRow{}).Select("contacts.id")
	if isNumber(q) {
		number, err := strconv.ParseInt(onlyDigits(q), 10, 64)
		if err != nil {
			number = 0 // longer than any case number; it may be a part of a phone number still
		}
		return db.Where("(cases.number = ? OR cases.contact_id IN (?))", number, byPhone(people, q)), nil
	}
	like := contains(q)
	return db.Where("(cases.title ILIKE ? OR cases.place ILIKE ? OR cases.contact_id IN (?))", like, like, whoIs(people, q)), nil
}

// word checks a name given from outside. Names that nothing has find nothing;
// only what the database cannot take is refused.
func word(field, s string) (string, error) {
	if len(s) > maxWord || strings.ContainsRune(s, 0) {
		return "", invalid(field, "is not a name")
	}
	return strings.ToValidUTF8(s, "\uFFFD"), nil
}
