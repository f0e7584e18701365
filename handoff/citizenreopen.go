package handoff

import (
	"github.com/jackc/pgx/v5"
)

// ownOrFollowed holds for the cases that the contact $2 has reported or joined.
const ownOrFollowed = `cases.contact_id = $2 OR EXISTS (SELECT 1 FROM case_followers f WHERE f.case_number = cases.number AND f.contact_id = $2)`

// queueReopened opens resolved cases again that their reporters, or those who
// joined them, say are not settled. One that is not resolved any more stays as it is and keeps the note.
func queueReopened(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, r := range t.Reopen {
			q.Queue(`WITH k AS (
					UPDATE cases SET status = $3, told = CASE WHEN contact_id = $2 THEN $3 ELSE told END, updated_at = $4 WHERE number = $1 AND (`+ownOrFollowed+`) AND status = $5 RETURNING number
				)
				INSERT INTO case_timeline (id, case_number, at, kind, text)
				SELECT $6, cases.number, $4, CASE WHEN k.number IS NULL THEN $7 ELSE $8 END, $9
				FROM cases LEFT JOIN k ON k.number = cases.number WHERE cases.number = $1 AND (`+ownOrFollowed+`)`,
				r.Number, t.Now.Contact, string(CaseReopened), b.now, string(CaseResolved),
				NewID(), HappenedNote, happenings[CaseReopen], keepable(r.Note))
		}
	}
}
