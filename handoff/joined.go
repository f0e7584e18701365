package handoff

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// HappenedFollowed is what the timeline of a case says when somebody has
// joined it instead of reporting the matter again.
const HappenedFollowed = "followed"

// maxAlike is how many of a ward's newest cases a turn looks at by their words:
// each costs about ten microseconds.
const maxAlike = 60

// nearSpots finds, for each spot with a point, the open cases around it that
// somebody else has reported.
const nearSpots = `SELECT k.n, c.number, c.ward, c.place, c.lat, c.lon, c.opened_at
	FROM unnest($1::int[], $2::uuid[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::float8[]) AS k(n, contact, flow, south, north, west, east)
	JOIN LATERAL (SELECT * FROM cases WHERE cases.flow = k.flow AND cases.lat BETWEEN k.south AND k.north AND cases.lon BETWEEN k.west AND k.east
		AND ` + stillOpen + ` AND cases.contact_id <> k.contact LIMIT $8) c ON true`

// inWards finds the same among the newest of the spot's ward whose place is
// described. Two that both have points are judged by these alone.
const inWards = `SELECT k.n, c.number, c.ward, c.place, c.lat, c.lon, c.opened_at
	FROM unnest($1::int[], $2::uuid[], $3::text[], $4::int[], $5::boolean[]) AS k(n, contact, flow, ward, pinned)
	JOIN LATERAL (SELECT * FROM cases WHERE cases.flow = k.flow AND cases.ward = k.ward AND cases.place <> '' AND (NOT k.pinned OR cases.lat IS NULL)
		AND ` + stillOpen + ` AND cases.contact_id <> k.contact ORDER BY cases.number DESC LIMIT $6) c ON true`

// mineOf reads the latest cases that people have reported or joined.
const mineOf = `SELECT k.contact_id, c.number, c.flow, CASE WHEN c.contact_id = k.contact_id THEN c.title ELSE '' END,
		COALESCE(m.status, c.status), COALESCE(m.updated_at, c.updated_at), CASE WHEN c.contact_id = k.contact_id THEN c.told ELSE '' END FROM unnest($1::uuid[]) AS k(contact_id)
	JOIN LATERAL (
		SELECT n.number FROM (
			(SELECT c.number FROM cases c WHERE c.contact_id = k.contact_id ORDER BY c.number DESC LIMIT $2)
			UNION (SELECT f.case_number FROM case_followers f WHERE f.contact_id = k.contact_id ORDER BY f.case_number DESC LIMIT $2)
		) n ORDER BY n.number DESC LIMIT $2
	) n ON true
	JOIN LATERAL (SELECT * FROM cases c WHERE c.number = n.number LIMIT 1) c ON true
	LEFT JOIN LATERAL (SELECT * FROM cases m WHERE m.number = c.duplicate_of LIMIT 1) m ON true
	ORDER BY c.number DESC`

// casesByNumber reads cases as citizens hear of them, with who has reported
// each or a duplicate of it, and who has joined one of these. The limits keep
// the planner from reading a table for one row of it.
const casesByNumber = `SELECT c.number, c.flow, c.title, COALESCE(m.status, c.status), COALESCE(m.updated_at, c.updated_at),
		ARRAY(SELECT f.contact_id FROM cases f WHERE f.duplicate_of = c.number) || c.contact_id,
		ARRAY(SELECT f.contact_id FROM case_followers f WHERE f.case_number = c.number)
		|| ARRAY(SELECT f.contact_id FROM cases o CROSS JOIN LATERAL (SELECT contact_id FROM case_followers f WHERE f.case_number = o.number OFFSET 0) f WHERE o.duplicate_of = c.number), c.told
	FROM cases c LEFT JOIN LATERAL (SELECT * FROM cases m WHERE m.number = c.duplicate_of LIMIT 1) m ON true WHERE c.number = ANY($1)`

// queueNear looks for what somebody else has reported around spots: by their
// points first, then by what is said of them.
func (l *lookUp) queueNear(q *pgx.Batch, spots map[int]flows.Spot) {
	var points, words spotColumns
	for i, s := range spots {
		if s.Pinned() {
			points.add(i, l.asks[i].Contact, s)
		}
		if s.Ward != 0 && s.Place != "" {
			words.add(i, l.asks[i].Contact, s)
		}
	}
	if p := &points; len(p.n) > 0 {
		q.Queue(nearSpots, p.n, p.contact, p.flow, p.south, p.north, p.west, p.east, maxNear).Query(func(rows pgx.Rows) error {
			return l.near(rows, func(i int, found []caseRow) []likeRow { return around(spots[i].Lat, spots[i].Lon, found) })
		})
	}
	if p := &words; len(p.n) > 0 {
		q.Queue(inWards, p.n, p.contact, p.flow, p.ward, p.pinned, maxAlike).Query(func(rows pgx.Rows) error {
			return l.near(rows, func(i int, found []caseRow) []likeRow { return alike(spots[i].Place, found) })
		})
	}
}

// spotColumns are spots as the queries take them.
type spotColumns struct {
	n, ward                  []int
	contact                  ids
	flow                     []string
	south, north, west, east []float64
	pinned                   []bool
}

func (p *spotColumns) add(i int, contact uuid.UUID, s flows.Spot) {
	b := boxAround(s.Lat, s.Lon)
	p.n, p.ward, p.contact, p.flow, p.pinned = append(p.n, i), append(p.ward, s.Ward), append(p.contact, contact), append(p.flow, s.Flow), append(p.pinned, s.Pinned())
	p.south, p.north, p.west, p.east = append(p.south, b.south), append(p.north, b.north), append(p.west, b.west), append(p.east, b.east)
}

// near adds to what asks have found the best of the cases that a query has
// read for them.
func (l *lookUp) near(rows pgx.Rows, best func(ask int, found []caseRow) []likeRow) error {
	read := map[int][]caseRow{}
	var n int
	var r caseRow
	_, err := pgx.ForEachRow(rows, []any{&n, &r.Number, &r.Ward, &r.Place, &r.Lat, &r.Lon, &r.OpenedAt}, func() error {
		read[n] = append(read[n], r)
		return nil
	})
	for i, found := range read {
		for _, k := range best(i, found) {
			if len(l.found[i].Near) < maxLike {
				l.found[i].Near = append(l.found[i].Near, flows.NearFound{Number: k.Number, Ward: maybe.Zero(k.Ward), OpenedAt: k.OpenedAt})
			}
		}
	}
	return err
}

// queueJoined makes people followers of cases that others have reported. A
// follower stays with the case he joined, wherever that one is joined to.
func queueJoined(q *pgx.Batch, b *batch) {
	for _, t := range b.each() {
		for _, j := range t.Join {
			q.Queue(`WITH f AS (
					INSERT INTO case_followers (case_number, contact_id, conversation_id, at)
					SELECT number, $2, $3, $4 FROM cases WHERE number = $1 AND contact_id <> $2
						AND NOT EXISTS (SELECT 1 FROM case_followers o WHERE o.case_number = $1 AND o.contact_id = $2) RETURNING case_number
				)
				INSERT INTO case_timeline (id, case_number, at, kind, text) SELECT $5, case_number, $4, $6, '' FROM f`,
				j.Case, t.Now.Contact, t.Now.Conversation, b.now, NewID(), HappenedFollowed)
		}
	}
}
