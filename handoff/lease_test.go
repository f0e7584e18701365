package handoff_test

import (
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// A channel was paused: its replies wait to be sent, which does not make them
// acknowledgements that the next answer replaces.
func TestReplyThatWaitsForItsChannelIsNotReplaced(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	first.Out[0].Kind, first.Out[0].Text = flows.Receipt, "নম্বর ১০০০১"
	r.commit(first)
	r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Status: "queued", SendAfter: r.clock.Now().Add(time.Minute), Untried: true})
	found, err := r.Load(t.Context(), []handoff.Key{first.Key})
	if err != nil {
		t.Fatal(err)
	}
	if found[0].Standing.AckDue {
		t.Error("the reply is taken for an acknowledgement")
	}
	second := next(first, "m_2", r.clock.Now())
	second.DropAcks = true
	r.commit(second)
	if got := r.status(first.Out[0].ID); got != "queued" {
		t.Errorf("the reply is %s, want queued", got)
	}
}

// A sender was so slow that its lease lapsed and another one took over. What it
// hands back at last must not end the other's lease.
func TestSlowSenderLeavesTheOthersLease(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	first := newcomer("61", "m_1", r.clock.Now())
	r.commit(first)
	r.commit(next(first, "m_2", r.clock.Now()))
	r.clock.Forward(handoff.LeaseFor + time.Second)
	if due := r.leaseDue(); len(due) != 1 || due[0].Attempts != 2 {
		t.Fatalf("leased %+v, want the first reply again", due)
	}

	// It did not get through: the other one's attempt is not touched.
	if more := r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Attempt: 1, Status: "queued", SendAfter: r.clock.Now()}); len(more) != 0 {
		t.Error("the conversation is said to have more to send at once")
	}
	if got := r.status(first.Out[0].ID); got != "sending" {
		t.Fatalf("the reply is %s, want sending: the other one is at it", got)
	}
	if due := r.leaseDue(); len(due) != 0 {
		t.Errorf("leased %+v from the other sender", due)
	}

	// It did: that is a fact, whoever tells it.
	r.handBack(first.Now.Conversation, handoff.SendResult{ID: first.Out[0].ID, Attempt: 1, Status: "sent"})
	if got := r.status(first.Out[0].ID); got != "sent" {
		t.Errorf("the reply is %s, want sent", got)
	}
}
