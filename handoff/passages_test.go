package handoff_test

import (
	"context"
	"sync"
	"testing"
	"time"
)

// A fold that is stopped half-way has folded nothing, and several at once fold
// each delta once.
func TestFoldingCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	const deltas = 300
	r.exec(`INSERT INTO passage_deltas (day, version, channel, language, flow, from_state, to_state, way, n)
		SELECT '2026-11-23', '{1,1}', '{web,web}', '{bn,bn}', '{waste,waste}', '{"",ask_ward}', '{ask_ward,""}', '{on,dropped}', '{2,1}' FROM generate_series(1, $1::integer)`, deltas)
	r.exec(`INSERT INTO passages (day, version, channel, language, flow, from_state, to_state, way, n) VALUES ('2026-11-23', 1, 'web', 'bn', 'waste', '', 'ask_ward', 'on', 5)`)
	held, err := r.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), `UPDATE passages SET n = n`); err != nil { // the fold must wait here
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if n, err := r.FoldPassages(ctx); err == nil {
		t.Fatalf("%d deltas were folded into a row that somebody holds", n)
	}
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 3 {
				if _, err := r.FoldPassages(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for way, want := range map[string]int{"on": 5 + 2*deltas, "dropped": deltas} {
		if n := r.count(`SELECT sum(n)::integer FROM passages WHERE way = $1`, way); n != want {
			t.Errorf("%d went by way %s, want %d", n, way, want)
		}
	}
	if n := r.count(`SELECT count(*) FROM passage_deltas`); n != 0 {
		t.Errorf("%d deltas wait still", n)
	}
}
