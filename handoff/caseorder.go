package handoff

import (
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"
)

// CaseOrder is how a list of cases is sorted.
type CaseOrder string

// The orders.
const (
	CasesNewest CaseOrder = ""    // the newest first
	CasesByDue  CaseOrder = "due" // what is overdue for longest first; without a due time, and what is settled, last
)

// dueKey is what CasesByDue sorts by, as the index cases_due has it.
const dueKey = `(CASE WHEN cases.status IN ('new', 'assigned', 'in_progress', 'waiting', 'reopened') THEN COALESCE(cases.due_at, 'infinity') ELSE 'infinity' END)`

// never is how PostgreSQL writes the time of what is not due.
const never = "infinity"

// sorted narrows a query to what comes after the cursor, and sorts it.
func (f CaseFilter) sorted(db *gorm.DB) (*gorm.DB, error) {
	switch f.Order {
	case CasesNewest:
		return f.newest(db)
	case CasesByDue:
		if f.Cursor != "" {
			due, number, err := f.afterDue()
			if err != nil {
				return nil, err
			}
			db = db.Where("("+dueKey+", cases.number) > (?::timestamptz, ?)", due, number)
		}
		return db.Order(dueKey + ", cases.number"), nil
	default:
		return nil, invalid("order", "must be due or empty")
	}
}

// newest sorts the newest first. Between days it goes by the days, so that those
// of last year are found without reading all that came since.
func (f CaseFilter) newest(db *gorm.DB) (*gorm.DB, error) {
	before, err := f.number()
	if err != nil {
		return nil, err
	}
	if f.From.IsZero() && f.To.IsZero() {
		if before > 0 {
			db = db.Where("cases.number < ?", before)
		}
		return db.Order("cases.number DESC"), nil
	}
	if before > 0 {
		db = db.Where("(cases.opened_at, cases.number) < (SELECT c.opened_at, c.number FROM cases c WHERE c.number = ?)", before)
	}
	return db.Order("cases.opened_at DESC, cases.number DESC"), nil
}

// afterDue reads a cursor of CasesByDue.
func (f CaseFilter) afterDue() (due string, number int64, err error) {
	wrong := invalid("next", "is not a value that a list gave")
	key, err := f.key()
	if err != nil {
		return "", 0, err
	}
	due, digits, found := strings.Cut(key, " ")
	number, err = strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || number <= 0 {
		return "", 0, wrong
	}
	if _, err := time.Parse(time.RFC3339Nano, due); err != nil && due != never {
		return "", 0, wrong
	}
	return due, number, nil
}

// placeOf is a case's place in the order, for a cursor.
func (f CaseFilter) placeOf(r caseRow) string {
	number := strconv.FormatInt(r.Number, 10)
	switch {
	case f.Order == CasesNewest:
		return number
	case r.DueAt == nil || !CaseStatus(r.Status).Open():
		return never + " " + number
	default:
		return r.DueAt.UTC().Format(time.RFC3339Nano) + " " + number
	}
}
