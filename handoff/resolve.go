package handoff

import (
	"context"

	"gorm.io/gorm"
)

// MostAfter is how many photos of how it is now a case is resolved with.
const MostAfter = 5

// Resolution says how a matter was settled.
type Resolution struct {
	Note   string   // for the citizen to read
	Photos []string // of how it is now: SHA-256 of photos that are kept already

	// NeedsPhoto reports whether the cases of a service are resolved with a
	// photo only; nil: none are.
	NeedsPhoto func(flow string) bool
}

// ResolveCase says that the matter is settled, and how: the citizen is told.
// Its errors are ErrNotFound for a case the viewer does not see, a FieldError
// when the note or a photo is missing, and ErrConflict when the case cannot be
// resolved from where it stands.
func (d *Desk) ResolveCase(ctx context.Context, v Viewer, number int64, r Resolution) (Case, error) {
	note, err := noteOf("note", r.Note, true)
	if err != nil {
		return Case{}, err
	}
	if len(r.Photos) > MostAfter {
		return Case{}, invalid("photo", "at most %d photos", MostAfter)
	}
	return d.workOn(ctx, v, number, "case."+string(CaseResolve), func(tx *gorm.DB, k *caseRow) (happened, error) {
		h := happened{kind: happenings[CaseResolve], text: note}
		next, err := CaseStatus(k.Status).After(CaseResolve)
		if err != nil {
			return h, err
		}
		if len(r.Photos) == 0 && r.NeedsPhoto != nil && r.NeedsPhoto(k.Flow) {
			return h, invalid("photo", "is missing: cases of this service are resolved with a photo of how it is now")
		}
		k.Status = string(next)
		return h, d.showAfter(tx, v, number, r.Photos)
	})
}

// showAfter adds photos of how it is now to a case.
func (d *Desk) showAfter(tx *gorm.DB, v Viewer, number int64, photos []string) error {
	for _, sha256 := range photos {
		err := tx.Exec(`INSERT INTO photos (id, case_number, agent_id, channel, source, status, sha256, at, after) VALUES (?, ?, ?, '', '', 'kept', ?, ?, true)`,
			NewID(), number, agentOrNull(v), sha256, d.now()).Error
		if err != nil {
			return err
		}
	}
	return nil
}
