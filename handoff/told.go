package handoff

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// newsRead bounds how many of a contact's cases are looked up as news.
const newsRead = 3

// queueReturns reads whom to greet, and which of their cases stand otherwise
// than they last heard. A duplicate stands where its main case does; that a
// settled case was closed is no news.
func (l *lookUp) queueReturns(q *pgx.Batch, who map[uuid.UUID][]int) {
	if len(who) == 0 {
		return
	}
	q.Queue(`SELECT k.id, k.name, c.number, c.flow, c.title, c.status, c.updated_at, c.told FROM contacts k
		LEFT JOIN LATERAL (SELECT c.number, c.flow, c.title, s.status, s.updated_at, c.told FROM cases c
			LEFT JOIN cases m ON m.number = c.duplicate_of
			CROSS JOIN LATERAL (SELECT COALESCE(m.status, c.status) AS status, COALESCE(m.updated_at, c.updated_at) AS updated_at) s
			WHERE c.contact_id = k.id AND s.status <> c.told AND NOT (s.status = $3 AND c.told = $4)
			ORDER BY s.updated_at DESC, c.number DESC LIMIT $2) c ON true
		WHERE k.id = ANY($1) ORDER BY c.updated_at DESC, c.number DESC`,
		keysOf(who), newsRead, string(CaseClosed), string(CaseResolved)).Query(func(rows pgx.Rows) error {
		var contact uuid.UUID
		var name string
		var number *int64
		var flow, title, status, told *string
		var updated *time.Time
		_, err := pgx.ForEachRow(rows, []any{&contact, &name, &number, &flow, &title, &status, &updated, &told}, func() error {
			for _, i := range who[contact] {
				r := l.found[i].Return
				r.Name = name
				if number != nil {
					r.News = append(r.News, flows.CaseFound{
						Number: *number, Flow: *flow, Title: *title, Status: *status, UpdatedAt: *updated, Mine: true, Told: *told,
					})
				}
			}
			return nil
		})
		return err
	})
}

// queueTold keeps what was said of the contact's own cases, so that it is said
// once, on whichever channel.
func queueTold(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, h := range t.Told {
			q.Queue(`UPDATE cases SET told = $3 WHERE number = $1 AND contact_id = $2`, h.Number, t.Now.Contact, h.Status)
		}
	}
}
