package handoff_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"nagorik/handoff"
)

// crowd is how many people are in a batch of these tests.
const crowd = 60

// both runs two writers at once and fails the test when one of them is refused,
// as PostgreSQL refuses those that wait for each other.
func both(t *testing.T, a, b func() error) {
	t.Helper()
	var wait sync.WaitGroup
	for _, work := range []func() error{a, b} {
		wait.Go(func() {
			if err := work(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// A provider repeats its call at another process while the first is still at
// it, and the people in it are new: both write the same rows, in no common
// order.
func TestNewcomersAtTwoProcessesAtOnce(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for round := range 15 {
		batch := func() (turns []*handoff.Turn) {
			for i := range crowd {
				turns = append(turns, newcomer(fmt.Sprintf("%d.%d", round, i), fmt.Sprintf("m_%d_%d", round, i), r.clock.Now()))
			}
			return turns
		}
		one, other := batch(), batch()
		slices.Reverse(other)
		both(t, func() error { _, err := r.Commit(t.Context(), one); return err }, func() error { _, err := r.Commit(t.Context(), other); return err })
		if n := r.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != (round+1)*crowd {
			t.Fatalf("%d messages on record, want %d", n, (round+1)*crowd)
		}
	}
}

// Echoes of replies arrive while the sender records that they were sent.
func TestEchoesWhileResultsAreRecorded(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	for round := range 15 {
		var turns []*handoff.Turn
		for i := range crowd {
			turns = append(turns, newcomer(fmt.Sprintf("%d.%d", round, i), fmt.Sprintf("m_%d_%d", round, i), r.clock.Now()))
		}
		r.commit(turns...)
		var results []handoff.Handed
		var echoes []handoff.Receipt
		for _, turn := range turns {
			id := turn.Out[0].ID
			results = append(results, handoff.Handed{Conversation: turn.Now.Conversation, Results: []handoff.SendResult{{ID: id, Attempt: 1, Status: "sent", ProviderID: "mid." + id.String()}}})
			echoes = append(echoes, handoff.Receipt{Key: turn.Key, Message: id, ProviderIDs: []string{"mid." + id.String()}, Status: "sent"})
		}
		slices.Reverse(echoes)
		both(t, func() error { _, err := r.HandBack(t.Context(), results); return err }, func() error { _, err := r.Receipts(t.Context(), echoes); return err })
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE direction = 'out' AND status = 'sent' AND provider_id = 'mid.' || id`); n != 15*crowd {
		t.Errorf("%d replies are on record as sent, want %d", n, 15*crowd)
	}
}
