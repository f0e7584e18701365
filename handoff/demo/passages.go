package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff"
)

// missedEvery is how rarely an answer is not understood.
const missedEvery = 23

// passage is the key of a count of what happens in a flow.
type passage struct {
	day     time.Time
	channel string
	flows.Passage
}

// pass counts a step of somebody through a service, and now and then that an
// answer was not understood.
func (w *town) pass(t *thread, from, to string, way flows.Passing) {
	y, m, d := t.last.In(handoff.Dhaka()).Date()
	p := passage{time.Date(y, m, d, 0, 0, 0, 0, time.UTC), t.p.channel, flows.Passage{
		Version: w.Version, Language: t.p.language, Flow: t.service.ID, From: from, To: to, Way: way,
	}}
	w.passages[p]++
	if w.done.Messages%missedEvery == 0 && from != "" {
		p.To, p.Way = "", flows.PassMissed
		w.passages[p]++
	}
}

func (w *town) copyPassages(ctx context.Context, tx pgx.Tx) error {
	list := make([][]any, 0, len(w.passages))
	for k, n := range w.passages {
		list = append(list, []any{k.day, k.Version, k.channel, k.Language, k.Flow, k.From, k.To, string(k.Way), n})
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"passages"}, []string{"day", "version", "channel", "language", "flow", "from_state", "to_state", "way", "n"}, pgx.CopyFromRows(list))
	if err != nil {
		return fmt.Errorf("copy passages: %w", err)
	}
	for i, said := range misunderstood {
		_, err := tx.Exec(ctx, `INSERT INTO missed_phrases (folded, flow, state, language, shown, n, first_at, last_at) VALUES ($1, '', '', 'bn', $1, $2, $3, $3)`,
			said, len(misunderstood)*3-2*i, w.Until.Add(-time.Duration(i)*7*time.Hour))
		if err != nil {
			return fmt.Errorf("write what was not understood: %w", err)
		}
	}
	return nil
}
