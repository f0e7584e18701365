package handoff

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// FoldedAtOnce is how many deltas one fold takes at most, so that it never holds
// a long transaction.
const FoldedAtOnce = 1000

// passed is the key of what is counted of what happens in a flow.
type passed struct {
	flows.Passage
	channel string
}

// queuePassages appends what the batch adds to the counts of what happens in
// the flows: one row for the whole batch.
func queuePassages(q *pgx.Batch, b *batch) {
	sums := map[passed]int64{}
	for _, t := range b.each() {
		for _, p := range t.Passed {
			sums[passed{p, t.Key.Channel}]++
		}
	}
	if len(sums) == 0 {
		return
	}
	most := len(sums)
	version, n := make([]int64, 0, most), make([]int64, 0, most)
	text := make([]string, 0, 6*most)
	channel, language, flow := text[:0:most], text[most:most:2*most], text[2*most:2*most:3*most]
	from, to, way := text[3*most:3*most:4*most], text[4*most:4*most:5*most], text[5*most:5*most:6*most]
	for k, v := range sums {
		version, n = append(version, k.Version), append(n, v)
		channel, language, flow = append(channel, k.channel), append(language, k.Language), append(flow, k.Flow)
		from, to, way = append(from, k.From), append(to, k.To), append(way, string(k.Way))
	}
	q.Queue(`INSERT INTO passage_deltas (day, version, channel, language, flow, from_state, to_state, way, n) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		b.desk.day(b.now), version, channel, language, flow, from, to, way, n)
}

// Phrase is what was said and not understood, as bangla.Phrase gives it: it is
// nobody's.
type Phrase struct{ Shown, Folded string }

// queuePhrases appends what was not understood, one row for the batch.
func queuePhrases(q *pgx.Batch, b *batch) {
	var folded, shown, flow, state, language []string
	for _, t := range b.each() {
		if t.Phrase.Folded == "" {
			continue
		}
		for _, p := range t.Passed {
			if p.Way == flows.PassMissed {
				folded, shown = append(folded, t.Phrase.Folded), append(shown, t.Phrase.Shown)
				flow, state, language = append(flow, p.Flow), append(state, p.From), append(language, p.Language)
			}
		}
	}
	if len(folded) > 0 {
		q.Queue(`INSERT INTO missed_phrase_deltas (at, folded, shown, flow, state, language) VALUES ($1, $2, $3, $4, $5, $6)`, b.now, folded, shown, flow, state, language)
	}
}

// FoldPassages adds waiting deltas to the counts of what happens in the flows
// and removes them, in one statement: whoever is stopped half-way has done
// nothing. It returns how many it folded; several processes may fold at once.
func (d *Desk) FoldPassages(ctx context.Context) (int, error) {
	var n int
	err := d.pool.QueryRow(ctx, `WITH taken AS (
			DELETE FROM passage_deltas WHERE id IN (SELECT id FROM passage_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *
		), sums AS (
			SELECT d.day, u.version, u.channel, u.language, u.flow, u.from_state, u.to_state, u.way, sum(u.n) AS n FROM taken d,
				unnest(d.version, d.channel, d.language, d.flow, d.from_state, d.to_state, d.way, d.n) AS u(version, channel, language, flow, from_state, to_state, way, n)
			GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
		), folded AS (
			INSERT INTO passages AS p SELECT day, version, channel, language, flow, from_state, to_state, way, n FROM sums
			ON CONFLICT (day, flow, from_state, to_state, way, version, channel, language) DO UPDATE SET n = p.n + excluded.n
		)
		SELECT count(*) FROM taken`, FoldedAtOnce).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("fold what happens in the flows: %w", err)
	}
	return n, nil
}

// droppedByErasure counts the open dialogues of a person who is erased as left
// half-way.
const droppedByErasure = `INSERT INTO passage_deltas (day, version, channel, language, flow, from_state, to_state, way, n)
	SELECT (CAST(@now AS timestamptz) AT TIME ZONE 'Asia/Dhaka')::date, array_agg(COALESCE((checkpoint->>'catalog')::bigint, 0)), array_agg(channel),
		array_agg(COALESCE(checkpoint->>'language', '')), array_agg(checkpoint->>'flow'), array_agg(COALESCE(checkpoint->>'state', '')), array_agg(CAST('' AS text)), array_agg(CAST('dropped' AS text)), array_agg(CAST(1 AS bigint))
	FROM conversations WHERE contact_id = @contact AND closed_at IS NULL AND COALESCE(checkpoint->>'flow', '') <> '' HAVING count(*) > 0`
