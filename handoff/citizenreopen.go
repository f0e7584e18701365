package handoff

import (
	"github.com/jackc/pgx/v5"
)

// queueReopened opens resolved cases again that their reporters say are not
// settled. One that is not resolved any more stays as it is and keeps the note.
func queueReopened(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, r := range t.Reopen {
			q.Queue(`WITH k AS (
					UPDATE cases SET status = $3, told = $3, updated_at = $4 WHERE number = $1 AND contact_id = $2 AND status = $5 RETURNING number
				)
				INSERT INTO case_timeline (id, case_number, at, kind, text)
				SELECT $6, c.number, $4, CASE WHEN k.number IS NULL THEN $7 ELSE $8 END, $9
				FROM cases c LEFT JOIN k ON k.number = c.number WHERE c.number = $1 AND c.contact_id = $2`,
				r.Number, t.Now.Contact, string(CaseReopened), b.now, string(CaseResolved),
				NewID(), HappenedNote, happenings[CaseReopen], keepable(r.Note))
		}
	}
}
