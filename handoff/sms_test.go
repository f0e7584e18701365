package handoff_test

import (
	"testing"
	"time"

	"nagorik/handoff"
)

// A gateway that gives no ids repeats a message across the border of two slices
// of time: the earlier slice's id is the message's twin.
func TestTwinIsARepeat(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	first := newcomer("61", "unnamed:a:1", at)
	wantOutcome(t, r.commit(first), handoff.Committed)
	within, beyond := next(first, "unnamed:a:2", at.Add(time.Minute)), next(first, "unnamed:a:2", at.Add(time.Hour))
	within.In.Twin, within.In.TwinSince = "unnamed:a:1", at.Add(-4*time.Minute)
	beyond.In.Twin, beyond.In.TwinSince = "unnamed:a:1", at.Add(55*time.Minute)
	wantOutcome(t, r.commit(within), handoff.Repeated)
	wantOutcome(t, r.commit(beyond), handoff.Committed)
	if n := r.count(`SELECT count(*) FROM messages WHERE direction = 'in'`); n != 2 {
		t.Errorf("%d messages on record, want 2", n)
	}
}

func TestAnswerGoesByTheLinkLastWrittenBy(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	first.Now.Via = "twilio"
	r.commit(first)
	found, err := r.Load(t.Context(), []handoff.Key{first.Key})
	if err != nil || found[0].Standing.Via != "twilio" {
		t.Fatalf("loaded %+v, %v", found, err)
	}
	second := next(first, "m_2", r.clock.Now())
	second.Now.Via = "kannel"
	r.commit(second)
	r.clock.Forward(handoff.LeaseFor + time.Second)
	if due := r.leaseDue(); len(due) != 1 || due[0].Via != "kannel" {
		t.Errorf("leased %+v, want it to go by kannel", due)
	}
}

// An attempt that surely failed is no doubt: when a later one has an unknown
// outcome, the message is still sent the one further time.
func TestDoubtsAreCountedApartFromAttempts(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	turn := newcomer("61", "m_1", r.clock.Now())
	r.commit(turn)
	id, conversation := turn.Out[0].ID, turn.Now.Conversation
	hand := func(attempt int, status string, doubtful bool) {
		t.Helper()
		r.handBack(conversation, handoff.SendResult{ID: id, Attempt: attempt, Status: status, SendAfter: r.clock.Now(), Doubtful: doubtful})
		r.clock.Forward(time.Second)
	}
	for attempt := 1; attempt <= 3; attempt++ {
		hand(attempt, "queued", false)
		if due := r.leaseDue(); len(due) != 1 || due[0].Attempts != attempt+1 || due[0].Doubts != 0 {
			t.Fatalf("after %d sure failures: leased %+v", attempt, due)
		}
	}
	hand(4, "queued", true)
	if due := r.leaseDue(); len(due) != 1 || due[0].Doubts != 1 {
		t.Fatalf("after one doubt: leased %+v", due)
	}
	r.clock.Forward(handoff.LeaseFor + time.Second) // its sender disappears
	if due := r.leaseDue(); len(due) != 0 || r.status(id) != "unknown" {
		t.Errorf("after two doubts: leased %+v, status %s", due, r.status(id))
	}
}

// Receipts come late and in any order, by our id or by the provider's: they
// only ever move a message forward.
func TestReceiptsBothWaysOnlyMoveForward(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	turn := newcomer("61", "m_1", r.clock.Now())
	r.commit(turn)
	id := turn.Out[0].ID
	r.handBack(turn.Now.Conversation, handoff.SendResult{ID: id, Attempt: 1, Status: "sent", ProviderID: "kannel>1"})
	for _, step := range []struct{ said, want string }{
		{"sent", "sent"}, {"failed", "failed"}, {"sent", "failed"}, {"delivered", "delivered"}, {"failed", "delivered"}, {"sent", "delivered"}, {"read", "read"}, {"delivered", "read"},
	} {
		for _, receipt := range []handoff.Receipt{
			{Key: turn.Key, ProviderIDs: []string{"kannel>1"}, Status: step.said, Fault: step.said},
			{Key: turn.Key, Message: id, Status: step.said, Fault: step.said},
		} {
			if _, err := r.Receipts(t.Context(), []handoff.Receipt{receipt}); err != nil {
				t.Fatal(err)
			}
			if got := r.status(id); got != step.want {
				t.Errorf("after %q it is %q, want %q", step.said, got, step.want)
			}
		}
	}
	if n := r.count(`SELECT count(*) FROM messages WHERE id = $1 AND error = 'read'`, id); n != 1 {
		t.Error("what the last receipt said is not on record")
	}
}

func TestRefusedPersonIsMuted(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	for range 2 {
		if _, err := r.Receipts(t.Context(), []handoff.Receipt{{Key: first.Key, Kind: handoff.Refused}}); err != nil {
			t.Fatal(err)
		}
	}
	wantOutcome(t, r.commit(next(first, "m_2", r.clock.Now())), handoff.Stale)
	found, err := r.Load(t.Context(), []handoff.Key{first.Key})
	if err != nil || !found[0].Standing.Muted || found[0].Standing.Version != first.Now.Version+1 {
		t.Errorf("loaded %+v, %v", found, err)
	}
}
