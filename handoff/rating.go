package handoff

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// queueRatings notes who was asked how satisfied they are, and what they
// answered. A conversation has one answer, and none that was not asked for.
func queueRatings(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		if t.AsksRating {
			q.Queue(`UPDATE conversations SET rating_asked_at = $2 WHERE id = $1`, t.Now.Conversation, b.now)
		}
		if t.Score > 0 {
			q.Queue(`UPDATE conversations SET rating = $2, rated_at = $3 WHERE id = $1 AND rating IS NULL AND rating_asked_at IS NOT NULL`,
				t.Now.Conversation, t.Score, b.now)
		}
	}
}

// queueRatingAsked reads when people were last asked, on whichever channel.
func (l *lookUp) queueRatingAsked(q *pgx.Batch, who map[uuid.UUID][]int) {
	if len(who) == 0 {
		return
	}
	q.Queue(`SELECT contact_id, max(rating_asked_at) FROM conversations WHERE contact_id = ANY($1) AND rating_asked_at IS NOT NULL GROUP BY contact_id`,
		keysOf(who)).Query(func(rows pgx.Rows) error {
		var contact uuid.UUID
		var at time.Time
		_, err := pgx.ForEachRow(rows, []any{&contact, &at}, func() error {
			for _, i := range who[contact] {
				asked := at
				l.found[i].RatingAsked = &asked
			}
			return nil
		})
		return err
	})
}
