package handoff

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// matchLock is the advisory lock under which cases are joined and separated,
// one after the other: each looks at several.
const matchLock = 0x6e61676f02

// maxRepeats bounds how long a chain of cases that repeat each other is
// followed, and how many are moved at once.
const maxRepeats = 1000

// What the timeline of a case says of duplicates, with the other's number.
const (
	HappenedJoined    = "joined"    // another case was found to be about this matter
	HappenedSeparated = "separated" // it is a matter of its own again, or another is
)

// MatchCase says that an open case is about the same matter as another open
// one of the same service: it becomes a duplicate, and whoever reported it
// follows the other. What is already a duplicate stands for its main case, so
// that no duplicate leads to a duplicate; those of the case itself go along.
// Its errors are ErrNotFound for a case the viewer does not see, a FieldError
// for another that cannot be meant, and ErrConflict when one is settled.
func (d *Desk) MatchCase(ctx context.Context, v Viewer, number, of int64) (k, main Case, err error) {
	var root int64
	k, err = d.matching(ctx, v, number, "case.match", func(tx *gorm.DB, row *caseRow) (happened, error) {
		var h happened
		to, err := mainOf(tx, v, of)
		if err != nil {
			return h, err
		}
		switch {
		case to.Number == number:
			return h, invalid("of", "is this case, or a duplicate of it")
		case to.Flow != row.Flow:
			return h, invalid("of", "is about another service")
		case !CaseStatus(to.Status).Open():
			return h, fmt.Errorf("join a case that is %s: %w", to.Status, ErrConflict)
		}
		next, err := CaseStatus(row.Status).After(CaseMatch)
		if err != nil {
			return h, err
		}
		row.Status, row.DuplicateOf, row.Repeats, root = string(next), &to.Number, &to.Number, to.Number
		if err := tx.Model(&caseRow{}).Where("duplicate_of = ?", number).Update("duplicate_of", root).Error; err != nil {
			return h, err
		}
		return happened{kind: happenings[CaseMatch], text: strconv.FormatInt(root, 10)}, d.noteOther(tx, v, root, HappenedJoined, number)
	})
	if err != nil {
		return k, main, err
	}
	main, err = d.Case(ctx, Viewer{Role: RoleSupervisor}, root)
	return k, main, err
}

// SeparateCase makes a duplicate a matter of its own again, with what was
// joined to it before: it is open, as one that was opened again. Its errors
// are ErrNotFound for a case the viewer does not see and ErrConflict when it is
// no duplicate.
func (d *Desk) SeparateCase(ctx context.Context, v Viewer, number int64) (k, main Case, err error) {
	var root int64
	k, err = d.matching(ctx, v, number, "case.separate", func(tx *gorm.DB, row *caseRow) (happened, error) {
		var h happened
		next, err := CaseStatus(row.Status).After(CaseSeparate)
		if err != nil {
			return h, err
		}
		if row.DuplicateOf == nil {
			return h, fmt.Errorf("it repeats no case: %w", ErrConflict)
		}
		root = *row.DuplicateOf
		row.Status, row.DuplicateOf, row.Repeats = string(next), nil, nil
		err = tx.Exec(`WITH RECURSIVE behind AS (
				SELECT number, 1 AS deep FROM cases WHERE duplicate_of = @root AND repeats = @number
				UNION ALL SELECT c.number, b.deep + 1 FROM cases c JOIN behind b ON c.repeats = b.number WHERE c.duplicate_of = @root AND b.deep < @most
			) UPDATE cases SET duplicate_of = @number WHERE number IN (SELECT number FROM behind)`,
			map[string]any{"root": root, "number": number, "most": maxRepeats}).Error
		if err != nil {
			return h, err
		}
		return happened{kind: HappenedSeparated, text: strconv.FormatInt(root, 10)}, d.noteOther(tx, v, root, HappenedSeparated, number)
	})
	if err != nil {
		return k, main, err
	}
	main, err = d.Case(ctx, Viewer{Role: RoleSupervisor}, root)
	return k, main, err
}

// matching works on a case under the lock of all joining.
func (d *Desk) matching(ctx context.Context, v Viewer, number int64, what string, change func(*gorm.DB, *caseRow) (happened, error)) (Case, error) {
	return d.workOnAfter(ctx, v, number, what, func(tx *gorm.DB) error {
		return tx.Exec(`SELECT pg_advisory_xact_lock(?)`, int64(matchLock)).Error
	}, change)
}

// mainOf locks the case that a viewer means by a number: itself, or the one it
// is a duplicate of.
func mainOf(tx *gorm.DB, v Viewer, number int64) (caseRow, error) {
	lock := func() *gorm.DB { return tx.Clauses(clause.Locking{Strength: "UPDATE"}) }
	row, err := first[caseRow](v.cases("cases").apply(lock()).Where("cases.number = ?", number), "case")
	if err == nil && row.DuplicateOf != nil {
		row, err = first[caseRow](lock().Where("number = ?", *row.DuplicateOf), "case")
	}
	if errors.Is(err, ErrNotFound) {
		return row, invalid("of", "there is no such case, or it is not yours to see")
	}
	return row, err
}

// noteOther writes into the other case's timeline what happened to it.
func (d *Desk) noteOther(tx *gorm.DB, v Viewer, other int64, kind string, number int64) error {
	now := d.now()
	if err := tx.Model(&caseRow{}).Where("number = ?", other).Update("updated_at", now).Error; err != nil {
		return err
	}
	return tx.Create(&timelineRow{ID: NewID(), CaseNumber: other, At: now, Kind: kind, AgentID: agentOrNull(v), Text: strconv.FormatInt(number, 10)}).Error
}

// maxRelated is how many of the cases about the same matter Related reads.
const maxRelated = 20

// Related reads the other cases about the same matter that the viewer may see:
// the main case of a duplicate, or the duplicates of a case, the first first.
func (d *Desk) Related(ctx context.Context, v Viewer, k Case) ([]Case, error) {
	numbers := k.Duplicates
	if k.DuplicateOf != 0 {
		numbers = []int64{k.DuplicateOf}
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	var rows []caseRow
	err := v.cases("cases").apply(d.db.WithContext(ctx)).Where("cases.number IN ?", numbers).Order("cases.number").Limit(maxRelated).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the cases about the same as %d: %w", k.Number, err)
	}
	return d.casesOf(ctx, rows)
}
