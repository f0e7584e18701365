package handoff

import (
	"strings"
	"time"

	"gorm.io/gorm"
)

// CaseFigure says of which figure a case is counted.
type CaseFigure string

// The figures of cases.
const (
	CaseSettled CaseFigure = "settled"  // resolved or closed by now
	CaseInTime  CaseFigure = "in_time"  // of these, those that were last resolved by when they were due
	CaseLate    CaseFigure = "late"     // and those that were not
	CaseAgain   CaseFigure = "reopened" // reopened at least once
	CaseRated   CaseFigure = "rated"    // the citizen said how satisfied he was
)

// CaseFigures lists all of them.
func CaseFigures() []CaseFigure {
	return []CaseFigure{CaseSettled, CaseInTime, CaseLate, CaseAgain, CaseRated}
}

// lastResolved is when a case was last resolved.
const lastResolved = "(SELECT max(t.at) FROM case_timeline t WHERE t.case_number = cases.number AND t.kind = 'resolved')"

// counted adds the conditions of the figures.
func (f CaseFilter) counted(db *gorm.DB) (*gorm.DB, error) {
	const settled = "cases.status IN ('resolved', 'closed')"
	switch f.Figure {
	case "":
	case CaseSettled:
		db = db.Where(settled)
	case CaseInTime:
		db = db.Where(settled + " AND " + lastResolved + " <= cases.due_at")
	case CaseLate:
		db = db.Where(settled + " AND " + lastResolved + " > cases.due_at")
	case CaseAgain:
		db = db.Where("EXISTS (SELECT 1 FROM case_timeline t WHERE t.case_number = cases.number AND t.kind = 'reopened')")
	case CaseRated:
		db = db.Where("CASE WHEN jsonb_typeof(cases.answers -> 'rating') = 'number' THEN round((cases.answers ->> 'rating')::numeric) BETWEEN 1 AND 5 ELSE FALSE END")
	default:
		return nil, invalid("figure", "must be one of %s", strings.Join(names(CaseFigures()...), ", "))
	}
	if f.NoTeam {
		db = db.Where("cases.team = ''")
	}
	if f.NoWard {
		db = db.Where("cases.ward IS NULL")
	}
	if !f.ResolvedOn.IsZero() {
		day := f.ResolvedOn.Add(24 * time.Hour)
		db = db.Where("cases.number IN (SELECT t.case_number FROM case_timeline t WHERE t.id >= ? AND t.kind = 'resolved' AND t.at >= ? AND t.at < ?)",
			firstID(f.ResolvedOn), f.ResolvedOn, day)
	}
	return db, nil
}
