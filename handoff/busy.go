package handoff

import (
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// Bounds of how far back the desk looks to say how long an answer takes.
const (
	waitsShown = 20
	waitsFrom  = 14 * 24 * time.Hour
)

// queueDesk tells how busy the teams are. Several of a batch that ask for the
// same team wait one behind the other.
func (l *lookUp) queueDesk(q *pgx.Batch, teams map[string][]int) {
	if len(teams) == 0 {
		return
	}
	q.Queue(`SELECT k.team, w.n, w.urgent,
			(SELECT count(*) FROM agents a WHERE a.on_duty AND a.seen_at > $2 AND a.disabled_at IS NULL AND (a.teams = '{}' OR k.team = '' OR k.team = ANY(a.teams))),
			COALESCE(l.since, '{}'), COALESCE(l.ended, '{}')
		FROM unnest($1::text[]) AS k(team)
		CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE c.urgent) AS urgent
			FROM conversations c WHERE c.owner = 'queue' AND c.closed_at IS NULL AND c.team = k.team) w
		CROSS JOIN LATERAL (SELECT array_agg(l.queued_at) AS since, array_agg(l.at) AS ended
			FROM (SELECT l.queued_at, l.at FROM conversation_log l WHERE l.queued_at IS NOT NULL AND l.team = k.team AND l.at > $3 ORDER BY l.id DESC LIMIT $4) l) l`,
		keysOf(teams), l.now.Add(-seenWithin), l.now.Add(-waitsFrom), waitsShown).Query(func(rows pgx.Rows) error {
		var team string
		var since, ended []time.Time
		found := flows.DeskFound{At: l.now}
		_, err := pgx.ForEachRow(rows, []any{&team, &found.Ahead, &found.Urgent, &found.Agents, &since, &ended}, func() error {
			found.Waits = nil
			for i := range since {
				found.Waits = append(found.Waits, flows.Waited{From: since[i], To: ended[i]})
			}
			for n, i := range teams[team] {
				one := found
				one.Ahead += n
				l.found[i].Desk[team] = one
			}
			return nil
		})
		return err
	})
}
