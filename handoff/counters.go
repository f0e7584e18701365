package handoff

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/flows"
)

// What the counters count.
const (
	CountConversations = "conversations" // opened
	CountIn            = "messages_in"
	CountOut           = "messages_out"
	CountCases         = "cases"     // opened
	CountQueued        = "queued"    // conversations passed to people
	CountContained     = "contained" // conversations that ended while they were the bot's
)

// foldAtOnce bounds how many deltas one fold takes, so that it never holds a
// long transaction.
const foldAtOnce = 1000

// count is one counter's key.
type count struct {
	ward                      int
	flow, kind, channel, what string
}

// queueCounters appends what the batch adds, one row a key.
func queueCounters(q *pgx.Batch, b *batch) {
	sums := map[count]int64{}
	for _, t := range b.each() {
		t.count(sums)
	}
	if len(sums) == 0 {
		return
	}
	var ward []int32
	var flow, kind, channel, what []string
	var n []int64
	for k, v := range sums {
		ward, flow, kind = append(ward, int32(k.ward)), append(flow, k.flow), append(kind, k.kind)
		channel, what, n = append(channel, k.channel), append(what, k.what), append(n, v)
	}
	q.Queue(`INSERT INTO counter_deltas (day, ward, flow, kind, channel, what, n)
		SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])`,
		b.desk.day(b.now), ward, flow, kind, channel, what, n)
}

func (t *Turn) count(sums map[count]int64) {
	add := func(what string, n int) {
		if n > 0 {
			sums[count{ward: t.Ward, flow: t.Flow, kind: string(t.Kind), channel: t.Key.Channel, what: what}] += int64(n)
		}
	}
	if t.In != nil {
		add(CountIn, 1)
	}
	add(CountOut, len(t.Out))
	if t.Opens {
		add(CountConversations, 1)
	}
	if t.Now.Owner == flows.OwnerQueue && t.Was.Owner != flows.OwnerQueue {
		add(CountQueued, 1)
	}
	if t.Now.Closed && (t.Opens || !t.Was.Closed) && t.Now.Owner == flows.OwnerBot && !written(t.Key.Channel) {
		add(CountContained, 1)
	}
	for i := range t.Cases {
		c := &t.Cases[i]
		sums[count{ward: c.Ward, flow: c.Flow, kind: string(c.Kind), channel: t.Key.Channel, what: CountCases}]++
	}
}

// day is the Asia/Dhaka day of an instant, as a date.
func (d *Desk) day(at time.Time) time.Time {
	y, m, day := at.In(d.tz).Date()
	return time.Date(y, m, day, 0, 0, 0, 0, time.UTC)
}

// FoldCounters adds waiting deltas to their counters and removes them. It
// returns how many it folded; several processes may fold at once.
func (d *Desk) FoldCounters(ctx context.Context) (int, error) {
	var n int
	err := d.pool.QueryRow(ctx, `WITH taken AS (
			DELETE FROM counter_deltas WHERE id IN (SELECT id FROM counter_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
			RETURNING day, ward, flow, kind, channel, what, n
		), sums AS (
			SELECT day, ward, flow, kind, channel, what, sum(n) AS n FROM taken GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
		), folded AS (
			INSERT INTO counters AS c SELECT day, ward, flow, kind, channel, what, n FROM sums
			ON CONFLICT (day, ward, flow, kind, channel, what) DO UPDATE SET n = c.n + excluded.n
		)
		SELECT count(*) FROM taken`, foldAtOnce).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("fold counters: %w", err)
	}
	return n, nil
}
