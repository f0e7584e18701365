package handoff

import "github.com/jackc/pgx/v5"

// HappenedConfirmed is what the timeline of a case says when its citizen has
// said that it is fixed.
const HappenedConfirmed = "confirmed"

// queueConfirmed notes, once for each time it is resolved, that citizens say of
// their own cases, or of those they follow, that they are fixed.
func queueConfirmed(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, number := range t.Confirm {
			q.Queue(`INSERT INTO case_timeline (id, case_number, at, kind, text)
				SELECT $3, cases.number, $4, $5, '' FROM cases WHERE cases.number = $1 AND (`+ownOrFollowed+`) AND status = $6
				AND NOT EXISTS (SELECT FROM case_timeline l WHERE l.case_number = cases.number AND l.kind = $5
					AND l.at > (SELECT max(r.at) FROM case_timeline r WHERE r.case_number = cases.number AND r.kind = $7))`,
				number, t.Now.Contact, NewID(), b.now, HappenedConfirmed, string(CaseResolved), happenings[CaseResolve])
		}
	}
}
